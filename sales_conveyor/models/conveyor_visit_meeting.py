from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from ..engine import clock

LINKED = "conveyor_visit_linked"  # visit and meeting move together: the one that follows does not lead back
BOUND = {"event_id", "order_line_id", "lead_id"}
QUIETLY = {LINKED: True, "no_mail_to_attendees": True, "mail_create_nolog": True}


class ConveyorVisit(models.Model):
    """The meeting of a booked visit, without mails to anybody."""

    _inherit = "conveyor.visit"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_written({name for vals in vals_list for name in vals})
        self = self.with_context({key: value for key, value in self.env.context.items() if key.removeprefix("default_") not in BOUND})
        visits = super().create(vals_list)
        visits._make_meetings()
        return visits

    def write(self, vals):
        """A missed visit with a new day is planned anew; its meeting follows it."""
        self._check_written(vals.keys())
        if "date" in vals and "state" not in vals:
            again = self.filtered(lambda visit: visit.state == "missed" and str(vals["date"]) >= str(visit._today()))
            if again:
                (self - again).write(vals)
                return again.write({**vals, "state": "planned"})
        result = super().write(vals)
        if vals.keys() & {"date", "time", "duration", "state", "user_id"} and not self.env.context.get(LINKED):
            self._move_meetings()
            self._make_meetings()
        return result

    def unlink(self):
        self._drop_meetings()
        return super().unlink()

    @api.model
    def _check_written(self, names):
        """What a visit hangs on is nobody's to choose: with the visit goes its meeting, whosever it is."""
        if not self.env.su and names & BOUND:
            raise AccessError(self.env._("A visit's meeting, order line and opportunity come by themselves. Leave them as they are."))

    def _make_meetings(self):
        """One each, for those that are booked for a time."""
        without = self.filtered(lambda visit: visit.state == "booked" and visit.time > 0 and not visit.event_id)
        if without:
            events = self.env["calendar.event"].with_context(**QUIETLY).create([visit._prepare_meeting() for visit in without])
            for visit, event in zip(without, events):
                visit.with_context(**{LINKED: True}).sudo().event_id = event  # the meeting that was just made for it

    def _prepare_meeting(self):
        self.ensure_one()
        user = self.user_id or self.env.user
        return {
            "name": self.display_name, "start": self._moment(), "stop": self._end(), "user_id": user.id,
            "partner_ids": [Command.set((user.partner_id | self.partner_id).ids)]}

    def _move_meetings(self):
        """Meetings follow their visits, and go with those that are not to come."""
        self.filtered(lambda visit: visit.state in ("planned", "cancelled", "missed") or not visit.time)._drop_meetings()
        for visit in self.filtered(lambda visit: visit.event_id and visit.state == "booked"):
            visit.event_id.with_context(**QUIETLY).sudo().write({  # whoever may move the visit moves its meeting
                "start": visit._moment(), "stop": visit._end(), **({"user_id": visit.user_id.id} if visit.user_id else {})})

    def _drop_meetings(self):
        self.event_id.with_context(**QUIETLY).sudo().unlink()  # whoever may move the visit frees its time

    def _follow_meetings(self):
        """Their meetings were moved."""
        for visit in self:
            event = visit.event_id
            start = clock.local(event.start, visit.company_id._conveyor_tz())
            hours = (event.stop - event.start).total_seconds() / 3600
            visit.with_context(**{LINKED: True}).write(
                {"date": event.start_date, "time": 0} if event.allday else
                {"date": start.date(), "time": start.hour + start.minute / 60, "duration": min(max(hours, 0.25), 24)})


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def write(self, vals):
        """Dragged in the calendar: the visit is then."""
        result = super().write(vals)
        if vals.keys() & {"start", "start_date", "stop"} and not self.env.context.get(LINKED):
            self._conveyor_visits()._follow_meetings()
        return result

    def unlink(self):
        """Without its meeting a booked visit is only planned."""
        visits = self.env["conveyor.visit"] if self.env.context.get(LINKED) else self._conveyor_visits()
        result = super().unlink()
        visits.invalidate_recordset(["event_id"])
        visits.filtered(lambda visit: visit.state == "booked").with_context(**{LINKED: True}).write({"state": "planned"})
        return result

    def _conveyor_visits(self):
        return self.env["conveyor.visit"].sudo().search([("event_id", "in", self.ids)])  # whoever may move the meeting
