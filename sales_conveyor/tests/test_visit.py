"""A plan of visits: planned, booked, made, missed; reminders through the one door."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .visit_common import TODAY, VisitCase


@tagged("post_install", "-at_install")
class TestReminder(VisitCase):

    def test_a_booked_visit_is_reminded_of_twice(self):
        visit = self.visit(10, time=15, state="booked")
        self.cron_on(7)
        self.assertFalse(self.enrolments(self.reminder), "three days before is too early")
        self.cron_on(8)
        self.assertEqual(len(self.texts()), 1)
        self.assertIn("06/25/2026, 15:00", self.texts()[0])
        self.assertEqual(visit.enrolment_ids.cadence_id, self.reminder)
        self.cron_on(10, 12)
        self.assertEqual(len(self.texts()), 2, "and three hours before")
        self.cron_on(10, 13)
        self.assertEqual(len(self.texts()), 2)

    def test_a_second_run_reminds_nobody_twice(self):
        self.visit(2, time=15, state="booked")
        for _time in range(3):
            self.cron_on(0)
        self.assertEqual((len(self.texts()), len(self.enrolments(self.reminder))), (1, 1))

    def test_it_is_outside_of_the_weekly_limit(self):
        self.env.company.conveyor_weekly_cap = 1
        self.visit(2, time=15, state="booked")
        self.visit(3, time=15, state="booked")
        self.cron_on(1)
        self.assertEqual(len(self.texts()), 2)
        rows = self.enrolments(self.reminder)
        week = self.env["conveyor.gate.facts"]._week(rows, self.now, {row.id: {row.client_key} for row in rows})
        self.assertFalse(any(week.values()), "and takes nothing from it")

    def test_words_for_no_visit_are_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("bg_BG")
        self.ada.lang = "bg_BG"
        self.assertFalse(self.ada.next_visit_words)
        with patch.object(type(self.env), "_", lambda env, text: f"{env.lang}: {text}"):
            self.assertEqual(self.ada.with_context(lang="bg_BG")._conveyor_visit_words(), "bg_BG: the day we agreed")

    def test_each_visit_has_its_own_words(self):
        self.visit(2, time=15, state="booked")
        self.visit(3, time=9.5, state="booked")
        self.cron_on(1)
        self.assertEqual([("15:00" in text, "9:30" in text) for text in self.texts()], [(True, False), (False, True)])

    def test_days_before_by_service_and_company(self):
        self.lamp.visit_remind_days = 6
        self.env.company.conveyor_visit_remind_days = 1
        self.visit(7, time=15, state="booked", product_id=self.lamp.id)
        other = self.customer("Bob", phone="+359888000001")
        self.visit(7, partner=other, time=15, state="booked")
        self.cron_on(1)
        self.assertTrue(self.enrolments(self.reminder))
        self.assertFalse(self.enrolments(self.reminder, other))

    def test_moving_the_date_moves_the_reminder(self):
        visit = self.visit(2, time=15, state="booked")
        self.cron_on(0)
        first = self.enrolments(self.reminder)
        visit.date = TODAY + timedelta(days=20)
        self.assertEqual((first.state, first.stop_reason), ("stopped", "moved"))
        self.cron_on(2, 12)
        self.assertEqual(len(self.texts()), 1, "nothing on the old day")
        self.cron_on(18)
        self.assertEqual(len(self.texts()), 2)
        self.assertIn("07/05/2026", self.texts()[1])

    def test_a_visit_booked_an_hour_before_is_confirmed_once(self):
        self.visit(0, time=11, state="booked")
        self.cron_on(0)
        self.assertEqual(len(self.texts()), 1)
        self.assertEqual(self.enrolments(self.reminder).state, "done")

    def test_a_refusal_of_offers_is_no_refusal_of_the_visit(self):
        self.visit(2, time=15, state="booked")
        self.cron_on(0)
        self.env["conveyor.touch"]._record([{
            "event_key": "no", "partner_id": self.ada.id, "channel": "call", "direction": "in", "outcome": "refused", "date": self.now}])
        self.cron_on(2, 12)
        self.assertEqual(len(self.texts()), 2)

    def test_a_switched_off_cadence_asks_nobody_and_forgets_nobody(self):
        self.reminder.is_on = False
        visit = self.visit(2, time=15, state="booked")
        self.cron_on(0)
        self.assertFalse(visit.asked_for)
        self.reminder.is_on = True
        self.cron_on(1)
        self.assertEqual(len(self.texts()), 1)

    def test_no_other_cadence_waits_for_it(self):
        account = self.enrol(self.cadence(("call", 0), target="customer", purpose="account"), self.ada)
        self.run_at()
        self.visit(2, time=15, state="booked")
        self.cron_on(0)
        self.assertEqual((account.state, len(self.activity(self.ada))), ("running", 1))

    def test_one_that_fails_holds_up_nobody(self):
        bob = self.customer("Bob")
        self.visit(3)
        broken = self.visit(3, partner=bob)
        door = type(self.env["conveyor.enrolment"])._enrol

        def fails(model, cadence, records, **values):
            if bob in records:
                raise ValueError("no")
            return door(model, cadence, records, **values)
        with patch.object(type(self.env["conveyor.enrolment"]), "_enrol", fails), mute_logger("odoo.addons.sales_conveyor.models.conveyor_visit_ask"):
            self.cron_on(0)
        self.assertEqual(self.summaries(), ["Agree on the time of the visit"])
        self.assertFalse(broken.enrolment_ids)


@tagged("post_install", "-at_install")
class TestOneReminder(VisitCase):
    """A follow-up rule for visits and the visit's own reminder: one of them speaks of a visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["conveyor.followup.rule"].search([])._switch(False)
        cls.week_before = cls.cadence(
            {"channel": "call", "delay": 0, "is_service": True}, name="A week before", purpose="followup", target="customer",
            reentry="each_cycle")
        cls.rule = cls.env["conveyor.followup.rule"].create({"name": "Week", "kind": "visit", "delay": 7, "cadence_id": cls.week_before.id})
        cls.reminder.is_on = False
        cls.rule._switch(True)

    def followups_on(self, day):
        self.now = self.day(day)
        self.env["conveyor.followup.mark"]._note(self.ada.ids)  # as a commit does
        self.env["conveyor.followup"]._cron_run(now=self.now, today=self.now.date())

    def rows(self):
        return [(one.state, one.why or None) for one in self.env["conveyor.followup"].search([("partner_id", "=", self.ada.id)])]

    def test_what_the_follow_up_has_said_the_reminder_does_not_say_again(self):
        self.visit(10, state="booked")
        self.followups_on(3)
        self.assertEqual(self.rows(), [("asked", None)])
        self.reminder.is_on = True
        self.cron_on(9)
        self.assertFalse(self.enrolments(self.reminder))

    def test_a_follow_up_that_was_taken_back_leaves_it_to_the_reminder(self):
        self.visit(10, state="booked")
        self.followups_on(3)
        self.enrolments(self.week_before)._stop("manual", "By hand")
        self.followups_on(4)
        self.assertEqual(self.rows(), [("dropped", "stopped")])
        self.reminder.is_on = True
        self.cron_on(9)
        self.assertEqual(len(self.enrolments(self.reminder)), 1)

    def test_a_reminder_that_is_switched_on_takes_over_what_is_planned(self):
        self.visit(10, state="booked")
        self.followups_on(0)
        self.assertEqual(self.rows(), [("planned", None)])
        self.reminder.is_on = True
        self.followups_on(3)
        self.assertEqual(self.rows(), [("dropped", "reminded")])
        self.cron_on(9)
        self.assertEqual(len(self.enrolments(self.reminder)), 1)

    def test_what_the_reminder_has_said_stays_said_when_it_is_switched_off(self):
        self.reminder.is_on = True
        self.visit(2, state="booked")
        self.cron_on(1)
        self.assertEqual(len(self.enrolments(self.reminder)), 1)
        self.reminder.is_on = False
        self.rule.delay = 1
        self.followups_on(1)
        self.assertEqual(self.rows(), [])

    def test_a_visit_on_another_date_takes_the_follow_up_back(self):
        visit = self.visit(10, state="booked")
        self.followups_on(3)
        visit.date = TODAY + timedelta(days=30)
        self.assertEqual(self.enrolments(self.week_before).state, "stopped")
        self.followups_on(23)
        self.assertEqual(self.rows(), [("dropped", "stopped"), ("asked", None)])

    def test_the_rule_says_why_it_is_not_switched_on(self):
        self.rule._switch(False)
        self.reminder.is_on = True
        with self.assertRaisesRegex(UserError, "Visit: reminder is switched on"):
            self.rule.action_switch_on()


@tagged("post_install", "-at_install")
class TestLife(VisitCase):

    def test_planned_is_not_booked(self):
        visit = self.visit(9)
        self.cron_on(1)
        self.assertFalse(self.summaries())
        self.cron_on(2)
        self.assertEqual((self.summaries(), self.ada.activity_ids.user_id), (["Agree on the time of the visit"], self.seller))
        visit.time = 15
        visit.action_book()
        self.assertFalse(self.summaries(), "it is agreed")
        self.assertEqual(visit.enrolment_ids.state, "stopped")

    def test_a_missed_visit_is_late_at_once(self):
        visit = self.visit(1, time=15, state="booked")
        self.cron_on(1, 17)
        self.assertEqual(visit.state, "booked", "its day is not over")
        self.cron_on(2)
        self.assertEqual((visit.state, self.summaries()), ("missed", ["All well? New time?"]))
        self.assertEqual(self.env["conveyor.rhythm"]._own_dates([self.ada.id]), {self.ada.id: visit.date})
        visit.write({"date": TODAY + timedelta(days=20)})
        self.assertEqual((visit.state, self.summaries()), ("planned", []))

    def test_missed_by_hand(self):
        visit = self.visit(0, time=9, state="booked")
        visit.with_user(self.seller).action_missed()
        self.run_at()
        self.assertEqual((visit.state, self.summaries()), ("missed", ["All well? New time?"]))

    def test_of_a_past_that_is_imported_nobody_is_asked(self):
        visit = self.visit(-90)
        self.cron_on(0)
        self.assertEqual((visit.state, self.summaries()), ("missed", []))

    def test_the_specialist_asks_whom_nobody_manages(self):
        bob = self.customer("Bob")
        self.visit(1, partner=bob, user_id=self.colleague.id)
        self.cron_on(0)
        self.assertEqual(bob.activity_ids.user_id, self.colleague)

    def test_an_order_with_the_service_closes_the_visit(self):
        first, second, third = (self.visit(day, product_id=self.lamp.id) for day in (-14, -1, 30))
        other = self.visit(-1)
        order = self.order(self.ada, self.now, confirm=False)
        order.date_order = self.now
        order.action_confirm()
        self.cron_on(0)
        self.assertEqual([visit.state for visit in (first, second, third, other)], ["missed", "done", "planned", "missed"])
        self.assertEqual(second.done_date, TODAY)

    def test_an_order_before_the_visit_does_not(self):
        self.order(self.ada, self.day(-3))
        visit = self.visit(0, product_id=self.lamp.id)
        self.cron_on(0)
        self.assertEqual(visit.state, "planned")

    def test_a_contact_of_the_company_buys(self):
        company = self.customer("Clinic Ltd", is_company=True)
        person = self.customer("Eve", parent_id=company.id)
        visit = self.visit(0, partner=person, product_id=self.lamp.id)
        order = self.order(company, self.now, confirm=False)
        order.action_confirm()
        order.date_order = self.now
        self.cron_on(0)
        self.assertEqual(visit.state, "done")

    def test_by_hand(self):
        visit = self.visit(0)
        visit.action_done()
        self.assertEqual((visit.state, visit.done_date), ("done", TODAY))
        visit.action_plan()
        visit.action_cancel()
        self.assertEqual(visit.state, "cancelled")

    def test_a_customer_with_a_visit_ahead_is_expected_then(self):
        later, sooner = self.visit(40), self.visit(12)
        own = self.env["conveyor.rhythm"]._own_dates
        self.assertEqual(own([self.ada.id]), {self.ada.id: sooner.date})
        sooner.action_done()
        self.assertEqual(own(), {self.ada.id: later.date})
        later.action_cancel()
        self.assertEqual(own([self.ada.id]), {})

    def test_bad_values(self):
        for values in ({"time": 24}, {"time": -1}, {"duration": 0}, {"duration": 30}):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.visit(1, **values)
        past = self.visit(-1)
        with self.assertRaisesRegex(UserError, "is over"):
            past.action_book()


@tagged("post_install", "-at_install")
class TestMeeting(VisitCase):

    def test_a_booked_visit_stands_in_the_calendar(self):
        visit = self.visit(3, time=15.5, duration=2, user_id=self.colleague.id)
        mails = self.env["mail.mail"].search_count([])
        visit.with_user(self.seller).action_book()
        event = visit.event_id
        self.assertEqual((event.start, event.stop, event.user_id), (self.day(3, 15) + timedelta(minutes=30), self.day(3, 17) + timedelta(minutes=30), self.colleague))
        self.assertIn(self.ada, event.partner_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails, "nobody is written to")

    def test_they_move_together(self):
        visit = self.visit(3, time=15, state="booked")
        event = visit.event_id
        visit.write({"date": TODAY + timedelta(days=4), "time": 10})
        self.assertEqual(event.start, self.day(4, 10))
        event.write({"start": self.day(5, 12), "stop": self.day(5, 13)})
        self.assertEqual((visit.date, visit.time, visit.duration), (TODAY + timedelta(days=5), 12, 1))

    def test_they_go_together(self):
        visit = self.visit(3, time=15, state="booked")
        event = visit.event_id
        visit.action_cancel()
        self.assertFalse(event.exists())
        visit.write({"state": "booked"})
        visit.event_id.unlink()
        self.assertEqual(visit.state, "planned")

    def test_without_a_time_there_is_no_meeting(self):
        visit = self.visit(3, state="booked")
        self.assertFalse(visit.event_id)
        visit.time = 9
        self.assertEqual(visit.event_id.start, self.day(3, 9))


@tagged("post_install", "-at_install")
class TestPlan(VisitCase):

    def test_every_six_weeks_five_times(self):
        wizard = self.env["conveyor.visit.plan"].with_user(self.seller).create({
            "partner_id": self.ada.id, "product_id": self.lamp.id, "date": TODAY, "count": 5, "gap_days": 42})
        self.assertEqual(len(wizard.preview.splitlines()), 5)
        wizard.action_plan()
        self.assertEqual(self.ada.visit_ids.mapped("date"), [TODAY + timedelta(days=42 * number) for number in range(5)])
        self.assertEqual(set(self.ada.visit_ids.mapped("state")), {"planned"})

    def test_stages_of_a_template(self):
        template = self.env["conveyor.visit.template"].create({"name": "Implant", "line_ids": [
            Command.create({"name": "Examination"}),
            Command.create({"name": "Implant", "delay_days": 14, "product_id": self.lamp.id, "duration": 2}),
            Command.create({"name": "Check", "delay_days": 90, "count": 2})]})
        self.assertEqual((template.visit_count, template.total_days), (4, 194))
        form = Form(self.env["conveyor.visit.plan"].with_context(active_model="res.partner", active_id=self.ada.id))
        form.template_id, form.date = template, TODAY
        form.save().action_plan()
        self.assertEqual([(visit.stage, (visit.date - TODAY).days, visit.duration) for visit in self.ada.visit_ids],
                         [("Examination", 0, 1), ("Implant", 14, 2), ("Check", 104, 1), ("Check", 194, 1)])

    def test_from_an_order_line(self):
        self.lamp.write({"visit_count": 3, "visit_gap_days": 7})
        order = self.order(self.ada, self.now, confirm=False)
        order.date_order = self.now
        order.action_confirm()
        day = order.date_order.date()
        self.assertEqual(self.ada.visit_ids.mapped("date"), [day, day + timedelta(days=7), day + timedelta(days=14)])
        self.assertEqual(self.ada.visit_ids.order_line_id, order.order_line)
        order._action_cancel()
        self.assertEqual(set(self.ada.visit_ids.mapped("state")), {"cancelled"})
        order.action_draft()
        order.action_confirm()
        self.assertEqual((len(self.ada.visit_ids), set(self.ada.visit_ids.mapped("state"))), (3, {"planned"}))

    def test_impossible_plans(self):
        for values in ({"count": 0}, {"count": 5, "gap_days": 0}, {"count": 5000}):
            with self.subTest(values), self.assertRaises(UserError):
                self.env["conveyor.visit.plan"].create({"partner_id": self.ada.id, **values}).action_plan()
        with self.assertRaises(ValidationError):
            self.env["conveyor.visit.template"].create({"name": "X", "line_ids": [Command.create({"count": 0})]})


@tagged("post_install", "-at_install")
class TestImport(VisitCase):

    COLUMNS = ["external_id", "partner_id/.id", "date", "stage", "state"]

    def load(self, *rows, columns=None):
        return self.env["conveyor.visit"].with_user(self.seller).with_context(import_file=True).load(
            columns or self.COLUMNS, [[name, str(self.ada.id), *rest] for name, *rest in rows])

    def test_the_second_file_brings_the_first_up_to_date(self):
        first = self.load(("d-1", "2026-07-01", "Examination", "Planned"), ("d-2", "2026-07-15", "Crown", "Planned"))
        self.assertFalse(first["messages"])
        second = self.load(("d-2", "2026-07-20", "Crown", "Booked"), ("d-3", "2026-08-01", "Check", "Planned"))
        self.assertFalse(second["messages"])
        self.assertEqual([(visit.external_id, visit.date.isoformat(), visit.state) for visit in self.ada.visit_ids], [
            ("d-1", "2026-07-01", "planned"), ("d-2", "2026-07-20", "booked"), ("d-3", "2026-08-01", "planned")])

    def test_odoos_own_external_ids_work_too(self):
        columns = ["id", *self.COLUMNS[1:]]
        for day in ("2026-07-01", "2026-07-02"):
            self.assertFalse(self.load(("plan.ada_1", day, "Examination", "Planned"), columns=columns)["messages"])
        self.assertEqual(self.ada.visit_ids.mapped("date"), [TODAY.replace(month=7, day=2)])

    def test_without_an_external_id_rows_are_new(self):
        for _time in range(2):
            self.load(("", "2026-07-01", "Examination", "Planned"))
        self.assertEqual((len(self.ada.visit_ids), self.ada.visit_ids.mapped("external_id")), (2, [False, False]))

    def test_companies_have_names_of_their_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.load(("d-1", "2026-07-01", "Examination", "Planned"))
        self.env["conveyor.visit"].with_company(other).load(
            self.COLUMNS, [["d-1", str(self.customer("Bob").id), "2026-09-01", "Else", "Planned"]])
        self.assertEqual(self.ada.visit_ids.mapped("stage"), ["Examination"])


@tagged("post_install", "-at_install")
class TestRights(VisitCase):

    def test_whoever_may_see_the_customer_sees_his_visits(self):
        visit = self.visit(5)
        self.assertEqual(self.env["conveyor.visit"].with_user(self.seller).search([("id", "=", visit.id)]), visit)
        self.env["ir.rule"].create({
            "name": "own customers", "model_id": self.env["ir.model"]._get_id("res.partner"),
            "domain_force": "['|', ('user_id', '=', user.id), ('user_ids', '!=', False)]",
            "groups": [Command.set(self.env.ref("sales_team.group_sale_salesman").ids)]})
        mine = self.env["conveyor.visit"].with_user(self.colleague)
        self.assertFalse(mine.search([("id", "=", visit.id)]))
        with self.assertRaises(AccessError):
            visit.with_user(self.colleague).read(["date"])
        with self.assertRaises(AccessError):
            visit.with_user(self.colleague).write({"time": 9})
        with self.assertRaises(AccessError):
            mine.create({"partner_id": self.ada.id, "date": TODAY})

    def test_others_see_nothing(self):
        visit = self.visit(5)
        clerk = new_test_user(self.env, "conveyor_clerk", "base.group_user")
        with self.assertRaises(AccessError):
            visit.with_user(clerk).read(["date"])
        self.assertFalse(self.ada.with_user(clerk).read(["name"])[0].get("visit_ids"))

    def test_two_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        visit = self.env["conveyor.visit"].with_company(other).create({"partner_id": self.ada.id, "date": TODAY})
        self.assertEqual(visit.company_id, other)
        self.assertFalse(self.env["conveyor.visit"].with_user(self.seller).search([("id", "=", visit.id)]))
        theirs = self.customer("Theirs", company_id=other.id)
        with self.assertRaises(ValidationError):
            self.visit(5, partner=theirs, company_id=self.env.company.id)

    def test_salespeople_do_not_change_templates(self):
        with self.assertRaises(AccessError):
            self.env["conveyor.visit.template"].with_user(self.seller).create({"name": "X"})

    def test_a_merge_keeps_visits(self):
        double = self.customer("Ada B.")
        visit = self.visit(5, partner=double)
        self.env["base.partner.merge.automatic.wizard"]._merge((self.ada + double).ids, self.ada)
        self.assertEqual(visit.partner_id, self.ada)
        self.assertEqual(self.env["conveyor.rhythm"]._own_dates(), {self.ada.id: visit.date})
