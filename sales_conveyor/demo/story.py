"""The story of Oak & Linen as plain data: who came, how far, and why he left.

Dates are days before the day of installation. One seed, so that every
installation tells the same story.
"""

import random
from dataclasses import dataclass

SECTIONS = ("new", "contact", "needs", "trial", "presentation", "objections", "closing", "won")
ACCOUNT = ("welcome", "bigger", "regular", "recommends")
DAYS = {"new": 1, "contact": 2, "needs": 4, "trial": 6, "presentation": 6, "objections": 9, "closing": 4,
        "welcome": 7, "bigger": 25, "regular": 40, "recommends": 10}
GOODS = {"kitchen": 4200, "sofa": 1350, "wardrobe": 1900, "table": 1100}
SELLERS = ("olga", "ivan", "olga", "ivan", "maria")  # Maria leads the team and takes every fifth
SOURCES = ("site", "site", "showroom", "friend", "fair", "site", "showroom")
CUSTOMERS = (
    "Anna Berg", "Boris Markov", "Clara Weiss", "Daniel Roth", "Elena Dimova", "Felix Hansen", "Gina Rossi",
    "Harold Finch", "Irina Volkova", "Jan Novak", "Kate Miller", "Leo Martin", "Mila Georgieva", "Nina Orlova",
    "Oscar Lind", "Paula Costa", "Quentin Dubois", "Rosa Klein", "Stefan Iliev", "Tanya Sokolova", "Uma Patel",
    "Victor Popov", "Wanda Nowak", "Xenia Pavlova", "Yana Todorova", "Zoe Turner", "Hotel Belvedere",
    "Dr Ilieva's Practice", "Green Fork Café", "Nord Office",
)
STREETS = ("Linden Street", "Station Road", "Rose Lane", "Old Bridge Street", "Park Avenue")
PLACES = {"kitchen": "for a new flat", "sofa": "for the living room", "wardrobe": "in the hall", "table": "for six"}
# section it reached -> number of leads that stand there, and that were lost there
STANDING = {"new": 6, "contact": 4, "needs": 5, "trial": 1, "presentation": 5, "objections": 4, "closing": 2, "won": 13,
            "welcome": 3, "bigger": 2, "regular": 2, "recommends": 1}
LOST = {"contact": 4, "needs": 3, "presentation": 5, "objections": 4, "closing": 1}
REASONS = {"contact": ("silent",), "needs": ("silent", "late"), "presentation": ("competitor", "silent", "competitor"),
           "objections": ("competitor", "late"), "closing": ("late",)}
PROBLEMS = {
    "kitchen": "We move in and there is nothing to cook on.", "sofa": "The old one sags, guests sit on chairs.",
    "wardrobe": "Coats lie on the bed.", "table": "We cannot all sit down together.",
}
ANSWERS = {
    "Consent to messages": "Yes, by messenger, said on the phone", "Who decides": "Together with the wife",
    "Preferred channel": "Messenger, after six", "The real objection": "Afraid that it will not be ready in time",
    "Date of the next step agreed": "Tuesday at eleven, in the showroom",
}
# Ivan's open leads whom nobody has touched for more than a month: goods, customer, value, steps
FORGOTTEN = (
    ("sofa", "Paula Costa", 1620, (("new", 49), ("contact", 47))),
    ("kitchen", "Uma Patel", 4980, (("new", 71), ("contact", 69))),
    ("wardrobe", "Zoe Turner", 2150, (("new", 64), ("contact", 61), ("needs", 58))),
    ("table", "Rosa Klein", 1240, (("new", 55), ("contact", 52))),
)
WAIVERS = ("The client cannot wait", "It was done before, elsewhere", "The client does not want it")


@dataclass(frozen=True)
class Deal:
    """One lead: what it is about, and ``steps``, its way as (section, day it
    entered), the day counted back from today."""

    name: str
    customer: str
    goods: str
    value: int
    seller: str
    source: str
    campaign: str
    steps: tuple
    lost_reason: str = ""
    lost_day: int = 0
    is_forgotten: bool = False

    @property
    def section(self):
        return self.steps[-1][0]


def deals():
    """All deals of the story, the same ones every time."""
    rng = random.Random(2)
    ends = [(section, False) for section, count in STANDING.items() for _ in range(count)]
    ends += [(section, True) for section, count in LOST.items() for _ in range(count)]
    rng.shuffle(ends)
    return [_deal(rng, number, section, lost) for number, (section, lost) in enumerate(ends)] + [
        Deal(f"{goods.capitalize()} {PLACES[goods]}", customer, goods, value, "ivan", "site", "", steps, is_forgotten=True)
        for goods, customer, value, steps in FORGOTTEN]


def _deal(rng, number, section, lost):
    goods = rng.choice(tuple(GOODS))
    source = SOURCES[number % len(SOURCES)]
    campaign = {"kitchen": "kitchen", "sofa": "sofa"}.get(goods, "") if source == "site" else ""
    closed = lost or section == "won"
    steps, end = _way(rng, section, closed)
    reasons = REASONS.get(section, ("",))
    return Deal(
        f"{goods.capitalize()} {PLACES[goods]}", CUSTOMERS[number * 7 % len(CUSTOMERS)], goods,
        round(GOODS[goods] * rng.uniform(0.8, 1.4), -1), SELLERS[number % len(SELLERS)], source, campaign, steps,
        reasons[number % len(reasons)] if lost else "", end if lost else 0)


def _way(rng, section, closed):
    """Sections entered with their days, and the day on which it ended."""
    if section in ACCOUNT:
        path = ACCOUNT[:ACCOUNT.index(section) + 1]
    else:
        path = SECTIONS[:SECTIONS.index(section) + 1]
        if section != "trial" and rng.random() < 0.75:
            path = tuple(name for name in path if name != "trial")  # optional, most do without
    day = rng.randint(5, 130) if closed else rng.randint(0, DAYS[section] + 4)
    end = day
    if closed and section != "won":
        day += rng.randint(2, DAYS[section] * 2)
    steps = [(section, day)]
    for name in reversed(path[:-1]):
        day += max(1, round(DAYS[name] * rng.lognormvariate(0, 0.5)))
        steps.append((name, day))
    return tuple(reversed(steps)), end
