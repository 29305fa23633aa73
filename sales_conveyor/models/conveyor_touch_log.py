from datetime import timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import touch as engine
from .conveyor_work_item import CHANNELS

BY_HAND = {"held", *(result for results in engine.RESULTS.values() for result in results)}  # what a person may say; the rest is the client's
UNDO_MINUTES = 15
DOUBLE_CLICK = 10  # seconds in which the same touch, said in the same words, is one
OTHER_HALF = {False: 15, True: 10}  # o'clock of the other half-day: tried in the morning, in the afternoon
HALF_DAY = 120  # minutes over which those tried again in the other half-day are spread
NOON = 12


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
        if channel not in dict(CHANNELS) or (outcome and outcome not in BY_HAND):
            raise UserError(self.env._(
                "%(channel)s with the result %(outcome)s is no touch. Choose a channel and a result from their lists.",
                channel=channel, outcome=outcome))

    def _record_by_hand(self, asked):
        owner = {"lead_id": self.id} if self._name == "crm.lead" else {"partner_id": self.id}
        said = crc32(repr((asked["outcome"], asked["note"], asked["reason_id"])).encode())
        name = f"hand-{self._name}-{self.id}-{self.env.uid}-{asked['channel']}-{said}"
        slot = int(self.env.cr.now().timestamp() // DOUBLE_CLICK)
        touches, before = self.env["conveyor.touch"], fields.Datetime.subtract(fields.Datetime.now(), seconds=DOUBLE_CLICK)
        keys = [f"{name}-{slot}", f"{name}-{slot - 1}"]
        twice = touches.search([("event_key", "in", keys), ("date", ">=", before)], limit=1)
        return twice or touches._record([{"event_key": keys[0], **owner, **asked}]) or touches.search(
            [("event_key", "=", keys[0])], limit=1)

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
        chosen = {name: wish[name] for name in ("channel", "reason_id") if name in wish}
        planned = self._plan_touches({self.id: proposal._replace(
            date=fields.Datetime.to_datetime(wish["date"]), **chosen)}, note=wish.get("summary") or False)
        if wish.get("user_id") and planned:
            planned.filtered(lambda activity: activity.user_id.id != wish["user_id"]).user_id = wish["user_id"]

    # ------------------------------------------------------------ what the dialogs propose
    @api.model
    def _result_names(self, way):
        """``{result: its name}`` of touches made in this way, in order; ``way``: of ``engine.touch``."""
        names = {"reached": self.env._("Talked"), "no_answer": self.env._("No answer"), "later": self.env._("Later"),
                 "refused": self.env._("Refused"), "sent": self.env._("Sent")}
        if way != engine.SPOKEN:
            names["reached"] = self.env._("Answered")
        return {result: names[result] for result in engine.RESULTS[way]}

    def _activity_to_do(self, channel):
        """The planned touch that one in this channel completes: the earliest of
        the channel, or one that is due."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        planned = self.activity_ids.filtered("conveyor_channel").sorted(lambda one: (one.date_deadline, one.id))
        return (planned.filtered(lambda one: one.conveyor_channel == channel)
                or planned.filtered(lambda one: one.date_deadline <= today))[:1]

    def get_touch_sheet(self, channel, outcome=False, activity_id=None):
        """What the small sheet after a touch shows: the planned touch that is
        done with it, and the next one.

        :return: ``activity_id``, ``activity``, ``plan_next``, ``date``, ``channel``, ``reason_id``, ``user_id``, ``why``
        """
        self.ensure_one()
        activity = self._activity_to_do(channel) if activity_id is None else self.env["mail.activity"].browse(activity_id)
        proposal = self._propose_next(outcome=outcome or "reached")[self.id]
        date = self._other_half_day(proposal.date) if outcome == "no_answer" else proposal.date
        return {
            "activity_id": activity.id, "activity": activity.summary or activity.activity_type_id.name or False,
            "plan_next": self._needs_next(activity), "date": fields.Datetime.to_string(date), "channel": proposal.channel,
            "reason_id": proposal.reason_id, "user_id": self.user_id.id or self.env.uid, "why": proposal.why,
        }

    def _needs_next(self, activity):
        """Nothing else is planned, by hand or by a cadence."""
        if self.activity_ids.filtered("conveyor_channel") - activity:
            return False
        owner = "lead_id" if self._name == "crm.lead" else "partner_id"
        return not self.env["conveyor.enrolment"].sudo().search_count(  # whoever runs it, it goes on
            [(owner, "=", self.id), ("state", "in", ("running", "snoozed"))], limit=1)

    def _other_half_day(self, date):
        """Nobody answered in the morning: the afternoon is tried, and the other way round."""
        company = self.sudo().company_id or self.env.company
        zone = ZoneInfo(company._conveyor_tz())
        local = date.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        now = self.env.cr.now().replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        moved = local.replace(hour=OTHER_HALF[now.hour >= NOON], minute=0, second=0)
        moved += timedelta(minutes=HALF_DAY * self.env["conveyor.next"]._share(self) // 15 * 15)
        return moved.astimezone(ZoneInfo("UTC")).replace(tzinfo=None) if moved > now else date

    def action_open_touch_log(self):
        """The dialog in which a touch is logged."""
        self.ensure_one()
        owner = "lead_id" if self._name == "crm.lead" else "partner_id"
        return {
            "type": "ir.actions.act_window", "res_model": "conveyor.log.touch", "views": [(False, "form")],
            "name": self.env._("Log a Touch"), "target": "new", "context": {f"default_{owner}": self.id, **{
                f"default_{name}": self.env.context[name] for name in ("channel", "outcome", "note") if name in self.env.context}},
        }

    def action_open_touches(self):
        """All touches of this lead or customer."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_touch_action")
        key = self.env["conveyor.client"]._keys_of_partners(self)[self.id] if self._name == "res.partner" else None
        return {**action, "domain": [("client_key", "=", key)] if key else [("lead_id", "=", self.id)],
                "display_name": self.display_name, "context": {}}


class ConveyorTouch(models.Model):
    _inherit = "conveyor.touch"

    def action_undo(self):
        """Take back a touch that one has just logged by hand."""
        self.ensure_one()
        mine = self.sudo()  # only one's own slip of the finger
        recent = self.env.cr.now() - timedelta(minutes=UNDO_MINUTES)
        if mine.create_uid != self.env.user or not mine.event_key.startswith("hand-") or mine.create_date < recent:
            raise UserError(self.env._(
                "Only a touch that you have just logged by hand can be taken back. Log another one with the right result."))
        lead_ids, partner_ids = mine.lead_id.ids, self.env["conveyor.client"]._partners_of_keys([mine.client_key])
        mine.unlink()
        self.env["conveyor.funnel.fact"]._mark(lead_ids)
        self.env["conveyor.touch.line"]._mark(lead_ids, partner_ids)
        return True
