"""What a split test says, and what it does not say yet.

Each client counts once, for the variant that he was given first. With several
variants and measures looked at together the chance of a false winner grows;
the level of each comparison is tightened so that it stays at 5 % altogether
(Bonferroni, *Teoria statistica delle classi e calcolo delle probabilità*, 1936).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from . import statistics

ENOUGH = 200  # clients a variant below which no figure is shown
LEVEL = 0.05


@dataclass(frozen=True)
class Side:
    """One variant: how many clients, and how many of them did what was hoped for."""

    name: str
    clients: int
    successes: int

    @property
    def share(self) -> float:
        return self.successes / self.clients if self.clients else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return statistics.wilson(self.successes, self.clients)


def is_enough(sides: Sequence[Side]) -> bool:
    """Whether every variant has clients enough to look at figures at all."""
    return len(sides) > 1 and all(side.clients >= ENOUGH for side in sides)


def winner(sides: Sequence[Side], measures: int = 1) -> Side | None:
    """The variant that is better than every other one for sure, or None.

    :param measures: how many measures are looked at together
    """
    if not is_enough(sides):
        return None
    best = max(sides, key=lambda side: side.share)
    others = [side for side in sides if side is not best]
    z = NormalDist().inv_cdf(1 - LEVEL / (2 * len(others) * measures))
    for other in others:
        _gap, low, _high = statistics.difference(best.successes, best.clients, other.successes, other.clients, z)
        if low <= 0:
            return None
    return best
