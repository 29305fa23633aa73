from odoo import api, fields, models
from odoo.exceptions import UserError

from .conveyor_sheets import GROUPS

DIMENSIONS = ("team_ids", "user_ids", "source_ids", "campaign_ids")
NOBODY = 0  # among ids: without one


class ConveyorReportChoice(models.AbstractModel):
    """What a person chooses of a workbook: its groups of sheets, whose leads, how they are counted."""

    _name = "conveyor.report.choice"
    _description = "Choice of a Workbook"

    with_dashboard = fields.Boolean("Where the Money Leaks", default=True, help=(
        "Main figures beside the period before, the belt, today, customers, discipline, stopped practices, sources, drivers and outlook."))
    with_funnel = fields.Boolean("Funnel", default=True, help="Sections, sources, salespeople, months and lost reasons.")
    with_touches = fields.Boolean("Touches", default=True, help="Touches by channel, month and person, reasons, practices, and where touches stop.")
    with_customers = fields.Boolean("Customers", default=True, help="Customers by purchase rhythm, and how it changed month by month.")
    with_visitors = fields.Boolean("Visitors by the Hour", default=True, help="Heat maps of visitors, leads and purchases, where there are counters.")
    with_money = fields.Boolean("Money by Source", default=True, help="What was spent and what it brought; for sales managers.")
    with_rows = fields.Boolean("All Rows", default=True, help="Every lead behind the figures, and every customer with his rhythm.")
    counting = fields.Selection(
        [("cohort", "Cohort: leads that came in the period, wherever they got"),
         ("period", "Period: what happened in the period, whenever the lead came")],
        required=True, default="cohort",
        help="Cohort answers what became of the leads of a time; period, what was done in it.")
    sale_kind = fields.Selection([("first", "First sales"), ("repeat", "Repeat sales")], "First or Repeat",
                                 help="Empty: both.")
    team_ids = fields.Many2many("crm.team", string="Sales Teams", context={"active_test": False})
    user_ids = fields.Many2many("res.users", string="Salespeople", context={"active_test": False}, domain=[("share", "=", False)])
    source_ids = fields.Many2many("utm.source", string="Sources", context={"active_test": False})
    campaign_ids = fields.Many2many("utm.campaign", string="Campaigns", context={"active_test": False})
    counter_ids = fields.Many2many("conveyor.counter", string="Counters", context={"active_test": False},
                                   help="Whose visitors are shown by the hour. Empty: all.")
    company_ids = fields.Many2many("res.company", string="Companies", default=lambda self: self.env.companies)
    company_id = fields.Many2one("res.company", "Main Company", default=lambda self: self.env.company,
                                 help="Its currency and time zone are those of the figures.")

    def _groups(self):
        """Names of the chosen groups of sheets."""
        return tuple(group for group in GROUPS if self[f"with_{group}"])

    def _check_groups(self):
        """:raise UserError: no sheets were chosen"""
        if any(not choice._groups() for choice in self):
            raise UserError(self.env._("No sheets are chosen. Tick at least one group of them."))

    @api.model
    def _choice_fields(self):
        """Names of the fields that say what is chosen, but for the period."""
        return (*(f"with_{group}" for group in GROUPS), "counting", "sale_kind", *DIMENSIONS, "counter_ids", "company_ids", "company_id")

    def _choice_filters(self):
        """Filters as of ``conveyor.funnel``, without a period."""
        own = self.sudo().with_context(active_test=False)
        return {"counting": self.counting, "sale_kind": self.sale_kind, "company_ids": own.company_ids.ids,
                **{name: own[name].ids for name in DIMENSIONS}}
