"""All benchmarks on a small database: each runs, and both sides of every ratio give the same answer. No time is judged."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .bench import Different, Result, compare, goals, report

CHECKOUT = Path(__file__).resolve().parents[2]
EVERY = {
    "counter": "counter: one post of a device, two workers",
    "install": "installing the module on 300 leads", "history": "history backfill", "sale-kind": "first or repeat of all leads",
    "kanban": "kanban: columns and cards", "list": "list: first page", "moves": "drag of one card",
    "funnel": "funnel cells: section × month", "screen": "funnel screen, all tables, by the four-way group-by",
    "rebuild": "funnel rollup made anew", "sheets": "workbook: sheets with charts", "rows": "workbook: 300 raw rows",
    "export": "workbook: a row, by a row of Odoo's export", "work": "drag of one card, with standard work",
    "capture": "posting to a client on a lead", "last-touch": "last touch of all leads, by the messages",
    "daily": "lines of 1 leads touched in a day, by a scan of all", "queue": "a salesperson's day, whole request",
    "choosing": "choosing 62 due of 250 enrolments", "planning": "one touch of 62, by one of 12",
    "reaction": "125 signals answered by opportunities, by the ORM's create", "mails": "one mail of 62, by one of 6",
    "touches": "touches of the years before", "rhythm-table": "AUC of this method, P, cdnow",
    "dashboard": "dashboard: first paint, by the bare SQL of its parts", "money": "money by source of a year, by the bare SQL",
    "mining": "mining one year, by the bare SQL of its pairs", "conformance": "conformance of one year, by its mining",
    "rhythm": "rhythm of 250 customers, written, by the bare SELECT with median",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The answer of ``setup/bench --scale tiny``, which setup/test prepares in the same way."""
    if not os.environ.get("CONVEYOR_TEMPLATE"):
        pytest.fail("CONVEYOR_TEMPLATE names no database: run these tests with setup/test.")
    path = tmp_path_factory.mktemp("bench") / "results.json"
    answer = subprocess.run([sys.executable, "-m", "tests.load", "--scale", "tiny", "--json", str(path)], cwd=CHECKOUT,
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    found = json.loads(path.read_text()) if path.exists() else {"results": [], "failures": [answer.stdout]}
    return {**found, "code": answer.returncode, "text": answer.stdout}


def test_both_sides_gave_the_same_answers(run):
    assert run["failures"] == []
    assert run["code"] == 0


def test_every_benchmark_ran(run):
    from .__main__ import BENCHMARKS

    assert set(EVERY) == set(BENCHMARKS), "a benchmark without a line here"
    names = {result["name"] for result in run["results"]}
    assert [name for name in EVERY.values() if name not in names] == []


def test_every_ratio_is_printed_with_its_goal(run):
    for result in run["results"]:
        assert result["name"] in run["text"]
    assert run["text"].count("reached") + run["text"].count("MISSED  ") == sum(
        result["goal"] is not None for result in run["results"])


# ---------------------------------------------------------------- the measuring itself
def side(seconds, answer="the same"):
    durations = iter(seconds)
    return lambda: (next(durations), answer)


def test_the_ratio_is_the_median_of_neighbours():
    result = compare("x", side([9, 1, 2, 30]), side([9, 1, 1, 10]), 3, goal=2)
    assert (result.ours, result.reference, result.ratio, result.verdict) == (2, 1, 2, "ok")


def test_different_answers_have_no_ratio():
    with pytest.raises(Different, match="x: .*'one'.* is not .*'other'"):
        compare("x", side([1], "one"), side([1], "other"), 1, warm=False)


def test_a_limit_without_a_reference_is_judged_alone():
    results = [Result("memory", 61, goal=60, unit="MB"), Result("seconds", 2)]
    assert [result.verdict for result in results] == ["MISSED", ""]
    assert goals(results) == "MISSED   memory: 61.0 MB, at most 60.0 MB"
    assert "seconds" in report(results)
