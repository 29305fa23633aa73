from odoo import api, models
from odoo.tools import SQL

MONEYS = ("revenue_total", "margin_total", "revenue_year", "revenue_before", "first_amount", "last_amount")


class ConveyorRhythmStat(models.AbstractModel):
    """What customers bought and how long they waited in between, as parts of the statement that makes rhythms.

    Of all customers this is the most work by far, so rows are sorted once, by customer, company and day: days are
    added up, gaps are found and customers are added up in this order.
    """

    _name = "conveyor.rhythm.stat"
    _description = "Purchases and Gaps of Customers"

    @api.model
    def _bought(self, partner_ids):
        return SQL("SELECT d.partner_id, d.company_id, d.day, d.amount::float8 AS amount, d.margin::float8 AS margin FROM (%s) d",
                   self.env["conveyor.purchase"]._days_sql(partner_ids))

    @api.model
    def _of_company(self, name):
        """A column of ``clock`` for a row of ``bought``, without a join: rows stay in their order, so that sorting once is enough."""
        company_ids = self.env["conveyor.purchase"]._company_ids()
        if len(company_ids) == 1:
            return SQL("(SELECT %s FROM clock)", SQL.identifier(name))
        return SQL("CASE b.company_id %s END", SQL(" ").join(
            SQL("WHEN %s THEN (SELECT %s FROM clock WHERE company_id = %s)", company_id, SQL.identifier(name), company_id)
            for company_id in company_ids))

    @api.model
    def _gap(self):
        """Each day with the next one, ``later``, the gap's logarithm and the amount of the first day, ``start``.

        A gap is that between a day and the next one, if it is not after today.
        """
        return SQL("""
            SELECT b.*, %(today)s AS today, %(mite)s AS mite, lead(b.day) OVER w AS later, first_value(b.amount) OVER w AS start,
                   CASE WHEN lead(b.day) OVER w <= %(today)s THEN ln((lead(b.day) OVER w - b.day)::float8) END AS log
              FROM bought b WINDOW w AS (PARTITION BY b.partner_id, b.company_id ORDER BY b.day)
        """, today=self._of_company("today"), mite=self._of_company("mite"))

    @api.model
    def _numbered_gap(self):
        """As :meth:`_gap`, of days that are counted by the calendar of the customer's rule."""
        number = SQL("COALESCE(d.number, CASE WHEN r.calendar_id IS NULL THEN b.day - DATE '1990-01-01' ELSE 0 END)")
        return SQL("""
            SELECT b.*, CASE WHEN b.later <= b.today AND b.later_number > b.number THEN ln((b.later_number - b.number)::float8) END AS log
              FROM (SELECT b.*, c.today, c.mite, lead(b.day) OVER w AS later, first_value(b.amount) OVER w AS start,
                           %(number)s AS number, lead(%(number)s) OVER w AS later_number
                      FROM bought b JOIN clock c ON c.company_id = b.company_id
                      JOIN ruled r ON r.partner_id = b.partner_id AND r.company_id = b.company_id
                      LEFT JOIN conveyor_rhythm_day d ON d.calendar_id = r.calendar_id AND d.day = b.day
                    WINDOW w AS (PARTITION BY b.partner_id, b.company_id ORDER BY b.day)) b
        """, number=number)

    @api.model
    def _stat(self, has_calendars):
        """One row a customer: his gaps and his money."""
        return SQL("""
            SELECT s.partner_id, s.company_id, c.today, s.purchase_count, s.first_date, s.last_date, s.last_number, %(gaps)s AS gap_count,
                   %(logs)s, s.weekly_count, %(amounts)s, s.bought_more_date, s.returned_date, s.renew_date
              FROM (%(sums)s) s JOIN clock c ON c.company_id = s.company_id
        """, gaps=SQL("s.gap_count" if has_calendars else "s.purchase_count - 1"),  # every day counts
            logs=SQL(", ").join(map(self._rounded_log, ("log_sum", "log_squares"))),
            amounts=SQL(", ").join(map(self._rounded_amount, MONEYS)), sums=self._sums(has_calendars))

    @api.model
    def _rounded_log(self, name):
        """To nine digits: the order of adding up shall make no other row."""
        return SQL("round(COALESCE(s.%(name)s, 0) * 1e9::float8) / 1e9::float8 AS %(name)s", name=SQL.identifier(name))

    @api.model
    def _rounded_amount(self, name):
        """As the company's money is rounded; by whole numbers, as PostgreSQL turns a float into a decimal by way of text."""
        return SQL("CASE WHEN abs(s.%(name)s) < 1e12 THEN round(s.%(name)s * c.mites)::int8 * c.unit ELSE round(s.%(name)s::numeric, c.digits)"
                   " END AS %(name)s", name=SQL.identifier(name))

    @api.model
    def _sums(self, has_calendars):
        """What is dated later than today has not happened yet."""
        return SQL("""
            SELECT partner_id, company_id, count(*)::int AS purchase_count, min(day) AS first_date, max(day) AS last_date, %(numbers)s,
                   sum(log) AS log_sum, sum(log * log) AS log_squares,
                   count(*) FILTER (WHERE later <= today AND (later - day) %% 7 = 0)::int AS weekly_count,
                   sum(amount) AS revenue_total, sum(margin) AS margin_total,
                   COALESCE(sum(amount) FILTER (WHERE day > today - 365), 0) AS revenue_year,
                   COALESCE(sum(amount) FILTER (WHERE day <= today - 365 AND day > today - 730), 0) AS revenue_before,
                   max(start) AS first_amount, max(amount) FILTER (WHERE (later <= today) IS NOT TRUE) AS last_amount,
                   min(day) FILTER (WHERE amount > start + mite) AS bought_more_date,
                   min(later) FILTER (WHERE later <= today) AS returned_date,
                   LEAST(min(CASE WHEN day > today - 365 THEN day + 365 WHEN day > today - 730 THEN day + 730 END),
                         min(later) FILTER (WHERE later > today)) AS renew_date
              FROM gap WHERE day <= today GROUP BY partner_id, company_id
        """, numbers=SQL("max(number) AS last_number, count(log)::int AS gap_count" if has_calendars else "NULL::int AS last_number"))
