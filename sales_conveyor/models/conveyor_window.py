from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import window
from ..engine.window import History

LIVE_LIMIT = 20000  # transitions up to which history is read as it is now, beyond as it was last night


class ConveyorWindow(models.Model):
    """How long clients took to decide, one row a team and one a company.

    A light table, made anew every night from the transitions; nobody edits it.
    What follows from it is said in ``engine/window.py``.
    """

    _name = "conveyor.window"
    _description = "Time to Decide"
    _log_access = False

    company_id = fields.Many2one("res.company", "Company", ondelete="cascade", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", ondelete="cascade", readonly=True)
    wins = fields.Integer("Won Clients", readonly=True)
    days = fields.Integer("80 % Decided within, Days", readonly=True)

    @api.model
    def _recompute(self):
        """Make all rows anew, set-based."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM conveyor_window")
        self.env.cr.execute(SQL(
            "INSERT INTO conveyor_window (company_id, team_id, wins, days) %s", self._history_sql()))
        self.invalidate_model()

    @api.model
    def _cron_recompute(self):
        self._recompute()

    @api.model
    def _history_sql(self):
        """Rows (company, team, wins, days): how long it took from the first
        moment to the first win. Leads born won show no deciding, they are left out."""
        return SQL("""
            WITH decided AS (
                SELECT lead_id, min(date) AS start, min(date) FILTER (WHERE kind = 'won') AS won
                  FROM conveyor_transition GROUP BY lead_id
                HAVING bool_or(kind = 'won') AND NOT bool_or(kind = 'won' AND at_creation IS TRUE)),
            times AS (
                SELECT l.team_id, COALESCE(l.company_id, t.company_id) AS company_id,
                       extract(epoch FROM d.won - d.start) AS seconds
                  FROM decided d JOIN crm_lead l ON l.id = d.lead_id LEFT JOIN crm_team t ON t.id = l.team_id)
            SELECT NULL::int AS company_id, team_id, count(*) AS wins, %(days)s AS days
              FROM times WHERE team_id IS NOT NULL GROUP BY team_id
             UNION ALL
            SELECT c.id, NULL, count(*), %(days)s
              FROM times JOIN res_company c ON times.company_id IS NULL OR times.company_id = c.id GROUP BY c.id
        """, days=SQL("GREATEST(1, ceil(percentile_disc(%s) WITHIN GROUP (ORDER BY seconds) / %s))::int",
                      window.SHARE, window.DAY))

    # ------------------------------------------------------------ reading
    @api.model
    def _histories(self):
        """``({team id: History}, {company id: History})``."""
        self.env["conveyor.transition"].flush_model()
        rows = self.env.execute_query(SQL(  # of the two, only the one that is asked is read
            """
            WITH size AS MATERIALIZED (SELECT EXISTS (SELECT FROM conveyor_transition OFFSET %s) AS is_large)
            SELECT * FROM (%s) live WHERE NOT (SELECT is_large FROM size)
             UNION ALL
            SELECT company_id, team_id, wins, days FROM conveyor_window WHERE (SELECT is_large FROM size)
            """, LIVE_LIMIT, self._history_sql()))
        by_team, by_company = {}, {}
        for company_id, team_id, wins, days in rows:
            if team_id:
                by_team[team_id] = History(wins, days)
            else:
                by_company[company_id] = History(wins, days)
        return by_team, by_company

    @api.model
    def _windows(self, companies=None, teams=None):
        """``{(company id, team id or 0): engine.window.Window}`` of all companies and teams, or of these."""
        by_team, by_company = self._histories()
        of_companies, of_teams = self._settings(companies, teams)
        return {
            (company_id, team_id): window.choose((by_team.get(team_id), by_company.get(company_id)), (days, company_days), by_history)
            for company_id, company_days, by_history in of_companies for team_id, days in ((0, 0), *of_teams)
        }

    @api.model
    def _settings(self, companies, teams):
        """``([(company id, days, is history asked?)], [(team id, days)])``: only the number of days, to everyone; None for all of them,
        archived ones too, in one reading."""
        if companies is None and teams is None:
            self.env["res.company"].flush_model(["conveyor_window_days", "conveyor_window_by_history"])
            self.env["crm.team"].flush_model(["conveyor_window_days"])
            rows = self.env.execute_query(SQL(
                """
                SELECT id, conveyor_window_days, conveyor_window_by_history, FALSE FROM res_company
                 UNION ALL SELECT id, conveyor_window_days, NULL, TRUE FROM crm_team
                """))
            return ([(key, days or 0, by_history) for key, days, by_history, is_team in rows if not is_team],
                    [(key, days or 0) for key, days, _by_history, is_team in rows if is_team])
        settings = self.sudo().with_context(active_test=False)
        companies = companies or settings.env["res.company"].search_fetch([], ["conveyor_window_days", "conveyor_window_by_history"])
        teams = settings.env["crm.team"].search_fetch([], ["conveyor_window_days"]) if teams is None else teams
        return ([(company.id, company.conveyor_window_days, company.conveyor_window_by_history) for company in companies.sudo()],
                [(team.id, team.conveyor_window_days) for team in teams])
