from odoo import fields, models
from odoo.exceptions import UserError

from ..engine import next_touch
from .conveyor_next import Proposal


class ConveyorNextMixin(models.AbstractModel):
    """What leads and customers share about their next touch."""

    _name = "conveyor.next.mixin"
    _description = "Has a Next Touch"

    def _next_kind(self):
        """One of ``engine.next_touch.OPEN``, ``LOST``, ``CUSTOMER``."""
        return next_touch.CUSTOMER

    def _next_lines(self):
        """``{record id: touch line}``, brought up to date; contacts have their company's."""
        Line = self.env["conveyor.touch.line"].sudo()  # of records that the caller has access to
        Line._settle()
        here, there = self._touch_owner
        owners = {record.id: record.id if here == "id" else record[here].id for record in self}
        lines = {line[there].id: line for line in Line.search([(there, "in", list(owners.values()))])}
        return {record_id: lines[owner] for record_id, owner in owners.items() if owner in lines}

    # ------------------------------------------------------------ proposing and planning
    def _propose_next(self, outcome=None):
        """What the next touch should be.

        :param outcome: result of a touch that is being logged now
        :return: ``{record id: Proposal(date, channel, reason_id, why)}``
        """
        return self.env["conveyor.next"]._propose(self, outcome)

    def _plan_touches(self, plans, note=False):
        """Plan touches by hand, set-based.

        :param plans: ``{record id: Proposal}``
        :return: the activities
        """
        return self.env["conveyor.next"]._plan(self, plans, note)

    def action_plan_proposed(self):
        """Plan what is proposed for those without a next touch."""
        self.check_access("write")
        lines = self._next_lines()
        bare = self.filtered(lambda record: record.id not in lines or not lines[record.id].next_touch_date)
        bare._plan_touches(bare._propose_next())
        return True

    # ------------------------------------------------------------ moving
    def _inverse_next_touch_date(self):
        """A dragged next touch moves what it is: the activity, or the cadence's step."""
        lines = self._next_lines()
        for record in self.filtered("next_touch_date"):
            date, line = record.next_touch_date, lines.get(record.id)
            if line and line.next_activity_id:
                record._move_activity(line.next_activity_id.with_env(self.env), date)
            elif line and line.next_enrolment_id:
                line.next_enrolment_id._move_next(date)
            else:
                plan = record._propose_next()[record.id]
                record._plan_touches({record.id: plan._replace(date=date)})

    def _move_activity(self, activity, date):
        day = self.env["conveyor.next"]._local_day(date, activity.user_id or self.env.user)
        activity.write({"date_deadline": day, "conveyor_at": date})
        if activity.calendar_event_id and not activity.calendar_event_id.allday:
            activity.calendar_event_id.start = date

    def _inverse_next_touch_user_id(self):
        lines = self._next_lines()
        for record in self.filtered("next_touch_user_id"):
            if line := lines.get(record.id):
                line.next_activity_id.with_env(self.env).user_id = record.next_touch_user_id
                line.next_enrolment_id.user_id = record.next_touch_user_id

    # ------------------------------------------------------------ the client's own date
    def action_snooze(self, until, reason):
        """Leave the clients in peace until their own date.

        :param until: that day
        :param str reason: what will be different then, in the client's words
        """
        self.check_access("write")
        until = fields.Date.to_date(until)
        if not until or until <= fields.Date.context_today(self):
            raise UserError(self.env._("Give the client's own date, from tomorrow on."))
        if not (reason or "").strip():
            raise UserError(self.env._("Say what will be different then, in the client's words."))
        self._snooze_until(until, reason.strip())
        return True

    def _snooze_until(self, until, reason):
        self._come_back(until, reason)

    def _come_back(self, until, reason):
        """The next touch is on the client's own date: what is planned before it
        moves there, cadences wait. Without a date all goes on."""
        activities = self._planned_touches()
        returning = activities.filtered("conveyor_come_back")
        enrolments = self._running_enrolments()
        if not until:
            returning.unlink()
            enrolments.filtered(lambda row: row.state == "snoozed" and not row.waits_for_id)._resume()
            return
        earlier = activities.filtered(lambda activity: activity.date_deadline < until and not activity.conveyor_run_id)
        (earlier | returning).filtered(lambda activity: activity.date_deadline <= fields.Date.context_today(self)).write(
            {"conveyor_put_off_date": fields.Datetime.now()})
        (earlier | returning).write({"date_deadline": until})
        held = set((earlier | returning).mapped("res_id"))
        returning.filtered(lambda activity: reason and activity.summary != reason).write({"summary": reason})
        service = self.env["conveyor.next"]
        bare = self.filtered(lambda record: record.id not in held)
        types = {record.id: plan.channel for record, plan in zip(bare, bare._propose_next().values(), strict=True)}
        service._plan(bare, {record.id: Proposal(
            service._morning(until, record.user_id or self.env.user), types[record.id], False,
            reason or self.env._("The client's own date: come back")) for record in bare}, come_back=True)
        if enrolments:
            enrolments._snooze(service._morning(until, self.env.user), reason or self.env._("The client's own date"))

    def _planned_touches(self):
        """Open activities that are touches of these records, whoever does them."""
        return self.env["mail.activity"].sudo().search([  # whoever may write the client may move what is planned with him
            ("res_model", "=", self._name), ("res_id", "in", self.ids), ("conveyor_channel", "!=", False)])

    def _running_enrolments(self):
        name = "lead_id" if self._name == "crm.lead" else "partner_id"
        return self.env["conveyor.enrolment"].sudo().search([  # salespeople only read enrolments
            (name, "in", self.ids), ("state", "in", ["running", "snoozed"])])
