"""The decision window: the time in which most clients decide.

From :data:`ENOUGH` wins on it is what history says: the shortest time in which
at least :data:`SHARE` of the won clients had decided (a percentile by nearest
rank, so that it is always a time that a client really took). With fewer wins it
is the number of days that somebody has set. The most particular history comes
first, then the most particular setting.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

ENOUGH = 50
SHARE = 0.8
DAY = 86400
HISTORY, SETTING = "history", "setting"


@dataclass(frozen=True)
class History:
    """``wins`` won clients, of whom ``SHARE`` decided within ``days``."""

    wins: int
    days: int


@dataclass(frozen=True)
class Window:
    """``days`` of the window, on which ``basis``, with how many ``wins``."""

    days: int
    basis: str
    wins: int = 0


def measure(seconds: Iterable[float]) -> History:
    """What the times from the first moment to the win say, in whole days, at least one.

    >>> measure([DAY * day for day in range(1, 11)])
    History(wins=10, days=8)
    """
    times = sorted(seconds)
    if not times:
        return History(0, 0)
    return History(len(times), max(1, ceil(times[ceil(SHARE * len(times)) - 1] / DAY)))


def choose(histories: Sequence[History | None], settings: Sequence[int], use_history: bool = True) -> Window:
    """The window by the first history with enough wins, else by the first setting that is not 0.

    :param histories: from the most particular (the team's) to the most general
    :param settings: days, in the same order
    """
    wins = max((history.wins for history in histories if history), default=0)
    for history in histories if use_history else ():
        if history and history.wins >= ENOUGH:
            return Window(history.days, HISTORY, history.wins)
    return Window(next((days for days in settings if days), 0), SETTING, wins)
