from odoo import api, models
from odoo.tools import SQL


class ConveyorPurchase(models.AbstractModel):
    """Where purchases come from: one query that other addons extend.

    A purchase is a day on which a commercial partner bought in a company, for
    more than nothing. Local days of the company; money in its currency,
    untaxed and net of linked credit notes.
    """

    _name = "conveyor.purchase"
    _description = "Purchases"

    # ------------------------------------------------------------ documents
    @api.model
    def _sources(self, company):
        """SELECTs (partner_id, company_id, day, amount, margin), one row a document.

        :param company: one company; its setting chooses between orders and invoices
        """
        return [self._orders_sql(company)]

    @api.model
    def _orders_sql(self, company):
        return SQL("""
            SELECT o.partner_id, o.company_id, (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day,
                   o.amount_untaxed / COALESCE(NULLIF(o.currency_rate, 0), 1) AS amount, NULL::numeric AS margin
              FROM sale_order o WHERE o.state = 'sale' AND o.company_id = %(company)s
        """, tz=company._conveyor_tz(), company=company.id)

    # ------------------------------------------------------------ days
    @api.model
    def _days_sql(self, partner_ids=None, companies=None):
        """SELECT (partner_id, company_id, day, amount, margin), one row for each day on
        which a commercial partner bought.

        :param partner_ids: commercial partners, None for all
        :param companies: None for all
        """
        companies = companies or self.env["res.company"].sudo().with_context(active_test=False).search([])
        documents = SQL(" UNION ALL ").join(source for company in companies for source in self._sources(company))
        where = SQL("TRUE") if partner_ids is None else SQL(
            "d.partner_id = ANY(ARRAY(SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s)))", list(partner_ids))
        return SQL("""
            SELECT p.commercial_partner_id AS partner_id, d.company_id, d.day, sum(d.amount) AS amount, sum(d.margin) AS margin
              FROM (%s) d JOIN res_partner p ON p.id = d.partner_id WHERE d.amount > 0 AND %s GROUP BY 1, 2, 3
        """, documents, where)

    @api.model
    def _lines_sql(self, partner_ids=None, companies=None):
        """SELECT (partner_id, company_id, day, product_id, quantity, amount, order_id) of what was bought."""
        companies = companies or self.env["res.company"].sudo().with_context(active_test=False).search([])
        lines = SQL(" UNION ALL ").join(source for company in companies for source in self._line_sources(company))
        where = SQL("TRUE") if partner_ids is None else SQL(
            "d.partner_id = ANY(ARRAY(SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s)))", list(partner_ids))
        return SQL("""
            SELECT p.commercial_partner_id AS partner_id, d.company_id, d.day, d.product_id, d.quantity, d.amount, d.order_id
              FROM (%s) d JOIN res_partner p ON p.id = d.partner_id WHERE %s
        """, lines, where)

    @api.model
    def _line_sources(self, company):
        """SELECTs (partner_id, company_id, day, product_id, quantity, amount, order_id), one row a line."""
        return [SQL("""
            SELECT o.partner_id, o.company_id, (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day,
                   l.product_id, l.product_uom_qty AS quantity,
                   l.price_subtotal / COALESCE(NULLIF(o.currency_rate, 0), 1) AS amount, o.id AS order_id
              FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id
             WHERE o.state = 'sale' AND o.company_id = %(company)s AND l.product_id IS NOT NULL
        """, tz=company._conveyor_tz(), company=company.id)]

    # ------------------------------------------------------------ for screens
    @api.model
    def _history(self, partners, company=None):
        """``{commercial partner id: [(date, amount), …]}`` in one company, oldest first."""
        company = company or self.env.company
        self.env.flush_all()
        history = {partner_id: [] for partner_id in partners.commercial_partner_id.ids}
        for partner_id, day, amount in self.env.execute_query(SQL(
                "SELECT partner_id, day, amount FROM (%s) d ORDER BY day", self._days_sql(history, company))):
            history[partner_id].append((day, float(amount)))
        return history
