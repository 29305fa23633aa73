from odoo.fields import Command
from odoo.tests import tagged

from .common import ConveyorCase


@tagged("post_install", "-at_install")
class TestTrial(ConveyorCase):
    """Entry products, and how many who tried bought in full."""

    def buy(self, partner, product, day, lead=None):
        order = self.env["sale.order"].create({
            "partner_id": partner.id, "opportunity_id": lead.id if lead else False,
            "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 1})]})
        order.action_confirm()
        order.date_order = self.day(day)

    def test_from_trial_to_full_sale(self):
        sample = self.env["product.product"].create({"name": "Sample", "type": "service", "is_entry_product": True})
        ada, bob, cid = (self.customer(name) for name in ("Ada", "Bob", "Cid"))
        leads = {partner: self.lead(partner_id=partner.id) for partner in (ada, bob, cid)}
        self.buy(ada, sample, 1, leads[ada])
        self.buy(bob, sample, 1, leads[bob])
        self.buy(bob, self.lamp, 2)
        self.buy(cid, self.lamp, 1, leads[cid])
        self.assertEqual([leads[who].trial_state for who in (ada, bob, cid)], ["trial", "full", False])
        self.assertEqual(self.env["crm.lead"].search([("trial_state", "=", "full")]), leads[bob])
        self.assertIn(leads[cid], self.env["crm.lead"].search([("trial_state", "=", False)]))
        summary = self.env["conveyor.funnel"].with_user(self.manager)._tables({"team_ids": self.team.ids})["summary"]
        self.assertEqual([summary.value(key, "value") for key in ("trials", "trials_full", "trial_rate")], [2, 1, 0.5])
        domain = summary.drill_domain(summary.row("trials"), "value")
        self.assertEqual(
            self.env["crm.lead"].with_user(self.manager).with_context(active_test=False).search(domain),
            leads[ada] + leads[bob])

    def test_without_entry_products_nothing_is_said(self):
        summary = self.env["conveyor.funnel"]._tables({"team_ids": self.team.ids})["summary"]
        self.assertFalse([row for row in summary.rows if row.key.startswith("trial")])
