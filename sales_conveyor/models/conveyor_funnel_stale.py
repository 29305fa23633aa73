from psycopg2.errors import ReadOnlySqlTransaction

from odoo import api, fields, models
from odoo.tools import SQL

AT_ONCE = 2000  # leads that a reader waits for; the cron does the rest


class ConveyorFunnelStale(models.Model):
    """Leads that were touched since their facts were made.

    Whoever posts a message does not wait for the funnel: it is noted here that
    its touches are to be counted, and done before a report is read, or within
    minutes by the cron.
    """

    _name = "conveyor.funnel.stale"
    _description = "Touched Lead, not yet in the Funnel"
    _log_access = False

    lead_id = fields.Integer(required=True)

    @api.model
    def _take(self):
        """Ids of some noted leads, which are noted no more; what others work on is
        left to them. On a read-only cursor Odoo begins again with another one."""
        if not self.env.execute_query(SQL("SELECT FROM conveyor_funnel_stale LIMIT 1")):
            return []
        if self.env.cr.readonly:
            raise ReadOnlySqlTransaction("Leads wait to be counted")
        return [lead_id for lead_id, in self.env.execute_query(SQL(
            "DELETE FROM conveyor_funnel_stale WHERE id IN (SELECT id FROM conveyor_funnel_stale ORDER BY id LIMIT %s"
            " FOR UPDATE SKIP LOCKED) RETURNING lead_id", AT_ONCE))]

    @api.model
    def _cron_count(self):
        facts = self.env["conveyor.funnel.fact"]
        while lead_ids := self._take():
            facts._mark(lead_ids)
            facts._refresh_marked()
            if not self.env["ir.cron"]._commit_progress(len(lead_ids)):
                break
