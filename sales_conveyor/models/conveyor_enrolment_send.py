from collections import defaultdict

from markupsafe import Markup, escape

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

# capture leaves alone what a run writes down itself
OF_A_RUN = {"conveyor_run_mail": True, "mail_notify_author": False, "mail_post_autofollow": False}


class ConveyorEnrolment(models.Model):
    """What goes out by itself. Everything is queued in the transaction that
    notes it as done: a failing server, or a killed process, loses nothing and doubles nothing."""

    _inherit = "conveyor.enrolment"

    @api.model
    def _send(self, touches, now):
        for step, group in self._by_step(touches).items():
            for each in self._one_a_record(group):
                self._sender(step)(step, each, now)

    @api.model
    def _one_a_record(self, touches):
        """Batches in which each lead or customer is once: one may have two visits to be reminded of."""
        batches = []
        for touch in touches:
            record = touch.row._record_of()
            batch = next((batch for batch in batches if record not in batch), None)
            if batch is None:
                batches.append(batch := {})
            batch[record] = touch
        return [list(batch.values()) for batch in batches]

    @api.model
    def _sender(self, step):
        if step.server_action_id:
            return self._run_actions
        senders = {"email": self._send_emails, "sms": self._send_sms, "letter": self._queue_letters}
        if step.channel not in senders:
            raise UserError(self.env._(
                "%(cadence)s, step %(step)s: this channel cannot be used without a person. Let the step be done by hand.",
                cadence=step.cadence_id.name, step=step.display_name))
        return senders[step.channel]

    @api.model
    def _note_sent(self, step, touches, now, messages=None):
        """The touches are made: on record, and behind their clients.

        :param messages: {run id: message}
        """
        messages = messages or {}
        for run_id, message in messages.items():
            self.env["conveyor.step.run"].browse(run_id).message_id = message
        self.env["conveyor.touch"]._record([{
            "event_key": f"run-{touch.run_id}", "run_id": touch.run_id, "date": now, "channel": step.channel,
            "lead_id": touch.row.lead_id.id, "partner_id": touch.row._client().id, "outcome": "sent", "is_automatic": True,
            "user_id": touch.row._responsible().id, "reason_id": touch.reason.id if touch.reason else False,
            "subject": (touch.run_id in messages and messages[touch.run_id].subject) or step.name or touch.reason and touch.reason.name,
            "message_id": touch.run_id in messages and messages[touch.run_id].id} for touch in touches])
        self._pass({touch.row: (touch.due.loop, now) for touch in touches}, now)

    # ------------------------------------------------------------ e-mail
    @api.model
    def _send_emails(self, step, touches, now):
        touches = self._with_runs(touches, now, state="done", done_date=now)
        written = [touch for touch in touches if touch.reason and not is_html_empty(touch.reason.mail_body)]
        by_template = [touch for touch in touches if touch not in written]
        mails = {**self._mails_by_template(step, by_template), **self._mails_of_reasons(written)}
        for touch in touches:
            self._add_opt_out(mails[touch.run_id], touch)
        self._note_sent(step, touches, now, {run_id: mail.mail_message_id for run_id, mail in mails.items()})
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    @api.model
    def _mails_by_template(self, step, touches):
        """``{run id: mail.mail}`` of the step's template."""
        if not touches:
            return {}
        if not step.mail_template_id:
            raise UserError(self.env._(
                "%(cadence)s, step %(step)s has no e-mail template, and its reason has no e-mail text. Give it one of them.",
                cadence=step.cadence_id.name, step=step.display_name))
        record_ids = [touch.row._record_of().id for touch in touches]
        mails = step.mail_template_id.sudo().with_context(**OF_A_RUN, **self._template_context(touches)).send_mail_batch(record_ids, email_values={
            "is_notification": True, "message_type": "email_outgoing"})  # the cron sends for everybody
        return {touch.run_id: mail for touch, mail in zip(touches, mails)}

    @api.model
    def _template_context(self, touches):
        """What templates may ask for beside the client; see ``conveyor.visit``."""
        return {}

    @api.model
    def _mails_of_reasons(self, touches):
        """``{run id: mail.mail}`` with the text of the touches' reasons."""
        if not touches:
            return {}
        mails = self.env["mail.mail"].sudo().with_context(**OF_A_RUN).create(  # the cron sends for everybody
            [self._prepare_mail(touch) for touch in touches])
        return {touch.run_id: mail for touch, mail in zip(touches, mails)}

    @api.model
    def _prepare_mail(self, touch):
        row, record = touch.row, touch.row._record_of()
        reason = touch.reason.with_context(lang=row._client_lang())
        words, client = row._words(reason), row._client()
        company, user = row.company_id or self.env.company, row._responsible()
        sender = user.email_formatted or company.email_formatted
        body = self._fill_in(Markup(reason.mail_body), words)
        return {
            "subject": self._fill_in(reason.mail_subject or reason.name, words), "body_html": body, "body": body,
            "model": record._name, "res_id": record.id, "email_from": sender, "author_id": user.partner_id.id,
            "reply_to": record._notify_get_reply_to(default=sender)[record.id], "is_notification": True,
            "auto_delete": True, "message_type": "email_outgoing",
            **({"recipient_ids": [(4, client.id)]} if client.email else {"email_to": record.email_normalized})}

    @api.model
    def _add_opt_out(self, mail, touch):
        """The link below the text and the headers of RFC 8058."""
        link = touch.row._record_of()._conveyor_opt_out_url("email", touch.row)
        words = self.with_context(lang=touch.row._client_lang()).env._("No more messages like this: unsubscribe")
        footer = Markup('<p style="font-size:12px;color:#888;margin-top:24px"><a href="%s" style="color:#888">%s</a></p>') % (link, words)
        mail.write({
            "conveyor_run_id": touch.run_id, "body_html": Markup(mail.body_html or "") + footer,
            "headers": repr({"List-Unsubscribe": f"<{link}/one-click>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"})})

    def _client_lang(self):
        """The client's language, else the company's, else English."""
        return self._client().lang or self.lead_id.lang_id.code or (self.company_id or self.env.company).partner_id.lang or "en_US"

    # ------------------------------------------------------------ SMS
    @api.model
    def _send_sms(self, step, touches, now):
        touches = self._with_runs(touches, now, state="done", done_date=now)
        texts = self._sms_texts(step, touches)
        messages = {}
        by_record = {touch.row._record_of().id: touch for touch in touches}
        records = touches[0].row._record_of().browse(by_record) if touches else []
        if touches:
            logged = records.with_context(**OF_A_RUN)._message_log_batch(
                {record_id: escape(texts[touch.run_id]) for record_id, touch in by_record.items()}, message_type="sms")
            messages = {touch.run_id: message for touch, message in zip(by_record.values(), logged)}
        self.env["sms.sms"].sudo().create([{  # the cron sends for everybody
            "number": touch.row.lead_id.phone_sanitized or touch.row._client().phone_sanitized,
            "body": texts[touch.run_id], "partner_id": touch.row._client().id, "conveyor_run_id": touch.run_id,
            "mail_message_id": messages[touch.run_id].id} for touch in touches])
        self._note_sent(step, touches, now, messages)

    @api.model
    def _sms_texts(self, step, touches):
        """``{run id: text}`` of the reason, else of the step's template."""
        template, texts = step.sms_template_id.sudo().with_context(**self._template_context(touches)), {}  # the cron sends for everybody
        bare = [touch for touch in touches if not (touch.reason and touch.reason.sms_text)]
        bodies = template._render_field(
            "body", [touch.row._record_of().id for touch in bare], compute_lang=True) if template and bare else {}
        for touch in touches:
            reason = touch.reason and touch.reason.with_context(lang=touch.row._client_lang())
            texts[touch.run_id] = self._fill_in(reason.sms_text, touch.row._words(reason)) if reason and reason.sms_text \
                else bodies.get(touch.row._record_of().id)
            if not texts[touch.run_id]:
                raise UserError(self.env._(
                    "%(cadence)s, step %(step)s has no SMS text, and neither has its reason. Give it one of them.",
                    cadence=step.cadence_id.name, step=step.display_name))
        return texts

    # ------------------------------------------------------------ letters
    @api.model
    def _queue_letters(self, step, touches, now):
        """Letters wait in a queue until somebody prints them; then they are
        touches. The cadence does not wait for the printer."""
        touches = self._with_runs(touches, now)
        texts = {touch.run_id: self._letter_text(step, touch) for touch in touches}
        letters = self.env["ir.attachment"].sudo().create([{  # the cron writes for everybody
            "name": self.env._("Letter to %(client)s.html", client=touch.row._record_of().display_name),
            "mimetype": "text/html", "raw": str(texts[touch.run_id]).encode(), "res_model": "conveyor.step.run",
            "res_id": touch.run_id} for touch in touches])
        for touch, letter in zip(touches, letters):
            self.env["conveyor.step.run"].browse(touch.run_id).attachment_id = letter
            self.env["conveyor.step.run"].browse(touch.run_id).explanation = self.env._("Waits to be printed.")
        self._pass({touch.row: (touch.due.loop, now) for touch in touches}, now)

    @api.model
    def _letter_text(self, step, touch):
        lang = touch.row._client_lang()
        reason = touch.reason and touch.reason.with_context(lang=lang)
        text = reason and not is_html_empty(reason.letter_body) and reason.letter_body or step.with_context(lang=lang).letter_body
        if is_html_empty(text):
            raise UserError(self.env._(
                "%(cadence)s, step %(step)s has no text for a letter, and neither has its reason. Give it one of them.",
                cadence=step.cadence_id.name, step=step.display_name))
        return self._fill_in(Markup(text), touch.row._words(reason))

    # ------------------------------------------------------------ server actions
    @api.model
    def _run_actions(self, step, touches, now):
        """The action that an administrator has marked, with the rights of
        whoever is responsible for the client: never with more."""
        action = step.server_action_id.sudo()  # to read it; it runs with the person's own rights
        if not action.conveyor_allowed:
            raise UserError(self.env._(
                "The server action %(action)s is not marked for cadences any more. An administrator can do that on the action.",
                action=action.name))
        touches = self._with_runs(touches, now, state="done", done_date=now)
        by_user = defaultdict(list)
        for touch in touches:
            by_user[touch.row._responsible()].append(touch)
        for user, group in by_user.items():
            if not user or user.id == self.env.ref("base.user_root").id:
                raise UserError(self.env._(
                    "Nobody is responsible for %(client)s, so the action %(action)s cannot run. Set the salesperson.",
                    client=group[0].row._record_of().display_name, action=action.name))
            ids = [touch.row._record_of().id for touch in group]
            action.with_user(user).with_context(
                active_model=action.model_name, active_ids=ids, active_id=ids[0], **OF_A_RUN).run()
        if step.channel == "other":
            self._pass({touch.row: (touch.due.loop, now) for touch in touches}, now)
        else:
            self._note_sent(step, touches, now)
