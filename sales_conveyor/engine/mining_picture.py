"""The picture of a process: what its history says, counted.

One shape for two ways of counting: :func:`.mining.discover` folds events in
Python, the database counts in SQL and hands its rows to :func:`from_aggregates`.
A property test holds both equal.

Definitions
-----------
case        one lead; its *path* is the activities in the order in which they happened.
arc         one activity directly followed by another in the same case, and the
            *wait* between the two.
variant     all cases with the same path.
duration    from the first to the last event of a case.
conversion  won cases of those closed (won or lost); open ones have not said yet.
times       seconds. Quantiles as PostgreSQL's ``percentile_cont``: linear
            between the two neighbours (type 7 of Hyndman and Fan, *Sample
            Quantiles in Statistical Packages*, The American Statistician 50, 1996).

An activity is any plain value (text, number) that JSON keeps as it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from math import fsum
from typing import Any

WON, LOST = OUTCOMES = ("won", "lost")
ENOUGH = 20  # cases below which nothing is claimed
QUANTILES = (0.25, 0.5, 0.75, 0.9)
Path = tuple[Any, ...]


def share(part: float, whole: float) -> float | None:
    """``part / whole``, ``None`` of nothing."""
    return part / whole if whole else None


@dataclass(frozen=True)
class Spread:
    """How durations are spread, in seconds; a row of SQL is ``count(*), sum(s),
    percentile_cont(0.25) …, 0.5, 0.75, 0.9``. ``None`` of nothing."""

    count: int = 0
    total: float = 0.0
    q1: float | None = None
    median: float | None = None
    q3: float | None = None
    p90: float | None = None

    @classmethod
    def of(cls, seconds: Iterable[float]) -> "Spread":
        """The spread of durations, exact."""
        ordered = sorted(seconds)
        if not ordered:
            return cls()
        return cls(len(ordered), fsum(ordered), *(_quantile(ordered, at) for at in QUANTILES))

    @property
    def mean(self) -> float | None:
        return share(self.total, self.count)


def _quantile(ordered: list[float], at: float) -> float:
    rank = at * (len(ordered) - 1)
    below = int(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (rank - below) * (ordered[above] - ordered[below])


class _Outcomes:
    """What everything with cases ``won`` and ``lost`` can tell."""

    won: int
    lost: int

    @property
    def conversion(self) -> float | None:
        return share(self.won, self.won + self.lost)


@dataclass(frozen=True)
class Activity(_Outcomes):
    """One activity: how often it happened (``count``), in how many ``cases``,
    of these won and lost; in how many it came first, last, and again."""

    name: Any
    count: int
    cases: int
    won: int = 0
    lost: int = 0
    starts: int = 0
    ends: int = 0
    repeated: int = 0


@dataclass(frozen=True)
class Arc:
    """``target`` came directly after ``source``, in so many ``cases``."""

    source: Any
    target: Any
    cases: int
    wait: Spread

    @property
    def count(self) -> int:
        return self.wait.count

    @property
    def median_wait(self) -> float | None:
        return self.wait.median


@dataclass(frozen=True)
class Variant(_Outcomes):
    """All cases of one path; ``won_seconds``: durations of the won ones added
    up; ``share`` of all cases is filled in by the picture."""

    path: Path
    count: int
    won: int = 0
    lost: int = 0
    duration: Spread = Spread()
    won_seconds: float = 0.0
    share: float = 0.0

    @property
    def open(self) -> int:
        return self.count - self.won - self.lost

    @property
    def median_duration(self) -> float | None:
        return self.duration.median


@dataclass(frozen=True)
class Loss:
    """Cases lost after this activity, for this reason (``None``: not said)."""

    activity: Any
    reason: Any
    count: int


@dataclass(frozen=True)
class Performer:
    """How often somebody did something."""

    activity: Any
    performer: Any
    count: int


@dataclass(frozen=True)
class Picture(_Outcomes):
    """All of it. Rows are ordered by count, most first, then by name.

    ``variant_count`` tells how many variants there are; ``variants`` may list
    fewer, see :meth:`trimmed`.
    """

    cases: int = 0
    won: int = 0
    lost: int = 0
    duration: Spread = Spread()
    won_duration: Spread = Spread()
    variant_count: int = 0
    activities: tuple[Activity, ...] = ()
    arcs: tuple[Arc, ...] = ()
    variants: tuple[Variant, ...] = ()
    losses: tuple[Loss, ...] = ()
    performers: tuple[Performer, ...] = ()

    @property
    def open(self) -> int:
        return self.cases - self.won - self.lost

    @property
    def events(self) -> int:
        return sum(activity.count for activity in self.activities)

    @property
    def starts(self) -> dict[Any, int]:
        """First activities and their cases, most first."""
        return _ranked((activity.name, activity.starts) for activity in self.activities)

    @property
    def ends(self) -> dict[Any, int]:
        """Last activities and their cases, most first."""
        return _ranked((activity.name, activity.ends) for activity in self.activities)

    @property
    def listed_cases(self) -> int:
        """Cases of the variants that are listed."""
        return sum(variant.count for variant in self.variants)

    def activity(self, name: Any) -> Activity:
        """The activity of that name; one without cases if it never happened."""
        return next((activity for activity in self.activities if activity.name == name), Activity(name, 0, 0))

    def trimmed(self, most: int) -> "Picture":
        """The same picture with the ``most`` common variants only."""
        return replace(self, variants=self.variants[:most])

    def as_dict(self) -> dict:
        """Everything as JSON can carry it; :meth:`from_dict` reads it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Picture":
        """The picture that :meth:`as_dict` wrote, also after JSON."""
        return cls(**{
            **data,
            "duration": Spread(**data["duration"]), "won_duration": Spread(**data["won_duration"]),
            "activities": tuple(Activity(**row) for row in data["activities"]),
            "arcs": tuple(Arc(**{**row, "wait": Spread(**row["wait"])}) for row in data["arcs"]),
            "variants": tuple(
                Variant(**{**row, "path": tuple(row["path"]), "duration": Spread(**row["duration"])})
                for row in data["variants"]),
            "losses": tuple(Loss(**row) for row in data["losses"]),
            "performers": tuple(Performer(**row) for row in data["performers"]),
        })


def from_aggregates(
    *, cases: int, won: int = 0, lost: int = 0, duration: Spread = Spread(), won_duration: Spread = Spread(),
    activities: Iterable[Activity], arcs: Iterable[Arc], variants: Iterable[Variant], variant_count: int | None = None,
    losses: Iterable[Loss] = (), performers: Iterable[Performer] = (),
) -> Picture:
    """The picture of rows that were counted elsewhere, in any order.

    :param variants: all, or the most common ones; then ``variant_count`` says how many there are
    """
    listed = tuple(sorted(
        (replace(variant, share=variant.count / cases) for variant in variants),
        key=lambda variant: (-variant.count, *map(_name, variant.path))))
    return Picture(
        cases, won, lost, duration, won_duration, len(listed) if variant_count is None else variant_count,
        _sorted(activities, "name"), _sorted(arcs, "source", "target"), listed,
        _sorted(losses, "activity", "reason"), _sorted(performers, "activity", "performer"))


def _name(value: Any) -> tuple[str, str]:
    return str(value), type(value).__name__


def _sorted(rows: Iterable[Any], *keys: str) -> tuple:
    return tuple(sorted(rows, key=lambda row: (-row.count, *(_name(getattr(row, key)) for key in keys))))


def _ranked(counts: Iterator[tuple[Any, int]]) -> dict[Any, int]:
    return {name: count for name, count in sorted(counts, key=lambda pair: (-pair[1], _name(pair[0]))) if count}
