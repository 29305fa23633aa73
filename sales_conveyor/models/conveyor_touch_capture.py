from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import html2plaintext

CAPTURED = {"crm.lead", "res.partner", "sale.order"}  # on whose records people touch clients
OUTWARD = {"comment": "email", "email_outgoing": "email", "auto_comment": "email", "sms": "sms", "snailmail": "letter"}
NOT_SENT = ("cancel", "exception")  # states of a mail that goes nowhere
EXCERPT = 120  # characters of a message without a subject


class Inbound:
    """In the context while the mail gateway works; nobody can send one from outside."""

    def __init__(self, is_automatic):
        self.is_automatic = is_automatic


class ConveyorTouch(models.Model):
    """Touches read from what people already do in Odoo.

    Only what Odoo itself posts or sends is read: a row of ``mail.message``
    that somebody merely creates proves nothing.
    """

    _inherit = "conveyor.touch"

    @api.model
    def _owners_of(self, model, ids):
        """``{record id: {"lead_id": …} or {"partner_id": …}}``: whose a touch on these records is."""
        records = self.env[model].sudo().browse(ids)  # whose they are, whoever touches them
        if model == "crm.lead":
            return {lead.id: {"lead_id": lead.id} for lead in records}
        if model == "res.partner":
            return {partner.id: {"partner_id": partner.id} for partner in records if partner.partner_share}
        return {order.id: {"lead_id": order.opportunity_id.id} if order.opportunity_id
                else {"partner_id": order.partner_id.id} for order in records}

    # ------------------------------------------------------------ messages
    @api.model
    def _capture_posted(self, message, recipients, numbers):
        """A message that was posted on one of the records, and to whom it went.

        :param recipients: Odoo's recipient data
        :param numbers: telephone numbers beside them, of an SMS
        """
        author = message.author_id
        gateway = self.env.context.get("conveyor_inbound")
        gateway = gateway if isinstance(gateway, Inbound) else None  # no client of RPC can send one
        if not author or author.partner_share:
            if self._is_from_client(message, gateway):
                self._capture(message, {
                    "direction": "in", "channel": "email", "user_id": None,
                    "outcome": "auto_reply" if gateway and gateway.is_automatic else "replied"})
        elif message.message_type in OUTWARD or gateway:
            outside = any(person.get("share") or not person.get("id") for person in recipients)
            if outside or numbers or (gateway and (message.incoming_email_to or message.incoming_email_cc)):
                self._capture(message, {"channel": OUTWARD.get(message.message_type, "email"), **self._sender(message)})

    @api.model
    def _is_from_client(self, message, gateway):
        """Through the gateway, or from the client himself in the portal; a
        colleague cannot write in his name."""
        if message.is_internal or message.message_type not in ("email", "comment"):
            return False
        return bool(gateway) or self.env.su or self.env.user._is_system() or not self.env.user._is_internal()

    @api.model
    def _sender(self, message):
        by_automation = message.message_type == "auto_comment" or "__action_done" in self.env.context or (
            message.message_type == "email_outgoing" and self.env.uid == SUPERUSER_ID)
        user = self.env.user if message.author_id == self.env.user.partner_id else (
            message.author_id.user_ids.filtered(lambda user: not user.share)[:1])
        return {
            "direction": "out", "outcome": "sent", "user_id": user.id or self.env.uid,
            "is_automatic": by_automation or message.author_id.id == self.env["ir.model.data"]._xmlid_to_res_id("base.partner_root"),
        }

    @api.model
    def _capture(self, messages, vals=None):
        """Record the messages as touches.

        :param vals: values of all of them; without, they were sent
        """
        rows = []
        for model, on_records in messages.grouped("model").items():
            owners = self._owners_of(model, on_records.mapped("res_id"))
            rows += [{
                "event_key": f"message-{message.id}", "message_id": message.id, **owners[message.res_id],
                "date": min(message.date, fields.Datetime.now()), "subject": self._subject(message),
                **(vals or {"channel": OUTWARD[message.message_type], **self._sender(message)}),
            } for message in on_records if message.res_id in owners]
        return self._record(rows) if rows else self.browse()

    @api.model
    def _subject(self, message):
        """Its own; Odoo gives the record's name to those that have none."""
        if message.subject and message.subject != message.record_name:
            return message.subject
        return html2plaintext((message.body or "")[:10 * EXCERPT]).strip()[:EXCERPT] or message.subject

    @api.model
    def _capture_mails(self, mails):
        """Mails that templates and the mass composer send past the chatter."""
        sent = mails.filtered(lambda mail: mail.model in CAPTURED and mail.res_id and mail.state not in NOT_SENT
                              and mail.message_type in OUTWARD and not mail.is_internal)
        self._capture(sent._to_outsiders().mail_message_id)

    @api.model
    def _capture_bounce(self, message, email):
        """The mail to this address came back: it touched nobody.

        :param message: the ``mail.message`` that came back; it may be deleted already
        """
        touches = self.sudo()  # the gateway works for everybody
        came_back = touches.search([("message_id", "in", message.ids), ("direction", "=", "out")]) if message else touches
        if not came_back and email:
            came_back = touches.search([
                ("channel", "=", "email"), ("direction", "=", "out"), ("message_id", "=", False),
                ("date", ">=", fields.Datetime.subtract(fields.Datetime.now(), days=10)),
                "|", ("lead_id.email_normalized", "=", email), ("partner_id.email_normalized", "=", email),
            ], limit=1)
        if came_back:
            came_back.write({"outcome": "bounced", "is_counted": False})
            came_back.flush_recordset()
            self.env["conveyor.funnel.fact"]._mark(came_back.lead_id.ids)
            self._tell(came_back)

    # ------------------------------------------------------------ activities and meetings
    @api.model
    def _capture_activities(self, activities, feedback):
        """Activities that were just done; ``conveyor_result`` in the context is what
        the dialog asked: outcome, note, reason."""
        asked, rows = self.env.context.get("conveyor_result") or {}, []
        if asked:  # anybody may send a context
            self.env["conveyor.touch.log"]._check_touch(asked.get("channel") or "other", asked.get("outcome"))
        for model, planned in activities.grouped("res_model").items():
            owners = self._owners_of(model, planned.mapped("res_id"))
            channels = planned._touch_channels()
            rows += [{
                **activity._touch_event(), **owners[activity.res_id], "channel": asked.get("channel") or channels[activity.id],
                "subject": activity.summary or activity.activity_type_id.name,
                "note": asked.get("note") or (html2plaintext(feedback) if feedback else None),
                "outcome": asked.get("outcome") or ("held" if channels[activity.id] == "meeting" else None),
                "reason_id": asked.get("reason_id") or activity.conveyor_reason_id.id, "run_id": activity._own_runs().id,
            } for activity in planned if activity.res_id in owners and (asked.get("channel") or channels[activity.id])]
        return self._record(rows) if rows else self.browse()
