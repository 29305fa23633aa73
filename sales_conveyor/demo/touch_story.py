"""What was said to the clients of Oak & Linen, and what they said, as plain data.

As in ``story``, days are counted back from the day of installation, and chance
has one seed.
"""

import random
from dataclasses import dataclass

# channel, direction, result; a client of the past was touched in this order, however often he was touched
COURSE = (
    ("call", "out", "no_answer"), ("call", "out", "reached"), ("messenger", "out", "sent"), ("email", "out", "sent"),
    ("email", "in", "replied"), ("meeting", "out", "held"), ("sms", "out", "sent"), ("call", "out", "no_answer"),
    ("call", "out", "reached"), ("email", "out", "sent"), ("call", "out", "reached"),
)
TALKED = (
    "Wants to see the oak with his own hands", "Decides with his wife, call after six", "The flat is handed over in May",
    "Compares with a shop in the centre", "Asks for delivery before the holidays", "Likes it, afraid of the assembly",
    "Has measured again: three centimetres less", "Asks what a dark stain costs",
)
WRITTEN = (
    "Photos of the same kitchen in another flat", "Two variants with prices", "Sample colours", "What you asked: delivery in three weeks",
    "Drawing with your measures", "A word from a client with the same hall",
)
REPLIES = (
    "Thank you, we are thinking about it until the weekend.", "The second variant is closer. What about the handles?",
    "Not this month, please write again.", "Yes, Saturday suits us.",
)
SENT_SMS = ("Tomorrow at eleven in the showroom, Olga", "Your samples are here", "The drawing is in your mail")
TODAY = (  # seller, section the client stands in, hours ago, what he has just written
    ("olga", "presentation", 2, "Hello, we have talked it over at home. Could it be 15 cm narrower, and what would that cost?"),
    ("maria", "presentation", 20, "Good evening, is the delivery in three weeks still possible?"),
)
PROMISES = (  # seller, section, local hour today, the promise
    ("olga", "bigger", 15, "Call at three: he has the measures by then"),
    ("olga", "needs", 17, "Call after five, when his wife is at home"),
    ("ivan", "regular", 11, "Price of two more chairs"),
)
SNOOZE = ("maria", "trial", 24, "The café closes for repairs, they measure when the walls are done")
HELD = (("olga", "objections", 3), ("maria", "closing", 5), ("ivan", "closing", 4), ("maria", "presentation", 8))
BOOKED = ("maria", "needs", "Choosing the oak, showroom")
DILIGENCE = {"olga": 4, "maria": 2, "ivan": 4}  # days for which planned touches lie about
IVAN_STOPS_AFTER = (2, 6, 4, 8)
LETTER_DAYS = tuple(range(128, 240, 7))  # a letter a week to an old customer, until four months ago


@dataclass(frozen=True)
class Said:
    """One touch: the day it was made, how, and what was said."""

    day: int
    channel: str
    direction: str
    outcome: str
    text: str


def past_touches(deal):
    """The touches of a client who is not led by a cadence: from his first day to his last."""
    rng = random.Random(f"{deal.name} {deal.customer} touches")
    first, last = deal.steps[0][1], deal.lost_day if deal.lost_reason else deal.steps[-1][1]
    count = min(how_many(deal, rng), first - last + 1)
    return [_said(rng, place, max(round(first - (first - last) * place / max(count - 1, 1)), 1)) for place in range(count)]


def how_many(deal, rng):
    """Ivan gives up after the second touch; the others go on."""
    if deal.is_forgotten or (deal.lost_reason and deal.seller == "ivan"):
        return rng.choice((1, 2, 2, 3))
    if deal.lost_reason:
        return rng.choice((5, 7, 8, 9))
    return rng.choice((3, 4, 5) if deal.seller == "ivan" else (6, 7, 8, 10))


def _said(rng, place, day):
    channel, direction, outcome = COURSE[place]
    texts = {"in": REPLIES, "sms": SENT_SMS, "call": TALKED, "meeting": TALKED}.get(
        "in" if direction == "in" else channel, WRITTEN)
    return Said(day, channel, direction, outcome, "" if outcome == "no_answer" else rng.choice(texts))


def answer(rng, channel):
    """How a planned touch went: (result, what was said)."""
    if channel == "call":
        return ("no_answer", "") if rng.random() < 0.35 else ("reached", rng.choice(TALKED))
    return "sent", rng.choice(WRITTEN)
