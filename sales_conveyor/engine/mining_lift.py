"""What won cases had and lost ones lacked.

For each feature (an activity, a channel, at least three calls …) the share of
won cases that have it minus the share of lost ones, with the interval of
:func:`.statistics.difference`. Many features are looked at together, so the
level of each is tightened to 5 % altogether (Bonferroni, as in ``split.py``).

It says what went together, not what caused what: whoever is won stays longer
and is therefore spoken to more often.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from . import statistics
from .mining_picture import ENOUGH, share

LEVEL = 0.05
WON_MORE, LOST_MORE, SAME, NOT_ENOUGH = VERDICTS = ("won_more", "lost_more", "same", "not_enough")


@dataclass(frozen=True)
class Evidence:
    """So many of the won and of the lost cases have it; ``is_enough``: enough were won to go by it."""

    won_with: int = 0
    won: int = 0
    lost_with: int = 0
    lost: int = 0

    @property
    def share_won(self) -> float | None:
        return share(self.won_with, self.won)

    @property
    def share_lost(self) -> float | None:
        return share(self.lost_with, self.lost)

    @property
    def is_enough(self) -> bool:
        return self.won >= ENOUGH


@dataclass(frozen=True, kw_only=True)
class Lift(Evidence):
    """One feature and who has it.

    ``gap``, ``low``, ``high``: difference of the shares and its limits.
    *not_enough*: fewer than :data:`ENOUGH` cases were won, or lost; then
    nothing is claimed. *same*: no difference beyond noise.
    """

    feature: Any
    gap: float
    low: float
    high: float
    verdict: str


def tightened(comparisons: int) -> float:
    """The z of each of so many comparisons, for 5 % altogether."""
    return NormalDist().inv_cdf(1 - LEVEL / (2 * max(comparisons, 1)))


def lifts(features: Iterable[tuple[Any, int, int]], won: int, lost: int) -> tuple[Lift, ...]:
    """Judge features ``(name, won cases with it, lost cases with it)``; the clear ones first, the largest gap first.

    :raise ValueError: a feature of more cases than there are
    """
    features = list(features)
    z = tightened(len(features))
    found = [judged(feature, won_with, won, lost_with, lost, z) for feature, won_with, lost_with in features]
    return tuple(sorted(found, key=lambda lift: (lift.verdict not in (WON_MORE, LOST_MORE), -abs(lift.gap),
                                                 str(lift.feature))))


def judged(feature: Any, won_with: int, won: int, lost_with: int, lost: int, z: float = statistics.Z_95) -> Lift:
    """Judge one feature; ``z`` as :func:`tightened` says when there are more."""
    gap, low, high = statistics.difference(won_with, won, lost_with, lost, z)
    if won < ENOUGH or lost < ENOUGH:
        verdict = NOT_ENOUGH
    else:
        verdict = WON_MORE if low > 0 else LOST_MORE if high < 0 else SAME
    return Lift(won_with, won, lost_with, lost, feature=feature, gap=gap, low=low, high=high, verdict=verdict)
