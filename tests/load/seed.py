"""A CRM with years behind it, made by SQL before the module is installed.

Customers, salespeople in teams, leads that went through the sections, what Odoo tracked of it, orders, activities,
messages, meetings. Each row follows from its number and a salt by a hash, so that a scale gives the same data on every
run; only the calendar moves with the day of the run. Read :func:`seed` as the table of contents.
"""

import time
from dataclasses import dataclass

from . import seed_leads, seed_messages, seed_people
from .bulk import Loader

VERSION = 3  # to be raised when the data change: a kept database of another version is made anew


@dataclass(frozen=True)
class Scale:
    """How much of everything, and how often a measurement is repeated.

    ``space``: gigabytes that two databases of it need.
    """

    name: str
    leads: int
    customers: int
    orders: int
    users: int
    teams: int
    sources: int
    campaigns: int
    messages: int
    enrolments: int
    space: float
    patience: float

    @property
    def is_large(self):
        """Long work is then done once, and needs no warming up."""
        return self.leads >= 200_000

    def repetitions(self, wanted):
        """How often to measure what is wanted ``wanted`` times where it is quick."""
        return max(1, round(wanted * self.patience))


SCALES = {scale.name: scale for scale in (
    Scale("tiny", 300, 250, 200, 8, 2, 5, 4, 2_000, 250, 0.3, 0.05),
    Scale("small", 20_000, 20_000, 20_000, 50, 6, 12, 20, 300_000, 20_000, 2, 1),
    Scale("medium", 200_000, 200_000, 200_000, 100, 10, 20, 30, 3_200_000, 200_000, 10, 0.5),
    Scale("large", 1_000_000, 1_000_000, 1_000_000, 500, 20, 30, 40, 16_000_000, 1_000_000, 45, 0.5),
)}


def seed(connection, scale, tell=lambda text: None):
    """Fill a database that has Odoo's CRM and not our module.

    :param connection: of psycopg2
    :param tell: called with a line of progress
    """
    began = time.monotonic()
    with connection, connection.cursor() as cr:
        load = Loader(cr)
        with load.without_checks([*seed_people.TABLES, *seed_leads.TABLES, *seed_messages.TABLES]):
            for part in (seed_people.catalogue, seed_people.salespeople, seed_people.customers, seed_leads.plan,
                         seed_leads.leads, seed_leads.history, seed_leads.followers, seed_leads.activities,
                         seed_leads.orders, seed_messages.messages, seed_messages.done_activities,
                         seed_messages.meetings):
                part(load, scale)
                tell(f"{part.__name__} {time.monotonic() - began:.0f} s")
    tell(f"indexes {time.monotonic() - began:.0f} s")
    connection.autocommit = True
    with connection.cursor() as cr:
        cr.execute("VACUUM ANALYZE")
    tell(f"seeded in {time.monotonic() - began:.0f} s")
