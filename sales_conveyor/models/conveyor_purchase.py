from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL, ormcache

CATCH_UP = 8  # days that the nightly job may have been off


class ConveyorPurchase(models.AbstractModel):
    """Where purchases come from: one query that other addons extend.

    A purchase is a day on which a commercial partner bought in a company, for
    more than nothing. Local days of the company; money in its currency,
    untaxed and net of linked credit notes.

    To add documents of another kind, extend :meth:`_sources` and
    :meth:`_line_sources`, and call ``conveyor.rhythm._mark`` when they change.
    """

    _name = "conveyor.purchase"
    _description = "Purchases"

    # ------------------------------------------------------------ documents
    @api.model
    def _sources(self, company):
        """SELECTs (partner_id, company_id, day, amount, margin), one row a document.

        They stand in a statement that has the CTEs ``credit`` (order_id,
        move_id, amount): the posted credit notes of orders and of invoices, and
        ``down`` (move_id, amount): what invoices ask for or give back as down payments.

        :param company: one company; its setting chooses between orders and invoices
        """
        if company.sudo().conveyor_purchase_source == "invoice":  # settings bind everybody
            return [self._invoices_sql(company)]
        return [self._orders_sql(company)]

    @api.model
    def _orders_sql(self, company):
        amount = SQL("o.amount_untaxed::float8 / %s", self._rate_sql())
        return SQL("""
            SELECT o.partner_id, o.company_id, %(day)s AS day, %(amount)s - COALESCE(c.amount::float8, 0) AS amount,
                   %(margin)s AS margin
              FROM sale_order o LEFT JOIN credit c ON c.order_id = o.id
             WHERE o.state = 'sale' AND o.company_id = %(company)s
        """, day=self._order_day(company), amount=amount, margin=self._margin_sql(amount), company=company.id)

    @api.model
    def _margin_sql(self, amount):
        """The order's margin, as much of it as its credit notes have left; NULL without the app that knows it."""
        if not self._knows_margins():
            return SQL("NULL::float8")
        return SQL("o.margin::float8 / %s * (1 - COALESCE(c.amount::float8 / NULLIF(%s, 0), 0))", self._rate_sql(), amount)

    @api.model
    def _knows_margins(self):
        """Whether Odoo's Margins in Sales Orders is installed."""
        return "margin" in self.env["sale.order"]._fields

    @api.model
    def _rate_sql(self):
        """How much one unit of the company's money is in that of the order; most often the same money, which
        is quicker to see than to convert."""
        return SQL("CASE WHEN o.currency_rate = 1 THEN 1 ELSE COALESCE(NULLIF(o.currency_rate, 0), 1)::float8 END")

    @api.model
    def _order_day(self, company):
        return SQL("(o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", company.sudo()._conveyor_tz())

    @api.model
    def _invoices_sql(self, company):
        return SQL("""
            SELECT m.partner_id, m.company_id, m.invoice_date AS day,
                   (m.amount_untaxed_signed - COALESCE(c.amount, 0) - COALESCE(w.amount, 0))::float8 AS amount, NULL::float8 AS margin
              FROM account_move m LEFT JOIN credit c ON c.move_id = m.id LEFT JOIN down w ON w.move_id = m.id
             WHERE m.state = 'posted' AND m.move_type = 'out_invoice' AND m.company_id = %s
        """, company.id)

    @api.model
    def _credit_sql(self, partner_ids):
        """What posted credit notes take away: of orders through their lines (not of down payments, which
        are no goods), of invoices through the invoice that they reverse. Few rows, found once: found anew for each
        order, the orders of one customer would cost the square of their number."""
        return SQL("""
            SELECT l.order_id, NULL::int AS move_id, sum(i.balance) AS amount
              FROM account_move m
              JOIN account_move_line i ON i.move_id = m.id AND i.display_type = 'product'
              JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = i.id
              JOIN sale_order_line l ON l.id = r.order_line_id AND l.is_downpayment IS NOT TRUE %s
             WHERE m.move_type = 'out_refund' AND m.state = 'posted' AND %s GROUP BY 1
             UNION ALL
            SELECT NULL, m.reversed_entry_id, -sum(m.amount_untaxed_signed)
              FROM account_move m WHERE m.move_type = 'out_refund' AND m.state = 'posted' AND m.reversed_entry_id IS NOT NULL
               AND %s GROUP BY 2
        """, SQL("JOIN sale_order o ON o.id = l.order_id") if partner_ids is not None else SQL(),
            self._buyers_sql("o", partner_ids), self._buyers_sql("m", partner_ids))

    @api.model
    def _down_sql(self, partner_ids):
        """Down payments on invoices: no purchase by themselves, and not taken from the invoice of the goods, so that
        one sale is one purchase of its whole amount."""
        return SQL("""
            SELECT i.move_id, sum(-i.balance) AS amount
              FROM account_move m
              JOIN account_move_line i ON i.move_id = m.id AND i.display_type = 'product'
              JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = i.id
              JOIN sale_order_line l ON l.id = r.order_line_id AND l.is_downpayment
             WHERE m.move_type = 'out_invoice' AND m.state = 'posted' AND %s GROUP BY 1
        """, self._buyers_sql("m", partner_ids))

    @api.model
    def _buyers_sql(self, alias, partner_ids):
        """Condition: the document's buyer belongs to these commercial partners."""
        if partner_ids is None:
            return SQL("TRUE")
        return SQL("%s = ANY(ARRAY(SELECT b.id FROM res_partner b WHERE b.commercial_partner_id = ANY(%s)))",
                   SQL.identifier(alias, "partner_id"), list(partner_ids))

    @api.model
    def _newcomers(self, today):
        """Commercial partners whose first purchase was dated ahead, and whose day has come: nothing has marked them since."""
        first, after = today - timedelta(CATCH_UP), today + timedelta(1)
        return [partner_id for partner_id, in self.env.execute_query(SQL("""
            SELECT DISTINCT p.commercial_partner_id
              FROM (SELECT partner_id, company_id FROM sale_order WHERE state = 'sale' AND date_order >= %(first)s AND date_order < %(after)s
                     UNION
                    SELECT partner_id, company_id FROM account_move WHERE state = 'posted' AND move_type = 'out_invoice'
                       AND invoice_date >= %(first)s AND invoice_date < %(after)s) d
              JOIN res_partner p ON p.id = d.partner_id
             WHERE NOT EXISTS (SELECT FROM conveyor_rhythm r WHERE r.partner_id = p.commercial_partner_id AND r.company_id = d.company_id)
        """, first=first, after=after + timedelta(1)))]

    # ------------------------------------------------------------ days
    @api.model
    def _days_sql(self, partner_ids=None, companies=None):
        """SELECT (partner_id, company_id, day, amount, margin), one row for each day on
        which a commercial partner bought; the margin is known where it is of all that he bought on it.

        :param partner_ids: commercial partners, None for all
        :param companies: None for all
        """
        sources = self._union(self._sources, companies)
        if partner_ids is None:  # what is of all is worked out once, and then compared
            sources = SQL("SELECT * FROM (%s) d OFFSET 0", sources)
        return SQL("""
            WITH credit AS MATERIALIZED (%s), down AS MATERIALIZED (%s)
            SELECT p.commercial_partner_id AS partner_id, d.company_id, d.day, sum(d.amount) AS amount,
                   CASE WHEN count(d.margin) = count(*) THEN sum(d.margin) END AS margin
              FROM (%s) d JOIN res_partner p ON p.id = d.partner_id
             WHERE d.amount > 0 AND d.day IS NOT NULL AND %s GROUP BY 1, 2, 3
        """, self._credit_sql(partner_ids), self._down_sql(partner_ids), sources, self._buyers_sql("d", partner_ids))

    @api.model
    def _lines_sql(self, partner_ids=None, companies=None):
        """SELECT (partner_id, company_id, day, product_id, quantity, amount, order_id) of what was
        bought, before credit notes; ``order_id`` is NULL of what has none."""
        return SQL("""
            SELECT p.commercial_partner_id AS partner_id, d.company_id, d.day, d.product_id, d.quantity, d.amount, d.order_id
              FROM (%s) d JOIN res_partner p ON p.id = d.partner_id WHERE %s
        """, self._union(self._line_sources, companies), self._buyers_sql("d", partner_ids))

    @api.model
    def _union(self, sources, companies):
        companies = companies or self._companies()
        return SQL(" UNION ALL ").join(source for company in companies for source in sources(company))

    @api.model
    def _companies(self):
        """All there are."""
        return self.env["res.company"].sudo().browse(self._company_ids())

    @api.model
    @ormcache()
    def _company_ids(self):
        return tuple(self.env["res.company"].sudo().with_context(active_test=False).search([]).ids)  # for whoever asks

    @api.model
    def _line_sources(self, company):
        """SELECTs (partner_id, company_id, day, product_id, quantity, amount, order_id), one row a line."""
        if company.sudo().conveyor_purchase_source == "invoice":  # settings bind everybody
            return [self._invoice_lines_sql(company)]
        return [SQL("""
            SELECT o.partner_id, o.company_id, %s AS day, l.product_id, l.product_uom_qty AS quantity,
                   l.price_subtotal::float8 / %s AS amount, o.id AS order_id
              FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id
             WHERE o.state = 'sale' AND o.company_id = %s AND l.product_id IS NOT NULL AND l.is_downpayment IS NOT TRUE
        """, self._order_day(company), self._rate_sql(), company.id)]

    @api.model
    def _invoice_lines_sql(self, company):
        return SQL("""
            SELECT m.partner_id, m.company_id, m.invoice_date AS day, i.product_id, i.quantity, -i.balance::float8 AS amount,
                   (SELECT min(l.order_id) FROM sale_order_line_invoice_rel r JOIN sale_order_line l ON l.id = r.order_line_id
                     WHERE r.invoice_line_id = i.id) AS order_id
              FROM account_move m JOIN account_move_line i ON i.move_id = m.id AND i.display_type = 'product'
             WHERE m.state = 'posted' AND m.move_type = 'out_invoice' AND m.company_id = %s AND i.product_id IS NOT NULL
               AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel r JOIN sale_order_line l ON l.id = r.order_line_id AND l.is_downpayment
                                WHERE r.invoice_line_id = i.id)
        """, company.id)

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
