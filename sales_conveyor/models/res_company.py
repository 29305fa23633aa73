from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.tools import ormcache

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

    # ------------------------------------------------------------ touches
    conveyor_sending_stopped = fields.Boolean(
        "Stop All Sending", help="Nothing goes out by itself, whatever the cadences say, until this is off again.")
    conveyor_norm_touches = fields.Integer("Touches before a Lead May be Given up", default=7)
    conveyor_norm_conversations = fields.Integer("of which Conversations", default=0)
    conveyor_norm_kinds = fields.Selection([
        ("all", "Attempts, messages and conversations"), ("personal", "What a person did; automatic messages do not count"),
        ("conversation", "Conversations only")], "What Counts", default="all", required=True)
    conveyor_norm_gap = fields.Selection([
        ("half_day", "One a channel and half-day"), ("day", "One a channel and day"), ("every", "Every one")],
        "Attempts in a Row", default="half_day", required=True)
    conveyor_lost_mode = fields.Selection([
        ("off", "Nothing"), ("advise", "A warning with better ways"), ("block", "It is refused")],
        "Losing a Lead too Early", default="advise", required=True)
    conveyor_window_days = fields.Integer("Decision Window, Days", default=30)
    conveyor_first_attempt_minutes = fields.Integer("First Attempt within, Working Minutes", default=15)
    conveyor_reply_minutes = fields.Integer("Answer a Reply within, Working Minutes", default=60)
    conveyor_daily_capacity = fields.Integer("Touches by Hand a Day and Person", default=40)
    conveyor_weekly_cap = fields.Integer("Marketing Messages a Week and Client", default=2)
    conveyor_send_from = fields.Float("Automatic Touches from", default=9.0)
    conveyor_send_to = fields.Float("Automatic Touches until", default=20.0)
    conveyor_account_days = fields.Integer("Customers at Least Every, Days", default=30)
    conveyor_nurture_days = fields.Integer("Nurture at Least Every, Days", default=30)
    conveyor_discipline_delay = fields.Integer("Managers See Discipline after, Days", default=7)

    def _conveyor_tz(self):
        """Name of the time zone in which this company's days and months begin."""
        return self.conveyor_tz or self._calendar_tz(self.resource_calendar_id.id) or "UTC"

    @api.model
    @ormcache("calendar_id")
    def _calendar_tz(self, calendar_id):
        return self.env["resource.calendar"].sudo().browse(calendar_id).tz  # what time it is is no secret

    def write(self, vals):
        result = super().write(vals)
        if "conveyor_tz" in vals:
            self.env["conveyor.funnel.fact"]._pipeline_changed()
        return result
