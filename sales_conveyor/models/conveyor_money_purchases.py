from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from .conveyor_funnel_reader import WHOLE
from .conveyor_money_reader import HORIZON, Earned, Sold

CLIENT_LEADS = SQL("SELECT * FROM client_lead")  # in a statement with this CTE
FEW = 50000  # customers up to which their purchases are found one by one, beyond all purchases are read


class ConveyorMoneyReader(models.AbstractModel):
    """Whose customers are whose, and what they bought: the SQL behind money by source."""

    _inherit = "conveyor.money.reader"

    # ------------------------------------------------------------ attribution
    @api.model
    def _attribution_sql(self, companies=None, leads=None):
        """SELECT (client, company_id, lead_id, entry_date, source_id, medium_id, campaign_id, team_id, user_id): the first
        lead of every client in every company, and with it his source; of whoever was brought by somebody, *Referral*.

        This is the one place that says to which source a client belongs. ``client`` is the commercial partner,
        or the lead's number with a minus where it has none.

        :param leads: SQL in which ``_client_leads_sql`` stands already
        """
        return SQL("""
            SELECT DISTINCT ON (l.client, c.id) l.client, c.id AS company_id, l.lead_id, l.entry_date, l.source_id, l.medium_id,
                   l.campaign_id, l.team_id, l.user_id
              FROM (%s) l JOIN unnest(%s) AS c (id) ON c.id = l.company_id OR l.company_id IS NULL
             ORDER BY l.client, c.id, l.entry_date, l.lead_id
        """, leads or self._client_leads_sql(), (companies or self.env.companies).ids)

    @api.model
    def _client_leads_sql(self):
        return SQL("""
            SELECT f.lead_id, f.entry_date, f.pass_date, f.value, f.company_id, f.team_id, f.user_id, f.campaign_id, f.medium_id,
                   CASE WHEN l.referrer_id IS NULL THEN f.source_id ELSE %s END AS source_id,
                   COALESCE(p.commercial_partner_id, -f.lead_id) AS client
              FROM conveyor_funnel_fact f JOIN crm_lead l ON l.id = f.lead_id LEFT JOIN res_partner p ON p.id = l.partner_id
             WHERE %s
        """, self._referral_id(), WHOLE)

    @api.model
    def _customers_sql(self, companies=None, has_leads=False):
        """SELECT of everyone who has bought, one row a client and company, with his first sale and his source.

        A sale is a purchase as of ``conveyor.purchase``; of a client without any, his won leads. Who bought before
        his first lead came was not brought by it: he has no source.

        :param has_leads: it stands in a statement with the CTE ``client_lead`` (:meth:`_client_leads_sql`)
        """
        companies = companies or self.env.companies
        return SQL("""
            %(leads)s
            SELECT b.id, b.client, NULLIF(GREATEST(b.client, 0), 0) AS partner_id, b.company_id, b.first_date, b.revenue, a.lead_id,
                   a.source_id, a.medium_id, a.campaign_id, a.team_id, a.user_id, COALESCE(a.entry_date, b.first_date) AS came_date
              FROM (%(buyers)s) b
              LEFT JOIN (%(attribution)s) a ON a.client = b.client AND a.company_id = b.company_id AND a.entry_date <= b.first_date
        """, buyers=self._buyers_sql(companies, CLIENT_LEADS), attribution=self._attribution_sql(companies, CLIENT_LEADS),
                   leads=SQL() if has_leads else SQL("WITH client_lead AS MATERIALIZED (%s)", self._client_leads_sql()))

    @api.model
    def _buyers_sql(self, companies, leads=None):
        """SELECT (id, client, company_id, first_date, revenue): the same customers, whatever brought them."""
        return SQL("""
            SELECT 2 * r.id AS id, r.partner_id AS client, r.company_id, r.first_date, r.revenue_total::float8 AS revenue
              FROM conveyor_rhythm r WHERE r.first_date IS NOT NULL AND r.company_id = ANY(%s)
             UNION ALL
            SELECT 2 * min(w.lead_id) + 1, w.client, w.company_id, min(w.day), sum(w.amount) FROM (%s) w GROUP BY 2, 3
        """, companies.ids, self._wins_sql(companies, leads))

    @api.model
    def _wins_sql(self, companies, leads=None):
        """SELECT (client, company_id, lead_id, day, amount): won leads of clients of whom no document says that they bought."""
        return SQL("""
            SELECT l.client, COALESCE(l.company_id, %(company)s) AS company_id, l.lead_id, l.pass_date AS day, l.value::float8 AS amount
              FROM (%(leads)s) l
             WHERE l.pass_date IS NOT NULL AND COALESCE(l.company_id, %(company)s) = ANY(%(companies)s) AND NOT EXISTS (
                   SELECT FROM conveyor_rhythm r WHERE r.partner_id = l.client AND r.company_id = COALESCE(l.company_id, %(company)s))
        """, leads=leads or self._client_leads_sql(), company=self.env.company.id, companies=companies.ids)

    # ------------------------------------------------------------ purchases
    @api.model
    def _purchases_sql(self, companies, partner_ids=None, leads=None):
        """SELECT (client, company_id, day, amount, margin): days of purchases, and wins of who has none.

        :param leads: as of :meth:`_attribution_sql`
        """
        Purchase = self.env["conveyor.purchase"]
        days = Purchase._days_sql(partner_ids, companies)
        by_invoice = companies.sudo().filtered(lambda company: company.conveyor_purchase_source == "invoice")  # settings bind everybody
        if by_invoice or not Purchase._knows_margins():
            days = self._with_costs(days, Purchase._lines_sql(partner_ids, companies))
        return SQL("""
            SELECT d.partner_id AS client, d.company_id, d.day, d.amount::float8, d.margin::float8 FROM (%s) d
             UNION ALL SELECT w.client, w.company_id, w.day, w.amount, NULL FROM (%s) w
        """, days, self._wins_sql(companies, leads))

    @api.model
    def _with_costs(self, days, lines):
        """The same days; margins by what the products cost now, where each product of the day has a cost."""
        return SQL("""
            SELECT d.partner_id, d.company_id, d.day, d.amount, COALESCE(d.margin, d.amount * (1 - c.cost / NULLIF(c.amount, 0))) AS margin
              FROM (%s) d LEFT JOIN (
                   SELECT l.partner_id, l.company_id, l.day, sum(l.amount) AS amount,
                          CASE WHEN bool_and(COALESCE(p.cost, 0) > 0) THEN sum(l.quantity * p.cost) END AS cost
                     FROM (%s) l LEFT JOIN (SELECT p.id, e.key::int AS company_id, e.value::float8 AS cost FROM product_product p
                          CROSS JOIN LATERAL jsonb_each_text(p.standard_price) AS e) p ON p.id = l.product_id AND p.company_id = l.company_id
                    GROUP BY 1, 2, 3) c ON c.partner_id = d.partner_id AND c.company_id = d.company_id AND c.day = d.day
        """, days, lines)

    @api.model
    def _bought(self, scope, parts):
        """SELECT of the purchases of the customers of a scope, beside their own columns.

        :param parts: the CTEs ``client_lead`` and ``customer``, in which it stands
        """
        partner_ids = None
        if self._is_narrow(scope):
            ids = [client for client, in self.env.execute_query(SQL("%s SELECT client FROM customer LIMIT %s", parts, FEW + 1))]
            partner_ids = [client for client in ids if client > 0] if len(ids) <= FEW else None
        companies = self.env["res.company"].browse(scope.filters.company_ids)
        return SQL("""
            SELECT c.*, d.day, d.amount, d.margin FROM customer c JOIN (%s) d ON d.client = c.client AND d.company_id = c.company_id
        """, self._purchases_sql(companies, partner_ids, CLIENT_LEADS))

    @api.model
    def _purchases(self, scope):
        """``(customers, [earned], sold)`` in the reader's currency and in one reading.

        ``customers``: as of :meth:`_customers`. ``earned``: (source, month of coming, month of the first sale, (came in the period, bought
        first in it), months since the first sale, :class:`Earned`) of customers of whom one of the two is true. Months since it: 0 is that
        day itself, 1 the month after it, one more than the horizon all that came later. ``sold``: ``{"first": Sold, "repeat": Sold}`` of
        the period's days.
        """
        customers, earned, sold, cache, funnel = [], [], defaultdict(Sold), {}, self.env["conveyor.funnel"]
        for what, source_id, came, first, *flags, age, kind, company_id, month, revenue, margin, known, count, buyers in (
                self.env.execute_query(self._purchases_by(scope))):
            if what == "customers":
                customers.append((source_id, came, first, flags, count))
                continue
            rate = funnel._rate(scope, company_id, month if what == "sold" else first, cache)
            money = revenue * rate, margin * rate, known * rate, count
            if what == "sold":
                sold[kind] += Sold(*money)
                sold[kind].customers += buyers
            elif any(flags):
                earned.append((source_id, came, first, flags, age, Earned(*money)))
        return customers, earned, sold

    @api.model
    def _purchases_by(self, scope):
        """Customers by their groups, sums of purchases by the same groups and, of the period's days, by kind of sale. A customer who bought
        on several of these days is marked on one. Who the customers are takes longest to find, and is found once."""
        came, first, day = (self._within(scope, SQL(name)) for name in ("b.came_date", "b.first_date", "b.day"))
        parts = self._customer_parts(scope)
        return SQL("""
            %(parts)s
            SELECT 'customers' AS what, b.source_id, date_trunc('month', b.came_date)::date, date_trunc('month', b.first_date)::date,
                   %(came)s, %(new)s, NULL::int, NULL::text, NULL::int, NULL::date, NULL::float8, NULL::float8, NULL::float8, count(*), NULL::bigint
              FROM customer b WHERE %(came)s OR %(new)s GROUP BY 2, 3, 4, 5, 6
             UNION ALL
            SELECT CASE WHEN s.is_sold THEN 'sold' ELSE 'earned' END, s.source_id, s.came, s.first, s.is_came, s.is_new, s.age, s.kind, s.company_id, s.month,
                   sum(s.amount), COALESCE(sum(s.margin), 0), COALESCE(sum(s.amount) FILTER (WHERE s.margin IS NOT NULL), 0), count(*),
                   count(*) FILTER (WHERE s.is_one)
              FROM (SELECT b.source_id, b.company_id, b.amount, b.margin, %(came)s AS is_came, %(new)s AS is_new, %(sold)s AS is_sold,
                           date_trunc('month', b.came_date)::date AS came, date_trunc('month', b.first_date)::date AS first,
                           date_trunc('month', b.day)::date AS month, CASE WHEN b.day = b.first_date THEN 'first' ELSE 'repeat' END AS kind,
                           LEAST(%(last)s, (extract(year FROM b.a) * 12 + extract(month FROM b.a) + (extract(day FROM b.a) > 0)::int)::int) AS age,
                           row_number() OVER (PARTITION BY b.client, b.day = b.first_date, %(sold)s ORDER BY b.day) = 1 AS is_one
                      FROM (SELECT b.*, age(b.day, b.first_date) AS a FROM (%(bought)s) b) b
                     WHERE b.day >= b.first_date AND (%(came)s OR %(new)s OR %(sold)s)) s
             GROUP BY GROUPING SETS ((s.source_id, s.came, s.first, s.is_came, s.is_new, s.company_id, s.age), (s.is_sold, s.kind, s.company_id, s.month))
            HAVING GROUPING(s.is_sold) = 1 OR s.is_sold
        """, parts=parts, came=came, new=first, sold=day, last=HORIZON + 1, bought=self._bought(scope, parts))

    @api.model
    def _customer_parts(self, scope):
        """WITH of ``client_lead``, and of ``customer``: the customers of a scope, of whom what is asked here."""
        query = self._customer_query(scope, conveyor_has_client_leads=True)
        names = ("client", "company_id", "source_id", "came_date", "first_date")
        return SQL("WITH client_lead AS MATERIALIZED (%s), customer AS MATERIALIZED (%s)", self._client_leads_sql(), query.select(
            *(SQL.identifier(query.table, name) for name in names)))

    @api.model
    def _sales_sql(self):
        """SELECT of all purchases of everyone who has bought, one row a client, company and day; ``kind``: first or repeat."""
        companies = self.env.companies
        return SQL("""
            WITH client_lead AS MATERIALIZED (%s)
            SELECT row_number() OVER (ORDER BY c.client, c.company_id, d.day) AS id, c.client, c.partner_id, c.company_id, c.lead_id, c.source_id,
                   c.medium_id, c.campaign_id, c.team_id, c.user_id, d.day AS date, d.amount, d.margin,
                   CASE WHEN d.day = c.first_date THEN 'first' ELSE 'repeat' END AS kind
              FROM (%s) c JOIN (%s) d ON d.client = c.client AND d.company_id = c.company_id
        """, self._client_leads_sql(), self._customers_sql(companies, has_leads=True), self._purchases_sql(companies, leads=CLIENT_LEADS))
