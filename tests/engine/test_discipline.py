"""Sums of where touches stop, and working time, counted by hand."""

from engine.discipline import SLOT, WEEK, Tally, histogram, worked

HOUR = 3600


def test_shares_are_of_those_that_they_can_be_said_of():
    tally = Tally(leads=10, dropped=4, early=3) + Tally(leads=5, judged=8, in_window=2, attempted=2, minutes=90)
    assert (tally.leads, tally.early_share, tally.window_share, tally.mean_minutes) == (15, 0.75, 0.25, 45)
    assert Tally(leads=3).early_share is Tally().window_share is Tally().attempt_share is Tally().mean_minutes is None


def test_a_histogram_has_every_bar_and_adds_up():
    stops = histogram("0123", {"0": Tally(dropped=1), "2": Tally(dropped=3)})
    assert [stop.tally.dropped for stop in stops] == [1, 0, 3, 0]
    assert [stop.share for stop in stops] == [0.25, 0, 0.75, 0]
    assert [stop.by_then for stop in stops] == [0.25, 0.25, 1, 1]
    assert histogram("0", {})[0].share is None


def test_working_time_of_a_week():
    """Monday 8 to 12 and 13 to 17."""
    seconds = worked([(8 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR)])
    at = {hour: seconds[hour * HOUR // SLOT] / HOUR for hour in (0, 8, 10, 12, 13, 17, 24, 168)}
    assert at == {0: 0, 8: 0, 10: 2, 12: 4, 13: 4, 17: 8, 24: 8, 168: 8}
    assert len(seconds) == WEEK // SLOT + 1


def test_two_weeks_that_take_turns():
    seconds = worked([(8 * HOUR, 12 * HOUR), (WEEK + 24 * HOUR, WEEK + 26 * HOUR)], 2)
    at = {hour: seconds[hour * HOUR // SLOT] / HOUR for hour in (0, 12, 168, 168 + 25, 336)}
    assert at == {0: 0, 12: 4, 168: 4, 168 + 25: 5, 336: 6}


def test_without_working_hours_all_time_is_working_time():
    assert worked([])[-1] == WEEK
    assert worked([], 2)[-1] == 2 * WEEK
