from odoo import api, models
from odoo.tools import SQL

PAID = ("paid", "done", "invoiced")


class ConveyorPurchase(models.AbstractModel):
    """What customers buy at the till.

    A refund takes away from the order that it gives back. Lines that settle a
    sales order are that order's: counted there, not here. Where invoices are
    the purchases, an order that has one is counted by it, and all the rest here.
    """

    _inherit = "conveyor.purchase"

    @api.model
    def _sources(self, company):
        return [*super()._sources(company), self._pos_orders_sql(company)]

    @api.model
    def _line_sources(self, company):
        return [*super()._line_sources(company), self._pos_lines_sql(company)]

    @api.model
    def _hour_sources(self, sees_all):
        """Whoever pays at the till, strangers too; a till has no owner among the salespeople."""
        return [*super()._hour_sources(sees_all), *([self._pos_hours_sql()] if sees_all else [])]

    @api.model
    def _pos_hours_sql(self):
        own = SQL("s.sale_order_origin_id IS NULL") if "sale_order_origin_id" in self.env["pos.order.line"]._fields else SQL("TRUE")
        team = SQL("o.crm_team_id") if "crm_team_id" in self.env["pos.order"]._fields else SQL("NULL::int")
        return SQL("""
            SELECT o.company_id, o.date_order AS moment, %s AS team_id, o.user_id, NULL::int AS source_id, NULL::int AS campaign_id
              FROM pos_order o WHERE o.state IN %s AND o.amount_total > 0
               AND EXISTS (SELECT 1 FROM pos_order_line s WHERE s.order_id = o.id AND s.refunded_orderline_id IS NULL AND %s)
        """, team, PAID, own)

    @api.model
    def _pos_orders_sql(self, company):
        return SQL("""
            SELECT partner_id, company_id, day, sum(amount) AS amount, sum(amount - cost) AS margin
              FROM (%s) l GROUP BY partner_id, company_id, order_id, day
        """, self._pos_sold_sql(company))

    @api.model
    def _pos_lines_sql(self, company):
        return SQL("SELECT partner_id, company_id, day, product_id, quantity, amount, NULL::int AS order_id FROM (%s) l WHERE quantity > 0",
                   self._pos_sold_sql(company))

    @api.model
    def _pos_sold_sql(self, company):
        """One row a line that was sold, less what was given back of it; in the company's currency, untaxed."""
        rate = SQL("COALESCE(NULLIF(o.currency_rate, 0), 1)")
        return SQL("""
            SELECT o.id AS order_id, o.partner_id, o.company_id, (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day,
                   s.product_id, s.qty - COALESCE(r.qty, 0) AS quantity,
                   ((s.price_subtotal - COALESCE(r.amount, 0)) / %(rate)s)::float8 AS amount,
                   CASE WHEN s.is_total_cost_computed THEN
                        (s.total_cost / %(rate)s * (1 - COALESCE(r.qty / NULLIF(s.qty, 0), 0)))::float8 END AS cost
              FROM pos_order o JOIN pos_order_line s ON s.order_id = o.id
              LEFT JOIN LATERAL (
                   SELECT sum(abs(b.qty)) AS qty, sum(abs(b.price_subtotal)) AS amount
                     FROM pos_order_line b JOIN pos_order g ON g.id = b.order_id AND g.state IN %(paid)s
                    WHERE b.refunded_orderline_id = s.id) r ON TRUE
             WHERE o.partner_id IS NOT NULL AND o.state IN %(paid)s AND o.company_id = %(company)s
               AND s.refunded_orderline_id IS NULL AND %(ours)s
        """, tz=company.sudo()._conveyor_tz(), rate=rate, paid=PAID, company=company.id, ours=self._pos_ours_sql(company))

    @api.model
    def _pos_ours_sql(self, company):
        """Condition: nobody else counts this line."""
        if company.sudo().conveyor_purchase_source == "invoice":  # settings bind everybody
            return SQL("o.account_move IS NULL")
        if "sale_order_origin_id" not in self.env["pos.order.line"]._fields:  # without Odoo's link between till and sales
            return SQL("TRUE")
        return SQL("s.sale_order_origin_id IS NULL")
