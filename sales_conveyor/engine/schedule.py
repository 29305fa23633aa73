"""When a report is due, and which days it is about.

Hours are those of a wall clock in a time zone; moments that come in or go out
are UTC without a time zone, as Odoo keeps them.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from . import clock
from .period import month_end, next_month, previous_month

WEEKLY, MONTHLY = "weekly", "monthly"
LAST = 0  # as the day of a month: its last one
FIRST_PAUSE = timedelta(minutes=5)  # before a mail that failed is tried again; four times as long before each further try
PERIODS = ("yesterday", "this_week", "last_week", "last_7_days", "this_month", "last_month", "last_30_days", "this_quarter", "last_quarter",
           "this_year", "last_year", "last_12_months", "all_time")

Days = tuple[date | None, date | None]


@dataclass(frozen=True)
class Schedule:
    """Each week on ``weekday`` (Monday is 0), or each month on ``month_day`` (``LAST``: the last one), at ``hour`` o'clock."""

    frequency: str = WEEKLY
    weekday: int = 0
    month_day: int = 1
    hour: float = 8.0
    tz: str = "UTC"

    def falls_on(self, day: date) -> bool:
        """Whether it is due on this local day. A month without the day has it on its last one."""
        if self.frequency == WEEKLY:
            return day.weekday() == self.weekday
        last = month_end(day).day
        return day.day == min(self.month_day or last, last)


def next_due(schedule: Schedule, after: datetime) -> datetime:
    """The first moment after ``after`` at which it is due."""
    day = clock.local_day(after, schedule.tz)
    while not schedule.falls_on(day) or _moment(schedule, day) <= after:
        day += timedelta(days=1)
    return _moment(schedule, day)


def latest_due(schedule: Schedule, due: datetime, now: datetime) -> datetime:
    """The last due moment until ``now``, of those from ``due`` on: who slept through several sends one report, not a heap."""
    while (following := next_due(schedule, due)) <= now:
        due = following
    return due


def _moment(schedule: Schedule, day: date) -> datetime:
    return clock.utc(datetime.combine(day, time()) + timedelta(seconds=round(schedule.hour * 3600)), schedule.tz)


def days_of(period: str, today: date) -> Days:
    """First and last day that a shortcut means on a day; ``None`` for no bound.

    :raise KeyError: there is no such shortcut
    """
    monday = today - timedelta(days=today.weekday())
    month, quarter = today.replace(day=1), today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1)
    day = timedelta(days=1)
    before = lambda count: (today - count * day, today - day)  # noqa: E731
    return {
        "yesterday": before(1), "this_week": (monday, monday + 6 * day), "last_week": (monday - 7 * day, monday - day),
        "last_7_days": before(7), "this_month": (month, month_end(today)), "last_month": (previous_month(today), month - day),
        "last_30_days": before(30), "this_quarter": (quarter, _quarter_end(quarter)),
        "last_quarter": ((quarter - day).replace(day=1, month=quarter.month - 3 if quarter.month > 3 else 10), quarter - day),
        "this_year": (date(today.year, 1, 1), date(today.year, 12, 31)), "last_year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        "last_12_months": (_months_before(month, 11), month_end(today)), "all_time": (None, None),
    }[period]


def _quarter_end(quarter: date) -> date:
    return month_end(next_month(next_month(quarter)))


def _months_before(month: date, count: int) -> date:
    for _number in range(count):
        month = previous_month(month)
    return month


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries."""
    return FIRST_PAUSE * 4 ** (attempts - 1)
