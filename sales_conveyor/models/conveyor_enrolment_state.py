from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import cadence as engine
from ..engine import clock
from .conveyor_enrolment import OPEN, SERVICE, STRENGTH


class ConveyorEnrolment(models.Model):
    """Stopping, waiting and going on. Planned touches go with their enrolment."""

    _inherit = "conveyor.enrolment"

    # ------------------------------------------------------------ ending
    def _stop(self, reason, explanation=None, now=None):
        """End before the end: what was planned is left out, weaker cadences go on.

        :param str reason: of ``STOP_REASONS``
        :param str explanation: a sentence for people; None: the reason's own
        """
        self._close("stopped", reason, explanation, now)

    def _finish(self, now=None):
        """The last step is done."""
        self._close("done", False, self.env._("All steps are done."), now)
        self._go_on(now)

    def _go_on(self, now=None):
        """What the cadence says comes after it."""
        for cadence, rows in self.sudo().filtered("cadence_id.then_cadence_id").grouped("cadence_id").items():  # as for stopping
            records = rows.lead_id if cadence.target == "lead" else rows.partner_id
            self._enrol(cadence.then_cadence_id, records.filtered("active"), supersede=False, now=now)

    def _close(self, state, reason, explanation, now):
        now = now or fields.Datetime.now()
        rows = self.sudo().filtered(lambda row: row.state in OPEN)  # rights were checked where it was asked for
        if not rows:
            return
        explanation = explanation or self.env["conveyor.step.run"]._sentence(reason)
        planned = rows._planned_runs()
        if state == "done":
            planned = planned.filtered(lambda run: not run.attachment_id)  # the last letter is still printed
        planned._leave_out(reason or state, explanation, now)
        rows.write({
            "state": state, "stop_reason": reason, "explanation": explanation, "rule": False, "end_date": now,
            "next_date": False, "not_before": False, "waits_for_id": False})
        rows._rank(rows.mapped("client_key"), now)

    def _planned_runs(self):
        return self.env["conveyor.step.run"].sudo().search([("enrolment_id", "in", self.ids), ("state", "=", "planned")])

    # ------------------------------------------------------------ waiting
    def _snooze(self, until, explanation=None, now=None):
        """Wait until a moment; planned activities move there.

        :param until: naive UTC
        """
        rows = self.sudo().filtered(lambda row: row.state in OPEN)  # as for stopping
        rows.write({"state": "snoozed", "not_before": until, "next_date": until, "rule": "snoozed", "waits_for_id": False,
                    "explanation": explanation or self.env._("Snoozed.")})
        for row in rows:
            day = clock.local_day(until, row.company_id._conveyor_tz() if row.company_id else "UTC")
            row._planned_runs().activity_id.filtered(
                lambda activity, day=day: activity.active and activity.date_deadline < day).date_deadline = day
        rows._rank(rows.mapped("client_key"), now)

    def _resume(self, now=None):
        """Go on now, unless a stronger cadence runs."""
        now = now or fields.Datetime.now()
        rows = self.sudo().filtered(lambda row: row.state == "snoozed")  # as for stopping
        if not rows:
            return
        rows.write({"state": "running", "not_before": False, "explanation": False, "rule": False, "waits_for_id": False})
        rows._plan(now)
        rows._rank(rows.mapped("client_key"), now)

    def _move_next(self, date):
        """The next step comes at this moment (dragged by a person), at an allowed hour."""
        rows = self.sudo().filtered(lambda row: row.state == "running")  # as for stopping
        rows.write({"not_before": date, "next_date": date})

    @api.model
    def _rank(self, client_keys, now=None):
        """Of each client's open enrolments the strongest one runs; the others wait for it."""
        rows = self.sudo().search([("client_key", "in", list(set(client_keys))), ("state", "in", OPEN), ("purpose", "!=", SERVICE)])
        going_on = self.sudo().browse()
        for mine in rows.grouped("client_key").values():
            leader, *weaker = mine.sorted(lambda row: STRENGTH.index(row.purpose))
            if leader.waits_for_id:
                going_on += leader
            for row in weaker:
                if row.waits_for_id != leader:
                    row._hold(leader)
        going_on._resume(now)

    def _hold(self, leader):
        """Wait for a stronger cadence: nothing of this one is planned meanwhile."""
        self._planned_runs()._forget()
        self.write({
            "state": "snoozed", "waits_for_id": leader.id, "next_date": False, "rule": "waits_for",
            "explanation": self.env._("Waits for %(cadence)s.", cadence=leader.cadence_id.name)})

    # ------------------------------------------------------------ what comes next
    def _plan(self, now=None):
        """Note when the cron has to look at these running enrolments again, and for which step."""
        now = now or fields.Datetime.now()
        rows = self.sudo().filtered(lambda row: row.state == "running")  # as for stopping
        held = rows._held_by_people()
        (rows & held).write({"next_date": False})
        ended, values = rows.browse(), {}
        for row_id, answer in (rows - held)._next(now).items():
            if isinstance(answer, engine.Stop):
                ended |= self.sudo().browse(row_id)
            else:
                values[row_id] = (answer.step.id, answer.until if isinstance(answer, engine.Wait) else answer.planned)
        rows._write_next(values)
        ended._finish(now)

    def _held_by_people(self):
        """Those whose step is a person's turn."""
        return self._planned_runs().filtered(lambda run: run._is_open()).enrolment_id

    def _write_next(self, values):
        """:param values: {enrolment id: (step id, next date)}"""
        if not values:
            return
        self.flush_model()
        self.env.cr.execute(SQL(
            """UPDATE conveyor_enrolment e SET step_id = v.step_id, next_date = v.next_date
                 FROM unnest(%s::int[], %s::int[], %s::timestamp[]) AS v(id, step_id, next_date) WHERE e.id = v.id""",
            list(values), [step for step, _date in values.values()], [date for _step, date in values.values()]))
        rows = self.browse(values)
        rows.invalidate_recordset(["step_id", "next_date"], flush=False)
        rows._mark_lines()

    def _replan(self, now=None):
        """The steps of the cadence were changed: go on by the new ones, without
        what was planned for steps that are gone."""
        now = now or fields.Datetime.now()
        gone = self._planned_runs().filtered(lambda run: not run.step_id.active)
        gone._leave_out("step_removed", self.env._("The step was taken out of the cadence."), now)
        self.sudo()._plan(now)  # as for stopping

    # ------------------------------------------------------------ who leads them
    @api.model
    def _hand_over(self, records, old, new):
        """The cadences of these leads or customers go with them from one person to another."""
        owner = "lead_id" if records._name == "crm.lead" else "partner_id"
        rows = self.sudo().search([  # salespeople only read enrolments; these go with clients whom one may write
            (owner, "in", records.ids), ("state", "in", ("running", "snoozed")), ("user_id", "=", old.id)])
        rows.write({"user_id": new.id})
        rows._mark_lines()
