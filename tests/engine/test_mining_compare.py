"""Differences between won and lost cases, and between two pictures: sure and material, or not told."""

import random
from math import sqrt
from statistics import NormalDist, median, stdev

import pytest
from engine import statistics
from engine.mining import Activity, Arc, Picture, Spread, Variant, from_aggregates
from engine.mining_compare import CODES, compare, standard_error
from engine.mining_lift import lifts, tightened

DAY = 86400
MANY = {"cases": 20000, "lost": 10000}


# ------------------------------------------------------------------ what won ones had
def test_the_intervals_are_newcombes():
    """Table II (a) of Newcombe 1998, 56/70 and 48/80: 0.0524 to 0.3339."""
    lift, = lifts([("a call", 56, 48)], 70, 80)
    assert (lift.gap, lift.low, lift.high) == pytest.approx((.2, .0524, .3339), abs=1e-4)
    assert (lift.verdict, lift.share_won, lift.share_lost) == ("won_more", .8, .6)


@pytest.mark.parametrize("won_with, won, lost_with, lost, verdict", [
    (19, 19, 0, 100, "not_enough"), (100, 100, 0, 19, "not_enough"), (20, 20, 0, 20, "won_more"),
    (0, 20, 20, 20, "lost_more"), (11, 20, 9, 20, "same"), (0, 0, 0, 0, "not_enough")])
def test_verdicts(won_with, won, lost_with, lost, verdict):
    assert lifts([("x", won_with, lost_with)], won, lost)[0].verdict == verdict


def test_many_features_tighten_each_level():
    clear, alone = ("x", 30, 18), lifts([("x", 30, 18)], 50, 50)[0]
    crowd = lifts([clear, *((number, 25, 25) for number in range(19))], 50, 50)
    assert alone.verdict == "won_more"
    assert {lift.verdict for lift in crowd} == {"same"}
    assert crowd[0].feature == "x"
    assert tightened(20) == pytest.approx(NormalDist().inv_cdf(1 - .05 / 40))
    assert tightened(1) == pytest.approx(statistics.Z_95, abs=1e-4)


def test_more_cases_than_there_are_is_an_error():
    with pytest.raises(ValueError):
        lifts([("x", 3, 0)], 2, 2)


# ------------------------------------------------------------------ two pictures
def picture(cases=200, won=80, lost=100, steps=(), wait=(), win=(), path="abz"):
    """A picture with shares of cases ``{step: (cases, won, lost)}``, waits of the arc (a, b) and times to the win."""
    return from_aggregates(
        cases=cases, won=won, lost=lost, won_duration=Spread.of(win), duration=Spread.of(win),
        activities=[Activity("a", cases, cases, won, lost), *(Activity(name, own[0], *own) for name, own in dict(steps).items())],
        arcs=[Arc("a", "b", len(wait), Spread.of(wait))] if wait else [],
        variants=[Variant(tuple(path), won + lost, won, lost)])


def days(middle, count=60):
    return [DAY * (middle + step / 20 - count / 40) for step in range(count)]


def told(old, new, **kwargs):
    return [(change.code, change.subject) for change in compare(old, new, **kwargs).changes]


@pytest.mark.parametrize("old, new, expected", [
    ({}, {}, []),
    ({}, {"steps": {"drive": (60, 20, 30)}}, [("new_step", "drive")]),
    ({"steps": {"drive": (60, 20, 30)}}, {}, [("dropped_step", "drive")]),
    ({"steps": {"drive": (60, 20, 30)}}, {"steps": {"drive": (120, 50, 60)}}, [("step_share", "drive")]),
    ({}, {"steps": {"drive": (16, 5, 8)}}, []),
    ({"steps": {"drive": (60, 20, 30)}}, {"steps": {"drive": (75, 25, 40)}}, []),
    ({}, {"won": 30, "lost": 150}, [("conversion", None)]),
    ({}, {"won": 70, "lost": 110}, []),
    ({"wait": days(3)}, {"wait": days(9)}, [("wait", ("a", "b"))]),
    ({"wait": days(3)}, {"wait": days(3.4)}, []),
    ({"wait": days(3)}, {"wait": days(9, count=19)}, []),
    ({"win": days(20)}, {"win": days(40)}, [("time_to_win", None)]),
    ({"wait": [60] * 50}, {"wait": [600] * 50}, []),
    ({"wait": [60] * 50}, {"wait": [7200] * 50}, [("wait", ("a", "b"))]),
    ({**MANY, "won": 8000}, {**MANY, "won": 9000}, []),
    ({**MANY, "won": 8000}, {**MANY, "won": 14000}, [("conversion", None)]),
    ({**MANY, "steps": {"drive": (6000, 0, 0)}}, {**MANY, "steps": {"drive": (7000, 0, 0)}}, []),
    ({**MANY, "steps": {"drive": (6000, 0, 0)}}, {**MANY, "steps": {"drive": (8500, 0, 0)}}, [("step_share", "drive")]),
    ({}, {"path": "abcz"}, [("typical_path", tuple("abcz"))]),
], ids=["the same", "a new step", "a dropped step", "a step more often", "eight of a hundred are no new step",
        "a quarter more often, but within noise", "fewer wins", "a few wins fewer", "a longer wait", "hardly longer",
        "nineteen waits say nothing", "a longer way to the win", "ten minutes are not material",
        "two hours instead of a minute", "sure, but an eighth more wins", "sure and a third more wins",
        "sure, but five of a hundred more", "sure and an eighth more", "another typical path"])
def test_what_is_told(old, new, expected):
    assert told(picture(**old), picture(**new)) == expected


def test_the_figures_of_a_change():
    comparison = compare(picture(won=80, lost=120), picture(won=40, lost=160))
    change, = comparison.changes
    assert comparison.compared == 3, "the conversion, step a, and its conversion"
    gap, low, high = statistics.difference(40, 200, 80, 200, tightened(3))
    assert (change.gap, change.low, change.high) == (gap, low, high)
    assert ((change.old.part, change.old.of, change.old.value), (change.new.part, change.new.of, change.new.value)) == (
        (80, 200, .4), (40, 200, .2))
    wait, = compare(picture(wait=days(3)), picture(wait=days(9))).changes
    assert wait.gap == pytest.approx(6 * DAY) and wait.low < 6 * DAY < wait.high
    assert (wait.old.of, wait.new.of, wait.old.part) == (60, 60, None)


def test_a_steps_conversion_is_told_when_it_goes_its_own_way():
    old = picture(steps={"drive": (100, 30, 60)})
    assert told(old, picture(steps={"drive": (100, 60, 30)})) == [("step_conversion", "drive")]
    all_fell = picture(won=30, lost=150, steps={"drive": (100, 5, 90)})
    assert told(old, all_fell) == [("conversion", None)]


def test_closing_activities_are_no_steps():
    assert told(picture(), picture(steps={"won": (90, 80, 0)}), closing=("won",)) == []


def test_few_cases_are_not_compared():
    found = compare(picture(), picture(cases=19, won=10, lost=9))
    assert (found.is_enough, found.changes) == (False, ())
    assert compare(Picture(), Picture()).is_enough is False
    assert compare(picture(), picture()).is_enough is True


def test_changes_come_in_the_order_of_the_codes():
    found = compare(picture(wait=days(3), win=days(20)), picture(
        won=20, lost=160, wait=days(9), win=days(50), steps={"x": (60, 5, 30), "y": (90, 9, 50)}))
    codes = [change.code for change in found.changes]
    assert codes == sorted(codes, key=CODES.index)
    assert [change.subject for change in found.changes[:2]] == ["y", "x"], "the larger gap first"


def test_the_standard_error_of_a_median_is_what_medians_do():
    """On 400 samples of 100 normal, and as many exponential times."""
    dice = random.Random(3)
    for draw in (lambda: dice.gauss(100, 15), lambda: dice.expovariate(1 / 100)):
        samples = [[draw() for _value in range(100)] for _sample in range(400)]
        really = stdev(median(sample) for sample in samples)
        claimed = sqrt(sum(standard_error(Spread.of(sample)) ** 2 for sample in samples) / 400)
        assert claimed == pytest.approx(really, rel=.15)
