"""The picture of counted hours; expected numbers are counted by hand."""

from datetime import date

import pytest
from engine import visitors
from engine.visitors import Sum

MONDAY, NEXT, TUESDAY = date(2026, 11, 16), date(2026, 11, 23), date(2026, 11, 17)
VISITORS = {(MONDAY, 10): 10, (NEXT, 10): 20, (MONDAY, 11): 10, (TUESDAY, 10): 40}
PURCHASES = {(MONDAY, 10): 3, (NEXT, 10): 3, (MONDAY, 11): 2, (MONDAY, 15): 7, (TUESDAY, 10): 4}
LEADS = {(NEXT, 10): 5, (NEXT, 12): 9}


def test_sums_by_weekday_and_hour():
    picture = visitors.paint(VISITORS, LEADS, PURCHASES)
    assert picture.slots[0, 10] == Sum(30, 5, 6, days=2)
    assert picture.slots[0, 10].mean("visitors") == 15
    assert picture.hours[10] == Sum(70, 5, 10, days=3)
    assert picture.whole == Sum(80, 5, 12, days=3)
    assert picture.weekdays[0] == Sum(40, 5, 8, days=2)


def test_purchases_of_hours_that_nobody_counted_are_told_apart():
    assert visitors.paint(VISITORS, LEADS, PURCHASES).uncounted == 7


def test_holidays_stand_apart():
    picture = visitors.paint(VISITORS, LEADS, PURCHASES, {TUESDAY})
    assert picture.whole == Sum(40, 5, 8, days=2)
    assert picture.holidays == {TUESDAY: Sum(40, 0, 4, days=1)}


def test_the_moments_behind_an_hour_are_those_counted_and_those_with_anything():
    moments = visitors.paint({**VISITORS, (MONDAY, 11): 0}, LEADS, PURCHASES, {TUESDAY}).moments
    assert moments[0, 10] == {"visitors": [(MONDAY, 10), (NEXT, 10)], "leads": [(NEXT, 10)], "purchases": [(MONDAY, 10), (NEXT, 10)]}
    assert moments[0, 11]["visitors"] == [(MONDAY, 11)]  # nobody came, and it was counted
    assert (1, 10) not in moments and (0, 12) not in moments  # a holiday; not counted


def test_missed_purchases_against_the_average_hour():
    losses = visitors.paint(VISITORS, LEADS, PURCHASES).losses()
    assert [(slot, missed) for slot, _total, missed in losses] == [((1, 10), pytest.approx(2.0))]  # 40 × 12/80 − 4


def test_an_hour_without_visitors_converts_nothing():
    assert Sum(0, 0, 1, 1).conversion is None
    assert Sum(0, 0, 1, 1).missed(0.1) is None
    assert visitors.paint({}, LEADS, PURCHASES).losses() == []


def test_how_probable_so_few_purchases_are():
    """Poisson's distribution function with mean 4: R's ppois(0:1, 4) gives 0.01831564 and 0.09157819."""
    assert Sum(40, 0, 0, 1).chance(0.1) == pytest.approx(0.01831564)
    assert Sum(40, 0, 1, 1).chance(0.1) == pytest.approx(0.09157819)
    assert Sum(0, 0, 0, 1).chance(0.1) is None and Sum(5, 0, 0, 1).chance(0) is None


def test_shades():
    assert visitors.levels({"a": 0, "b": 5.0, "c": 10, "d": None}, 0, 10) == {"a": 0, "b": 2, "c": 5}
    assert visitors.levels({"a": 3}, 3, 3) == {"a": 0}
