"""The purchase rhythm of a customer: how often he buys and what his silence means.

Gaps between purchase days are log-logistic. What a customer's own gaps do not
tell yet comes from the company's population (normal-inverse-gamma shrinkage of
the log gaps, weights :data:`KAPPA` and :data:`NU`), and the odds of loss fall
with the number of his purchases (BG/NBD's with a = b = ½).

With ``n`` purchase days, ``x = n - 1`` gaps, ``A = Σ ln g``, ``B = Σ (ln g)²``,
``c`` days absent and a population (μ₀, s²):

- ``μ = (κ μ₀ + A)/(κ + x)``, usual gap ``m = e^μ``
- ``v = (ν s² + B - A²/x)/(ν + x) · (1 + 1/(κ + x))``, shape ``β = π/√(3v)``
- ``z = (c/m)^β``, surprise ``q = z/(1 + z)``, score ``P = (1 + z)/(z + 2n)``
- quantiles ``Q(p) = m (p/(1 - p))^(1/β)``; the next purchase is expected ``m (1 + 2z)^(1/β)`` after the last one

A customer passes the ladder step by step: late when q ≥ .8 and P ≥ .3 (held
between the shortest and longest critical silence), sleeping ``m`` later if
P ≥ .5, lost ``3 m`` later if P ≥ .8 or after the rule's "lost after". All of
it is a closed form of z, so a date is the first whole day on which its
condition holds, and nothing has to be looked up daily.

Literature: Schmittlein, Morrison, Colombo 1987; Fader, Hardie, Lee 2005;
Batislam et al. 2007; Platzer, Reutterer 2016; Reutterer et al. 2021.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, exp, floor, isfinite, log, pi, sqrt
from typing import NamedTuple, Protocol

STATUSES = NEW, STEADY, LATE, SLEEPING, LOST = "new", "steady", "late", "sleeping", "lost"
BASES = OWN, BLENDED, CATEGORY, COMPANY = "own", "blended", "category", "company"

KAPPA, NU = 1, 3  # how many gaps the population's mean and spread weigh
ENOUGH = 30  # repeat buyers that make a population
GAP, SPREAD = 30.0, 0.5  # of a company that is not known yet: a usual gap in days, s²
LEAST_SPREAD = 0.02
OWN_GAPS = 3  # from so many gaps on a customer is judged by his own
WEEKLY_GAPS = 4
SHORTEST_ABSENCE = 0.5  # days
FOREVER = 14610  # days, forty years: nothing is planned for later
LARGEST = 600.0  # of an exponent
TOLERANCE = 1e-6  # of a day


@dataclass(frozen=True)
class Population:
    """Log gaps of a company's customers: mean ``mu``, variance ``s2`` within a customer.

    ``basis``: whose they are, of a :data:`CATEGORY` or of the :data:`COMPANY`.
    """

    mu: float
    s2: float
    basis: str = COMPANY

    def __post_init__(self):
        if not (isfinite(self.mu) and isfinite(self.s2) and self.s2 > 0):
            raise ValueError(f"no population: mean {self.mu}, variance {self.s2}")


@dataclass(frozen=True)
class Limits:
    """What the administrator holds the critical silence between, in days; ``None``: no limit."""

    shortest: float | None = None
    longest: float | None = None
    lost_after: float | None = None

    def __post_init__(self):
        for name in ("shortest", "longest", "lost_after"):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and value > 0):
                raise ValueError(f"{name}: {value} is no number of days")
        if self.shortest and self.longest and self.shortest > self.longest:
            raise ValueError(f"the shortest silence, {self.shortest}, is longer than the longest, {self.longest}")


class Stats(NamedTuple):
    """The gaps of one customer: how many, Σ ln g, Σ (ln g)²."""

    count: int
    log_sum: float
    log_squares: float


class Calendar(Protocol):
    """Counts the days that matter."""

    def between(self, earlier: date, later: date) -> int:
        """Days after ``earlier`` until ``later``."""

    def after(self, day: date, count: int) -> date:
        """The first date with ``count`` days between it and ``day``."""


class CalendarDays:
    """Every day counts."""

    def between(self, earlier, later):
        return (later - earlier).days

    def after(self, day, count):
        return day + timedelta(days=min(count, (date.max - day).days))


class OpenDays:
    """Only these days count; behind the last of them there is none."""

    def __init__(self, days: Iterable[date]):
        self.days = sorted(set(days))
        if not self.days:
            raise ValueError("a calendar without an open day")

    def between(self, earlier, later):
        return self._number(later) - self._number(earlier)

    def after(self, day, count):
        return self.days[min(max(self._number(day) + count, 1), len(self.days)) - 1]

    def _number(self, day):
        return bisect_right(self.days, day)


EVERY_DAY = CalendarDays()


@dataclass(frozen=True)
class Assessment:
    """What is known of a customer today.

    Gaps and ``absence`` are in counted days. ``expected_gap``: from the last
    purchase to the next one, as of today and before whole weeks; a lost
    customer has no ``next_status_date``.
    """

    purchase_count: int
    usual_gap: float
    gap_low: float
    gap_high: float
    expected_date: date
    act_date: date
    sleeping_date: date
    lost_date: date
    next_status_date: date | None
    surprise: float
    score: float
    status: str
    basis: str
    absence: int
    shape: float
    expected_gap: float


class _Curve(NamedTuple):
    """Log-logistic distribution of one customer's gaps."""

    mu: float
    shape: float

    def odds(self, absence: float) -> float:
        """z: the odds that a gap is shorter."""
        return exp(min(self.shape * (log(max(absence, SHORTEST_ABSENCE)) - self.mu), LARGEST))

    def absence(self, odds: float) -> float:
        """Days after which the odds are so; never more than :data:`FOREVER`."""
        return exp(min(self.mu + log(odds) / self.shape, log(FOREVER))) if odds > 0 else 0.0


# ------------------------------------------------------------ populations
def stats(days: Iterable[date], calendar: Calendar | None = None) -> Stats:
    """The gaps between purchase days, in any order; days without a counted day between them are one purchase."""
    logs = [log(gap) for gap in _gaps(_sorted(days), calendar or EVERY_DAY)]
    return Stats(len(logs), sum(logs), sum(value * value for value in logs))


def population(customers: Iterable[Stats], expected_gap: float | None = None, basis: str = COMPANY) -> Population:
    """One-way random-effects moments over the customers with at least one gap.

    Fewer than :data:`ENOUGH` of them: the administrator's expected gap, else :data:`GAP`.
    """
    repeat = [Stats(*customer) for customer in customers if customer[0] >= 1]
    if len(repeat) < ENOUGH:
        return Population(log(expected_gap or GAP), SPREAD, basis)
    k, n = len(repeat), sum(row.count for row in repeat)
    total, weight = sum(row.log_sum for row in repeat), sum(row.count ** 2 for row in repeat)
    within = sum(_deviation(row) for row in repeat)
    s2 = max(within / (n - k), LEAST_SPREAD) if n > k else SPREAD
    between = sum(row.log_sum ** 2 / row.count for row in repeat) - total ** 2 / n
    tau2 = max((between / (k - 1) - s2) / ((n - weight / n) / (k - 1)), LEAST_SPREAD * s2)
    weights = [1 / (tau2 + s2 / row.count) for row in repeat]
    mean = sum(share * row.log_sum / row.count for share, row in zip(weights, repeat)) / sum(weights)
    return Population(mean, s2, basis)


def _deviation(row: Stats) -> float:
    """SS: squared deviations of a customer's log gaps from their mean."""
    return max(row.log_squares - row.log_sum ** 2 / row.count, 0.0) if row.count else 0.0


# ------------------------------------------------------------ one customer
def assess(days: Iterable[date], population: Population, today: date, limits: Limits = Limits(),
           calendar: Calendar | None = None) -> Assessment:
    """Judge a customer by the days on which he bought.

    :param days: in any order; several on one day are one purchase, later than ``today`` none
    :raise ValueError: he has not bought until today, or something is no date
    """
    calendar = calendar or EVERY_DAY
    bought = [day for day in _sorted(days) if day <= _day(today)]
    if not bought:
        raise ValueError(f"no purchase until {today}")
    gaps, count, last = _gaps(bought, calendar), len(bought), bought[-1]
    own = Stats(len(gaps), sum(map(log, gaps)), sum(log(gap) ** 2 for gap in gaps))
    curve = _curve(own, population)
    usual = exp(curve.mu)
    steps = _steps(curve, usual, count, limits)
    dates = [calendar.after(last, step) for step in steps]
    absence = calendar.between(last, today)
    z = curve.odds(absence)
    status = ladder(absence, steps, count)
    ahead = [day for day, step in zip(dates, steps) if absence < step]
    expected = max(curve.absence(1 + 2 * z), absence)
    return Assessment(
        count, usual, curve.absence(1 / 9), curve.absence(9), _expected_date(bought, expected, today, calendar), *dates,
        ahead[0] if ahead else None, z / (1 + z), (1 + z) / (z + 2 * count), status,
        basis(own.count, population), absence, curve.shape, expected)


def basis(gap_count: int, population: Population) -> str:
    """By what a customer with so many gaps is judged."""
    if gap_count >= OWN_GAPS:
        return OWN
    return BLENDED if gap_count else population.basis


def ladder(absence: float, steps: Sequence[int], count: int) -> str:
    """Status after so many days of silence; ``steps``: days until late, sleeping and lost."""
    climbed = sum(absence >= step for step in steps)
    return (LATE, SLEEPING, LOST)[climbed - 1] if climbed else NEW if count == 1 else STEADY


def _curve(own: Stats, population: Population) -> _Curve:
    x = own.count
    mu = (KAPPA * population.mu + own.log_sum) / (KAPPA + x)
    v = (NU * population.s2 + _deviation(own)) / (NU + x) * (1 + 1 / (KAPPA + x))
    return _Curve(mu, pi / sqrt(3 * v))


def _steps(curve: _Curve, usual: float, count: int, limits: Limits) -> tuple[int, int, int]:
    """Days of silence until late, sleeping, lost: each at least a day after the one before.

    q ≥ .8 means z ≥ 4, P ≥ .3 means z ≥ (.6n - 1)/.7, P ≥ .5 means z ≥ 2n - 2, P ≥ .8 means z ≥ 8n - 5.
    """
    act = curve.absence(max(4.0, (0.6 * count - 1) / 0.7))
    act = min(max(act, limits.shortest or 0.0), limits.longest or FOREVER, FOREVER)
    sleeping = min(max(act + usual, curve.absence(2 * count - 2)), 2 * FOREVER)
    lost = min(max(act + 3 * usual, curve.absence(8 * count - 5)), limits.lost_after or FOREVER * 3, 3 * FOREVER)
    first = max(_whole(act), 1)
    last = max(_whole(lost), first + 2)
    return first, min(max(_whole(sleeping), first + 1), last - 1), last


def _whole(days: float) -> int:
    """The first whole day that is not before."""
    return ceil(days - TOLERANCE)


def _expected_date(bought: list[date], expected: float, today: date, calendar: Calendar) -> date:
    """The day nearest to the expected gap; of who buys weekly, whole weeks after his last purchase."""
    last = bought[-1]
    day = calendar.after(last, max(floor(expected + 0.5), 1))
    weekly = [gap % 7 == 0 for gap in _gaps(bought, EVERY_DAY)]
    if len(weekly) < WEEKLY_GAPS or 2 * sum(weekly) < len(weekly):
        return day
    gap = expected if calendar is EVERY_DAY else (day - last).days
    weeks = max(floor(gap / 7 + 0.5), 1)
    return last + timedelta(weeks=max(weeks, ceil((today - last).days / 7)))


# ------------------------------------------------------------ days
def _sorted(days: Iterable[date]) -> list[date]:
    return sorted({_day(day) for day in days})


def _day(value: date) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"{value!r} is no date")
    return value


def _gaps(bought: Sequence[date], calendar: Calendar) -> list[int]:
    gaps = (calendar.between(earlier, later) for earlier, later in zip(bought, bought[1:]))
    return [gap for gap in gaps if gap > 0]
