from odoo import api, models

from .conveyor_touch_capture import CAPTURED, Inbound

BULK = {"bulk", "junk", "auto_reply", "list"}  # values of Precedence
SUPPRESSED = {"all", "autoreply"}  # of X-Auto-Response-Suppress; Odoo's own mails of people say OOF


def is_automatic_mail(mail):
    """Whether a machine wrote this mail, by its headers (RFC 3834 and the usual ones before it)."""
    submitted = (mail.get("Auto-Submitted") or "no").split(";")[0].strip().lower()
    precedence = (mail.get("Precedence") or "").strip().lower()
    suppressed = {word.strip().lower() for word in (mail.get("X-Auto-Response-Suppress") or "").split(",")}
    return submitted != "no" or precedence in BULK or bool(suppressed & SUPPRESSED) or any(
        mail.get(name) for name in ("X-Autoreply", "X-Autorespond"))


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _message_create(self, values_list):
        """Pictures in a message's text wait until it is known that they are only that."""
        if self._name != "crm.lead":
            return super()._message_create(values_list)
        return super(MailThread, self.with_context(conveyor_posting=True))._message_create(values_list).with_env(self.env)

    def _process_attachments_for_post(self, attachments, attachment_ids, message_values):
        if self._name == "crm.lead":
            self = self.with_context(conveyor_posting=True)
        return super()._process_attachments_for_post(attachments, attachment_ids, message_values)

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        """What is posted to a client, or comes from him, is a touch."""
        recipients = super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        if self._name in CAPTURED and message.message_type not in ("notification", "user_notification", "out_of_office"):
            fact = message.sudo()  # who may post on the record makes the touch
            if not self.env.context.get("conveyor_run_mail"):
                self.env["conveyor.touch"]._capture_posted(
                    fact, recipients, kwargs.get("sms_numbers") or kwargs.get("sms_pid_to_number"))
            if fact.attachment_ids:
                fact.attachment_ids._settle_documents()
        return recipients

    def _message_log_batch(self, bodies, *args, **kwargs):
        """SMS to many are logged, not posted."""
        messages = super()._message_log_batch(bodies, *args, **kwargs)
        if self._name in CAPTURED and kwargs.get("message_type") == "sms" and not self.env.context.get("conveyor_run_mail"):
            self.env["conveyor.touch"]._capture(messages)
        return messages

    # ------------------------------------------------------------ the gateway
    @api.model
    def _message_route_process(self, message, message_dict, routes):
        arriving = self.with_context(conveyor_inbound=Inbound(is_automatic_mail(message)))
        return super(MailThread, arriving)._message_route_process(message, message_dict, routes)

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        self.env["conveyor.touch"]._capture_bounce(message_dict["bounced_message"], message_dict["bounced_email"])
        return result
