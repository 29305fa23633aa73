"""Leads whose touches run out, told to automation rules once."""

from datetime import timedelta

from odoo.tests import tagged

from .enrolment_common import EnrolmentCase


@tagged("post_install", "-at_install")
class TestTouchesOut(EnrolmentCase):

    def out(self, lead):
        self.env["conveyor.signal"]._cron_touches_out(self.now)
        return self.env["conveyor.signal"].search([("kind", "=", "touches_out"), ("lead_id", "=", lead.id)])

    def touch(self, lead, count):
        self.env["conveyor.touch"]._record([{
            "event_key": f"t-{lead.id}-{self.now}-{number}", "lead_id": lead.id, "channel": "email", "direction": "out",
            "outcome": "sent", "date": self.now - timedelta(days=1)} for number in range(count)])

    def test_the_norm_is_reached_and_nothing_is_planned(self):
        self.env.company.conveyor_norm_touches = 3
        lead = self.leads()
        self.touch(lead, 2)
        self.assertFalse(self.out(lead))
        self.now += timedelta(hours=1)
        self.touch(lead, 1)
        self.assertEqual(len(self.out(lead)), 1)
        self.assertEqual(len(self.out(lead)), 1, "once")
        self.now += timedelta(hours=1)
        self.touch(lead, 1)
        self.assertEqual(len(self.out(lead)), 2, "after another touch it may run out again")

    def test_a_planned_touch_is_a_next_one(self):
        self.env.company.conveyor_norm_touches = 1
        lead = self.leads()
        self.touch(lead, 1)
        lead.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id)
        self.assertFalse(self.out(lead))

    def test_the_cadence_has_ended(self):
        lead = self.leads()
        self.enrol(self.cadence(self.mail()), lead, now=self.now)
        self.assertFalse(self.out(lead))
        self.run_at()
        self.assertEqual(len(self.out(lead)), 1)

    def test_what_ended_long_ago_is_no_news(self):
        lead = self.leads()
        self.enrol(self.cadence(self.mail()), lead, now=self.now)
        self.run_at()
        self.now += timedelta(days=9)
        self.assertFalse(self.out(lead))

    def test_lost_leads_need_no_touch(self):
        lead = self.leads()
        self.enrol(self.cadence(self.mail()), lead, now=self.now)
        self.run_at()
        lead.action_set_lost()
        self.assertFalse(self.out(lead))
