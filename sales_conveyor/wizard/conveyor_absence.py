from odoo import api, fields, models


class ConveyorLogTouch(models.TransientModel):
    """Why a silent customer stayed away, told while the touch is logged."""

    _inherit = "conveyor.log.touch"

    is_absent = fields.Boolean(compute="_compute_is_absent")
    absence_reason_id = fields.Many2one("conveyor.absence.reason", "Why He Stayed Away")

    @api.depends("partner_id", "lead_id")
    def _compute_is_absent(self):
        for wizard in self:
            wizard.is_absent = (wizard.partner_id or wizard.lead_id.partner_id).conveyor_is_absent

    def action_log(self):
        result = super().action_log()
        if self.absence_reason_id and (partner := self.partner_id or self.lead_id.partner_id):
            self.env["conveyor.reactivation"]._record_absence(partner, self.absence_reason_id)
        return result
