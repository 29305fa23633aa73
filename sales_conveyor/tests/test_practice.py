from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ConveyorCase

TODAY = date(2026, 3, 31)  # a Tuesday


@tagged("post_install", "-at_install")
class TestPractice(ConveyorCase):
    """The inventory of what was ever done, and what has quietly stopped."""

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time(datetime(2026, 3, 31, 12)))
        self.env.cr.execute("DELETE FROM conveyor_touch; DELETE FROM conveyor_practice")  # of demo data
        self.numbers = iter(range(10000))
        self.clock = self.lead(company_id=self.env.company.id)

    def touch(self, weeks_ago, lead=None, **values):
        number = next(self.numbers)
        self.env["conveyor.touch"]._record([{
            "event_key": f"practice-{number}", "lead_id": (lead or self.clock).id, "channel": "letter", "outcome": "sent",
            "date": datetime(2026, 3, 31, 10) - timedelta(weeks=weeks_ago), "user_id": self.seller.id, **values}])

    def weekly(self, first, last, **values):
        for week in range(last, first + 1):
            self.touch(week, **values)

    def practice(self, kind, field, value, user=None):
        rows = self.env["conveyor.practice"].with_user(user or self.manager)
        return rows.search([("kind", "=", kind), (field, "=", value), ("company_id", "in", [self.env.company.id, False])])

    # ------------------------------------------------------------ what was done
    def test_a_channel_from_to_volume_and_result(self):
        bought = self.lead(company_id=self.env.company.id)
        self.weekly(40, 21)
        self.touch(30, lead=bought)
        bought.action_set_won()
        self.env["conveyor.practice"]._refresh(TODAY)
        row = self.practice("channel", "channel", "letter")
        self.assertEqual((row.volume, row.lead_count, row.sale_count, row.sale_share), (21, 2, 1, 0.5))
        self.assertEqual((row.date_from, row.date_to), (TODAY - timedelta(weeks=40), TODAY - timedelta(weeks=21)))
        self.assertEqual((row.status, row.is_measured, row.usual_gap, row.silence), ("stopped", True, 1, 21))
        self.assertIn("Usually every week, silent for 21 weeks. Done from", row.explanation)
        self.assertEqual(row.name, "Letter")

    def test_every_kind_of_practice_is_found(self):
        source = self.env["utm.source"].create({"name": "Fair"})
        self.lead(source_id=source.id, company_id=self.env.company.id)
        template = self.env["mail.template"].create({
            "name": "Offer", "model_id": self.env["ir.model"]._get_id("crm.lead"), "subject": "Your oak table, {{ object.name }}"})
        self.touch(3, channel="email", subject="Your oak table, Ada")
        self.touch(3, channel="email", subject="Something else")
        kind = self.env.ref("mail.mail_activity_data_call")
        self.clock.activity_schedule(activity_type_id=kind.id, user_id=self.seller.id).action_feedback(feedback="Reached")
        cadence = self.env["conveyor.cadence"].create({
            "name": "Ten Touches", "step_ids": [(0, 0, {"name": "Call", "channel": "call"})]})
        [enrolment] = self.env["conveyor.enrolment"]._enrol(cadence, self.clock)
        run = enrolment.run_ids or self.env["conveyor.step.run"].sudo().create({
            "enrolment_id": enrolment.id, "step_id": cadence.step_ids.id, "lead_id": self.clock.id})
        self.touch(2, run_id=run[:1].id)
        self.env["conveyor.practice"]._refresh(TODAY)
        for kind, field, value, volume in (
                ("source", "source_id", source.id, 1), ("mail_template", "template_id", template.id, 1),
                ("activity_type", "type_id", kind.id, 1), ("cadence", "cadence_id", cadence.id, 1)):
            with self.subTest(kind):
                self.assertEqual(self.practice(kind, field, value).volume, volume)
        self.assertGreaterEqual(self.practice("salesperson", "user_id", self.seller.id).volume, 3)

    def test_replies_automatic_and_bounced_are_nobodys_practice(self):
        self.touch(2, direction="in", outcome="replied")
        self.touch(2, outcome="bounced")
        self.touch(2, is_automatic=True, user_id=self.colleague.id)
        self.env["conveyor.practice"]._refresh(TODAY)
        self.assertEqual(self.practice("channel", "channel", "letter").volume, 1)
        self.assertFalse(self.practice("salesperson", "user_id", self.colleague.id))
        self.touch(2)
        self.env["conveyor.practice"]._refresh(TODAY)
        self.assertEqual(self.practice("salesperson", "user_id", self.seller.id).owner_id, self.manager, "the team's leader")

    # ------------------------------------------------------------ telling
    def test_its_owner_is_told_once_when_it_falls_silent(self):
        self.weekly(30, 2)
        self.env["conveyor.practice"]._refresh(TODAY, tell=True)
        row = self.practice("channel", "channel", "letter")
        self.assertEqual((row.status, row.owner_id), ("alive", self.seller))
        for weeks in (1, 2, 3):  # 3, 4 and 5 weeks of silence
            self.env["conveyor.practice"]._refresh(TODAY + timedelta(weeks=weeks), tell=True)
        self.assertEqual((row.status, row.stopped_date), ("stopped", TODAY + timedelta(weeks=2)))
        [activity] = row.activity_ids
        self.assertEqual((activity.user_id, activity.summary), (self.seller, "Letter has stopped: was that meant?"))
        self.assertIn("times: 29", activity.note)
        self.assertFalse(activity.conveyor_channel, "not a touch")
        activity.action_feedback()
        self.env["conveyor.practice"]._refresh(TODAY + timedelta(weeks=9), tell=True)
        self.assertFalse(row.activity_ids, "told once")

    def test_the_first_inventory_tells_nobody(self):
        self.weekly(60, 30)
        self.env["conveyor.practice"]._refresh(TODAY, tell=True)
        row = self.practice("channel", "channel", "letter")
        self.assertEqual(row.status, "stopped")
        self.assertFalse(row.activity_ids)

    def test_what_was_removed_is_silent_on_purpose(self):
        self.weekly(30, 2)
        self.env["conveyor.practice"]._refresh(TODAY)
        row = self.practice("channel", "channel", "letter")
        row.action_remove()
        self.env["conveyor.practice"]._refresh(TODAY + timedelta(weeks=9), tell=True)
        self.assertEqual((row.status, row.decision), ("stopped", "remove"))
        self.assertFalse(row.activity_ids)

    def test_decisions_and_owners_are_kept_and_reviving_asks_the_owner(self):
        self.weekly(40, 21)
        self.env["conveyor.practice"]._refresh(TODAY)
        row = self.practice("channel", "channel", "letter")
        row.owner_id = self.colleague
        row.action_revive()
        self.assertEqual(row.activity_ids.mapped("summary"), ["Revive: Letter"])
        self.touch(0)
        self.env["conveyor.practice"]._refresh(TODAY)
        self.assertEqual((row.owner_id, row.decision, row.status, row.stopped_date), (self.colleague, "revive", "alive", False))

    # ------------------------------------------------------------ rights
    def test_a_salesperson_sees_his_own_touches_and_what_is_everybodys(self):
        self.touch(2)
        self.touch(2, user_id=self.colleague.id)
        self.env["conveyor.practice"]._refresh(TODAY)
        self.assertTrue(self.practice("channel", "channel", "letter", self.seller))
        self.assertTrue(self.practice("salesperson", "user_id", self.seller.id, self.seller))
        self.assertFalse(self.practice("salesperson", "user_id", self.colleague.id, self.seller))
        self.assertTrue(self.practice("salesperson", "user_id", self.colleague.id))
        with self.assertRaises(AccessError):
            self.practice("channel", "channel", "letter", self.seller).decision = "remove"
        with self.assertRaises(AccessError):
            self.env["conveyor.practice"].with_user(self.seller).action_refresh()

    def test_twins_say_why_they_stand_apart(self):
        branch = self.env["res.company"].create({"name": "Branch"})
        offer, same, other = self.env["mail.template"].create([
            {"name": name, "model_id": self.env["ir.model"]._get_id("crm.lead")} for name in ("Offer", "Offer", "Other")])
        here, there, twin, alone = self.env["conveyor.practice"].create([{
            "kind": "mail_template", "key": str(template.id), "template_id": template.id, "company_id": company.id, "volume": 5,
            "date_from": TODAY, "date_to": TODAY, "status": "alive"} for template, company in (
                (offer, self.env.company), (offer, branch), (same, branch), (other, branch))])
        self.assertIn(f"Each company has its own: this one is of {self.env.company.name}.", here.explanation)
        self.assertIn("Each company has its own: this one is of Branch.", there.explanation)
        self.assertIn(f"There is another one of this name: this is number {same.id}, that is number {offer.id}.", twin.explanation)
        self.assertTrue(alone.explanation.endswith("sales: 0."))

    def test_the_number_of_queries_does_not_depend_on_the_number_of_practices(self):
        for user in (self.seller, self.colleague, self.manager):
            self.weekly(3, 1, user_id=user.id)
        self.env["conveyor.practice"]._refresh(TODAY)
        self.env.flush_all()
        with self.assertQueryCount(40):
            self.env["conveyor.practice"]._refresh(TODAY)
