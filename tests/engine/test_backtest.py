"""The back-test's counting, by small histories counted by hand."""

from datetime import date, timedelta

import pytest
from engine.backtest import ENOUGH, Case, Counts, as_of_days, count, f1, precision, recall, term
from engine.statistics import wilson

TODAY = date(2026, 3, 1)
END = date(2026, 12, 31)


def case(silence, usual=10, alarm=20, back_after=None):
    """A customer who is silent for so many days, and buys so many days after the as-of day."""
    return Case(TODAY, TODAY - timedelta(silence), usual, alarm, TODAY + timedelta(term(usual)),
                None if back_after is None else TODAY + timedelta(back_after))


@pytest.mark.parametrize("usual, days", [(1, 7), (3.5, 7), (3.6, 8), (10, 20), (10.2, 21), (182, 364)])
def test_the_term_is_twice_the_usual_gap_and_at_least_a_week(usual, days):
    assert term(usual) == days


@pytest.mark.parametrize("name, one, named, lost", [
    ("silent and never back", case(25), True, True),
    ("back on the last day of his term", case(25, back_after=20), True, False),
    ("back a day later", case(25, back_after=21), True, True),
    ("named from the very day", case(20), True, True),
    ("a day too early", case(19), False, True),
    ("steady", case(5, back_after=4), False, False),
])
def test_who_is_named_and_who_is_lost(name, one, named, lost):
    assert (one.is_named, one.is_lost) == (named, lost), name


@pytest.mark.parametrize("name, one, end, asked", [
    ("six usual gaps are still asked about", case(60), END, True),
    ("whoever is silent for longer is no news", case(61), END, False),
    ("the term must be over", case(25), TODAY + timedelta(19), False),
    ("it is over on its last day", case(25), TODAY + timedelta(20), True),
])
def test_who_is_asked_about(name, one, end, asked):
    assert one.is_asked(end) == asked, name


def test_the_counts_of_a_small_history():
    counts = count([case(25), case(30, back_after=40), case(25, back_after=3), case(5), case(5, back_after=5), case(61)], END)
    assert counts == Counts(asked=5, named=3, right=2, lost=3, customers=3, losers=3)
    assert (counts.false, counts.missed) == (1, 1)
    assert f1(counts) == pytest.approx(2 / 3)


def test_few_customers_say_nothing():
    assert precision(Counts(100, 60, 50, 70, ENOUGH - 1, 70)) is None
    assert recall(Counts(100, 60, 50, 70, 60, ENOUGH - 1)) is None
    assert precision(Counts()) is None and recall(Counts()) is None and f1(Counts()) is None


def test_the_interval_counts_people_and_not_questions():
    share = precision(Counts(asked=900, named=200, right=100, lost=150, customers=50, losers=80))
    assert (share.value, share.low, share.high) == (0.5, *wilson(25, 50))


def test_the_days_lie_evenly_in_the_past():
    assert as_of_days(date(2026, 1, 1), date(2026, 1, 1) + timedelta(100), 8) == [
        date(2026, 1, 1) + timedelta(days) for days in (45, 50, 55, 60, 65, 70, 75, 80)]
    assert as_of_days(date(2026, 1, 1), date(2026, 4, 11), 1) == [date(2026, 1, 1) + timedelta(62)]
    assert as_of_days(date(2026, 1, 1), date(2026, 2, 20), 8) == []
    assert as_of_days(date(2026, 2, 1), date(2026, 1, 1), 8) == []
