"""A salesperson's day: whom first, and how much fits in.

Every moment is naive UTC; days are local dates that the caller names.
"""

from dataclasses import dataclass
from datetime import date, datetime

REPLY, PROMISE, NEW, WINDOW, MONEY, NURTURE = "reply", "promise", "new", "window", "money", "nurture"
ORDER = (REPLY, PROMISE, NEW, WINDOW, MONEY, NURTURE)
FIXED = frozenset({REPLY, PROMISE, NEW})  # these never move to another day


@dataclass(frozen=True)
class Candidate:
    """One client who may be touched. ``due`` is when he should be at the latest.

    ``answer_due``: he has written. ``is_promise``: a time was agreed, or it is his own
    date. ``is_new``: nobody has tried him yet. ``risk``: money that may go elsewhere.
    """

    key: tuple[str, int]
    due: datetime
    answer_due: datetime | None = None
    is_promise: bool = False
    is_new: bool = False
    window_end: datetime | None = None
    risk: float = 0.0
    value: float = 0.0
    is_open: bool = True


@dataclass(frozen=True)
class Place:
    """Where a client stands in the queue."""

    key: tuple[str, int]
    group: str
    due: datetime
    is_late: bool


RULES = (  # the first that holds gives the group
    (REPLY, lambda one, now: one.answer_due is not None),
    (PROMISE, lambda one, now: one.is_promise),
    (NEW, lambda one, now: one.is_new),
    (WINDOW, lambda one, now: one.is_open and one.window_end is not None and one.window_end >= now),
    (MONEY, lambda one, now: one.risk > 0),
    (NURTURE, lambda one, now: True),
)


def group(one: Candidate, now: datetime) -> str:
    """What this touch is, first of all."""
    return next(name for name, holds in RULES if holds(one, now))


def rank(candidates: list[Candidate], now: datetime) -> list[Place]:
    """The queue: by group; in it, what is due first, or where most money is."""
    placed = [(group(one, now), one) for one in candidates]
    placed.sort(key=lambda pair: (ORDER.index(pair[0]), _urgency(*pair)))
    return [Place(one.key, name, _due(one), _due(one) < now) for name, one in placed]


def _due(one: Candidate) -> datetime:
    return one.answer_due or one.due


def _urgency(name: str, one: Candidate) -> tuple:
    """Promises and norms by the clock; the window by its end, then money; the rest by money."""
    by_clock = (_due(one), -one.value, one.key)
    return {
        REPLY: by_clock, PROMISE: by_clock, NEW: by_clock,
        WINDOW: (one.due.date(), -one.value, one.window_end, one.key),
        MONEY: (-one.risk, one.due, one.key),
        NURTURE: (-one.value, one.due, one.key),
    }[name]


def level(days: list[tuple[date, int]], queue: list[Place], capacity: int) -> tuple[list[Place], dict[tuple[str, int], date]]:
    """What is done on the first day, and where the rest goes.

    ``days``: working days from the first on, with how many touches stand on
    each already, the queue not counted. Promises, replies and new leads stay
    whatever the capacity is; of the rest the least urgent move to the next day
    with room, or to the last one.

    :return: (the first day's queue in its order, ``{key: new day}``)
    """
    fixed = sum(place.group in FIXED for place in queue)
    room = max(capacity - fixed, 0)
    today, moved = [], {}
    load = dict(days)
    later = [day for day, _count in days[1:]]
    for place in queue:
        if place.group in FIXED:
            today.append(place)
        elif room > 0 or not later:
            room -= 1
            today.append(place)
        else:
            day = next((day for day in later if load[day] < capacity), later[-1])
            load[day] += 1
            moved[place.key] = day
    return today, moved


def spread(wanted: list[tuple[tuple[str, int], date]], days: list[date], load: dict[date, int], capacity: int) -> dict[tuple[str, int], date]:
    """Give each client the first day from the wanted one on that has room.

    ``days``: working days to choose from, in order. ``load``: touches that
    stand on them already. Whoever finds no room gets the day he wanted.
    """
    full, chosen = dict(load), {}
    for key, day in wanted:
        found = next((one for one in days if one >= day and full.get(one, 0) < capacity), day)
        full[found] = full.get(found, 0) + 1
        chosen[key] = found
    return chosen
