"""What a customer has bought net of returns, and when it is used up."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

ENOUGH_GAPS = 3  # the customer's own gaps of a product, before his pace replaces the rule's


@dataclass(frozen=True)
class Purchase:
    """A line of what was bought; a negative quantity is a return."""

    day: date
    product: int
    quantity: float = 1
    order: int | None = None


class Bought(NamedTuple):
    """What was bought of a product in an order, or on a day without one, net of returns."""

    day: date
    product: int
    quantity: float
    order: int | None


def net(purchases: Iterable[Purchase]) -> list[Bought]:
    """Purchases by order (or day) and product, oldest first, returns taken off."""
    first, quantity = {}, defaultdict(float)
    loose = []  # returns that name no order
    for one in sorted(purchases, key=lambda one: one.day):
        place = (one.order or one.day, one.product)
        if one.quantity < 0 and place not in first:
            loose.append(one)
            continue
        first.setdefault(place, one)
        quantity[place] += one.quantity
    for back in loose:
        _take_back(back, first, quantity)
    return [Bought(one.day, one.product, quantity[place], one.order) for place, one in first.items()]


def _take_back(back: Purchase, first: dict, quantity: dict) -> None:
    """A return takes off what was bought last before it."""
    left = -back.quantity
    for place, one in reversed(list(first.items())):
        if left > 0 and one.product == back.product and one.day <= back.day and quantity[place] > 0:
            taken = min(left, quantity[place])
            quantity[place] -= taken
            left -= taken


def runs_out(bought: list[Bought], supply: float) -> date | None:
    """The day on which the last unit is used up; None where nobody knows.

    :param bought: purchases of one product, oldest first
    :param supply: days that a unit lasts by the rule; the customer's own pace
        comes before it once he has bought often enough
    """
    if not bought:
        return None
    pace = own_pace(bought)
    if pace:
        return bought[-1].day + timedelta(round(pace * bought[-1].quantity))
    if not supply:
        return None
    end = bought[0].day
    for one in bought:  # what is left over lengthens the next one
        end = max(end, one.day) + timedelta(round(supply * one.quantity))
    return end


def own_pace(bought: list[Bought]) -> float | None:
    """Days that a unit lasts him: the median of his gaps, each by the quantity before it."""
    days = defaultdict(float)
    for one in bought:
        days[one.day] += one.quantity
    ordered = sorted(days.items())
    gaps = [(after - before).days / quantity for (before, quantity), (after, _next) in zip(ordered, ordered[1:])]
    return median(gaps) if len(gaps) >= ENOUGH_GAPS else None
