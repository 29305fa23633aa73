"""Whether a practice (a channel, a cadence, a source, somebody's touches) has quietly stopped.

A practice is known by its weekly counts. Its rhythm is the gaps, in weeks,
between the weeks in which anything happened.

**Rule.** If the practice goes on as it always did, the gap that is open today
is one more of the same kind, and its rank among the earlier ``n`` gaps is as
likely as any other. So the probability of a gap at least as long as today's
silence is at most ``(1 + number of earlier gaps that were as long) / (n + 1)``
(the rank argument of conformal prediction: Vovk, Gammerman, Shafer,
*Algorithmic Learning in a Random World*, 2005, chapter 2). It has **stopped**
when that is at most :data:`IMPROBABLE`, so at least :data:`MIN_GAPS` gaps are
needed, and the silence is no short holiday (:data:`MIN_SILENCE` weeks).

With fewer gaps nothing is improbable. Such a practice counts as stopped, but
is no surprise (``is_measured`` is false), when it is silent for longer than it
ever lived and for at least :data:`LONG_SILENCE` weeks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

IMPROBABLE = 0.1
MIN_GAPS = 9
MIN_SILENCE = 4
LONG_SILENCE = 13
ALIVE, STOPPED = "alive", "stopped"
WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Rhythm:
    """What a practice's weeks say. ``usual_gap`` and ``silence`` in weeks;
    ``surprise``: 1 minus the probability of such a silence, as far as known."""

    status: str
    is_measured: bool
    weeks: int
    usual_gap: float | None
    silence: int
    surprise: float | None


def monday(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def assess(counts: Mapping[date, int], today: date) -> Rhythm:
    """Judge weekly counts ``{any day of the week: events}`` as of ``today``.

    Weeks that have not begun yet are not looked at.

    :raise ValueError: nothing ever happened
    """
    this_week = monday(today)
    weeks = sorted({monday(day) for day, count in counts.items() if count and monday(day) <= this_week})
    if not weeks:
        raise ValueError("a practice without a single event")
    gaps = [(later - earlier) // WEEK for earlier, later in zip(weeks, weeks[1:])]
    silence = (this_week - weeks[-1]) // WEEK
    usual = median(gaps) if gaps else None
    if len(gaps) < MIN_GAPS:
        life = (weeks[-1] - weeks[0]) // WEEK
        is_over = silence >= LONG_SILENCE and silence > life
        return Rhythm(STOPPED if is_over else ALIVE, False, len(weeks), usual, silence, None)
    probability = (1 + sum(gap >= silence for gap in gaps)) / (len(gaps) + 1)
    is_over = probability <= IMPROBABLE and silence >= MIN_SILENCE
    return Rhythm(STOPPED if is_over else ALIVE, True, len(weeks), usual, silence, 1 - probability)


def pattern(subject: str, least: int = 6) -> str | None:
    """A template's subject as a pattern of SQL ``LIKE``: what is filled in may be anything.

    :return: ``None`` when fewer than ``least`` letters are the template's own

    >>> pattern("Your offer {{ object.name }} of 100%")
    'Your offer % of 100\\\\%'
    """
    parts, rest, letters = [], subject, 0
    while rest:
        own, opened, rest = rest.partition("{{")
        letters += sum(character.isalnum() for character in own)
        parts.append(own.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"))
        if opened:
            parts.append("%")
            rest = rest.partition("}}")[2]
    return "".join(parts).strip() if letters >= least else None
