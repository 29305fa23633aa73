import re
from urllib.parse import quote

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ..engine import clock, touch

LINES = 3  # of the script


class ConveyorDay(models.AbstractModel):
    """One client's card: what was said last, what to say now, how to reach him, what comes next."""

    _inherit = "conveyor.day"

    @api.model
    def get_card(self, model, record_id, activity_id=False, reason_id=False):
        """Everything about one client that is needed to touch him.

        :return: a dictionary of plain values, texts in the user's language
        """
        if model not in ("crm.lead", "res.partner"):
            return {}
        record = self.env[model].browse(record_id).exists()
        record.check_access("read")
        activity = self.env["mail.activity"].browse(activity_id or ()).exists()
        lead = record if model == "crm.lead" else None
        reason = self._reason_of(record, activity, reason_id)
        return {
            "key": f"{model}-{record.id}", "model": model, "id": record.id, "activity_id": activity.id,
            "name": self._client_name(record), "title": lead.name if lead else "", "money": self._money(lead),
            "section": lead.stage_id.name if lead else "", "touches": self._touches_of(lead),
            "contact": self._contact(record), "is_partner": bool(lead and lead.partner_id) or not lead,
            "last": self._last_words(record), "reason": {"id": reason.id, "name": reason.name or "", "text": reason.description or ""},
            "script": self._script(record, activity, reason), "results": self._results(record, activity),
            "channel": activity.conveyor_channel or "call", "channels": list(self._channel_names().items()),
        }

    @api.model
    def _reason_of(self, record, activity, reason_id):
        Reason = self.env["conveyor.reason"]
        found = activity.conveyor_reason_id or Reason.browse(reason_id or ()).exists()
        return found or Reason.browse(self.env["conveyor.next"]._reasons(record, self.env.cr.now()).get(record.id) or ())

    @api.model
    def _touches_of(self, lead):
        return lead._touches_of_norm(lead._norms()[lead.id]) if lead and lead.active else ""

    # ------------------------------------------------------------ how to reach him
    @api.model
    def _contact(self, record):
        """Links that open the phone, a messenger or the mail program."""
        partner = record.partner_id if record._name == "crm.lead" else record
        phone = record.phone or partner.phone or ""
        email = (record.email_from if record._name == "crm.lead" else record.email) or partner.email or ""
        links = []
        if number := self._international(record, phone):
            links = [
                {"name": "WhatsApp", "href": f"https://wa.me/{number[1:]}"},
                {"name": "Viber", "href": f"viber://chat?number={quote(number)}"},
                {"name": "Telegram", "href": f"https://t.me/{number}"},
                {"name": "SMS", "href": f"sms:{number}"}]
        return {"phone": phone, "tel": f"tel:{self._international(record, phone) or phone}" if phone else "",
                "email": email, "messengers": links}

    @api.model
    def _international(self, record, phone):
        """The number with its country code, digits only after the plus; empty if that is not known."""
        number = record._phone_format(number=phone) or phone if phone else ""
        return "+" + re.sub(r"\D", "", number) if number.strip().startswith("+") else ""

    # ------------------------------------------------------------ what was said and is to be said
    @api.model
    def _last_words(self, record):
        """What the client said last, else what was noted or sent last."""
        domain = [("lead_id", "=", record.id)] if record._name == "crm.lead" else [
            ("client_key", "=", f"p{record.commercial_partner_id.id}")]
        touches = self.env["conveyor.touch"].search(domain, order="date desc, id desc", limit=10)
        said = touches.filtered(lambda one: one.direction == "in" and one.outcome != "auto_reply")[:1]
        last = said or touches.filtered("note")[:1] or touches[:1]
        if not last:
            return {"text": "", "who": "", "when": ""}
        text = last.note or html2plaintext(last.message_id.sudo().body or "").strip() or last.subject or ""  # the touch is readable
        names = dict(last._fields["outcome"]._description_selection(self.env))
        now = self.env.cr.now().replace(microsecond=0)
        return {
            "text": text[:400] or names.get(last.outcome, ""), "who": "client" if last in said else "us",
            "name": self._client_name(record) if last in said else last.user_id.name or "",
            "channel": self._channel_names().get(last.channel, ""), "when": self._when(last.date, self.env.user, now)}

    @api.model
    def _script(self, record, activity, reason):
        """Three lines: of the planned touch, its step, its reason, or the section's next work."""
        step = activity.conveyor_run_id.sudo().step_id  # the step of one's own planned touch
        work = record.section_work_ids.filtered(lambda work: work.state == "todo" and work.instructions)[:1] \
            if record._name == "crm.lead" else record.browse()
        texts = (html2plaintext(activity.note or ""), step.script, reason.script, work and work.instructions)
        text = next((text for text in texts if (text or "").strip()), "")
        return [line.strip() for line in text.splitlines() if line.strip()][:LINES]

    # ------------------------------------------------------------ what comes next
    @api.model
    def _results(self, record, activity):
        """Results of each way of touching, on keys 1 to 4, each with what follows it."""
        names = {way: self.env["conveyor.touch.log"]._result_names(way) for way in touch.RESULTS}
        plans = self.env["conveyor.next"]._propose_after(record, ["reached", "no_answer", "later", "refused", "sent"])
        goes_on = {"reached", "no_answer", "sent"} if activity.conveyor_run_id else set()
        return {way: [{
            "key": outcome, "name": name, "date": plans[outcome][record.id].date, "channel": plans[outcome][record.id].channel,
            "why": plans[outcome][record.id].why, "by_cadence": outcome in goes_on}
            for outcome, name in outcomes.items()] for way, outcomes in names.items()}

    # ------------------------------------------------------------ doing
    @api.model
    def do_touch(self, model, record_id, values):
        """One touch is done: recorded, its activity closed, the next one planned.

        :param values: ``channel``, ``outcome``, ``note``, ``reason_id``, ``activity_id``, and ``next_touch``
            (``date`` in UTC, ``channel``) or False
        :return: True
        """
        if model not in ("crm.lead", "res.partner"):
            raise UserError(self.env._("Only leads and customers are touched."))
        record = self.env[model].browse(record_id)
        record.check_access("write")
        activity = self.env["mail.activity"].browse(values.get("activity_id") or ()).exists()
        wish = values.get("next_touch") or False
        if values["outcome"] == "sent" and self._was_captured(record, values["channel"]):
            activity.action_archive()  # the message itself is the touch
            if wish:
                record._plan_next_touch(wish)
        else:
            record.action_log_touch(
                values["channel"], values["outcome"], note=values.get("note") or False,
                reason_id=values.get("reason_id") or False, activity_id=activity.id, next_touch=wish)
        if values["outcome"] == "later" and wish:
            record._planned_touches().sorted("id", reverse=True)[:1].conveyor_movable = False  # a promise
        return True

    @api.model
    def _was_captured(self, record, channel):
        """Whether the message that one says one has sent is a touch already."""
        name = "lead_id" if record._name == "crm.lead" else "partner_id"
        start = clock.start_of_day(self.env.cr.now().replace(microsecond=0), self.env["conveyor.next"]._zone(self.env.user))
        return bool(self.env["conveyor.touch"].search_count([
            (name, "=", record.id), ("channel", "=", channel), ("user_id", "=", self.env.uid), ("direction", "=", "out"),
            ("date", ">=", start), ("message_id", "!=", False)], limit=1))

    @api.model
    def action_level(self):
        """Move what does not fit into today to the next days with room.

        Promises, replies and new leads stay.

        :return: how many were moved
        """
        user, service = self.env.user, self.env["conveyor.next"]
        levelled = self._levelled(user, len(self._done_today(user)))
        moved = levelled.moved
        activities = self.env["mail.activity"].browse(levelled.facts[key]["activity_id"] for key in moved)
        for date in set(moved.values()):
            mine = activities.filtered(lambda activity, date=date: moved[activity.res_model, activity.res_id] == date)
            for activity, moment in zip(mine, service._apart(date, user, len(mine)), strict=True):
                activity.write({"date_deadline": date, "conveyor_at": moment})
        return len(moved)
