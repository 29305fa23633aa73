"""From a documented process to standard work: what won cases had, as a proposal.

Nothing is decided here: every proposal carries its evidence, and a person says yes.

- :func:`section_work`: touches that at least :data:`USUAL` of the won cases had
  while they were at a section.
- :func:`cadence`: the touches of the usual way to a sale, each with the usual
  wait since the one before it; :func:`cadence_of_work` where there is none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .mining_lift import Evidence

USUAL = 0.5
OUT = "out"


@dataclass(frozen=True)
class Work:
    """A touch that belongs to a section."""

    step: str
    channel: str
    evidence: Evidence


@dataclass(frozen=True)
class Touch:
    """A touch of a cadence, so many seconds after the one before it, or after the start."""

    channel: str
    wait: float


def section_work(steps: Iterable[Mapping[str, Any]]) -> tuple[Work, ...]:
    """Touches by us that are usual at a section, in the order of the belt, the most usual first.

    :param steps: of the picture, with ``key``, ``kind``, ``leads_won``, ``leads_lost``, ``touches``
    """
    found = []
    for step in steps:
        if step["kind"] == "section":
            own = [Work(step["key"], row["channel"], Evidence(
                row.get("won", 0), step.get("leads_won", 0), row.get("lost", 0), step.get("leads_lost", 0)))
                for row in step["touches"] if row["direction"] == OUT]
            found += sorted((work for work in own if (work.evidence.share_won or 0) >= USUAL),
                            key=lambda work: (-work.evidence.share_won, work.channel))
    return tuple(found)


def cadence(path: Sequence[str], arcs: Iterable[Mapping[str, Any]]) -> tuple[Touch, ...]:
    """The touches by us on a path.

    :param path: keys, ``touch:<channel>:<direction>`` among them
    :param arcs: with ``source``, ``target``, ``median_wait`` in seconds; a pair that is not listed takes no time
    """
    waits = {(arc["source"], arc["target"]): arc["median_wait"] or 0.0 for arc in arcs}
    found, wait = [], 0.0
    for place, key in enumerate(path):
        if place:
            wait += waits.get((path[place - 1], key), 0.0)
        if key.startswith("touch:") and key.endswith(f":{OUT}"):
            found.append(Touch(key.split(":")[1], wait))
            wait = 0.0
    return tuple(found)


def cadence_of_work(path: Sequence[str], arcs: Iterable[Mapping[str, Any]], work: Iterable[Work]) -> tuple[Touch, ...]:
    """The same from what is usual at the sections of a path, where the ways with touches have nothing in common."""
    waits = {(arc["source"], arc["target"]): arc["median_wait"] or 0.0 for arc in arcs}
    usual: dict[str, list[str]] = {}
    for item in work:
        usual.setdefault(item.step, []).append(item.channel)
    found, wait = [], 0.0
    for place, key in enumerate(path):
        wait += waits.get((path[place - 1], key), 0.0) if place else 0.0
        for channel in usual.get(key, ()):
            found.append(Touch(channel, wait))
            wait = 0.0
    return tuple(found)


def delay(seconds: float) -> tuple[int, str]:
    """A wait as a whole number and its unit: hours within a day, else days."""
    if seconds < 12 * 3600:
        return round(seconds / 3600), "hours"
    return max(1, round(seconds / 86400)), "days"
