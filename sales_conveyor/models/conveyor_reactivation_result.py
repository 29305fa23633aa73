from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .conveyor_reactivation import SILENT

LONGEST_WINDOW = 730  # days


class ConveyorReactivation(models.Model):
    """What came of it: whether the customer bought within the rule's window, and for how much."""

    _inherit = "conveyor.reactivation"

    woken_date = fields.Date("Bought on", readonly=True, help="His first purchase within the rule's window.")
    woken_amount = fields.Monetary("Bought for", readonly=True, help="All he bought within the rule's window.")

    @api.model
    def _cron_results(self, today=None):
        """Nightly: who has bought since."""
        today = today or fields.Date.today()
        self.sudo()._count_woken(self._watched_partners(today), today)  # the cron counts for everybody

    @api.model
    def _note_returns(self, signal_ids):
        """Customers who are back are counted at once."""
        partner_ids = [partner_id for partner_id, in self.env.execute_query(SQL(
            """SELECT DISTINCT s.partner_id FROM conveyor_signal s
                 JOIN conveyor_reactivation r ON r.partner_id = s.partner_id AND r.state = 'done' AND r.rule_id IS NOT NULL
                WHERE s.id = ANY(%s) AND s.to_status = 'back'""", list(signal_ids)))]
        self._count_woken(partner_ids, fields.Date.today())

    @api.model
    def _watched_partners(self, today):
        self.flush_model()
        return [partner_id for partner_id, in self.env.execute_query(SQL(
            """SELECT DISTINCT c.commercial_partner_id FROM conveyor_reactivation r
                 JOIN conveyor_reactivation_rule u ON u.id = r.rule_id JOIN res_partner c ON c.id = r.partner_id
                WHERE r.state = 'done' AND r.to_status IN %s AND r.done_date >= %s::date - u.window_days - 1""", SILENT, today))]

    @api.model
    def _count_woken(self, partner_ids, today):
        """Bring what these customers bought within the windows up to date."""
        if not partner_ids:
            return
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            WITH days AS (%(days)s),
            bought AS (
                SELECT r.id, min(d.day) AS day, sum(d.amount) AS amount
                  FROM conveyor_reactivation r JOIN conveyor_reactivation_rule u ON u.id = r.rule_id
                  JOIN res_partner c ON c.id = r.partner_id
                  LEFT JOIN days d ON d.partner_id = c.commercial_partner_id AND d.company_id = r.company_id
                       AND d.day >= r.done_date::date AND d.day <= r.done_date::date + u.window_days
                 WHERE c.commercial_partner_id = ANY(%(partners)s) AND r.state = 'done' AND r.to_status IN %(silent)s
                   AND r.done_date >= %(since)s
                 GROUP BY r.id)
            UPDATE conveyor_reactivation r SET woken_date = b.day, woken_amount = b.amount FROM bought b
             WHERE b.id = r.id AND (r.woken_date, r.woken_amount) IS DISTINCT FROM (b.day, b.amount::numeric)
            """, days=self.env["conveyor.purchase"]._days_sql(list(partner_ids)), partners=list(partner_ids), silent=SILENT,
            since=today - timedelta(days=LONGEST_WINDOW)))
        self.invalidate_model(["woken_date", "woken_amount"], flush=False)
