from functools import cache

from odoo import api, fields, models
from odoo.tools import SQL

PENDING = "sales_conveyor.funnel"  # key of what is marked in the cursor's precommit data
ENGINE_LIMIT = 500  # leads refreshed by the engine at once; more go through set-based SQL, which takes longer to plan
SQL_BATCH = 50000
WATCH_LIMIT = 20000  # up to so many leads a changed pipeline is counted anew at once, else by the cron

COLUMNS = {
    "lead_id": "int4", "stage_id": "int4", "phase": "varchar", "company_id": "int4", "team_id": "int4",
    "user_id": "int4", "source_id": "int4", "medium_id": "int4", "campaign_id": "int4", "sale_kind": "varchar",
    "type": "varchar", "won_status": "varchar", "lost_reason_id": "int4", "value": "numeric",
    "entry_date": "date", "reach_date": "date", "pass_date": "date", "loss_date": "date",
    "seconds": "int8", "since": "timestamp", "touches": "int4", "in_now": "int2",
}
INDEXES = {
    "key": "CREATE UNIQUE INDEX IF NOT EXISTS %s ON conveyor_funnel_fact"
           " (lead_id, COALESCE(stage_id, 0), COALESCE(phase, ''))",
    "entry": "CREATE INDEX IF NOT EXISTS %s ON conveyor_funnel_fact (entry_date)",
    "reach": "CREATE INDEX IF NOT EXISTS %s ON conveyor_funnel_fact (reach_date)",
    "pass": "CREATE INDEX IF NOT EXISTS %s ON conveyor_funnel_fact (pass_date) WHERE pass_date IS NOT NULL",
    "loss": "CREATE INDEX IF NOT EXISTS %s ON conveyor_funnel_fact (loss_date) WHERE loss_date IS NOT NULL",
    "user": "CREATE INDEX IF NOT EXISTS %s ON conveyor_funnel_fact (user_id) WHERE user_id IS NOT NULL",
    "campaign": "CREATE INDEX IF NOT EXISTS %s ON conveyor_funnel_fact (campaign_id) WHERE campaign_id IS NOT NULL",
}
DIMENSIONS = ("company_id", "team_id", "user_id", "source_id", "medium_id", "campaign_id", "sale_kind",
              "type", "won_status", "lost_reason_id")


@cache
def columns(alias=None):
    """The columns of the table, comma-separated."""
    return SQL(", ").join(SQL.identifier(alias, name) if alias else SQL.identifier(name) for name in COLUMNS)


@cache
def definitions():
    """The columns with their types."""
    return SQL(", ").join(SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in COLUMNS.items())


class ConveyorFunnelFact(models.Model):
    """What the funnel counts: one row a lead and section, and one without a
    section for the lead on the whole conveyor (passed is won there).

    The table is derived: :meth:`_mark` notes the leads that changed, and before
    the transaction ends, or a report reads, their rows are made anew by the
    engine and compared; only differences are written, to this table and, as
    plus and minus, to the monthly rollup. :meth:`_rebuild` makes all of it from
    nothing. It has no foreign keys: the rows of a deleted lead must still be
    here to be taken out of the rollup.
    """

    _name = "conveyor.funnel.fact"
    _description = "Funnel Fact"
    _inherit = "conveyor.access.mixin"
    _auto = False
    _log_access = False
    _order = "lead_id, id"
    _rec_name = "lead_id"

    lead_id = fields.Many2one("crm.lead", "Lead", readonly=True)
    stage_id = fields.Many2one("crm.stage", "Section", readonly=True)
    phase = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", "Company", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    source_id = fields.Many2one("utm.source", "Source", readonly=True)
    medium_id = fields.Many2one("utm.medium", "Medium", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", "Campaign", readonly=True)
    sale_kind = fields.Char(readonly=True)
    type = fields.Char(readonly=True)
    won_status = fields.Char(readonly=True)
    lost_reason_id = fields.Many2one("crm.lost.reason", "Lost Reason", readonly=True)
    value = fields.Float(readonly=True)
    entry_date = fields.Date("Entered the Conveyor", readonly=True)
    reach_date = fields.Date("Reached", readonly=True)
    pass_date = fields.Date("Passed", readonly=True)
    loss_date = fields.Date("Lost", readonly=True)
    seconds = fields.Integer("Seconds of All Ended Stays", readonly=True)
    since = fields.Datetime("Here Since", readonly=True)
    touches = fields.Integer(readonly=True)
    in_now = fields.Integer("Is Here Now", readonly=True)

    def init(self):
        """Create the table; light, without foreign keys."""
        self.env.cr.execute(SQL(
            "CREATE TABLE IF NOT EXISTS conveyor_funnel_fact (id bigserial PRIMARY KEY, %s)", definitions()))
        for name, definition in INDEXES.items():
            self.env.cr.execute(SQL(definition, self._index(name)))

    @api.model
    def _index(self, name):
        return SQL.identifier(f"conveyor_funnel_fact_{name}_idx")

    # ------------------------------------------------------------ what changed
    @api.model
    def _mark(self, lead_ids):
        """Note leads whose facts may have changed; also before deleting them."""
        self._pending()["leads"].update(filter(None, lead_ids))

    @api.model
    def _pipeline_changed(self, *_args):
        """Note that sections or time zones changed, and with them any lead's facts."""
        self.env.registry.clear_cache()
        self._pending()["all"] = True

    @api.model
    def _pending(self):
        data = self.env.cr.precommit.data
        if PENDING not in data:
            data[PENDING] = {"leads": set(), "all": False}
            self.env.cr.precommit.add(self.sudo()._refresh_marked)
        return data[PENDING]

    @api.model
    def _refresh(self):
        """Before reading: the facts of all marked and of all touched leads."""
        self._mark(self.env["conveyor.funnel.stale"].sudo()._take())
        self._refresh_marked()

    @api.model
    def _refresh_marked(self):
        """Bring the facts of all marked leads up to date, once a transaction."""
        if PENDING not in self.env.cr.precommit.data:
            return
        self.env.flush_all()
        pending = self.env.cr.precommit.data.pop(PENDING)
        lead_ids = pending["leads"]
        if pending["all"]:
            lead_ids |= self._all_leads_or_cron()
        self._refresh_leads(sorted(lead_ids))

    @api.model
    def _all_leads_or_cron(self):
        rows = self.env.execute_query(SQL(
            "SELECT lead_id FROM conveyor_funnel_fact WHERE stage_id IS NULL LIMIT %s", WATCH_LIMIT + 1))
        if len(rows) <= WATCH_LIMIT:
            return {lead_id for lead_id, in rows}
        self.env["conveyor.funnel.month"]._trigger_recount()
        return set()

    @api.model
    def _refresh_leads(self, lead_ids):
        if len(lead_ids) <= ENGINE_LIMIT:
            self._write_few(lead_ids)
            return
        builder = self.env["conveyor.funnel.builder"]
        with builder._planned_for_many():
            for start in range(0, len(lead_ids), SQL_BATCH):
                batch = lead_ids[start:start + SQL_BATCH]
                fresh = builder._facts(lambda lead_id, batch=batch: SQL("%s = ANY(%s)", lead_id, batch))
                self._write_differences(fresh, batch)

    # ------------------------------------------------------------ the one write
    @api.model
    def _write_differences(self, fresh, lead_ids):
        """Write where ``fresh`` differs from what is stored of these leads, and
        put the differences into the rollup. One statement."""
        if not lead_ids:
            return
        rollup = self.env["conveyor.funnel.month"]
        self.env.cr.execute(SQL(
            """
            WITH fresh (%(columns)s) AS MATERIALIZED (%(fresh)s),
            old AS MATERIALIZED (SELECT %(columns)s FROM conveyor_funnel_fact WHERE lead_id = ANY(%(leads)s)),
            gone AS MATERIALIZED (SELECT %(columns)s FROM old EXCEPT SELECT %(columns)s FROM fresh),
            come AS MATERIALIZED (SELECT %(columns)s FROM fresh EXCEPT SELECT %(columns)s FROM old),
            changed AS MATERIALIZED (SELECT -1 AS sign, gone.* FROM gone UNION ALL SELECT 1, come.* FROM come),
            removed AS (DELETE FROM conveyor_funnel_fact f USING gone g
                         WHERE f.lead_id = ANY(%(leads)s) AND %(f_is_g)s AND NOT EXISTS (SELECT FROM come c WHERE %(c_is_g)s)),
            updated AS (UPDATE conveyor_funnel_fact f SET (%(columns)s) = ROW(%(c_columns)s)
                          FROM come c WHERE f.lead_id = ANY(%(leads)s) AND %(f_is_c)s),
            added AS (INSERT INTO conveyor_funnel_fact (%(columns)s) SELECT %(columns)s FROM come c
                       WHERE NOT EXISTS (SELECT FROM old g WHERE %(c_is_g)s)),
            months AS (%(months)s)
            %(histogram)s
            """,
            fresh=fresh, columns=columns(), c_columns=columns("c"), leads=lead_ids,
            f_is_g=self._same_row("f", "g"), c_is_g=self._same_row("c", "g"), f_is_c=self._same_row("f", "c"),
            months=rollup._insert(SQL("changed")),
            histogram=self.env["conveyor.funnel.histogram"]._insert(SQL("changed"))))
        self.env["conveyor.funnel.fact"].invalidate_model()

    @api.model
    def _same_row(self, one, other):
        return SQL(" AND ").join(
            SQL(key, SQL.identifier(one, name), SQL.identifier(other, name)) for name, key in (
                ("lead_id", "%s = %s"), ("stage_id", "COALESCE(%s, 0) = COALESCE(%s, 0)"),
                ("phase", "COALESCE(%s, '') = COALESCE(%s, '')")))

    # ------------------------------------------------------------ from nothing
    @api.model
    def _rebuild(self):
        """Make all facts and the rollup from the transitions, set-based.

        Minutes for a million leads, at installation and after large loads by
        SQL. It locks the table; a pipeline that changes in a living database
        is counted anew by ``conveyor.funnel.month._cron_recount``, which does not.
        """
        self.env.flush_all()
        self.env.cr.precommit.data.pop(PENDING, None)
        self.env.cr.execute("TRUNCATE conveyor_funnel_fact, conveyor_funnel_stale")
        for name in INDEXES:
            self.env.cr.execute(SQL("DROP INDEX IF EXISTS %s", self._index(name)))
        builder = self.env["conveyor.funnel.builder"]
        with builder._planned_for_many():
            for ends in builder._lead_ranges(SQL_BATCH):
                self.env.cr.execute(SQL("INSERT INTO conveyor_funnel_fact (%s) %s", columns(), builder._facts(
                    lambda lead_id, ends=ends: SQL("%s BETWEEN %s AND %s", lead_id, *ends))))
        self.init()
        self.env.cr.execute("ANALYZE conveyor_funnel_fact")
        self.env["conveyor.funnel.month"]._rebuild()
        self.invalidate_model()
