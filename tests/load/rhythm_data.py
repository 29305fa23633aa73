"""Public purchase histories, and the simple ways to rank silence that the method is measured against.

Protocol of RHYTHM.md, with what it leaves open said here. Eight as-of days evenly between 45 and 80 % of a data set;
customers with at least 3 purchases and an absence up to 6 × their median gap; *lost* is who does not buy within
max(2 × his mean gap, 7 days), and only those are asked whose term ends within the data. All days are ranked together.
"""

import csv
import gzip
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import mean, median

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SETS = ("cdnow", "retail2")
AS_OF, FROM, TO = 8, 0.45, 0.80
REACH, TERM, WEEK = 6, 2, 7


@dataclass(frozen=True)
class Case:
    """A customer on an as-of day."""

    days: tuple[date, ...]  # until then
    amount: float
    absence: int
    mean_gap: float
    is_lost: bool


def histories(name):
    """``{customer: [(date, amount), …]}``, oldest first; None where the file is missing."""
    path = DATA / f"{name}.csv.gz"
    if not path.exists():
        return None
    found = {}
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["cust"], []).append((date.fromisoformat(row["date"]), float(row["amount"])))
    return {customer: sorted(rows) for customer, rows in found.items()}


def as_of_days(customers):
    """The days, and the last day of the data."""
    first, last = min(rows[0][0] for rows in customers.values()), max(rows[-1][0] for rows in customers.values())
    span = (last - first).days
    return [first + timedelta(round(span * (FROM + (TO - FROM) * number / (AS_OF - 1)))) for number in range(AS_OF)], last


def gaps(days):
    return [(later - earlier).days for earlier, later in zip(days, days[1:])]


def cases(customers, today, last):
    """The customers who are asked about on one day."""
    for rows in customers.values():
        until = bisect_right(rows, (today, float("inf")))
        if until < 3:
            continue
        days = tuple(day for day, _amount in rows[:until])
        own, absence = gaps(days), (today - days[-1]).days
        term = timedelta(max(TERM * mean(own), WEEK))
        if absence > REACH * median(own) or today + term > last:
            continue
        yield Case(days, sum(amount for _day, amount in rows[:until]), absence, mean(own),
                   until == len(rows) or rows[until][0] - today > term)


# ------------------------------------------------------------ measures
def auc(pairs):
    """Share of (lost, not lost) pairs that the score ranks rightly; ties count half."""
    ordered = sorted(pairs)
    lost, ranks, start = sum(is_lost for _score, is_lost in ordered), 0.0, 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end][0] == ordered[start][0]:
            end += 1
        ranks += (start + end + 1) / 2 * sum(is_lost for _score, is_lost in ordered[start:end])
        start = end
    return (ranks - lost * (lost + 1) / 2) / (lost * (len(ordered) - lost))


def f1(flags):
    """Of ``(flagged, lost)`` pairs."""
    right = sum(flagged and is_lost for flagged, is_lost in flags)
    return 2 * right / (sum(flagged for flagged, _lost in flags) + sum(is_lost for _flagged, is_lost in flags))


def fifths(values):
    """A function: in which fifth of these values a value lies, 0 to 4."""
    ordered = sorted(values)
    return lambda value: min(4, 5 * (bisect_right(ordered, value) - 1) // len(ordered))


def rfm(group):
    """RFM sum of each, by fifths of the day's customers; the higher, the likelier lost."""
    recency, frequency, money = (fifths([key(case) for case in group]) for key in (
        lambda case: case.absence, lambda case: len(case.days), lambda case: case.amount))
    return [recency(case.absence) - frequency(len(case.days)) - money(case.amount) for case in group]
