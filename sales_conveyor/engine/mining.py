"""From an event log to the picture of its process.

``discover(events)``: events are ``(case, activity, time)`` or ``(case,
activity, time, performer)``; times are all datetimes or all seconds.

    picture = discover(events, outcomes={7: WON, 8: LOST})
    picture.starts, picture.arcs[0].median_wait, picture.variants[0].path

Events of a case that happened at the same time keep the order in which they
were given. Memory: :func:`discover` holds all events once, since they come in
any order; :func:`discover_sorted` one case. Both keep 8 bytes a wait and a
duration, so that every median is exact, and each distinct path once. What does
not fit is counted in SQL, see :func:`.mining_picture.from_aggregates`.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from math import fsum
from operator import itemgetter
from typing import Any

from .mining_picture import (
    ENOUGH, LOST, OUTCOMES, WON, Activity, Arc, Loss, Path, Performer, Picture, Spread, Variant, from_aggregates,
)

__all__ = [
    "ENOUGH", "LOST", "OUTCOMES", "WON", "Activity", "Arc", "Loss", "Miner", "Path", "Performer", "Picture", "Spread",
    "Trace", "Variant", "discover", "discover_sorted", "from_aggregates", "traces", "traces_sorted",
]
_CASE, _TIME = itemgetter(0), itemgetter(2)


@dataclass(frozen=True)
class Trace:
    """One case: its path, when each activity happened, and how it ended
    (``None``: not yet). ``performers`` are none or one an activity."""

    path: Path
    times: tuple[Any, ...]
    outcome: str | None = None
    reason: Any = None
    performers: tuple[Any, ...] = ()

    def __post_init__(self):
        if self.outcome is not None and self.outcome not in OUTCOMES:
            raise ValueError(f"unknown outcome {self.outcome!r}, use one of {', '.join(OUTCOMES)} or None")


def discover(
    events: Iterable[tuple], outcomes: Mapping[Any, str | None] | None = None,
    reasons: Mapping[Any, Any] | None = None, closing: Collection[Any] = (),
) -> Picture:
    """The picture of events in any order.

    :param outcomes: ``{case: WON or LOST}``; cases that are not in it are open
    :param reasons: ``{case: why it was lost}``
    :param closing: activities that only say that a case was won or lost; a
        loss belongs to the last one before them
    """
    return _picture(traces(events, outcomes, reasons), closing)


def discover_sorted(
    events: Iterable[tuple], outcomes: Mapping[Any, str | None] | None = None,
    reasons: Mapping[Any, Any] | None = None, closing: Collection[Any] = (),
) -> Picture:
    """:func:`discover` of events that come case by case, in order of time: one case in memory.

    :raise ValueError: the times of a case go back
    """
    return _picture(traces_sorted(events, outcomes, reasons), closing)


def _picture(cases: Iterable[Trace], closing: Collection[Any]) -> Picture:
    miner = Miner(closing)
    for trace in cases:
        miner.add(trace)
    return miner.picture()


# ---------------------------------------------------------------- events become cases
def traces(events: Iterable[tuple], outcomes=None, reasons=None) -> Iterator[Trace]:
    """The cases of events in any order, in the order of their first event given."""
    cases = defaultdict(list)
    for event in events:
        cases[event[0]].append(event)
    for case, own in cases.items():
        yield _trace(case, sorted(own, key=_TIME), outcomes, reasons)


def traces_sorted(events: Iterable[tuple], outcomes=None, reasons=None) -> Iterator[Trace]:
    """The cases of events that come case by case, in order of time."""
    for case, own in groupby(events, key=_CASE):
        own = list(own)
        if any(later[2] < earlier[2] for earlier, later in zip(own, own[1:])):
            raise ValueError(f"the events of case {case!r} are not in order of time")
        yield _trace(case, own, outcomes, reasons)


def _trace(case: Any, events: list[tuple], outcomes, reasons) -> Trace:
    return Trace(
        tuple(event[1] for event in events), tuple(event[2] for event in events),
        (outcomes or {}).get(case), (reasons or {}).get(case),
        tuple(event[3] if len(event) > 3 else None for event in events))


# ---------------------------------------------------------------- cases become a picture
class _Group:
    """Cases of one path so far."""

    __slots__ = ("durations", "lost", "won_durations")

    def __init__(self):
        self.durations, self.won_durations, self.lost = array("d"), array("d"), 0

    def __iadd__(self, other: "_Group") -> "_Group":
        self.durations += other.durations
        self.won_durations += other.won_durations
        self.lost += other.lost
        return self

    def variant(self, path: Path) -> Variant:
        return Variant(path, len(self.durations), len(self.won_durations), self.lost,
                       Spread.of(self.durations), fsum(self.won_durations))


class Miner:
    """Takes cases in one by one; parts that were mined apart are merged::

        miner.add(trace); miner.merge(another); miner.picture()
    """

    def __init__(self, closing: Collection[Any] = ()):
        self.closing = frozenset(closing)
        self._groups: dict[Path, _Group] = defaultdict(_Group)
        self._waits: dict[tuple[Any, Any], array] = defaultdict(lambda: array("d"))
        self._losses: Counter[tuple[Any, Any]] = Counter()
        self._performers: Counter[tuple[Any, Any]] = Counter()

    def add(self, trace: Trace) -> None:
        """One more case; one without events says nothing."""
        path, times = trace.path, trace.times
        if not path:
            return
        group, duration = self._groups[path], _seconds(times[0], times[-1])
        group.durations.append(duration)
        if trace.outcome == WON:
            group.won_durations.append(duration)
        elif trace.outcome == LOST:
            group.lost += 1
            self._losses[self._last_step(path), trace.reason] += 1
        for pair, before, after in zip(zip(path, path[1:]), times, times[1:]):
            self._waits[pair].append(_seconds(before, after))
        self._performers.update(pair for pair in zip(path, trace.performers) if pair[1] is not None)

    def merge(self, other: "Miner") -> None:
        """Take in what another miner saw of other cases."""
        for path, group in other._groups.items():
            self._groups[path] += group
        for pair, waits in other._waits.items():
            self._waits[pair] += waits
        self._losses += other._losses
        self._performers += other._performers

    def picture(self) -> Picture:
        """What was seen so far."""
        groups = self._groups
        variants = [group.variant(path) for path, group in groups.items()]
        arc_cases = _cases((set(zip(path, path[1:])), len(group.durations)) for path, group in groups.items())
        won = Spread.of(seconds for group in groups.values() for seconds in group.won_durations)
        every = Spread.of(seconds for group in groups.values() for seconds in group.durations)
        return from_aggregates(
            cases=every.count, won=won.count, lost=sum(group.lost for group in groups.values()),
            duration=every, won_duration=won,
            activities=_activities(variants),
            arcs=[Arc(*pair, arc_cases[pair], Spread.of(waits)) for pair, waits in self._waits.items()],
            variants=variants,
            losses=[Loss(*key, count) for key, count in self._losses.items()],
            performers=[Performer(*key, count) for key, count in self._performers.items()])

    def _last_step(self, path: Path) -> Any:
        return next((activity for activity in reversed(path) if activity not in self.closing), None)


def _seconds(earlier: Any, later: Any) -> float:
    gap = later - earlier
    return float(gap) if isinstance(gap, (int, float)) else gap.total_seconds()


def _cases(sets: Iterable[tuple[Iterable[Any], int]]) -> Counter:
    counts: Counter = Counter()
    for members, weight in sets:
        for member in members:
            counts[member] += weight
    return counts


def _activities(variants: Collection[Variant]) -> list[Activity]:
    """Counts of activities: all follow from the paths."""
    inside = [(Counter(variant.path), variant) for variant in variants]
    count = _cases((counter.elements(), variant.count) for counter, variant in inside)
    cases = _cases((counter, variant.count) for counter, variant in inside)
    won = _cases((counter, variant.won) for counter, variant in inside)
    lost = _cases((counter, variant.lost) for counter, variant in inside)
    starts = _cases((variant.path[:1], variant.count) for variant in variants)
    ends = _cases((variant.path[-1:], variant.count) for variant in variants)
    again = _cases(([name for name, times in counter.items() if times > 1], variant.count)
                   for counter, variant in inside)
    return [Activity(name, count[name], cases[name], won[name], lost[name], starts[name], ends[name], again[name])
            for name in count]
