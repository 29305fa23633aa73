from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

CHECKED = object()  # in the context of what was looked at already; an object, so that no client can send it


class CrmLead(models.Model):
    """Losing a lead before its norm of touches: refused, or told, as the company says.

    People are held on every way: the dialog, the list's and the kanban's
    archive, the API. Machines pass, as they pass the gate.
    """

    _inherit = "crm.lead"

    def action_set_lost(self, **additional_values):
        if self.env.context.get("conveyor_lost") is not CHECKED:
            self._check_lost(self.env["crm.lost.reason"].browse(additional_values.get("lost_reason_id") or ()))
        return super(CrmLead, self._lost_checked()).action_set_lost(**additional_values)

    def action_archive(self):
        """Archived by a person, who is told when it was early."""
        early = self._given_up("advise") if self.env.context.get("conveyor_lost") is not CHECKED else self.browse()
        notice = early._early_sentence() if early else ""
        result = super().action_archive()
        if not early:
            return result
        return {"type": "ir.actions.client", "tag": "display_notification", "params": {
            "type": "warning", "title": self.env._("Given up early"), "message": notice, "className": "o_conveyor_notice",
            "next": {"type": "ir.actions.act_window_close"}}}

    def write(self, vals):
        if "active" in vals and not vals["active"] and self.env.context.get("conveyor_lost") is not CHECKED:
            if vals.get("lost_reason_id"):
                self._check_lost(self.env["crm.lost.reason"].browse(vals["lost_reason_id"]))
            else:
                for reason, leads in self.grouped("lost_reason_id").items():
                    leads._check_lost(reason)
        return super().write(vals)

    def _lost_checked(self):
        return self.with_context(conveyor_lost=CHECKED)

    def _check_lost(self, reason):
        """Hold people back where the company refuses to give up early.

        :raise UserError: names the leads, how many touches each has, and what to do
        """
        if early := self._given_up("block", reason):
            raise UserError(self.env._(
                "%(leads)s\nToo early to give up. Plan the next touch, hand the lead over or put it into nurture; "
                "spam, duplicates, wrong numbers and refusals have lost reasons of their own.",
                leads=early._early_sentence()))

    def _given_up(self, mode, reason=None):
        """The leads that a person is about to give up below their norm, where that is the mode."""
        if not self._moved_by_person():
            return self.browse()
        return self.filtered(
            lambda lead: lead.sudo()._gate_company().conveyor_lost_mode == mode)._below_norm(reason)

    def _early_sentence(self, limit=5):
        """*Ada: 3 of 7 touches.* for each, a few by name."""
        norms = self._norms()
        lines = [self.env._("%(lead)s: %(count)s.", lead=lead.name, count=lead._touches_of_norm(norms[lead.id]))
                 for lead in self[:limit]]
        if len(self) > limit:
            lines.append(self.env._("And %(count)s more.", count=len(self) - limit))
        return "\n".join(lines)

    def _touches_of_norm(self, norm):
        """*3 of 7 touches*, with the conversations where they are asked for."""
        text = self.env._("%(done)s of %(norm)s touches", done=self.touch_count, norm=norm.touches)
        if norm.conversations > self.conversation_count:
            text += ", " + self.env._(
                "%(done)s of %(norm)s conversations", done=self.conversation_count, norm=norm.conversations)
        return text

    def _touch_history(self):
        """*2 attempts, 1 message, no conversation; last on 12 June.*"""
        if not self.last_touch_date:
            return self.env._("Nobody has tried yet.")
        day = self.env["conveyor.next"]._local_day(self.last_touch_date, self.env.user)
        return self.env._(
            "Attempts: %(attempts)s, messages: %(messages)s, conversations: %(conversations)s. Last on %(day)s.",
            attempts=self.attempt_count, messages=self.message_count, conversations=self.conversation_count,
            day=self._day_in_words(day))

    # ------------------------------------------------------------ instead of losing
    def _try_again(self, plans):
        """The next touch is planned and the lead stays open."""
        self.check_access("write")
        plans = {lead.id: plans[lead.id] for lead in self}
        held = {activity.res_id: activity for activity in self._planned_touches().sorted("date_deadline", reverse=True)}
        for lead in self.filtered(lambda lead: lead.id in held):
            lead._move_activity(held[lead.id], plans[lead.id].date)
        self.filtered(lambda lead: lead.id not in held)._plan_touches(plans)

    def _enter_nurture(self):
        """Lost leads that are kept: into the nurture cadence, or else a touch a month."""
        rows = self._running_enrolments().filtered(lambda row: row.purpose == "nurture")
        rest = self - rows.lead_id
        cadences = self.env["conveyor.cadence"].sudo().search([  # salespeople put their leads into cadences
            ("purpose", "=", "nurture"), ("target", "=", "lead"), ("is_on", "=", True)])
        for company, leads in rest.grouped(lambda lead: lead.company_id or self.env.company).items():
            cadence = cadences.filtered(lambda cadence: cadence.company_id in (company, company.browse()))[:1]
            if cadence:
                rest -= cadence._enrol_shared(leads.sudo()).lead_id
        rest._plan_touches(rest._propose_next())

    def _day_in_words(self, day):
        """*Thursday, 12 June* in the user's language."""
        return format_date(self.env, day, date_format="EEEE d MMMM")
