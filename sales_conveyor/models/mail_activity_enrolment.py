from odoo import fields, models


class MailActivity(models.Model):
    """Activities that cadences have planned."""

    _inherit = "mail.activity"

    conveyor_answer = fields.Boolean("Answer to a Reply", readonly=True)

    def unlink(self):
        """Cancelling the activity of a cadence leaves its step out."""
        runs = self._own_runs() if not self.env.context.get("conveyor_run_closing") else self.conveyor_run_id.browse()
        result = super().unlink()
        if runs:
            runs._cancelled()
        return result

    def _own_runs(self):
        """The steps that these activities were planned for. The step names its
        activity: what anybody writes on an activity proves nothing."""
        return self.conveyor_run_id.sudo().filtered(lambda run: run.activity_id in self)  # only whose they are
