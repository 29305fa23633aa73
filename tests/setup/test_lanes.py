"""Lanes: every test once, in whatever lane; what goes wrong in a lane is seen; nothing outlives the run.

The chunks are run by the real pytest in real processes, on small checkouts without Odoo.
"""
import os
import signal
from pathlib import Path

import pytest
from conveyor_setup.commands import test as command
from conveyor_setup.errors import SetupError
from conveyor_setup.processes import wait_until
from conveyor_setup.settings import CHECKOUT
from conveyor_setup.testing import groups, summary
from conveyor_setup.testing.chunks import Board, cut
from conveyor_setup.testing.rooms import CONTENT
from conveyor_setup.testing.summary import Outcome

RUN = """
from dataclasses import replace
from pathlib import Path
from conveyor_setup import processes
from conveyor_setup.console import Console
from conveyor_setup.odoo import Odoo
from conveyor_setup.postgres import server_of
from conveyor_setup.settings import Settings
from conveyor_setup.steps.mining_env import MiningEnvironment
from conveyor_setup.testing import groups
from conveyor_setup.testing.suite import Suite
from conveyor_setup.workplace import Workplace

processes.stop_on_signals()
settings = replace(Settings.from_environment(), checkout=Path.cwd())
console = Console()
place = Workplace(settings, console, Odoo(settings, server_of(settings), console), {}, None,
                  MiningEnvironment(settings, console))
reports = Path("reports")
reports.mkdir()
print("up")
for outcome in Suite(place, OPTIONS, reports).run(groups.plan([], settings.checkout), lanes=2):
    print(outcome)
"""


@pytest.fixture
def run(tmp_path, helper, settings, monkeypatch):
    """Start two lanes on a checkout with these files; gives the process."""
    (tmp_path / "tests" / "engine").mkdir(parents=True)
    (tmp_path / "tests" / "engine" / "pm4py.txt").touch()

    def start(*options, **files):
        for name, code in files.items():
            (tmp_path / "tests" / "engine" / f"test_{name}.py").write_text(code)
        monkeypatch.chdir(tmp_path)
        return helper(RUN.replace("OPTIONS", repr(list(options))), SALES_CONVEYOR_HOME=settings.home)
    return start


def test_the_counts_of_all_chunks_are_one_group(run):
    passes = {f"passes{number}": "def test_a(): pass\ndef test_b(): print('quiet')\n" for number in range(12)}
    skipped = "import pytest\n@pytest.mark.skip\ndef test_later(): pass\n"
    said = run(**passes, fails="def test_it(): assert 'loud' == 1\n", skips=skipped).communicate(timeout=100)[0]
    assert "Outcome(group='plain', passed=24, failed=1, skipped=1, skipped_browser=0, code=1)" in said
    assert "assert 'loud' == 1" in said, "the output of what failed"
    assert said.count("quiet") == 0
    assert said.count("begins plain-") == said.count("ended plain-") == 8
    assert "lane 1 begins" in said and "lane 2 begins" in said


def test_options_reach_every_chunk_and_their_output_is_shown(run):
    files = {f"file{number}": "def test_a(): pass\ndef test_b(): pass\n" for number in range(3)}
    said = run("-k", "test_a", "--durations=1", **files).communicate(timeout=100)[0]
    assert "passed=3, failed=0" in said
    assert said.count("slowest") == 3


def test_a_lane_that_is_killed_is_a_failure_and_the_other_goes_on(run):
    kills = "import os, signal\ndef test_kills():\n    lane = os.getppid()\n    os.kill(lane, signal.SIGKILL)\n"
    passes = {f"passes{number}": "def test_a(): pass\n" for number in range(7)}
    said = run(kills=kills, **passes).communicate(timeout=100)[0]
    assert "is gone" in said
    assert "passed=7, failed=1" in said


SLEEPS = """
import os, pathlib, subprocess, time, pytest
@pytest.fixture
def cleared():
    yield
    pathlib.Path("cleared-{number}").touch()
def test_sleeps(cleared):
    child = subprocess.Popen(["sleep", "300"])
    pathlib.Path("pids-{number}").write_text(f"{{os.getpid()}} {{os.getppid()}} {{child.pid}}")
    time.sleep(300)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_stops_it_stops_all_that_it_started(run, tmp_path, number):
    process = run(one=SLEEPS.format(number=1), two=SLEEPS.format(number=2))
    notes = [tmp_path / "pids-1", tmp_path / "pids-2"]
    assert wait_until(lambda: all(note.exists() and note.read_text() for note in notes), 60)
    pids = [int(pid) for note in notes for pid in note.read_text().split()]
    assert len(set(pids)) == 6
    hearing = [process.pid, *pids[1::3]] if number == signal.SIGINT else [process.pid]  # the terminal tells the lanes too
    for pid in hearing:
        os.kill(pid, number)
    assert process.wait(60) != 0
    assert [pid for pid in pids if is_running(pid)] == []
    assert (tmp_path / "cleared-1").exists() and (tmp_path / "cleared-2").exists(), "fixtures clear up"


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


# --- cutting and choosing -----------------------------------------------------------------------------------------------

def plan(*paths):
    return groups.plan(paths, CHECKOUT, here=CHECKOUT)


def test_every_file_of_tests_is_in_exactly_one_chunk():
    for group, paths in plan():
        parts = [Path(path) for chunk in cut(group, paths) for path in chunk.paths]
        files = [str(file) for part in parts for file in (part.rglob("test_*.py") if part.is_dir() else [part])]
        there = [str(file) for root in group.roots for file in (CHECKOUT / root).rglob("test_*.py")]
        assert sorted(files) == sorted(there)


def test_a_named_test_is_a_chunk_of_its_own():
    (group, paths), = plan("tests/engine/test_gate.py::test_x", "tests/engine/test_day.py")
    assert sorted(len(chunk.paths) for chunk in cut(group, paths)) == [1, 1]


def drain(board, *lanes):
    """Lanes that all take as long for a chunk: what each of them does."""
    groups_of, done = dict.fromkeys(lanes), {lane: [] for lane in lanes}
    while True:
        taken = {}
        for lane in lanes:
            chunk = board.take(groups_of[lane], [group for other, group in groups_of.items() if other != lane])
            if chunk:
                taken[lane], groups_of[lane] = chunk, chunk.group
        if not taken:
            return done
        for lane, chunk in taken.items():
            done[lane].append(chunk)
            if not chunk.paths:
                board.made(chunk.group)


def test_lanes_share_all_chunks_and_make_each_database_once():
    done = drain(Board(plan(), CONTENT), 1, 2)
    chunks = [chunk for lane in done.values() for chunk in lane]
    assert len({chunk.name for chunk in chunks}) == len(chunks)
    assert {chunk.group.name for chunk in chunks if not chunk.paths} == set(CONTENT)
    assert sum(len(chunk.paths) for chunk in chunks) == sum(len(cut(*one)[0].paths) and sum(
        len(chunk.paths) for chunk in cut(*one)) for one in plan())
    for name in CONTENT:
        first = min((lane for lane in done.values() if any(chunk.group.name == name for chunk in lane)),
                    key=lambda lane: [chunk.group.name for chunk in lane].index(name))
        assert not next(chunk for chunk in first if chunk.group.name == name).paths, "the database comes first"


def test_a_group_whose_database_cannot_be_made_is_given_up():
    board = Board(plan("sales_conveyor"), CONTENT)
    chunk = board.take()
    assert board.take() is None, "nobody can work in it yet"
    board.give_up(chunk.group)
    assert board.take() is None


@pytest.mark.parametrize("outcomes, expected", [
    ([Outcome("odoo", 3, 1, 2, 1, code=1), Outcome("odoo", 4, 0, 1, 1)], Outcome("odoo", 7, 1, 3, 2, code=1)),
    ([Outcome("odoo", 3), Outcome("odoo", code=5)], Outcome("odoo", 3, code=5)),
    ([Outcome("odoo", 3, 1, code=139), Outcome("odoo", code=5)], Outcome("odoo", 3, 1, code=139)),
    ([], Outcome("odoo")),
])
def test_the_sum_of_a_group(outcomes, expected):
    assert summary.total("odoo", outcomes) == expected
    assert expected.is_clean == all(outcome.is_clean for outcome in outcomes)


# --- how many -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments, processors, lanes", [
    ([], 1, 1), ([], 2, 2), ([], 16, 4), (["--lanes", "1"], 2, 1), (["--lanes=3", "tests/engine"], 2, 3),
    (["tests/engine"], 2, 1), (["-k", "x"], 2, 1),
])
def test_the_whole_suite_has_a_lane_for_each_processor_a_part_has_one(monkeypatch, arguments, processors, lanes):
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert command.how_many_lanes(*groups.take_lanes(arguments)) == lanes


@pytest.mark.parametrize("value", ["none", "0", "-1"])
def test_a_number_of_lanes_that_is_none_is_told(value):
    with pytest.raises(SetupError, match="number of lanes"):
        groups.take_lanes(["--lanes", value])
