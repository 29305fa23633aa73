"""A month of days over a team's leads: everybody is touched by the rules, nobody twice.

The plan is TRADE_SETS.md, A, *Decision (10 in 30 days)*: D0 C, D0 M, D1 E*, D3 C, D7 M, D12 C, D17 L, D22 C, D27 E*, D30 C.
"""

from collections import Counter
from datetime import timedelta

from odoo.tests import tagged

from ..engine import clock
from .enrolment_common import EnrolmentCase

PLAN = (("call", 0), ("messenger", 0), ("email*", 1), ("call", 3), ("messenger", 7), ("call", 12), ("letter", 17), ("call", 22),
        ("email*", 27), ("call", 30))
CLIENTS = 40


@tagged("post_install", "-at_install")
class TestMonth(EnrolmentCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.conveyor_weekly_cap = 2
        steps = [
            {"channel": channel.rstrip("*"), "delay": day, "delay_from": "start",
             **({"is_automatic": True, "mail_template_id": cls.template.id} if channel.endswith("*") else {})}
            for channel, day in PLAN]
        cls.decision = cls.cadence(*steps, name="Ten in thirty days")
        cls.nurture = cls.cadence(cls.mail(30, is_loop_start=True), name="Nurture", purpose="nurture")

    def a_day(self, number):
        """The cron every three hours; at noon people do what is planned for today."""
        for hour in range(0, 24, 3):
            self.run_at(self.day(number, hour))
            if hour == 12:
                self.people_work(number)

    def people_work(self, number):
        """Each fifth client is done a day late; nobody works at weekends."""
        if not clock.is_working_day(self.now.date(), self.env.company._conveyor_hours()):
            return
        due = self.env["mail.activity"].search([
            ("conveyor_run_id.enrolment_id.cadence_id", "=", self.decision.id), ("date_deadline", "<=", self.now.date())])
        due.filtered(lambda activity: activity.res_id % 5 or activity.date_deadline < self.now.date()).action_feedback("done")

    def test_a_month(self):
        leads = self.leads(CLIENTS)
        weak = self.enrol(self.nurture, leads)
        strong = self.enrol(self.decision, leads)
        replies, lost, opted_out = leads[3], leads[4], leads[5]
        for number in range(45):
            self.a_day(number)
            if number == 10:
                self.reply(replies)
                lost.action_set_lost()
                self.env["conveyor.consent"]._record_word(opted_out, "withdrawn", "email", "By phone")
        self.check_everybody(strong, replies + lost)
        self.check_the_rules(leads)
        without = self.of(weak, opted_out)
        self.assertEqual(without.stop_reason, "opted_out", "mail is all that nurture has")
        self.assertEqual((weak - without).filtered("stop_reason").mapped("stop_reason"), [])
        self.assertEqual(set((weak - without).mapped("state")), {"running"}, "nurture goes on after the window, and for the lost")
        late = self.of(strong, opted_out).run_ids.filtered(lambda run: run.state == "skipped")
        self.assertEqual(late.mapped("rule"), ["opted_out"])

    def of(self, enrolments, lead):
        return enrolments.filtered(lambda row: row.lead_id == lead)

    def check_everybody(self, strong, out):
        """Whoever was not stopped has been through all ten steps, each once, in their order."""
        for row in strong:
            runs = row.run_ids.sorted(lambda run: run.step_id.sequence)
            if row.lead_id in out:
                self.assertEqual(row.state, "stopped")
                self.assertLess(len(runs.filtered(lambda run: run.state == "done")), 10)
                continue
            self.assertEqual((row.state, len(runs)), ("done", 10), row.lead_id.name)
            dates = runs.mapped("done_date")
            self.assertEqual(dates, sorted(dates), "in the order of the plan")
            self.assertGreaterEqual(dates[-1], self.day(29))
            self.assertLessEqual(dates[-1], self.day(40))

    def check_the_rules(self, leads):
        touches = self.env["conveyor.touch"].search([("lead_id", "in", leads.ids)])
        keys = Counter(touches.filtered("run_id").mapped("run_id.id"))
        self.assertEqual(max(keys.values()), 1, "no step was made twice")
        for touch in touches.filtered("is_automatic"):
            self.assertIn(touch.date.weekday(), range(5))
            self.assertTrue(9 <= touch.date.hour < 20, touch.date)
            week = touches.filtered(lambda other, touch=touch: (
                other.is_automatic and other.client_key == touch.client_key
                and touch.date - timedelta(days=7) < other.date <= touch.date))
            self.assertLessEqual(len(week), 2)
        open_activities = self.env["mail.activity"].search([("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)])
        self.assertLessEqual(max(Counter(open_activities.filtered("conveyor_run_id").mapped("res_id")).values(), default=0), 1)
