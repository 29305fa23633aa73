"""Event logs for the tests of mining: a published one and random ones."""

import random
from datetime import datetime, timedelta

# The six cases of table 2.1 in W. van der Aalst, "Process Mining: Data Science in Action" (2nd ed. 2016),
# handling requests for compensation: case, moment, activity, resource.
_COMPENSATION = """
1 2010-12-30 11:02 register request, Pete     | 2010-12-31 10:06 examine thoroughly, Sue
1 2011-01-05 15:12 check ticket, Mike         | 2011-01-06 11:18 decide, Sara
1 2011-01-07 14:24 reject request, Pete
2 2010-12-30 11:32 register request, Mike     | 2010-12-30 12:12 check ticket, Mike
2 2010-12-30 14:16 examine casually, Sean     | 2011-01-05 11:22 decide, Sara
2 2011-01-08 12:05 pay compensation, Ellen
3 2010-12-30 14:32 register request, Pete     | 2010-12-30 15:06 examine casually, Mike
3 2010-12-30 16:34 check ticket, Ellen        | 2011-01-06 09:18 decide, Sara
3 2011-01-06 12:18 reinitiate request, Sara   | 2011-01-06 13:06 examine thoroughly, Sean
3 2011-01-08 11:43 check ticket, Pete         | 2011-01-09 09:55 decide, Sara
3 2011-01-15 10:45 pay compensation, Ellen
4 2011-01-06 15:02 register request, Pete     | 2011-01-07 12:06 check ticket, Mike
4 2011-01-08 14:43 examine thoroughly, Sean   | 2011-01-09 12:02 decide, Sara
4 2011-01-12 15:44 reject request, Ellen
5 2011-01-06 09:02 register request, Ellen    | 2011-01-07 10:16 examine casually, Mike
5 2011-01-08 11:22 check ticket, Pete         | 2011-01-10 13:28 decide, Sara
5 2011-01-11 16:18 reinitiate request, Sara   | 2011-01-14 14:33 check ticket, Ellen
5 2011-01-16 15:50 examine casually, Mike     | 2011-01-19 11:18 decide, Sara
5 2011-01-20 12:48 reinitiate request, Sara   | 2011-01-21 09:06 examine casually, Sue
5 2011-01-21 11:34 check ticket, Pete         | 2011-01-23 13:12 decide, Sara
5 2011-01-24 14:56 reject request, Mike
6 2011-01-06 15:02 register request, Mike     | 2011-01-06 16:06 examine casually, Ellen
6 2011-01-07 16:22 check ticket, Mike         | 2011-01-07 16:52 decide, Sara
6 2011-01-16 11:47 pay compensation, Mike
"""


def compensation():
    """42 events ``(case, activity, time, performer)``."""
    for line in _COMPENSATION.strip().splitlines():
        case, rest = line.split(" ", 1)
        for cell in rest.split("|"):
            what, who = cell.strip().split(", ")
            yield int(case), what[17:], datetime.fromisoformat(what[:16]), who


PAID = {2: "won", 3: "won", 6: "won", 1: "lost", 4: "lost", 5: "lost"}


def random_log(seed, cases=60, activities="abcdef", longest=9):
    """Events in any order, whole seconds, many at the same time; outcomes and reasons of some cases."""
    dice = random.Random(seed)
    events, outcomes, reasons = [], {}, {}
    for case in range(cases):
        moment = datetime(2025, 1, 1) + timedelta(seconds=dice.randrange(10**6))
        own = []
        for _event in range(dice.randint(1, longest)):
            own.append((case, dice.choice(activities), moment, dice.choice(("ann", "bob", None))))
            moment += timedelta(seconds=dice.choice((0, 1, 60, dice.randrange(10**6))))
        outcomes[case] = dice.choice(("won", "lost", None))
        if outcomes[case] == "lost":
            reasons[case] = dice.choice(("price", "time", None))
        events.append(own)
    mixed = []  # cases are mixed, the order within a case is kept
    while events:
        own = dice.choice(events)
        mixed.append(own.pop(0))
        if not own:
            events.remove(own)
    return mixed, outcomes, reasons
