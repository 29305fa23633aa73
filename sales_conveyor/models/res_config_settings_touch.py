from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """What the settings of touches need beside plain fields of the company."""

    _inherit = "res.config.settings"

    conveyor_window_by_history = fields.Boolean(related="company_id.conveyor_window_by_history", readonly=False)
    conveyor_window_sentence = fields.Char(compute="_compute_conveyor_window_sentence")

    @api.depends("company_id", "conveyor_window_by_history")
    def _compute_conveyor_window_sentence(self):
        for settings in self:
            settings.conveyor_window_sentence = settings.company_id._conveyor_window_sentence()

    def action_conveyor_stop_sending(self):
        """The kill switch: acts at once, whatever else is saved or discarded."""
        return self._set_sending(is_stopped=True)

    def action_conveyor_resume_sending(self):
        return self._set_sending(is_stopped=False)

    def _set_sending(self, is_stopped):
        self.env.company.conveyor_sending_stopped = is_stopped
        return {"type": "ir.actions.client", "tag": "reload"}

    def action_conveyor_cadences(self):
        return {
            "type": "ir.actions.act_window", "name": self.env._("Cadences"), "res_model": "conveyor.cadence",
            "views": [(False, "list"), (False, "form")],
        }
