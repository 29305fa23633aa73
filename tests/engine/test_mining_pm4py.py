"""The same figures as pm4py, on a published log, real sales, real purchases, and long logs that pm4py itself played.

pm4py runs as a program of its own; setup/test says in CONVEYOR_PM4PY with which Python.
"""

import csv
import gzip
import json
import os
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import pytest
from engine.event_log import Event, clean, comma_separated, xes
from engine.mining import discover

from mining_history import history
from mining_logs import compensation, random_log

PYTHON = os.environ.get("CONVEYOR_PM4PY")
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
TREES = {
    "played: choices and parallel work": "->('created', X('call', 'mail', tau), +('visit', 'offer'), X('won', 'lost'))",
    "played: loops": "->('created', *('call', 'wait'), *(X('offer', 'visit'), 'change'), X('won', 'lost', tau))",
}
pytestmark = pytest.mark.skipif(not PYTHON, reason="setup/test makes the environment with pm4py")


def sales():
    """Opportunities of a computer seller: engaged, then won or lost."""
    with open(DATA / "crm" / "sales_pipeline.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for column, activity in (("engage_date", f"Engaging {row['product']}"), ("close_date", row["deal_stage"])):
            if row[column]:
                yield row, activity, datetime.strptime(row[column], "%m/%d/%Y")


def accounts():
    """The same by customer: long cases, much on the same day, in the order of the file."""
    return [(row["account"], activity.split()[0], day) for row, activity, day in sales() if row["account"]]


def purchases():
    """Purchases of a record shop: small, middle and large ones."""
    with gzip.open(DATA / "cdnow.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            size = "small" if float(row["amount"]) < 20 else "middle" if float(row["amount"]) < 60 else "large"
            yield row["cust"], size, datetime.fromisoformat(row["date"])


def real_logs():
    if not DATA.is_dir():
        return {}
    return {"real: opportunities": [(row["opportunity_id"], *rest) for row, *rest in sales()],
            "real: accounts": accounts(), "real: purchases": list(purchases())}


@pytest.fixture(scope="module")
def logs():
    return {"published: compensation": [event[:3] for event in compensation()],
            "made: history": [event[:3] for event in history(datetime(2025, 1, 1)).events],
            **{f"random: {seed}": [event[:3] for event in random_log(seed)[0]] for seed in range(5)},
            **real_logs()}


NASTY = [
    Event("<&>", "Müller & <Söhne>\n\"'😀\x00\t", datetime(2025, 1, 1, 8, 0, 0, 5000), "O'Neill & \"Co\""),
    Event("<&>", "=1+1", datetime(2025, 1, 1, 8), None), Event(2, "won", datetime(2025, 3, 30, 1, 30), "Ann")]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Our own export of the published log, and of a log of odd texts."""
    folder, events = tmp_path_factory.mktemp("logs"), [Event(*event) for event in compensation()]
    files = {"xes": xes(events), "csv": comma_separated(events), "nameless.xes": xes(events, with_names=False), "nasty.xes": xes(NASTY)}
    for name, log in files.items():
        with open(folder / f"log.{name}", "w", encoding="utf-8", newline="") as file:
            file.writelines(log)
    return {name: str(folder / f"log.{name}") for name in files}


@pytest.fixture(scope="module")
def theirs(logs, written, tmp_path_factory):
    answer = tmp_path_factory.mktemp("pm4py") / "figures.json"
    plain = {name: [(case, activity, time.isoformat()) for case, activity, time in events] for name, events in logs.items()}
    run = subprocess.run(
        [PYTHON, Path(__file__).with_name("pm4py_figures.py"), answer], text=True, capture_output=True, timeout=300,
        input=json.dumps({"logs": plain, "files": written, "trees": TREES}), check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(answer.read_text())


def assert_equal(events, figures):
    picture = discover(events)
    arcs = {(arc.source, arc.target): (arc.count, pytest.approx(arc.median_wait, abs=1e-6)) for arc in picture.arcs}
    assert {(source, target): (count, wait) for source, target, count, wait in figures["arcs"]} == arcs
    assert (picture.starts, picture.ends) == (figures["starts"], figures["ends"])
    assert {variant.path: variant.count for variant in picture.variants} == {
        tuple(path): count for path, count in figures["variants"]}


@pytest.mark.parametrize("name", [
    "published: compensation", "made: history", *(f"random: {seed}" for seed in range(5))])
def test_small_logs(name, logs, theirs):
    assert_equal(logs[name], theirs[name])


@pytest.mark.parametrize("name, cases", [
    ("real: opportunities", 8300), ("real: accounts", 85), ("real: purchases", 23570)])
def test_real_data(name, cases, logs, theirs):
    if name not in logs:
        pytest.skip(f"no data in {DATA}")
    assert_equal(logs[name], theirs[name])
    assert discover(logs[name]).cases == cases


@pytest.mark.parametrize("name", TREES)
def test_logs_that_it_played(name, theirs):
    events = [(case, activity, datetime.fromisoformat(time)) for case, activity, time in theirs[name]["events"]]
    assert len(events) > 6000
    assert_equal(events, theirs[name])


@pytest.mark.parametrize("kind", ["xes", "csv", "nameless.xes"])
def test_it_reads_what_we_write(kind, theirs):
    assert_equal(compensation(), theirs[kind])


@pytest.mark.parametrize("kind, events, with_names", [
    ("xes", [Event(*event) for event in compensation()], True), ("nameless.xes", [Event(*event) for event in compensation()], False),
    ("nasty.xes", NASTY, True)])
def test_it_reads_the_same_events(kind, events, with_names, theirs):
    read = {(case, activity, datetime.fromisoformat(time), name) for case, activity, time, name in theirs[kind]["events"]}
    assert read == {(str(event.case), clean(event.activity), event.time.replace(tzinfo=timezone.utc), with_names and event.performer or "")
                    for event in events}
    assert len(theirs[kind]["events"]) == len(events)
