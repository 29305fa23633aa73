"""What a purchase is: amounts, days, currencies, credit notes, companies; and what makes a rhythm anew at once."""

from datetime import date, datetime, timedelta

from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .rhythm_common import TODAY, RhythmCase


@tagged("-at_install", "post_install")
class TestPurchases(RhythmCase):

    def history(self, partner, company=None):
        return self.env["conveyor.purchase"]._history(partner, company)[partner.commercial_partner_id.id]

    def test_several_on_a_day_are_one(self):
        partner = self.customer()
        self.bought(partner, [datetime(2026, 6, 1, 8), datetime(2026, 6, 1, 20), datetime(2026, 6, 2, 9)], 10)
        self.assertEqual(self.history(partner), [(date(2026, 6, 1), 20), (date(2026, 6, 2), 10)])
        self.Rhythm._recompute(partner, TODAY)
        row = self.rhythm(partner)
        self.assertEqual((row.purchase_count, row.revenue_total, row.revenue_average, row.first_amount, row.last_amount),
                         (2, 30, 15, 20, 10))

    def test_nothing_is_no_purchase(self):
        partner = self.customer()
        self.bought(partner, [date(2026, 6, 1)], 0)
        self.bought(partner, [date(2026, 6, 2)], -5)
        self.bought(partner, [date(2026, 6, 3)], 5, state="draft")
        self.bought(partner, [date(2026, 6, 4)], 5, state="cancel")
        self.assertEqual(self.history(partner), [])
        self.Rhythm._recompute(partner, TODAY)
        self.assertFalse(self.rhythm(partner))

    def test_days_are_local(self):
        partner = self.customer()
        self.bought(partner, [datetime(2026, 6, 1, 22, 30)])
        self.env.company.conveyor_tz = "Europe/Berlin"
        self.assertEqual(self.history(partner), [(date(2026, 6, 2), 100)])
        self.env.company.conveyor_tz = "America/New_York"
        self.assertEqual(self.history(partner), [(date(2026, 6, 1), 100)])

    def test_money_is_that_of_the_company(self):
        partner = self.customer()
        orders = self.bought(partner, [date(2026, 6, 1)], 300)
        self.env.cr.execute("UPDATE sale_order SET currency_rate = 1.5 WHERE id = %s", orders.ids)
        self.assertEqual(self.history(partner), [(date(2026, 6, 1), 200)])
        self.env.cr.execute("UPDATE sale_order SET currency_rate = 0 WHERE id = %s", orders.ids)
        self.assertEqual(self.history(partner), [(date(2026, 6, 1), 300)])

    def test_contacts_buy_for_their_company(self):
        firm = self.customer("Firm", is_company=True)
        contact = self.customer("Bob", parent_id=firm.id)
        self.bought(firm, [date(2026, 6, 1)])
        self.bought(contact, [date(2026, 6, 8)])
        self.Rhythm._recompute(contact, TODAY)
        self.assertEqual(self.rhythm(firm).purchase_count, 2)
        self.assertFalse(self.rhythm(contact))
        self.assertEqual(contact.conveyor_rhythm_id, self.rhythm(firm))
        self.assertEqual(firm.rhythm_ids, self.rhythm(firm))

    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        partner = self.customer()
        self.bought(partner, [date(2026, 6, 1), date(2026, 6, 8)])
        self.bought(partner, [date(2026, 6, 9)], 7, company=other)
        self.Rhythm._recompute(partner, TODAY)
        self.assertEqual((self.rhythm(partner).purchase_count, self.rhythm(partner, other).purchase_count), (2, 1))
        self.assertEqual(self.rhythm(partner, other).currency_id, other.currency_id)
        self.assertEqual(self.history(partner, other), [(date(2026, 6, 9), 7)])

    def test_what_was_bought(self):
        partner = self.customer()
        [order] = self.bought(partner, [date(2026, 6, 1)], 300, product=self.beans)
        self.assertEqual(self.env.execute_query(self.env["conveyor.purchase"]._lines_sql([partner.id])), [
            (partner.id, self.env.company.id, date(2026, 6, 1), self.beans.id, 1, 300, order.id)])

    def test_all_and_some_are_the_same_days(self):
        for number in range(5):
            self.bought(self.customer(), [date(2026, 6, 1 + number), date(2026, 6, 9)], 10 + number)
        purchase = self.env["conveyor.purchase"]
        everything = sorted(self.env.execute_query(purchase._days_sql()))
        ids = sorted({row[0] for row in everything})
        self.assertEqual(sorted(self.env.execute_query(purchase._days_sql(ids))), everything)


@tagged("-at_install", "post_install")
class TestAtOnce(RhythmCase):
    """Confirming, changing, cancelling: the rhythm is right before the transaction ends."""

    def setUp(self):
        super().setUp()
        self.today = fields.Date.today()

    def order(self, partner, price=100, confirm=True, user=None):
        order = self.env["sale.order"].create({
            "partner_id": partner.id, "user_id": (user or self.seller).id, "order_line": [Command.create({
                "product_id": self.beans.id, "price_unit": price, "product_uom_qty": 1, "tax_ids": False})]})
        if confirm:
            order.action_confirm()
        return order

    def test_a_confirmed_order(self):
        partner = self.customer()
        self.order(partner, confirm=False)
        self.assertFalse(self.rhythm(partner))
        self.order(partner)
        row = self.rhythm(partner)
        self.assertEqual((row.purchase_count, row.last_date, row.status, row.category_id), (1, self.today, "new", self.category))
        self.assertEqual(self.signals(partner), ["first_purchase", "bought"])

    def test_the_order_of_a_late_customer(self):
        partner = self.customer()
        self.bought(partner, self.days([7] * 9, self.today - timedelta(days=14)))
        self.Rhythm._recompute(partner)
        self.assertEqual(self.rhythm(partner).status, "late")
        self.order(partner)
        self.assertEqual(self.rhythm(partner).status, "steady")
        self.assertEqual(self.facts(partner)[-1], (self.today, "late", "steady", True, False))
        self.assertEqual(self.signals(partner), ["back"])

    def test_cancelled_and_deleted(self):
        partner = self.customer()
        first, second = self.order(partner), self.order(partner)
        first.date_order = datetime.now() - timedelta(days=9)
        self.assertEqual((self.rhythm(partner).purchase_count, self.rhythm(partner).first_date),
                         (2, self.today - timedelta(days=9)))
        second._action_cancel()
        self.assertEqual((self.rhythm(partner).purchase_count, self.rhythm(partner).last_date), (1, self.today - timedelta(days=9)))
        first._action_cancel()
        self.assertFalse(self.rhythm(partner))
        first.unlink()

    def test_other_lines_are_another_amount(self):
        partner = self.customer()
        order = self.order(partner)
        self.assertEqual(self.rhythm(partner).revenue_total, 100)
        order.order_line.price_unit = 150
        self.assertEqual(self.rhythm(partner).revenue_total, 150)
        order.order_line.product_uom_qty = 0
        self.assertFalse(self.rhythm(partner))

    def test_another_customer(self):
        one, other = self.customer(), self.customer()
        order = self.order(one)
        self.assertTrue(self.rhythm(one))
        order.partner_id = other
        self.assertFalse(self.rhythm(one))
        self.assertTrue(self.rhythm(other))

    def test_a_confirmed_order_costs_few_queries(self):
        partner = self.customer()
        self.bought(partner, self.days([7] * 9, self.today - timedelta(days=7)))
        self.env["conveyor.rhythm.rule"].create([
            {"name": "Beans", "category_ids": self.category.ids}, {"name": "Berlin", "filter_domain": "[('city', '=', 'Berlin')]"}])
        self.Rhythm._recompute(partner)
        self.env.company.conveyor_tz  # noqa: B018 settings are in the cache of a running server
        self.env.cr.flush()
        self.Rhythm._mark(partner.ids)
        with self.assertQueryCount(2):
            self.Rhythm._settle()
        self.bought(partner, [self.today])
        self.Rhythm._mark(partner.ids)
        with self.assertQueryCount(3):
            self.Rhythm._settle()

    def test_confirming_costs_fewer_than_five_queries_more(self):
        partner = self.customer()
        self.bought(partner, self.days([7] * 9, self.today - timedelta(days=7)))
        self.Rhythm._recompute(partner)

        def confirm(order):
            self.env.invalidate_all()
            self.env.cr.flush()
            before = self.env.cr.sql_log_count
            order.with_user(self.manager).action_confirm()
            self.env.cr.flush()
            return self.env.cr.sql_log_count - before

        orders = [self.order(partner, 10, confirm=False) for _number in range(3)]
        confirm(orders[0])  # what is read once
        with patch.object(type(self.Rhythm), "_mark", lambda self, *args, **kwargs: None):
            without = confirm(orders[1])
        self.assertEqual(confirm(orders[2]) - without, 1, "the rhythm, and the note for follow-ups with it")

    def test_the_time_zone_of_working_hours(self):
        self.env.company.conveyor_tz = False
        for zone in ("Asia/Tokyo", "America/Lima"):
            self.env.company.resource_calendar_id.tz = zone
            self.assertEqual(self.env.company._conveyor_tz(), zone)

    # ------------------------------------------------------------ invoices
    def invoice(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def credit(self, invoice, price=None):
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids).create(
            {"journal_id": invoice.journal_id.id})
        wizard.reverse_moves()
        refund = wizard.new_move_ids
        if price:
            refund.invoice_line_ids.price_unit = price
        refund.action_post()
        return refund

    def needs_accounts(self):
        if not self.env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", self.env.company.id)], limit=1):
            self.env["account.chart.template"].try_loading("generic_coa", self.env.company, install_demo=False)

    def test_a_credit_note_takes_away_from_its_order(self):
        self.needs_accounts()
        partner = self.customer()
        order = self.order(partner)
        invoice = self.invoice(order)
        refund = self.credit(invoice, 30)
        self.assertEqual(self.rhythm(partner).revenue_total, 70)
        refund.button_draft()
        self.assertEqual(self.rhythm(partner).revenue_total, 100)
        refund.invoice_line_ids.price_unit = 100
        refund.action_post()
        self.assertFalse(self.rhythm(partner), "all of it was returned")

    def test_a_down_payment_is_no_purchase_of_its_own(self):
        """Neither twice the purchase nor half of the money: the goods' invoice counts with all of it."""
        self.needs_accounts()
        partner = self.customer()
        order = self.order(partner)
        wizard = self.env["sale.advance.payment.inv"].with_context(active_model="sale.order", active_ids=order.ids).create(
            {"advance_payment_method": "percentage", "amount": 30})
        wizard.create_invoices()
        self.env.company.conveyor_purchase_source = "invoice"
        advance = order.invoice_ids
        advance.invoice_date = date(2026, 6, 1)
        advance.action_post()
        self.assertEqual(advance.amount_untaxed, 30)
        self.assertEqual(self.env["conveyor.purchase"]._history(partner)[partner.id], [])
        goods = order._create_invoices(final=True)
        goods.invoice_date = date(2026, 6, 10)
        goods.action_post()
        self.assertEqual(goods.amount_untaxed, 70)
        self.assertEqual(self.env["conveyor.purchase"]._history(partner)[partner.id], [(date(2026, 6, 10), 100)])
        self.env.company.conveyor_purchase_source = "order"
        self.assertEqual([amount for _day, amount in self.env["conveyor.purchase"]._history(partner)[partner.id]], [100])

    def test_invoices_instead_of_orders(self):
        self.needs_accounts()
        self.env.company.conveyor_purchase_source = "invoice"
        partner = self.customer()
        order = self.order(partner)
        self.assertFalse(self.rhythm(partner))
        invoice = self.invoice(order)
        self.assertEqual((self.rhythm(partner).revenue_total, self.rhythm(partner).last_date, self.rhythm(partner).category_id),
                         (100, invoice.invoice_date, self.category))
        self.credit(invoice, 40)
        self.assertEqual(self.rhythm(partner).revenue_total, 60)
        invoice.button_draft()
        self.assertFalse(self.rhythm(partner))


@tagged("-at_install", "post_install")
class TestRegrouping(RhythmCase):

    def test_merged_customers_keep_every_fact(self):
        one, other = self.customer("One", email="a@example.com"), self.customer("Other", email="a@example.com")
        self.bought(one, self.days([7] * 9, TODAY - timedelta(days=7)))
        self.bought(other, self.days([7] * 9, TODAY - timedelta(days=8)))
        for partner in (one, other):
            self.Rhythm._recompute(partner, TODAY - timedelta(days=8))
            self.Rhythm._recompute(partner, TODAY)
            self.Rhythm._cron_recompute(self.rhythm(partner).act_date)
        facts, signals = len(self.facts(one) + self.facts(other)), self.signals(one) + self.signals(other)
        self.assertGreaterEqual(facts, 2)
        self.env["base.partner.merge.automatic.wizard"]._merge((one | other).ids, one)
        self.assertFalse(other.exists())
        self.assertEqual(self.rhythm(one).purchase_count, 20)
        self.assertGreaterEqual(len(self.facts(one)), facts)
        self.assertEqual(sorted(self.signals(one)), sorted(signals), "a merge tells nothing")
        self.assertEqual(set(self.Signal.search([("partner_id", "=", one.id)]).mapped("res_id")), {one.id})

    def test_another_company_to_belong_to(self):
        firm, partner = self.customer("Firm", is_company=True), self.customer("Bob")
        self.bought(partner, self.days([7] * 5, fields.Date.today()))
        self.Rhythm._recompute(partner)
        told = self.signals(partner)
        partner.parent_id = firm
        self.assertFalse(self.rhythm(partner))
        self.assertEqual(self.rhythm(firm).purchase_count, 6)
        self.assertFalse(self.signals(firm), "joining a company is no purchase")
        partner.parent_id = False
        self.assertFalse(self.rhythm(firm))
        self.assertEqual(self.rhythm(partner).purchase_count, 6)
        self.assertEqual(self.signals(partner), told)

    def test_an_archived_customer_keeps_his_rhythm(self):
        partner = self.customer()
        self.bought(partner, self.days([7] * 5))
        self.Rhythm._recompute(partner, TODAY)
        partner.active = False
        self.Rhythm._recompute(today=TODAY)
        self.assertEqual(self.rhythm(partner).purchase_count, 6)

    def test_a_deleted_customer_leaves_nothing(self):
        partner = self.customer()
        self.bought(partner, [TODAY])
        self.Rhythm._recompute(partner, TODAY)
        self.env.cr.execute(SQL("DELETE FROM sale_order WHERE partner_id = %s", partner.id))
        partner.unlink()
        self.Rhythm._settle()
        self.assertFalse(self.env.execute_query(SQL("SELECT FROM conveyor_rhythm WHERE partner_id = %s", partner.id)))
