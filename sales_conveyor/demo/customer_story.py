"""The regular customers of Oak & Linen as plain data: what they buy besides furniture, how often, and since when they are silent."""

import random
from dataclasses import dataclass

DAYS = 21  # so many days are lived through once more, one by one
GOODS = {"linen": 95, "oil": 28}
STEADY, NOISE = 0.12, 0.25  # how much gaps vary


@dataclass(frozen=True)
class Regular:
    """``check``: what he usually spends; ``silent``: days since his last purchase."""

    name: str
    seller: str
    goods: str
    check: int
    gap: int
    count: int
    silent: int
    is_company: bool = True
    noise: float = STEADY


REGULARS = (
    Regular("Hotel Belvedere", "olga", "linen", 760, 30, 14, 12),
    Regular("Green Fork Café", "olga", "linen", 285, 14, 20, 27),           # late
    Regular("Dr Ilieva's Practice", "olga", "linen", 190, 21, 12, 68),      # sleeping
    Regular("Nord Office", "ivan", "oil", 140, 28, 9, 170),                 # lost
    Regular("Bistro Lipa", "olga", "linen", 240, 14, 16, 6),
    Regular("Guesthouse Pirin", "ivan", "linen", 520, 42, 9, 72),           # late
    Regular("Salon Camelia", "olga", "linen", 170, 21, 11, 15, noise=NOISE),
    Regular("Bakery Zora", "ivan", "linen", 130, 10, 22, 24),               # late
    Regular("Studio North", "maria", "oil", 84, 35, 8, 30),
    Regular("Yoga Loft", "maria", "linen", 210, 28, 10, 70),                # late, then sleeping
    Regular("Carpentry Iliev", "ivan", "oil", 336, 20, 15, 9),
    Regular("Villa Rila", "ivan", "linen", 610, 60, 6, 41, noise=NOISE),
    Regular("Café Central", "olga", "linen", 265, 14, 13, 2),               # was late, came back
    Regular("Library Café", "maria", "linen", 180, 30, 1, 11),              # new
    Regular("Martha Klein", "olga", "oil", 28, 45, 5, 38, is_company=False),
)
LAST_GAP = {"Café Central": 29}  # instead of the usual one
BACK = "Café Central"
# answers to "how do you like it?": customer, stars, words
REVIEWS = (
    ("Hotel Belvedere", 5, "Our guests ask where the napkins are from."),
    ("Carpentry Iliev", 4, "Good oil, the tin could be bigger."),
    ("Salon Camelia", 2, "Two towels came with loose threads, and nobody answered my mail."),
)
INTERESTS = (  # customer, goods or words, note
    ("Hotel Belvedere", "table", "For the breakfast room, once the season is over"),
    ("Bistro Lipa", "oil", "The tables have lost their shine"),
    ("Villa Rila", "curtains of linen, floor to ceiling", "Asked twice"),
)
ABSENCE = (("Guesthouse Pirin", "forgot"),)  # customer, reason that he named
# who came by whose recommendation: the number of the lead among those of this source, who recommended us
BROUGHT = ("Hotel Belvedere", "Carpentry Iliev", "Bistro Lipa")
# visits to those who bought furniture: number of the customer, days from today, state
VISITS = ((0, -190, "done"), (0, -8, "done"), (1, -3, "missed"), (1, 180, "planned"), (2, 1, "booked"), (3, 6, "planned"), (4, 13, "booked"))


def purchases(regular):
    """(days before today, amount) of all his purchases, oldest first."""
    rng = random.Random(regular.name)
    day, found = regular.silent, []
    for number in range(regular.count):
        found.append((day, round(regular.check * rng.uniform(0.7, 1.3) * (1 + 0.02 * (regular.count - number)), 2)))
        gap = regular.gap * max(0.4, rng.gauss(1, regular.noise))
        day += max(1, round(LAST_GAP.get(regular.name, gap) if not number else gap))
    return found[::-1]
