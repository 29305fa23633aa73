"""The gate's decision table, row by row."""

from datetime import datetime, timedelta

import pytest
from engine.gate import AGAIN, CODES, RULES, SEND, SKIP, STOP, UNTIL, WAIT, Facts, Touch, Verdict, judge

NOW = datetime(2026, 6, 15, 12)
DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 6, 15)
MAIL = Touch("decision", "email")
CALL = Touch("decision", "call", is_automatic=False)
NEWS = Touch("nurture", "email")
SERVICE = Touch("followup", "email", is_service=True)
TWICE = {"cap": 2, "week": (NOW - 5 * DAY, NOW - 2 * DAY)}


@pytest.mark.parametrize("what, touch, facts, expected", [
    ("nothing speaks against it", MAIL, {}, Verdict(SEND)),
    ("nothing speaks against a call", CALL, {}, Verdict(SEND)),
    ("the lead was merged", CALL, {"is_gone": True}, Verdict(STOP, "merged")),
    ("he refused", NEWS, {"is_refused": True}, Verdict(STOP, "refused")),
    ("he refused, but this is a confirmation", SERVICE, {"is_refused": True}, Verdict(SEND)),
    ("he bought: selling is over", MAIL, {"has_bought": True}, Verdict(STOP, "bought")),
    ("he bought: nurture is over", NEWS, {"has_bought": True}, Verdict(STOP, "bought")),
    ("he bought: the follow-up of it goes on", SERVICE, {"has_bought": True}, Verdict(SEND)),
    ("he bought: account management goes on", Touch("account", "email"), {"has_bought": True}, Verdict(SEND)),
    ("the lead is won", CALL, {"is_won": True}, Verdict(STOP, "won")),
    ("the lead is lost: the decision window is over", CALL, {"is_lost": True}, Verdict(STOP, "lost")),
    ("the lead is lost: nurture goes on", NEWS, {"is_lost": True}, Verdict(SEND)),
    ("the record is archived", CALL, {"is_archived": True}, Verdict(STOP, "archived")),
    ("a reply stops mails", MAIL, {"replied": NOW}, Verdict(STOP, "replied")),
    ("a reply stops steps by hand too", CALL, {"replied": NOW}, Verdict(STOP, "replied")),
    ("a reply stops reactivation", Touch("reactivation", "sms"), {"replied": NOW}, Verdict(STOP, "replied")),
    ("a reply lets nurture wait a week", NEWS, {"replied": NOW - DAY}, Verdict(WAIT, "replied", NOW + 6 * DAY)),
    ("an old reply does not hold nurture", NEWS, {"replied": NOW - 8 * DAY}, Verdict(SEND)),
    ("a reply does not hold confirmations", SERVICE, {"replied": NOW}, Verdict(SEND)),
    ("a meeting is booked", MAIL, {"meeting_until": NOW + DAY}, Verdict(STOP, "meeting")),
    ("nurture waits for the meeting", NEWS, {"meeting_until": NOW + DAY}, Verdict(WAIT, "meeting", NOW + DAY)),
    ("the cadence is off", CALL, {"is_off": True}, Verdict(WAIT, "paused", NOW + AGAIN)),
    ("snoozed", CALL, {"snoozed_until": NOW + 3 * DAY}, Verdict(WAIT, "snoozed", NOW + 3 * DAY)),
    ("the snooze is over", CALL, {"snoozed_until": NOW - DAY}, Verdict(SEND)),
    ("all sending is stopped", MAIL, {"is_sending_stopped": True}, Verdict(WAIT, "sending_stopped", NOW + AGAIN)),
    ("all sending is stopped: people may call", CALL, {"is_sending_stopped": True}, Verdict(SEND)),
    ("even confirmations are stopped", SERVICE, {"is_sending_stopped": True}, Verdict(WAIT, "sending_stopped", NOW + AGAIN)),
    ("opted out of mail", MAIL, {"closed_channels": frozenset({"email"})}, Verdict(SKIP, "opted_out")),
    ("opted out of SMS only", MAIL, {"closed_channels": frozenset({"sms"})}, Verdict(SEND)),
    ("opted out of all that the cadence has", NEWS,
     {"closed_channels": frozenset({"email", "sms"}), "only_channels": frozenset({"email"})}, Verdict(STOP, "opted_out")),
    ("opted out: a person may still call", CALL, {"closed_channels": frozenset({"call"})}, Verdict(SEND)),
    ("opted out of marketing: confirmations come", SERVICE, {"closed_channels": frozenset({"email"})}, Verdict(SEND)),
    ("no address", MAIL, {"has_address": False}, Verdict(SKIP, "no_address")),
    ("on the blacklist", SERVICE, {"is_blacklisted": True}, Verdict(SKIP, "blacklisted")),
    ("mail comes back", MAIL, {"is_bounced": True}, Verdict(SKIP, "bounced")),
    ("no consent on record", NEWS, {"needs_consent": True}, Verdict(SKIP, "no_consent")),
    ("with consent", NEWS, {"needs_consent": True, "has_consent": True}, Verdict(SEND)),
    ("consent is not asked for", NEWS, {"has_consent": False}, Verdict(SEND)),
    ("consent is for messages, not for calls", Touch("nurture", "call", False), {"needs_consent": True}, Verdict(SEND)),
    ("an open complaint", NEWS, {"has_complaint": True}, Verdict(WAIT, "complaint", NOW + AGAIN)),
    ("an open complaint is called about", Touch("nurture", "call", False), {"has_complaint": True}, Verdict(SEND)),
    ("overdue debt", NEWS, {"has_overdue_debt": True}, Verdict(WAIT, "overdue_debt", NOW + AGAIN)),
    ("enough this week", NEWS, TWICE, Verdict(WAIT, "weekly_cap", NOW + 2 * DAY)),
    ("enough this week: confirmations come", SERVICE, TWICE, Verdict(SEND)),
    ("one of them is over a week old", NEWS, {"cap": 2, "week": (NOW - 8 * DAY, NOW - DAY)}, Verdict(SEND)),
    ("no cap", NEWS, {**TWICE, "cap": 0}, Verdict(SEND)),
    ("more than the cap: until the last but one is over", NEWS,
     {"cap": 2, "week": (NOW - 6 * DAY, NOW - 3 * DAY, NOW - DAY)}, Verdict(WAIT, "weekly_cap", NOW + 4 * DAY)),
    ("a follow-up, and a message has gone today", Touch("followup", "email"), {"week": (NOW - timedelta(hours=3),), "day_start": MIDNIGHT},
     Verdict(WAIT, "one_a_day", MIDNIGHT + DAY)),
    ("a follow-up, and a message went yesterday", Touch("followup", "email"), {"week": (NOW - DAY,), "day_start": MIDNIGHT}, Verdict(SEND)),
    ("a confirmation comes on the same day", SERVICE, {"week": (NOW - timedelta(hours=3),), "day_start": MIDNIGHT}, Verdict(SEND)),
    ("nurture knows the weekly cap only", NEWS, {"week": (NOW - timedelta(hours=3),), "day_start": MIDNIGHT}, Verdict(SEND)),
    ("outside working hours", MAIL, {"window": NOW + timedelta(hours=5)}, Verdict(WAIT, "closed_hours", NOW + timedelta(hours=5))),
    ("within working hours", MAIL, {"window": NOW}, Verdict(SEND)),
    ("people know their hours", CALL, {"window": NOW + timedelta(hours=5)}, Verdict(SEND)),
    ("a stop comes before a wait", MAIL, {"has_bought": True, "is_off": True}, Verdict(STOP, "bought")),
    ("a wait for sending comes before leaving out", MAIL, {"is_sending_stopped": True, "is_bounced": True},
     Verdict(WAIT, "sending_stopped", NOW + AGAIN)),
    ("leaving out comes before waiting for the hour", MAIL, {"is_bounced": True, "window": NOW + DAY}, Verdict(SKIP, "bounced")),
])
def test_the_gate(what, touch, facts, expected):
    assert judge(touch, Facts(**facts), NOW) == expected, what


def test_every_wait_knows_until_when():
    assert all((rule.verdict == WAIT) == (rule.until is not None) for rule in RULES)
    assert {rule.until for rule in RULES if rule.until} == set(UNTIL)


def test_no_wait_is_over_before_it_begins():
    facts = Facts(
        is_off=True, replied=NOW, meeting_until=NOW, snoozed_until=NOW + DAY, has_complaint=True, cap=1, week=(NOW,),
        day_start=NOW - timedelta(hours=12), window=NOW + DAY)
    assert all(until(facts, NOW) > NOW for until in UNTIL.values())


def test_every_requirement_of_r12_is_in_the_table():
    """PRODUCT.md R12, and the kill switch, the pause and the merge of the issue."""
    assert set(CODES) >= {
        "replied", "bought", "meeting", "refused", "bounced", "blacklisted", "snoozed", "no_consent", "complaint",
        "overdue_debt", "weekly_cap", "closed_hours", "opted_out", "paused", "archived", "merged", "sending_stopped"}
