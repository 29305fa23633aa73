"""Customers with purchases of any day, quickly: orders by SQL, as an import or another program would leave them."""

from datetime import date, datetime, timedelta

from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

TODAY = date(2026, 6, 15)  # a Monday


class RhythmCase(TransactionCase):
    """A company that counts days in UTC and has no rules; a seller, his colleague, a manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, mail_create_nolog=True, lang="en_US"))
        cls.Rhythm, cls.Change, cls.Signal = (cls.env[f"conveyor.{name}"] for name in ("rhythm", "rhythm.change", "signal"))
        cls.env["conveyor.rhythm.rule"].search([]).active = False
        cls.env.company.write({"conveyor_purchase_source": "order", "conveyor_tz": "UTC"})
        cls.seller = new_test_user(cls.env, "rhythm_seller", "sales_team.group_sale_salesman", name="Sam Seller", lang="en_US")
        cls.colleague = new_test_user(cls.env, "rhythm_colleague", "sales_team.group_sale_salesman", name="Kim Colleague", lang="en_US")
        cls.manager = new_test_user(cls.env, "rhythm_manager", "sales_team.group_sale_manager", name="Mia Manager", lang="en_US")
        cls.category = cls.env["product.category"].create({"name": "Beans"})
        cls.beans = cls.product(cls.category)

    @classmethod
    def product(cls, category):
        return cls.env["product.product"].create({
            "name": category.name, "type": "service", "list_price": 100, "categ_id": category.id, "taxes_id": False,
            "invoice_policy": "order"})

    @classmethod
    def customer(cls, name="Ada", **values):
        return cls.env["res.partner"].create({"name": name, **values})

    @classmethod
    def bought(cls, partner, days, amount=100, product=None, company=None, state="sale"):
        """Orders of these days, written behind Odoo's back."""
        cls.env.flush_all()
        company = company or cls.env.company
        orders = cls.env.execute_query(SQL(
            """
            INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id, company_id, currency_id, currency_rate,
                                    state, date_order, amount_untaxed, amount_total, create_date, user_id, warehouse_id)
            SELECT 'S', %(partner)s, %(partner)s, %(partner)s, %(company)s, %(currency)s, 1, %(state)s, d, %(amount)s, %(amount)s, d, NULL,
                   %(warehouse)s FROM unnest(%(days)s::timestamp[]) d RETURNING id
            """ if "warehouse_id" in cls.env["sale.order"]._fields else """
            INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id, company_id, currency_id, currency_rate,
                                    state, date_order, amount_untaxed, amount_total, create_date)
            SELECT 'S', %(partner)s, %(partner)s, %(partner)s, %(company)s, %(currency)s, 1, %(state)s, d, %(amount)s, %(amount)s, d
              FROM unnest(%(days)s::timestamp[]) d RETURNING id
            """, partner=partner.id, company=company.id, currency=company.currency_id.id, state=state, amount=amount,
            days=[day if isinstance(day, datetime) else datetime.combine(day, datetime.min.time()) + timedelta(hours=12) for day in days],
            **({"warehouse": None} if "warehouse_id" in cls.env["sale.order"]._fields else {})))
        if product:
            cls.env.cr.execute(SQL(
                """
                INSERT INTO sale_order_line (order_id, company_id, product_id, product_uom_id, name, product_uom_qty, price_unit, price_subtotal, customer_lead)
                SELECT o, %s, %s, %s, 'line', 1, %s, %s, 0 FROM unnest(%s) o
                """, company.id, product.id, product.uom_id.id, amount, amount, [row[0] for row in orders]))
        return cls.env["sale.order"].browse(row[0] for row in orders)

    @staticmethod
    def days(gaps, until=TODAY):
        """Days with these gaps between them, the last one being ``until``."""
        days = [until]
        for gap in reversed(gaps):
            days.append(days[-1] - timedelta(days=gap))
        return days[::-1]

    def rhythm(self, partner, company=None):
        return self.Rhythm.search([("partner_id", "=", partner.id), ("company_id", "=", (company or self.env.company).id)])

    def facts(self, partner):
        """(date, from, to, is_back, is_history) of the changes, in order."""
        return [(row.date, row.from_status or None, row.to_status, row.is_back, row.is_history)
                for row in self.Change.search([("partner_id", "=", partner.id)], order="date, id")]

    def signals(self, partner):
        """What automation rules would hear, in order."""
        return [row.to_status or row.quality or row.kind for row in self.Signal.search([("partner_id", "=", partner.id)], order="id")]

    def night(self, today):
        self.Rhythm._cron_recompute(today)
