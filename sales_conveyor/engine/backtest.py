"""What an alarm about silence would have been worth on a company's own past.

On an *as-of day* only what was known until then is looked at: who was named,
by a method, as silent for too long? Then the purchases that came later are
uncovered. A customer is *lost* when he did not buy within his *term* of
``max(2 × usual gap, 7 days)``; an alarm about such a customer was right, one
about a customer who came back by himself in time was false.

Only customers are asked about whose silence was not longer than
:data:`REACH` × their usual gap (whoever is gone for years is no news), and only
those whose term has ended by today.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from .statistics import wilson

REACH, TERM, WEEK = 6.0, 2.0, 7.0  # the protocol of the method's own measurements
FROM, TO = 0.45, 0.80  # where as-of days lie between the first purchase of all and today
SHORTEST_PAST = 60  # days of history; with less nothing can be said
ENOUGH = 30  # customers that a share is told of


@dataclass(frozen=True)
class Case:
    """A customer on an as-of day.

    :param silence_at_alarm: days of silence with which the method raises the alarm
    :param term_end: the last day on which he would have come back in time
    :param next_day: his next purchase after the as-of day, if any
    """

    today: date
    last_day: date
    usual_gap: float
    silence_at_alarm: int
    term_end: date
    next_day: date | None = None

    @property
    def is_named(self) -> bool:
        return (self.today - self.last_day).days >= self.silence_at_alarm

    @property
    def is_lost(self) -> bool:
        return self.next_day is None or self.next_day > self.term_end

    def is_asked(self, end: date) -> bool:
        """Whether the outcome is known at ``end`` and worth asking for."""
        return (self.today - self.last_day).days <= REACH * self.usual_gap and self.term_end <= end


@dataclass(frozen=True)
class Counts:
    """Answers of one method on some as-of days; ``customers`` and ``losers``: different
    people among the named and among the lost, who may be asked about on several days."""

    asked: int = 0
    named: int = 0
    right: int = 0
    lost: int = 0
    customers: int = 0
    losers: int = 0

    @property
    def false(self) -> int:
        return self.named - self.right

    @property
    def missed(self) -> int:
        return self.lost - self.right


@dataclass(frozen=True)
class Share:
    """A share with its interval of 95 %, all from 0 to 1."""

    value: float
    low: float
    high: float


def term(usual_gap: float) -> int:
    """Days, whole ones, within which a customer comes back in time."""
    return ceil(max(TERM * usual_gap, WEEK) - 1e-6)


def as_of_days(first: date, end: date, count: int) -> list[date]:
    """So many days of the past, evenly; none where the past is too short.

    :param first: the first purchase of all
    :param end: the last day that is known
    """
    span = (end - first).days
    if span < SHORTEST_PAST or count < 1:
        return []
    shares = [FROM + (TO - FROM) * number / max(count - 1, 1) for number in range(count)] if count > 1 else [(FROM + TO) / 2]
    return sorted({first + timedelta(round(span * share)) for share in shares})


def count(cases: Iterable[Case], end: date) -> Counts:
    """The answers, one case at a time; SQL does the same for a million."""
    asked = [case for case in cases if case.is_asked(end)]
    named, lost = [case for case in asked if case.is_named], [case for case in asked if case.is_lost]
    return Counts(len(asked), len(named), sum(case.is_lost for case in named), len(lost), len(named), len(lost))


def precision(counts: Counts) -> Share | None:
    """Of the named, who was really lost; None where too few were named."""
    return _share(counts.right, counts.named, counts.customers)


def recall(counts: Counts) -> Share | None:
    """Of the lost, who was named in time; None where too few were lost."""
    return _share(counts.right, counts.lost, counts.losers)


def _share(part: int, whole: int, people: int) -> Share | None:
    """The interval counts people, not questions: asking about somebody twice teaches little more."""
    if people < ENOUGH or not whole:
        return None
    return Share(part / whole, *wilson(round(people * part / whole), people))


def f1(counts: Counts) -> float | None:
    """Harmonic mean of the two shares."""
    return 2 * counts.right / (counts.named + counts.lost) if counts.named + counts.lost else None
