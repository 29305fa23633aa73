"""Odoo in processes of their own, which the tests kill. A folder is one chunk of work, so the module is installed once."""
import subprocess
import textwrap
from contextlib import ExitStack

import pytest
from conveyor_setup import processes
from conveyor_setup.console import Console
from conveyor_setup.workplace import prepared


@pytest.fixture(scope="session")
def place(real_settings):
    with prepared(real_settings, Console(quiet=True), templates=(False,)) as place:
        yield place


@pytest.fixture(scope="session")
def installed(place, tmp_path_factory):
    """With our module, which takes a minute: each test has a copy."""
    with place.odoo.temporary(place.templates[False], "installed") as name:
        place.odoo.install(name, tmp_path_factory.mktemp("installed") / "install.log", False)
        yield name


@pytest.fixture(scope="session")
def shell(place):
    """``shell(database, code, log)``: a process of its own that runs the code in Odoo's shell."""
    def start(database, code, log):
        with open(log, "wb") as sink:
            process = processes.start(
                place.odoo.command("shell", "-d", database, "--no-http", "--log-level=info"), stdin=subprocess.PIPE,
                stdout=sink, stderr=sink, env=place.odoo.environment, cwd=place.settings.home)
        process.stdin.write(textwrap.dedent(code).encode())
        process.stdin.close()
        return process

    return start


@pytest.fixture
def copy(place, installed, shell, tmp_path):
    """``copy(code)``: a database in which the code has run."""
    with ExitStack() as copies:
        def make(code):
            name = copies.enter_context(place.odoo.temporary(installed, "killed"))
            shell(name, code, tmp_path / "seed.log").wait(300)
            return name

        yield make


@pytest.fixture
def figure(place):
    """``figure(database, sql)``: one whole number."""
    return lambda database, sql: int(place.databases.query(sql, database)[0][0])
