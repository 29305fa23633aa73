"""A ready set laid over an existing pipeline: what becomes what, in which order.

Words: a *part* is a section of the ready set, a *standing* section is one that
the pipeline has already. Both are plain data; names are compared in all
languages at once, since a pipeline may be named in any of them.

``propose`` guesses which standing section is which part, ``assemble`` gives the
whole order of the resulting pipeline, ``renumber`` the fewest new sequences
that bring this order about.
"""

import re
from dataclasses import dataclass

WON = 0  # stands for "the won section" where a part's id is expected
PHASES = ("lead_generation", "first_sale", "account_management")


def normalise(name: str) -> str:
    """A name without case, punctuation, double spaces and the Russian ё.

    >>> normalise("  Расчёт / КП ")
    'расчет кп'
    """
    return " ".join(re.findall(r"\w+", name.casefold().replace("ё", "е")))


def normalised(names) -> frozenset[str]:
    return frozenset(filter(None, map(normalise, filter(None, names))))


@dataclass(frozen=True)
class Part:
    """A section of the ready set. ``takes_leads`` is false for one that is
    only counted, never worked in."""

    id: int
    phase: str
    names: frozenset[str] = frozenset()
    is_won: bool = False
    takes_leads: bool = True


@dataclass(frozen=True)
class Standing:
    """A section that exists. ``candidate``: every lead of the target can pass
    it, so it may become a part of the set; ``part``: the part it has followed
    since an earlier application, for whichever teams that was."""

    id: int
    names: frozenset[str] = frozenset()
    is_won: bool = False
    fold: bool = False
    candidate: bool = True
    part: int | None = None


@dataclass(frozen=True)
class Decision:
    """What becomes of a standing section: ``keep`` it, ``reuse`` it as a part,
    let it be the ``won`` section, or ``limit`` it to other teams. ``rename``:
    it takes the part's name as well."""

    use: str = "keep"
    part: int | None = None
    rename: bool = False


@dataclass(frozen=True)
class Place:
    """One section of the resulting pipeline: standing, of the set, or both.
    Neither: a won section that has to be made."""

    standing: int | None = None
    part: int | None = None


def propose(standing: list[Standing], parts: list[Part]) -> dict[int, int]:
    """Guess which standing section is which part.

    The link of an earlier application counts first, then the won section, then
    equal names, then the place: the first open section, where new leads land,
    is the set's first section that takes leads. What is not in the answer is
    to be kept as it is.

    :return: ``{id of the standing section: id of the part, or WON}``
    """
    uses: dict[int, int] = {}
    candidates = [section for section in standing if section.candidate]
    known = {part.id for part in parts}
    for section in sorted(standing, key=lambda section: not section.candidate):
        if section.part in known and section.part not in uses.values():
            uses[section.id] = section.part
    _match(uses, candidates, parts, lambda section, part: section.is_won and part.is_won)
    if not any(part.is_won for part in parts):
        won = next((section for section in candidates if section.is_won and section.id not in uses), None)
        if won:
            uses[won.id] = WON
    open_parts = [part for part in parts if not part.is_won]
    open_sections = [section for section in candidates if not section.is_won]
    _match(uses, open_sections, open_parts, lambda section, part: bool(section.names & part.names))
    first_part = next((part for part in open_parts if part.takes_leads), None)
    _match(uses, [section for section in open_sections if not section.fold][:1], [first_part] if first_part else [],
           lambda _section, _part: True)
    return uses


def _match(uses, sections, parts, fits):
    """Give each free section the first free part that fits, in place."""
    for section in sections:
        if section.id in uses:
            continue
        taken = set(uses.values())
        part = next((part for part in parts if part.id not in taken and fits(section, part)), None)
        if part:
            uses[section.id] = part.id


def assemble(standing: list[Standing], parts: list[Part], uses: dict[int, int]) -> list[Place]:
    """The order of all sections once the set is applied.

    Parts come by phase, the won section between the last part of the first
    sale and the first one of account management. A section without a part
    stays right behind the one that it stands behind now, and before all others
    if it is the first now.
    """
    by_part = {part: section for section, part in uses.items()}
    before = [part for part in parts if part.phase != PHASES[-1]]
    after = [part for part in parts if part.phase == PHASES[-1]]
    order = {phase: index for index, phase in enumerate(PHASES)}
    before.sort(key=lambda part: order[part.phase])
    places = [Place(by_part.get(part.id), part.id) for part in before]
    if not any(part.is_won for part in parts):
        places.append(Place(by_part.get(WON)))
    places += [Place(by_part.get(part.id), part.id) for part in after]
    anchor = None
    for section in standing:
        if section.id not in uses:
            index = next((i for i, place in enumerate(places) if place.standing == anchor), -1) if anchor else -1
            places.insert(index + 1, Place(section.id))
        anchor = section.id
    return places


def renumber(sequences: list[int | None]) -> list[int]:
    """Strictly rising sequences for sections in this order, changing few.

    :param sequences: the present ones, ``None`` for sections to be made

    >>> renumber([1, None, 2, 70, None])
    [1, 2, 3, 70, 71]
    """
    result: list[int] = []
    for sequence in sequences:
        lowest = result[-1] + 1 if result else 0
        result.append(lowest if sequence is None else max(sequence, lowest))
    return result
