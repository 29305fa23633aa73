"""A PostgreSQL of one's own with a replica that it streams to, an Odoo that knows both, and a client that tells who answered.

Both servers write down every statement, so that who has answered is read from their logs.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg2
import requests

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "setup"))

from conveyor_setup import processes, servers  # noqa: E402
from conveyor_setup.postgres import OPTIONS, PORT, SUPERUSER, EmbeddedServer  # noqa: E402
from conveyor_setup.settings import Settings  # noqa: E402

PATIENCE = 30  # seconds that the replica may need to have what the primary has


class Server(EmbeddedServer):
    """One of the two, in a folder of the test."""

    options = {**OPTIONS, "wal_level": "replica", "max_wal_senders": "4", "fsync": "off", "synchronous_commit": "on", "shared_buffers": "64MB", "log_statement": "all"}

    def __init__(self, settings, folder):
        shared = EmbeddedServer(settings)
        super().__init__(settings)
        self.shared, self.folder = shared, folder
        self.data, self.log = folder / "data", folder / "server.log"

    @property
    def software(self):
        return self.shared.software

    @contextmanager
    def running(self):
        self._start()
        try:
            yield self
        finally:
            self._stop()

    def stream_from(self, primary):
        """Make it a copy of a running server that follows it."""
        self.folder.mkdir()
        self.folder.chmod(0o755)
        made = self.folder / "made"  # of whoever shall own the data
        made.mkdir(mode=0o700)
        self._own(made)
        made.rename(self.data)
        self._call("pg_basebackup", "--pgdata", self.data, "--write-recovery-conf", "--wal-method", "stream", "--checkpoint", "fast",
                   "--host", primary.socket_folder, "--username", SUPERUSER, what="copying the primary")

    def ask(self, query, *values, database="postgres"):
        connection = psycopg2.connect(host=str(self.socket_folder), port=PORT, user=SUPERUSER, dbname=database)
        connection.autocommit = True
        try:
            with connection.cursor() as cr:
                cr.execute(query, values)
                return cr.fetchall() if cr.description else None
        finally:
            connection.close()

    @property
    def size(self):
        return self.log.stat().st_size

    def said(self, since):
        """What was written down since then."""
        with open(self.log, "rb") as log:
            log.seek(since)
            return log.read().decode(errors="replace")


class Pair:
    """Primary, replica, and Odoo over both, with somebody logged in.

    :ivar answered: who has answered the last call: ``{"primary", "replica"}`` with what was asked of them
    """

    def __init__(self, primary, replica, database, url):
        self.primary, self.replica, self.database, self.url = primary, replica, database, url
        self.session, self.answered = requests.Session(), {}
        self._post("/web/session/authenticate", {"db": database, "login": "admin", "password": "admin"})

    def call(self, model, method, *arguments, **keywords):
        """As the web client calls a method."""
        return self._post(f"/web/dataset/call_kw/{model}/{method}", {
            "model": model, "method": method, "args": list(arguments), "kwargs": keywords})

    def get(self, path):
        with self._listening():
            return self.session.get(self.url + path, timeout=120)

    def _post(self, path, params):
        with self._listening():
            answer = self.session.post(self.url + path, json={"jsonrpc": "2.0", "method": "call", "params": params}, timeout=120).json()
        if "error" in answer:
            raise AssertionError(json.dumps(answer["error"], indent=1)[:4000])
        return answer["result"]

    @contextmanager
    def _listening(self):
        begins = {name: getattr(self, name).size for name in ("primary", "replica")}
        yield
        self.answered = {name: getattr(self, name).said(since) for name, since in begins.items()}

    def catch_up(self):
        """Wait until the replica has all that the primary has."""
        [(place,)] = self.primary.ask("SELECT pg_current_wal_insert_lsn()")
        until = time.monotonic() + PATIENCE
        while not self.replica.ask("SELECT pg_last_wal_replay_lsn() >= %s", place)[0][0]:
            assert time.monotonic() < until, "the replica does not follow"
            time.sleep(0.05)


@contextmanager
def pair(folder):
    """Everything runs inside the block, over a copy of the tests' database."""
    settings, database = Settings.from_environment(checkout=CHECKOUT), os.environ["CONVEYOR_DB"]
    with ExitStack() as stack:
        primary, replica = (Server(settings, folder / name) for name in ("primary", "replica"))
        primary.make()
        stack.enter_context(primary.running())
        _copy(primary, database, folder / "dump")
        replica.stream_from(primary)
        stack.enter_context(replica.running())
        yield Pair(primary, replica, database, stack.enter_context(_odoo(primary, replica, database, folder)))


def _copy(primary, database, dump):
    programs = primary.software / "bin"
    subprocess.run([programs / "pg_dump", "--format=custom", "--compress=0", "--no-owner", "--file", dump, database], check=True)
    here = {**os.environ, **primary.environment}
    primary.ask(f'CREATE DATABASE "{database}" TEMPLATE template0')
    subprocess.run([programs / "pg_restore", "--jobs=2", "--no-owner", "--dbname", database, dump], check=True, env=here)
    dump.unlink()


@contextmanager
def _odoo(primary, replica, database, folder):
    port, log = servers.free_port(), folder / "odoo.log"
    command = [
        sys.executable, "-m", "odoo", "-c", os.environ["ODOO_RC"], f"--data-dir={folder / 'files'}", "--max-cron-threads=0", "--workers=0",
        f"--db_host={primary.socket_folder}", f"--db_port={PORT}", f"--db_user={SUPERUSER}", f"--db_replica_host={replica.socket_folder}",
        f"--db_replica_port={PORT}", *servers.arguments(database, port)]
    with open(log, "wb") as sink:
        process = processes.start(command, stdout=sink, stderr=sink, env={
            name: value for name, value in os.environ.items() if name not in ("PGHOST", "PGPORT", "PGUSER", "PGOPTIONS")})
        try:
            servers.wait_for(process, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            processes.stop(process)
