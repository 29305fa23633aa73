"""Working time. Clock changes are those of the tz database: in Sofia and Moscow
clocks show what timeanddate.com lists for 2026 (Sofia: 29 March and 25 October at 03:00 and 04:00)."""

from datetime import date, datetime

import pytest
from engine.clock import (
    ALWAYS,
    EVENING,
    MORNING,
    Hours,
    add_delay,
    add_months,
    add_working_minutes,
    is_allowed,
    local_day,
    next_allowed,
    start_of_day,
    windows,
    working_minutes,
)

OFFICE = (((9.0, 13.0), (14.0, 18.0)),) * 5 + ((), ())
SOFIA = Hours("Europe/Sofia", OFFICE)  # UTC+3 in summer, UTC+2 in winter
HOLIDAY = Hours("Europe/Sofia", OFFICE, frozenset({date(2026, 6, 16)}))
SHORT = Hours("Europe/Sofia", OFFICE, closed=((datetime(2026, 6, 15, 9), datetime(2026, 6, 15, 12)),))


def at(day, hour=0, minute=0, month=6):
    return datetime(2026, month, day, hour, minute)


@pytest.mark.parametrize("what, moment, hours, part, expected", [
    ("it is working time", at(15, 8), SOFIA, "any", at(15, 8)),
    ("before the morning", at(15, 3), SOFIA, "any", at(15, 6)),
    ("over lunch", at(15, 10, 30), SOFIA, "any", at(15, 11)),
    ("after work", at(15, 15, 30), SOFIA, "any", at(16, 6)),
    ("the very end of the day is over", at(15, 15), SOFIA, "any", at(16, 6)),
    ("over a holiday", at(15, 15, 30), HOLIDAY, "any", at(17, 6)),
    ("Friday evening to Monday", at(19, 15, 1), SOFIA, "any", at(22, 6)),
    ("over closed hours", at(15, 9, 30), SHORT, "any", at(15, 12)),
    ("the evening of the day", at(15, 8), SOFIA, EVENING, at(15, 13)),
    ("the next morning", at(15, 10, 30), SOFIA, MORNING, at(16, 6)),
    ("a part that never is, is left out of account", at(15, 8), SOFIA.narrowed(9, 12), EVENING, at(15, 8)),
    ("nothing is ever open: any time", at(20, 3), Hours("UTC", ((),) * 7), "any", at(20, 3)),
    ("always", at(20, 3), ALWAYS, "any", at(20, 3)),
    ("the window is in the client's own zone", at(15, 7), SOFIA.narrowed(9, 20, "America/New_York"), "any", at(15, 13)),
])
def test_next_allowed(what, moment, hours, part, expected):
    assert next_allowed(moment, hours, part) == expected, what
    assert is_allowed(expected, hours, part) or part == EVENING, what


@pytest.mark.parametrize("what, start, amount, unit, expected", [
    ("nothing", at(15, 8), 0, "days", at(15, 8)),
    ("minutes", at(15, 8), 90, "minutes", at(15, 9, 30)),
    ("hours", at(15, 8), 25, "hours", at(16, 9)),
    ("days", at(15, 8), 3, "days", at(18, 8)),
    ("weeks", at(15, 8), 2, "weeks", at(29, 8)),
    ("working days over a weekend", at(18, 8), 3, "working_days", at(23, 8)),
    ("no working day: the same moment", at(20, 8), 0, "working_days", at(20, 8)),
    ("a month", at(15, 8), 1, "months", at(15, 8, month=7)),
    ("the last day of a shorter month", datetime(2026, 8, 31, 8), 1, "months", datetime(2026, 9, 30, 8)),
    ("over the year's end", datetime(2026, 11, 30, 8), 3, "months", datetime(2027, 2, 28, 8)),
    ("clocks go forward: nine stays nine", datetime(2026, 3, 28, 7), 1, "days", datetime(2026, 3, 29, 6)),
    ("clocks go back: nine stays nine", datetime(2026, 10, 24, 6), 1, "days", datetime(2026, 10, 25, 7)),
    ("an hour is an hour when clocks change", datetime(2026, 3, 29, 0, 30), 1, "hours", datetime(2026, 3, 29, 1, 30)),
])
def test_add_delay(what, start, amount, unit, expected):
    assert add_delay(start, amount, unit, SOFIA) == expected, what


def test_working_days_leave_out_holidays():
    assert add_delay(at(15, 8), 1, "working_days", HOLIDAY) == at(17, 8)


def test_a_local_time_that_clocks_leave_out_is_an_hour_later_on_the_wall():
    night = Hours("Europe/Sofia")
    assert add_delay(datetime(2026, 3, 28, 1, 30), 1, "days", night) == datetime(2026, 3, 29, 1, 30)  # 03:30 is 04:30


@pytest.mark.parametrize("what, start, minutes, expected", [
    ("within the hour", at(15, 8), 60, at(15, 9)),
    ("over lunch", at(15, 9, 30), 60, at(15, 11, 30)),
    ("over the night", at(15, 14, 30), 60, at(16, 6, 30)),
    ("from the weekend", at(20, 8), 15, at(22, 6, 15)),
    ("until the end of the day", at(15, 14), 60, at(15, 15)),
])
def test_working_minutes(what, start, minutes, expected):
    assert add_working_minutes(start, minutes, SOFIA) == expected, what
    assert working_minutes(start, expected, SOFIA) == minutes, what


def test_working_minutes_backwards_are_none():
    assert working_minutes(at(16, 8), at(15, 8), SOFIA) == 0


def test_odd_and_even_weeks_are_counted_as_odoo_does():
    """resource.calendar.attendance.get_week_type: floor((ordinal - 1) / 7) % 2."""
    weeks = Hours("UTC", ((((9.0, 10.0),),) * 7 + (((20.0, 21.0),),) * 7))
    monday = date(2026, 6, 15)
    first = 9 if (monday.toordinal() - 1) // 7 % 2 == 0 else 20
    assert [windows(day, weeks)[0][0].hour for day in (monday, date(2026, 6, 22))] == [first, 29 - first]


def test_a_day_of_changing_clocks_has_23_or_25_hours():
    whole = Hours("Europe/Sofia")
    lengths = [sum((end - start).total_seconds() for start, end in windows(day, whole)) / 3600
               for day in (date(2026, 3, 29), date(2026, 6, 15), date(2026, 10, 25))]
    assert lengths == [23, 24, 25]


def test_local_days():
    assert local_day(at(15, 22), "Europe/Sofia") == date(2026, 6, 16)
    assert start_of_day(at(15, 22), "Europe/Sofia") == at(15, 21)
    assert start_of_day(at(15, 22), "no such zone") == at(15)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
