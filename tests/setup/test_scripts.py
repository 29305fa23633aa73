"""The scripts as a user calls them."""
import shutil
import socket
import subprocess
import sys
import zipfile
from contextlib import closing

import pytest
from conveyor_setup import servers
from conveyor_setup.settings import CHECKOUT


def test_odoo_answers(script):
    answer = script("odoo", "--version")
    assert answer.returncode == 0
    assert "Odoo Server 19" in answer.stdout


def test_a_port_that_is_taken_is_told_with_the_remedy(script, home):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = script("run", "--http-port", port, SALES_CONVEYOR_HOME=home)
    assert answer.returncode == 1
    assert f"port {port} is taken" in answer.stdout
    assert f"setup/run --http-port {port + 1}" in answer.stdout


def test_a_free_port_is_free():
    assert servers.is_free(servers.free_port())


def test_a_name_that_is_no_database_is_told(script):
    answer = script("run", "--database", "a b;c", "--http-port", servers.free_port())
    assert answer.returncode == 1
    assert "is no name for a database" in answer.stdout


def test_the_continuous_integration_calls_exactly_the_suite():
    lines = (CHECKOUT / ".ci" / "run").read_text().splitlines()
    assert lines[-1] == "exec setup/test"


def _copy(target):
    shutil.copytree(CHECKOUT / "sales_conveyor", target, ignore=shutil.ignore_patterns("__pycache__"))


def _shallow_repository(target):
    _copy(target / "sales_conveyor")
    for command in (["init", "-q"], ["add", "."],
                    ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "-m", "one"]):
        subprocess.run(["git", *command], cwd=target, check=True)


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_the_module_builds_as_a_wheel_in_a_fresh_clone(tmp_path):
    _shallow_repository(tmp_path / "clone")
    _build(tmp_path / "clone" / "sales_conveyor", tmp_path)


def test_the_module_builds_as_a_wheel_without_a_repository(tmp_path):
    _copy(tmp_path / "sales_conveyor")
    _build(tmp_path / "sales_conveyor", tmp_path)


def _build(module, folder):
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index",
                    "--wheel-dir", str(folder), str(module)], check=True)
    wheel, = folder.glob("*.whl")
    assert wheel.name.startswith("odoo_addon_sales_conveyor-19.0.")
    names = zipfile.ZipFile(wheel).namelist()
    assert "odoo/addons/sales_conveyor/__manifest__.py" in names
    assert not any("__pycache__" in name for name in names)
