"""Visitors by the hour: what a device posts, the hours of a local day, and when a counter has fallen silent.

Hours are whole hours of UTC without a time zone, as Odoo keeps them. What a
person sees are the hours on the counter's own wall: 23 on the day when clocks
go forward, 25 on the day when they go back, of which one comes twice. Where
the wall is apart from UTC by half an hour, its hours begin at half past.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from statistics import median
from typing import Any

from . import clock

HOUR = timedelta(hours=1)
MOST_BYTES = 128 * 1024
MOST_READINGS = 1000
MOST_VISITORS = 100_000
EARLIEST = datetime(2000, 1, 1)  # nobody counted before, and no clock overflows
SKEW = timedelta(minutes=10)  # how far a device's clock may be ahead
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.0{1,9})?)?(Z|z|[+-]\d\d:?\d\d)")
WALL = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d{1,2})(?::(\d\d))?(?::00)?")
EXAMPLE = "2026-11-21T10:00:00Z"

# when is it silence
IMPROBABLE = 0.1
MIN_GAPS = 9
MIN_SILENCE = 4.0  # open hours
LONG_SILENCE = timedelta(days=7)


@dataclass(frozen=True)
class Reading:
    """So many visitors in the hour that begins then."""

    hour: datetime
    visitors: int


class BadPost(ValueError):
    """What is wrong with a post and what to do about it, in English: it is read by whoever programs the device.

    :ivar code: one word for the device
    :ivar reading: number of the reading, from 1, where it is one
    """

    def __init__(self, code: str, text: str, reading: int | None = None):
        super().__init__(text if reading is None else f"Reading {reading}: {text}")
        self.code, self.reading = code, reading


def parse(body: bytes, now: datetime, oldest_days: int) -> list[Reading]:
    """The readings of a post, one an hour, in order; of one hour the later in the list counts.

    :param now: UTC
    :param oldest_days: how old an hour may be
    :raise BadPost: for the first thing that is wrong
    """
    try:
        post = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadPost("bad_json", f'The body is no JSON in UTF-8. Send {{"readings": [{{"hour": "{EXAMPLE}", "visitors": 12}}]}}.') from None
    readings = post.get("readings") if isinstance(post, dict) else None
    if not isinstance(readings, list) or not readings:
        raise BadPost("no_readings", f'There are no readings. Send {{"readings": [{{"hour": "{EXAMPLE}", "visitors": 12}}]}}.')
    if len(readings) > MOST_READINGS:
        raise BadPost("too_many", f"There are {len(readings)} readings, at most {MOST_READINGS} fit in a post. Send them in several posts.")
    found = {}
    for number, item in enumerate(readings, 1):
        if not isinstance(item, dict):
            raise BadPost("bad_reading", f'it is no object. Write {{"hour": "{EXAMPLE}", "visitors": 12}}.', number)
        hour = _hour(item.get("hour"), number)
        _check_age(hour, now, oldest_days, number)
        found[hour] = Reading(hour, _visitors(item.get("visitors"), number))
    return [found[hour] for hour in sorted(found)]


def _hour(value: Any, number: int) -> datetime:
    match = MOMENT.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise BadPost("bad_hour", f"its hour is no moment with a time zone. Write it as {EXAMPLE}.", number)
    day, minutes, seconds, zone = match.groups()
    zone = "+00:00" if zone in "Zz" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    try:
        hour = datetime.fromisoformat(f"{day}T{minutes}:{seconds or '00'}{zone}").astimezone(timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise BadPost("bad_hour", f"there is no such moment. Write its hour as {EXAMPLE}.", number) from None
    if hour != hour.replace(minute=0, second=0):
        raise BadPost("not_whole", f"its hour is no whole hour of UTC. Write the moment when it begins, as {EXAMPLE}.", number)
    return hour


def _check_age(hour: datetime, now: datetime, oldest_days: int, number: int) -> None:
    if hour > now + SKEW:
        raise BadPost("future", "its hour has not begun yet. Check the device's clock and its time zone.", number)
    if hour < max(EARLIEST, now - timedelta(days=min(oldest_days, (now - EARLIEST).days))):
        raise BadPost("too_old", f"its hour is more than {oldest_days} days ago. Leave it out, or import it in Odoo.", number)


def _visitors(value: Any, number: int) -> int:
    if type(value) is not int or not 0 <= value <= MOST_VISITORS:
        raise BadPost("bad_visitors", f"its visitors are no whole number from 0 to {MOST_VISITORS}. Send the count of that hour alone.", number)
    return value


# ---------------------------------------------------------------- hours on the wall
@dataclass(frozen=True)
class WallHour:
    """An hour of a local day. ``label`` is its beginning on the wall; ``again`` the second of two of the same name."""

    hour: datetime
    label: str
    again: bool


def hours_of_day(day: date, tz: str) -> list[WallHour]:
    """The whole hours of UTC that begin on that local day, in order."""
    start = clock.utc(datetime.combine(day, time()), tz) - HOUR
    moment = start.replace(minute=0, second=0, microsecond=0)
    found, seen = [], set()
    for _number in range(28):
        wall = clock.local(moment, tz)
        if wall.date() == day:
            label = f"{wall:%H:%M}"
            found.append(WallHour(moment, label, label in seen))
            seen.add(label)
        moment += HOUR
    return found


def hour_of_wall(text: str, tz: str) -> datetime:
    """The UTC hour of a text such as ``2026-11-21 10:00`` on the wall, or of a moment with its time zone.

    The hour that comes twice when clocks go back is the first one; give the moment with its zone for the second.

    :raise ValueError: it is no whole hour, or clocks leave it out
    """
    text = text.strip()
    if MOMENT.fullmatch(text):
        return _hour(text, 1)
    match = WALL.fullmatch(text)
    if not match:
        raise ValueError(text)
    wall = datetime.combine(date.fromisoformat(match[1]), time(int(match[2]), int(match[3] or 0)))
    hour = clock.utc(wall, tz)
    if clock.local(hour, tz) != wall or hour != hour.replace(minute=0, second=0, microsecond=0):
        raise ValueError(text)
    return hour


# ---------------------------------------------------------------- silence
@dataclass(frozen=True)
class Silence:
    """``silence`` and ``usual_gap`` in open hours; ``is_measured``: it was heard often enough to know how often."""

    is_silent: bool
    is_measured: bool
    silence: float
    usual_gap: float | None


def assess(arrivals: Sequence[datetime], now: datetime, hours: clock.Hours) -> Silence:
    """Whether a counter that was heard at these moments has fallen silent.

    The rule is that of ``engine/practice.py``, in open hours instead of weeks:
    the rank of the open silence among the earlier gaps says how improbable it
    is. It must also be at least :data:`MIN_SILENCE` open hours and twice the
    usual gap: who types once a week is not silent on the eighth day. With
    fewer than :data:`MIN_GAPS` gaps it is silent when that is longer than it
    was ever heard, and at least a week.

    :param arrivals: when readings came, UTC
    :raise ValueError: nothing ever came
    """
    heard = sorted(set(arrivals))
    if not heard:
        raise ValueError("a counter without a single reading")
    gaps = [clock.working_minutes(one, other, hours) / 60 for one, other in zip(heard, heard[1:])]
    silence = clock.working_minutes(heard[-1], now, hours) / 60
    usual = median(gaps) if gaps else None
    if len(gaps) < MIN_GAPS:
        is_over = now - heard[-1] >= LONG_SILENCE and now - heard[-1] > heard[-1] - heard[0]
        return Silence(is_over, False, silence, usual)
    probability = (1 + sum(gap >= silence for gap in gaps)) / (len(gaps) + 1)
    return Silence(probability <= IMPROBABLE and silence >= max(MIN_SILENCE, 2 * usual), True, silence, usual)
