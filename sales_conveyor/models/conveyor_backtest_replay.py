from contextlib import contextmanager

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import backtest

PARTS = ("clock", "bought", "gap", "stat", "latest", "topic", "ruled", "population")  # of the statement that makes rhythms
NAMED = SQL("c.silence >= CASE WHEN w.fixed = 0 THEN c.alarm ELSE w.fixed END")


class ConveyorBacktestReplay(models.AbstractModel):
    """What rhythms would have said on days of the past, by today's rules and
    what was known on each day; and what became of the customers.

    The same parts of SQL make rhythms today and then, so the test is of the
    real thing. Rules of counting are those of ``engine/backtest.py``.
    """

    _name = "conveyor.backtest.replay"
    _description = "Replay of Purchase Rhythms"

    @api.model
    def _span(self, company, today):
        """First purchase of all, and the last day known: ``today``. (None, today) without purchases."""
        (first,), = self.env.execute_query(SQL(
            "SELECT min(day) FROM (%s) d WHERE day <= %s", self.env["conveyor.purchase"]._days_sql(None, company), today))
        return first, today

    @contextmanager
    def _played(self, company, days, end):
        """Inside the block the table ``backtest_case`` has a row for each customer and day that is asked about."""
        self.env.flush_all()
        self.env["conveyor.rhythm.calendar"].sudo()._refresh(end)  # derived, as are rhythms
        self.env.cr.execute("""
            CREATE TEMP TABLE backtest_case (
                today date, partner_id int, silence int, alarm int, lost_alarm int, is_lost boolean, amount numeric) ON COMMIT DROP""")
        with self.env["conveyor.funnel.builder"]._planned_for_many():
            for day in days:
                self.env.cr.execute(SQL("INSERT INTO backtest_case %s", self._cases(company, day, end)))
            self.env.cr.execute("ANALYZE backtest_case")
        yield
        self.env.cr.execute("DROP TABLE backtest_case")

    @api.model
    def _cases(self, company, today, end):
        """SELECT of the customers who are asked about on one day."""
        recompute, rules = self.env["conveyor.rhythm.recompute"].sudo(), self.env["conveyor.rhythm.terms"].sudo()._rules()
        has_calendars = any(rule["has_calendar"] for rule in rules)
        parts = {name: part for name, part in recompute._parts(None, today, rules, has_calendars, True).items() if name in PARTS}
        left = recompute._staged({**parts, "bought": self._bought(company)}, has_calendars)
        return SQL("""
            %s SELECT today, partner_id, silence, alarm, lost_alarm, next_day IS NULL OR next_day > term_end, revenue_year
              FROM scored WHERE absence <= %s * usual_gap AND term_end <= %s
        """, recompute._with({
            **left, "own": SQL("SELECT NULL::int AS partner_id, NULL::date AS own_date WHERE FALSE"),
            "brought": SQL("SELECT NULL::int AS partner_id, NULL::date AS recommended_date, NULL::date AS referred_date WHERE FALSE"),
            "later": SQL("SELECT partner_id, min(day) AS day FROM bought WHERE day > %s AND day <= %s GROUP BY 1", today, end),
            "scored": self._scored(has_calendars)}), backtest.REACH, end)

    @api.model
    def _bought(self, company):
        return SQL("SELECT d.partner_id, d.company_id, d.day, d.amount::float8 AS amount, d.margin::float8 AS margin FROM (%s) d",
                   self.env["conveyor.purchase"]._days_sql(None, company))

    @api.model
    def _scored(self, has_calendars):
        recompute, score = self.env["conveyor.rhythm.recompute"].sudo(), self.env["conveyor.rhythm.score"]
        days = SQL("ceil(GREATEST(%s * s.usual_gap, %s) - 1e-6)::int", backtest.TERM, backtest.WEEK)
        return SQL("""
            SELECT s.today, s.partner_id, s.absence, s.usual_gap, s.revenue_year, s.today - s.last_date AS silence,
                   s.act_date - s.last_date AS alarm, s.lost_date - s.last_date AS lost_alarm, n.day AS next_day,
                   %s AS term_end
              FROM (%s OFFSET 0) s LEFT JOIN later n ON n.partner_id = s.partner_id
        """, self._after_today(days) if has_calendars else SQL("s.today + %s", days),
            score._scored(recompute._judgeable(), has_calendars))

    @api.model
    def _after_today(self, days):
        """The day so many counted days after the as-of day."""
        return SQL("""
            CASE WHEN s.calendar_id IS NULL THEN s.today + %(days)s ELSE (
                SELECT d.day FROM conveyor_rhythm_day d WHERE d.calendar_id = s.calendar_id AND d.is_counted
                   AND d.number = LEAST(s.last_number + s.absence + %(days)s, s.calendar_total)) END""", days=days)

    # ------------------------------------------------------------ answers
    @api.model
    def _counts(self, ways):
        """The answers of each way, all days together and each day.

        :param ways: so many days of silence, 0 for the present settings
        :return: list of dicts; ``today`` is None of all days together
        """
        rows = self.env.execute_query_dict(SQL("""
            SELECT w.fixed, c.today, count(*) AS asked, count(*) FILTER (WHERE %(named)s) AS named,
                   count(*) FILTER (WHERE c.is_lost) AS lost, count(*) FILTER (WHERE %(right)s) AS right,
                   count(DISTINCT c.partner_id) FILTER (WHERE %(named)s) AS customers,
                   count(DISTINCT c.partner_id) FILTER (WHERE c.is_lost) AS losers,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN w.fixed = 0 THEN c.alarm ELSE w.fixed END)
                       FILTER (WHERE %(right)s) AS silence,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY c.lost_alarm - CASE WHEN w.fixed = 0 THEN c.alarm ELSE w.fixed END)
                       FILTER (WHERE %(right)s) AS early
              FROM backtest_case c CROSS JOIN unnest(%(ways)s::int[]) w (fixed)
             GROUP BY GROUPING SETS ((w.fixed), (w.fixed, c.today)) ORDER BY w.fixed, c.today NULLS FIRST
        """, named=NAMED, right=SQL("%s AND c.is_lost", NAMED), ways=list(ways)))
        amounts = self._amounts(ways)
        return [{**row, "amount": amounts.get((row["fixed"], row["today"]), 0.0)} for row in rows]

    @api.model
    def _amounts(self, ways):
        """``{(way, day or None): what the rightly named had bought for in the year before}``, each customer once."""
        return {(fixed, today): float(amount) for fixed, today, amount in self.env.execute_query(SQL("""
            SELECT fixed, today, sum(amount) FROM (
                SELECT w.fixed, c.today, c.partner_id, max(c.amount) AS amount
                  FROM backtest_case c CROSS JOIN unnest(%s::int[]) w (fixed) WHERE %s AND c.is_lost
                 GROUP BY GROUPING SETS ((w.fixed, c.partner_id), (w.fixed, c.today, c.partner_id))) a GROUP BY 1, 2
        """, list(ways), NAMED))}

    @api.model
    def _customers(self, fixed, kind, limit):
        """Ids of the customers behind a number, the dearest first.

        :param kind: ``right``, ``false`` or ``missed``
        """
        which = {"right": SQL("%s AND c.is_lost", NAMED), "false": SQL("%s AND NOT c.is_lost", NAMED),
                 "missed": SQL("NOT (%s) AND c.is_lost", NAMED)}[kind]
        return [partner_id for partner_id, in self.env.execute_query(SQL(
            "SELECT c.partner_id FROM backtest_case c CROSS JOIN (SELECT %s::int AS fixed) w WHERE %s"
            " GROUP BY 1 ORDER BY max(c.amount) DESC, 1 LIMIT %s", fixed, which, limit))]
