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
