from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    conveyor_gate_mode = fields.Selection(related="company_id.conveyor_gate_mode", readonly=False, required=True)
    conveyor_waive_right = fields.Selection(related="company_id.conveyor_waive_right", readonly=False, required=True)
    conveyor_after_win = fields.Selection(related="company_id.conveyor_after_win", readonly=False, required=True)
    conveyor_am_team_id = fields.Many2one(related="company_id.conveyor_am_team_id", readonly=False)
    conveyor_am_user_id = fields.Many2one(related="company_id.conveyor_am_user_id", readonly=False)
    conveyor_win_on_order = fields.Boolean(related="company_id.conveyor_win_on_order", readonly=False)
    conveyor_tz = fields.Selection(related="company_id.conveyor_tz", readonly=False)
    conveyor_sending_stopped = fields.Boolean(related="company_id.conveyor_sending_stopped", readonly=False)
    conveyor_norm_touches = fields.Integer(related="company_id.conveyor_norm_touches", readonly=False)
    conveyor_norm_conversations = fields.Integer(related="company_id.conveyor_norm_conversations", readonly=False)
    conveyor_norm_kinds = fields.Selection(related="company_id.conveyor_norm_kinds", readonly=False, required=True)
    conveyor_norm_gap = fields.Selection(related="company_id.conveyor_norm_gap", readonly=False, required=True)
    conveyor_lost_mode = fields.Selection(related="company_id.conveyor_lost_mode", readonly=False, required=True)
    conveyor_window_days = fields.Integer(related="company_id.conveyor_window_days", readonly=False)
    conveyor_first_attempt_minutes = fields.Integer(related="company_id.conveyor_first_attempt_minutes", readonly=False)
    conveyor_reply_minutes = fields.Integer(related="company_id.conveyor_reply_minutes", readonly=False)
    conveyor_daily_capacity = fields.Integer(related="company_id.conveyor_daily_capacity", readonly=False)
    conveyor_weekly_cap = fields.Integer(related="company_id.conveyor_weekly_cap", readonly=False)
    conveyor_send_from = fields.Float(related="company_id.conveyor_send_from", readonly=False)
    conveyor_send_to = fields.Float(related="company_id.conveyor_send_to", readonly=False)
    conveyor_account_days = fields.Integer(related="company_id.conveyor_account_days", readonly=False)
    conveyor_nurture_days = fields.Integer(related="company_id.conveyor_nurture_days", readonly=False)
    conveyor_discipline_delay = fields.Integer(related="company_id.conveyor_discipline_delay", readonly=False)
