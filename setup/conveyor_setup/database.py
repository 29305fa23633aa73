"""Databases with their filestores: made from a template, renamed, dropped."""
import os
import shutil
import socket
import subprocess

from . import processes
from .errors import SetupError, diagnose
from .settings import digest

RUN_PREFIX = "conveyor_tmp"
HOST = digest(socket.gethostname())[:4]


def run_name(kind):
    """A name that belongs to this process and can be recognised as a leftover once it is gone."""
    return f"{RUN_PREFIX}_{HOST}_{processes.unique_suffix()}_{kind}"


def is_leftover(name):
    """A database of a run of this machine whose process is gone."""
    parts = name.split("_")
    if not name.startswith(f"{RUN_PREFIX}_{HOST}_") or len(parts) < 6:
        return False
    return not processes.is_alive(parts[3], parts[4])


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


class Databases:
    def __init__(self, server, data_folder):
        self.server = server
        self.filestores = data_folder / "filestore"

    def query(self, sql, database="postgres"):
        """Rows as lists of strings."""
        environment = dict(os.environ, **self.server.environment)
        answer = subprocess.run(
            [str(self.server.software / "bin" / "psql"), "-X", "-w", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1",
             "-d", database, "-c", sql], capture_output=True, text=True, check=False, env=environment)
        if answer.returncode:
            raise SetupError(*diagnose(answer.stderr, "a database command"))
        return [line.split("\t") for line in answer.stdout.splitlines()]

    def names(self):
        return [row[0] for row in self.query("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")]

    def exists(self, name):
        return name in self.names()

    def copy(self, source, target):
        """The database comes last: when it is there, so are its files."""
        shutil.rmtree(self.filestores / target, ignore_errors=True)
        if (self.filestores / source).is_dir():
            # Odoo never changes a file of the store once it is written, so links will do.
            shutil.copytree(self.filestores / source, self.filestores / target, copy_function=os.link)
        self.query(f"CREATE DATABASE {identifier(target)} TEMPLATE {identifier(source)}")

    def rename(self, old, new):
        shutil.rmtree(self.filestores / new, ignore_errors=True)
        if (self.filestores / old).is_dir():
            (self.filestores / old).rename(self.filestores / new)
        self.query(f"ALTER DATABASE {identifier(old)} RENAME TO {identifier(new)}")

    def drop(self, name):
        self.query(f"DROP DATABASE IF EXISTS {identifier(name)} WITH (FORCE)")
        shutil.rmtree(self.filestores / name, ignore_errors=True)

    def drop_leftovers(self):
        for name in filter(is_leftover, self.names()):
            self.drop(name)

    def note(self, name):
        """A remark that stays with the database."""
        rows = self.query("SELECT shobj_description(oid, 'pg_database') FROM pg_database "
                          f"WHERE datname = {literal(name)}")
        return rows[0][0] if rows else ""

    def set_note(self, name, text):
        self.query(f"COMMENT ON DATABASE {identifier(name)} IS {literal(text)}")

    def set_address(self, name, url):
        """Links that Odoo gives away begin with it; one that is not of this machine was set on purpose and stays."""
        self.query(f"UPDATE ir_config_parameter SET value = {literal(url)} WHERE key = 'web.base.url' "
                   "AND value ~ '^http://(localhost|127[.]0[.]0[.]1)(:[0-9]+)?/?$'", name)

    def module_state(self, name, module):
        """(state, 'with demo data' or ''), ('', '') when unknown."""
        rows = self.query("SELECT state, CASE WHEN demo THEN 'demo' ELSE '' END FROM ir_module_module "
                          f"WHERE name = {literal(module)}", name)
        return tuple(rows[0]) if rows else ("", "")
