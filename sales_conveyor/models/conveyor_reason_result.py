from odoo import fields, models
from odoo.tools import SQL

ANSWER_DAYS, SALE_DAYS = 14, 30  # how long after a touch an answer, and a sale, is counted as its result
RESULT_FIELDS = ("touch_total", "reply_total", "forward_total", "sale_total")


class ConveyorReason(models.Model):
    """What came of each reason: touches, replies, moves forward, sales."""

    _inherit = "conveyor.reason"

    touch_total = fields.Integer("Touches", compute="_compute_results", help="How often it was told.")
    reply_total = fields.Integer("Replies", compute="_compute_results", help="The client answered within 14 days.")
    forward_total = fields.Integer("Moves Forward", compute="_compute_results", help="The lead moved on within 14 days.")
    sale_total = fields.Integer("Sales", compute="_compute_results", help="The lead was won within 30 days.")
    client_total = fields.Integer("Clients Told", compute="_compute_results")

    def _compute_results(self):
        found = self._results()
        for reason in self:
            for name in (*RESULT_FIELDS, "client_total"):
                reason[name] = found.get(reason._origin.id, {}).get(name, 0)

    def _results(self, date_from=None, date_to=None):
        """``{reason id: {"client_total", "touch_total", "reply_total", "forward_total", "sale_total"}}``.

        :param date_from, date_to: naive UTC, of the touches; None: all
        """
        if not self.ids:
            return {}
        rows = self.env.execute_query_dict(SQL(
            """SELECT reason_id AS id, count(*) AS touch_total, count(DISTINCT client_key) AS client_total,
                      count(*) FILTER (WHERE reply) AS reply_total, count(*) FILTER (WHERE forward) AS forward_total,
                      count(DISTINCT lead_id) FILTER (WHERE sale) AS sale_total
                 FROM (%s) told GROUP BY reason_id""", self._told_sql(date_from, date_to)))
        return {row.pop("id"): row for row in rows}

    def _told_sql(self, date_from=None, date_to=None):
        """The touches that told these reasons, and what followed each."""
        for name in ("conveyor.touch", "conveyor.transition"):
            self.env[name].flush_model()
        return SQL(
            """SELECT t.id, t.reason_id, t.client_key, t.lead_id,
                      EXISTS (SELECT 1 FROM conveyor_touch a WHERE a.client_key = t.client_key AND a.direction = 'in'
                                 AND COALESCE(a.outcome, '') NOT IN ('auto_reply', 'bounced')
                                 AND a.date > t.date AND a.date <= t.date + %(answer)s * interval '1 day') AS reply,
                      EXISTS (SELECT 1 FROM conveyor_transition m WHERE m.lead_id = t.lead_id
                                 AND m.kind IN ('forward', 'skip', 'won')
                                 AND m.date > t.date AND m.date <= t.date + %(answer)s * interval '1 day') AS forward,
                      EXISTS (SELECT 1 FROM conveyor_transition m WHERE m.lead_id = t.lead_id AND m.kind = 'won'
                                 AND m.date > t.date AND m.date <= t.date + %(sale)s * interval '1 day') AS sale
                 FROM conveyor_touch t
                WHERE t.reason_id = ANY(%(ids)s) AND t.direction = 'out'
                  AND (t.company_id IS NULL OR t.company_id = ANY(%(companies)s))
                  AND (%(date_from)s::timestamp IS NULL OR t.date >= %(date_from)s)
                  AND (%(date_to)s::timestamp IS NULL OR t.date < %(date_to)s)""",
            ids=self.ids, answer=ANSWER_DAYS, sale=SALE_DAYS, companies=self.env.companies.ids,
            date_from=date_from, date_to=date_to)

    def action_open_touches(self):
        """The touches behind a figure; the context's ``conveyor_result`` says which."""
        self.ensure_one()
        result = self.env.context.get("conveyor_result")
        condition = {"reply": SQL("WHERE reply"), "forward": SQL("WHERE forward"), "sale": SQL("WHERE sale")}.get(result, SQL())
        ids = [row[0] for row in self.env.execute_query(SQL("SELECT id FROM (%s) told %s", self._told_sql(), condition))]
        return {
            "type": "ir.actions.act_window", "res_model": "conveyor.touch", "name": self.name,
            "views": [(False, "list"), (False, "form")], "domain": [("id", "in", ids)]}
