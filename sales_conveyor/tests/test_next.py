from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..engine.clock import ALWAYS
from .common import ConveyorCase


class NextCase(ConveyorCase):
    """Company in UTC, working from 9 to 17 on weekdays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.conveyor_tz = "UTC"
        cls.env.company.resource_calendar_id.tz = "UTC"
        cls.call = cls.env.ref("mail.mail_activity_data_call")

    def plan(self, record, day, user=None, **values):
        """A call that somebody has planned by Odoo's own means."""
        return record.activity_schedule(
            activity_type_id=self.call.id, date_deadline=day, user_id=(user or self.seller).id, **values)

    def touch(self, record, date, channel="call", direction="out", outcome="no_answer", **values):
        owner = {"lead_id": record.id} if record._name == "crm.lead" else {"partner_id": record.id}
        return self.env["conveyor.touch"]._record([{
            "event_key": f"test-{record._name}-{record.id}-{date}-{channel}-{direction}", "date": date, "channel": channel,
            "direction": direction, "outcome": outcome, "user_id": self.seller.id, **owner, **values}])


@tagged("post_install", "-at_install")
class TestNextTouch(NextCase):
    """Always exactly one next touch: the earliest of what is planned."""

    def test_the_earliest_planned_touch_is_the_next_one(self):
        lead = self.lead()
        self.assertFalse(lead.next_touch_date)
        later, sooner = self.plan(lead, "2030-05-07"), self.plan(lead, "2030-05-02", self.colleague)
        self.assertEqual((lead.next_touch_date, lead.next_touch_user_id, lead.next_touch_channel, lead.next_touch_automatic),
                         (datetime(2030, 5, 2, 9), self.colleague, "call", False))
        sooner.action_feedback(feedback="Nobody there")
        self.assertEqual(lead.next_touch_date, datetime(2030, 5, 7, 9))
        later.date_deadline = "2030-05-09"
        self.assertEqual(lead.next_touch_date, datetime(2030, 5, 9, 9))
        later.unlink()
        self.assertFalse(lead.next_touch_date)

    def test_what_is_no_touch_does_not_count(self):
        lead = self.lead()
        todo = self.env.ref("mail.mail_activity_data_todo")
        lead.activity_schedule(activity_type_id=todo.id, date_deadline="2030-05-02", user_id=self.seller.id)
        self.assertFalse(lead.next_touch_date)

    def test_the_day_begins_in_the_salespersons_time_zone(self):
        self.seller.tz = "Europe/Sofia"
        lead = self.lead()
        self.plan(lead, "2030-05-02")
        self.assertEqual(lead.next_touch_date, datetime(2030, 5, 2, 6))

    def test_an_agreed_time_holds_for_its_day_only(self):
        lead = self.lead()
        activity = self.plan(lead, "2030-05-02", conveyor_at="2030-05-02 15:00:00")
        self.assertEqual(lead.next_touch_date, datetime(2030, 5, 2, 15))
        activity.date_deadline = "2030-05-03"
        self.assertEqual(lead.next_touch_date, datetime(2030, 5, 3, 9))

    def test_a_customers_next_touch_is_his_companys(self):
        company = self.customer("Firm", is_company=True)
        contact = self.customer("Ada", parent_id=company.id)
        self.plan(contact, "2030-05-02")
        self.assertEqual(company.next_touch_date, datetime(2030, 5, 2, 9))
        self.assertEqual(contact.next_touch_date, datetime(2030, 5, 2, 9))

    def test_search_sort_and_group(self):
        first, second, bare = self.lead(), self.lead(), self.lead()
        self.plan(first, "2030-05-07")
        self.plan(second, "2030-05-02")
        Lead = self.env["crm.lead"]
        domain = [("id", "in", (first + second + bare).ids)]
        self.assertEqual(Lead.search([*domain, ("next_touch_date", "=", False)]), bare)
        self.assertEqual(Lead.search([*domain, ("next_touch_date", "<", "2030-05-05")]), second)
        self.assertEqual(Lead.search(domain, order="next_touch_date, id"), second + first + bare)
        groups = Lead.formatted_read_group(domain, ["next_touch_date:month"], ["__count"])
        self.assertEqual(sorted(group["__count"] for group in groups), [1, 2])

    # ------------------------------------------------------------ moving
    def test_dragging_moves_the_planned_activity(self):
        lead = self.lead()
        activity = self.plan(lead, "2030-05-02")
        self.as_seller(lead).next_touch_date = "2030-05-06 14:30:00"
        self.assertEqual((activity.date_deadline, activity.conveyor_at), (date(2030, 5, 6), datetime(2030, 5, 6, 14, 30)))
        lead.invalidate_recordset()
        self.assertEqual(lead.next_touch_date, datetime(2030, 5, 6, 14, 30))
        lead.next_touch_user_id = self.colleague
        self.assertEqual(activity.user_id, self.colleague)

    def test_a_date_given_to_a_lead_without_a_next_touch_plans_one(self):
        lead = self.lead()
        self.as_seller(lead).next_touch_date = "2030-05-06 14:30:00"
        self.assertEqual(lead.activity_ids.mapped("date_deadline"), [date(2030, 5, 6)])
        lead.invalidate_recordset()
        self.assertEqual((lead.next_touch_date, lead.next_touch_user_id), (datetime(2030, 5, 6, 14, 30), self.seller))

    # ------------------------------------------------------------ other people
    def test_next_touches_go_with_the_lead_to_its_new_salesperson(self):
        lead = self.lead()
        mine, foreign = self.plan(lead, "2030-05-02"), self.plan(lead, "2030-05-03", self.manager)
        lead.user_id = self.colleague
        self.assertEqual((mine.user_id, foreign.user_id), (self.colleague, self.manager))
        self.assertEqual(lead.next_touch_user_id, self.colleague)

    def test_a_leaving_salespersons_touches_stay_and_follow_the_leads(self):
        leaver = new_test_user(self.env, "conveyor_leaver", "sales_team.group_sale_salesman")
        lead, customer = self.lead(user_id=leaver.id), self.customer(user_id=leaver.id)
        touches = self.plan(lead, "2030-05-02", leaver) + self.plan(customer, "2030-05-02", leaver)
        leaver.action_archive()
        self.assertEqual(touches.exists(), touches)
        self.assertEqual(touches[0].user_id, self.manager, "the team's leader stands in")
        self.assertTrue(touches[1].user_id.active)
        lead.user_id = self.colleague
        self.assertEqual(touches[0].user_id, self.colleague)

    # ------------------------------------------------------------ the client's own date
    def test_snoozing_moves_what_is_planned_to_the_clients_date(self):
        lead = self.lead()
        activity = self.plan(lead, "2029-05-02")
        with freeze_time("2029-05-01"):
            with self.assertRaisesRegex(UserError, "own date"):
                lead.action_snooze("2029-05-01", "Later")
            with self.assertRaisesRegex(UserError, "client's words"):
                lead.action_snooze("2029-09-01", " ")
            self.as_seller(lead).action_snooze("2029-09-01", "The season begins")
        self.assertEqual((activity.date_deadline, lead.snooze_until, lead.snooze_reason),
                         (date(2029, 9, 1), date(2029, 9, 1), "The season begins"))
        self.assertEqual(lead.activity_ids, activity)

    def test_the_third_snooze_tells_the_leader(self):
        lead = self.lead()
        for month in (5, 6):
            lead.snooze_until = date(2030, month, 1)
        self.assertFalse(lead.activity_ids.filtered(lambda activity: activity.user_id == self.manager))
        lead.snooze_until = date(2030, 7, 1)
        told = lead.activity_ids.filtered(lambda activity: activity.user_id == self.manager)
        self.assertIn("3 times", told.summary)
        self.assertFalse(told.conveyor_channel)
        self.assertEqual(lead.next_touch_date, datetime(2030, 7, 1, 9))

    def test_a_customer_is_snoozed_too(self):
        customer = self.customer(user_id=self.seller.id)
        with freeze_time("2029-05-01"):
            customer.action_snooze("2029-09-01", "Back from holidays")
        self.assertEqual((customer.next_touch_date, customer.activity_ids.summary),
                         (datetime(2029, 9, 1, 9), "Back from holidays"))

    def test_archiving_keeps_the_next_touch(self):
        lead = self.lead()
        self.plan(lead, "2030-05-02")
        lead.action_set_lost()
        self.assertEqual(lead.next_touch_date, datetime(2030, 5, 2, 9))

    # ------------------------------------------------------------ replies
    def test_a_reply_asks_for_an_answer_in_working_time(self):
        lead = self.lead()
        now = self.env.cr.now().replace(microsecond=0)
        self.env.company.conveyor_reply_minutes = 90
        with patch.object(type(self.env.company), "_conveyor_hours", lambda self: ALWAYS):
            self.touch(lead, now - timedelta(hours=1), "email", "in", "replied")
            self.env["conveyor.touch.line"]._settle()
            line = self.env["conveyor.touch.line"].search([("lead_id", "=", lead.id)])
        self.assertEqual((line.answer_due_date, line.answer_user_id), (now + timedelta(minutes=30), self.seller))
        self.touch(lead, now, "call", "out", "reached")
        self.env["conveyor.touch.line"]._settle()
        self.assertFalse(line.answer_due_date)


@tagged("post_install", "-at_install")
class TestProposals(NextCase):
    """A proposal for each: when, in which channel, why."""

    def propose(self, record, outcome=None):
        return record._propose_next(outcome)[record.id]

    def test_a_new_lead_is_called_now(self):
        lead = self.lead(phone="+359888123456")
        self.assertEqual((self.propose(lead).channel, self.propose(lead).why), ("call", "Not touched yet."))

    def test_proposals_of_one_day_are_spread_over_it(self):
        leads = self.env["crm.lead"].union(*(self.lead(phone="1") for _number in range(8)))
        with freeze_time("2026-06-15 10:00"), patch.object(type(self.env.cr), "now", lambda cursor: datetime(2026, 6, 15, 10)):
            moments = [plan.date for plan in leads._propose_next("sent").values()]
        self.assertEqual({moment.date() for moment in moments}, {date(2026, 6, 18)})
        self.assertGreaterEqual(len({moment.hour for moment in moments}), 6)
        self.assertTrue(all(8 <= moment.hour < 17 for moment in moments))

    def test_the_channel_that_the_client_answers(self):
        lead = self.lead(phone="+359888123456", email_from="ada@example.com")
        self.touch(lead, datetime(2026, 6, 1), "call")
        self.touch(lead, datetime(2026, 6, 2), "email", outcome="sent")
        self.touch(lead, datetime(2026, 6, 3), "email", "in", "replied")
        self.assertEqual(self.propose(lead).channel, "email")

    def test_plan_all_proposed_leaves_those_with_a_next_touch_alone(self):
        bare, planned = self.lead(phone="1"), self.lead()
        activity = self.plan(planned, "2030-05-02")
        self.as_seller(bare + planned).action_plan_proposed()
        self.assertTrue(bare.next_touch_date)
        self.assertEqual(planned.activity_ids, activity)
        self.assertEqual(bare.activity_ids.user_id, self.seller)


@tagged("post_install", "-at_install")
class TestNextOfCadences(NextCase):
    """What a cadence will send by itself is a next touch as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cadence = cls.env["conveyor.cadence"].create({
            "name": "Nurture", "purpose": "nurture", "reason_policy": "none", "step_ids": [(0, 0, {
                "name": "SMS", "channel": "sms", "is_automatic": True, "delay": 3, "delay_unit": "days",
                "sms_template_id": cls.env["sms.template"].create({
                    "name": "Hello", "body": "Hello", "model_id": cls.env["ir.model"]._get_id("crm.lead")}).id})]})

    def test_an_automatic_step_counts_while_its_cadence_is_on(self):
        lead = self.lead(phone="+359888123456")
        enrolment = self.env["conveyor.enrolment"]._enrol(self.cadence, lead)
        self.assertEqual((lead.next_touch_date, lead.next_touch_channel, lead.next_touch_automatic),
                         (enrolment.next_date, "sms", True))
        self.cadence.is_on = False
        self.assertFalse(lead.next_touch_date)
        self.cadence.is_on = True
        self.plan(lead, self.env.cr.now().date())
        self.assertFalse(lead.next_touch_automatic, "the call comes first")

    def test_dragging_it_moves_the_step(self):
        lead = self.lead(phone="+359888123456")
        enrolment = self.env["conveyor.enrolment"]._enrol(self.cadence, lead)
        wanted = enrolment.next_date.replace(hour=11, minute=0, second=0) + timedelta(days=7)
        lead.with_user(self.seller).next_touch_date = wanted
        self.assertEqual(enrolment.next_date.date(), wanted.date())
        lead.invalidate_recordset()
        self.assertEqual(lead.next_touch_date, enrolment.next_date)

    def test_snoozing_makes_it_wait_and_waking_lets_it_go_on(self):
        lead = self.lead(phone="+359888123456")
        enrolment = self.env["conveyor.enrolment"]._enrol(self.cadence, lead)
        lead.snooze_until = date(2031, 1, 10)
        self.assertEqual(enrolment.state, "snoozed")
        self.assertEqual((lead.next_touch_date.date(), lead.next_touch_automatic), (date(2031, 1, 10), False))
        lead.snooze_until = False
        self.assertEqual(enrolment.state, "running")

    def test_a_new_salesperson_takes_the_enrolment_over(self):
        lead = self.lead(phone="+359888123456")
        enrolment = self.env["conveyor.enrolment"]._enrol(self.cadence, lead)
        lead.user_id = self.colleague
        self.assertEqual((enrolment.user_id, lead.next_touch_user_id), (self.colleague, self.colleague))
