"""The funnel's definitions on small cases, a sentence each.

Sections 1 to 5 are one pipeline, 4 is won; 8 and 9 are another team's, 9 is
won; 7 existed once. Day 0 is a moment, a case's dates are days after it.
"""

from datetime import datetime, timedelta
from statistics import median

import pytest
from engine.funnel import (
    Case, Conversion, Step, Tally, bucket_of, bucket_range, conversions, median_from_histogram,
    outcome, section_facts,
)

PIPELINE = (1, 2, 3, 4)
PHASES = {1: "lead_generation", 2: "first_sale", 3: "first_sale", 4: "first_sale",
          5: "account_management", 8: "first_sale", 9: "first_sale"}
DAY = 86400
ZERO = datetime(2024, 1, 1, 9)


def day(number):
    return None if number is None else ZERO + timedelta(days=number)


def story(*steps, **context):
    """Facts of a lead as ``{place: (reached, passed, lost, days)}``; a place is a section, or
    (section, "lead") for its LG row; ``all`` is the whole conveyor."""
    case = Case(
        steps=tuple(Step(day(at), *rest) for at, *rest in steps),
        **{"pipeline": PIPELINE, "phases": PHASES, **context,
           "converted": day(context.get("converted")), "touches": tuple(map(day, context.get("touches", ())))})
    return {name(fact.place): fact for fact in section_facts(case)}


def name(place):
    if place is None:
        return "all"
    return place.section if place.phase == PHASES[place.section] else (place.section, "lead")


def days_after(moment):
    return None if moment is None else (moment - ZERO) / timedelta(days=1)


def dates(fact):
    return (days_after(fact.reached), days_after(fact.passed), days_after(fact.lost),
            None if fact.seconds is None else fact.seconds / DAY)


ENTER = (0, "enter", None, 1)
TO_2 = (1, "forward", 1, 2)
TO_3 = (3, "forward", 2, 3)

# sentence, steps, context, {place: (reached, passed, lost, days)}
CASES = (
    ("a lead that entered is reached and nothing more",
     [ENTER], {}, {"all": (0, None, None, None), 1: (0, None, None, None)}),
    ("moving on passes the section left",
     [ENTER, TO_2], {}, {"all": (0, None, None, None), 1: (0, 1, None, 1), 2: (1, None, None, None)}),
    ("a section jumped over is reached and passed at that moment, without days",
     [ENTER, (2, "skip", 1, 3)], {},
     {"all": (0, None, None, None), 1: (0, 2, None, 2), 2: (2, 2, None, None), 3: (2, None, None, None)}),
    ("going back passes nothing; the second visit adds days and keeps the first dates",
     [ENTER, TO_2, (3, "back", 2, 1), (7, "forward", 1, 2)], {},
     {"all": (0, None, None, None), 1: (0, 1, None, 5), 2: (1, None, None, 2)}),
    ("going back before the entry section reaches it there and then",
     [(0, "enter", None, 3), (2, "back", 3, 1), (3, "skip", 1, 3)], {},
     {"all": (0, None, None, None), 3: (0, None, None, 2), 1: (2, 3, None, 1), 2: (3, 3, None, None)}),
    ("won from the last section passes it and the won one, which has no days",
     [ENTER, TO_2, TO_3, (6, "won", 3, 4)], {},
     {"all": (0, 6, None, 6), 1: (0, 1, None, 1), 2: (1, 3, None, 2), 3: (3, 6, None, 3), 4: (6, 6, None, None)}),
    ("won from any section passes all up to the won one",
     [ENTER, (2, "won", 1, 4)], {},
     {"all": (0, 2, None, 2), 1: (0, 2, None, 2), 2: (2, 2, None, None), 3: (2, 2, None, None), 4: (2, 2, None, None)}),
    ("won after entering in the middle passes from there on only",
     [(0, "enter", None, 3), (2, "won", 3, 4)], {},
     {"all": (0, 2, None, 2), 3: (0, 2, None, 2), 4: (2, 2, None, None)}),
    ("won after going back passes what was reached further on",
     [ENTER, TO_2, TO_3, (4, "back", 3, 1), (5, "won", 1, 4)], {},
     {"all": (0, 5, None, 5), 1: (0, 1, None, 2), 2: (1, 3, None, 2), 3: (3, 5, None, 1), 4: (5, 5, None, None)}),
    ("a won section does not pass the sections after it",
     [ENTER, (1, "won", 1, 4)], {"pipeline": (1, 4, 5)},
     {"all": (0, 1, None, 1), 1: (0, 1, None, 1), 4: (1, 1, None, None)}),
    ("a won section that lies before the entry: all sections from the entry on",
     [(0, "enter", None, 3), (2, "won", 3, 4)], {"pipeline": (1, 4, 2, 3, 5)},
     {"all": (0, 2, None, 2), 3: (0, 2, None, 2), 5: (2, 2, None, None), 4: (2, 2, None, None)}),
    ("created in the won section: entered and won at once",
     [(0, "enter", None, 4), (0, "won", 4, 4)], {}, {"all": (0, 0, None, 0), 4: (0, 0, None, 0)}),
    ("lost here, and nothing passed",
     [ENTER, TO_2, (4, "lost", 2, 2)], {},
     {"all": (0, None, 4, 4), 1: (0, 1, None, 1), 2: (1, None, 4, 3)}),
    ("a reopened lead is not lost; the days between do not count",
     [ENTER, (2, "lost", 1, 1), (9, "reopen", 1, 1), (10, "forward", 1, 2)], {},
     {"all": (0, None, None, None), 1: (0, 10, None, 3), 2: (10, None, None, None)}),
    ("lost again later: only the last loss is one",
     [ENTER, (2, "lost", 1, 1), (3, "reopen", 1, 1), (4, "forward", 1, 2), (6, "lost", 2, 2)], {},
     {"all": (0, None, 6, 6), 1: (0, 4, None, 3), 2: (4, None, 6, 2)}),
    ("moved after the loss without a word: not lost",
     [ENTER, (2, "lost", 1, 1), (5, "forward", 1, 2)], {},
     {"all": (0, None, None, None), 1: (0, 5, None, 2), 2: (5, None, None, None)}),
    ("lost in a section that it had passed before: both",
     [ENTER, TO_2, (2, "back", 2, 1), (3, "lost", 1, 1)], {},
     {"all": (0, None, 3, 3), 1: (0, 1, 3, 2), 2: (1, None, None, 1)}),
    ("a win taken back counts nowhere",
     [ENTER, (2, "won", 1, 4), (5, "reopen", 4, 2)], {},
     {"all": (0, None, None, None), 1: (0, None, None, 2), 2: (5, None, None, None)}),
    ("won, taken back, won again: the last win is the one",
     [ENTER, (2, "won", 1, 4), (5, "reopen", 4, 3), (8, "won", 3, 4)], {},
     {"all": (0, 8, None, 8), 1: (0, 8, None, 2), 2: (8, 8, None, None), 3: (5, 8, None, 3), 4: (8, 8, None, None)}),
    ("Odoo says pending: a loss in the steps is not one (merged histories)",
     [ENTER, (2, "lost", 1, 1)], {"status": "pending", "standing": 1},
     {"all": (0, None, None, None), 1: (0, None, None, 2)}),
    ("of type lead: LG whatever the section",
     [(0, "enter", None, 2), (1, "forward", 2, 3)], {"is_lead": True},
     {"all": (0, None, None, None), (2, "lead"): (0, 1, None, 1), (3, "lead"): (1, None, None, None)}),
    ("conversion is the way out of LG and the way into the section",
     [(0, "enter", None, 2), (6, "forward", 2, 3)], {"converted": 4},
     {"all": (0, None, None, None), (2, "lead"): (0, 4, None, 4), 2: (4, 6, None, 2), 3: (6, None, None, None)}),
    ("conversion in a section of phase LG: one row, passed, the days go on",
     [ENTER, (6, "forward", 1, 2)], {"converted": 4},
     {"all": (0, None, None, None), 1: (0, 4, None, 6), 2: (6, None, None, None)}),
    ("converted before its first step: never a lead",
     [(0, "enter", None, 2)], {"converted": -1}, {"all": (0, None, None, None), 2: (0, None, None, None)}),
    ("won after conversion passes from the section of conversion on",
     [(0, "enter", None, 1), (1, "forward", 1, 2), (5, "won", 2, 4)], {"converted": 3},
     {"all": (0, 5, None, 5), 1: (0, 1, None, 1), (2, "lead"): (1, 3, None, 2), 2: (3, 5, None, 2),
      3: (5, 5, None, None), 4: (5, 5, None, None)}),
    ("converted while lost: the clock stands still",
     [(0, "enter", None, 2), (1, "lost", 2, 2), (5, "reopen", 2, 2)], {"converted": 3},
     {"all": (0, None, None, None), (2, "lead"): (0, 3, None, 1), 2: (3, None, None, None)}),
    ("a section put between later counts as jumped over",
     [ENTER, (1, "forward", 1, 3)], {},
     {"all": (0, None, None, None), 1: (0, 1, None, 1), 2: (1, 1, None, None), 3: (1, None, None, None)}),
    ("sections were turned round later: a forward move still passes the one it left",
     [ENTER, TO_2], {"pipeline": (2, 1, 3, 4)},
     {"all": (0, None, None, None), 1: (0, 1, None, 1), 2: (1, None, None, None)}),
    ("a section of another team's pipeline is passed, nothing lies between",
     [(0, "enter", None, 8), (2, "forward", 8, 3)], {},
     {"all": (0, None, None, None), 8: (0, 2, None, 2), 3: (2, None, None, None)}),
    ("won in another team's won section: from the entry on, all",
     [(0, "enter", None, 8), (2, "forward", 8, 2), (4, "won", 2, 9)], {},
     {"all": (0, 4, None, 4), 8: (0, 2, None, 2), 2: (2, 4, None, 2), 3: (4, 4, None, None),
      4: (4, 4, None, None), 9: (4, 4, None, None)}),
    ("a section deleted since counts nowhere, its neighbours do",
     [ENTER, (2, "forward", 1, None), (5, "forward", None, 3)], {},
     {"all": (0, None, None, None), 1: (0, 2, None, 2), 3: (5, None, None, None)}),
    ("a section nobody knows is as good as deleted",
     [(0, "enter", None, 7), (2, "forward", 7, 2)], {},
     {"all": (0, None, None, None), 2: (2, None, None, None)}),
    ("no steps, no facts", [], {}, {}),
)


@pytest.mark.parametrize("sentence, steps, context, expected", CASES, ids=[case[0] for case in CASES])
def test_facts(sentence, steps, context, expected):
    assert {place: dates(fact) for place, fact in story(*steps, **context).items()} == expected, sentence


NOW = (
    ("in its section", [ENTER, TO_2], {"standing": 2}, {"all": 0, 2: 1}),
    ("closed: nowhere", [ENTER, (2, "lost", 1, 1)], {}, {}),
    ("back in a section it had passed", [ENTER, TO_2, (3, "back", 2, 1)], {"standing": 1}, {"all": 0, 1: 3}),
    ("as a lead", [(0, "enter", None, 2)], {"standing": 2, "is_lead": True}, {"all": 0, (2, "lead"): 0}),
    ("as the opportunity after conversion", [(0, "enter", None, 2)], {"standing": 2, "converted": 4}, {"all": 0, 2: 4}),
)


@pytest.mark.parametrize("sentence, steps, context, expected", NOW, ids=[case[0] for case in NOW])
def test_in_it_now_and_since_when(sentence, steps, context, expected):
    facts = story(*steps, **context)
    assert {place: days_after(fact.since) for place, fact in facts.items() if fact.in_now} == expected, sentence


def test_touches_belong_to_the_stay_they_fall_in():
    facts = story(ENTER, (2, "forward", 1, 2), (4, "lost", 2, 2), (8, "reopen", 2, 2),
                  touches=(-3, 0, 1, 2, 3, 4, 6, 9))
    assert {place: fact.touches for place, fact in facts.items()} == {"all": 7, 1: 4, 2: 3}, (
        "before the entry: the first section; at the moment of leaving: the section left; after the loss: nobody's")


def test_outcome_asks_odoo():
    steps = (Step(ZERO, "enter", None, 1), Step(ZERO, "won", 1, 4))
    assert [outcome(steps, status).kind for status in (None, "won", "pending")] == ["won", "won", None]


# ------------------------------------------------------------------ medians
@pytest.mark.parametrize("days", [0, 0.0001, 1 / 1440, 0.04, 0.5, 1, 2, 7, 14, 57, 365, 3650])
def test_a_duration_lies_in_its_bucket(days):
    low, high = bucket_range(bucket_of(days))
    assert low * (1 - 1e-9) <= days < high


@pytest.mark.parametrize("values", [
    [5], [1, 100], [3, 3, 3], [0, 0, 9], list(range(1, 60)), [0.1 * step for step in range(200)], [14] * 7 + [57] * 9,
])
def test_the_histogram_median_agrees_within_the_bucket(values):
    counts = {}
    for value in values:
        counts[bucket_of(value)] = counts.get(bucket_of(value), 0) + 1
    ordered = sorted(values)
    lower, upper = ordered[(len(values) - 1) // 2], ordered[len(values) // 2]
    low = (bucket_range(bucket_of(lower))[0] + bucket_range(bucket_of(upper))[0]) / 2
    high = (bucket_range(bucket_of(lower))[1] + bucket_range(bucket_of(upper))[1]) / 2
    assert low <= median_from_histogram(counts) <= high
    assert low - 1e-9 <= median(values) <= high


def test_the_median_of_nothing():
    assert median_from_histogram({}) is None
    assert median_from_histogram({3: 2, 5: -2}) is None


# ------------------------------------------------------------------ sums
def test_conversions_of_a_cohort():
    tallies = [Tally(reached=100, passed=50), Tally(reached=50, passed=10), Tally(reached=30)]
    assert conversions(tallies, (None, 0, 1), 120, "cohort") == [
        Conversion(None, 100 / 120), Conversion(0.5, 50 / 120), Conversion(0.2, 0.25)]


def test_conversions_of_a_period_never_exceed_one():
    tallies = [Tally(reached=2, passed=6, lost=2), Tally(reached=6, passed=3, lost=1), Tally(reached=9)]
    assert conversions(tallies, (None, 0, 1), 2, "period") == [
        Conversion(None, 1.0), Conversion(0.75, 0.75), Conversion(0.75, 0.5625)]


def test_two_pipelines_convert_apart():
    tallies = [Tally(reached=10, passed=5), Tally(reached=4, passed=1), Tally(reached=5)]
    assert [entry.previous for entry in conversions(tallies, (None, None, 0), 14, "cohort")] == [None, None, 0.5]


def test_nothing_divided_by_nothing():
    assert conversions([Tally(), Tally()], (None, 0), 0, "cohort") == [Conversion(), Conversion()]
    assert conversions([Tally(), Tally()], (None, 0), 0, "period") == [Conversion(), Conversion()]
    assert Tally().mean_days is None and Tally().effort("cohort") is None


def test_tallies_add_up():
    total = sum((Tally(reached=1, seconds_passed=2 * DAY, timed_passed=1), Tally(reached=2, touches=6)), Tally())
    assert total == Tally(reached=3, seconds_passed=2 * DAY, timed_passed=1, touches=6)
    assert (total.mean_days, total.mean_days_passed, total.effort("cohort")) == (2, 2, 2)
