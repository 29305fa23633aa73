"""What changed between two pictures of a process, beyond noise.

A change is told when it is both **sure** and **material**.

Sure: the interval of the difference leaves out zero. Of shares it is
:func:`.statistics.difference`. Of medians it follows from the quartiles: the
standard error of a median is about ``1.25·IQR / (1.35·√n)`` (the notches of
R. McGill, J. W. Tukey, W. A. Larsen, *Variations of Box Plots*, The American
Statistician 32, 1978), and those of two medians add up in squares. All that is
compared is compared together, so each level is tightened to 5 % altogether.

Material: a step that came into or out of :data:`STEP` of the cases; a
conversion or a time that moved by :data:`RELATIVE` of what it was (a time also
by :data:`SECONDS`).

The conversion of the cases with one activity is told only where that of all
cases did not move the same way: it says something of its own then.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

from . import statistics
from .mining_lift import tightened
from .mining_picture import ENOUGH, Path, Picture, Spread
from .mining_typical import typical

NEW_STEP, DROPPED_STEP, STEP_SHARE, TYPICAL_PATH, CONVERSION, STEP_CONVERSION, TIME_TO_WIN, WAIT = CODES = (
    "new_step", "dropped_step", "step_share", "typical_path", "conversion", "step_conversion", "time_to_win", "wait")
STEP = 0.1
RARE = 0.02  # below it a step is as good as absent
RELATIVE = 0.2
SECONDS = 3600


@dataclass(frozen=True)
class Figure:
    """A share (``value`` = ``part`` / ``of``) or a median in seconds of ``of`` times."""

    value: float
    of: int
    part: int | None = None


@dataclass(frozen=True)
class Change:
    """One material difference: ``gap`` = new - old with its limits.

    ``subject``: the activity, for *wait* ``(source, target)``, for
    *typical_path* the new path, for all cases ``None``.
    """

    code: str
    subject: Any
    old: Figure
    new: Figure
    gap: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """``is_enough``: both pictures have cases enough to be compared at all."""

    is_enough: bool
    changes: tuple[Change, ...] = ()
    compared: int = 0


def compare(old: Picture, new: Picture, closing: Collection[Any] = ()) -> Comparison:
    """What the new picture shows that the old one did not, in the order of :data:`CODES`.

    :param closing: activities that only say won or lost; they are no steps
    """
    if min(old.cases, new.cases) < ENOUGH:
        return Comparison(False)
    candidates = [*_shares(old, new, closing), *_times(old, new)]
    z = tightened(len(candidates))
    changes = [change for candidate in candidates if (change := candidate.judged(z))]
    whole = next((change for change in changes if change.code == CONVERSION), None)
    if whole:
        changes = [change for change in changes if change.code != STEP_CONVERSION or change.gap * whole.gap < 0]
    return Comparison(True, tuple(sorted(changes, key=lambda change: (CODES.index(change.code), -abs(change.gap)))),
                      len(candidates))


# ---------------------------------------------------------------- shares
@dataclass(frozen=True)
class _Share:
    """Two shares to be compared."""

    code: str
    subject: Any
    old: tuple[int, int]
    new: tuple[int, int]

    def judged(self, z: float) -> Change | None:
        gap, low, high = statistics.difference(*self.new, *self.old, z)
        if low <= 0 <= high or not self._is_material(abs(gap)):
            return None
        before, after = (Figure(part / of, of, part) for part, of in (self.old, self.new))
        return Change(self._told(before.value, after.value), self.subject, before, after, gap, low, high)

    def _is_material(self, gap: float) -> bool:
        if self.code in (CONVERSION, STEP_CONVERSION):
            return gap >= RELATIVE * self.old[0] / self.old[1]
        return gap >= STEP

    def _told(self, before: float, after: float) -> str:
        if self.code == STEP_SHARE and min(before, after) < RARE:
            return NEW_STEP if after > before else DROPPED_STEP
        return self.code


def _shares(old: Picture, new: Picture, closing: Collection[Any]) -> Iterator[_Share]:
    names = dict.fromkeys(activity.name for activity in (*new.activities, *old.activities))
    for name in names:
        before, after = old.activity(name), new.activity(name)
        if name not in closing and max(before.cases / old.cases, after.cases / new.cases) >= STEP:
            yield _Share(STEP_SHARE, name, (before.cases, old.cases), (after.cases, new.cases))
            yield from _conversion(STEP_CONVERSION, name, before, after)
    yield from _conversion(CONVERSION, None, old, new)
    was, now = typical(old), typical(new)
    if was and now and was.path != now.path and min(old.won, new.won) >= ENOUGH:
        yield _Share(TYPICAL_PATH, now.path, (_won_by(old, now.path), old.won), (_won_by(new, now.path), new.won))


def _conversion(code: str, subject: Any, old: Any, new: Any) -> Iterator[_Share]:
    closed = [side.won + side.lost for side in (old, new)]
    if min(closed) >= ENOUGH:
        yield _Share(code, subject, (old.won, closed[0]), (new.won, closed[1]))


def _won_by(picture: Picture, path: Path) -> int:
    return next((variant.won for variant in picture.variants if variant.path == path), 0)


# ---------------------------------------------------------------- times
@dataclass(frozen=True)
class _Time:
    """Two medians to be compared."""

    code: str
    subject: Any
    old: Spread
    new: Spread

    def judged(self, z: float) -> Change | None:
        gap = self.new.median - self.old.median
        reach = z * sqrt(sum(standard_error(side) ** 2 for side in (self.old, self.new)))
        if abs(gap) <= reach or abs(gap) < max(SECONDS, RELATIVE * self.old.median):
            return None
        before, after = (Figure(side.median, side.count) for side in (self.old, self.new))
        return Change(self.code, self.subject, before, after, gap, gap - reach, gap + reach)


def standard_error(spread: Spread) -> float:
    """Of the median: ``1.25·IQR / (1.35·√n)``."""
    return 1.25 * (spread.q3 - spread.q1) / (1.35 * sqrt(spread.count))


def _times(old: Picture, new: Picture) -> Iterable[_Time]:
    pairs = [(TIME_TO_WIN, None, old.won_duration, new.won_duration)]
    before = {(arc.source, arc.target): arc for arc in old.arcs}
    for arc in new.arcs:
        same = before.get((arc.source, arc.target))
        if same and max(same.cases / old.cases, arc.cases / new.cases) >= STEP:
            pairs.append((WAIT, (arc.source, arc.target), same.wait, arc.wait))
    return [_Time(*pair) for pair in pairs if min(pair[2].count, pair[3].count) >= ENOUGH]
