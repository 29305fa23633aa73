import re
from collections import defaultdict
from dataclasses import replace

from markupsafe import Markup, escape

from odoo import api, models
from odoo.tools import SQL

from ..engine import clock

# one create for a batch, without a mail to each salesperson for each activity
QUIETLY = {"mail_activity_quick_update": True, "conveyor_planning": True}
# "{{ client }}, …" where a text begins, " {{ client }}" before a mark
NAMELESS = re.compile(r"(?:^|(?<=>))\{\{ ?client ?\}\},?\s*|,?\s*\{\{ ?client ?\}\}(?=[,!.?])")


class ConveyorEnrolment(models.Model):
    """Making the touches: by hand as an activity, by itself through the queues."""

    _inherit = "conveyor.enrolment"

    @api.model
    def _perform(self, touches, now):
        """Make the touches that have passed the gate; nobody gets one twice."""
        by_hand = [touch for touch in touches if not touch.due.step.is_automatic]
        by_itself = [touch for touch in touches if touch.due.step.is_automatic]
        self._plan_by_hand(by_hand, now)
        self._send(by_itself, now)
        for step, group in self._by_step(touches).items():
            if any(touch.reason for touch in group):
                self.env["conveyor.reason"]._warn_running_out(step, self.browse(touch.row.id for touch in group), now)

    @api.model
    def _with_runs(self, touches, now, **values):
        """The touches with the id of their run, without those that were made before."""
        runs = self._write_runs([touch.row._prepare_run(
            touch.due, now, reason_id=touch.reason.id if touch.reason else None, explanation=touch.notice or None, **values)
            for touch in touches])
        return [replace(touch, run_id=runs[touch.row.id]) for touch in touches if touch.row.id in runs]

    # ------------------------------------------------------------ by hand
    @api.model
    def _plan_by_hand(self, touches, now):
        """An activity each, for the salesperson; the cadence waits until it is done."""
        if not touches:
            return
        touches = sorted(self._with_runs(touches, now), key=lambda touch: touch.row._responsible().id or 0)
        standing = self._standard_work_activities(touches)
        planned = {touch.run_id: standing[key].id for touch in touches
                   if (key := (touch.row.lead_id.id, self._channel(touch))) in standing}
        self._link_standing(touches, planned)
        new = [touch for touch in touches if touch.run_id not in planned]
        touches[0].row._record_of().browse(touch.row._record_of().id for touch in new).mapped("display_name")
        activities = self.env["mail.activity"].with_context(**QUIETLY).create(self._prepare_activities(new, now))
        planned.update({touch.run_id: activity.id for touch, activity in zip(new, activities)})
        self._note_planned(touches, planned)

    @api.model
    def _note_planned(self, touches, planned):
        self.env["conveyor.step.run"].flush_model()
        self.env.cr.execute(SQL(
            "UPDATE conveyor_step_run r SET activity_id = v.activity_id FROM unnest(%s::int[], %s::int[]) AS v(id, activity_id)"
            " WHERE r.id = v.id", list(planned), list(planned.values())))
        self.env["conveyor.step.run"].invalidate_model(["activity_id"], flush=False)
        self.flush_model()
        self.env.cr.execute(SQL(
            """UPDATE conveyor_enrolment e SET next_date = NULL, rule = NULL, explanation = NULL, step_id = v.step_id
                 FROM unnest(%s::int[], %s::int[]) AS v(id, step_id) WHERE e.id = v.id""",
            [touch.row.id for touch in touches], [touch.due.step.id for touch in touches]))
        rows = self.browse(touch.row.id for touch in touches)
        rows.invalidate_recordset(["next_date", "rule", "explanation", "step_id"], flush=False)
        rows._mark_lines()

    @api.model
    def _channel(self, touch):
        return self.env["conveyor.cadence.step"].browse(touch.due.step.id).channel

    @api.model
    def _standard_work_activities(self, touches):
        """``{(lead id, channel): activity}`` of open activities for standard work:
        the section's call and the cadence's call are one."""
        lead_ids = [touch.row.lead_id.id for touch in touches if touch.row.lead_id]
        works = self.env["conveyor.work"].sudo().search([  # whoever's work it is
            ("lead_id", "in", lead_ids), ("state", "=", "todo"), ("activity_id.active", "=", True),
            ("activity_id.conveyor_run_id", "=", False)])
        return {(work.lead_id.id, work.activity_id.conveyor_channel or work.item_id.proof_channel): work.activity_id
                for work in works}

    @api.model
    def _link_standing(self, touches, planned):
        by_run = {touch.run_id: touch for touch in touches}
        for run_id, activity_id in planned.items():
            self.env["mail.activity"].browse(activity_id).write({
                "conveyor_run_id": run_id, "conveyor_reason_id": by_run[run_id].reason.id if by_run[run_id].reason else False})

    @api.model
    def _prepare_activities(self, touches, now):
        kinds, rows = self._activity_kinds(), []
        for touch in touches:
            step = self.env["conveyor.cadence.step"].browse(touch.due.step.id)
            user, record = touch.row._responsible(), touch.row._record_of()
            words = step.with_context(lang=user.lang or self.env.lang)
            hours_tz = user.tz or (touch.row.company_id or self.env.company)._conveyor_tz()
            rows.append({
                "res_model_id": self.env["ir.model"]._get_id(record._name), "res_id": record.id,
                "activity_type_id": (step.activity_type_id or kinds[step.channel]).id,
                "res_name": record.display_name, "user_id": user.id, "automated": True,
                "summary": words.name or touch.reason and touch.reason.name or False,
                "note": touch.row._prepare_note(words, touch),
                "date_deadline": clock.local_day(max(touch.due.planned, now), hours_tz),
                "conveyor_channel": step.channel, "conveyor_run_id": touch.run_id,
                "conveyor_reason_id": touch.reason.id if touch.reason else False})
        return rows

    @api.model
    def _activity_kinds(self):
        """``{channel: activity type}``"""
        kinds = {}
        for kind in self.env["mail.activity.type"].sudo().search(  # types are for everybody
                [("conveyor_channel", "!=", False), ("res_model", "=", False)], order="sequence, id"):
            kinds.setdefault(kind.conveyor_channel, kind)
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False) or self.env["mail.activity.type"]
        return defaultdict(lambda: todo, kinds)

    def _prepare_note(self, step, touch):
        """What to say, and why; for the salesperson, in his language."""
        reason = touch.reason.with_context(lang=step.env.lang) if touch.reason else None
        words = self._words(reason)
        lines = [self._fill_in(text, words) for text in (
            reason and reason.description, reason and reason.script, step.script) if text]
        parts = [Markup("<p>%s</p>") % Markup("<br/>").join(escape(line) for line in text.splitlines()) for text in lines]
        if touch.notice:
            parts.append(Markup("<p><b>%s</b></p>") % touch.notice)
        return Markup("").join(parts)

    def _responsible(self):
        """Who touches this client by hand; may be nobody."""
        record = self._record_of()
        for user in (record.user_id, self.user_id, self.lead_id.team_id.user_id):
            if user.active:
                return user
        return self.cadence_id._owner()

    # ------------------------------------------------------------ words
    def _words(self, reason=None):
        """What the placeholders in texts stand for."""
        client = self._client()
        return {
            "client": client.name or self.lead_id.contact_name or self.lead_id.partner_name or "",
            "salesperson": self._responsible().name or "", "company": (self.company_id or self.env.company).name,
            "product": reason.sudo().product_id.display_name or "" if reason else "",  # a name that the client is told
            "reason": reason.name or "" if reason else "",
            "offer": client.conveyor_offer_text or "", "code": client.conveyor_offer_code or ""}

    @api.model
    def _fill_in(self, text, words):
        """``{{ client }}`` and the like are replaced; nothing in the text is run
        as code. Where no name is known, nobody is greeted by an empty one."""
        if not words.get("client"):
            text = type(text)(NAMELESS.sub("", text))
        for name, value in words.items():
            for placeholder in ("{{ %s }}" % name, "{{%s}}" % name):
                text = text.replace(placeholder, value)
        return text

    # ------------------------------------------------------------ an answer is due
    def _ask_for_answer(self, now):
        """One activity for the salesperson: the client waits for a person's answer."""
        kind = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        for row in self:
            record, company = row._record_of(), row.company_id or self.env.company
            user = row._responsible()
            summary = self.env._("Answer the client")
            if not kind or record.activity_ids.filtered(lambda activity: activity.conveyor_answer):
                continue
            due = clock.add_working_minutes(now, company.conveyor_reply_minutes, company._conveyor_hours())
            record.with_context(**QUIETLY).activity_schedule(
                activity_type_id=kind.id, user_id=user.id, summary=summary, conveyor_answer=True,
                date_deadline=clock.local_day(due, user.tz or company._conveyor_tz()), conveyor_at=due,
                note=self.env._(
                    "%(why)s The cadence %(cadence)s has stopped; answer within a working hour.",
                    why=self.env["conveyor.step.run"]._sentence(row.stop_reason), cadence=row.cadence_id.name))
