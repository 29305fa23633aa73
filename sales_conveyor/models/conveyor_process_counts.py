from odoo import api, models
from odoo.tools import SQL

from ..engine.mining_picture import Activity, Arc, Loss, Performer, Spread, Variant, from_aggregates
from .conveyor_process_label import CLOSING
from .conveyor_process_log import BELT, EVENTS, IS_BELT, LEADS, PATHS

VARIANTS_LISTED = 50
CLOSING_CODES = SQL("(4, 5)")
SPREAD = "count(%(value)s), COALESCE(sum(%(value)s), 0)::float8, percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY %(value)s)"
WAIT = SQL("extract(epoch FROM next_at - at)::float8")


def spread(count, total, quantiles):
    return Spread(count, total, *(quantiles or ()))


class ConveyorProcessCounts(models.AbstractModel):
    """What the temporary tables of ``conveyor.process.log`` hold, counted by the database
    and handed to the engine, which says the same as its own folding of the events would."""

    _name = "conveyor.process.counts"
    _description = "Counts of an Event Log"

    @api.model
    def _spread_sql(self, value):
        return SQL(SPREAD, value=value)

    @api.model
    def _rows(self, query, *args, **kwargs):
        return self.env.execute_query(SQL(query, *args, **kwargs))

    @api.model
    def _key(self, code):
        return self.env["conveyor.process.label"]._key(code)

    # ------------------------------------------------------------ the picture
    @api.model
    def _picture_of(self, table, listed=VARIANTS_LISTED):
        """The engine's picture of a level.

        :param table: ``EVENTS`` or ``BELT``
        :param listed: how many variants are listed
        """
        self._make_paths(table)
        variants, variant_count = self._variants(listed)
        return from_aggregates(
            **self._cases(), activities=self._activities(table), arcs=self._arcs(table), variants=variants,
            variant_count=variant_count, losses=self._losses(table), performers=self._performers(table))

    @api.model
    def _make_paths(self, table):
        """One row a lead: its path, and how long it took."""
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS pg_temp.%s", PATHS))
        self._keep(PATHS, SQL(
            """
            SELECT e.*, l.outcome FROM (
                SELECT lead_id, array_agg(code ORDER BY n) AS path, extract(epoch FROM max(at) - min(at))::float8 AS seconds
                  FROM %s GROUP BY lead_id) e JOIN %s l USING (lead_id)""", table, LEADS))

    @api.model
    def _cases(self):
        [(cases, won, lost, *values)] = self._rows(
            "SELECT count(*), count(*) FILTER (WHERE outcome = 'won'), count(*) FILTER (WHERE outcome = 'lost'), %s,"
            " count(seconds) FILTER (WHERE outcome = 'won'), COALESCE(sum(seconds) FILTER (WHERE outcome = 'won'), 0)::float8,"
            " percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE outcome = 'won')"
            " FROM %s", self._spread_sql(SQL("seconds")), PATHS)
        return {"cases": cases, "won": won, "lost": lost, "duration": spread(*values[:3]), "won_duration": spread(*values[3:])}

    @api.model
    def _activities(self, table):
        rows = self._rows(
            """
            SELECT code, sum(times)::int8, count(*), count(*) FILTER (WHERE outcome = 'won'), count(*) FILTER (WHERE outcome = 'lost'),
                   sum(first)::int8, sum(last)::int8, count(*) FILTER (WHERE times > 1)
              FROM (SELECT lead_id, code, count(*) AS times, count(*) FILTER (WHERE n = 1) AS first,
                           count(*) FILTER (WHERE next_code IS NULL) AS last FROM %s GROUP BY lead_id, code) c
              JOIN %s l USING (lead_id) GROUP BY code""", table, LEADS)
        return [Activity(self._key(code), *counts) for code, *counts in rows]

    @api.model
    def _arcs(self, table):
        rows = self._rows(
            "SELECT code, next_code, count(DISTINCT lead_id), %s FROM %s WHERE next_code IS NOT NULL GROUP BY code, next_code",
            self._spread_sql(WAIT), table)
        return [Arc(self._key(source), self._key(target), cases, spread(*wait)) for source, target, cases, *wait in rows]

    @api.model
    def _variants(self, listed):
        """The most common paths, and how many there are."""
        rows = self._rows(
            """
            WITH counted AS MATERIALIZED (
                SELECT path, count(*) AS count, count(*) OVER () AS variants FROM %(paths)s
                 GROUP BY path ORDER BY count DESC, path LIMIT %(listed)s)
            SELECT c.variants, p.path, c.count, count(*) FILTER (WHERE outcome = 'won'), count(*) FILTER (WHERE outcome = 'lost'),
                   COALESCE(sum(seconds) FILTER (WHERE outcome = 'won'), 0)::float8, %(spread)s
              FROM counted c JOIN %(paths)s p USING (path) GROUP BY c.variants, p.path, c.count""",
            listed=listed, spread=self._spread_sql(SQL("seconds")), paths=PATHS)
        variants = [
            Variant(tuple(map(self._key, path)), count, won, lost, spread(*duration), won_seconds)
            for _all, path, count, won, lost, won_seconds, *duration in rows]
        return variants, rows[0][0] if rows else 0

    @api.model
    def _losses(self, table):
        """Where lost leads had got to: their last step before the end."""
        rows = self._rows(
            """
            SELECT x.code, x.reason, count(*) FROM (
                SELECT DISTINCT ON (e.lead_id) e.code, l.reason FROM %s e JOIN %s l USING (lead_id)
                 WHERE l.outcome = 'lost' AND e.code NOT IN %s ORDER BY e.lead_id, e.n DESC) x GROUP BY 1, 2""",
            table, LEADS, CLOSING_CODES)
        return [Loss(self._key(code), reason, count) for code, reason, count in rows]

    @api.model
    def _performers(self, table):
        rows = self._rows("SELECT code, user_id, count(*) FROM %s WHERE user_id IS NOT NULL GROUP BY 1, 2", table)
        return [Performer(self._key(code), user_id, count) for code, user_id, count in rows]

    # ------------------------------------------------------------ beside it
    @api.model
    def _stays(self):
        """``{key: median seconds}``: in sections until the client moved on or was closed, at milestones until anything came."""
        rows = self._rows(
            """
            SELECT code, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM moved_at - at)) FROM (
                SELECT code, at, lead(at) OVER (PARTITION BY lead_id ORDER BY n) AS moved_at FROM %(belt)s WHERE code >= 4) s
             WHERE moved_at IS NOT NULL AND code >= 1000 GROUP BY code
            UNION ALL
            SELECT code, percentile_cont(0.5) WITHIN GROUP (ORDER BY %(wait)s)
              FROM %(belt)s WHERE code < 4 AND next_at IS NOT NULL GROUP BY code""", belt=BELT, wait=WAIT)
        return {self._key(code): seconds for code, seconds in rows}

    @api.model
    def _touches_by_step(self):
        """``{key: [{channel, direction, count, leads, won, lost}]}``: contacts while leads were at a step."""
        found = {}
        for step, code, count, leads, won, lost in self._rows(
                "SELECT b.code, e.code, sum(e.repeats)::int8, count(DISTINCT e.lead_id),"
                " count(DISTINCT e.lead_id) FILTER (WHERE l.outcome = 'won'), count(DISTINCT e.lead_id) FILTER (WHERE l.outcome = 'lost')"
                " FROM (SELECT * FROM %s WHERE NOT %s) e JOIN %s b ON (b.lead_id, b.n) = (e.lead_id, e.step)"
                " JOIN %s l ON l.lead_id = e.lead_id GROUP BY 1, 2 ORDER BY 3 DESC, 2", EVENTS, IS_BELT, BELT, LEADS):
            found.setdefault(self._key(step), []).append(
                {**self._contact(code), "count": count, "leads": leads, "won": won, "lost": lost})
        return found

    @api.model
    def _contact(self, code):
        _touch, channel, direction = self._key(code).split(":")
        return {"channel": channel, "direction": direction}

    @api.model
    def _first_contacts(self):
        rows = self._rows(
            """
            SELECT code, count(*), count(*) FILTER (WHERE outcome = 'won') FROM (
                SELECT DISTINCT ON (e.lead_id) e.code, l.outcome FROM %s e JOIN %s l USING (lead_id)
                 WHERE NOT %s ORDER BY e.lead_id, e.n) x GROUP BY 1 ORDER BY 2 DESC, 1""", EVENTS, LEADS, IS_BELT)
        return [{**self._contact(code), "count": count, "won": won} for code, count, won in rows]

    @api.model
    def _key_steps(self):
        """Sections as the funnel counts them: passed is left onwards. Quotation and order: passed is won."""
        sections = self._rows(
            """
            SELECT 1000 + f.stage_id, count(DISTINCT f.lead_id), count(DISTINCT f.lead_id) FILTER (WHERE f.pass_date IS NOT NULL)
              FROM conveyor_funnel_fact f JOIN %s l ON l.lead_id = f.lead_id AND l.sale_kind = 'first'
             WHERE f.stage_id IS NOT NULL GROUP BY 1""", LEADS)
        milestones = self._rows(
            "SELECT code, count(DISTINCT lead_id), count(DISTINCT lead_id) FILTER (WHERE outcome = 'won')"
            " FROM %s JOIN %s l USING (lead_id) WHERE code IN (2, 3) GROUP BY 1", BELT, LEADS)
        return {self._key(code): {"reached": reached, "passed": passed, "conversion": passed / reached if reached else None}
                for code, reached, passed in (*sections, *milestones)}

    # ------------------------------------------------------------ efficiency
    @api.model
    def _efficiency(self):
        """``{(kind of sale, month or None for all): figures}``."""
        rows = self._rows(
            """
            SELECT sale_kind, month, count(*), count(*) FILTER (WHERE won), COALESCE(sum(value) FILTER (WHERE won), 0)::float8,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds / 86400.0) FILTER (WHERE won),
                   (avg(touches) FILTER (WHERE won))::float8
              FROM (SELECT *, outcome = 'won' AS won, date_trunc('month', entry_date)::date AS month FROM %s) l
             GROUP BY GROUPING SETS ((sale_kind), (sale_kind, month)) ORDER BY sale_kind, month""", LEADS)
        return {(kind, month): self._figures(*values) for kind, month, *values in rows}

    @api.model
    def _figures(self, leads=0, sales=0, volume=0.0, days=None, touches=None):
        return {
            "leads_in": leads, "sales_out": sales, "conversion": sales / leads if leads else None, "volume": volume,
            "average_check": volume / sales if sales else None, "median_days": days, "touches_per_sale": touches}

    @api.model
    def _features(self):
        """``[(feature, won leads with it, lost leads with it)]`` beside the steps themselves."""
        [(won_early, lost_early, won_many, lost_many, won_back, lost_back)] = self._rows(
            """
            SELECT %(early)s, %(many)s, %(back)s FROM %(leads)s l
              LEFT JOIN (SELECT lead_id, min(at) FILTER (WHERE code >= 100 AND code < 1000 AND code %% 2 = 0) AS touched,
                                min(at) FILTER (WHERE code = 1) AS came FROM %(events)s GROUP BY lead_id) e USING (lead_id)
              LEFT JOIN (SELECT DISTINCT lead_id FROM (SELECT lead_id FROM %(belt)s WHERE code >= 1000
                          GROUP BY lead_id, code HAVING count(*) > 1) x) b USING (lead_id)
             WHERE l.sale_kind = 'first'""",
            early=self._by_outcome("e.touched <= e.came + interval '1 day'"), many=self._by_outcome("l.touches >= 7"),
            back=self._by_outcome("b.lead_id IS NOT NULL"), leads=LEADS, events=EVENTS, belt=BELT)
        return [("touched_within_a_day", won_early, lost_early), ("seven_touches", won_many, lost_many),
                ("section_again", won_back, lost_back)]

    @api.model
    def _by_outcome(self, condition):
        condition = SQL(condition)
        return SQL("count(*) FILTER (WHERE l.outcome = 'won' AND %s), count(*) FILTER (WHERE l.outcome = 'lost' AND %s)",
                   condition, condition)
