from contextlib import contextmanager

from markupsafe import Markup

from odoo import models
from odoo.tools import html2plaintext

TOLD = (  # fields of a step whose change is told beside its time, in this order
    "name", "channel", "is_automatic", "is_service", "is_loop_start", "activity_type_id", "mail_template_id", "sms_template_id",
    "server_action_id", "letter_body", "script", "reason_policy", "reason_id", "condition_domain",
)


class ConveyorCadence(models.Model):
    """Who changed which steps is read in the cadence's chatter, a line a change of the form."""

    _inherit = "conveyor.cadence"

    @contextmanager
    def _steps_told(self):
        """What is written meanwhile to the steps is told, once. The first steps are no change."""
        context = self.env.context
        if any(context.get(name) for name in ("conveyor_steps_told", "tracking_disable", "mail_notrack", "install_mode")):
            yield self
            return
        before = {cadence: cadence._steps_as_told() for cadence in self}
        yield self.with_context(conveyor_steps_told=True)
        for cadence, steps in before.items():
            if steps and cadence.exists():
                cadence._tell_steps(steps, cadence._steps_as_told())

    def _steps_as_told(self):
        """``{step id: (name, words with the time, values of TOLD)}`` in order."""
        return {step.id: (step.display_name, step._words_with_delay(), [step[name] for name in TOLD])
                for step in self.step_ids.sorted(lambda step: (step.sequence, step.id))}

    def _tell_steps(self, before, after):
        changes = [*self._steps_gone(before, after), *self._steps_new(before, after), *self._steps_other(before, after)]
        kept = [step for step in before if step in after]
        if kept != [step for step in after if step in before]:
            changes.append(self.env._("another order: %(steps)s", steps=", ".join(name for name, *_rest in after.values())))
        if changes:
            self._message_log(body=Markup("<p>%s</p>") % self.env._("Steps: %(changes)s", changes="; ".join(changes)))

    def _steps_gone(self, before, after):
        return [self.env._("without %(step)s", step=words) for step, (_n, words, _v) in before.items() if step not in after]

    def _steps_new(self, before, after):
        return [self.env._("new %(step)s", step=words) for step, (_n, words, _v) in after.items() if step not in before]

    def _steps_other(self, before, after):
        """*Hello: 2 days… → Hello: 5 days…*, and the names of what else is another."""
        labels = {name: self.env["conveyor.cadence.step"]._fields[name]._description_string(self.env) for name in TOLD}
        found = []
        for step in before.keys() & after.keys():
            (name, old_words, old), (new_name, new_words, new) = before[step], after[step]
            others = [labels[field] for field, was, is_now in zip(TOLD, old, new) if field != "name" and _differs(was, is_now)]
            if old_words != new_words:
                found.append((step, f"{old_words} → {new_words}"))
            if others:
                found.append((step, self.env._("%(step)s: another %(what)s", step=new_name or name, what=", ".join(others))))
        return [words for _step, words in sorted(found, key=lambda pair: list(after).index(pair[0]))]


def _differs(was, is_now):
    """An empty text of the editor is as empty as none."""
    return (was or "") != (is_now or "") and (not isinstance(was or is_now, str) or html2plaintext(was or "") != html2plaintext(is_now or ""))

