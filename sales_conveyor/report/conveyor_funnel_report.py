from odoo import fields, models
from odoo.tools import SQL

COPIED = ("lead_id", "stage_id", "phase", "company_id", "team_id", "user_id", "source_id", "medium_id", "campaign_id",
          "sale_kind", "type", "won_status", "lost_reason_id", "value", "entry_date", "reach_date", "pass_date",
          "loss_date", "touches", "in_now")


class ConveyorFunnelReport(models.Model):
    """The funnel for pivot, graph and list: one row a lead and section.

    Whoever may read the lead may read its rows. Definitions: ``engine/funnel.py``.
    """

    _name = "conveyor.funnel.report"
    _inherit = "conveyor.access.mixin"
    _description = "Funnel Analysis"
    _auto = False
    _rec_name = "lead_id"
    _order = "reach_date desc, lead_id desc, id desc"

    lead_id = fields.Many2one("crm.lead", "Lead", readonly=True)
    stage_id = fields.Many2one("crm.stage", "Section", readonly=True)
    phase = fields.Selection(
        lambda self: self.env["crm.stage"]._fields["conveyor_phase"]._description_selection(self.env),
        string="Phase", readonly=True)
    reached = fields.Integer("Reached", readonly=True, help="Entered the section or jumped over it.")
    passed = fields.Integer("Passed", readonly=True, help="Moved on from the section, or was won.")
    lost_here = fields.Integer("Lost Here", readonly=True, help="Lost, and this is where.")
    in_now = fields.Integer("In It Now", readonly=True, help="Open, and stands here now.")
    days = fields.Float("Days", readonly=True, aggregator="avg", help="All stays in the section, the running one until now.")
    touches = fields.Integer("Touches", readonly=True, help="Touches during the stays, so far as known.")
    value = fields.Monetary("Expected Revenue", currency_field="currency_id", readonly=True)
    currency_id = fields.Many2one("res.currency", "Currency", readonly=True)
    company_id = fields.Many2one("res.company", "Company", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    source_id = fields.Many2one("utm.source", "Source", readonly=True)
    medium_id = fields.Many2one("utm.medium", "Medium", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", "Campaign", readonly=True)
    sale_kind = fields.Selection(
        [("first", "First sale"), ("repeat", "Repeat sale")], "First or Repeat", readonly=True)
    type = fields.Selection([("lead", "Lead"), ("opportunity", "Opportunity")], readonly=True)
    won_status = fields.Selection(
        [("won", "Won"), ("lost", "Lost"), ("pending", "Open")], "Won/Lost", readonly=True)
    lost_reason_id = fields.Many2one("crm.lost.reason", "Lost Reason", readonly=True)
    entry_date = fields.Date("Entered the Conveyor", readonly=True)
    reach_date = fields.Date("Reached on", readonly=True)
    pass_date = fields.Date("Passed on", readonly=True)
    loss_date = fields.Date("Lost on", readonly=True)

    @property
    def _table_query(self):
        self.env["conveyor.funnel.fact"]._refresh()
        return SQL(
            """
            SELECT f.id, %(copied)s, 1 AS reached, (f.pass_date IS NOT NULL)::int AS passed,
                   (f.loss_date IS NOT NULL)::int AS lost_here, COALESCE(c.currency_id, %(currency)s) AS currency_id,
                   (COALESCE(f.seconds, 0) + COALESCE(extract(epoch FROM (now() AT TIME ZONE 'UTC') - f.since), 0)
                   )::float8 / 86400 AS days
              FROM conveyor_funnel_fact f LEFT JOIN res_company c ON c.id = f.company_id
             WHERE f.stage_id IS NOT NULL
            """,
            copied=SQL(", ").join(SQL.identifier("f", name) for name in COPIED),
            currency=self.env.company.currency_id.id)

    def action_open_lead(self):
        """Open the lead behind a row."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "crm.lead", "res_id": self.lead_id.id,
                "view_mode": "form", "views": [(False, "form")]}
