from odoo import fields, models

from .conveyor_work_item import CHANNELS


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    conveyor_channel = fields.Selection(
        CHANNELS, "Touch by", compute="_compute_conveyor_channel", store=True, readonly=False,
        help="Doing an activity of this type is a touch in this channel. Empty: it is no touch.")

    def _compute_conveyor_channel(self):
        """Calls, meetings and e-mails are touches; the rest is what the administrator says."""
        mail_type = self.env.ref("mail.mail_activity_data_email", raise_if_not_found=False)
        for kind in self:
            kind.conveyor_channel = "email" if kind == mail_type else {
                "phonecall": "call", "meeting": "meeting"}.get(kind.category, kind.conveyor_channel)
