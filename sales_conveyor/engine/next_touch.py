"""Proposing the next touch of one client: when, in which channel, and why.

A proposal is what an attentive colleague would do next; people change it
freely. Moments are naive UTC; ``now`` is an argument.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from . import clock

OPEN, LOST, CUSTOMER = "open", "lost", "customer"
# why codes: the model puts them into words
NEVER, UNANSWERED, REPLIED, NORM, ASKED, NURTURE = "never", "unanswered", "replied", "norm", "asked", "nurture"
ANSWERS, UNTRIED, FIRST = "answers", "untried", "first"

# result of the last touch -> (why, working days until the next one; None: the section's rhythm)
AFTER = {
    None: (NEVER, 0), "replied": (REPLIED, 0), "no_answer": (UNANSWERED, 1), "bounced": (UNANSWERED, 1),
    "auto_reply": (UNANSWERED, 3), "sent": (UNANSWERED, 3), "later": (ASKED, 5), "reached": (NORM, None),
    "held": (NORM, None), "refused": (NURTURE, None),
}
ORDER = ("call", "email", "messenger", "sms", "letter", "meeting", "visit")  # who was never reached is tried in this order
NEED = {"call": "phone", "sms": "phone", "messenger": "phone", "email": "email", "letter": "address"}


@dataclass(frozen=True)
class Facts:
    """What is known of one client. ``answered`` and ``tried`` count touches by channel."""

    kind: str = OPEN
    last_touch: datetime | None = None
    outcome: str | None = None
    answered: dict[str, int] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    means: frozenset[str] = frozenset({"phone", "email"})
    interval: float = 3.0  # days between touches of an open lead
    nurture: float = 30.0  # days between touches of anybody else
    share: float = 0.0  # where in a working day that is not today, from 0 to 1: so that not all stand at nine o'clock


@dataclass(frozen=True)
class Proposal:
    date: datetime
    channel: str
    why: str
    channel_why: str


def propose(facts: Facts, now: datetime, hours: clock.Hours = clock.ALWAYS) -> Proposal:
    """The next touch, never before ``now``, always in working time."""
    date, why = _date(facts, now, hours)
    channel, channel_why = _channel(facts)
    return Proposal(date, channel, why, channel_why)


def _date(facts: Facts, now: datetime, hours: clock.Hours) -> tuple[datetime, str]:
    why, days = AFTER.get(facts.outcome, (NORM, None)) if facts.last_touch else AFTER[None]
    if why == REPLIED:
        return clock.next_allowed(now, hours), why
    if facts.kind != OPEN or why == NURTURE:
        last = facts.last_touch or now - timedelta(days=facts.nurture)
        moment = max(last + timedelta(days=facts.nurture), now + timedelta(days=1))
        return clock.within_day(moment, facts.share, hours), NURTURE
    if facts.last_touch is None:
        return clock.next_allowed(now, hours), NEVER
    if days is None:
        return _later(facts.last_touch + timedelta(days=max(facts.interval, 1)), facts.share, now, hours), why
    return _later(clock.add_delay(facts.last_touch, days, clock.WORKING_DAYS, hours), facts.share, now, hours), why


def _later(moment: datetime, share: float, now: datetime, hours: clock.Hours) -> datetime:
    """On that day; the next working moment if it has passed."""
    soonest = clock.next_allowed(now, hours)
    return soonest if moment <= now else max(clock.within_day(moment, share, hours), soonest)


def _channel(facts: Facts) -> tuple[str, str]:
    """The channel the client answers; else the one tried least, in a sensible order."""
    usable = [channel for channel in ORDER if NEED.get(channel, "") in facts.means]
    answered = [channel for channel in facts.answered if channel in usable or channel not in NEED]
    if answered:
        return max(answered, key=lambda channel: (facts.answered[channel], channel)), ANSWERS
    if not usable:
        return "other" if facts.tried else "call", FIRST
    least = min(usable[:4], key=lambda channel: (facts.tried.get(channel, 0), ORDER.index(channel)))
    return least, UNTRIED if facts.tried and not facts.tried.get(least) else FIRST
