"""The gate with facts of a real database: each is read, and acts at once where it can."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from ..engine import gate
from .enrolment_common import EnrolmentCase


@tagged("post_install", "-at_install")
class TestGateFacts(EnrolmentCase):

    def setUp(self):
        super().setUp()
        self.partner = self.customer("Ada", email="ada@example.com", phone="+359888123456", country_id=self.env.ref("base.bg").id)
        self.client = self.lead(partner_id=self.partner.id, name="Lamp")

    def judged(self, prepare, purpose="nurture", **values):
        """(enrolment's state, rule of the run) of a mail that is due two days after entry."""
        enrolment = self.enrol(self.cadence(self.mail(2), ("call", 9), purpose=purpose, **values), self.client)
        self.now = self.day(2)
        prepare()
        self.run_at()
        return enrolment, (self.runs(enrolment) or [(None, None, None, None)])[0][2:]

    def check(self, expected, prepare, state="running", **values):
        enrolment, found = self.judged(prepare, **values)
        self.assertEqual(found, expected)
        self.assertEqual(enrolment.state, state)
        if expected[1]:
            self.assertTrue(enrolment.run_ids[0].explanation, "a readable reason stays")
        return enrolment

    def test_nothing_speaks_against_it(self):
        self.check(("done", None), lambda: None)

    def test_kill_switch(self):
        enrolment = self.check(("planned", "sending_stopped"), lambda: self.env.company.write({"conveyor_sending_stopped": True}))
        self.assertIn("All automatic sending is stopped", enrolment.explanation)
        self.env.company.conveyor_sending_stopped = False
        self.run_at()
        self.assertEqual(self.runs(enrolment)[0][2], "done", "it goes on as soon as it is allowed again")

    def test_a_cadence_that_is_switched_off_waits(self):
        cadence = self.cadence(self.mail())
        enrolment = self.enrol(cadence, self.client)
        cadence.is_on = False
        self.run_at()
        self.assertEqual((self.runs(enrolment), enrolment.state), ([], "running"))
        cadence.is_on = True
        self.run_at()
        self.assertEqual(self.runs(enrolment)[0][2], "done")

    def test_blacklist(self):
        self.check(("skipped", "blacklisted"), lambda: self.env["mail.blacklist"]._add("ada@example.com"))

    def test_bounced(self):
        self.check(("skipped", "bounced"), lambda: self.partner.write({"message_bounce": 1}))

    def test_no_address(self):
        self.check(("skipped", "no_address"), lambda: (self.partner.write({"email": False}), self.client.write({"email_from": False})))

    def test_consent(self):
        self.check(("skipped", "no_consent"), lambda: None, needs_consent=True)

    def test_consent_on_record(self):
        self.check(("done", None), lambda: self.env["conveyor.consent"].create({
            "partner_id": self.partner.id, "source": "The form on the site", "channel": "email"}), needs_consent=True)

    def test_opted_out(self):
        self.check(("skipped", "opted_out"), lambda: self.env["conveyor.consent"]._record_word(
            self.client, "withdrawn", "email", "By phone"))
        self.assertTrue(self.env["mail.blacklist"].search([("email", "=", "ada@example.com")]), "mass mailings respect it too")

    def test_opted_out_of_all_that_the_cadence_has(self):
        enrolment = self.enrol(self.cadence(self.mail()), self.client)
        self.env["conveyor.consent"]._record_word(self.client, "withdrawn", False, "By phone")
        self.run_at()
        self.assertEqual((enrolment.state, enrolment.stop_reason), ("stopped", "opted_out"))

    def test_the_last_word_counts(self):
        consent = self.env["conveyor.consent"]
        consent._record_word(self.client, "withdrawn", False, "By phone")
        self.now += timedelta(minutes=1)
        consent._record_word(self.client, "given", "email", "By phone")
        self.now = self.day(0)
        self.check(("done", None), lambda: None)

    def test_an_open_complaint(self):
        enrolment = self.check(("planned", "complaint"), lambda: self.partner.write({"conveyor_complaint": True}))
        self.partner.action_settle_complaint()
        self.run_at(self.day(3))
        self.assertEqual(self.runs(enrolment)[0][2], "done")

    def test_a_bad_rating_is_a_complaint(self):
        self.check(("planned", "complaint"), lambda: self.env["rating.rating"].create({
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"), "res_id": self.client.id, "partner_id": self.partner.id,
            "rating": 2, "consumed": True}))

    def test_overdue_debt(self):
        def owe():
            invoice = self.env["account.move"].create({
                "move_type": "out_invoice", "partner_id": self.partner.id, "invoice_date": self.day(-40).date(),
                "invoice_date_due": self.day(-10).date(), "invoice_line_ids": [Command.create({"name": "Lamp", "price_unit": 100})]})
            invoice.action_post()
        if not self.env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", self.env.company.id)]):
            self.skipTest("The company has no chart of accounts")
        self.check(("planned", "overdue_debt"), owe)

    def test_the_weekly_cap_is_over_all_cadences(self):
        self.env.company.conveyor_weekly_cap = 2
        first = self.enrol(self.cadence(self.mail(), self.mail()), self.client)
        self.run_at()
        self.assertEqual(first.state, "done")
        enrolment = self.enrol(self.cadence(self.mail(1), purpose="account"), self.client)
        self.run_at(self.day(1))
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "planned", "weekly_cap")])
        self.assertEqual(enrolment.next_date, self.day(7))
        self.run_at(self.day(7))
        self.assertEqual(self.runs(enrolment)[0][2], "done")

    def test_service_messages_are_outside_the_cap(self):
        self.env.company.conveyor_weekly_cap = 1
        enrolment = self.enrol(self.cadence(self.mail(), self.mail(is_service=True), self.mail()), self.client)
        self.run_at()
        self.assertEqual([run[2:] for run in self.runs(enrolment)], [("done", None), ("done", None), ("planned", "weekly_cap")])

    def test_outside_the_clients_hours(self):
        self.partner.tz = "America/New_York"
        enrolment = self.enrol(self.cadence(self.mail()), self.client)
        self.run_at()
        self.assertEqual((self.runs(enrolment), enrolment.next_date), ([], self.day(0, 13)), "nine o'clock in New York")

    def test_holidays(self):
        self.env["resource.calendar.leaves"].create({
            "name": "Holiday", "calendar_id": self.env.company.resource_calendar_id.id, "company_id": self.env.company.id,
            "date_from": self.day(2, 0), "date_to": self.day(2, 23).replace(minute=59, second=59)})
        enrolment = self.enrol(self.cadence(self.mail(2)), self.client)
        self.assertEqual(enrolment.next_date, self.day(3, 6), "nine o'clock in Sofia, where the client is")

    def test_snoozed_by_the_clients_own_date(self):
        enrolment, _found = self.judged(lambda: self.client.write({"snooze_until": self.day(30).date()}))
        self.assertEqual(self.touches(self.client).ids, [])
        self.assertGreaterEqual(enrolment.next_date, self.day(30, 0))
        self.assertTrue(enrolment.explanation)


@tagged("post_install", "-at_install")
class TestEvents(EnrolmentCase):
    """What happens between two runs of the cron acts at once."""

    def planned(self, purpose="decision", **values):
        partner = self.customer("Ada", email="ada@example.com")
        lead = self.lead(partner_id=partner.id)
        enrolment = self.enrol(self.cadence(("call", 0), ("call", 1), purpose=purpose, **values), lead)
        self.run_at()
        self.now += timedelta(hours=1)
        return lead, enrolment

    def assert_stopped(self, lead, enrolment, reason):
        self.assertEqual((enrolment.state, enrolment.stop_reason), ("stopped", reason))
        self.assertFalse(self.activity(lead), "a stop takes back what was planned by hand")
        self.assertEqual(self.runs(enrolment)[0][2:], ("skipped", reason))

    def test_a_reply_stops_steps_by_hand_and_asks_for_an_answer(self):
        lead, enrolment = self.planned()
        self.reply(lead)
        self.assert_stopped(lead, enrolment, "replied")
        answer = lead.activity_ids.filtered("conveyor_answer")
        self.assertEqual((answer.user_id, answer.conveyor_at), (self.seller, self.now + timedelta(hours=1)))
        self.enrol(enrolment.cadence_id, lead)
        self.reply(lead, event_key="another")
        self.assertEqual(len(lead.activity_ids.filtered("conveyor_answer")), 1, "planned once")

    def test_automatic_replies_and_old_words_are_none(self):
        lead, enrolment = self.planned()
        self.reply(lead, outcome="auto_reply")
        self.reply(lead, event_key="old", date=self.day(-3))
        self.assertEqual(enrolment.state, "running")

    def test_a_reply_halts_nurture_for_a_week(self):
        lead, enrolment = self.planned("nurture")
        self.reply(lead)
        self.assertEqual((enrolment.state, enrolment.next_date), ("snoozed", self.now + gate.AFTER_REPLY))
        self.run_at(self.now + gate.AFTER_REPLY)
        self.assertEqual((enrolment.state, len(self.activity(lead))), ("running", 1))

    def test_refusal(self):
        lead, enrolment = self.planned("nurture")
        self.env["conveyor.touch"]._record([{
            "event_key": "no", "lead_id": lead.id, "channel": "call", "outcome": "refused", "date": self.now}])
        self.assertEqual((enrolment.state, enrolment.stop_reason), ("stopped", "refused"))

    def test_won_and_lost(self):
        for outcome, act in (("won", "action_set_won"), ("lost", "action_set_lost")):
            lead, enrolment = self.planned()
            lead.probability = 40
            getattr(lead, act)()
            self.assert_stopped(lead, enrolment, outcome)

    def test_a_lost_lead_is_nurtured(self):
        lead = self.leads()
        lead.action_set_lost()
        enrolment = self.enrol(self.cadence(self.mail(), purpose="nurture"), lead)
        self.run_at()
        self.assertEqual(self.runs(enrolment)[0][2], "done")

    def test_archived(self):
        lead, enrolment = self.planned()
        lead.probability = 50
        lead.action_archive()
        self.assert_stopped(lead, enrolment, "archived")

    def test_an_order_of_the_customer_ends_selling(self):
        lead, enrolment = self.planned("reactivation")
        self.order(lead.partner_id, self.now)
        self.assert_stopped(lead, enrolment, "bought")

    def test_a_meeting_is_booked(self):
        lead, enrolment = self.planned()
        self.env["calendar.event"].create({
            "name": "Demo", "start": self.day(2), "stop": self.day(2, 11), "partner_ids": [Command.link(lead.partner_id.id)]})
        self.assert_stopped(lead, enrolment, "meeting")

    def test_a_meeting_that_is_a_step_stops_nothing(self):
        lead = self.lead(partner_id=self.customer().id)
        enrolment = self.enrol(self.cadence(("meeting", 0), self.mail(3)), lead)
        self.run_at()
        self.env["calendar.event"].create({
            "name": "Visit", "start": self.day(2), "stop": self.day(2, 11), "partner_ids": [Command.link(lead.partner_id.id)],
            "activity_ids": [Command.link(self.activity(lead).id)]})
        self.assertEqual(enrolment.state, "running")

    def test_a_merged_lead_takes_its_enrolment_along(self):
        lead, enrolment = self.planned()
        other = self.lead(partner_id=lead.partner_id.id, name="Head")
        other.probability = 90
        head = (lead + other).merge_opportunity()
        self.assertEqual((enrolment.lead_id, enrolment.state), (head, "running"))
