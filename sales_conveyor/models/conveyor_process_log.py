from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import period
from .conveyor_process_label import CHANNEL_KEYS, DIRECTIONS, STAGE, TOUCH

LEADS, EVENTS, BELT, PATHS = (SQL.identifier(f"conveyor_mining_{name}") for name in ("lead", "event", "belt", "path"))
CREATED, QUOTATION, ORDER, WON, LOST = range(1, 6)  # as the keys in conveyor_process_label
FEW = 20_000  # leads, whose events are looked up one by one
BY_HASH = {"enable_mergejoin": "off"}  # of more, tables are read as they lie: in the order of an index they are read at random
IS_BELT = SQL("(code < %s OR code >= %s)", TOUCH, STAGE)


class ConveyorProcessLog(models.AbstractModel):
    """The event log of the leads of a process, by SQL: what happened to them, in order.

    Read :meth:`_events_sql` as the table of contents. An event is (lead_id, at,
    rank, ord, code, user_id); at one moment the lower rank comes first. The log
    lives in temporary tables of this connection, so that no row of it is ever
    in Python's memory:

    * ``conveyor_mining_lead``: the leads, with outcome, money, touches;
    * ``conveyor_mining_event``: their events, of equal touches in a row the
      first one with ``repeats``; ``step`` is the number in the belt of the step in
      which it happened, ``next_code`` and ``next_at`` what came after it;
    * ``conveyor_mining_belt``: the events without touches.
    """

    _name = "conveyor.process.log"
    _description = "Event Log of a Process"

    # ------------------------------------------------------------ leads
    @api.model
    def _leads_sql(self, process, first, last):
        """The leads of a process that entered within these days, of both kinds of sale; one row a lead."""
        return SQL(
            """
            SELECT f.lead_id, f.sale_kind, f.user_id, f.lost_reason_id AS reason, f.entry_date, f.seconds, f.touches,
                   CASE WHEN f.pass_date IS NOT NULL THEN 'won' WHEN f.loss_date IS NOT NULL THEN 'lost' END AS outcome,
                   f.value * COALESCE(r.rate, 1) AS value
              FROM conveyor_funnel_fact f
              LEFT JOIN (%(rates)s) r ON r.company_id = f.company_id AND r.month = date_trunc('month', f.entry_date)::date
             WHERE f.stage_id IS NULL AND f.entry_date BETWEEN %(first)s AND %(last)s AND %(visible)s
               AND (f.company_id IS NULL OR f.company_id = ANY(%(companies)s)) AND %(process)s = %(id)s
            """,
            rates=self._rates_sql(process, first, last), first=first, last=last, visible=self._visible(process),
            companies=process._mining_companies().ids, process=process._matching_sql("f"), id=process.id)

    @api.model
    def _visible(self, process):
        """Only leads that the user may read; a subquery only where the rules say more than companies."""
        if self.env["conveyor.funnel.reader"]._sees_all(process._mining_companies().ids):
            return SQL("TRUE")
        return SQL("f.lead_id IN %s", self.env["crm.lead"].with_context(active_test=False)._search([]).subselect())

    @api.model
    def _rates_sql(self, process, first, last):
        """Rates of foreign companies into the process's currency, on the last day of each month."""
        target, rows = process.currency_id, []
        for company in process._mining_companies().filtered(lambda company: company.currency_id != target):
            month = first.replace(day=1)
            while month <= last:
                rows.append((company.id, month, self._rate(company, target, month)))
                month = period.next_month(month)
        return SQL("SELECT * FROM unnest(%s::int[], %s::date[], %s::float8[]) AS v(company_id, month, rate)",
                   *map(list, zip(*rows))) if rows else SQL("SELECT NULL::int AS company_id, NULL::date AS month, 1 AS rate")

    @api.model
    def _rate(self, company, target, month):
        day = min(period.month_end(month), fields.Date.today())
        return self.env["res.currency"]._get_conversion_rate(company.currency_id, target, company, day)

    # ------------------------------------------------------------ events
    @api.model
    def _events_sql(self, leads, with_touches=True):
        """SELECT of all events of the leads of a table, in no order.

        :param leads: a table with a column ``lead_id``
        """
        parts = [self._created_sql(leads), self._moves_sql(leads), self._quotations_sql(leads), self._orders_sql(leads)]
        return SQL(" UNION ALL ").join(parts + [self._touches_sql(leads)] if with_touches else parts)

    @api.model
    def _created_sql(self, leads):
        return SQL("""
            SELECT t.lead_id, min(t.date) AS at, 0 AS rank, 0 AS ord, %s AS code, NULL::int AS user_id
              FROM %s l JOIN conveyor_transition t USING (lead_id) GROUP BY t.lead_id""", CREATED, leads)

    @api.model
    def _moves_sql(self, leads):
        """Entries into sections, wins and losses; who was born in a won section is won, not at a step of that name."""
        return SQL("""
            SELECT t.lead_id, t.date, CASE t.kind WHEN 'enter' THEN 1 ELSE 5 END, t.id,
                   CASE t.kind WHEN 'won' THEN %s WHEN 'lost' THEN %s ELSE %s + t.to_stage_id END, t.user_id
              FROM %s l JOIN conveyor_transition t USING (lead_id)
             WHERE t.kind IN ('won', 'lost') OR t.to_stage_id IS NOT NULL
               AND NOT (t.kind = 'enter' AND t.to_stage_id IN (SELECT id FROM crm_stage WHERE is_won))""", WON, LOST, STAGE, leads)

    @api.model
    def _touches_sql(self, leads):
        """Contacts; what came back as undeliverable or by itself was none."""
        return SQL("""
            SELECT t.lead_id, t.date, 2, t.id,
                   %s + (array_position(%s::text[], t.channel::text) - 1) * 2 + array_position(%s::text[], t.direction::text) - 1,
                   t.user_id
              FROM %s l JOIN conveyor_touch t USING (lead_id)
             WHERE COALESCE(t.outcome, '') NOT IN ('bounced', 'auto_reply')""",
                   TOUCH, list(CHANNEL_KEYS), list(DIRECTIONS), leads)

    @api.model
    def _quotations_sql(self, leads):
        """When quotations were sent, as Odoo's tracking has it; of orders without it, when they were made."""
        return SQL("""
            SELECT lead_id, COALESCE(sent, LEAST(create_date, CASE WHEN state = 'sale' THEN date_order END)), 3, id, %s, user_id
              FROM (SELECT l.lead_id, o.id, o.state, o.create_date, o.date_order, o.user_id,
                           (SELECT min(m.date) FROM mail_message m
                             WHERE m.model = 'sale.order' AND m.res_id = o.id AND m.subtype_id = %s) AS sent
                      FROM %s l JOIN sale_order o ON o.opportunity_id = l.lead_id) q
             WHERE sent IS NOT NULL OR state IN ('sent', 'sale')""",
                   QUOTATION, self.env.ref("sale.mt_order_sent").id, leads)

    @api.model
    def _orders_sql(self, leads):
        return SQL("""
            SELECT o.opportunity_id, o.date_order, 4, o.id, %s, o.user_id
              FROM %s l JOIN sale_order o ON o.opportunity_id = l.lead_id WHERE o.state = 'sale'""", ORDER, leads)

    # ------------------------------------------------------------ the log
    @api.model
    def _log_sql(self, events):
        """SELECT of the log: events in order, equal touches in a row as one, each with what came next."""
        return SQL("""
            WITH numbered AS (
                SELECT *, lag(code) OVER w AS before, row_number() OVER w AS place,
                       count(*) OVER (PARTITION BY lead_id) AS total, count(*) FILTER (WHERE %(is_belt)s) OVER w AS belt
                  FROM (%(events)s) e WINDOW w AS (PARTITION BY lead_id ORDER BY at, rank, ord))
            SELECT lead_id, row_number() OVER v AS n, at, code, user_id,
                   (lead(place, 1, total + 1) OVER v - place)::int AS repeats,
                   belt::int AS step, lead(code) OVER v AS next_code, lead(at) OVER v AS next_at
              FROM numbered WHERE code IS DISTINCT FROM before OR %(is_belt)s
            WINDOW v AS (PARTITION BY lead_id ORDER BY at, rank, ord)""", events=events, is_belt=IS_BELT)

    @api.model
    def _belt_sql(self):
        """SELECT of the log without touches."""
        return SQL("""
            SELECT lead_id, row_number() OVER w AS n, at, code, user_id, lead(code) OVER w AS next_code, lead(at) OVER w AS next_at
              FROM %s WHERE %s WINDOW w AS (PARTITION BY lead_id ORDER BY n)""", EVENTS, IS_BELT)

    @api.model
    def _make_log(self, process, first, last):
        """Fill the temporary tables with the leads of the period."""
        self.env["conveyor.funnel.fact"]._refresh()
        self.env.flush_all()
        self._drop_log()
        count = self._keep(LEADS, self._leads_sql(process, first, last))
        first_sales = SQL("(SELECT lead_id FROM %s WHERE sale_kind = 'first')", LEADS)
        few = {"enable_nestloop": "on"} if count < FEW else {}
        with self.env["conveyor.funnel.builder"]._planned_for_many(**BY_HASH, **few):
            self._keep(EVENTS, self._log_sql(self._events_sql(first_sales)))
        self._keep(BELT, self._belt_sql())

    @api.model
    def _export_sql(self, process, first, last):
        """SELECT of every event of the first sales, case by case in order of time: (lead_id, code, at, user_id)."""
        self.env["conveyor.funnel.fact"]._refresh()
        self.env.flush_all()
        return SQL(
            "WITH chosen AS MATERIALIZED (SELECT lead_id FROM (%s) f WHERE sale_kind = 'first')"
            " SELECT lead_id, code, at, user_id FROM (%s) e ORDER BY lead_id, at, rank, ord",
            self._leads_sql(process, first, last), self._events_sql(SQL.identifier("chosen")))

    @api.model
    def _keep(self, table, query):
        """Make a table of the transaction's of the rows; returns how many there are."""
        self.env.cr.execute(SQL("CREATE TEMPORARY TABLE %s AS %s", table, query))
        count = self.env.cr.rowcount
        self.env.cr.execute(SQL("ANALYZE pg_temp.%s", table))
        return count

    @api.model
    def _drop_log(self):
        for table in (LEADS, EVENTS, BELT, PATHS):
            self.env.cr.execute(SQL("DROP TABLE IF EXISTS pg_temp.%s", table))
