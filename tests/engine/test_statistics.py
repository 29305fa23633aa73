"""Intervals against the tables that their author published.

Newcombe, Statistics in Medicine 17 (1998): table I of pages 857-872 (method 3)
and table II of pages 873-890 (method 10), four decimals.
"""

import pytest
from engine.statistics import difference, wilson


@pytest.mark.parametrize("successes, n, low, high", [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
])
def test_a_share_as_newcombe_published_it(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((low, high), abs=0.0001)


@pytest.mark.parametrize("s1, n1, s2, n2, low, high", [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
])
def test_a_difference_as_newcombe_published_it(s1, n1, s2, n2, low, high):
    assert difference(s1, n1, s2, n2) == pytest.approx((s1 / n1 - s2 / n2, low, high), abs=0.0001)


def test_without_cases_nothing_is_known():
    assert wilson(0, 0) == (0.0, 1.0)
    assert difference(0, 0, 5, 10)[0] == 0.0
    assert difference(0, 0, 5, 10)[1] < -0.7 < 0.7 < difference(0, 0, 5, 10)[2]


def test_all_and_none_stay_within_0_and_1():
    assert wilson(7, 7)[1] == 1.0
    assert wilson(0, 7)[0] == 0.0


def test_a_wider_interval_for_more_certainty():
    low, high = wilson(30, 100)
    lower, higher = wilson(30, 100, z=2.576)
    assert lower < low < 0.3 < high < higher


@pytest.mark.parametrize("successes, n", [(-1, 10), (11, 10), (0, -1)])
def test_impossible_counts_are_errors(successes, n):
    with pytest.raises(ValueError, match="no share"):
        wilson(successes, n)


def test_swapping_the_sides_mirrors_the_difference():
    gap, low, high = difference(56, 70, 48, 80)
    assert difference(48, 80, 56, 70) == pytest.approx((-gap, -high, -low))
