"""Whether cases went the documented way, and where they left it.

The two paths are laid side by side so that as many activities as possible
match in the same order (longest common subsequence, O(n·m)); what is left is a
deviation:

skipped      a documented step that did not come
repeated     an activity that came once more than documented
wrong_order  a documented step that came, but at another place
extra        an activity that is not documented

A case that is not won ended somewhere: the documented steps after its last
match did not come *yet*, and are no deviations.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .mining_lift import judged, tightened
from .mining_picture import Path, Variant, share
from .statistics import difference

SKIPPED, REPEATED, WRONG_ORDER, EXTRA = KINDS = ("skipped", "repeated", "wrong_order", "extra")


@dataclass(frozen=True)
class Deviation:
    """One deviation. ``after``: the documented step behind which it lies, ``None`` for the beginning."""

    kind: str
    activity: Any
    after: Any = None


@dataclass(frozen=True)
class Conformance:
    """``position``: how many documented steps lie behind; ``next``: the one that comes then, ``None`` at the end."""

    deviations: tuple[Deviation, ...]
    position: int
    next: Any

    @property
    def fits(self) -> bool:
        return not self.deviations


@dataclass(frozen=True)
class Common:
    """A deviation and what it goes together with: conversion, and mean seconds to the win, with it and without.

    A step can be left out only on the way to a later one, so *skipped* is
    compared among the cases that came past the step; all others among all.
    ``verdict``: *won_more* where the won have it more often for sure (the words
    of ``mining_lift``). ``gap``: conversion with it minus conversion without
    it, with its limits ``low`` and ``high``, tightened as the verdict is.
    """

    kind: str
    activity: Any
    cases: int
    share: float
    conversion_with: float | None
    conversion_without: float | None
    won_seconds_with: float | None
    won_seconds_without: float | None
    verdict: str
    closed_with: int = 0
    closed_without: int = 0
    gap: float = 0.0
    low: float = -1.0
    high: float = 1.0


@dataclass(frozen=True)
class Fit:
    """How many cases went the documented way, and the deviations, most cases first."""

    cases: int
    fitting: int
    deviations: tuple[Common, ...]

    @property
    def share(self) -> float | None:
        return share(self.fitting, self.cases)


# ---------------------------------------------------------------- one case
def conform(path: Path, documented: Path, is_complete: bool = True, closing: Collection[Any] = ()) -> Conformance:
    """Lay a case's path beside the documented one.

    :param is_complete: the case is won; otherwise the steps that follow are still to come
    :param closing: activities that only say won or lost; they are looked at on neither side
    """
    path, documented = (tuple(name for name in side if name not in closing) for side in (path, documented))
    pairs = _aligned(path, documented)
    position = max((number + 1 for activity, number in pairs if _is_match(activity, number)), default=0)
    limit = len(documented) if is_complete else position
    skipped = Counter(documented[number] for activity, number in pairs if activity is None and number < limit)
    following = documented[position] if position < len(documented) else None
    return Conformance(tuple(_deviations(pairs, documented, limit, skipped)), position, following)


def _is_match(activity: Any, number: int | None) -> bool:
    return activity is not None and number is not None


def _aligned(path: Path, documented: Path) -> list[tuple[Any, int | None]]:
    """Pairs (activity, index of its documented step): ``(None, i)`` did not come, ``(activity, None)`` is not
    documented there. Of equally good ones: match early, then leave out, then add."""
    best = _matches(path, documented)
    row = column = 0
    pairs: list[tuple[Any, int | None]] = []
    while row < len(path) or column < len(documented):
        is_either = row < len(path) and column < len(documented)
        if is_either and path[row] == documented[column]:
            pairs.append((path[row], column))
            row, column = row + 1, column + 1
        elif row == len(path) or is_either and best[row][column + 1] >= best[row + 1][column]:
            pairs.append((None, column))
            column += 1
        else:
            pairs.append((path[row], None))
            row += 1
    return pairs


def _matches(path: Path, documented: Path) -> list[list[int]]:
    """``[row][column]``: how many activities match of what begins there; built from the end."""
    columns = len(documented)
    best = [[0] * (columns + 1)]
    for activity in reversed(path):
        line = best[-1]
        if activity in documented:
            below, line, right = line, [0] * (columns + 1), 0
            for column in range(columns - 1, -1, -1):
                if activity == documented[column]:
                    right = below[column + 1] + 1
                elif below[column] > right:
                    right = below[column]
                line[column] = right
        best.append(line)
    return best[::-1]


def _deviations(pairs, documented: Path, limit: int, skipped: Counter) -> Iterator[Deviation]:
    moved = skipped & Counter(activity for activity, number in pairs if number is None)
    unmatched, after = Counter(moved), None
    matched = {activity for activity, number in pairs if _is_match(activity, number)}
    for activity, number in pairs:
        if _is_match(activity, number):
            after = activity
        elif activity is None:
            if number < limit:
                step = documented[number]
                if unmatched[step] > 0:  # told where it came, not where it was missed
                    unmatched[step] -= 1
                else:
                    yield Deviation(SKIPPED, step, after)
        elif moved[activity] > 0:
            moved[activity] -= 1
            yield Deviation(WRONG_ORDER, activity, after)
        else:
            yield Deviation(REPEATED if activity in matched or activity in skipped else EXTRA, activity, after)


# ---------------------------------------------------------------- all cases
def fit(variants: Iterable[Variant], documented: Path, closing: Collection[Any] = ()) -> Fit:
    """How the variants of a picture (or of one salesperson's) keep to the documented path."""
    steps = tuple(name for name in documented if name not in closing)
    deviating, comparable, every, fitting = defaultdict(_Sum), defaultdict(_Sum), _Sum(), 0
    for part in _parts(variants):
        found = conform(part.path, steps, part.won > 0, closing)
        keys = {(deviation.kind, deviation.activity) for deviation in found.deviations}
        every.add(part)
        fitting += part.count if found.fits else 0
        for key in keys:
            deviating[key].add(part)
        passed = steps if part.won else steps[:max(found.position - 1, 0)]  # at its last step it could not leave it out yet
        for key in keys.union((SKIPPED, step) for step in passed):
            comparable[key].add(part)
    z = tightened(len(deviating))
    common = [_common(key, own, comparable[key] if key[0] == SKIPPED else every, every.count, z)
              for key, own in deviating.items()]
    return Fit(every.count, fitting, tuple(sorted(
        common, key=lambda row: (-row.cases, KINDS.index(row.kind), str(row.activity)))))


def _parts(variants: Iterable[Variant]) -> Iterator[Variant]:
    """Won cases apart from the others: they are measured by the whole path."""
    for variant in variants:
        if variant.won:
            yield Variant(variant.path, variant.won, variant.won, 0, won_seconds=variant.won_seconds)
        if variant.count > variant.won:
            yield Variant(variant.path, variant.count - variant.won, 0, variant.lost)


class _Sum:
    """Cases added up."""

    def __init__(self):
        self.count = self.won = self.lost = 0
        self.seconds = 0.0

    def add(self, variant: Variant) -> None:
        self.count += variant.count
        self.won += variant.won
        self.lost += variant.lost
        self.seconds += variant.won_seconds


def _common(key: tuple[str, Any], own: _Sum, every: _Sum, cases: int, z: float) -> Common:
    won, lost = every.won - own.won, every.lost - own.lost
    return Common(
        *key, own.count, own.count / cases, share(own.won, own.won + own.lost), share(won, won + lost),
        share(own.seconds, own.won), share(every.seconds - own.seconds, won),
        judged(key, own.won, every.won, own.lost, every.lost, z).verdict, own.won + own.lost, won + lost,
        *difference(own.won, own.won + own.lost, won, won + lost, z))
