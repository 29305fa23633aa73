"""Rules of sales managers: what they do, the automation rules they keep in step, hold-out, limits, rights."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .reactivation_common import NIGHT, ReactivationCase


class RuleCase(ReactivationCase):

    def cadence(self, **values):
        return self.env["conveyor.cadence"].create({
            "name": "Wake", "target": "customer", "purpose": "reactivation", "reentry": "each_cycle", "reason_policy": "none",
            "user_id": self.manager.id, "step_ids": [Command.create({"name": "Call", "channel": "call"})], **values})

    def inside(self, cadence):
        return self.env["conveyor.enrolment"].search([("cadence_id", "=", cadence.id)])


@tagged("post_install", "-at_install")
class TestDeeds(RuleCase):

    def test_a_personal_word_of_the_account_manager(self):
        mine, nobodys = self.customers(2)
        nobodys.user_id = False
        rule = self.rule(days=2)
        self.assertEqual(rule.activity_kind_id, self.env.ref("mail.mail_activity_data_call"))
        self.signals(mine | nobodys)
        self.dispatch()
        activity = mine.activity_ids
        self.assertEqual((activity.user_id, activity.summary, activity.conveyor_channel), (self.seller, "We miss you", "call"))
        self.assertEqual(nobodys.activity_ids.user_id, self.manager)

    def test_an_opportunity_worth_the_average_check_unless_one_is_open(self):
        busy, free = self.customers(2)
        self.lead(partner_id=busy.id)
        for partner in (busy, free):
            self.order(partner, self.day(-400))
        self.env["conveyor.rhythm"]._recompute(busy | free, today=NIGHT.date())
        source = self.env["utm.source"].create({"name": "Woken"})
        self.rule(deed="opportunity", team_id=self.team.id, stage_id=self.needs.id, source_id=source.id)
        self.signals(busy | free)
        with patch.object(type(self.env["conveyor.reactivation"]), "_without_overtaken", lambda rows: rows):
            self.dispatch()
        lead = self.env["crm.lead"].search([("partner_id", "=", free.id)])
        self.assertEqual((lead.user_id, lead.team_id, lead.stage_id, lead.source_id, lead.expected_revenue, lead.type),
                         (self.seller, self.team, self.needs, source, 100, "opportunity"))
        self.assertIn("silent for", lead.description)
        self.assertEqual(self.env["crm.lead"].search_count([("partner_id", "=", busy.id)]), 1)
        self.assertIn("open already", self.rows(("partner_id", "=", busy.id)).explanation)

    def test_a_cadence_once_a_change(self):
        guest, = self.customers(1)
        cadence = self.cadence()
        self.rule(deed="cadence", cadence_id=cadence.id)
        self.signals(guest)
        self.dispatch()
        self.assertEqual((self.inside(cadence).partner_id, self.inside(cadence).cycle_key), (guest, f"late-{NIGHT.date()}"))

    def test_an_offer_without_loyalty_says_so_and_the_cadence_goes_on(self):
        guest, = self.customers(1)
        cadence = self.cadence()
        rule = self.rule(deed="offer", cadence_id=cadence.id)
        with patch.object(type(self.env["ir.actions.server"]), "_give_offers", lambda action, partners: action._say(
                partners.ids, "No coupon was given: the app is not installed.")):
            self.signals(guest)
            self.dispatch()
        self.assertEqual(self.inside(cadence).partner_id, guest)
        self.assertIn("not installed", self.rows().explanation)
        self.assertEqual(rule.automation_id.action_server_ids.mapped("state"), ["conveyor_offer", "conveyor_enrol"])

    def test_back_again_thanks_and_stops_the_rest(self):
        guest, = self.customers(1)
        cadence = self.cadence()
        asking, enrolling = self.rule(), self.rule(deed="cadence", cadence_id=cadence.id, name="Enrol")
        thanking = self.rule(deed="thank", to_status="back", summary="Thank you", name="Thank")
        by_hand = guest.activity_schedule(summary="My own", user_id=self.seller.id)
        self.signals(guest)
        self.dispatch()
        self.assertEqual(set(guest.activity_ids.mapped("summary")) & {"We miss you", "My own"}, {"We miss you", "My own"})
        self.signals(guest, "back")
        self.dispatch()
        self.assertEqual((self.inside(cadence).state, self.inside(cadence).stop_reason), ("stopped", "bought"))
        self.assertEqual(set(guest.activity_ids.mapped("summary")), {"My own", "Thank you"})
        self.assertTrue(by_hand.exists())
        self.assertTrue(asking.done_count and enrolling.done_count and thanking.done_count)


    def test_several_rules_for_who_is_back_leave_each_others_thanks_alone(self):
        guest, = self.customers(1)
        for name in ("One", "Two"):
            self.rule(deed="thank", to_status="back", summary=name, name=name)
        self.signals(guest, "back")
        self.dispatch()
        self.assertEqual(set(guest.activity_ids.mapped("summary")), {"One", "Two"})


@tagged("post_install", "-at_install")
class TestWhoAndWhen(RuleCase):

    def test_so_many_a_day_and_person_most_money_first(self):
        guests = self.customers(5)
        theirs, = self.customers(1, user_id=self.colleague.id)
        self.rule(daily_limit=2)
        self.signals(guests | theirs, amounts=[10, 50, 30, 20, 40, 1])
        self.dispatch()
        self.assertEqual(self.states(guests), [["waiting"], ["done"], ["waiting"], ["waiting"], ["done"]])
        self.assertEqual(self.states(theirs), [["done"]])
        self.dispatch(NIGHT + timedelta(hours=12))
        self.assertEqual(len(guests.activity_ids), 2)
        richer, = self.customers(1)
        self.signals(richer, amounts=[35])
        self.dispatch(NIGHT + timedelta(days=1))
        self.assertEqual(self.states(guests | richer), [["waiting"], ["done"], ["done"], ["waiting"], ["done"], ["done"]])

    def test_a_customer_whose_rhythm_is_another_one_by_now_is_left_alone(self):
        guest, = self.customers(1)
        self.order(guest, fields.Datetime.now())
        self.env["conveyor.rhythm"]._recompute(guest)
        self.rule()
        self.signals(guest)
        self.dispatch()
        self.assertEqual(self.states(guest), [["dropped"]])
        self.assertFalse(guest.activity_ids)

    def test_some_are_held_out_the_same_ones_always(self):
        guests = self.customers(200)
        self.env.company.conveyor_holdout_share = 20
        self.rule(), self.rule(name="Second", summary="Again", to_status="sleeping")
        self.signals(guests), self.signals(guests, "sleeping")
        self.dispatch()
        held = {status: set(self.rows(("to_status", "=", status), ("is_held_out", "=", True)).partner_id.ids) for status in ("late", "sleeping")}
        self.assertEqual(held["late"], held["sleeping"])
        self.assertTrue(20 <= len(held["late"]) <= 60)
        self.assertFalse(self.env["res.partner"].browse(held["late"]).activity_ids)

    def test_nobody_who_is_back_is_held_out(self):
        guests = self.customers(20)
        self.env.company.conveyor_holdout_share = 50
        self.rule(to_status="back", deed="thank", summary="Thanks")
        self.signals(guests, "back")
        self.dispatch()
        self.assertEqual(len(guests.activity_ids), 20)

    def test_paused_it_does_nothing_and_writes_nothing_on_the_automation_rule(self):
        guest, = self.customers(1)
        rule = self.rule()
        with patch.object(type(rule.automation_id), "write") as write:
            rule.action_switch_off()
        write.assert_not_called()
        self.signals(guest)
        self.dispatch()
        self.assertFalse(self.rows())
        rule.is_on = True
        self.dispatch()
        self.assertFalse(guest.activity_ids, "what happened while it was off is not answered later")

    def test_what_waits_goes_on_waiting_while_paused(self):
        guests = self.customers(2)
        rule = self.rule(daily_limit=1)
        self.signals(guests)
        self.dispatch()
        rule.is_on = False
        self.dispatch(NIGHT + timedelta(days=2))
        self.assertEqual(len(guests.activity_ids), 1)
        rule.is_on = True
        self.dispatch(NIGHT + timedelta(days=2))
        self.assertEqual(len(guests.activity_ids), 2)

    def test_the_segment(self):
        rich, poor = self.customers(2)
        for partner, price in ((rich, 1), (poor, 1)):
            self.order(partner, self.day(-400))
        rich_order = self.env["sale.order"].search([("partner_id", "=", rich.id)])
        rich_order.order_line.price_unit = 900
        self.env["conveyor.rhythm"]._recompute(rich | poor, today=NIGHT.date())
        rule = self.rule(min_average=500, filter_domain="[('name', 'like', 'Guest')]")
        self.assertIn("rhythm_ids", rule.automation_id.filter_domain)
        self.signals(rich | poor)
        with patch.object(type(self.env["conveyor.reactivation"]), "_without_overtaken", lambda rows: rows):
            self.dispatch()
        self.assertTrue(rich.activity_ids)
        self.assertFalse(poor.activity_ids)


@tagged("post_install", "-at_install")
class TestInStep(RuleCase):

    def test_the_automation_rule_follows(self):
        rule = self.rule(min_amount=50)
        automation = rule.automation_id
        self.assertEqual((automation.trigger, automation.conveyor_to_status, automation.conveyor_min_amount, automation.active),
                         ("conveyor_rhythm", "late", 50, True))
        action = automation.action_server_ids
        self.assertEqual((action.state, action.usage, action.activity_summary, action.activity_user_field_name),
                         ("next_activity", "base_automation", "We miss you", "user_id"))
        rule.write({"to_status": "sleeping", "summary": "Are you well?", "min_amount": 0})
        self.assertEqual((automation.conveyor_to_status, automation.conveyor_min_amount, action.activity_summary), ("sleeping", 0, "Are you well?"))
        rule.write({"deed": "opportunity"})
        self.assertEqual(automation.action_server_ids.mapped("state"), ["conveyor_opportunity"])
        self.assertFalse(rule.edited)

    def test_what_an_administrator_changes_stays_and_is_obeyed(self):
        rich, poor = self.customers(2)
        rule = self.rule()
        automation = rule.automation_id
        automation.conveyor_min_amount = 500
        automation.action_server_ids.activity_summary = "In my words"
        rule.invalidate_recordset()
        self.assertIn("Amount from", rule.edited)
        rule.write({"min_amount": 20, "summary": "Hello", "to_status": "sleeping"})
        self.assertEqual((automation.conveyor_min_amount, automation.conveyor_to_status), (500, "sleeping"))
        self.signals(rich | poor, "sleeping", amounts=[600, 100])
        self.dispatch()
        self.assertEqual(rich.activity_ids.summary, "In my words")
        self.assertFalse(poor.activity_ids)

    def test_added_and_removed_actions_stay(self):
        guest, = self.customers(1)
        rule = self.rule()
        rule.automation_id.action_server_ids = [Command.create({
            "name": "Also", "model_id": self.partner_model.id, "usage": "base_automation", "state": "code",
            "code": "for record in records: record.write({'comment': 'also'})"})]
        rule.automation_id.action_server_ids.filtered(lambda action: action.state == "next_activity").unlink()
        rule.invalidate_recordset()
        self.assertIn("Also", rule.edited)
        rule.summary = "Other words"
        self.signals(guest)
        self.dispatch()
        self.assertEqual((guest.comment.striptags(), len(guest.activity_ids)), ("also", 0))
        rule.action_reset()
        self.assertFalse(rule.edited)
        self.assertEqual(rule.automation_id.action_server_ids.mapped("activity_summary"), ["Other words"])

    def test_a_deleted_automation_rule_is_said_and_made_anew(self):
        rule = self.rule()
        rule.automation_id.unlink()
        rule.invalidate_recordset()
        self.assertIn("deleted", rule.edited)
        self.assertIn("Ask an administrator", rule._problem())
        rule.action_reset()
        self.assertTrue(rule.automation_id.active)

    def test_removing_the_rule_removes_what_stands_behind_it(self):
        rule = self.rule()
        automation = rule.automation_id
        rule.unlink()
        self.assertFalse(automation.exists())

    def test_a_rule_that_has_acted_is_kept(self):
        guest, = self.customers(1)
        rule = self.rule()
        self.signals(guest)
        self.dispatch()
        with self.assertRaisesRegex(UserError, "Archive it"):
            rule.unlink()

    def test_bad_rules_are_refused_in_words(self):
        for values, words in (
                ({"deed": "cadence"}, "choose the cadence"), ({"summary": False}, "write what"), ({"daily_limit": -1}, "0 or more"),
                ({"window_days": 0}, "window"), ({"filter_domain": "[('nothing', '=', 1)]"}, "cannot be read"),
                ({"deed": "cadence", "cadence_id": self.env.ref("sales_conveyor.cadence_common_decision").id}, "for leads")):
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, words):
                self.rule(**values)


@tagged("post_install", "-at_install")
class TestRights(RuleCase):

    def test_a_sales_manager_keeps_rules_and_reads_no_server_action(self):
        rules = self.env["conveyor.reactivation.rule"].with_user(self.manager)
        rule = rules.create({"name": "Mine", "to_status": "lost", "deed": "activity", "summary": "Hello"})
        rule.write({"summary": "Dear friend", "min_amount": 10})
        self.assertEqual(rule.sudo().automation_id.action_server_ids.activity_summary, "Dear friend")
        self.assertFalse(rule.edited)
        with self.assertRaises(AccessError):
            rule.automation_id.name
        with self.assertRaises(AccessError):
            rule.action_reset()
        with self.assertRaises(AccessError):
            rule.with_user(self.seller).write({"summary": "x"})

    def test_a_sales_manager_asks_for_nothing_he_may_not_read(self):
        with self.assertRaises(ValidationError):
            self.env["conveyor.reactivation.rule"].with_user(self.manager).create({
                "name": "Spy", "deed": "activity", "summary": "x", "filter_domain": "[('message_ids.mail_server_id.smtp_pass', 'like', 'a%')]"})

    def test_a_salesperson_sees_what_was_done_for_his_own_customers(self):
        mine, = self.customers(1)
        theirs, = self.customers(1, user_id=self.colleague.id)
        self.rule()
        self.signals(mine | theirs)
        self.dispatch()
        self.assertEqual(self.env["conveyor.reactivation"].with_user(self.seller).search([]).partner_id, mine)
        self.assertEqual(self.env["conveyor.reactivation.report"].with_user(self.seller).search([]).partner_id, mine)
        self.assertGreaterEqual(self.env["conveyor.reactivation"].with_user(self.manager).search([]).partner_id, mine | theirs)

    def test_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(self.env, "conveyor_stranger", "sales_team.group_sale_manager", company_id=company.id,
                                 company_ids=[Command.set(company.ids)])
        guest, other = self.customers(2)
        rule = self.rule()
        self.signals(guest), self.signals(other, company=company)
        self.dispatch()
        self.assertEqual(self.rows().partner_id, guest)
        self.assertNotIn(rule, self.env["conveyor.reactivation.rule"].with_user(stranger).search([]))
        self.assertFalse(self.env["conveyor.reactivation"].with_user(stranger).search([]))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_edits_the_log(self):
        guest, = self.customers(1)
        self.rule()
        self.signals(guest)
        self.dispatch()
        with self.assertRaises(AccessError):
            self.rows().with_user(self.manager).write({"woken_amount": 1})
