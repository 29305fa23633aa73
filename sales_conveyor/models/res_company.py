from odoo import fields, models
from odoo.addons.base.models.res_partner import _tz_get

from .crm_stage import GATE_MODES


class ResCompany(models.Model):
    _inherit = "res.company"

    conveyor_gate_mode = fields.Selection(
        GATE_MODES, "Leaving a Section without its Work", default="advise", required=True)
    conveyor_waive_right = fields.Selection([
        ("everyone", "Whoever works on the lead"), ("leader", "Team leaders and sales managers"),
        ("manager", "Sales managers only")], "Who May Waive", default="everyone", required=True)
    conveyor_after_win = fields.Selection([
        ("nothing", "Nothing"), ("activity", "An activity for the account manager"),
        ("opportunity", "A follow-on opportunity in account management")],
        "After the First Sale", default="nothing", required=True)
    conveyor_am_team_id = fields.Many2one("crm.team", "Account Management Team", ondelete="set null")
    conveyor_am_user_id = fields.Many2one(
        "res.users", "Account Manager", domain=[("share", "=", False)], ondelete="set null")
    conveyor_win_on_order = fields.Boolean("A Confirmed Order Wins its Opportunity")
    conveyor_tz = fields.Selection(_tz_get, "Reports' Time Zone")

    def _conveyor_tz(self):
        """Name of the time zone in which this company's days and months begin."""
        return self.conveyor_tz or self.resource_calendar_id.tz or "UTC"

    def write(self, vals):
        result = super().write(vals)
        if "conveyor_tz" in vals:
            self.env["conveyor.funnel.fact"]._pipeline_changed()
        return result
