"""What is shipped for follow-ups: switched off, complete, and taken with a ready set."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_followup import TODAY, FollowupCase

TRADES = ("general", "coffee", "furniture", "beauty", "dental", "b2b")


@tagged("post_install", "-at_install")
class TestShippedFollowups(FollowupCase):

    def shipped(self):
        ids = self.env["ir.model.data"].search([
            ("module", "=", "sales_conveyor"), ("model", "=", "conveyor.followup.rule")]).mapped("res_id")
        return self.env["conveyor.followup.rule"].browse(ids)

    def test_every_kind_and_every_trade_has_its_rules(self):
        rules = self.shipped()
        self.assertEqual({rule.kind for rule in rules if not rule.trade_set_id},
                         {kind for kind, _name in rules._fields["kind"].selection})
        for trade in TRADES:
            with self.subTest(trade):
                self.assertIn("review", rules.filtered(
                    lambda rule, t=trade: rule.trade_set_id == self.env.ref(f"sales_conveyor.trade_set_{t}")).mapped("kind"))

    def test_the_texts_are_filled_in(self):
        """Each shipped cadence, for a follow-up that is asked for."""
        self.beans.name = "Arabica"
        for rule in self.shipped().filtered(lambda rule: not rule.trade_set_id):
            with self.subTest(rule.name):
                followup = self.env["conveyor.followup"].create({
                    "partner_id": self.ada.id, "company_id": self.env.company.id, "rule_id": rule.id, "kind": rule.kind,
                    "order_id": self.buy(self.beans).id, "offer_id": self.beans.id, "purchase_date": TODAY, "due_date": TODAY,
                    "asked_date": TODAY, "state": "asked", "key": f"test-{rule.id}"})
                step = rule.cadence_id.step_ids[:1]
                template = step.mail_template_id or step.sms_template_id
                field = "body_html" if step.mail_template_id else "body"
                if template:
                    text = template._render_field(field, self.ada.ids)[self.ada.id]
                    self.assertNotIn("{{", text)
                    self.assertIn({"review": "/rate/", "visit": "15", "referral": "good words"}.get(rule.kind, "Arabica"), text)
                followup.unlink()

    def test_nothing_is_planned_before_somebody_switches_a_rule_on(self):
        self.buy()
        self.go(1)
        self.assertEqual(self.rows(), [])

    def test_a_mark_costs_nothing_without_rules(self):
        self.env["conveyor.followup.mark"]._note(self.ada.ids)
        self.assertFalse(self.env["conveyor.followup.mark"].search([]))

    def test_applying_a_set_takes_its_rules_and_undoing_gives_them_back(self):
        self.lamp.product_tmpl_id.optional_product_ids = self.bulb.product_tmpl_id
        trade = self.env.ref("sales_conveyor.trade_set_furniture")
        ready = trade._followups_to_take()
        self.assertTrue(ready)
        wizard = self.env["conveyor.trade.apply"].with_user(self.manager).create({
            "set_id": trade.id, "scope": "teams", "team_ids": self.team.ids, "take_followups": True})
        self.assertIn("14 days after", wizard.followups)
        self.assertFalse(wizard.followups_waiting)
        for _step in range(2):
            wizard.action_next()
        wizard.action_apply()
        self.assertTrue(all(rule.is_on and rule.cadence_id.is_on for rule in ready))
        application = self.env["conveyor.trade.application"].search([], limit=1)
        application.with_user(self.manager).action_undo()
        self.assertFalse(any(rule.is_on for rule in ready))
        self.assertFalse(any(rule.cadence_id.is_on for rule in ready))

    def test_it_takes_none_unless_it_is_asked_for(self):
        trade = self.env.ref("sales_conveyor.trade_set_beauty")
        wizard = self.env["conveyor.trade.apply"].with_user(self.manager).create({
            "set_id": trade.id, "scope": "teams", "team_ids": self.team.ids})
        for _step in range(2):
            wizard.action_next()
        wizard.action_apply()
        self.assertFalse(any(trade.followup_rule_ids.mapped("is_on")))
        self.assertIn("Home care runs out", wizard.followups_waiting)

    def test_a_rule_without_its_product_cannot_be_switched_on(self):
        with self.assertRaisesRegex(UserError, "choose the product"):
            self.env.ref("sales_conveyor.followup_rule_dental_implant").action_switch_on()
