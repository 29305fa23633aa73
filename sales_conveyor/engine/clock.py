"""Working time: when somebody may be touched, and when a delay is over.

Every moment that comes in or goes out is UTC without a time zone, as Odoo
keeps it. Hours of a day are local: numbers from 0 to 24 in the time zone of
the ``Hours``. On the days when clocks change, local hours stay what they are
(nine o'clock is nine o'clock) and the length of the day differs.
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTES, HOURS, DAYS, WORKING_DAYS, WEEKS, MONTHS = "minutes", "hours", "days", "working_days", "weeks", "months"
ANY, MORNING, EVENING = "any", "morning", "evening"
PARTS = {ANY: (0.0, 24.0), MORNING: (0.0, 12.0), EVENING: (16.0, 24.0)}
HORIZON = 800  # days looked ahead; a calendar without any work in so long has none

Span = tuple[float, float]
Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Hours:
    """Local working hours of a week, and what is closed.

    ``week`` has 7 tuples of spans, Monday first, or 14 when odd and even weeks
    differ (as Odoo counts them). ``holidays`` are local dates, ``closed`` UTC
    intervals of hours off.
    """

    tz: str = "UTC"
    week: tuple[tuple[Span, ...], ...] = (((0.0, 24.0),),) * 7
    holidays: frozenset[date] = frozenset()
    closed: tuple[Interval, ...] = ()

    def spans(self, day: date) -> tuple[Span, ...]:
        """Local working hours of a day by the week, closed hours not yet taken out."""
        if day in self.holidays:
            return ()
        odd = (day.toordinal() - 1) // 7 % 2 if len(self.week) == 14 else 0
        return self.week[odd * 7 + day.weekday()]

    def narrowed(self, start: float, end: float, tz: str | None = None) -> "Hours":
        """The same working days, from ``start`` to ``end`` o'clock in ``tz``."""
        window = ((start, end),) if start < end else ((0.0, 24.0),)
        return Hours(tz or self.tz, tuple(window if spans else () for spans in self.week), self.holidays, self.closed)


ALWAYS = Hours()


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The time zone; UTC when its name is empty or unknown."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def local(moment: datetime, tz: str) -> datetime:
    """Wall clock of a UTC moment, without a time zone."""
    return moment.replace(tzinfo=timezone.utc).astimezone(zone(tz)).replace(tzinfo=None)


def utc(wall: datetime, tz: str) -> datetime:
    """UTC moment of a wall clock. An hour that a clock change leaves out
    counts as if the clock had not been changed yet; one that comes twice is the first."""
    return wall.replace(tzinfo=zone(tz)).astimezone(timezone.utc).replace(tzinfo=None)


def local_day(moment: datetime, tz: str) -> date:
    """Date on the wall at a UTC moment."""
    return local(moment, tz).date()


def windows(day: date, hours: Hours, part: str = ANY) -> list[Interval]:
    """Working intervals of a local day in UTC, in order, closed hours taken out."""
    low, high = PARTS[part]
    found = [
        (_at(day, max(start, low), hours.tz), _at(day, min(end, high), hours.tz))
        for start, end in hours.spans(day) if max(start, low) < min(end, high)]
    for gap in hours.closed:
        found = [piece for interval in found for piece in _without(interval, gap)]
    return found


def _at(day: date, hour: float, tz: str) -> datetime:
    return utc(datetime.combine(day, datetime.min.time()) + timedelta(seconds=round(hour * 3600)), tz)


def _without(interval: Interval, gap: Interval) -> list[Interval]:
    start, end = interval
    return [piece for piece in ((start, min(end, gap[0])), (max(start, gap[1]), end)) if piece[0] < piece[1]]


def is_working_day(day: date, hours: Hours) -> bool:
    """Whether any working hour is left on this local day."""
    return bool(windows(day, hours))


def next_allowed(moment: datetime, hours: Hours, part: str = ANY) -> datetime:
    """The earliest working moment that is not before ``moment``.

    A part of the day that the working hours never have is left out of
    account; hours without any work at all allow every moment.
    """
    found = _next(moment, hours, part)
    if found is None and part != ANY:
        found = _next(moment, hours, ANY)
    return moment if found is None else found


def _next(moment: datetime, hours: Hours, part: str) -> datetime | None:
    first = local_day(moment, hours.tz)
    for number in range(HORIZON):
        for start, end in windows(first + timedelta(days=number), hours, part):
            if moment < end:
                return max(start, moment)
        if number == 15 and not any(hours.week):
            return None
    return None


def is_allowed(moment: datetime, hours: Hours, part: str = ANY) -> bool:
    """Whether the moment is a working one."""
    return next_allowed(moment, hours, part) == moment


def add_delay(start: datetime, amount: int, unit: str, hours: Hours) -> datetime:
    """``start`` and ``amount`` units later.

    Minutes and hours pass as on a stopwatch. Days, weeks and months keep the
    local time of day; a month later than the 31st is its last day. A working
    day is a local day with any working hour left.
    """
    if unit in (MINUTES, HOURS):
        return start + timedelta(**{unit: amount})
    wall = local(start, hours.tz)
    if unit == MONTHS:
        day = add_months(wall.date(), amount)
    elif unit == WORKING_DAYS:
        day = add_working_days(wall.date(), amount, hours)
    else:
        day = wall.date() + timedelta(days=amount * (7 if unit == WEEKS else 1))
    return utc(datetime.combine(day, wall.time()), hours.tz)


def add_months(day: date, months: int) -> date:
    """The same day of the month, or its last one."""
    place = day.year * 12 + day.month - 1 + months
    year, month = place // 12, place % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def add_working_days(day: date, amount: int, hours: Hours) -> date:
    """The ``amount``-th working day after ``day``."""
    for _number in range(HORIZON):
        if amount <= 0:
            break
        day += timedelta(days=1)
        amount -= is_working_day(day, hours)
    return day


def add_working_minutes(start: datetime, minutes: float, hours: Hours) -> datetime:
    """The moment when so many working minutes have passed since ``start``."""
    left = timedelta(minutes=minutes)
    moment = next_allowed(start, hours)
    for number in range(HORIZON):
        day = local_day(start, hours.tz) + timedelta(days=number)
        for begin, end in windows(day, hours):
            if end > moment:
                begin = max(begin, moment)
                if begin + left <= end:
                    return begin + left
                left -= end - begin
    return moment + left


def working_minutes(start: datetime, end: datetime, hours: Hours) -> float:
    """Working minutes between two moments, 0 when the second is not later."""
    total, day = timedelta(), local_day(start, hours.tz)
    while day <= local_day(end, hours.tz):
        for begin, close in windows(day, hours):
            total += max(min(close, end) - max(begin, start), timedelta())
        day += timedelta(days=1)
    return total.total_seconds() / 60


def within_day(moment: datetime, share: float, hours: Hours, step: int = 15) -> datetime:
    """When ``share`` (0 to 1) of the working time of that local day has passed, to ``step`` minutes.

    A day without work gives the next one; a day that never ends gives its beginning.
    """
    first = next_allowed(start_of_day(moment, hours.tz), hours)
    worked = sum((end - start).total_seconds() for start, end in windows(local_day(first, hours.tz), hours)) / 60
    if not share or worked >= 24 * 60:
        return first
    return next_allowed(add_working_minutes(first, worked * share // step * step, hours), hours)


def apart(start: datetime, count: int, hours: Hours, step: int = 5) -> list[datetime]:
    """``count`` working moments from ``start`` on, evenly over what is left of its local working day, to ``step`` minutes."""
    first = next_allowed(start, hours)
    left = sum((end - max(begin, first)).total_seconds() for begin, end in windows(local_day(first, hours.tz), hours) if end > first) / 60
    return [next_allowed(add_working_minutes(first, left * number / count // step * step, hours), hours) for number in range(count)]


def start_of_day(moment: datetime, tz: str) -> datetime:
    """Local midnight before ``moment``, in UTC."""
    return utc(datetime.combine(local_day(moment, tz), datetime.min.time()), tz)
