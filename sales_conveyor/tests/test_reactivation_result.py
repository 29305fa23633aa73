"""What came of it: woken customers against those held out, reasons of absence, the dry run, the rules that are shipped."""

from datetime import timedelta
from io import BytesIO

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .reactivation_common import NIGHT
from .test_reactivation_rule import RuleCase


@tagged("post_install", "-at_install")
class TestWoken(RuleCase):

    def woken(self, rule, acted=(0, 0), held=(0, 0)):
        """Rows of the rule: (customers, of whom so many bought for 10 each) on either side."""
        today = fields.Date.today()
        for is_held, (clients, bought) in ((False, acted), (True, held)):
            for place, partner in enumerate(self.customers(clients)):
                self.env["conveyor.reactivation"].create({
                    "rule_id": rule.id, "kind": "rhythm", "model": "res.partner", "res_id": partner.id, "partner_id": partner.id,
                    "company_id": self.env.company.id, "date": today, "to_status": "late", "state": "done", "is_held_out": is_held,
                    "done_date": fields.Datetime.now() - timedelta(days=100),
                    "woken_date": today if place < bought else False, "woken_amount": 10 if place < bought else 0})
        return rule.result

    def test_bought_within_the_window_counts(self):
        soon, late, never = self.customers(3)
        rule = self.rule(window_days=30)
        self.signals(soon | late | never)
        self.dispatch()
        self.order(soon, NIGHT + timedelta(days=10))
        self.order(soon, NIGHT + timedelta(days=20))
        self.order(late, NIGHT + timedelta(days=31))
        self.env["conveyor.reactivation"]._cron_results((NIGHT + timedelta(days=31)).date())
        rows = {row.partner_id: (row.woken_date, row.woken_amount) for row in self.rows()}
        self.assertEqual(rows, {soon: ((NIGHT + timedelta(days=10)).date(), 200), late: (False, 0), never: (False, 0)})
        self.assertEqual((rule.woken_count, rule.woken_amount), (1, 200))

    def test_a_cancelled_order_wakes_nobody(self):
        guest, = self.customers(1)
        self.rule()
        self.signals(guest)
        self.dispatch()
        order = self.order(guest, NIGHT + timedelta(days=1))
        self.env["conveyor.reactivation"]._cron_results(NIGHT.date())
        self.assertTrue(self.rows().woken_date)
        order._action_cancel()
        self.env["conveyor.reactivation"]._cron_results(NIGHT.date())
        self.assertEqual((self.rows().woken_date, self.rows().woken_amount), (False, 0))

    def test_without_a_hold_out_nobody_knows(self):
        self.assertIn("Nobody was held out", self.woken(self.rule(), acted=(10, 3)))

    def test_few_say_nothing(self):
        self.assertIn("Below 200 on each side", self.woken(self.rule(), acted=(300, 90), held=(30, 3)))

    def test_the_difference_with_its_interval(self):
        # Newcombe 1998, method 10, of 90/300 and 20/200: 0.20, 0.128 to 0.265
        self.assertIn("difference of 20 of a hundred, between 13 and 26", self.woken(self.rule(), acted=(300, 90), held=(200, 20)))

    def test_who_bought_early_does_not_count_before_the_others_have_had_their_time(self):
        rule = self.rule(window_days=60)
        self.woken(rule, acted=(10, 3))
        rows = self.env["conveyor.reactivation"].search([("rule_id", "=", rule.id)])
        self.assertIn("3 of 10 customers", rule.result)
        rows.done_date = fields.Datetime.now() - timedelta(days=5)
        rule.invalidate_recordset()
        self.assertEqual((rule.result, rule.woken_count, rule.woken_amount), (False, 3, 30))

    def test_the_report_adds_up(self):
        rule = self.rule()
        self.woken(rule, acted=(6, 2), held=(4, 1))
        rows = self.env["conveyor.reactivation.report"]._read_group(
            [("rule_id", "=", rule.id)], ["side"], ["acted:sum", "held:sum", "woken:sum", "woken_amount:sum", "woken_share:avg"])
        self.assertEqual(rows, [("acted", 6, 0, 2, 20.0, 2 / 6), ("held", 0, 4, 1, 10.0, 1 / 4)])

    def test_the_sheets_say_what_the_screen_says(self):
        rule = self.rule(name="Ask again")
        words = self.woken(rule, acted=(6, 2), held=(4, 1))
        rows = self.env["conveyor.reactivation"].search([("rule_id", "=", rule.id)], order="id")
        rows[:2].absence_reason_id = self.env["conveyor.absence.reason"].create({"name": "Moved to the moon"})
        stream = BytesIO()
        self.env["conveyor.workbook"].with_user(self.manager).create({"company_ids": self.env.company.ids})._write_file(stream)
        book = openpyxl.load_workbook(stream)
        lines = [line for line in book["Woken by Rule"].iter_rows(values_only=True) if line[0] == "Ask again"]
        screen = self.env["conveyor.reactivation.report"].with_user(self.manager)._read_group(
            [("rule_id", "=", rule.id)], ["side"], ["__count", "amount:sum", "woken:sum", "woken_amount:sum", "decided:sum", "woken_share:avg"])
        labels = {"acted": "Acted on", "held": "Held out"}
        self.assertEqual([line[1:8] for line in lines], [(labels[side], *figures) for side, *figures in screen])
        self.assertEqual(screen[0][1:], (6, 0, 2, 20, 6, 2 / 6))
        notes = " ".join(str(cell) for line in book["Woken by Rule"].iter_rows(values_only=True) for cell in line if cell)
        self.assertIn(f"Ask again: {words}", notes)
        moon = [line for line in book["Reasons of Absence"].iter_rows(values_only=True) if line[0] == "Moved to the moon"]
        self.assertEqual([line[1:7] for line in moon], [(2, 0, 2, 20, 2, 1)])

    def test_the_sheets_are_of_the_reader_and_of_the_period(self):
        rule = self.rule(name="Ask again")
        self.woken(rule, acted=(6, 2))
        self.env["conveyor.reactivation"].search([("rule_id", "=", rule.id)])[:2].partner_id.user_id = self.colleague
        self.env.flush_all()

        def customers(user, **filters):
            parsed = self.env["conveyor.funnel"].with_user(user)._parse(filters)
            table = self.env["conveyor.reactivation.tables"].with_user(user)._sheets(parsed)["reactivation_rule"]
            return sum(row.cells["customers"] for row in table.rows if row.cells["name"] == "Ask again")
        today = fields.Date.today()
        self.assertEqual([customers(user) for user in (self.manager, self.seller, self.colleague)], [6, 4, 2])
        self.assertEqual(customers(self.manager, date_from=str(today - timedelta(99))), 0)
        self.assertEqual(customers(self.manager, date_from=str(today - timedelta(100))), 6)

    def test_the_share_leaves_out_who_may_still_come(self):
        rule = self.rule(window_days=60)
        self.woken(rule, acted=(6, 2))
        rows = self.env["conveyor.reactivation"].search([("rule_id", "=", rule.id)], order="id")
        rows[1:4].done_date = fields.Datetime.now() - timedelta(days=60)
        report = self.env["conveyor.reactivation.report"]._read_group(
            [("rule_id", "=", rule.id)], ["window"], ["acted:sum", "woken:sum", "decided:sum", "woken_share:avg"])
        self.assertEqual(report, [("open", 3, 1, 0, False), ("over", 3, 1, 3, 1 / 3)])


@tagged("post_install", "-at_install")
class TestAbsence(RuleCase):

    def reason(self, name):
        return self.env.ref(f"sales_conveyor.absence_reason_{name}")

    def test_it_is_noted_on_what_was_done(self):
        guest, = self.customers(1)
        self.rule()
        self.signals(guest)
        self.dispatch()
        guest.with_user(self.seller).conveyor_absence_reason_id = self.reason("price")
        row = self.rows()
        self.assertEqual((row.absence_reason_id, row.absence_user_id), (self.reason("price"), self.seller))
        guest.with_user(self.seller).conveyor_absence_reason_id = False
        self.assertFalse(row.absence_reason_id)

    def test_without_a_rule_it_is_noted_all_the_same(self):
        guest, = self.customers(1)
        guest.with_user(self.seller).conveyor_absence_reason_id = self.reason("forgot")
        self.assertEqual((self.rows().kind, self.rows().absence_reason_id, self.rows().state), ("by_hand", self.reason("forgot"), "done"))
        guest.invalidate_recordset()
        self.assertEqual(guest.conveyor_absence_reason_id, self.reason("forgot"))

    def test_the_displeased_go_to_a_manager_at_once_and_marketing_stops(self):
        guest, = self.customers(1)
        cadence = self.cadence()
        self.rule(deed="cadence", cadence_id=cadence.id)
        self.signals(guest)
        self.dispatch()
        guest.with_user(self.seller).conveyor_absence_reason_id = self.reason("displeased")
        activity = guest.activity_ids.filtered(lambda activity: "Displeased" in (activity.summary or ""))
        self.assertEqual((activity.user_id, activity.date_deadline), (self.manager, fields.Date.today()))
        self.assertTrue(guest.conveyor_complaint)
        self.assertEqual(self.inside(cadence).state, "stopped")

    def test_whoever_has_moved_is_left_alone(self):
        guest, = self.customers(1)
        self.rule(daily_limit=1)
        others = self.customers(1)
        self.signals(guest | others, amounts=[1, 2])
        self.dispatch()
        guest.with_user(self.seller).conveyor_absence_reason_id = self.reason("moved")
        self.assertEqual(self.states(guest)[0][0], "dropped")
        self.assertFalse(guest.conveyor_complaint)

    def test_with_the_touch(self):
        guest, = self.customers(1)
        self.order(guest, self.day(-900))
        self.env["conveyor.rhythm"]._recompute(guest)
        self.assertTrue(guest.conveyor_is_absent)
        form = Form(self.env["conveyor.log.touch"].with_user(self.seller).with_context(default_partner_id=guest.id))
        form.absence_reason_id = self.reason("competitor")
        form.save().action_log()
        self.assertEqual(guest.conveyor_absence_reason_id, self.reason("competitor"))

    def test_in_the_small_sheet_after_a_call(self):
        guest, other = self.customers(2)
        self.order(guest, self.day(-900))
        self.env["conveyor.rhythm"]._recompute(guest)
        lead = self.lead(partner_id=guest.id).with_user(self.seller)
        sheet = lead.get_touch_sheet("call", "reached")
        self.assertEqual([reason["id"] for reason in sheet["absences"]], self.env["conveyor.absence.reason"].search([]).ids)
        self.assertFalse(sheet["absence_reason_id"])
        for client, outcome in ((lead, "no_answer"), (other.with_user(self.seller), "reached")):
            self.assertEqual(client.get_touch_sheet("call", outcome)["absences"], [])
        lead.action_log_touch("call", outcome="reached", absence_reason_id=self.reason("price").id)
        guest.invalidate_recordset()
        self.assertEqual((guest.conveyor_absence_reason_id, self.rows().absence_user_id), (self.reason("price"), self.seller))
        self.assertEqual(lead.get_touch_sheet("call", "later")["absence_reason_id"], self.reason("price").id)
        lead.action_note_absence(False)
        guest.invalidate_recordset()
        self.assertFalse(guest.conveyor_absence_reason_id, "taken back with the touch")
        with self.assertRaises(AccessError):
            lead.with_user(self.colleague).action_note_absence(self.reason("price").id)


@tagged("post_install", "-at_install")
class TestSwitching(RuleCase):

    def silent(self, count):
        """Customers who bought once, long ago: lost by now."""
        guests = self.customers(count)
        for guest in guests:
            self.order(guest, fields.Datetime.now() - timedelta(days=1000))
        self.env["conveyor.rhythm"]._recompute(guests)
        return guests

    def change(self, partner, days, **values):
        return self.env["conveyor.rhythm.change"].create({
            "partner_id": partner.id, "company_id": self.env.company.id, "date": fields.Date.today() - timedelta(days=days),
            "from_status": "steady", "to_status": "late", "amount": 100, **values})

    def wizard(self, rule, **values):
        return self.env["conveyor.reactivation.switch"].with_user(self.manager).create({"rule_id": rule.id, **values})

    def test_it_says_whom_it_would_have_acted_on(self):
        today, month, quarter, past, poor = self.customers(5)
        for partner, days, values in ((today, 0, {}), (month, 20, {}), (quarter, 80, {"amount": 300}), (past, 91, {}), (poor, 1, {"amount": 1})):
            self.change(partner, days, **values)
        rule = self.rule(is_on=False, min_amount=50, filter_domain=f"[('id', 'in', {(today | month | quarter | past | poor).ids})]")
        wizard = self.env["conveyor.reactivation.switch"].browse(rule.with_user(self.manager).action_switch_on()["res_id"])
        self.assertEqual([line.split(",")[0] for line in wizard.summary.split("\n")],
                         ["Today – customers: 1", "In the last 30 days – customers: 2", "In the last 90 days – customers: 3"])
        self.assertIn("500.00", wizard.summary.split("\n")[2])
        self.assertEqual(wizard.line_ids.partner_id, today | month | quarter)

    def test_switching_on_is_never_retroactive_by_itself(self):
        guests = self.silent(3)
        rule = self.rule(is_on=False, to_status="lost", filter_domain=f"[('id', 'in', {guests.ids})]")
        wizard = self.wizard(rule)
        self.assertEqual(wizard.standing_count, 3)
        wizard.action_apply()
        self.dispatch(fields.Datetime.now())
        self.assertTrue(rule.is_on)
        self.assertFalse(guests.activity_ids)

    def test_unless_somebody_asks_for_it(self):
        guests = self.silent(3)
        rule = self.rule(is_on=False, to_status="lost", filter_domain=f"[('id', 'in', {guests.ids})]")
        self.wizard(rule, existing="act", first_count=2).action_apply()
        self.dispatch(fields.Datetime.now() + timedelta(minutes=1))
        self.assertEqual(len(guests.activity_ids), 2)

    def test_a_cadence_that_is_off_stands_in_its_way(self):
        rule = self.rule(is_on=False, deed="cadence", cadence_id=self.cadence(is_on=False).id)
        wizard = self.wizard(rule)
        self.assertIn("switched off", wizard.problem)
        with self.assertRaisesRegex(UserError, "switched off"):
            wizard.action_apply()

    def test_the_shipped_rules_are_off_and_ready(self):
        rules = self.env["conveyor.reactivation.rule"].browse(
            self.env.ref(f"sales_conveyor.reactivation_rule_{name}").id for name in ("late", "sleeping", "lost", "back"))
        self.assertEqual(rules.mapped("is_on"), [False] * 4)
        self.assertEqual(rules.automation_id.mapped("conveyor_to_status"), ["late", "sleeping", "lost", "back"])
        self.assertTrue(all(rules.automation_id.mapped("active")))
        self.assertEqual([rule.automation_id.action_server_ids.mapped("state") for rule in rules], [
            ["next_activity"], ["conveyor_offer", "conveyor_enrol"], ["conveyor_enrol"], ["conveyor_stop", "next_activity"]])
        for cadence in rules.cadence_id:
            self.assertIn("?", " ".join((cadence.step_ids[0].name, cadence.step_ids[0].script)), "the first word is a question")

    def test_the_share_held_out_is_checked(self):
        with self.assertRaisesRegex(ValidationError, "between 0 and 50"):
            self.env.company.conveyor_holdout_share = 80
