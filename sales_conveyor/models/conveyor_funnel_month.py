from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.funnel import COHORT, COUNTINGS, MEASURES, PERIOD

NONE = SQL("0")
PASSED, LOST = SQL("(f.pass_date IS NOT NULL)::int"), SQL("(f.loss_date IS NOT NULL)::int")
LEAVES_BY_LOSS = "f.pass_date IS NULL AND f.loss_date IS NOT NULL"

# what happens in the funnel: counting -> (day it is counted on, condition, measures)
HAPPENINGS = {
    COHORT: ((SQL("f.entry_date"), SQL("TRUE"), {
        "reached": SQL("1"), "passed": PASSED, "lost": LOST, "in_now": SQL("f.in_now"),
        "timed_passed": SQL("(f.pass_date IS NOT NULL AND f.seconds IS NOT NULL)::int"),
        "seconds_passed": SQL("CASE WHEN f.pass_date IS NOT NULL THEN COALESCE(f.seconds, 0) ELSE 0 END"),
        "timed_lost": SQL(f"({LEAVES_BY_LOSS} AND f.seconds IS NOT NULL)::int"),
        "seconds_lost": SQL(f"CASE WHEN {LEAVES_BY_LOSS} THEN COALESCE(f.seconds, 0) ELSE 0 END"),
        "left": SQL("(f.pass_date IS NOT NULL OR f.loss_date IS NOT NULL)::int"), "touches": SQL("f.touches"),
        "value_reached": SQL("f.value"), "value_passed": SQL("f.value * %s", PASSED),
        "value_lost": SQL("f.value * %s", LOST), "value_now": SQL("f.value * f.in_now"),
    }),),
    PERIOD: (
        (SQL("f.reach_date"), SQL("TRUE"), {"reached": SQL("1"), "value_reached": SQL("f.value")}),
        (SQL("f.pass_date"), SQL("f.pass_date IS NOT NULL"), {
            "passed": SQL("1"), "left": SQL("1"), "touches": SQL("f.touches"), "value_passed": SQL("f.value"),
            "timed_passed": SQL("(f.seconds IS NOT NULL)::int"), "seconds_passed": SQL("COALESCE(f.seconds, 0)")}),
        (SQL("f.loss_date"), SQL("f.loss_date IS NOT NULL"), {
            "lost": SQL("1"), "value_lost": SQL("f.value"), "left": SQL("(f.pass_date IS NULL)::int"),
            "touches": SQL("CASE WHEN f.pass_date IS NULL THEN f.touches ELSE 0 END"),
            "timed_lost": SQL("(f.pass_date IS NULL AND f.seconds IS NOT NULL)::int"),
            "seconds_lost": SQL("CASE WHEN f.pass_date IS NULL THEN COALESCE(f.seconds, 0) ELSE 0 END")}),
        # what is now has no day of its own
        (SQL("NULL::date"), SQL("f.in_now = 1"), {"in_now": SQL("1"), "value_now": SQL("f.value")}),
    ),
}
# grain -> (which facts, dimensions it keeps beside the month)
SECTION, SOURCE, USER, REASON = "section", "source", "user", "reason"
GRAINS = {
    SECTION: (SQL("TRUE"), ("stage_id", "phase", "company_id", "team_id", "sale_kind")),
    SOURCE: (SQL("TRUE"), ("stage_id", "phase", "company_id", "team_id", "source_id", "sale_kind")),
    USER: (SQL("f.stage_id IS NULL"), ("company_id", "team_id", "user_id", "sale_kind")),
    REASON: (SQL("f.stage_id IS NOT NULL AND f.loss_date IS NOT NULL"),
             ("stage_id", "phase", "company_id", "team_id", "lost_reason_id", "sale_kind")),
}
TYPES = {"stage_id": "int4", "phase": "varchar", "company_id": "int4", "team_id": "int4", "source_id": "int4",
         "user_id": "int4", "lost_reason_id": "int4", "sale_kind": "varchar"}
KEYS = ("grain", "counting", "month", *TYPES)


class ConveyorFunnelMonth(models.Model):
    """Monthly sums of the facts: additive and append-only.

    A change of a fact appends the old row's numbers with minus and the new
    row's with plus, so that writers never wait for each other and the sum is
    right at any moment; :meth:`_cron_compact` folds the rows from time to time.
    A row belongs to one of four grains, each with its own dimensions (see
    ``GRAINS``), and to one way of counting; what is *now* has no month when
    counting by period.
    """

    _name = "conveyor.funnel.month"
    _description = "Funnel by Month"
    _auto = False
    _log_access = False

    grain = fields.Char(readonly=True)
    counting = fields.Char(readonly=True)
    month = fields.Date(readonly=True)

    def init(self):
        """Create the table; its measures are ``engine.funnel.MEASURES``."""
        self.env.cr.execute(SQL(
            "CREATE TABLE IF NOT EXISTS conveyor_funnel_month (id bigserial PRIMARY KEY, grain varchar,"
            " counting varchar, month date, %s, %s)",
            SQL(", ").join(SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in TYPES.items()),
            SQL(", ").join(SQL("%s %s NOT NULL", SQL.identifier(name), SQL(
                "numeric" if name.startswith("value_") else "int8")) for name in MEASURES)))
        self.env.cr.execute(
            "CREATE INDEX IF NOT EXISTS conveyor_funnel_month_idx"
            " ON conveyor_funnel_month (grain, counting, stage_id, month)")

    # ------------------------------------------------------------ writing
    @api.model
    def _insert(self, facts, grains=tuple(GRAINS)):
        """INSERT of the numbers of ``facts``: a relation with the columns of the
        fact table and ``sign``. Numbers that cancel out leave no row."""
        parts = SQL(" UNION ALL ").join(
            SQL("SELECT * FROM (%s) part", self._grouped(facts, grain, counting))
            for grain in grains for counting in COUNTINGS)
        return SQL("INSERT INTO conveyor_funnel_month (%s) %s",
                   SQL(", ").join(map(SQL.identifier, (*KEYS, *MEASURES))), parts)

    @api.model
    def _grouped(self, facts, grain, counting):
        condition, dimensions = GRAINS[grain]
        keys = SQL(", ").join([
            SQL("%s::varchar", grain), SQL("%s::varchar", counting), SQL("x.month"),
            *(SQL.identifier("x", name) if name in dimensions else SQL("NULL::%s", SQL(kind))
              for name, kind in TYPES.items())])
        happened = SQL(" UNION ALL ").join(
            self._happened(facts, [SQL.identifier("f", name) for name in dimensions], *happening, where=condition, sign=SQL("f.sign * "))
            for happening in HAPPENINGS[counting])
        return SQL(
            "SELECT %(keys)s, %(sums)s FROM (%(happened)s) x GROUP BY x.month, %(dimensions)s HAVING %(any)s",
            keys=keys, happened=happened, dimensions=SQL(", ").join(SQL.identifier("x", name) for name in dimensions),
            sums=SQL(", ").join(SQL("sum(%s)", SQL.identifier("x", name)) for name in MEASURES),
            any=SQL(" OR ").join(SQL("sum(%s) <> 0", SQL.identifier("x", name)) for name in MEASURES))

    @api.model
    def _happened(self, facts, keys, day, condition, measures, *, where, sign=SQL()):
        """SELECT of ``keys``, ``month`` and all measures of one happening, summed up."""
        return SQL(
            "SELECT %(keys)s, %(sums)s FROM %(facts)s f WHERE %(condition)s AND %(where)s GROUP BY %(groups)s",
            keys=SQL(", ").join((*keys, SQL("date_trunc('month', %s)::date AS month", day))),
            facts=facts, condition=condition, where=where,
            groups=SQL(", ").join((*keys, SQL("date_trunc('month', %s)", day))),
            sums=SQL(", ").join(
                SQL("%s AS %s", SQL("sum(%s(%s))", sign, measures[name]) if name in measures else NONE,
                    SQL.identifier(name)) for name in MEASURES))

    @api.model
    def _insert_few(self, facts):
        """As ``_insert``, in one pass: slower for millions, planned much faster."""
        happenings = SQL(", ").join(
            SQL("(%s::varchar, %s, %s, %s)", counting, day, condition,
                SQL(", ").join(measures.get(name, NONE) for name in MEASURES))
            for counting in COUNTINGS for day, condition, measures in HAPPENINGS[counting])
        grains = SQL(", ").join(SQL("(%s::varchar, %s)", grain, condition) for grain, (condition, _) in GRAINS.items())
        dimensions = SQL(", ").join(
            SQL("CASE WHEN g.grain = ANY(%s) THEN %s END", [grain for grain, (_, kept) in GRAINS.items() if name in kept],
                SQL.identifier("f", name)) for name in TYPES)
        sums = [SQL("sum(f.sign * %s)", SQL.identifier("h", name)) for name in MEASURES]
        return SQL(
            """
            INSERT INTO conveyor_funnel_month (%(columns)s)
            SELECT g.grain, h.counting, date_trunc('month', h.day)::date AS month, %(dimensions)s, %(sums)s
              FROM %(facts)s f
              CROSS JOIN LATERAL (VALUES %(happenings)s) h(counting, day, happens, %(measures)s)
              CROSS JOIN LATERAL (VALUES %(grains)s) g(grain, counts)
             WHERE h.happens AND g.counts GROUP BY %(groups)s HAVING %(any)s
            """,
            columns=SQL(", ").join(map(SQL.identifier, (*KEYS, *MEASURES))), dimensions=dimensions,
            sums=SQL(", ").join(sums), facts=facts, happenings=happenings, grains=grains,
            measures=SQL(", ").join(map(SQL.identifier, MEASURES)),
            groups=SQL(", ").join(SQL(str(place)) for place in range(1, len(KEYS) + 1)),
            any=SQL(" OR ").join(SQL("%s <> 0", total) for total in sums))

    @api.model
    def _insert_sections(self):
        """INSERT of the narrowest grain, from the sums that are there by source."""
        kept = [SQL.identifier(name) for name in ("counting", "month", *GRAINS[SECTION][1])]
        return SQL(
            "INSERT INTO conveyor_funnel_month (grain, %(kept)s, %(measures)s)"
            " SELECT %(section)s, %(kept)s, %(sums)s FROM conveyor_funnel_month WHERE grain = %(source)s GROUP BY %(kept)s",
            kept=SQL(", ").join(kept), measures=SQL(", ").join(map(SQL.identifier, MEASURES)), section=SECTION, source=SOURCE,
            sums=SQL(", ").join(SQL("sum(%s)", SQL.identifier(name)) for name in MEASURES))

    @api.model
    def _rebuild(self):
        """Sum the facts up anew. It locks the tables, as the rebuild of the facts does."""
        facts = SQL("(SELECT 1 AS sign, * FROM conveyor_funnel_fact)")
        histogram = self.env["conveyor.funnel.histogram"]
        self.env.cr.execute("TRUNCATE conveyor_funnel_month, conveyor_funnel_histogram")
        self.env.cr.execute("DROP INDEX IF EXISTS conveyor_funnel_month_idx, conveyor_funnel_histogram_idx")
        with self.env["conveyor.funnel.builder"]._planned_for_many():
            self.env.cr.execute(self._insert(facts, (SOURCE, USER, REASON)))
            self.env.cr.execute(self._insert_sections())
            self.env.cr.execute(histogram._insert(facts))
        self.init()
        histogram.init()
        self.env.cr.execute("ANALYZE conveyor_funnel_month, conveyor_funnel_histogram")

    # ------------------------------------------------------------ cron
    @api.model
    def _cron_compact(self):
        """Fold rows of the same cell into one."""
        for table, keys, measures in (
                ("conveyor_funnel_month", KEYS, MEASURES),
                ("conveyor_funnel_histogram", self.env["conveyor.funnel.histogram"]._keys(), ("leads",))):
            self.env.cr.execute(self._fold(SQL.identifier(table), keys, measures))

    @api.model
    def _fold(self, table, keys, measures):
        names = SQL(", ").join(map(SQL.identifier, (*keys, *measures)))
        same = SQL(", ").join(map(SQL.identifier, keys))
        sums = SQL(", ").join(SQL("sum(%s) AS %s", SQL.identifier(name), SQL.identifier(name)) for name in measures)
        return SQL(
            """
            WITH crowded AS (SELECT array_agg(id) AS ids, %(same)s, %(sums)s FROM %(table)s
                              GROUP BY %(same)s HAVING count(*) > 1),
                 removed AS (DELETE FROM %(table)s t USING (SELECT unnest(ids) AS id FROM crowded) c WHERE t.id = c.id)
            INSERT INTO %(table)s (%(names)s) SELECT %(names)s FROM crowded WHERE %(any)s
            """,
            table=table, same=same, sums=sums, names=names,
            any=SQL(" OR ").join(SQL("%s <> 0", SQL.identifier(name)) for name in measures))

    @api.model
    def _trigger_recount(self):
        """Let the cron count all leads anew, from the first one on."""
        self.env["ir.config_parameter"].sudo().set_param("sales_conveyor.funnel_recounted_to", "0")
        self.env.ref("sales_conveyor.cron_funnel_recount").sudo()._trigger()

    @api.model
    def _cron_recount(self):
        """Count leads anew after sections or time zones changed: batch by batch,
        resuming where the last run stopped; nobody waits and figures stay whole."""
        parameters = self.env["ir.config_parameter"].sudo()
        done = int(parameters.get_param("sales_conveyor.funnel_recounted_to", "0"))
        while True:
            batch = [lead_id for lead_id, in self.env.execute_query(SQL(
                "SELECT DISTINCT lead_id FROM conveyor_funnel_fact WHERE lead_id > %s ORDER BY lead_id LIMIT %s",
                done, 20000))]
            if not batch:
                return
            done = batch[-1]
            self.env["conveyor.funnel.fact"]._refresh_leads(batch)
            parameters.set_param("sales_conveyor.funnel_recounted_to", str(done))
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=1):
                self.env.ref("sales_conveyor.cron_funnel_recount")._trigger()
                return
