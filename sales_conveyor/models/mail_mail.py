from odoo import api, models
from odoo.tools.mail import email_split_and_normalize

from .conveyor_touch_capture import CAPTURED


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        """Mails of templates and of the mass composer are touches; those that
        only notify of a message were captured with it."""
        mails = super().create(vals_list)
        if not self.env.context.get("conveyor_run_mail"):
            own = mails.browse(mail.id for mail, vals in zip(mails, vals_list)
                               if vals.get("model") in CAPTURED and not vals.get("mail_message_id"))
            if own:
                self.env["conveyor.touch"]._capture_mails(own)
        return mails

    def _to_outsiders(self):
        """Mails that go to somebody who is no colleague."""
        emails = {mail: set(email_split_and_normalize(mail.email_to or "")) for mail in self}
        asked = list(set().union(*emails.values())) if emails else []
        ours = set(self.env["res.users"].sudo().search(  # addresses of colleagues are no secret
            [("share", "=", False), ("email_normalized", "in", asked)]).mapped("email_normalized")) if asked else set()
        return self.filtered(lambda mail: emails[mail] - ours or any(mail.recipient_ids.mapped("partner_share")))
