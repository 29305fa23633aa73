"""A site's counter from its visitors; expected numbers are counted by hand."""

from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

END = datetime(2026, 6, 10, 15)


@tagged("post_install", "-at_install")
class TestVisitors(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls.env["website"].create({"name": "Shop"})
        cls.counter = cls.env["conveyor.counter"].create({"name": "Site", "kind": "site", "tz": "UTC", "website_id": cls.site.id})

    def visit(self, *hours, site=None):
        """A visitor with tracked pages so many hours before END."""
        moments = [END - timedelta(hours=hour) + timedelta(minutes=7) for hour in sorted(hours, reverse=True)]
        visitor = self.env["website.visitor"].create({
            "access_token": f"{self.env['website.visitor'].search_count([]):032}", "website_id": (site or self.site).id,
            "last_connection_datetime": moments[-1],
            "website_track_ids": [Command.create({"url": "/", "visit_datetime": moment}) for moment in moments]})
        self.env.flush_all()
        self.env.cr.execute("UPDATE website_visitor SET create_date = %s WHERE id = %s", [moments[0], visitor.id])
        return visitor

    def fill(self, later=0):
        self.env["conveyor.counter"]._cron_fill(END + timedelta(hours=later, minutes=20))

    def found(self):
        """{hours before END: visitors}"""
        return {(END - row.hour) // timedelta(hours=1): row.visitors for row in self.counter.reading_ids}

    def test_each_visitor_once_an_hour(self):
        self.visit(5, 5, 2)
        self.visit(5)
        self.visit(4, site=self.env["website"].create({"name": "Other"}))
        self.fill()
        self.assertEqual(self.found(), {5: 2, 4: 0, 3: 0, 2: 1, 1: 0})
        self.assertEqual(set(self.counter.reading_ids.mapped("origin")), {"website"})

    def test_later_hours_join_and_numbers_never_fall(self):
        gone = self.visit(3)
        self.fill()
        gone.unlink()
        self.visit(2)
        self.visit(-1)
        self.fill(later=3)
        self.assertEqual(self.found(), {3: 1, 2: 1, 1: 0, 0: 0, -1: 1, -2: 0})

    def test_the_present_hour_is_not_over(self):
        self.visit(0, 1)
        self.fill()
        self.assertEqual(self.found(), {1: 1})

    def test_a_site_that_nobody_saw(self):
        self.fill()
        self.assertFalse(self.found())
        self.assertFalse(self.counter.is_silent)

    def test_what_a_person_typed_stands(self):
        self.visit(2)
        self.env["conveyor.counter.reading"].create({"counter_id": self.counter.id, "hour": END - timedelta(hours=2), "visitors": 40})
        self.fill()
        self.assertEqual(self.found(), {2: 40, 1: 0})
