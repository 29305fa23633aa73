from odoo import api, fields, models
from odoo.exceptions import UserError

from .conveyor_touch import OUTCOMES
from .conveyor_work_item import CHANNELS


class ConveyorTouchLog(models.AbstractModel):
    """Touches that nobody but the person knows of: a call, a visit, a messenger."""

    _name = "conveyor.touch.log"
    _description = "Touches by Hand"

    def action_log_touch(self, channel, outcome=False, note=False, reason_id=False, activity_id=False, next_touch=False):
        """Record one touch made by hand, and plan the next one.

        :param channel: of ``conveyor.touch``
        :param outcome: ``reached``, ``no_answer``, ``refused``, ``later``, ``held`` or ``sent``; False: not told
        :param activity_id: a planned activity that is done with it
        :param next_touch: ``{"date": UTC, "channel", "reason_id"?, "summary"?, "user_id"?}`` or False
        :return: id of the touch
        """
        self.ensure_one()
        self.check_access("write")
        self._check_touch(channel, outcome)
        asked = {"channel": channel, "outcome": outcome or None, "note": note or None, "reason_id": reason_id or None}
        touch = self._do_activity(activity_id, asked) if activity_id else self._record_by_hand(asked)
        if next_touch:
            self._plan_next_touch(next_touch)
        return touch.id

    @api.model
    def _check_touch(self, channel, outcome):
        if channel not in dict(CHANNELS) or (outcome and outcome not in dict(OUTCOMES)):
            raise UserError(self.env._(
                "%(channel)s with the result %(outcome)s is no touch. Choose a channel and a result from their lists.",
                channel=channel, outcome=outcome))

    def _record_by_hand(self, asked):
        owner = {"lead_id": self.id} if self._name == "crm.lead" else {"partner_id": self.id}
        key = f"hand-{self._name}-{self.id}-{self.env.uid}-{asked['channel']}-{self.env.cr.now().timestamp()}"
        return self.env["conveyor.touch"]._record([{"event_key": key, **owner, **asked}])

    def _do_activity(self, activity_id, asked):
        """The planned activity is done with it: one touch."""
        activity = self.env["mail.activity"].browse(activity_id).exists()
        if not activity.active or (activity.res_model, activity.res_id) != (self._name, self.id):
            return self._record_by_hand(asked)  # a colleague was quicker, or it was moved
        event_key = activity._touch_event()["event_key"]
        activity.with_context(conveyor_result=asked).action_feedback(feedback=asked["note"] or False)
        return self.env["conveyor.touch"].search([("event_key", "=", event_key)], limit=1)

    def _plan_next_touch(self, wish):
        """Through the one door for touches planned by hand."""
        proposal = self._propose_next()[self.id]
        chosen = {name: wish[name] for name in ("channel", "reason_id") if wish.get(name)}
        self._plan_touches({self.id: proposal._replace(
            date=fields.Datetime.to_datetime(wish["date"]), **chosen)}, note=wish.get("summary") or False)
