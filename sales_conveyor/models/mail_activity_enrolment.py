from odoo import fields, models


class MailActivity(models.Model):
    """Activities that cadences have planned."""

    _inherit = "mail.activity"

    conveyor_answer = fields.Boolean("Answer to a Reply", readonly=True)

    def unlink(self):
        """Cancelling the activity of a cadence leaves its step out."""
        runs = self.conveyor_run_id if not self.env.context.get("conveyor_run_closing") else self.conveyor_run_id.browse()
        result = super().unlink()
        if runs:
            runs._cancelled()
        return result
