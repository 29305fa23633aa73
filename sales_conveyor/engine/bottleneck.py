"""Which section of the belt holds the flow back, and what that costs.

Two things cost money in a section. Leads *fall off* there: each would have been
worth what those are worth who go on, that is its value times the share of
sales among those who pass the section. And leads *pile up*: Little's law says
that a section through which ``left`` leads a day flow in ``norm`` days holds
``left × norm`` of them; what stands there beyond that waits, and is worth its
value times the share of sales among those who reach the section.

The section with the largest sum is the one. With few leads nothing is said:
that somebody falls off among five is no finding.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["FALLS", "FEW", "PILES", "Held", "Station", "find", "sales_share"]

FALLS, PILES = "falls", "piles"
FEW = 10  # leads that reached or left a section, before anything is said of it


@dataclass(frozen=True)
class Station:
    """A section in a period.

    :param before: index of the section before it, ``None`` for the first
    :param reached: leads that came into it in the period
    :param passed: leads that went on from it
    :param lost: leads that were lost in it, worth ``value_lost``
    :param here: leads that stand in it now, worth ``value_here``
    :param days: how long a stay should take: the norm, else the median; ``None``: not known
    :param is_end: a sale: nobody falls off here any more
    """

    key: object
    before: int | None
    reached: int
    passed: int
    lost: int
    here: int
    value_lost: float
    value_here: float
    days: float | None
    is_end: bool = False

    @property
    def passing(self) -> float | None:
        """Share of those who left it that went on."""
        left = self.passed + self.lost
        return self.passed / left if left else None


@dataclass(frozen=True)
class Held:
    """What a section costs: by those who fall off, by those who wait.

    :param waiting: leads beyond what Little's law lets stand there
    :param waiting_value: what these are worth, as they are written down
    """

    index: int
    falls: float
    piles: float
    waiting: int
    waiting_value: float

    @property
    def cost(self) -> float:
        return self.falls + self.piles

    @property
    def why(self) -> str:
        return FALLS if self.falls >= self.piles else PILES


def sales_share(stations: Sequence[Station], index: int) -> float:
    """Share of those who *pass* the section that become a sale: the product of
    the passing shares of the sections behind it, up to the sale."""
    share = 1.0
    seen = {index}
    while (following := next((place for place, station in enumerate(stations) if station.before == index), None)) is not None:
        if following in seen or stations[following].is_end:
            break
        seen.add(following)
        passing = stations[following].passing
        share *= 1.0 if passing is None else passing
        index = following
    return share


def find(stations: Iterable[Station], period_days: float) -> Held | None:
    """The section that holds the flow back most, in money; ``None`` where nothing can be said.

    :param period_days: length of the period in which they were counted
    """
    stations = list(stations)
    held = [_held(stations, index, period_days) for index, station in enumerate(stations) if not station.is_end]
    worst = max((one for one in held if one), key=lambda one: (one.cost, -one.index), default=None)
    return worst if worst and worst.cost > 0 else None


def _held(stations, index, period_days):
    station = stations[index]
    left = station.passed + station.lost
    if max(station.reached, left) < FEW:
        return None
    share = sales_share(stations, index)
    waiting = max(0, station.here - round(left / period_days * station.days)) if station.days and period_days else 0
    waiting_value = station.value_here * waiting / station.here if station.here else 0.0
    return Held(index, station.value_lost * share, waiting_value * share * (station.passing or 0.0), waiting, waiting_value)
