"""Devices that post their readings: a real server with two workers, over HTTP; nothing may be lost."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import psutil

from .bench import Different, Result

GOAL = 1 / 200  # seconds a post
COUNTERS, THREADS, WORKERS, HOURS = 40, 6, 2, 24 * 50
POSTS = 4000
AGAIN = 8  # every so many-th post repeats an hour that another thread posts too
HOST = "127.0.0.1"


def posts(load):
    """One reading a post, from several devices at once."""
    count = 400 if load.scale.name == "tiny" else POSTS
    tokens = _counters(load.ours)
    jobs = _jobs(list(tokens.items()), count)
    try:
        with _server(load.ours.database) as (server, port):
            _post_all(port, load.ours.database, jobs[:THREADS * 4])  # every worker has read its registry
            before = _processor_time(load.ours, server)
            began = time.perf_counter()
            answers = _post_all(port, load.ours.database, jobs)
            seconds = time.perf_counter() - began
            worked = _processor_time(load.ours, server) - before
        _check(load.ours, jobs, answers)
    finally:
        _forget(load.ours, list(tokens))
    each = (seconds if load.ours.clock == "wall" else worked / WORKERS) / len(jobs)
    return [Result("counter: one post of a device, two workers", each, goal=GOAL)]


# ---------------------------------------------------------------- the devices
def _counters(site):
    """``{id: token}``"""
    with site.environment(commit=True) as env:
        env["res.company"].browse(1).conveyor_counter_rate = 10 ** 6  # the limit is counted, and never reached
        counters = env["conveyor.counter"].create([{"name": f"Bench {number}", "company_id": 1, "tz": "UTC"} for number in range(COUNTERS)])
        return {counter.id: counter.action_new_token()["params"]["token"] for counter in counters}


def _forget(site, ids):
    with site.environment(commit=True) as env:
        env["conveyor.counter"].browse(ids).unlink()
        env["res.company"].browse(1).conveyor_counter_rate = 60


def _jobs(devices, count):
    """(counter, token, hour, visitors); neighbours in time, which go at once, are now and then of one hour."""
    now = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
    jobs = []
    for number in range(count):
        place = number - 1 if number % AGAIN == 0 and number else number
        counter, token = devices[place % COUNTERS]
        jobs.append((counter, token, now - timedelta(hours=place // COUNTERS % HOURS), number % 100))
    return jobs


def _post_all(port, database, jobs):
    """Answers of all jobs, posted by several threads in turns."""
    answers = [None] * len(jobs)

    def work(first):
        for number in range(first, len(jobs), THREADS):
            answers[number] = _post(port, database, *jobs[number])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _post(port, database, counter, token, hour, visitors):
    body = json.dumps({"readings": [{"hour": hour.strftime("%Y-%m-%dT%H:00:00Z"), "visitors": visitors}]})
    with closing(http.client.HTTPConnection(HOST, port, timeout=120)) as connection:
        connection.request("POST", f"/sales_conveyor/counter/{counter}", body, {
            "Authorization": f"Bearer {token}", "Content-Type": "application/json", "X-Odoo-Database": database})
        answer = connection.getresponse()
        return answer.status, answer.read()


def _check(site, jobs, answers):
    """Every post was accepted, and every hour has a number that was posted for it."""
    refused = [answer for answer in answers if answer[0] != 200]
    if refused:
        raise Different(f"counter: {len(refused)} of {len(jobs)} posts were refused, for instance with {refused[0]}")
    wanted = {}
    for counter, _token, hour, visitors in jobs:
        wanted.setdefault((counter, hour.replace(tzinfo=None)), set()).add(visitors)
    found = {(counter, hour): visitors for counter, hour, visitors in site.sql(
        "SELECT counter_id, hour, visitors FROM conveyor_counter_reading WHERE counter_id = ANY(%s)", list({job[0] for job in jobs}))}
    lost = [key for key, numbers in wanted.items() if found.get(key) not in numbers]
    if lost or found.keys() - wanted.keys():
        raise Different(f"counter: {len(lost)} hours were lost, for instance {lost[:3]}")


# ---------------------------------------------------------------- the server
@contextmanager
def _server(database):
    """``(process, port)`` of a server with workers."""
    port, other = _free_port(), _free_port()
    command = [sys.executable, "-m", "odoo", "-c", os.environ["ODOO_RC"], "-d", database, f"--db-filter=^{database}$", f"--workers={WORKERS}",
               f"--http-port={port}", f"--gevent-port={other}", f"--http-interface={HOST}", "--max-cron-threads=0", "--log-level=error"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield psutil.Process(process.pid), port
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port():
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _wait(process, port, patience=300):
    until = time.monotonic() + patience
    while time.monotonic() < until and process.poll() is None:
        try:
            with closing(http.client.HTTPConnection(HOST, port, timeout=60)) as connection:
                connection.request("GET", "/web/health")
                if connection.getresponse().status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the server did not answer on port {port}")


def _processor_time(site, server):
    """Seconds of the workers and of their database sessions; 0 where the clock is the wall's."""
    if site.clock == "wall":
        return 0.0
    pids = [row[0] for row in site.sql("SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'", site.database)]
    sessions = sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids if psutil.pid_exists(pid)) / 1e9
    return sessions + sum(sum(child.cpu_times()[:2]) for child in server.children(recursive=True))
