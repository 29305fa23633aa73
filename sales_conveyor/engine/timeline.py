"""When the touches of a cadence come, if nothing holds them up.

A nominal picture for people: working days count 7/5 of a day, months 30 days.
The moments themselves are the business of ``cadence.py`` and ``clock.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

DAYS = {"minutes": 1 / 1440, "hours": 1 / 24, "days": 1.0, "working_days": 7 / 5, "weeks": 7.0, "months": 30.0}


@dataclass(frozen=True)
class Delay:
    """One step: so much time after the previous touch, or after the start.

    One that is counted back from a date is drawn at the norm after the
    previous one, where it comes at the latest.
    """

    amount: int
    unit: str
    from_start: bool = False

    @property
    def days(self) -> float:
        return self.amount * DAYS[self.unit]


def offsets(delays: Sequence[Delay]) -> list[float]:
    """Days from the start of each touch, never before the one before it.

    >>> offsets([Delay(0, "days"), Delay(1, "weeks"), Delay(3, "days", from_start=True), Delay(5, "working_days")])
    [0.0, 7.0, 7.0, 14.0]
    """
    result: list[float] = []
    for delay in delays:
        before = result[-1] if result else 0.0
        result.append(max(before, delay.days if delay.from_start else before + delay.days))
    return result


def loop_days(delays: Sequence[Delay], start: int) -> float:
    """Length in days of one round from the step at index ``start`` on.

    A round is what its steps take after their previous touches; steps counted
    from the start say nothing about it.
    """
    return sum(delay.days for delay in delays[start:] if not delay.from_start)
