from dataclasses import dataclass, replace
from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine import cadence as engine
from ..engine import gate
from .conveyor_domain import read_domain


@dataclass(frozen=True)
class Touch:
    """A touch that is to be made: whose, which step, and with what reason.

    ``notice``: what the person who makes it should know.
    """

    row: Any
    due: engine.Due
    reason: Any = None
    notice: str = ""
    run_id: int = 0


class ConveyorEnrolment(models.Model):
    """What stands between a due step and the client: the step's condition, the
    gate, and a reason."""

    _inherit = "conveyor.enrolment"

    @api.model
    def _passing(self, due, now):
        """Those that go through; of the others it is noted why not.

        :param due: {enrolment: engine.cadence.Due}
        :return: list of ``Touch``
        """
        touches = self._meeting_condition([Touch(row, answer) for row, answer in due.items()], now)
        touches = self._through_gate(touches, now)
        return self._with_reasons(touches, now)

    # ------------------------------------------------------------ condition
    @api.model
    def _meeting_condition(self, touches, now):
        kept, left_out = [], []
        for step, group in self._by_step(touches).items():
            if not step.condition_domain:
                kept += group
                continue
            records = group[0].row._record_of().browse(touch.row._record_of().id for touch in group)
            fitting = set(records.with_context(active_test=False).search(
                read_domain(self.env, step.condition_domain, now) & Domain("id", "in", records.ids))._ids)
            for touch in group:
                (kept if touch.row._record_of().id in fitting else left_out).append(touch)
        self._leave_out(left_out, "condition", now)
        return kept

    @api.model
    def _leave_out(self, touches, rule, now, explanation=None):
        """Not done; the cadence goes on with the next step."""
        sentence = explanation or self.env["conveyor.step.run"]._sentence(rule)
        runs = self._write_runs([touch.row._prepare_run(
            touch.due, now, state="skipped", rule=rule, explanation=sentence, done_date=now) for touch in touches])
        self._pass({touch.row: (touch.due.loop, now) for touch in touches if touch.row.id in runs}, now)

    # ------------------------------------------------------------ gate
    @api.model
    def _through_gate(self, touches, now):
        facts = self._gate_facts(touches, now)
        passing, held = [], {}
        for touch in touches:
            step = self.env["conveyor.cadence.step"].browse(touch.due.step.id)
            verdict = gate.judge(
                gate.Touch(touch.row.purpose, step.channel, step.is_automatic, step.is_service), facts[touch.row.id], now)
            if verdict.what == gate.SEND:
                passing.append(touch)
            else:
                held.setdefault((verdict.what, verdict.rule), []).append((touch, verdict.until))
        for (what, rule), group in held.items():
            self._hold_back(what, rule, group, now)
        return passing

    @api.model
    def _hold_back(self, what, rule, group, now):
        touches = [touch for touch, _until in group]
        if what == gate.SKIP:
            self._leave_out(touches, rule, now)
        elif what == gate.WAIT:
            self._let_wait(group, rule, now)
        else:
            sentence = self.env["conveyor.step.run"]._sentence(rule)
            self._write_runs([touch.row._prepare_run(
                touch.due, now, state="skipped", rule=rule, explanation=sentence, done_date=now) for touch in touches])
            stopped = self.browse(touch.row.id for touch in touches)
            stopped._stop(rule, now=now)
            if rule in ("replied", "meeting"):
                stopped._ask_for_answer(now)

    @api.model
    def _let_wait(self, group, rule, now):
        """:param group: list of (touch, until)"""
        sentence = self.env["conveyor.step.run"]._sentence(rule)
        for until, touches in self._grouped_by_until(group).items():
            said = self.env._("%(why)s Waits until %(until)s UTC.", why=sentence, until=fields.Datetime.to_string(until)[:16])
            self._write_runs([touch.row._prepare_run(touch.due, now, rule=rule, explanation=said) for touch in touches])
            self.browse(touch.row.id for touch in touches).write({"next_date": until, "rule": rule, "explanation": said})

    @api.model
    def _grouped_by_until(self, group):
        by_until = {}
        for touch, until in group:
            by_until.setdefault(until.replace(microsecond=0), []).append(touch)
        return by_until

    # ------------------------------------------------------------ reasons
    @api.model
    def _with_reasons(self, touches, now):
        ready = []
        for step, group in self._by_step(touches).items():
            if not step._needs_reason():
                ready += group
                continue
            rows = self.browse(touch.row.id for touch in group)
            reasons = self.env["conveyor.reason"]._next_for(step, rows, now)
            found = [replace(touch, reason=reason) for touch in group if (reason := reasons.get(touch.row.id))]
            ready += found
            if len(found) < len(group):
                ready += self._without_reason(step, [touch for touch in group if not reasons.get(touch.row.id)], now)
        return ready

    @api.model
    def _without_reason(self, step, touches, now):
        """No unused reason: an empty library holds nobody who has a text of his
        own; used-up reasons hold what goes by itself, and people are told."""
        if self.env["conveyor.reason"]._is_library_empty(step.cadence_id) and (step._has_text() or not step.is_automatic):
            return touches
        if not step.is_automatic:
            notice = self.env._("No unused reason is left for this client: find something new to say.")
            return [replace(touch, notice=notice) for touch in touches]
        if step.reason_policy == "fixed":
            self._leave_out(touches, "no_reason", now, self.env._("The client has had this reason already."))
        else:
            self._let_wait([(touch, now + gate.AGAIN) for touch in touches], "no_reason", now)
        return []


class ConveyorCadenceStep(models.Model):
    _inherit = "conveyor.cadence.step"

    def _has_text(self):
        """Whether the step has something to say without a reason."""
        self.ensure_one()
        step = self.sudo()  # templates and actions may not be everyone's to read
        return bool(step.mail_template_id or step.sms_template_id or step.server_action_id or step.letter_body or step.script)
