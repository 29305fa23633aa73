"""The scripts of setup/ are tried for real: real processes, a real PostgreSQL, homes of their own."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SETUP = CHECKOUT / "setup"
sys.path.insert(0, str(SETUP))

from conveyor_setup.settings import Settings  # noqa: E402


def plain_environment(**more):
    """What a user's shell has: nothing of the run that these tests are part of."""
    ours = ("PG", "ODOO_RC", "CONVEYOR_", "PYTHONPATH", "PYTHONNOUSERSITE", "LD_LIBRARY_PATH")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return dict(environment, **{name: str(value) for name, value in more.items()})


@pytest.fixture(scope="session")
def real_settings():
    """The settings that the scripts have on this machine."""
    return Settings.from_environment(plain_environment())


@pytest.fixture
def home():
    """A home of one test.  Others may enter it: PostgreSQL runs as an ordinary user even for root."""
    folder = Path(tempfile.mkdtemp(prefix="conveyor-home-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(home, real_settings):
    """A home of one test that borrows the Python environment, which is made already."""
    borrowed = Settings.from_environment(plain_environment(SALES_CONVEYOR_HOME=home))
    borrowed.python_folder.symlink_to(real_settings.python_folder)
    return borrowed


@pytest.fixture
def script():
    """Call a script of setup/ as a user does: script('odoo', '--version', SALES_CONVEYOR_HOME=…)."""
    def call(name, *arguments, timeout=120, **variables):
        return subprocess.run([str(SETUP / name), *map(str, arguments)], env=plain_environment(**variables), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, check=False)
    return call


@pytest.fixture
def helper():
    """Another process that runs Python with the set-up's code and tells when it is ready; killed at the end."""
    started = []

    def start(code, **variables):
        process = subprocess.Popen([sys.executable, "-u", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True, env=plain_environment(PYTHONPATH=SETUP, **variables))
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
