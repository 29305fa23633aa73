from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file

from ..demo import customer_story, story


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo company tells a story that adds up, and goes without a trace."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stages = cls.env["crm.stage"].search([])
        if not cls.env.ref("sales_conveyor.demo_team", raise_if_not_found=False):
            convert_file(cls.env, "sales_conveyor", "demo/conveyor_demo.xml", {}, mode="init", noupdate=True)
        cls.leads = cls.env["conveyor.demo"]._named("lead", "crm.lead")

    def test_the_story_is_told_the_same_way_every_time(self):
        self.assertEqual(story.deals(), story.deals())
        self.assertEqual(
            len(story.deals()), sum(story.STANDING.values()) + sum(story.LOST.values()) + len(story.FORGOTTEN))

    def test_leads_stand_where_the_story_says(self):
        count = {status: len(leads) for status, leads in self.leads.grouped("won_status").items()}
        self.assertEqual(count["won"], story.STANDING["won"])
        self.assertEqual(count["lost"], sum(story.LOST.values()))
        self.assertEqual(set(self.leads.user_id.mapped("login")), {"olga", "ivan", "maria"})
        self.assertEqual(set(self.leads.mapped("sale_kind")), {"first", "repeat"})
        lost = self.leads.filtered(lambda lead: lead.won_status == "lost")
        self.assertEqual(self.leads.filtered("lost_reason_id"), lost)

    def test_a_weekly_report_waits_to_be_let_go(self):
        delivery = self.env.ref("sales_conveyor.demo_report_delivery")
        self.assertEqual((delivery.set_id, delivery.user_ids.login, delivery.is_paused), (self.env.ref("sales_conveyor.demo_report_set"), "maria", True))
        workbook = delivery.set_id.with_user(delivery.user_ids)._workbook(fields.Date.today())
        self.assertTrue(self.env["conveyor.sheets"].with_user(delivery.user_ids)._tables(workbook._filters(), workbook._groups()))

    def test_one_door_is_silent_and_a_closed_one_is_not(self):
        counters = self.env["conveyor.demo"]._named("counter", "conveyor.counter")
        self.assertEqual(counters.filtered("is_silent").mapped("name"), ["Showroom, side door"])

    def test_every_path_begins_with_an_entry_and_is_in_order(self):
        for lead in self.leads:
            path = lead.transition_ids.sorted(lambda row: (row.date, row.id))
            self.assertEqual(path.mapped("kind").count("enter"), 1, lead.name)
            self.assertEqual(path[0].kind, "enter")
            self.assertEqual(path[-1].to_stage_id, lead.stage_id)
            for before, after in zip(path, path[1:]):
                self.assertEqual(after.from_stage_id, before.to_stage_id)

    def test_work_is_done_waived_and_owed(self):
        works = self.leads.work_ids
        self.assertEqual(set(works.mapped("state")), {"todo", "done", "waived"})
        self.assertTrue(works.filtered("is_debt"))
        self.assertTrue(all(work.waiver_reason for work in works if work.state == "waived"))

    def test_every_win_has_its_order(self):
        won = self.leads.filtered(lambda lead: lead.won_status == "won")
        self.assertEqual(set(won.order_ids.mapped("state")), {"sale"})
        self.assertEqual(won.order_ids.opportunity_id, won)

    # ------------------------------------------------------------ touches
    def login(self, name):
        return self.env.ref(f"sales_conveyor.demo_user_{name}")

    def test_the_day_of_a_salesperson_is_full(self):
        day = self.env["conveyor.day"].with_user(self.login("olga")).get_day()
        groups = [item["group"] for item in day["items"]]
        self.assertGreaterEqual(len(groups), 6)
        self.assertEqual(groups[0], "reply")
        self.assertLessEqual({"reply", "promise", "new", "nurture"}, set(groups))

    def test_touches_have_results_reasons_and_channels(self):
        touches = self.env["conveyor.touch"].search([("lead_id", "in", self.leads.ids)])
        self.assertLessEqual({"call", "email", "messenger", "sms", "meeting"}, set(touches.mapped("channel")))
        self.assertLessEqual({"reached", "no_answer", "sent", "held", "replied", "later"}, set(touches.mapped("outcome")))
        self.assertTrue(touches.reason_id)
        self.assertTrue(touches.filtered("is_automatic"))
        self.assertTrue(all(touch.date <= fields.Datetime.now() for touch in touches))

    def test_clients_stand_at_different_places_of_their_cadences(self):
        rows = self.env["conveyor.enrolment"].search([("lead_id", "in", self.leads.ids)])
        self.assertGreaterEqual(len(rows.filtered(lambda row: row.state == "running").step_id), 4)
        self.assertLessEqual({"replied", "meeting"}, set(rows.mapped("stop_reason")))
        self.assertTrue(rows.filtered(lambda row: row.state == "snoozed"))
        self.assertIn("failed", rows.run_ids.mapped("state"))
        self.assertTrue(self.env["conveyor.step.run"].search([("attachment_id", "!=", False), ("state", "=", "planned")]))

    def test_nothing_waits_to_be_sent(self):
        self.assertFalse(self.env["mail.mail"].search([("conveyor_run_id", "!=", False)]))

    def test_some_were_dropped_early_and_some_have_no_next_touch(self):
        dropped = self.env["conveyor.discipline.report"].search([
            ("user_id", "=", self.login("ivan").id), ("is_dropped_early", "=", 1)])
        self.assertGreaterEqual(len(dropped), 5)
        gaps = self.env["conveyor.next.gap"].search([("lead_id", "in", self.leads.ids), ("kind", "=", "open")])
        self.assertGreaterEqual(len(gaps), 2)
        self.assertLess(len(gaps), 10)

    def test_letters_have_stopped_and_their_owner_knows(self):
        letters = self.env["conveyor.practice"].search([("kind", "=", "channel"), ("channel", "=", "letter")])
        self.assertEqual(letters.mapped("status"), ["stopped"])
        self.assertEqual(letters.activity_ids.user_id, self.login("maria"))

    def test_a_reason_is_suggested_and_a_lead_put_off(self):
        self.assertTrue(self.env["conveyor.reason.suggestion"].search([("kind", "=", "price")]))
        self.assertTrue(self.leads.filtered("snooze_until"))

    def test_the_split_test_names_no_winner(self):
        split = self.env["conveyor.split"].create({"cadence_id": self.env.ref("sales_conveyor.demo_cadence_post").id})
        self.assertFalse(split.is_enough)

    # ------------------------------------------------------------ customers
    def regular(self, name):
        return self.env["res.partner"].search([("name", "=", name), ("rhythm_ids", "!=", False)], limit=1)

    def test_regular_customers_stand_where_the_story_says(self):
        for name, status in (
                ("Hotel Belvedere", "steady"), ("Green Fork Café", "late"), ("Guesthouse Pirin", "late"), ("Bakery Zora", "late"),
                ("Dr Ilieva's Practice", "sleeping"), ("Yoga Loft", "sleeping"), ("Nord Office", "lost"), ("Library Café", "new"),
                (customer_story.BACK, "steady")):
            self.assertEqual(self.regular(name).rhythm_ids.status, status, name)

    def test_what_happened_lately_was_told_and_answered(self):
        changes = self.env["conveyor.rhythm.change"].search([("is_history", "=", False)])
        self.assertLessEqual({"late", "sleeping"}, set(changes.mapped("to_status")))
        self.assertEqual(changes.filtered("is_back").partner_id.name, customer_story.BACK)
        done = self.env["conveyor.reactivation"].search([("state", "=", "done"), ("rule_id", "!=", False)])
        self.assertLessEqual({"late", "sleeping", "back"}, set(done.mapped("to_status")))
        self.assertTrue(done.filtered("absence_reason_id"))
        self.assertTrue(done.filtered("woken_amount"))

    def test_what_follows_a_purchase(self):
        self.assertIn("asked", self.env["conveyor.followup"].search([("kind", "=", "review")]).mapped("state"))
        displeased = self.regular("Salon Camelia")
        self.assertTrue(displeased.conveyor_complaint)
        self.assertEqual(displeased.activity_ids.user_id, self.login("maria"))
        self.assertTrue(self.regular("Hotel Belvedere").rhythm_ids.recommended_date)
        self.assertEqual(
            set(self.env["conveyor.demo"]._named("visit", "conveyor.visit").mapped("state")), {"done", "missed", "planned", "booked"})

    def test_processes_are_documented_and_a_newer_draft_differs(self):
        site, friend = self.env["conveyor.demo"]._named("process", "conveyor.process")
        versions = site.version_ids.sorted("number")
        self.assertEqual((versions.mapped("state"), friend.version_ids.mapped("state")), (["current", "draft"], ["current"]))
        self.assertTrue(all(version.leads_in for version in (*versions, *friend.version_ids)))
        self.assertNotEqual(versions[0].leads_in, versions[1].leads_in)
        self.assertTrue(versions[1].changes)
        self.assertTrue(all(step.script for step in site.step_ids))
        lines = [self.leads.browse(lead.id).get_process_line() for lead in self.leads if lead.conveyor_process_id == site]
        self.assertTrue(any(line and line["step"] and line["texts"] for line in lines))

    def test_it_goes_without_a_trace(self):
        customers = self.env["conveyor.demo"]._named("customer", "res.partner") | self.env["conveyor.demo"]._named("regular", "res.partner")
        self.env["conveyor.demo"]._remove()
        self.assertFalse(self.leads.exists())
        self.assertFalse(self.env["resource.calendar"].search([("name", "like", "Showroom")]))
        for model in ("conveyor.touch", "conveyor.enrolment", "conveyor.consent"):
            self.assertFalse(self.env[model].search([("partner_id", "in", customers.ids)]), model)
        self.assertFalse(self.env["mail.activity"].search([("user_id.login", "in", ("olga", "ivan", "maria"))]))
        cadence = self.env.ref("sales_conveyor.cadence_common_decision")
        self.assertFalse(cadence.is_on or cadence.team_ids)
        self.assertFalse(self.env.ref("sales_conveyor.reason_common_news").active)
        self.assertFalse(self.env["sale.order"].search([("team_id", "=", self.env.ref("sales_conveyor.demo_team").id)]))
        self.assertFalse(self.env["conveyor.trade.application"].search([("state", "=", "applied")]))
        self.assertFalse(self.env["conveyor.process"].with_context(active_test=False).search([("owner_id.login", "=", "maria")]))
        for model in ("conveyor.rhythm", "conveyor.followup", "conveyor.reactivation", "conveyor.interest", "conveyor.visit"):
            self.assertFalse(self.env[model].search([("partner_id", "in", customers.ids)]), model)


@tagged("post_install", "-at_install")
class TestNoDemo(TransactionCase):

    def test_removing_what_is_not_there_touches_nothing(self):
        if self.env.ref("sales_conveyor.demo_team", raise_if_not_found=False):
            self.skipTest("the demo company is here")
        cadence = self.env.ref("sales_conveyor.cadence_common_decision")
        cadence.is_on = True
        self.env["conveyor.demo"]._remove()
        self.assertTrue(cadence.is_on)
