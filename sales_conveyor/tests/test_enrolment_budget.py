"""PERFORMANCE.md: planning one touch by hand takes at most 0.25 queries on large days."""

from odoo.tests import tagged

from .enrolment_common import EnrolmentCase


@tagged("post_install", "-at_install")
class TestBudget(EnrolmentCase):

    def planned(self, count):
        """Queries of a cron run that plans so many calls, half for each of two salespeople."""
        leads = self.leads(count)
        leads[::2].user_id = self.manager
        self.enrol(self.cadence(("call", 0), ("email", 1), name=f"{count} calls"), leads)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.run_at()
        self.env.flush_all()
        queries = self.env.cr.sql_log_count - before
        self.assertEqual(len(self.activity(leads)), count)
        return queries

    def test_planning_by_hand(self):
        self.planned(10)  # caches of types, subtypes and rights
        few, many = self.planned(100), self.planned(500)
        self.assertLessEqual(many / 500, 0.25, f"{many} queries for 500 touches")
        self.assertLessEqual((many - few) / 400, 0.05, f"{few} queries for 100, {many} for 500: each more costs next to nothing")
