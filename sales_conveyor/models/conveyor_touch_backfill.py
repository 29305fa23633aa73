from contextlib import nullcontext

from odoo import api, models
from odoo.tools import SQL

from .conveyor_bulk import without_indexes


class ConveyorTouch(models.Model):
    """The history of an existing database, read once, set-based."""

    _inherit = "conveyor.touch"

    @api.model
    def _backfill(self):
        """Touches of all messages, done activities and meetings that are not on
        record yet, and the touch lines. Running it again adds nothing.

        :return: number of touches written
        """
        self.env.flush_all()
        is_new = not self.env.execute_query(SQL("SELECT FROM conveyor_touch LIMIT 1"))
        with self.env["conveyor.funnel.builder"]._planned_for_many():
            with without_indexes(self.env, self._table, even_unique=True) if is_new else nullcontext():
                written = sum(self._load(*source, is_new) for source in self._sources())
            self.invalidate_model(flush=False)
            self.env["conveyor.touch.line"]._rebuild()
        return written

    @api.model
    def _sources(self):
        """(rows, whether there are attempts among them)"""
        return ((self._activities_sql(), True), (self._new_meetings_sql(), False), (self._messages_sql(), False))

    @api.model
    def _new_meetings_sql(self):
        return SQL("SELECT * FROM (%s) m WHERE NOT EXISTS (SELECT FROM conveyor_touch t WHERE t.event_key = m.event_key)",
                   self._meetings_sql())

    @api.model
    def _load(self, source, has_attempts, is_new):
        """:param is_new: the table was empty, so nothing of the sources is there already"""
        self.env.cr.execute(SQL("""
            WITH rule AS (%(rules)s), raw AS (%(source)s),
            event AS (
                SELECT raw.*, %(kind)s AS kind, %(key)s AS client_key, p.id AS client_id,
                       CASE WHEN l.id IS NULL THEN p.company_id ELSE l.company_id END AS company_id
                  FROM raw LEFT JOIN crm_lead l ON l.id = raw.lead_id
                  LEFT JOIN res_partner p ON p.id = CASE WHEN l.id IS NULL THEN raw.partner_id ELSE l.partner_id END)
            INSERT INTO conveyor_touch (
                event_key, date, lead_id, partner_id, client_key, company_id, user_id, channel, direction, outcome, kind,
                is_counted, is_automatic, is_history, subject, message_id, create_uid, write_uid, create_date, write_date)
            SELECT event_key, date_trunc('second', date), lead_id, client_id, client_key, e.company_id, user_id, channel,
                   direction, outcome, kind, %(counted)s, is_automatic, TRUE, subject, message_id,
                   %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM event e JOIN rule ON rule.company_id = COALESCE(e.company_id, %(company)s)
             %(conflict)s
        """, conflict=SQL() if is_new else SQL("ON CONFLICT DO NOTHING"), rules=self._rules_sql(), source=source, kind=self._kind_sql(), key=self.env["conveyor.client"]._key_sql(),
            counted=self._counted_sql(has_attempts), uid=self.env.uid, now=self.env.cr.now(), company=self.env.company.id))
        return self.env.cr.rowcount

    @api.model
    def _counted_sql(self, has_attempts):
        """:meth:`engine.touch.Rule.counts`; of attempts in a row the first one."""
        counts = SQL("direction = 'out' AND COALESCE(outcome, '') NOT IN ('bounced', 'auto_reply') AND CASE rule.kinds"
                     " WHEN 'personal' THEN NOT is_automatic WHEN 'conversation' THEN kind = 'conversation' ELSE TRUE END")
        if not has_attempts:
            return counts
        return SQL("""%s AND (kind <> 'attempt' OR gap = 'every' OR row_number() OVER (
            PARTITION BY COALESCE(lead_id::text, client_key), channel, kind,
                         date_trunc('day', date AT TIME ZONE 'UTC' AT TIME ZONE tz),
                         gap = 'half_day' AND extract(hour FROM date AT TIME ZONE 'UTC' AT TIME ZONE tz) >= 12
            ORDER BY date, event_key) = 1)""", counts)


class ConveyorTouchLine(models.Model):
    _inherit = "conveyor.touch.line"

    @api.model
    def _rebuild(self):
        """Make the counts of all lines from the touches, set-based."""
        self.env.cr.execute(self._upsert_counts("lead_id", SQL("crm_lead o JOIN conveyor_touch t ON t.lead_id = o.id")))
        self.env.cr.execute(self._upsert_counts("partner_id", SQL(
            "res_partner o JOIN conveyor_touch t ON t.client_key = 'p' || o.id")))
        self._rebuild_next()
        self.invalidate_model(flush=False)
