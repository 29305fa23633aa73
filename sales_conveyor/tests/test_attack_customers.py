"""What a malicious or clumsy colleague, or a program with RPC, would try with customers, processes and the dashboard."""

from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ConveyorCase
from .process_common import ProcessCase
from .visit_common import TODAY, VisitCase

PARTS = ("top", "belt", "lists", "burned", "around", "drivers", "outlook")


@tagged("post_install", "-at_install")
class TestAttackVisits(VisitCase):

    def setUp(self):
        super().setUp()
        self.meeting = self.env["calendar.event"].create({
            "name": "Board", "start": self.day(3, 9), "stop": self.day(3, 10), "user_id": self.manager.id, "privacy": "private"})
        self.visits = self.env["conveyor.visit"].with_user(self.seller)

    def test_nobodys_meeting_goes_with_a_visit(self):
        visit, values = self.visit(3).with_user(self.seller), {"partner_id": self.ada.id, "date": TODAY}
        for attempt in (
                lambda: visit.write({"event_id": self.meeting.id}),
                lambda: self.visits.create({**values, "event_id": self.meeting.id}),
                lambda: self.ada.with_user(self.seller).write({"visit_ids": [(1, visit.id, {"event_id": self.meeting.id})]}),
                lambda: visit.with_context(conveyor_visit_linked=True).write({"event_id": self.meeting.id})):
            with self.assertRaises(AccessError):
                attempt()
        made = self.visits.with_context(default_event_id=self.meeting.id).create(values)
        self.assertFalse(made.event_id)
        (made + visit).unlink()
        self.assertEqual(self.meeting.exists().start, self.day(3, 9))

    def test_a_visit_is_bound_to_no_lead_of_ones_choice(self):
        lead = self.leads(1, user_id=self.seller.id)
        with self.assertRaises(AccessError):
            self.visit(3).with_user(self.seller).lead_id = lead

    def test_a_context_tells_no_visit_of_somebody_else(self):
        theirs = self.visit(5, partner=self.customer("Bob"), time=17.25, state="booked")
        words = self.ada.with_user(self.seller).with_context(conveyor_visits=((self.ada.id, theirs.id),)).read(["next_visit_words"])
        self.assertFalse(words[0]["next_visit_words"])

    def test_a_visit_of_another_company_is_told_to_nobody_of_this_one(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.visit(5, time=17.25, state="booked", company_id=other.id)
        mine = self.visit(6, time=9.5, state="booked")
        ada = self.ada.with_user(self.seller)
        self.assertIn("9:30", ada.next_visit_words)
        self.assertEqual(ada.next_visit_id, mine.with_user(self.seller))
        self.assertFalse(ada.with_context(conveyor_visits=((self.ada.id, theirs.id),)).next_visit_words)
        self.assertIn("17:15", self.ada.sudo().next_visit_words, "whoever writes the reminder knows all of them")
        self.assertEqual(ada.next_visit_id, mine.with_user(self.seller), "and leaves nothing of it behind")
        self.seller.company_ids |= other
        both = ada.with_context(allowed_company_ids=(self.env.company | other).ids)
        self.assertIn("17:15", both.next_visit_words)

    def test_dialogs_are_ones_own(self):
        touch = self.env["conveyor.log.touch"].with_user(self.colleague).create({"partner_id": self.ada.id, "channel": "call", "note": "He is ill"})
        mine = self.env["conveyor.log.touch"].with_user(self.seller)
        self.assertFalse(mine.search([("id", "=", touch.id)]))
        with self.assertRaises(AccessError):
            mine.browse(touch.id).read(["note"])

    def test_hints_are_for_colleagues(self):
        self.order(self.ada, fields.Datetime.now() - timedelta(days=9))
        portal = new_test_user(self.env, "ada_portal", "base.group_portal", partner_id=self.ada.id)
        self.assertTrue(self.ada.with_user(self.seller).get_conveyor_hints())
        self.assertFalse(self.ada.with_user(portal).get_conveyor_hints())

    def test_whoever_sets_no_rules_has_nobody_judged_anew(self):
        rule = self.env["conveyor.rhythm.rule"].create({"name": "Everybody"})
        with self.assertRaises(AccessError):
            rule.with_user(self.seller).action_judge_again()

    def test_the_day_touches_clients_only(self):
        with self.assertRaises(UserError):
            self.env["conveyor.day"].with_user(self.seller).do_touch("res.users", self.seller.id, {"channel": "call", "outcome": "sent"})


@tagged("post_install", "-at_install")
class TestAttackReviews(ConveyorCase):

    def test_a_colleague_says_nothing_in_a_customers_name(self):
        ada, clerk = self.customer(), new_test_user(self.env, "conveyor_clerk", "base.group_user")
        order = self.order(ada, fields.Datetime.now())
        order._rating_get_access_token(partner=ada)
        rating = self.env["rating.rating"].search([("res_model", "=", "sale.order"), ("res_id", "=", order.id)])
        rating.with_user(clerk).write({"rating": 1, "consumed": True, "feedback": "Terrible"})
        self.assertFalse(ada.conveyor_complaint)
        self.assertFalse(ada.activity_ids)
        self.assertFalse(self.env["conveyor.touch"].search([("partner_id", "=", ada.id), ("outcome", "=", "rated")]))


@tagged("post_install", "-at_install")
class TestAttackProcess(ProcessCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new.name = '"><script>alert(1)</script>'
        cls.process.write({"origin_cost": 77441, "origin_who": "<img src=x onerror=alert(1)>"})
        for number in range(5):
            cls.story((0, "new"), (number + 1, "won"))
        cls.version = cls.document()
        cls.version.with_user(cls.manager).action_make_current()

    def test_the_cost_of_a_lead_is_not_read_from_the_texts(self):
        version = self.version.with_user(self.seller)
        self.assertNotIn("77441", str(version.read()))
        with self.assertRaises(AccessError):
            version.read(["texts"])
        self.assertTrue(version.get_tables(["steps"]))

    def test_names_are_never_markup(self):
        for text in (self.version.belt, self.version.text, self.version.changes or ""):
            self.assertNotIn("<script", text)
            self.assertNotIn("<img", text)

    def test_a_list_that_nobody_can_mean_is_refused_in_words(self):
        walk = '{"version": %s, "from": "2026-03-01", "to": "2026-03-31", "what": "%s", "keys": []}'
        for what in ("reached", "again", "arc", "lost_at", "skipped", "nothing"):
            with self.subTest(what), self.assertRaises(UserError):
                self.env["crm.lead"].with_user(self.seller).search([("process_walk", "=", walk % (self.version.id, what))])

    def test_a_process_never_takes_all_leads_since_its_source_is_gone(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.fair.unlink()
        self.process.team_id = self.team
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.team.unlink()
        self.assertEqual(self.process.source_ids, self.fair)


@tagged("post_install", "-at_install")
class TestAttackDashboard(ConveyorCase):

    def test_it_is_for_salespeople(self):
        for group in ("base.group_portal", "base.group_user"):
            env = self.env(user=new_test_user(self.env, group, group))
            for part in PARTS:
                with self.subTest(part), self.assertRaises(AccessError):
                    env["conveyor.dashboard"].get_part(part)
            for model in ("conveyor.funnel", "conveyor.discipline", "conveyor.rhythm.tables"):
                with self.subTest(model), self.assertRaises(AccessError):
                    env[model].get_tables()
            for record in (self.lead(), self.customer()):
                with self.subTest(record._name), self.assertRaises(AccessError):
                    env["conveyor.assignment"].assign(record._name, record.id)

    def test_what_nobody_can_mean_is_refused_in_words(self):
        dashboard = self.env["conveyor.dashboard"].with_user(self.manager)
        for name, filters in (("top", [1]), ("top", "x"), (["top"], {}), (None, {}), ("top", {"user_ids": "1; DROP TABLE crm_lead"})):
            with self.subTest(name=name, filters=filters), self.assertRaises(UserError):
                dashboard.get_part(name, filters)
        self.assertTrue(dashboard.get_part("top", {"date_from": "0002-01-01"}), "older than anything")
        for record_id in ("x", None, [1], 0):
            with self.subTest(record_id=record_id), self.assertRaises(UserError):
                self.env["conveyor.assignment"].with_user(self.manager).assign("crm.lead", record_id)

    def test_an_assignment_takes_back_nothing_but_itself(self):
        lead, assignments = self.lead(), self.env["conveyor.assignment"].with_user(self.manager)
        lead.activity_ids.unlink()
        first, second = (lead.activity_schedule(
            "mail.mail_activity_data_call", fields.Date.today() + timedelta(days=days), user_id=self.seller.id) for days in (-2, -1))
        made = assignments.assign("crm.lead", lead.id)
        assignments.browse(made["id"]).undo()
        self.assertEqual(lead.activity_ids, first + second, "the other one was not planned by it")

    def test_two_clicks_are_one_assignment(self):
        lead, assignments = self.lead(), self.env["conveyor.assignment"].with_user(self.manager)
        self.assertEqual(assignments.assign("crm.lead", lead.id), assignments.assign("crm.lead", lead.id))
        self.assertEqual(assignments._last_week()[0], 1)

    def test_a_salesperson_does_not_strike_out_what_his_manager_assigned(self):
        lead = self.lead()
        made = self.env["conveyor.assignment"].with_user(self.manager).assign("crm.lead", lead.id)
        mine = self.env["conveyor.assignment"].with_user(self.seller).browse(made["id"])
        self.assertTrue(mine.read(["date"]))
        with self.assertRaises(AccessError):
            mine.undo()
        self.assertTrue(mine.exists())


@tagged("post_install", "-at_install")
class TestAttackTouchContext(ConveyorCase):

    def test_no_context_makes_a_touch_that_there_is_none_of(self):
        lead = self.lead()
        for asked in ({"channel": "carrier pigeon"}, {"outcome": "enchanted"}, {"channel": "call", "outcome": "replied"}):
            activity = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id).with_user(self.seller)
            with self.subTest(asked), self.assertRaises(UserError):
                activity.with_context(conveyor_result=asked).action_feedback()
        with self.assertRaises(UserError):
            lead.with_user(self.seller).action_log_touch("call", "replied")
        self.assertFalse(self.env["conveyor.touch"].search([("lead_id", "=", lead.id)]))
