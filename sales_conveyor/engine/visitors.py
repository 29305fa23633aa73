"""Visitors against leads and purchases: sums by weekday and hour, holidays apart, and where purchases are missed.

Only hours with a reading are compared: a purchase in an hour that nobody
counted says nothing about conversion and is told apart (``uncounted``).
Conversion is purchases by visitors. **Missed purchases** of an hour: what its
visitors would have bought at the conversion of all hours together, less what
they bought; nothing where they bought more.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import exp

Moment = tuple[date, int]  # local day, hour of the wall
MEASURES = VISITORS, LEADS, PURCHASES = ("visitors", "leads", "purchases")


@dataclass(frozen=True)
class Sum:
    """``days``: on how many days these hours were counted."""

    visitors: int = 0
    leads: int = 0
    purchases: int = 0
    days: int = 0

    @property
    def conversion(self) -> float | None:
        return self.purchases / self.visitors if self.visitors else None

    def mean(self, measure: str) -> float | None:
        """Of a counted day."""
        return getattr(self, measure) / self.days if self.days else None

    def chance(self, conversion: float | None) -> float | None:
        """How probable so few purchases are where nothing is wrong with the hour: Poisson's distribution function."""
        if not conversion or not self.visitors:
            return None
        expected = self.visitors * conversion
        term = total = exp(-expected)
        for number in range(1, self.purchases + 1):
            term *= expected / number
            total += term
        return min(total, 1.0)

    def missed(self, conversion: float | None) -> float | None:
        """Purchases missed against this conversion."""
        if conversion is None or not self.visitors:
            return None
        return max(self.visitors * conversion - self.purchases, 0.0)


@dataclass(frozen=True)
class Picture:
    """Sums of the ordinary days by (weekday, hour), by hour and in all; of holidays by day, with what is usual on that weekday.

    ``moments`` of a (weekday, hour), by measure: those counted, those with any lead, with any purchase."""

    slots: Mapping[tuple[int, int], Sum] = field(default_factory=dict)
    hours: Mapping[int, Sum] = field(default_factory=dict)
    whole: Sum = Sum()
    holidays: Mapping[date, Sum] = field(default_factory=dict)
    weekdays: Mapping[int, Sum] = field(default_factory=dict)
    uncounted: int = 0
    moments: Mapping[tuple[int, int], Mapping[str, list[Moment]]] = field(default_factory=dict)

    def losses(self) -> list[tuple[tuple[int, int], Sum, float]]:
        """``((weekday, hour), sum, missed purchases)``, the most first; only where any are missed."""
        found = [(slot, total, total.missed(self.whole.conversion)) for slot, total in self.slots.items()]
        return sorted(((*row[:2], row[2]) for row in found if row[2]), key=lambda row: (-row[2], row[0]))


def paint(visitors: Mapping[Moment, int], leads: Mapping[Moment, int], purchases: Mapping[Moment, int],
          holidays: Collection[date] = ()) -> Picture:
    """The picture of counted hours.

    :param visitors: of each hour that was counted, 0 included
    """
    facts = {moment: (count, leads.get(moment, 0), purchases.get(moment, 0)) for moment, count in visitors.items()}
    closed = set(holidays)
    plain = [(day, hour, numbers) for (day, hour), numbers in facts.items() if day not in closed]
    return Picture(
        slots=_sums(((day.weekday(), hour), day, numbers) for day, hour, numbers in plain),
        hours=_sums((hour, day, numbers) for day, hour, numbers in plain),
        whole=_sums((None, day, numbers) for day, _hour, numbers in plain).get(None, Sum()),
        holidays=_sums((day, day, numbers) for (day, _hour), numbers in facts.items() if day in closed),
        weekdays=_sums((day.weekday(), day, numbers) for day, _hour, numbers in plain),
        uncounted=sum(count for moment, count in purchases.items() if moment not in facts),
        moments=_moments(plain),
    )


def _moments(rows):
    found = defaultdict(lambda: {measure: [] for measure in MEASURES})
    for day, hour, numbers in sorted(rows):
        for measure, count in zip(MEASURES, numbers):
            if count or measure == VISITORS:
                found[day.weekday(), hour][measure].append((day, hour))
    return dict(found)


def _sums(rows):
    numbers, days = defaultdict(lambda: [0, 0, 0]), defaultdict(set)
    for key, day, counts in rows:
        numbers[key] = [total + count for total, count in zip(numbers[key], counts)]
        days[key].add(day)
    return {key: Sum(*counts, days=len(days[key])) for key, counts in numbers.items()}


def levels(values: Mapping[str, float | None], low: float, high: float, steps: int = 5) -> dict[str, int]:
    """The shade of each value, from 0 for the lowest to ``steps`` for the highest; none of nothing."""
    width = high - low
    return {key: round(steps * (value - low) / width) if width else 0 for key, value in values.items() if value is not None}
