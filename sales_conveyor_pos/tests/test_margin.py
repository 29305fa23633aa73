"""Margins of rhythms and of money by source are those of Odoo's Margins in Sales Orders, and of the till.

They need that app; the database of the glue addons' tests has it.
"""

from datetime import date, datetime
from unittest import SkipTest

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_conveyor.tests.money_common import JAN, MoneyCase

from .test_purchases import TillCase


def needs_margins(case):
    if "margin" not in case.env["sale.order"]._fields:
        raise SkipTest("Margins in Sales Orders is not installed")


@tagged("post_install", "-at_install")
class TestMargin(TillCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        needs_margins(cls)
        cls.lamp = cls.env["product.product"].create({
            "name": "Lamp", "type": "service", "list_price": 100, "standard_price": 60, "taxes_id": False, "invoice_policy": "order"})

    def buy(self, day, quantity=1, **values):
        order = self.env["sale.order"].create({
            "partner_id": self.ada.id, **values, "order_line": [Command.create({
                "product_id": self.lamp.id, "product_uom_qty": quantity, "price_unit": 100, "tax_ids": False})]})
        order.action_confirm()
        order.date_order = datetime(2026, 6, day, 10)
        return order

    def margin(self):
        self.env["conveyor.rhythm"]._settle()
        return self.rhythm().margin_total

    def test_it_is_that_of_the_orders(self):
        self.buy(1, 2)
        self.assertEqual(self.margin(), 80)
        self.buy(4)
        self.assertEqual(self.margin(), 120)

    def test_a_cost_that_is_corrected_afterwards_counts(self):
        order = self.buy(1)
        self.assertEqual(self.margin(), 40)
        order.order_line.purchase_price = 70
        self.assertEqual(self.margin(), 30)

    def test_in_the_companys_money(self):
        self.buy(1)
        abroad = self.env["res.currency"].create({"name": "XAB", "symbol": "x"})
        self.env["res.currency.rate"].create({
            "currency_id": abroad.id, "name": "2026-01-01", "rate": 4, "company_id": self.company.id})
        prices = self.env["product.pricelist"].create({"name": "Abroad", "currency_id": abroad.id})
        order = self.buy(3, pricelist_id=prices.id)
        self.assertEqual((order.currency_id, order.currency_rate, order.margin), (abroad, 4, 100 - 60 * 4))
        self.assertEqual(self.margin(), 40 + (100 - 240) / 4)

    def test_what_was_taken_back_earns_nothing(self):
        order = self.buy(1, 2)
        invoice = order._create_invoices()
        invoice.action_post()
        refund = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids).create(
            {"journal_id": invoice.journal_id.id}).reverse_moves()
        refund = self.env["account.move"].browse(refund["res_id"])
        refund.invoice_line_ids.quantity = 1
        refund.action_post()
        self.assertEqual(self.margin(), 40)
        self.assertEqual(self.rhythm().revenue_total, 100)

    def test_of_the_till_too_or_of_nothing_on_that_day(self):
        self.coffee.standard_price = 1
        self.buy(1)
        known = self.pos(1)
        known.lines.write({"total_cost": 1, "is_total_cost_computed": True})
        known.partner_id = self.ada
        self.assertEqual(self.margin(), 42)
        unknown = self.pos(1)
        unknown.lines.write({"is_total_cost_computed": False})
        unknown.partner_id = self.ada
        self.buy(3)
        self.assertEqual(self.margin(), 40, "of the first day it is not known of everything")

    def test_once_the_app_is_there_all_are_made_anew(self):
        self.buy(1)
        self.margin()
        self.env.flush_all()
        self.env.cr.execute("UPDATE conveyor_rhythm SET margin_total = NULL WHERE partner_id = %s", [self.ada.id])
        self.env["ir.config_parameter"].set_param("sales_conveyor.margins_known", "False")
        self.env.invalidate_all()
        self.env["conveyor.rhythm"]._cron_recompute(today=date(2026, 6, 2))
        self.assertEqual(self.rhythm().margin_total, 40)


@tagged("post_install", "-at_install")
class TestMoneyMargin(MoneyCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        needs_margins(cls)
        cls.lamp.with_company(cls.company).standard_price = 60
        cls.ada = cls.customer("Ada")
        cls.came(date(2026, 1, 5), cls.ads, cls.ada)
        cls.spend(cls.ads, JAN, amount=50)

    def test_it_is_that_of_the_orders_whatever_the_product_costs_now(self):
        self.bought(self.ada, date(2026, 1, 20), date(2026, 3, 1))
        self.lamp.with_company(self.company).standard_price = 90
        table = self.money()["money_source"]
        self.assertEqual(self.figures(table, self.ads, "margin", "ltv", "return"), [80, 80, 80 / 50])
        self.assertIn("LTV, return and payback are of margin.", table.notes)

    def test_where_invoices_count_it_is_by_the_products_cost(self):
        self.env["account.chart.template"].try_loading("generic_coa", self.company, install_demo=False)
        self.company.conveyor_purchase_source = "invoice"
        self.lamp.write({"taxes_id": False, "invoice_policy": "order"})
        invoice = self.bought(self.ada, date(2026, 1, 20))._create_invoices()
        invoice.invoice_date = date(2026, 1, 21)
        invoice.action_post()
        self.assertEqual(self.figures(self.money()["money_source"], self.ads, "revenue_first", "margin"), [100, 40])
