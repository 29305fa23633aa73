"""What the funnel counts: one lead's transitions become dated facts.

Definitions
-----------
A lead and a section have at most one date each of first *reach*, first *pass*
and last *loss*, so that counts add up over months, teams and sources.

reached     the lead entered the section, or jumped over it.
passed      the lead moved on from it (forward or skip: also every section
            between), was won (every section from the earliest one it stood in
            up to the won section; all further ones where the won section lies
            before it), or was converted (phase LG). A move back passes nothing.
lost here   the lead is lost, and this is where. A lead that was reopened or
            moved afterwards is not lost.
won         the lead is won and was not reopened, moved back or lost since. A
            win that was taken back counts nowhere.
days        all stays in the section added up. The clock stops at won and lost.
            A section that was jumped over has none.
touches     those within the stays; the first stay begins with time itself, and
            a touch at the moment of leaving belongs to the section left.
phase       a lead of Odoo's type *lead* stands in phase LG whatever its
            section; conversion is the way out: its LG row is passed, and the
            opportunity's own row reached, unless both are the same row.

"Between" and "up to" follow the pipeline as it is now. A section that no
longer exists, or is not known, counts nowhere; moves through it still count
for the sections around it.

The same rules as set-based SQL are in ``models/conveyor_funnel_builder.py``;
a property test holds both equal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from math import floor, log

from .journey import FIRST_SALE, LEAD_GENERATION, Case, Fact, Place, Step, outcome, section_facts

__all__ = [
    "BUCKETS_PER_OCTAVE", "COHORT", "COUNTINGS", "FIRST_SALE", "LEAD_GENERATION", "MEASURES", "PERIOD",
    "Case", "Conversion", "Fact", "Place", "Step", "Tally",
    "bucket_of", "bucket_range", "conversions", "median_from_histogram", "outcome", "ratio", "section_facts",
]

COHORT, PERIOD = COUNTINGS = ("cohort", "period")

# ---------------------------------------------------------------- medians
BUCKETS_PER_OCTAVE = 8  # a bucket is 2^(1/8), nine per cent, wide
_MINUTE, _DAY = 60, 86400


def bucket_of(days: float) -> int:
    """Log bucket of a duration: ``floor(8·log2(minutes))``, -1 below a minute."""
    seconds = days * _DAY
    if seconds < _MINUTE:
        return -1
    return floor(BUCKETS_PER_OCTAVE * log(seconds / _MINUTE) / log(2) + 1e-9)


def bucket_range(bucket: int) -> tuple[float, float]:
    """Days at which a bucket begins and ends."""
    low, high = ((2 ** (edge / BUCKETS_PER_OCTAVE)) * _MINUTE / _DAY for edge in (bucket, bucket + 1))
    return (0.0, _MINUTE / _DAY) if bucket < 0 else (low, high)


def median_from_histogram(counts: Mapping[int, int]) -> float | None:
    """Median days of ``{bucket: how many}``, ``None`` of nothing.

    Exact to the bucket: within one, durations are taken as evenly spread in
    log space; of an even number, the two middle ones are averaged.
    """
    total = sum(counts.values())
    if total <= 0:
        return None
    return (_at_rank(counts, (total - 1) // 2) + _at_rank(counts, total // 2)) / 2


def _at_rank(counts: Mapping[int, int], rank: int) -> float:
    before = 0
    for bucket in sorted(counts):
        if before + counts[bucket] > rank:
            low, high = bucket_range(bucket)
            share = (rank - before + 0.5) / counts[bucket]
            return high * share if bucket < 0 else low * (high / low) ** share
        before += counts[bucket]
    raise ValueError("the rank lies outside the histogram")


# ---------------------------------------------------------------- aggregation
@dataclass(frozen=True)
class Tally:
    """Sums over the facts of one row of a table."""

    reached: int = 0
    passed: int = 0
    lost: int = 0
    in_now: int = 0
    timed_passed: int = 0
    seconds_passed: int = 0
    timed_lost: int = 0
    seconds_lost: int = 0
    left: int = 0
    touches: int = 0
    value_reached: float = 0.0
    value_passed: float = 0.0
    value_lost: float = 0.0
    value_now: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(mine + its for mine, its in zip(vars(self).values(), vars(other).values())))

    @property
    def mean_days(self) -> float | None:
        """Mean days of all who left."""
        return ratio((self.seconds_passed + self.seconds_lost) / _DAY, self.timed_passed + self.timed_lost)

    @property
    def mean_days_passed(self) -> float | None:
        return ratio(self.seconds_passed / _DAY, self.timed_passed)

    @property
    def mean_days_lost(self) -> float | None:
        return ratio(self.seconds_lost / _DAY, self.timed_lost)

    def passing(self, counting: str) -> float | None:
        """Share that passed: of those who reached it (cohort), or of those who
        left it by passing or losing (period). Never above one."""
        return ratio(self.passed, self.reached if counting == COHORT else self.passed + self.lost)

    def effort(self, counting: str) -> float | None:
        """Touches a lead: a lead that reached (cohort) or left (period)."""
        return ratio(self.touches, self.reached if counting == COHORT else self.left)


MEASURES = tuple(measure.name for measure in fields(Tally))


def ratio(part: float, whole: float) -> float | None:
    """``part / whole``, ``None`` of nothing."""
    return part / whole if whole else None


@dataclass(frozen=True)
class Conversion:
    """Conversion into a section, as fractions; ``None`` where there is nothing to divide."""

    previous: float | None = None
    start: float | None = None


def conversions(
    tallies: Iterable[Tally], previous: Iterable[int | None], counted: int, counting: str
) -> list[Conversion]:
    """Conversion into each section from the one before and from the start.

    :param previous: for each section the index of the one before it in its
        pipeline, ``None`` for the first
    :param counted: how many leads there are in all

    Cohort: from the start is reached / leads counted. Period: the product of
    the passing shares on the way, for the leads of a period stand anywhere.
    """
    tallies = list(tallies)
    result: list[Conversion] = []
    for tally, before in zip(tallies, previous):
        share = None if before is None else tallies[before].passing(counting)
        if counting == COHORT:
            start = ratio(tally.reached, counted)
        elif before is None:
            start = 1.0 if tally.reached else None
        else:
            way = result[before].start
            start = None if share is None or way is None else way * share
        result.append(Conversion(share, start))
    return result
