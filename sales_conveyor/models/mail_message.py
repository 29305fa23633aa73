from odoo import api, models

CHANNEL_OF_TYPE = {"email_outgoing": "email", "comment": "email", "sms": "sms", "snailmail": "letter", "email": "email"}


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        if any(vals.get("model") == "crm.lead" and vals.get("message_type") in CHANNEL_OF_TYPE for vals in vals_list):
            messages._record_touches()
        return messages

    def _record_touches(self):
        """Messages to or from a lead's client are touches; notes among colleagues are not."""
        rows = []
        for message in self.sudo():  # who may post on the lead makes the touch
            if message.model != "crm.lead" or message.message_type not in CHANNEL_OF_TYPE or message.is_internal:
                continue
            inward = message.message_type == "email" and not message.author_id.user_ids
            outside = message.partner_ids.filtered("partner_share")
            if message.message_type == "comment" and not outside:
                continue
            rows.append({
                "event_key": f"message-{message.id}", "message_id": message.id, "lead_id": message.res_id,
                "date": message.date, "channel": CHANNEL_OF_TYPE[message.message_type],
                "direction": "in" if inward else "out", "subject": message.subject or False,
            })
        if rows:
            self.env["conveyor.touch"]._record(rows)
