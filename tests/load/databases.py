"""The two databases of a run: the seeded one without the module, and its copy with it."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import sql

from .seed import VERSION, seed

CHECKOUT = Path(__file__).resolve().parents[2]
MODULE = "sales_conveyor"


class Missing(Exception):
    """Something that the benchmarks need is not there; the text says what and what to do."""


def connect(name="postgres"):
    """Where: PGHOST, PGPORT, PGUSER."""
    return psycopg2.connect(dbname=name)


@contextmanager
def _server(database="postgres"):
    connection = connect(database)
    connection.autocommit = True
    try:
        with connection.cursor() as cr:
            yield cr
    finally:
        connection.close()


def vacuum(database, what="(ANALYZE)"):
    """Dead rows go, statistics come."""
    with _server(database) as cr:
        cr.execute(f"VACUUM {what}")


class Databases:
    """Made, kept, found again, dropped.

    :param scale: a ``seed.Scale``
    :param keep: use and leave behind databases that are named after the scale
    :param tell: called with a line of progress
    """

    def __init__(self, scale, keep=False, tell=lambda text: None):
        self.scale, self.keep, self.tell = scale, keep, tell
        prefix = f"conveyor_bench_{scale.name}" if keep else os.environ.get("CONVEYOR_RUN", f"conveyor_bench_{os.getpid()}")
        self.plain, self.ours = f"{prefix}_plain", f"{prefix}_conveyor"
        self.template = os.environ.get("CONVEYOR_TEMPLATE")
        self.filestores = Path(os.environ.get("CONVEYOR_DATA", ".")) / "filestore"
        self.install_seconds = None

    @contextmanager
    def ready(self):
        """Both databases are there inside the block."""
        if not self.template:
            raise Missing("CONVEYOR_TEMPLATE names no database: start the benchmarks with setup/bench.")
        try:
            self._make()
            yield self
        finally:
            if not self.keep:
                self.drop(self.ours)
                self.drop(self.plain)

    def _make(self):
        seeded, installed = f"{self.template} {VERSION}", f"{self.template} {VERSION} {module_digest()}"
        if self._note(self.plain) != seeded:
            self._check_space()
            self.drop(self.plain)
            self.copy(self.template, self.plain)
            connection = connect(self.plain)
            try:
                seed(connection, self.scale, self.tell)
            finally:
                connection.close()
            self._set_note(self.plain, seeded)
        if self._note(self.ours) != installed:
            self.drop(self.ours)
            self.copy(self.plain, self.ours)
            self.install_seconds = self.install()
            self._set_note(self.ours, installed)

    def _check_space(self):
        """A server on this machine keeps its data near enough to our own."""
        free = shutil.disk_usage(self.filestores if self.filestores.exists() else "/").free / 2 ** 30
        if free < self.scale.space:
            raise Missing(f"The scale {self.scale.name} needs {self.scale.space} GB of disk, {free:.0f} GB are free.")

    # ------------------------------------------------------------ one database
    def copy(self, source, target):
        """With its filestore; Odoo never changes a file of it, so links will do."""
        if (self.filestores / source).is_dir():
            shutil.rmtree(self.filestores / target, ignore_errors=True)
            shutil.copytree(self.filestores / source, self.filestores / target, copy_function=os.link)
        with _server() as cr:
            cr.execute("SHOW server_version_num")
            strategy = " STRATEGY file_copy" if self.scale.space > 5 and int(cr.fetchone()[0]) >= 150000 else ""
            cr.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}" + strategy).format(
                sql.Identifier(target), sql.Identifier(source)))

    def drop(self, name):
        with _server() as cr:
            cr.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        shutil.rmtree(self.filestores / name, ignore_errors=True)

    def install(self):
        """Our module, by Odoo's command line as anybody does it; returns the seconds it took."""
        began = time.monotonic()
        command = [sys.executable, "-m", "odoo", "-d", self.ours, "-i", MODULE, "--stop-after-init", "--no-http",
                   "--max-cron-threads=0", "--log-level=warn"]
        answer = subprocess.run(command, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True, check=False)
        seconds = time.monotonic() - began
        with _server(self.ours) as cr:
            cr.execute("SELECT state FROM ir_module_module WHERE name = %s", (MODULE,))
            state = (cr.fetchone() or ["unknown"])[0]
        if answer.returncode or state != "installed":
            raise Missing(f"Installing the module left it {state}:\n{answer.stderr[-4000:]}")
        vacuum(self.ours)  # as autovacuum does it within minutes
        self.tell(f"installed in {seconds:.0f} s")
        return seconds

    def _note(self, name):
        with _server() as cr:
            cr.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", (name,))
            return (cr.fetchone() or [None])[0]

    def _set_note(self, name, text):
        with _server() as cr:
            cr.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(text)))


def module_digest():
    """Changes with any file of the module that a database depends on."""
    state = hashlib.sha256()
    for path in sorted((CHECKOUT / MODULE).rglob("*")):
        inside = path.relative_to(CHECKOUT / MODULE).parts
        if path.is_file() and path.suffix in (".py", ".xml", ".csv") and inside[0] not in ("tests", "static"):
            state.update(str(path.relative_to(CHECKOUT)).encode() + path.read_bytes())
    return state.hexdigest()[:16]
