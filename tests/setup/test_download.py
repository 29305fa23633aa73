"""No network, and downloads that stopped half-way.  The tools are the real ones."""
import dataclasses
import io
import zipfile

import pytest
from conveyor_setup import apt
from conveyor_setup.console import Console
from conveyor_setup.errors import SetupError
from conveyor_setup.steps import Runner
from conveyor_setup.steps.python_env import PythonEnvironment

NOWHERE = "http://127.0.0.1:9"  # nobody listens on the discard port


def write_wheel(path):
    """A package with one module, as small as a wheel may be."""
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("loaf.py", "taste = 'good'\n")
        wheel.writestr("loaf-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: loaf\nVersion: 1.0\n")
        wheel.writestr("loaf-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("loaf-1.0.dist-info/RECORD", "loaf.py,,\nloaf-1.0.dist-info/METADATA,,\n"
                       "loaf-1.0.dist-info/WHEEL,,\nloaf-1.0.dist-info/RECORD,,\n")


@pytest.fixture
def python_step(home, settings, tmp_path):
    """The Python environment with one small requirement of our own."""
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"--no-index\n{tmp_path / 'loaf-1.0-py3-none-any.whl'}\n")
    return PythonEnvironment(dataclasses.replace(settings, requirements=requirements), Console(io.StringIO()))


def test_a_download_that_stopped_half_way_is_done_again(python_step, tmp_path):
    wheel = tmp_path / "loaf-1.0-py3-none-any.whl"
    write_wheel(wheel)
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[: len(whole) // 2])
    runner = Runner(python_step.settings, python_step.console, 1)
    with pytest.raises(SetupError) as failure:
        runner.ensure(python_step)
    assert failure.value.step == "Python environment"
    assert not python_step.is_done()
    wheel.write_bytes(whole)
    runner.ensure(python_step)
    assert (python_step.settings.site_packages / "loaf.py").exists()


def test_without_network_the_step_the_cause_and_the_remedy_are_told(script, home):
    answer = script("install", SALES_CONVEYOR_HOME=home, http_proxy=NOWHERE, https_proxy=NOWHERE, no_proxy="",
                    PIP_RETRIES=1, PIP_NO_CACHE_DIR=1)
    assert answer.returncode == 1
    assert "Failed: Python environment" in answer.stdout
    assert "cause:  no network" in answer.stdout
    assert "remedy: Check the connection" in answer.stdout


def test_an_archive_that_does_not_answer_is_no_network(home):
    archive = apt.Archive(home / "apt", [apt.Target(NOWHERE, "sid", "main")], home / "log")
    (home / "apt" / "apt.conf").open("a").write('Acquire::Retries "0";\nAcquire::http::Proxy "DIRECT";\n')
    with pytest.raises(SetupError, match="no network"):
        archive.update()


ROWS = [
    apt.Target("http://packages.example/apt", "cloud-bookworm", "main"),
    apt.Target("http://browser.example/deb", "stable", "main"),
    apt.Target("http://mirror.example/debian", "bookworm", "main"),
    apt.Target("http://mirror.example/debian", "bookworm-updates", "main"),
    apt.Target("http://mirror.example/debian-security", "bookworm-security", "main"),
    apt.Target("http://mirror.example/debian", "bookworm", "contrib"),
]


def test_the_archive_of_debian_is_told_from_others():
    ours = apt.debian_targets(ROWS, release="bookworm")
    assert apt.archive_sites(ours)[0] == "http://mirror.example/debian"
    assert {target.suite for target in ours} == {"stable", "bookworm", "bookworm-updates", "bookworm-security"}


@pytest.mark.parametrize("suite, base", [
    ("bookworm", "bookworm"), ("oldstable-security", "oldstable"), ("bookworm/updates", "bookworm"),
])
def test_the_release_of_a_suite(suite, base):
    assert apt.base_suite(suite) == base
