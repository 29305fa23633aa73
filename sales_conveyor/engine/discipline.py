"""Where touches stop, in sums that can be added.

A :class:`Tally` counts leads; shares are of those that they can be said of:
``early_share`` of the dropped ones, ``window_share`` of those whose decision
window is over or whose norm is reached, ``attempt_share`` of those that were
attempted or should have been.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from . import clock

WEEK, SLOT = 7 * 86400, 900  # seconds; working hours begin and end on a quarter of an hour


@dataclass(frozen=True)
class Tally:
    """Counts of leads; ``value_left`` in one currency; ``minutes`` of working time in sum."""

    leads: int = 0
    dropped: int = 0
    early: int = 0
    left: int = 0
    value_left: float = 0.0
    judged: int = 0
    in_window: int = 0
    due: int = 0
    in_time: int = 0
    attempted: int = 0
    minutes: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Tally)))

    @property
    def early_share(self) -> float | None:
        """Of the dropped: those that were dropped at three touches or fewer."""
        return _share(self.early, self.dropped)

    @property
    def window_share(self) -> float | None:
        """Of the judged: those touched to their norm inside the decision window."""
        return _share(self.in_window, self.judged)

    @property
    def attempt_share(self) -> float | None:
        """Of those attempted or overdue: those attempted within the norm."""
        return _share(self.in_time, self.due)

    @property
    def mean_minutes(self) -> float | None:
        """Working minutes to the first attempt, of those attempted."""
        return self.minutes / self.attempted if self.attempted else None


@dataclass(frozen=True)
class Stop:
    """One bar of the histogram: who was dropped after so many touches, their
    share of all dropped, and the share dropped by then."""

    key: str
    tally: Tally
    share: float | None
    by_then: float | None


def histogram(groups: Iterable[str], tallies: dict[str, Tally]) -> list[Stop]:
    """The bars in the order of ``groups``, empty ones as well.

    >>> [stop.by_then for stop in histogram("01", {"0": Tally(dropped=1), "1": Tally(dropped=3)})]
    [0.25, 1.0]
    """
    whole = sum(tally.dropped for tally in tallies.values())
    stops, so_far = [], 0
    for key in groups:
        tally = tallies.get(key, Tally())
        so_far += tally.dropped
        stops.append(Stop(key, tally, _share(tally.dropped, whole), _share(so_far, whole)))
    return stops


def worked(spans: Sequence[tuple[float, float]], weeks: int = 1) -> list[int]:
    """Working seconds from Monday 0:00 to the end of each quarter of an hour of the week, or of two that take turns.

    Between two moments there were as many working seconds as the difference of
    what this says of them, beside whole weeks. The first number is 0, the last
    one those of all ``weeks``.

    :param spans: ``(first, last)`` second of the weeks of each working time; none: always

    >>> worked([(0, 1800)])[:4]
    [0, 900, 1800, 1800]
    """
    spans = spans or [(0, weeks * WEEK)]
    return [round(sum(min(max(end - first, 0), last - first) for first, last in spans)) for end in range(0, weeks * WEEK + 1, SLOT)]


def closings(spans: Sequence[tuple[float, float]], tz: str, closed: Iterable[clock.Interval],
             weeks: int = 1) -> list[tuple[datetime, datetime, int]]:
    """Closed times in order, those that meet as one: first and last moment in UTC, and
    how many working seconds they and all before them take away.

    :param spans: as of :func:`worked`

    >>> days = [datetime(2026, 6, day) for day in (15, 16, 17)]
    >>> [lost for _first, _last, lost in closings([(0, 3600)], "UTC", [(days[0], days[1]), (days[1], days[2])])]
    [3600]
    """
    week = tuple(tuple((first / 3600 - 24 * day, last / 3600 - 24 * day) for first, last in spans if first // 86400 == day)
                 for day in range(7 * weeks))
    hours, found, lost = clock.Hours(tz, week) if spans else clock.Hours(tz), [], 0
    for first, last in sorted(closed):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return [(first, last, lost := lost + round(60 * clock.working_minutes(first, last, hours))) for first, last in found]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
