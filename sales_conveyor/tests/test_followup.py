"""Follow-ups of purchases: planned, moved, dropped, and asked for through the enrolment."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .enrolment_common import MONDAY, EnrolmentCase

TODAY = MONDAY.date()


class FollowupCase(EnrolmentCase):
    """One rule at a time is on, carried out by a one-step cadence; Ada buys lamps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["conveyor.followup.rule"].search([])._switch(False)
        cls.env["conveyor.followup.mark"].search([]).unlink()
        cls.ada = cls.customer("Ada", email="ada@example.com", user_id=cls.seller.id)
        cls.bulb, cls.beans = cls.env["product.product"].create([
            {"name": "Bulb", "type": "service", "list_price": 10}, {"name": "Beans", "type": "service", "list_price": 20}])
        cls.mail_template = cls.env["mail.template"].create({
            "name": "After", "model_id": cls.env["ir.model"]._get_id("res.partner"), "subject": "After the purchase",
            "body_html": "<p>Well?</p>", "use_default_to": True})
        cls.followup_cadence = cls.after_cadence()

    @classmethod
    def after_cadence(cls, **step):
        return cls.cadence({
            "channel": "email", "delay": 0, "is_automatic": True, "mail_template_id": cls.mail_template.id, **step},
            name="After", purpose="followup", target="customer", reentry="each_cycle")

    @classmethod
    def rule(cls, kind, since=TODAY - timedelta(365), **values):
        rule = cls.env["conveyor.followup.rule"].create({
            "name": kind, "kind": kind, "cadence_id": cls.followup_cadence.id, "sequence": 1, **values})
        rule._switch(True)
        rule.date_on = since
        return rule

    def buy(self, product=None, day=0, quantity=1, partner=None, **values):
        order = self.env["sale.order"].create({
            "partner_id": (partner or self.ada).id, "user_id": self.seller.id, **values, "order_line": [Command.create({
                "product_id": (product or self.lamp).id, "price_unit": 100, "product_uom_qty": quantity})]})
        order.action_confirm()
        order.date_order = MONDAY + timedelta(day)
        self.env["conveyor.followup.mark"]._note(order.partner_id.ids)
        return order

    def go(self, day=0):
        """The crons of a day."""
        self.now = self.day(day)
        self.env["conveyor.followup"]._cron_run(now=self.now, today=self.now.date())
        self.env["conveyor.enrolment"]._cron_run(now=self.now)
        self.env["conveyor.followup"]._close_finished(self.now.date())

    def rows(self, partner=None):
        """(kind, days from Monday, state, why) of the customer's follow-ups."""
        found = self.env["conveyor.followup"].search([("partner_id", "=", (partner or self.ada).id)], order="id")
        return [(one.kind, (one.due_date - TODAY).days, one.state, one.why or None) for one in found]

    def rate(self, order, stars, feedback=None):
        reviews = self.env["conveyor.review"]
        rating = reviews._ask(order, order.partner_id)
        reviews._answer(rating, order, stars, feedback)
        return rating

    def sent(self, partner=None):
        return self.env["conveyor.touch"].search([("partner_id", "=", (partner or self.ada).id), ("direction", "=", "out")])


@tagged("post_install", "-at_install")
class TestFollowup(FollowupCase):

    # ------------------------------------------------------------ each kind
    def test_a_review_is_asked_for_the_next_day(self):
        self.rule("review")
        self.buy()
        self.go()
        self.assertEqual(self.rows(), [("review", 1, "planned", None)])
        self.assertFalse(self.sent())
        self.go(1)
        self.assertEqual(self.rows(), [("review", 1, "done", None)])
        self.assertEqual(len(self.sent()), 1)
        followup = self.env["conveyor.followup"].search([("partner_id", "=", self.ada.id)])
        self.assertEqual((followup.enrolment_id.cadence_id, followup.user_id), (self.followup_cadence, self.seller))

    def test_confirming_an_order_is_enough(self):
        self.rule("review")
        self.order(self.ada, MONDAY)
        self.env["conveyor.rhythm"]._settle()  # as before the transaction ends
        self.go()
        self.assertEqual(self.rows(), [("review", 1, "planned", None)])

    def test_a_rule_begins_on_the_day_it_is_switched_on(self):
        self.rule("review", since=TODAY)
        self.buy(day=-1)
        self.go()
        self.assertEqual(self.rows(), [])

    def test_a_rule_that_is_off_makes_nothing(self):
        rule = self.rule("review")
        self.buy()
        self.go()
        rule.action_switch_off()
        self.assertEqual(self.rows(), [("review", 1, "dropped", "off")])
        self.buy(day=1)
        self.go(2)
        self.assertEqual(len(self.rows()), 1)

    def test_an_offer_waits_for_the_answer(self):
        self.rule("cross_sell", delay=2, wait_days=14, offer_ids=[Command.set(self.bulb.ids)])
        order = self.buy()
        self.go()
        self.assertEqual(self.rows(), [("cross_sell", 14, "planned", None)])
        self.now = self.day(3)
        self.rate(order, 5)
        self.go(3)
        self.assertEqual(self.rows(), [("cross_sell", 5, "planned", None)])

    def test_a_bad_review_stops_the_offer(self):
        self.rule("cross_sell", delay=2, offer_ids=[Command.set(self.bulb.ids)])
        order = self.buy()
        self.go()
        self.rate(order, 2)
        self.go()
        self.assertEqual(self.rows(), [("cross_sell", 14, "dropped", "bad_review")])
        self.go(14)
        self.assertFalse(self.sent())

    def test_what_he_is_interested_in_comes_first(self):
        self.rule("cross_sell", delay=1, wait_days=3, offer_ids=[Command.set(self.bulb.ids)])
        interest = self.env["conveyor.interest"].create({"partner_id": self.ada.id, "product_id": self.beans.id, "date": TODAY})
        self.buy()
        self.go()
        followup = self.env["conveyor.followup"].search([("partner_id", "=", self.ada.id)])
        self.assertEqual((followup.offer_id, followup.interest_id), (self.beans, interest))
        self.buy(self.beans, day=1)
        self.go(1)
        self.assertEqual(interest.state, "bought")
        self.assertNotIn(self.beans, self.env["conveyor.followup"].search([("state", "=", "planned")]).offer_id)

    def test_accessories_are_the_optional_products(self):
        self.lamp.product_tmpl_id.optional_product_ids = self.bulb.product_tmpl_id
        self.rule("accessory", delay=3)
        self.buy()
        self.go()
        followup = self.env["conveyor.followup"].search([("partner_id", "=", self.ada.id)])
        self.assertEqual((followup.offer_id, followup.due_date), (self.bulb, TODAY + timedelta(3)))

    def test_or_those_named_on_the_rule(self):
        self.rule("accessory", delay=3, product_id=self.lamp.id, offer_ids=[Command.set(self.bulb.ids)])
        self.buy()
        self.buy(self.beans)
        self.go()
        self.assertEqual(self.rows(), [("accessory", 3, "planned", None)])

    def test_beans_run_out(self):
        self.rule("consumable", delay=2, product_id=self.beans.id, supply_days=10)
        self.buy(self.beans, quantity=3)
        self.go()
        self.assertEqual(self.rows(), [("consumable", 28, "planned", None)])

    def test_beans_by_his_own_pace(self):
        self.rule("consumable", since=TODAY - timedelta(1), delay=2, product_id=self.beans.id, supply_days=10)
        for day in (-60, -40, -20, 0):
            self.buy(self.beans, day=day)
        self.go()
        self.assertEqual(self.rows(), [("consumable", 18, "planned", None)])

    def test_a_category_is_with_its_children(self):
        parent = self.env["product.category"].create({"name": "Coffee"})
        self.beans.categ_id = self.env["product.category"].create({"name": "Beans", "parent_id": parent.id})
        self.rule("consumable", delay=1, category_id=parent.id, supply_days=7)
        self.buy(self.beans)
        self.buy()
        self.go()
        self.assertEqual(self.rows(), [("consumable", 6, "planned", None)])

    def test_a_care_call_is_by_hand_and_no_marketing(self):
        calls = self.cadence({"channel": "call", "delay": 0, "is_service": True, "script": "{{ product }}: all well?"},
                             name="Care", purpose="followup", target="customer", reentry="each_cycle")
        self.rule("care", cadence_id=calls.id)
        self.buy()
        self.go()
        self.go(1)
        activity = self.activity(self.ada)
        self.assertEqual((activity.user_id, activity.conveyor_channel), (self.seller, "call"))
        self.assertIn("Lamp: all well?", activity.note)
        self.assertFalse(self.env["conveyor.followup"].search([("partner_id", "=", self.ada.id)]).is_marketing)

    def test_a_booked_visit_is_reminded_of_a_week_before(self):
        self.rule("visit", delay=7, cadence_id=self.after_cadence(is_service=True).id)
        visit = self.env["conveyor.visit"].create({"partner_id": self.ada.id, "date": TODAY + timedelta(10), "state": "planned"})
        self.env["conveyor.followup.mark"]._note(self.ada.ids)
        self.go()
        self.assertEqual(self.rows(), [], "planned is not booked")
        visit.state = "booked"
        self.env["conveyor.rhythm"]._settle()  # as before the transaction ends
        self.go()
        self.assertEqual(self.rows(), [("visit", 3, "planned", None)])
        visit.state = "cancelled"
        self.env["conveyor.rhythm"]._settle()
        self.go(1)
        self.assertEqual(self.rows(), [("visit", 3, "dropped", "gone")])

    # ------------------------------------------------------------ undone by facts
    def test_bought_meanwhile(self):
        self.rule("consumable", delay=2, product_id=self.beans.id, supply_days=10)
        self.buy(self.beans)
        self.go()
        self.buy(self.beans, day=5)
        self.go(5)
        self.assertEqual(self.rows(), [("consumable", 8, "dropped", "bought"), ("consumable", 18, "planned", None)])

    def test_a_cancelled_order(self):
        self.rule("review")
        order = self.buy()
        self.go()
        order._action_cancel()
        self.go(1)
        self.assertEqual(self.rows(), [("review", 1, "dropped", "gone")])
        self.assertFalse(self.sent())

    def test_returned_goods(self):
        self.rule("review")
        order = self.buy()
        self.go()
        invoice = order._create_invoices()
        invoice.action_post()
        invoice._reverse_moves([{"invoice_date": TODAY, "date": TODAY}]).action_post()
        self.go(1)
        self.assertEqual(self.rows(), [("review", 1, "dropped", "returned")])
        self.assertFalse(self.sent())

    def test_a_person_drops_one(self):
        self.rule("review")
        self.buy()
        self.go()
        followup = self.env["conveyor.followup"].search([("partner_id", "=", self.ada.id)])
        followup.with_user(self.seller).action_drop()
        self.go(1)
        self.assertEqual(self.rows(), [("review", 1, "dropped", "hand")])
        with self.assertRaisesRegex(UserError, "under way or over"):
            followup.with_user(self.seller).action_drop()

    # ------------------------------------------------------------ one a day, once
    def test_two_marketing_ones_never_come_on_one_day(self):
        self.rule("review")
        self.rule("accessory", delay=1, offer_ids=[Command.set(self.bulb.ids)])
        self.buy()
        self.go()
        self.assertEqual(sorted(self.rows()), [("accessory", 2, "planned", None), ("review", 1, "planned", None)])
        for day in (1, 1, 2):
            self.go(day)
        self.assertEqual([touch.date.date() for touch in self.sent().sorted("date")], [TODAY + timedelta(1), TODAY + timedelta(2)])

    def test_one_that_waits_at_the_gate_keeps_the_other_waiting(self):
        self.rule("review")
        self.rule("accessory", delay=1, offer_ids=[Command.set(self.bulb.ids)])
        self.buy()
        self.go()
        self.env.company.conveyor_sending_stopped = True
        self.go(1)
        self.go(2)
        self.assertEqual(sorted(row[2] for row in self.rows()), ["asked", "planned"])
        self.env.company.conveyor_sending_stopped = False
        self.go(3)
        self.go(3)
        self.assertEqual(len(self.sent()), 1, "the gate holds the second one of the day")
        self.go(4)
        self.assertEqual(len(self.sent()), 2)

    def test_service_does_not_wait_behind_marketing(self):
        """A call that nobody gets round to holds up no reminder; it comes again the day after."""
        calls = self.cadence(("call", 0), name="Offer", purpose="followup", target="customer", reentry="each_cycle")
        self.rule("accessory", delay=1, cadence_id=calls.id, offer_ids=[Command.set(self.bulb.ids)])
        self.rule("care", delay=2, cadence_id=self.after_cadence(is_service=True).id)
        self.buy()
        self.go()
        self.go(1)
        self.assertEqual(len(self.activity(self.ada)), 1)
        self.go(2)
        self.assertEqual(sorted(self.rows()), [("accessory", 3, "planned", None), ("care", 2, "done", None)])
        self.assertFalse(self.activity(self.ada).filtered("active"))
        self.go(3)
        self.assertEqual(sorted(self.rows())[0], ("accessory", 3, "asked", None))
        self.assertEqual(len(self.activity(self.ada)), 1)

    def test_running_again_makes_nothing_twice(self):
        self.rule("review")
        order = self.buy()
        for day in (0, 0, 1, 1, 2):
            self.env["conveyor.followup.mark"]._note(self.ada.ids)
            self.go(day)
        order.date_order = order.date_order + timedelta(1)
        self.env["conveyor.followup.mark"]._note(self.ada.ids)
        self.go(3)
        self.assertEqual(self.rows(), [("review", 1, "done", None)])
        self.assertEqual(len(self.sent()), 1)

    def test_a_crash_after_the_enrolment_touches_nobody_twice(self):
        self.rule("review")
        self.buy()
        self.go()
        self.go(1)
        followup = self.env["conveyor.followup"].search([("partner_id", "=", self.ada.id)])
        followup.write({"state": "planned", "enrolment_id": False, "asked_date": False})  # as before the lost commit
        self.go(1)
        self.go(2)
        self.assertEqual(len(self.sent()), 1)
        self.assertEqual(self.env["conveyor.enrolment"].search_count([("partner_id", "=", self.ada.id)]), 1)

    def test_one_that_fails_holds_up_nobody(self):
        self.rule("review")
        eve = self.customer("Eve", email="eve@example.com")
        self.buy()
        self.buy(partner=eve)
        self.go()
        enrol = type(self.env["conveyor.enrolment"])._enrol

        def fails(model, cadence, records, **values):
            if eve in records:
                raise ValueError("broken")
            return enrol(model, cadence, records, **values)
        self.patch(type(self.env["conveyor.enrolment"]), "_enrol", fails)
        with self.assertLogs("odoo.addons.sales_conveyor.models.conveyor_followup_ask", "ERROR"):
            self.go(1)
        self.assertEqual((self.rows()[0][2], self.rows(eve)[0][2]), ("done", "planned"))

    def test_one_that_cannot_be_planned_is_tried_again(self):
        self.rule("review")
        eve = self.customer("Eve", email="eve@example.com")
        self.buy()
        self.buy(partner=eve)
        reviews = type(self.env["conveyor.followup"])._reviews

        def fails(model, company, partner_ids):
            if eve.id in partner_ids:
                raise ValueError("broken")
            return reviews(model, company, partner_ids)
        with self.assertLogs("odoo.addons.sales_conveyor.models.conveyor_followup_ask", "ERROR"):
            with patch.object(type(self.env["conveyor.followup"]), "_reviews", fails):
                self.go()
        self.assertEqual((self.rows(), self.rows(eve)), ([("review", 1, "planned", None)], []))
        self.go()
        self.assertEqual(self.rows(eve), [("review", 1, "planned", None)])

    def test_nobody_is_asked_again_too_soon(self):
        self.rule("review", every_days=180)
        self.buy()
        self.go()
        self.go(1)
        self.buy(day=10)
        self.go(10)
        self.assertEqual(len(self.rows()), 1)

    def test_only_from_the_third_visit(self):
        self.rule("review", from_purchase=3)
        for day in (-2, -1, 0):
            self.buy(day=day)
        self.go()
        self.assertEqual(self.rows(), [("review", 1, "planned", None)])

    def test_what_waits_too_long_is_not_made(self):
        self.rule("review")
        self.buy()
        self.followup_cadence.is_on = False
        self.go()
        self.go(40)
        self.assertEqual(self.rows()[0][2], "planned", "its cadence is off")
        self.followup_cadence.is_on = True
        self.go(41)
        self.assertEqual(self.rows()[0][2:], ("dropped", "late"))

    def test_a_stronger_cadence_goes_first(self):
        self.rule("review", delay=2)
        self.buy(day=-1)
        self.go()
        selling = self.cadence(("call", 1), name="Back", purpose="reactivation", target="customer")
        self.enrol(selling, self.ada)
        self.go(1)
        self.assertEqual(self.rows(), [("review", 1, "asked", None)])
        self.assertFalse(self.sent())

    # ------------------------------------------------------------ companies, rights
    def test_two_companies_have_their_own(self):
        other = self.env["res.company"].create({"name": "Other", "conveyor_tz": "UTC"})
        rule = self.rule("review", company_id=other.id)
        self.buy()
        self.go()
        self.assertEqual(self.rows(), [])
        rule.company_id = False
        self.env["conveyor.followup.mark"]._note(self.ada.ids)
        self.go()
        self.assertEqual(self.env["conveyor.followup"].search([("partner_id", "=", self.ada.id)]).company_id, self.env.company)
        stranger = new_test_user(self.env, "stranger", "sales_team.group_sale_salesman_all_leads", company_id=other.id,
                                 company_ids=[Command.set(other.ids)])
        self.assertFalse(self.env["conveyor.followup"].with_user(stranger).search([("partner_id", "=", self.ada.id)]))

    def test_a_salesperson_sees_his_own_and_changes_no_rules(self):
        rule = self.rule("review")
        self.buy()
        self.go()
        mine = self.env["conveyor.followup"].search([("partner_id", "=", self.ada.id)])
        self.assertEqual(mine.with_user(self.seller).search([("id", "=", mine.id)]), mine)
        self.assertFalse(mine.with_user(self.colleague).search([("id", "=", mine.id)]))
        self.assertEqual(mine.with_user(self.manager).search([("id", "=", mine.id)]), mine)
        for user in (self.seller, self.manager):
            with self.assertRaises(AccessError):
                mine.with_user(user).write({"due_date": TODAY})
        with self.assertRaises(AccessError):
            rule.with_user(self.seller).write({"delay": 3})
        with self.assertRaises(AccessError):
            rule.with_user(self.seller).action_switch_off()
        with self.assertRaises(AccessError):
            mine.with_user(self.colleague).action_drop()
        rule.with_user(self.manager).action_switch_off()

    def test_nobody_reads_follow_ups_of_customers_that_are_not_his(self):
        self.rule("review")
        nobodys = self.customer("Nobody's", email="nobody@example.com")
        by_contact = self.customer("Contact", parent_id=self.customer("Firm", is_company=True, user_id=self.colleague.id).id)
        for partner, user in ((self.ada, self.seller), (nobodys, False), (by_contact, False)):
            self.buy(partner=partner, user_id=user and user.id)
        self.go()
        rows = self.env["conveyor.followup"].search([("partner_id", "in", (self.ada | nobodys | by_contact).ids)])
        self.assertEqual(len(rows), 3)
        self.env.invalidate_all()
        for user, own in ((self.seller, self.ada), (self.colleague, by_contact), (self.manager, self.ada | nobodys | by_contact)):
            seen = rows.with_user(user)
            self.assertEqual(seen.search([("id", "in", rows.ids)]).partner_id, own)
            self.assertEqual(sum(count for _kind, count in seen._read_group([("id", "in", rows.ids)], ["kind"], ["__count"])), len(own))
            self.assertEqual(len(seen.search_read([("id", "in", rows.ids)], ["product_id"])), len(own))
            for row in seen.filtered(lambda row, own=own: row.sudo().partner_id not in own):
                for forged in (lambda row=row: row.read(["product_id"]), lambda row=row: row.web_read({"due_date": {}}),
                               lambda row=row: row.display_name, row.action_drop, row.action_open_customer):
                    with self.assertRaises(AccessError):
                        forged()

    def test_customers_that_are_merged(self):
        self.rule("review")
        twin = self.customer("Ada Twin", email="ada@example.com")
        self.buy()
        self.buy(partner=twin)
        self.go()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.ada + twin).ids, self.ada)
        self.env["conveyor.followup.mark"]._note(self.ada.ids)
        self.go()
        self.assertEqual(sorted(self.rows()), [("review", 1, "planned", None), ("review", 2, "planned", None)])

    # ------------------------------------------------------------ checks, preview
    def test_bad_rules_are_refused(self):
        leads = self.cadence(("call", 1), purpose="followup")
        with self.assertRaisesRegex(ValidationError, "no cadence of follow-ups for customers"):
            self.rule("review", cadence_id=leads.id)
        rule = self.env["conveyor.followup.rule"].create({
            "name": "Beans", "kind": "consumable", "cadence_id": self.followup_cadence.id})
        with self.assertRaisesRegex(UserError, "choose the product or category"):
            rule.action_switch_on()
        with self.assertRaisesRegex(UserError, "choose the product or category"):
            self.env["conveyor.followup.switch"].create({"rule_id": rule.id}).action_apply()
        self.assertFalse(rule.is_on)
        with self.assertRaisesRegex(ValidationError, "say what the interest is in"):
            self.env["conveyor.interest"].create({"partner_id": self.ada.id, "name": " "})

    def test_a_rule_is_switched_by_its_buttons_only(self):
        rules = self.env["conveyor.followup.rule"].with_user(self.manager)
        values = {"name": "Review", "kind": "review", "cadence_id": self.followup_cadence.id}
        rule = rules.create({**values, "is_on": False})
        for forged in ({"is_on": True}, {"date_on": TODAY - timedelta(365)}, {"is_on": True, "date_on": False}):
            with self.subTest(forged):
                with self.assertRaisesRegex(UserError, "Switch On says first"):
                    rule.write(forged)
                with self.assertRaisesRegex(UserError, "Switch On says first"):
                    rules.create({**values, **forged})
        self.env["conveyor.followup.switch"].with_user(self.manager).create({"rule_id": rule.id}).action_apply()
        self.assertEqual((rule.is_on, rule.date_on), (True, TODAY))
        with self.assertRaisesRegex(UserError, "Switch On says first"):
            rule.write({"is_on": False})
        rule.action_switch_off()
        self.assertFalse(rule.is_on)

    def test_the_preview_counts_and_writes_nothing(self):
        for day in (-30, -20, -100):
            self.buy(day=day)
        rule = self.env["conveyor.followup.rule"].create({
            "name": "Review", "kind": "review", "cadence_id": self.followup_cadence.id})
        made = rule._preview(TODAY)
        self.assertGreaterEqual(made["count"], 2)
        self.assertEqual(self.rows(), [])
        wizard = self.env["conveyor.followup.switch"].create({"rule_id": rule.id})
        self.assertIn("follow-ups: ", wizard.summary)
        self.assertFalse(wizard.warning)
        self.followup_cadence.is_on = False
        wizard.action_apply()
        self.assertTrue(rule.is_on and self.followup_cadence.is_on)
        self.assertEqual(rule.date_on, TODAY)

    def test_a_used_rule_is_archived_not_deleted(self):
        rule = self.rule("review")
        self.buy()
        self.go()
        self.go(1)
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            rule.unlink()
        rule.active = False
        self.assertFalse(rule.is_on)

    def test_every_rule_says_what_it_does(self):
        for kind, _name in self.env["conveyor.followup.rule"]._fields["kind"].selection:
            with self.subTest(kind):
                rule = self.env["conveyor.followup.rule"].new({"kind": kind, "delay": 3, "supply_days": 10})
                self.assertIn("3 days", rule.sentence)

    def test_planning_many_costs_no_query_each(self):
        self.rule("review")
        many = self.env["res.partner"].create([{"name": f"C{n}", "email": f"c{n}@example.com"} for n in range(40)])
        for partner in many[:4]:
            self.buy(partner=partner)
        self.env.flush_all()
        self.env["conveyor.followup"]._plan(many[:2].ids, TODAY)

        def count(partners):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["conveyor.followup"]._plan(partners.ids, TODAY)
            return self.env.cr.sql_log_count - before
        few = count(many[2:3])
        for partner in many[4:]:
            self.buy(partner=partner)
        self.assertLessEqual(count(many[4:]), few + 4)
