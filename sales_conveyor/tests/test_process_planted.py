"""A made history with a known process in the database: the ways, the waits, who skips a step and the change of March are found again."""

from datetime import datetime

from odoo.tests import tagged

from .process_common import DAY, MARCH, ProcessCase

WINTER = datetime(2026, 1, 5, 9, 0)
LEADS = 90  # of each season; two of three salespeople ask for the needs, the third leaves them out


@tagged("post_install", "-at_install")
class TestPlantedHistory(ProcessCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        [cls.trial] = cls.stages(("Trial", {}))
        cls.new.sequence, cls.needs.sequence, cls.trial.sequence, cls.offer.sequence, cls.won.sequence = range(1000, 1005)
        cls.more_sections = {"trial": cls.trial}
        cls.people = cls.seller, cls.manager, cls.colleague
        for number in range(LEADS):
            for start, steps in ((WINTER, cls.winter(number)), (MARCH, cls.spring(number))):
                cls.story(*steps, start=start + number % 28 * DAY, user_id=cls.people[number % 3].id)
        cls.before, cls.now = cls.document(first="2026-01-01", last="2026-02-28"), cls.document()
        cls.keys = {name: f"stage:{stage.id}" for name, stage in (
            ("new", cls.new), ("needs", cls.needs), ("trial", cls.trial), ("offer", cls.offer))}

    @classmethod
    def winter(cls, number):
        """Won: 40 of the 60 who were asked, a quarter of them with an offer made twice; 3 of the 30 who were not."""
        if number % 3 == 2:
            return (0, "new"), (4, "offer"), (9, "won" if number % 30 == 2 else "lost")
        again = ((6, "needs"), (7, "offer")) if number % 9 == 3 else ()
        return (0, "new"), (2, "needs"), (5, "offer"), *again, (10, "won" if number // 3 % 3 else "lost")

    @classmethod
    def spring(cls, number):
        """From March on there is a trial before the offer, and the answer takes nine days instead of five."""
        if number % 3 == 2:
            return cls.winter(number)
        return (0, "new"), (2, "needs"), (4, "trial"), (5, "offer"), (14, "won" if number // 3 % 3 else "lost")

    def path(self, *names):
        return ["created", *(self.keys.get(name, name) for name in names)]

    def arc(self, version, source, target):
        return next(arc for arc in version.picture["arcs"] if (arc["source"], arc["target"]) == (
            self.keys.get(source, source), self.keys.get(target, target)))

    def test_ways_waits_and_figures_of_the_winter(self):
        picture = self.before.picture
        self.assertEqual((self.before.leads_in, self.before.sales_out), (LEADS, 43))
        self.assertEqual(picture["typical"]["path"], self.path("new", "needs", "offer", "won"))
        found = {tuple(row["path"]): row["count"] for row in picture["variants"]}
        self.assertEqual(found, {
            tuple(self.path("new", "needs", "offer", "won")): 30, tuple(self.path("new", "needs", "offer", "lost")): 20,
            tuple(self.path("new", "needs", "offer", "needs", "offer", "won")): 10,
            tuple(self.path("new", "offer", "lost")): 27, tuple(self.path("new", "offer", "won")): 3})
        waits = {("new", "needs"): 2, ("needs", "offer"): 3, ("new", "offer"): 4, ("offer", "won"): 5}
        self.assertEqual({arc: self.arc(self.before, *arc)["median_wait"] / DAY.total_seconds() for arc in waits}, waits)
        self.assertEqual(self.arc(self.before, "new", "offer")["kind"], "skip")
        self.assertEqual(self.arc(self.before, "offer", "needs")["kind"], "back")

    def test_who_leaves_the_needs_out_and_what_it_costs(self):
        self.before.with_user(self.manager).action_make_current()
        tables = self.before.with_user(self.manager)._conformance_tables(self.before.date_from, self.before.date_to)
        skipped = tables["deviations"].row(f"skipped:{self.keys['needs']}")
        self.assertEqual((skipped.cells["leads"], skipped.cells["with"], skipped.cells["verdict"]), (30, 0.1, "Goes with fewer sales"))
        self.assertLess(skipped.cells["high"], 0)
        shares = {row.cells["person"]: (row.cells["share"], row.cells["common"]) for row in tables["people"].rows}
        self.assertEqual(shares[self.colleague.name], (0, f"Left out: {self.needs.name}"))
        self.assertEqual((shares[self.seller.name][0], shares[self.manager.name][0]), (20 / 30, 1))

    def test_the_change_of_march(self):
        sentences = self.env["conveyor.process.change"]._sentences(self.before.picture, self.now.picture)
        self.assertTrue(sentences[0].startswith("New step: Trial, with 67 %"), sentences)
        self.assertTrue([said for said in sentences if "The usual way to a sale is now" in said and "Trial" in said], sentences)
        self.assertTrue([said for said in sentences if "Half of the won leads take no longer than 14.0 d, before 10.0 d" in said], sentences)
        self.assertFalse([said for said in sentences if said.startswith("Won of the closed leads")], "the conversion is the same")
        self.assertIn("New step: Trial", self.now.changes)
        back = self.env["conveyor.process.change"]._sentences(self.now.picture, self.before.picture)
        self.assertTrue(back[0].startswith("Step that is hardly done any more: Trial"), back)
