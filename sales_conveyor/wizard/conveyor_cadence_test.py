from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config, plaintext2html

NO_SERVER = {False, "", "localhost"}  # where mail goes as long as nobody has said another place


class ConveyorCadenceTest(models.TransientModel):
    """The texts of a cadence for one client, sent to whoever asks, and to nobody else."""

    _name = "conveyor.cadence.test"
    _description = "Test of a Cadence on Oneself"

    cadence_id = fields.Many2one("conveyor.cadence", required=True, ondelete="cascade")
    target = fields.Selection(related="cadence_id.target")
    lead_id = fields.Many2one("crm.lead", "As if for", compute="_compute_example", store=True, readonly=False, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "As if for the Customer", compute="_compute_example", store=True, readonly=False, ondelete="cascade")
    email = fields.Char(compute="_compute_email", string="Goes to")
    has_no_mail_server = fields.Boolean(compute="_compute_has_no_mail_server")

    @api.depends("cadence_id")
    def _compute_example(self):
        for wizard in self:
            is_lead = wizard.cadence_id.target == "lead"
            wizard.lead_id = self.env["crm.lead"].search([("email_from", "!=", False)], limit=1) if is_lead else False
            wizard.partner_id = False if is_lead else self.env["res.partner"].search([("customer_rank", ">", 0)], limit=1) \
                if "customer_rank" in self.env["res.partner"]._fields else False

    def _compute_email(self):
        self.email = self.env.user.email

    def _compute_has_no_mail_server(self):
        servers = self.env["ir.mail_server"].sudo().search_count([], limit=1)  # whether there is one is no secret
        self.has_no_mail_server = not servers and config.get("smtp_server") in NO_SERVER

    def action_send(self):
        """Send every text to the current user, and say which did not leave.
        Records nothing, touches nobody."""
        self.ensure_one()
        record = self.lead_id if self.target == "lead" else self.partner_id
        if not record:
            raise UserError(self.env._("Choose for whom the texts are to be filled in."))
        if not self.env.user.email:
            raise UserError(self.env._("You have no e-mail address. Set one in your preferences first."))
        texts = [self._text_of(step, record) for step in self.cadence_id.step_ids]
        mails = self.env["mail.mail"].sudo().create([  # to oneself: whoever may test need not write mails
            self._prepare_mail(subject, body) for subject, body in texts])
        count = len(mails)
        mails.send()
        failed = mails.exists().filtered(lambda mail: mail.state == "exception")  # what has left is deleted
        kind, message = ("danger", self._failure(failed)) if failed else ("success", self._success(count))
        failed.unlink()
        return {
            "type": "ir.actions.client", "tag": "display_notification", "params": {
                "type": kind, "sticky": kind == "danger", "message": message, "next": {"type": "ir.actions.act_window_close"}}}

    def _success(self, count):
        email = self.env.user.email
        if count == 1:
            return self.env._("One text is on its way to %(email)s.", email=email)
        return self.env._("%(count)s texts are on their way to %(email)s.", count=count, email=email)

    def _failure(self, mails):
        """Why nothing comes, and what to do about it."""
        reason = mails[:1].failure_reason or ""
        if self.has_no_mail_server:
            return self.env._(
                "Nothing was sent: no outgoing mail server is set up. An administrator adds one under Settings, "
                "Technical, Outgoing Mail Servers. (%(reason)s)", reason=reason)
        return self.env._("The mail server refused %(count)s of the texts: %(reason)s", count=len(mails), reason=reason)

    def _prepare_mail(self, subject, body):
        note = self.env._("A test: no client has got this.")
        return {
            "subject": self.env._("[Test] %(subject)s", subject=subject), "email_to": self.env.user.email_formatted,
            "email_from": self.env.user.email_formatted, "auto_delete": True,
            "body_html": Markup("<p style='color:#888'>%s</p>%s") % (note, body)}

    def _text_of(self, step, record):
        """(subject, body) of what the step would say to this client; a reason's
        own text goes before the step's, as when it is sent."""
        reason = self._reason_of(step)
        head = f"{step.day_label} · {step.display_name}"
        if step.channel == "email" and step.mail_template_id and not reason.mail_body:
            subject = step.mail_template_id._render_field("subject", record.ids)[record.id]
            return f"{head}: {subject}", step.mail_template_id._render_field("body_html", record.ids)[record.id]
        if step.channel in ("sms", "messenger") and step.sms_template_id and not reason.sms_text:
            return head, plaintext2html(step.sms_template_id._render_field("body", record.ids)[record.id])
        if reason.mail_subject and step.channel == "email":
            head = f"{head}: {self._fill(reason.mail_subject, record, reason)}"
        return head, self._fill(self._own_text(step, reason), record, reason)

    def _own_text(self, step, reason):
        if step.channel == "email" and reason.mail_body:
            return reason.mail_body
        if step.channel == "letter" and (reason.letter_body or step.letter_body):
            return reason.letter_body or step.letter_body
        lines = [reason.sms_text] if step.channel in ("sms", "messenger") else []
        text = "\n".join(filter(None, (*lines, reason.description, reason.script, step.script)))
        return plaintext2html(text or self.env._("No text."))

    def _reason_of(self, step):
        """The reason that a new client would get."""
        if step.reason_policy == "fixed" or not step._needs_reason():
            return step.reason_id
        return self.env["conveyor.reason"].search([])._of_cadence(self.cadence_id, fields.Datetime.now())[:1]

    def _fill(self, text, record, reason):
        client = record.partner_id if record._name == "crm.lead" else record
        return self.env["conveyor.enrolment"]._fill_in(text, {
            "client": client.name or record._name == "crm.lead" and (record.contact_name or record.partner_name) or "",
            "salesperson": record.user_id.name or self.env.user.name, "company": self.env.company.name,
            "product": reason.product_id.display_name or "", "reason": reason.name or ""})
