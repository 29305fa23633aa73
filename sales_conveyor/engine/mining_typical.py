"""How a process usually goes, read off its picture.

**Typical path.** The most common path of the won cases (of all cases while
none is won), if at least :data:`TYPICAL` of them went it. Where nearly every
case goes its own way, it is the heaviest walk through what they have in
common: all other than the activities that half of them have are left out, and
repeats; then from the most common beginning always on to the most common
follower that was not visited yet, until ending there is more common.

**Order.** The typical path, repeats left out; every other activity stands
right behind the activity, among those already placed, that it follows most often.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .mining_picture import ENOUGH, Arc, Path, Picture, Variant, share

TYPICAL = 0.05  # share of the won cases from which on one path is typical
VARIANT, WALK = "variant", "walk"
_END = object()


@dataclass(frozen=True)
class Typical:
    """The typical path and how many went it: exactly (rule *variant*), or with
    other things in between (*walk*)."""

    path: Path
    rule: str
    won: int
    cases: int
    share_won: float | None
    share_cases: float | None


def typical(picture: Picture) -> Typical | None:
    """The typical path; ``None`` of nothing. Looks at the variants listed."""
    if not picture.variants:
        return None
    weight = _won if any(variant.won for variant in picture.variants) else _all
    top = max(picture.variants, key=weight)  # of equals the first, and they are sorted
    if weight(top) >= TYPICAL * sum(map(weight, picture.variants)) and weight(top) > 1:
        return _typical(picture, top.path, VARIANT, [top])
    path = _walk(picture.variants, weight)
    return _typical(picture, path, WALK, [variant for variant in picture.variants if contains(variant.path, path)])


def _typical(picture: Picture, path: Path, rule: str, variants: Iterable[Variant]) -> Typical:
    variants = list(variants)
    won, cases = sum(map(_won, variants)), sum(map(_all, variants))
    return Typical(path, rule, won, cases, share(won, picture.won), share(cases, picture.cases))


def _won(variant: Variant) -> int:
    return variant.won


def _all(variant: Variant) -> int:
    return variant.count


def _walk(variants: Collection[Variant], weight) -> Path:
    having: Counter = Counter()
    for variant in variants:
        having.update(dict.fromkeys(variant.path, weight(variant)))
    half = min(sum(map(weight, variants)) / 2, max(having.values()))
    follows: Counter = Counter()
    for variant in variants:
        core = [name for name in dict.fromkeys(variant.path) if having[name] >= half]
        for pair in zip((None, *core), (*core, _END)):
            follows[pair] += weight(variant)
    path, here = [], None
    while True:
        options = [(-count, target is _END, str(target), target) for (source, target), count in follows.items()
                   if source == here and count and target not in path]
        here = min(options, key=lambda option: option[:3])[-1] if options else _END
        if here is _END:
            return tuple(path)
        path.append(here)


def contains(path: Path, steps: Path) -> bool:
    """Whether a path goes through the steps in their order, whatever lies between."""
    rest = iter(path)
    return all(step in rest for step in steps)


def order(picture: Picture) -> Path:
    """All activities in the order in which they usually come."""
    found = typical(picture)
    placed = list(dict.fromkeys(found.path)) if found else []
    missing = [activity.name for activity in picture.activities if activity.name not in placed]
    while missing:
        arc = next((arc for arc in picture.arcs if arc.source in placed and arc.target in missing), None)
        name = arc.target if arc else missing[0]
        placed.insert(placed.index(arc.source) + 1 if arc else 0, name)
        missing.remove(name)
    return tuple(placed)


def longest_waits(picture: Picture, least: int = ENOUGH, most: int = 5) -> tuple[Arc, ...]:
    """Where cases wait longest: arcs with the most waiting altogether, of those that came ``least`` times."""
    often = [arc for arc in picture.arcs if arc.count >= least]
    return tuple(sorted(often, key=lambda arc: -arc.wait.total)[:most])
