"""A made history of sales whose process is known, to be found again.

As it was planted
-----------------
path      created, call, meeting, offer, then won or lost
skips     olga and pavel leave the meeting out in one of ten cases, eve in eight of ten
rework    one offer of five is made a second time
wins      half of the cases with a meeting, a fifth of those without (of cases that come to an offer)
losses    a quarter is lost after the call (no answer), the others after the offer (price)
waits     call 2 hours, meeting 2 days, offer 3 days, decision 5 days; each between half and one and a half of it
March     a test drive comes before the offer, and the decision takes 10 days
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR, DAY = 3600, 86400
PEOPLE = ("olga", "pavel", "eve")
CLOSING = ("won", "lost")
SKIPPED = {"olga": .1, "pavel": .1, "eve": .8}
MARCH = datetime(2025, 3, 1)


@dataclass
class History:
    events: list = field(default_factory=list)
    outcomes: dict = field(default_factory=dict)
    reasons: dict = field(default_factory=dict)
    owners: dict = field(default_factory=dict)

    def of(self, *owners):
        """The same history, of some salespeople's cases only."""
        return [event for event in self.events if self.owners[event[0]] in owners]


def history(start, days=59, cases=600, seed=7):
    """Cases created evenly over the days from ``start`` on."""
    dice, made = random.Random(seed), History()
    for case in range(cases):
        created = start + timedelta(days=days * case / cases)
        owner = made.owners[case] = dice.choice(PEOPLE)
        path, outcome, reason = _case(dice, owner, created >= MARCH)
        made.outcomes[case], made.reasons[case] = outcome, reason
        time = created
        for activity, seconds in path:
            time += timedelta(seconds=round(seconds * dice.uniform(.5, 1.5)))
            made.events.append((case, activity, time, owner))
    dice.shuffle(made.events)
    return made


def _case(dice, owner, is_march):
    path = [("created", 0), ("call", 2 * HOUR)]
    if dice.random() < .25:
        return [*path, ("lost", DAY)], "lost", "no answer"
    has_meeting = dice.random() > SKIPPED[owner]
    path += [("meeting", 2 * DAY)] if has_meeting else []
    path += [("test drive", DAY)] if is_march else []
    path += [("offer", 3 * DAY)] * (2 if dice.random() < .2 else 1)
    is_won = dice.random() < (.5 if has_meeting else .2)
    path.append(("won" if is_won else "lost", (10 if is_march else 5) * DAY))
    return path, "won" if is_won else "lost", None if is_won else "price"
