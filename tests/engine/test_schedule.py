"""When a report is due, and which days it is about: tables of cases read off a calendar."""
from datetime import date, datetime

import pytest

from engine.schedule import LAST, MONTHLY, PERIODS, Schedule, days_of, latest_due, next_due, pause

SOFIA = "Europe/Sofia"
DUE = [  # what, schedule, after, next due (UTC)
    ("Monday at eight, winter", Schedule("weekly", 0, hour=8, tz=SOFIA), datetime(2026, 1, 14, 9), datetime(2026, 1, 19, 6)),
    ("Monday at eight, summer", Schedule("weekly", 0, hour=8, tz=SOFIA), datetime(2026, 7, 1), datetime(2026, 7, 6, 5)),
    ("the very moment is over", Schedule("weekly", 0, hour=8, tz=SOFIA), datetime(2026, 1, 19, 6), datetime(2026, 1, 26, 6)),
    ("later on the same day", Schedule("weekly", 0, hour=18.5, tz=SOFIA), datetime(2026, 1, 19, 6), datetime(2026, 1, 19, 16, 30)),
    ("the fifth", Schedule(MONTHLY, month_day=5, hour=7, tz="UTC"), datetime(2026, 1, 6), datetime(2026, 2, 5, 7)),
    ("the last day", Schedule(MONTHLY, month_day=LAST, hour=20, tz="UTC"), datetime(2026, 1, 31, 21), datetime(2026, 2, 28, 20)),
    ("the last day of a leap year", Schedule(MONTHLY, month_day=LAST, hour=20, tz="UTC"), datetime(2028, 2, 1), datetime(2028, 2, 29, 20)),
    ("a month without a 31st", Schedule(MONTHLY, month_day=31, hour=0, tz="UTC"), datetime(2026, 3, 31, 1), datetime(2026, 4, 30)),
    ("local midnight before UTC's", Schedule(MONTHLY, month_day=1, hour=0, tz=SOFIA), datetime(2026, 1, 31, 21), datetime(2026, 1, 31, 22)),
    ("an hour that clocks leave out", Schedule("weekly", 6, hour=3.5, tz=SOFIA), datetime(2026, 3, 28), datetime(2026, 3, 29, 1, 30)),
]


@pytest.mark.parametrize("schedule, after, expected", [case[1:] for case in DUE], ids=[case[0] for case in DUE])
def test_due(schedule, after, expected):
    assert next_due(schedule, after) == expected


def test_a_server_that_slept_sends_the_last_one():
    weekly = Schedule("weekly", 0, hour=8, tz="UTC")
    assert latest_due(weekly, datetime(2026, 1, 5, 8), datetime(2026, 1, 21)) == datetime(2026, 1, 19, 8)
    assert latest_due(weekly, datetime(2026, 1, 5, 8), datetime(2026, 1, 5, 8)) == datetime(2026, 1, 5, 8)


DAYS = {  # on Tuesday, 17 February 2026
    "yesterday": ((2026, 2, 16), (2026, 2, 16)), "this_week": ((2026, 2, 16), (2026, 2, 22)), "last_week": ((2026, 2, 9), (2026, 2, 15)),
    "last_7_days": ((2026, 2, 10), (2026, 2, 16)), "this_month": ((2026, 2, 1), (2026, 2, 28)), "last_month": ((2026, 1, 1), (2026, 1, 31)),
    "last_30_days": ((2026, 1, 18), (2026, 2, 16)), "this_quarter": ((2026, 1, 1), (2026, 3, 31)), "last_quarter": ((2025, 10, 1), (2025, 12, 31)),
    "this_year": ((2026, 1, 1), (2026, 12, 31)), "last_year": ((2025, 1, 1), (2025, 12, 31)), "last_12_months": ((2025, 3, 1), (2026, 2, 28)),
}


@pytest.mark.parametrize("period", DAYS)
def test_days(period):
    first, last = DAYS[period]
    assert days_of(period, date(2026, 2, 17)) == (date(*first), date(*last))


def test_every_shortcut_is_known():
    assert {*DAYS, "all_time"} == {*PERIODS}
    assert days_of("all_time", date(2026, 2, 17)) == (None, None)
    assert days_of("last_quarter", date(2026, 8, 31)) == (date(2026, 4, 1), date(2026, 6, 30))
    with pytest.raises(KeyError):
        days_of("some_day", date(2026, 2, 17))


def test_pauses_grow():
    assert [pause(attempts).total_seconds() / 60 for attempts in (1, 2, 3, 4)] == [5, 20, 80, 320]
