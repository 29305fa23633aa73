from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class CrmLead(models.Model):
    """The decision window of a lead: until when it has dense, selling touches."""

    _inherit = "crm.lead"

    decision_window_end = fields.Datetime(
        "Decision Window until", compute="_compute_decision_window_end", search="_search_decision_window_end",
        help="Until then most clients have decided: touches are dense. By the company's own history from 50 wins on, "
             "else as the sales team or the company says.")

    @api.depends("team_id", "company_id")
    def _compute_decision_window_end(self):
        ends = self._decision_window()
        for lead in self:
            lead.decision_window_end = ends.get(lead._origin.id, False)

    def _decision_window(self):
        """``{lead id: end of its decision window}``; two queries, however many leads."""
        if not self.ids:
            return {}
        self.flush_recordset(["team_id", "company_id"])
        self.env["conveyor.transition"].flush_model()
        windows = self.env["conveyor.window"]._windows()
        return dict(self.env.execute_query(SQL(
            "%s WHERE l.id = ANY(%s)", self._window_sql(SQL("l.id, %s", self._window_end_sql()), windows), self.ids)))

    @api.model
    def _window_end_sql(self):
        return SQL("COALESCE(f.date, l.create_date) + make_interval(days => d.days)")

    @api.model
    def _window_sql(self, selected, windows):
        """SELECT from leads ``l``, their days ``d`` and their first moment ``f``."""
        return SQL("""
            SELECT %(selected)s FROM crm_lead l LEFT JOIN crm_team t ON t.id = l.team_id
              JOIN unnest(%(companies)s, %(teams)s, %(days)s) AS d (company_id, team_id, days)
                ON d.company_id = COALESCE(l.company_id, t.company_id, %(company)s) AND d.team_id = COALESCE(l.team_id, 0)
              LEFT JOIN LATERAL (SELECT min(date) AS date FROM conveyor_transition WHERE lead_id = l.id) f ON true
        """, selected=selected, company=self.env.company.id, companies=[company_id for company_id, _team in windows],
                   teams=[team_id for _company, team_id in windows], days=[item.days for item in windows.values()])

    def _search_decision_window_end(self, operator, value):
        if operator not in (">", ">=", "<", "<="):
            return NotImplemented
        self.env.flush_all()
        found = self._window_after_sql(fields.Datetime.to_datetime(value), SQL(">" if operator in (">", "<=") else ">="))
        return [("id", "in" if operator.startswith(">") else "not in", found)]

    @api.model
    def _window_after_sql(self, moment, operator):
        """Ids of the leads whose window ends at or after ``moment``: only those
        that have moved within the longest window can, which an index finds."""
        windows = self.env["conveyor.window"]._windows()
        since = moment - timedelta(days=max((item.days for item in windows.values()), default=0))
        return SQL("(%s WHERE %s %s %s AND l.id IN (%s))", self._window_sql(SQL("l.id"), windows),
                   self._window_end_sql(), operator, moment, SQL(
                       "SELECT lead_id FROM conveyor_transition WHERE date >= %s"
                       " UNION SELECT id FROM crm_lead WHERE create_date >= %s", since, since))
