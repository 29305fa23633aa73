"""Money by source: spreading it over days, what a client costs, what comes back, and what goes down the drain.

Amounts are plain numbers of one currency. A source's money is looked at month
by month: what was spent, which leads came of it, and how many of those have
bought since. Nothing here knows what day it is: the day is an argument.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor

from .period import month_end, next_month

# what is said of a source's money
UNSPENT, EARLY, NO_LEAD, NO_SALE, WORKS = VERDICTS = ("unspent", "early", "no_lead", "no_sale", "works")
DRAINS = (NO_LEAD, NO_SALE)


# ------------------------------------------------------------ spreading
def share(amount: float, first: date, last: date, start: date, end: date, digits: int = 2) -> float:
    """What of an amount for the days ``first`` to ``last`` falls on ``start`` to ``end``, all included.

    Every day has the same; the rounded sums up to each day are compared, so
    that the parts of any division add up to the amount.

    >>> share(100, date(2026, 1, 31), date(2026, 2, 2), date(2026, 2, 1), date(2026, 2, 28))
    66.67
    """
    days = (last - first).days + 1
    before = max(0, min(days, (start - first).days))
    until = max(0, min(days, (end - first).days + 1))
    if until <= before:
        return 0.0
    return _round(_round(amount * until / days, digits) - _round(amount * before / days, digits), digits)


def by_month(amount: float, first: date, last: date, start: date | None = None, end: date | None = None,
             digits: int = 2) -> dict[date, float]:
    """``{first day of a month: its share}`` of an amount, within ``start`` and ``end`` where they are given.

    >>> by_month(31, date(2026, 1, 31), date(2026, 3, 2), digits=0)
    {datetime.date(2026, 1, 1): 1.0, datetime.date(2026, 2, 1): 28.0, datetime.date(2026, 3, 1): 2.0}
    """
    begin, stop = max(first, start or first), min(last, end or last)
    shares, month = {}, begin.replace(day=1)
    while month <= stop:
        shares[month] = share(amount, first, last, max(month, begin), min(month_end(month), stop), digits)
        month = next_month(month)
    return shares


def _round(value: float, digits: int) -> float:
    """Half up, whatever the sign, so that a part never depends on the others."""
    scale = 10 ** digits
    return floor(value * scale + 0.5 + 1e-9) / scale


# ------------------------------------------------------------ what it costs
def cost(spend: float | None, count: int) -> float | None:
    """What one of ``count`` costs; ``None`` where nothing was spent or nothing came of it."""
    return spend / count if spend and count else None


def ratio(earned: float | None, spend: float | None) -> float | None:
    """What comes back for each 1 spent."""
    return earned / spend if spend and earned is not None else None


# ------------------------------------------------------------ what customers bring
@dataclass(frozen=True)
class Cohort:
    """Customers who bought first in the same month.

    ``values``: money by months since the first sale, where 0 is the first sale
    itself and 1 the month after it; ``full``: so many months have passed for
    each of them."""

    customers: int
    values: Mapping[int, float]
    full: int

    def until(self, months: int) -> float:
        """Money of all of them within so many months."""
        return sum(value for age, value in self.values.items() if age <= months)


def full_months(month: date, today: date) -> int:
    """How many whole months have passed since the last day of ``month``; 0 while it runs.

    >>> full_months(date(2026, 1, 1), date(2026, 4, 29)), full_months(date(2026, 1, 1), date(2026, 4, 30))
    (2, 3)
    """
    end = month_end(month)
    if end > today:
        return 0
    months = (today.year - end.year) * 12 + today.month - end.month
    is_last = (today + timedelta(days=1)).day == 1
    return months if is_last or today.day >= end.day else months - 1


def lifetime(cohorts: Iterable[Cohort], months: int) -> float | None:
    """Money that a customer brings within so many months of his first sale, of the cohorts old enough."""
    old = [cohort for cohort in cohorts if cohort.customers and cohort.full >= months]
    customers = sum(cohort.customers for cohort in old)
    return sum(cohort.until(months) for cohort in old) / customers if customers else None


def payback(price: float | None, cohorts: Sequence[Cohort], horizon: int) -> int | None:
    """Months after which a customer has brought what his first sale cost; 0: with the first sale itself.

    :return: ``None`` where he has not done so yet, or nothing is known
    """
    if price is None:
        return None
    for months in range(horizon + 1):
        brought = lifetime(cohorts, months)
        if brought is None:
            return None
        if brought >= price:
            return months
    return None


# ------------------------------------------------------------ down the drain
@dataclass(frozen=True)
class Month:
    """A source in one month: what was spent, ``mature`` of it on days whose
    time has passed; leads that came, and how many of them have bought since."""

    month: date
    spend: float
    mature: float
    leads: int
    sales: int


@dataclass(frozen=True)
class Drain:
    """What is said of a source's money: ``amount`` without effect since the
    month ``since``, with so many ``leads`` since; ``early`` is too young to say."""

    verdict: str
    amount: float = 0.0
    since: date | None = None
    leads: int = 0
    early: float = 0.0

    @property
    def is_drain(self) -> bool:
        return self.verdict in DRAINS


def judge(months: Iterable[Month]) -> Drain:
    """Does the money of a source go down the drain?

    Money is without effect that was spent since the last month of whose leads
    one has bought, as far as the usual time to a sale has passed. It is not
    held against a source that has sold before while it is less than what a
    first sale of it has cost: for that money no sale could be expected yet.
    """
    rows = sorted(months, key=lambda row: row.month)
    early = sum(row.spend - row.mature for row in rows)
    last = max((place for place, row in enumerate(rows) if row.sales), default=-1)
    after, before = [row for row in rows[last + 1:] if row.mature], rows[:last + 1]
    amount, sales = sum(row.mature for row in after), sum(row.sales for row in before)
    price = cost(sum(row.mature for row in before), sales) or 0
    if not any(row.spend for row in rows):
        return Drain(UNSPENT)
    if amount > 0 and amount >= price:
        since = after[0].month
        leads = sum(row.leads for row in rows if row.month >= since)  # they may come later than the money
        return Drain(NO_SALE if leads else NO_LEAD, amount, since, leads, early)
    return Drain(WORKS if sales else EARLY, early=early)
