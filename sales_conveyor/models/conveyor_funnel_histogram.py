from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.funnel import BUCKETS_PER_OCTAVE, COHORT, PERIOD

TYPES = {"stage_id": "int4", "phase": "varchar", "company_id": "int4", "team_id": "int4", "sale_kind": "varchar"}
# engine.funnel.bucket_of, of seconds
BUCKET = SQL(
    "(CASE WHEN f.seconds < 60 THEN -1 ELSE floor(%s * ln(f.seconds / 60.0::float8) / ln(2::float8) + 1e-9) END)::int2",
    BUCKETS_PER_OCTAVE)
LEFT_DAY = SQL("COALESCE(f.pass_date, f.loss_date)")
DAYS = {COHORT: SQL("f.entry_date"), PERIOD: LEFT_DAY}


class ConveyorFunnelHistogram(models.Model):
    """Days of those who left a section, in log buckets by month: medians of a
    million leads without sorting them. Additive and append-only like
    ``conveyor.funnel.month``."""

    _name = "conveyor.funnel.histogram"
    _description = "Funnel Days by Month"
    _auto = False
    _log_access = False

    counting = fields.Char(readonly=True)
    month = fields.Date(readonly=True)

    def init(self):
        """Create the table."""
        self.env.cr.execute(SQL(
            "CREATE TABLE IF NOT EXISTS conveyor_funnel_histogram (id bigserial PRIMARY KEY, counting varchar,"
            " month date, %s, by_loss boolean, bucket int2, leads int8 NOT NULL)",
            SQL(", ").join(SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in TYPES.items())))
        self.env.cr.execute(
            "CREATE INDEX IF NOT EXISTS conveyor_funnel_histogram_idx"
            " ON conveyor_funnel_histogram (counting, stage_id, month)")

    @api.model
    def _keys(self):
        return ("counting", "month", *TYPES, "by_loss", "bucket")

    @api.model
    def _insert(self, facts):
        """INSERT of the durations of ``facts``, a relation with ``sign``."""
        keys = SQL(", ").join(map(SQL.identifier, self._keys()))
        parts = SQL(" UNION ALL ").join(
            SQL("SELECT f.sign, %s::varchar AS counting, date_trunc('month', %s)::date AS month, %s,"
                " f.pass_date IS NULL AS by_loss, %s AS bucket FROM %s f WHERE %s",
                counting, day, SQL(", ").join(SQL.identifier("f", name) for name in TYPES), BUCKET, facts, self._timed())
            for counting, day in DAYS.items())
        return SQL(
            "INSERT INTO conveyor_funnel_histogram (%(keys)s, leads)"
            " SELECT %(keys)s, sum(x.sign) FROM (%(parts)s) x GROUP BY %(keys)s HAVING sum(x.sign) <> 0",
            keys=keys, parts=parts)

    @api.model
    def _timed(self):
        """Condition of the facts that have a duration: who left, and stayed before."""
        return SQL("%s IS NOT NULL AND f.seconds IS NOT NULL", LEFT_DAY)
