"""setup/test: which groups run, and what the last line counts.  The reports are written by the real pytest."""
import re
import subprocess
import sys

import pytest
from conveyor_setup.commands.test import NEEDED, report
from conveyor_setup.errors import SetupError
from conveyor_setup.settings import CHECKOUT
from conveyor_setup.testing import groups, summary
from conveyor_setup.testing.suite import PYTEST
from conveyor_setup.testing.summary import Outcome

TESTS = """
import unittest
import pytest

@pytest.fixture
def broken():
    raise ValueError("the fixture is broken")

def test_passes():
    pass

def test_fails():
    assert 1 == 2

def test_has_an_error(broken):
    pass

@pytest.mark.skip(reason="later")
def test_is_skipped():
    pass

class TestTour(unittest.TestCase):
    def test_tour(self):
        raise unittest.SkipTest("Chrome executable not found")
"""


def pytest_outcome(tmp_path, code, *options):
    (tmp_path / "test_it.py").write_text(code)
    xml = tmp_path / "report.xml"
    result = subprocess.run([sys.executable, "-m", "pytest", "-p", "no:odoo", "-q", "-o", "junit_family=xunit1",
                             f"--junitxml={xml}", "test_it.py", *options], cwd=tmp_path, capture_output=True, check=False)
    return summary.read("odoo", xml, result.returncode)


def test_failures_errors_and_skips_are_counted(tmp_path):
    outcome = pytest_outcome(tmp_path, TESTS)
    assert (outcome.passed, outcome.failed, outcome.skipped, outcome.skipped_browser) == (1, 2, 2, 1)
    assert not outcome.is_clean


def test_a_file_that_cannot_be_imported_is_a_failure(tmp_path):
    outcome = pytest_outcome(tmp_path, "import no_such_module\n")
    assert (outcome.failed, outcome.is_clean) == (1, False)


def test_a_test_that_hangs_fails_and_the_others_go_on(tmp_path):
    hangs = "import time\ndef test_hangs():\n    time.sleep(60)\n"
    outcome = pytest_outcome(tmp_path, hangs + TESTS, "-k", "hangs or passes", "--timeout=1")
    assert (outcome.passed, outcome.failed) == (1, 1)
    assert any(option.startswith("--timeout=") for option in PYTEST)


def test_nothing_selected_is_no_failure(tmp_path):
    outcome = pytest_outcome(tmp_path, TESTS, "-k", "no_such_test")
    assert (outcome.executed, outcome.is_clean) == (0, True)


def test_a_group_that_broke_off_without_a_report_is_a_failure(tmp_path):
    outcome = summary.read("plain", tmp_path / "missing.xml", code=139)
    assert (outcome.failed, outcome.is_clean) == (1, False)


FULL = [Outcome("plain", passed=400), Outcome("odoo", passed=10), Outcome("e2e", passed=2)]


@pytest.mark.parametrize("outcomes, whole, code, said", [
    (FULL, True, 0, "412 passed, 0 failed, 0 skipped"),
    ([*FULL[:2], Outcome("e2e", passed=1, failed=1, code=1)], True, 1, "411 passed, 1 failed, 0 skipped"),
    ([*FULL[:2], Outcome("e2e", skipped=2)], True, 1, "2 browser tests were skipped"),
    ([*FULL[:2], Outcome("e2e", skipped=2)], False, 1, "2 browser tests were skipped"),
    (FULL[:2], True, 1, "No browser test was executed"),
    (FULL[:1], False, 0, "400 passed"),
    ([Outcome("odoo", passed=9, skipped=1, skipped_browser=1)], False, 1, "1 browser tests were skipped"),
    ([Outcome("odoo", passed=9, skipped=1)], False, 0, "9 passed, 0 failed, 1 skipped"),
    ([Outcome("plain", code=5), Outcome("odoo", code=5)], False, 1, "No test was executed"),
    ([Outcome("plain", code=5), Outcome("odoo", passed=1)], False, 0, "1 passed"),
])
def test_the_end_of_a_run(capsys, outcomes, whole, code, said):
    assert report(outcomes, whole, duration=1) == code
    printed = capsys.readouterr().out
    assert said in printed
    assert re.fullmatch(r"\d+ passed, \d+ failed, \d+ skipped", printed.splitlines()[-1])


@pytest.mark.parametrize("paths, chosen", [
    (["tests/setup"], {"plain": ["tests/setup"]}),
    (["tests/setup/test_suite.py::test_x"], {"plain": ["tests/setup/test_suite.py::test_x"]}),
    (["sales_conveyor_pos"], {"glue": ["sales_conveyor_pos/tests"]}),
    (["sales_conveyor", "sales_conveyor_pos/tests/test_install.py"],
     {"odoo": ["sales_conveyor/tests"], "glue": ["sales_conveyor_pos/tests/test_install.py"]}),
    (["tests/setup/", "tests/setup/test_suite.py"], {"plain": ["tests/setup", "tests/setup/test_suite.py"]}),
])
def test_paths_choose_groups(paths, chosen):
    found = {group.name: [path.replace(f"{CHECKOUT}/", "") for path in given]
             for group, given in groups.plan(paths, CHECKOUT, here=CHECKOUT)}
    assert found == chosen


def test_all_groups_are_there_without_paths():
    found = {group.name for group, _paths in groups.plan([], CHECKOUT)}
    existing = {group.name for group in groups.GROUPS if any((CHECKOUT / root).is_dir() for root in group.roots)}
    assert found == existing


def test_every_glue_addon_is_in_the_group_that_tests_them():
    glue, = (group for group in groups.GROUPS if group.name == "glue")
    addons = {f"{manifest.parent.name}/tests" for manifest in CHECKOUT.glob("sales_conveyor_*/__manifest__.py")}
    assert addons and addons <= set(glue.roots)


def test_every_group_has_the_template_that_it_copies():
    assert set(NEEDED) == {group.name for group in groups.GROUPS} - {"plain"}


@pytest.mark.parametrize("path, said", [("tests/nowhere", "there is no"), ("setup", "belongs to no group")])
def test_a_path_that_is_no_test_is_told(path, said):
    with pytest.raises(SetupError, match=said):
        groups.plan([path], CHECKOUT, here=CHECKOUT)


def test_options_keep_their_values():
    assert groups.split_arguments(["-k", "touch and not sms", "tests/engine", "-x", "--maxfail", "3"]) == (
        ["tests/engine"], ["-k", "touch and not sms", "-x", "--maxfail", "3"])
