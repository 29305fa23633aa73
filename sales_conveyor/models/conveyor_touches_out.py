from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .conveyor_enrolment import OPEN

LOOK_BACK = timedelta(days=3)  # what is older has had its signal


class ConveyorSignal(models.Model):
    """*Touches run out*: an open lead has no next touch any more though its norm is reached or its
    cadence has ended, or its cadence waits because no reason is left."""

    _inherit = "conveyor.signal"

    @api.model
    def _cron_touches_out(self, now=None):
        """Look at the leads whose last touch, or end of a cadence, is of these days: the rest is no news.

        The number of touches is part of the key: after further touches it may happen again.
        """
        now = now or fields.Datetime.now()
        signals = self.sudo()  # the cron looks at everybody's leads
        self.env["conveyor.touch.line"]._settle()
        self.env.flush_all()
        rows = self.env.execute_query(self._touches_out_query(now - LOOK_BACK))
        leads = self.env["crm.lead"].sudo().browse(row[0] for row in rows)
        norms = leads._norms()
        return signals._emit([{
            "kind": "touches_out", "model": "crm.lead", "res_id": lead_id, "lead_id": lead_id, "partner_id": partner_id,
            "company_id": company_id, "date": now.date(), "amount": value, "key": f"touches-{lead_id}-{count}-{why}",
        } for lead_id, partner_id, company_id, value, count, why in rows if why != "norm" or count >= norms[lead_id].touches])

    @api.model
    def _touches_out_query(self, since):
        """(lead id, customer, company, expected revenue, counted touches, why) of leads without a next touch."""
        return SQL(
            """
            WITH recent AS (
                SELECT e.lead_id AS id, 'ended' AS why FROM conveyor_enrolment e
                 WHERE e.lead_id IS NOT NULL AND e.state = 'done' AND e.end_date >= %(since)s
                 UNION
                SELECT e.lead_id, 'reasons' FROM conveyor_enrolment e
                 WHERE e.lead_id IS NOT NULL AND e.state IN %(open)s AND e.rule = 'no_reason'
                 UNION
                SELECT t.lead_id, 'norm' FROM conveyor_touch_line t WHERE t.last_touch_date >= %(since)s AND t.lead_id IS NOT NULL)
            SELECT DISTINCT ON (l.id) l.id, l.partner_id, l.company_id, l.expected_revenue, COALESCE(t.touch_count, 0), r.why
              FROM recent r JOIN crm_lead l ON l.id = r.id AND l.active AND l.won_status = 'pending'
              LEFT JOIN conveyor_touch_line t ON t.lead_id = l.id
             WHERE r.why = 'reasons' OR (t.next_touch_date IS NULL AND NOT EXISTS (
                       SELECT FROM conveyor_enrolment o WHERE o.lead_id = l.id AND o.state IN %(open)s))
             ORDER BY l.id, r.why
            """, since=since, open=OPEN)
