"""The right Python, or a message that says which one is needed."""
import ast
import sys

import pytest
from conveyor_setup import python_version
from conveyor_setup.settings import CHECKOUT

SETUP = CHECKOUT / "setup"

SCRIPTS = ["install", "run", "test", "odoo", "bench"]


@pytest.mark.parametrize("version, said", [
    ((3, 6, 9), "Python 3.6 is too old"),
    ((3, 9, 18), "Python 3.9 is too old"),
    ((3, 10, 0), None),
    ((3, 13, 5), None),
    ((3, 14, 0), "Python 3.14 is too new"),
])
def test_each_python_is_judged(version, said):
    explanation = python_version.explain(version)
    assert explanation is None if said is None else said in explanation


def test_a_python_that_is_too_old_stops_with_cause_and_remedy(monkeypatch, capsys):
    monkeypatch.setattr(python_version, "find_other", lambda: None)
    with pytest.raises(SystemExit) as stopped:
        python_version.require((3, 8, 1))
    assert stopped.value.code == 1
    message = capsys.readouterr().err
    assert "Failed: Python" in message and "cause:" in message and "remedy: install" in message


def test_another_python_of_the_machine_is_taken_instead(monkeypatch):
    taken = []
    monkeypatch.setattr(python_version, "find_other", lambda: "python3.11")
    monkeypatch.setattr("os.execvp", lambda command, arguments: taken.append((command, arguments[0])))
    python_version.require((3, 8, 1))
    assert taken == [("python3.11", "python3.11")]


def test_a_command_that_only_pretends_to_be_a_python_is_not_taken():
    assert not python_version._answers("false", (3, 11))
    assert not python_version._answers("no-such-command", (3, 11))
    assert python_version._answers(sys.executable, sys.version_info[:2])


@pytest.mark.parametrize("name", [*SCRIPTS, "conveyor_setup/python_version.py", "conveyor_setup/__init__.py"])
def test_what_runs_before_the_check_can_be_read_by_python_3_6(name):
    ast.parse((SETUP / name).read_text(), feature_version=(3, 6))
