"""What a touch is: attempt, message or conversation, and whether it counts.

Attempts reached nobody, messages were sent without an answer, conversations
had two sides. A norm of touches is not to be met by seven calls in an hour:
of the attempts in one channel only the first of each half-day counts.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

ATTEMPT, MESSAGE, CONVERSATION = "attempt", "message", "conversation"
OUT, IN = "out", "in"
WRITTEN = frozenset({"email", "sms", "messenger", "letter"})
FACE_TO_FACE = frozenset({"meeting", "visit"})
TWO_SIDED = frozenset({"reached", "later", "refused", "held", "replied"})  # results
NO_TOUCH = frozenset({"bounced", "auto_reply"})  # results of what nobody has said or read
NOON = 12  # o'clock
SPOKEN, WROTE, LETTER = "spoken", "written", "letter"  # ways of touching somebody
RESULTS = {  # what a person may say that came of it, by the way
    SPOKEN: ("reached", "no_answer", "later", "refused"),
    WROTE: ("sent", "reached", "later", "refused"),
    LETTER: ("sent", "later", "refused"),
}


def way(channel: str) -> str:
    """How somebody is touched in this channel.

    >>> [RESULTS[way(channel)][0] for channel in ("visit", "messenger", "letter")]
    ['reached', 'sent', 'sent']
    """
    return LETTER if channel == "letter" else WROTE if channel in WRITTEN else SPOKEN


def kind(channel: str, outcome: str | None) -> str:
    """Kind of a touch by its channel and result; without a result by the channel alone.

    >>> kind("call", None), kind("call", "reached"), kind("meeting", None), kind("messenger", "no_answer")
    ('attempt', 'conversation', 'conversation', 'message')
    """
    if outcome in TWO_SIDED:
        return CONVERSATION
    if channel in WRITTEN:
        return MESSAGE
    if channel in FACE_TO_FACE and not outcome:
        return CONVERSATION
    return ATTEMPT


@dataclass(frozen=True)
class Rule:
    """What counts towards the norm, as a company has set it."""

    kinds: str = "all"  # all, personal, conversation
    gap: str = "half_day"  # half_day, day, every
    tz: str = "UTC"

    def counts(self, direction: str, outcome: str | None, touch_kind: str, is_automatic: bool) -> bool:
        """Whether such a touch counts at all; attempts in a row are the slot's business."""
        if direction != OUT or outcome in NO_TOUCH:
            return False
        return {
            "all": True, "personal": not is_automatic, "conversation": touch_kind == CONVERSATION,
        }[self.kinds]

    def slot(self, moment: datetime) -> tuple[date, bool] | None:
        """The stretch of local time, of which only one attempt a channel counts; None: every one counts.

        >>> Rule(tz="Europe/Sofia").slot(datetime(2026, 1, 5, 9, 59)), Rule(tz="Europe/Sofia").slot(datetime(2026, 1, 5, 10))
        ((datetime.date(2026, 1, 5), False), (datetime.date(2026, 1, 5), True))

        :param moment: UTC, naive
        """
        if self.gap == "every":
            return None
        local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(self.tz))
        return local.date(), self.gap == "half_day" and local.hour >= NOON
