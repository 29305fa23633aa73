"""Moves between the sections of a pipeline, and what holds a client back.

A pipeline is the ordered tuple of section ids of a team. Everything here is
plain data; who moved, when, and where it is written is not known here.
"""

from dataclasses import dataclass

FORWARD, SKIP, BACK = "forward", "skip", "back"
OFF, ADVISE, BLOCK = "off", "advise", "block"


@dataclass(frozen=True)
class Move:
    """One move of a client.

    ``kind`` is ``forward``, ``skip`` or ``back``; ``left`` are the sections
    whose work should be done by now: the one left and all jumped over, in
    pipeline order. A move back leaves nothing.
    """

    kind: str
    left: tuple[int, ...] = ()


def classify(pipeline: tuple[int, ...], source: int | None, target: int) -> Move:
    """Tell what kind of move leads from ``source`` to ``target``.

    A section that is not in the pipeline (another team's, or deleted) has no
    place in the order: leaving it, or going to it, is a plain step forward
    that leaves only the source.
    """
    if source is None or source == target:
        return Move(FORWARD)
    if source not in pipeline or target not in pipeline:
        return Move(FORWARD, (source,))
    start, end = pipeline.index(source), pipeline.index(target)
    if end < start:
        return Move(BACK)
    return Move(FORWARD if end == start + 1 else SKIP, pipeline[start:end])


def skipped(pipeline: tuple[int, ...], last: int | None, target: int) -> tuple[int, ...]:
    """The sections that a client jumps over who comes to ``target`` from outside
    of the pipeline, in which he stood ``last`` in section ``last``, if ever."""
    if last not in pipeline or target not in pipeline:
        return ()
    return pipeline[pipeline.index(last):pipeline.index(target)]


def remaining(pipeline: tuple[int, ...], source: int | None, won: set[int]) -> tuple[int, ...]:
    """The sections from ``source`` up to the first won one: what is left behind
    by a client who is won elsewhere."""
    if source not in pipeline:
        return (source,) if source else ()
    start = pipeline.index(source)
    end = next((place for place in range(start, len(pipeline)) if pipeline[place] in won), len(pipeline))
    return pipeline[start:end]


@dataclass(frozen=True)
class Claim:
    """A required piece of work that is not done: its section's gate ``mode``
    and whether it ``binds`` (it existed when the client entered)."""

    mode: str
    binds: bool = True


# (mode, moved by a person, binds) -> verdict; None means any
VERDICTS = (
    (OFF, None, None, OFF),
    (None, None, False, ADVISE),
    (BLOCK, True, True, BLOCK),
    (BLOCK, False, None, ADVISE),
    (ADVISE, None, None, ADVISE),
)


def verdict(claim: Claim, by_person: bool) -> str:
    """``off``, ``advise`` (the client moves, the work stays owed) or ``block``."""
    facts = (claim.mode, by_person, claim.binds)
    for *conditions, result in VERDICTS:
        if all(want is None or want == fact for want, fact in zip(conditions, facts)):
            return result
    raise ValueError(f"unknown gate mode: {claim.mode!r}")
