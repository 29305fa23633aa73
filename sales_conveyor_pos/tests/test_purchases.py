"""What is paid at the till is a purchase, once."""

from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL

from .. import read_till
from ..models.res_partner import WITHOUT


class TillCase(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company = cls.env.company
        cls.company.write({"conveyor_tz": "Europe/Sofia", "conveyor_purchase_source": "order"})
        if not cls.env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", cls.company.id)]):
            cls.env["account.journal"].create({"name": "Sales", "type": "sale", "code": "SAL"})
        cls.config = cls.env["pos.config"].create({"name": "Café"})
        cls.session = cls.env["pos.session"].create({"config_id": cls.config.id, "user_id": cls.env.uid})
        cls.coffee = cls.env["product.product"].create({
            "name": "Coffee", "type": "consu", "list_price": 3, "available_in_pos": True, "taxes_id": False})
        cls.ada = cls.env["res.partner"].create({"name": "Ada"})

    def pos(self, day, partner=None, quantity=1, state="paid", **line):
        """An order of coffee at 3 each."""
        amount = 3 * quantity
        order = self.env["pos.order"].create({
            "session_id": self.session.id, "company_id": self.company.id, "partner_id": (self.ada if partner is None else partner).id,
            "amount_tax": 0, "amount_total": amount, "amount_paid": amount, "amount_return": 0,
            "date_order": datetime(2026, 6, day, 10) if isinstance(day, int) else day,
            "lines": [Command.create({
                "product_id": self.coffee.id, "qty": quantity, "price_unit": 3, "price_subtotal": amount, "price_subtotal_incl": amount, **line})]})
        order.state = state
        return order

    def bought(self, partner=None):
        """{day of June: amount} of a customer."""
        return {day.day: amount for day, amount in self.env["conveyor.purchase"]._history(partner or self.ada)[(partner or self.ada).id]}

    def rhythm(self):
        return self.env["conveyor.rhythm"].search([("partner_id", "=", self.ada.id), ("company_id", "=", self.company.id)])


@tagged("post_install", "-at_install")
class TestPurchases(TillCase):

    def test_paid_orders_are_purchases(self):
        self.pos(1)
        self.pos(1, quantity=2)
        self.pos(4, state="done")
        self.pos(6, state="draft")
        self.pos(8, partner=self.env["res.partner"])
        self.assertEqual(self.bought(), {1: 9, 4: 3})

    def test_days_are_local(self):
        self.pos(datetime(2026, 6, 1, 22, 30))
        self.assertEqual(self.bought(), {2: 3})

    def test_what_is_given_back_is_no_purchase(self):
        kept, back = self.pos(1, quantity=3), self.pos(5)
        self.pos(6, quantity=-1, refunded_orderline_id=kept.lines.id)
        self.pos(7, quantity=-1, refunded_orderline_id=back.lines.id)
        self.assertEqual(self.bought(), {1: 6})
        lines = self.env.execute_query(SQL(
            "SELECT day, quantity::int FROM (%s) l", self.env["conveyor.purchase"]._lines_sql([self.ada.id])))
        self.assertEqual(lines, [(date(2026, 6, 1), 2)])

    def test_a_sales_order_settled_at_the_till_counts_once(self):
        order = self.env["sale.order"].create({
            "partner_id": self.ada.id, "order_line": [Command.create({"product_id": self.coffee.id, "product_uom_qty": 4, "price_unit": 3, "tax_ids": False})]})
        order.action_confirm()
        order.date_order = datetime(2026, 6, 2, 10)
        self.pos(3, quantity=4, sale_order_origin_id=order.id, sale_order_line_id=order.order_line.id)
        self.assertEqual(self.bought(), {2: 12})

    def test_where_invoices_count_an_invoiced_order_counts_by_its_invoice(self):
        self.company.conveyor_purchase_source = "invoice"
        self.pos(1)
        invoiced = self.pos(2)
        move = self.env["account.move"].create({"move_type": "out_invoice", "partner_id": self.ada.id})
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_order SET account_move = %s WHERE id = %s", [move.id, invoiced.id])
        self.assertEqual(self.bought(), {1: 3})

    def test_hours_of_purchases_know_strangers_too(self):
        self.pos(1)
        self.pos(1, partner=self.env["res.partner"])
        self.pos(datetime(2026, 6, 1, 15), state="draft")
        self.pos(2, quantity=-1)
        self.env.flush_all()
        moments = self.env["conveyor.purchase"]._hour_sources(sees_all=True)[-1]
        found = self.env.execute_query(SQL("SELECT moment FROM (%s) m WHERE m.company_id = %s AND m.moment >= %s AND m.moment < %s",
                                           moments, self.company.id, date(2026, 6, 1), date(2026, 6, 3)))
        self.assertEqual(found, [(datetime(2026, 6, 1, 10),)] * 2)
        self.assertEqual(len(self.env["conveyor.purchase"]._hour_sources(sees_all=False)), 1)

    def test_another_currency(self):
        order = self.pos(1, quantity=10)
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_order SET currency_rate = 2 WHERE id = %s", [order.id])
        self.assertEqual(self.bought(), {1: 15})

    def test_each_company_has_its_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.pos(1)
        self.assertFalse(self.env["conveyor.purchase"]._history(self.ada, other)[self.ada.id])

    def test_a_contact_buys_for_his_company(self):
        firm = self.env["res.partner"].create({"name": "Works", "is_company": True})
        self.pos(1, partner=self.env["res.partner"].create({"name": "Eve", "parent_id": firm.id}))
        self.assertEqual(self.bought(firm), {1: 3})


@tagged("post_install", "-at_install")
class TestPayment(TillCase):

    def test_the_rhythm_follows_at_payment(self):
        self.pos(1)
        self.pos(4)
        self.assertEqual((self.rhythm().purchase_count, self.rhythm().last_date), (2, date(2026, 6, 4)))
        draft = self.pos(8, state="draft")
        self.assertEqual(self.rhythm().purchase_count, 2)
        draft.state = "paid"
        self.assertEqual((self.rhythm().purchase_count, self.rhythm().revenue_total), (3, 9))

    def test_a_refund_takes_it_back(self):
        self.pos(1)
        last = self.pos(4)
        self.pos(5, quantity=-1, refunded_orderline_id=last.lines.id)
        self.assertEqual((self.rhythm().purchase_count, self.rhythm().last_date), (1, date(2026, 6, 1)))

    def test_another_customer_is_set_afterwards(self):
        order, bob = self.pos(1), self.env["res.partner"].create({"name": "Bob"})
        self.assertTrue(self.rhythm())
        order.partner_id = bob
        self.assertFalse(self.rhythm())
        self.assertEqual(self.bought(bob), {1: 3})

    def test_what_wanted_him_to_buy_ends(self):
        cadence = self.env["conveyor.cadence"].create({
            "name": "Come back", "purpose": "reactivation", "target": "customer", "reason_policy": "none",
            "step_ids": [Command.create({"channel": "call"})]})
        enrolment = self.env["conveyor.enrolment"]._enrol(cadence, self.ada)
        self.pos(1)
        self.assertEqual((enrolment.state, enrolment.stop_reason), ("stopped", "bought"))

    def test_his_visit_is_made(self):
        visit = self.env["conveyor.visit"].create({"partner_id": self.ada.id, "date": date(2026, 6, 1), "product_id": self.coffee.id})
        self.pos(1)
        self.assertEqual((visit.state, visit.done_date), ("done", date(2026, 6, 1)))

    # ------------------------------------------------------------ he is a customer
    def lead(self, **values):
        return self.env["crm.lead"].create({"name": "Order", "type": "opportunity", "partner_id": self.ada.id, **values})

    def test_whoever_buys_at_the_till_only_is_not_forgotten(self):
        gaps = self.env["conveyor.next.gap"]
        self.assertFalse(gaps.search([("partner_id", "=", self.ada.id)]))
        self.pos(1)
        self.assertEqual(gaps.search([("partner_id", "=", self.ada.id)]).kind, "customer")

    def test_his_next_lead_is_a_repeat_sale(self):
        lead = self.lead()
        self.assertEqual(lead.sale_kind, "first")
        order = self.pos(1)
        self.assertEqual((lead.sale_kind, self.lead().sale_kind), ("repeat", "repeat"))
        bob = self.env["res.partner"].create({"name": "Bob"})
        order.partner_id = bob
        self.assertEqual((lead.sale_kind, self.lead(partner_id=bob.id).sale_kind), ("first", "repeat"))

    def test_what_is_given_back_was_no_sale(self):
        lead, order = self.lead(), self.pos(1, quantity=2)
        self.pos(2, quantity=-1, refunded_orderline_id=order.lines.id)
        self.assertEqual(lead.sale_kind, "repeat")
        self.pos(3, quantity=-1, refunded_orderline_id=order.lines.id)
        self.assertEqual(lead.sale_kind, "first")

    def test_a_sales_order_settled_at_the_till_is_the_leads_own_sale(self):
        lead = self.lead()
        order = self.env["sale.order"].create({
            "partner_id": self.ada.id, "opportunity_id": lead.id, "order_line": [Command.create({"product_id": self.coffee.id})]})
        order.action_confirm()
        order.date_order = datetime(2026, 6, 5, 10)
        self.pos(3, sale_order_origin_id=order.id, sale_order_line_id=order.order_line.id)
        lead.action_set_won()
        self.assertEqual(lead.sale_kind, "first")
        self.pos(4)
        self.assertEqual(lead.sale_kind, "repeat")

    def test_who_bought_before_the_addon_came_is_a_customer(self):
        lead, order = self.lead(), self.pos(1)
        self.env["conveyor.rhythm"]._settle()
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM conveyor_rhythm WHERE partner_id = %s", self.ada.id))
        self.env.cr.execute(SQL("UPDATE crm_lead SET sale_kind = 'first' WHERE id = %s", lead.id))
        self.env.invalidate_all()
        before = self.env["conveyor.signal"].search_count([("partner_id", "=", self.ada.id)])
        read_till(self.env)
        self.assertEqual((self.rhythm().purchase_count, lead.sale_kind), (1, "repeat"))
        self.assertEqual(self.env["conveyor.signal"].search_count([("partner_id", "=", self.ada.id)]), before, "it is history")
        self.env["res.partner"].with_context(**{WITHOUT: True})._refresh_sale_kind_of(order.partner_id.ids)
        self.assertEqual(lead.sale_kind, "first", "as when the addon goes")

    def test_his_orders_open_from_his_rhythm(self):
        order = self.pos(1)
        self.pos(2, state="draft")
        row = self.rhythm()
        action = row.action_open_purchases()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), order)
        seller = new_test_user(self.env, "conveyor_till_seller", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaisesRegex(UserError, "Point of Sale: User"):
            row.with_user(seller).action_open_purchases()
        sold = self.env["sale.order"].create({"partner_id": self.ada.id, "order_line": [Command.create({"product_id": self.coffee.id})]})
        sold.action_confirm()
        action = row.action_open_purchases()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), sold)
        till = row.action_open_till_orders()
        self.assertEqual((row.till_count, self.env[till["res_model"]].search(till["domain"])), (1, order))

    def test_one_payment_costs_few_queries(self):
        order = self.pos(1, state="draft")
        self.env.flush_all()
        with self.assertQueryCount(25):
            order._conveyor_paid()
            order.state = "paid"

    def test_the_cashier_gets_a_hint_without_money(self):
        for day in (1, 4, 7, 10):
            self.pos(day)
        cashier = new_test_user(self.env, "conveyor_cashier", "base.group_user,point_of_sale.group_pos_user")
        hint = self.ada.with_user(cashier).get_conveyor_pos_hint()
        self.assertRegex(hint, r"^Buys (about )?every \d+ days?; silent for")
        self.assertLessEqual(len(hint.split()), 9)
        self.assertEqual(self.env["res.partner"].create({"name": "New"}).with_user(cashier).get_conveyor_pos_hint(), "")
        with self.assertRaises(AccessError):
            self.rhythm().with_user(cashier).read(["revenue_total"])
