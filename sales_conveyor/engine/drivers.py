"""The tree of drivers: of what turnover and margin are made, and what a tenth more of each would bring.

::

    first sales   = visitors × lead rate × conversion × check
    repeat sales  = customers × purchases × check
    margin        = (first + repeat sales) × margin share

Each driver is raised alone, the others stay. A share cannot exceed one. More
first sales also make more customers who come back: that is not claimed, for it
shows only later. What is not known is left out of the product, and the branch
begins behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

__all__ = ["DRIVERS", "MORE", "Figures", "effects"]

MORE = 0.1  # a tenth more
SHARES = ("lead_rate", "conversion", "margin_share")
DRIVERS = ("visitors", "lead_rate", "leads", "conversion", "first_check", "customers", "purchases", "repeat_check", "margin_share")


@dataclass(frozen=True)
class Figures:
    """What was measured in a period; ``None``: not known.

    :param leads: that came; with ``visitors`` known it is visitors × ``lead_rate``
    :param conversion: first sales by leads
    :param customers: who bought again at least once, each ``purchases`` times
    """

    visitors: float | None = None
    leads: float | None = None
    conversion: float | None = None
    first_check: float | None = None
    customers: float | None = None
    purchases: float | None = None
    repeat_check: float | None = None
    margin_share: float | None = None

    @property
    def lead_rate(self) -> float | None:
        return self.leads / self.visitors if self.visitors and self.leads is not None else None

    @property
    def first(self) -> float:
        """Money of first sales."""
        return _product(self.leads, self.conversion, self.first_check)

    @property
    def repeat(self) -> float:
        """Money of repeat sales."""
        return _product(self.customers, self.purchases, self.repeat_check)

    @property
    def turnover(self) -> float:
        return self.first + self.repeat

    @property
    def margin(self) -> float | None:
        return None if self.margin_share is None else self.turnover * self.margin_share


def _product(*factors):
    result = 1.0
    for factor in factors:
        if factor is None:
            return 0.0
        result *= factor
    return result


def effects(figures: Figures, more: float = MORE) -> Mapping[str, tuple[float, float | None]]:
    """``{driver: (turnover gained, margin gained)}`` of each driver that is known, in the order of the tree."""
    found = {}
    for name in DRIVERS:
        if getattr(figures, name) is None:
            continue
        changed = _raised(figures, name, more)
        margin = None if figures.margin is None else changed.margin - figures.margin
        found[name] = (changed.turnover - figures.turnover, margin)
    return found


def _raised(figures, name, more):
    if name in ("visitors", "lead_rate"):  # both bring leads
        if figures.leads is None:
            return figures
        rate = figures.lead_rate
        leads = figures.visitors * min(1.0, rate * (1 + more)) if name == "lead_rate" else figures.leads * (1 + more)
        return replace(figures, leads=leads)
    value = getattr(figures, name) * (1 + more)
    return replace(figures, **{name: min(1.0, value) if name in SHARES else value})
