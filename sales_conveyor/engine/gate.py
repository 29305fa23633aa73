"""What is asked before every touch of a cadence: one table, read from the top.

``judge(touch, facts, now)`` gives the first rule that applies, as a verdict:
send, wait until, leave the step out, or stop the cadence. A rule names one
fact; its columns say for which purposes, by whom, and for which messages it
counts. Service messages (confirmations, promises) pass what protects people
from marketing. What a verdict is called in the user's language is not known here.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

SEND, WAIT, SKIP, STOP = "send", "wait", "skip", "stop"
DECISION, NURTURE, ACCOUNT, REACTIVATION, FOLLOWUP = "decision", "nurture", "account", "reactivation", "followup"
BY_HAND, AUTOMATIC = "by_hand", "automatic"
MARKETING = "marketing"
EMAIL, SMS = "email", "sms"

SELLING = frozenset({DECISION, REACTIVATION})  # an answer to these is a person's turn
HUNTING = frozenset({DECISION, NURTURE, REACTIVATION})  # these end with a purchase
ENDLESS = frozenset({NURTURE, ACCOUNT, FOLLOWUP})

AGAIN = timedelta(days=1)  # when a fact without an end of its own is looked at again
AFTER_REPLY = timedelta(days=7)  # an endless cadence leaves the talk to people for so long
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Touch:
    """The touch to be made."""

    purpose: str
    channel: str
    is_automatic: bool = True
    is_service: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known about the client when the touch is due. Moments are UTC.

    ``closed_channels``: where he opted out; ``only_channels``: all that the
    cadence has; ``week``: when the marketing touches of the last seven days
    were made; ``snoozed_until``, ``meeting_until``: when these end;
    ``day_start``: when the client's day began; ``window``: the next moment of the client's working hours.
    """

    is_gone: bool = False
    is_archived: bool = False
    is_won: bool = False
    is_lost: bool = False
    is_refused: bool = False
    has_bought: bool = False
    is_off: bool = False
    is_sending_stopped: bool = False
    replied: datetime | None = None
    meeting_until: datetime | None = None
    snoozed_until: datetime | None = None
    closed_channels: frozenset[str] = frozenset()
    only_channels: frozenset[str] = frozenset()
    has_address: bool = True
    is_blacklisted: bool = False
    is_bounced: bool = False
    needs_consent: bool = False
    has_consent: bool = False
    has_complaint: bool = False
    has_overdue_debt: bool = False
    cap: int = 0
    week: tuple[datetime, ...] = field(default=())
    day_start: datetime | None = None
    window: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """``what`` is to be done, by which rule; ``until`` when it is to wait."""

    what: str
    rule: str = ""
    until: datetime | None = None


class Rule(NamedTuple):
    """``None`` in a column means any.

    ``fact`` is an attribute of ``Facts`` or a test below; ``until`` says how
    long to wait.
    """

    code: str
    verdict: str
    fact: str
    purposes: frozenset[str] | None = None
    way: str | None = None
    message: str | None = None
    until: str | None = None


RULES = (
    # the client or the record is out of it
    Rule("merged", STOP, "is_gone"),
    Rule("refused", STOP, "is_refused", message=MARKETING),
    Rule("bought", STOP, "has_bought", HUNTING),
    Rule("won", STOP, "is_won", HUNTING),
    Rule("lost", STOP, "is_lost", frozenset({DECISION})),
    Rule("archived", STOP, "is_archived"),
    # the client speaks: a person's turn
    Rule("replied", STOP, "replied", SELLING),
    Rule("meeting", STOP, "meeting_until", SELLING),
    # it waits
    Rule("paused", WAIT, "is_off", until="again"),
    Rule("snoozed", WAIT, "snoozed", until="snoozed_until"),
    Rule("replied", WAIT, "fresh_reply", ENDLESS, message=MARKETING, until="after_reply"),
    Rule("meeting", WAIT, "meeting_until", ENDLESS, message=MARKETING, until="meeting_until"),
    Rule("sending_stopped", WAIT, "is_sending_stopped", way=AUTOMATIC, until="again"),
    # this way to the client is closed
    Rule("opted_out", STOP, "no_way_left", way=AUTOMATIC, message=MARKETING),
    Rule("opted_out", SKIP, "opted_out", way=AUTOMATIC, message=MARKETING),
    Rule("no_address", SKIP, "no_address", way=AUTOMATIC),
    Rule("blacklisted", SKIP, "is_blacklisted", way=AUTOMATIC),
    Rule("bounced", SKIP, "is_bounced", way=AUTOMATIC),
    Rule("no_consent", SKIP, "no_consent", way=AUTOMATIC, message=MARKETING),
    # not now
    Rule("complaint", WAIT, "has_complaint", way=AUTOMATIC, message=MARKETING, until="again"),
    Rule("overdue_debt", WAIT, "has_overdue_debt", way=AUTOMATIC, message=MARKETING, until="again"),
    Rule("weekly_cap", WAIT, "is_over_cap", way=AUTOMATIC, message=MARKETING, until="week_over"),
    Rule("one_a_day", WAIT, "has_today", frozenset({FOLLOWUP}), way=AUTOMATIC, message=MARKETING, until="next_day"),
    Rule("closed_hours", WAIT, "is_closed", way=AUTOMATIC, until="window"),
)

TESTS = {  # facts that need the touch, or the time
    "snoozed": lambda touch, facts, now: facts.snoozed_until is not None and facts.snoozed_until > now,
    "fresh_reply": lambda touch, facts, now: facts.replied is not None and facts.replied + AFTER_REPLY > now,
    "opted_out": lambda touch, facts, now: touch.channel in facts.closed_channels,
    "no_way_left": lambda touch, facts, now: bool(facts.only_channels) and facts.only_channels <= facts.closed_channels,
    "no_address": lambda touch, facts, now: not facts.has_address,
    "no_consent": lambda touch, facts, now: facts.needs_consent and not facts.has_consent,
    "is_over_cap": lambda touch, facts, now: 0 < facts.cap <= len(_recent(facts, now)),
    "has_today": lambda touch, facts, now: facts.day_start is not None and any(
        facts.day_start <= moment <= now for moment in facts.week),
    "is_closed": lambda touch, facts, now: facts.window is not None and facts.window > now,
}
UNTIL = {
    "again": lambda facts, now: now + AGAIN,
    "after_reply": lambda facts, now: facts.replied + AFTER_REPLY,
    "snoozed_until": lambda facts, now: facts.snoozed_until,
    "meeting_until": lambda facts, now: max(facts.meeting_until, now + timedelta(minutes=1)),
    "week_over": lambda facts, now: sorted(_recent(facts, now))[-facts.cap] + WEEK,
    "next_day": lambda facts, now: facts.day_start + AGAIN,
    "window": lambda facts, now: facts.window,
}
SENT = Verdict(SEND)


def _recent(facts: Facts, now: datetime) -> list[datetime]:
    return [moment for moment in facts.week if now - WEEK < moment <= now]


def judge(touch: Touch, facts: Facts, now: datetime) -> Verdict:
    """The first rule of the table that applies to this touch, or *send*."""
    for rule in RULES:
        if _concerns(rule, touch) and _holds(rule, touch, facts, now):
            return Verdict(rule.verdict, rule.code, UNTIL[rule.until](facts, now) if rule.until else None)
    return SENT


def _concerns(rule: Rule, touch: Touch) -> bool:
    return ((rule.purposes is None or touch.purpose in rule.purposes)
            and (rule.way is None or (rule.way == AUTOMATIC) == touch.is_automatic)
            and (rule.message is None or not touch.is_service))


def _holds(rule: Rule, touch: Touch, facts: Facts, now: datetime) -> bool:
    test = TESTS.get(rule.fact)
    return test(touch, facts, now) if test else bool(getattr(facts, rule.fact))


CODES = tuple(dict.fromkeys(rule.code for rule in RULES))
