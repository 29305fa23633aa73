from odoo import api, fields, models

from ..engine import timeline

CHANNEL_ICONS = {
    "email": "fa-envelope-o", "call": "fa-phone", "sms": "fa-mobile", "messenger": "fa-comments-o",
    "meeting": "fa-users", "letter": "fa-file-text-o", "visit": "fa-map-marker", "other": "fa-circle-o",
}


class ConveyorCadence(models.Model):
    """A cadence as a line in time."""

    _inherit = "conveyor.cadence"

    timeline = fields.Json(compute="_compute_timeline", string="Time Line")

    @api.depends(
        "reason_policy", "is_on", "step_ids.sequence", "step_ids.name", "step_ids.delay", "step_ids.delay_unit", "step_ids.delay_from",
        "step_ids.channel", "step_ids.is_automatic", "step_ids.is_loop_start", "step_ids.reason_policy", "step_ids.reason_id",
        "step_ids.day_part", "step_ids.condition_domain")
    def _compute_timeline(self):
        counts = self._clients_by_step()
        for cadence in self:
            cadence.timeline = cadence._timeline(counts)

    def _clients_by_step(self):
        """``{step id: (running, waiting)}``: clients whose next step it is."""
        groups = self.env["conveyor.enrolment"].sudo()._read_group(  # numbers of clients, whoever's they are
            [("cadence_id", "in", self.ids), ("state", "in", ("running", "snoozed")), ("step_id", "!=", False)],
            ["step_id", "state"], ["__count"])
        counts = {}
        for step, state, count in groups:
            counts.setdefault(step.id, {})[state] = count
        return {step_id: (states.get("running", 0), states.get("snoozed", 0)) for step_id, states in counts.items()}

    def _timeline(self, counts=None):
        """The steps in order, as plain data for the screen.

        :return: ``{"steps": [{"day", "label", "channel", "icon", "name", "automatic",
            "reason", "count", "waiting", …}], "loop": None or {"from", "label"}}``
        """
        self.ensure_one()
        counts = self._clients_by_step() if counts is None else counts
        steps = self.step_ids.sorted(lambda step: (step.sequence, step._origin.id or 10 ** 9))
        days = timeline.offsets([step._delay() for step in steps])
        drawn = [{**step._drawn(), **self._drawn_day(day), **step._drawn_expected(), **self._drawn_count(counts.get(step._origin.id, (0, 0)))}
                 for step, day in zip(steps, days)]
        start = next((place for place, step in enumerate(steps) if step.is_loop_start), None)
        loop = None if start is None else {
            "from": start, "days": self._loop_days(),
            "label": self._loop_words(round(self._loop_days()))}
        return {"steps": drawn, "loop": loop, "clients": sum(step["count"] for step in drawn), "is_on": self.is_on}

    @api.model
    def _loop_words(self, days):
        if days == 1:
            return self.env._("and again from here, every day")
        return self.env._("and again from here, every %(days)s days", days=days)

    def _loop_days(self):
        """Days of one round, 0.0 without a loop."""
        steps = self.step_ids.sorted(lambda step: (step.sequence, step._origin.id or 10 ** 9))
        start = next((place for place, step in enumerate(steps) if step.is_loop_start), None)
        return 0.0 if start is None else timeline.loop_days([step._delay() for step in steps], start)

    @api.model
    def _drawn_day(self, day):
        return {"day": day, "label": self._day_label(day), "short": str(round(day))}

    @api.model
    def _drawn_count(self, clients):
        label = self.env._("Clients who have this touch next: %(count)s, of them waiting: %(waiting)s", count=sum(clients), waiting=clients[1])
        return {"count": sum(clients), "waiting": clients[1], "count_label": label}

    @api.model
    def _day_label(self, day):
        if not day:
            return self.env._("At once")
        if day < 1 / 24:
            return self.env._("%(count)s min", count=round(day * 1440))
        if day < 1:
            return self.env._("%(count)s h", count=round(day * 24))
        return self.env._("Day %(count)s", count=round(day))


class ConveyorCadenceStep(models.Model):
    _inherit = "conveyor.cadence.step"

    client_count = fields.Integer("Clients Here", compute="_compute_client_count", help="Clients whose next touch this is.")
    day_label = fields.Char("Day", compute="_compute_day_label")

    def _compute_client_count(self):
        counts = self.cadence_id._clients_by_step()
        for step in self:
            step.client_count = sum(counts.get(step._origin.id, (0, 0)))

    @api.depends("sequence", "delay", "delay_unit", "delay_from", "cadence_id.step_ids.delay")
    def _compute_day_label(self):
        for cadence in self.cadence_id:
            labels = {step["key"]: step["label"] for step in cadence._timeline({})["steps"]}
            for step in self.filtered(lambda step: step.cadence_id == cadence):
                step.day_label = labels.get(str(step.id), "")
        self.filtered(lambda step: not step.cadence_id).day_label = False

    def action_open_clients(self):
        """The clients whose next touch this step is."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "conveyor.enrolment", "name": self.display_name,
            "views": [[False, "list"], [False, "form"]], "target": "current",
            "domain": [("step_id", "=", self.id), ("state", "in", ("running", "snoozed"))],
        }

    def _delay(self):
        if self.delay_from == "expected":
            return timeline.Delay((self.cadence_id.company_id or self.env.company).conveyor_account_days, "days")
        return timeline.Delay(max(self.delay, 0), self.delay_unit or "days", self.delay_from == "start")

    def _drawn_expected(self):
        """A step counted back from a date that differs from client to client."""
        if self.delay_from != "expected":
            return {}
        unit = dict(self._fields["delay_unit"]._description_selection(self.env))[self.delay_unit or "days"]
        words = self.env._("%(delay)s %(unit)s before", delay=self.delay, unit=unit)
        return {"label": words, "short": f"−{round(timeline.Delay(max(self.delay, 0), self.delay_unit or 'days').days)}"}

    def _drawn(self):
        """What the time line shows of the step."""
        channels = dict(self._fields["channel"]._description_selection(self.env))
        parts = dict(self._fields["day_part"]._description_selection(self.env))
        return {
            "key": str(self.id), "id": self._origin.id, "channel": self.channel, "channel_label": channels.get(self.channel, ""),
            "icon": CHANNEL_ICONS.get(self.channel, "fa-circle-o"), "name": self.name or channels.get(self.channel, ""),
            "automatic": self.is_automatic, "how": self.env._("by itself") if self.is_automatic else self.env._("by hand"),
            "part": parts[self.day_part] if self.day_part not in (False, "any") else "",
            **self._drawn_reason(), "conditional": bool(self.condition_domain and self.condition_domain != "[]"),
        }

    def _drawn_reason(self):
        fixed = self.reason_id.name if self.reason_policy == "fixed" else ""
        takes_next = not fixed and self.reason_policy != "none" and self._needs_reason()
        return {"reason": fixed or "",
                "next_reason": self.env._("With the next reason that the client has not heard yet") if takes_next else ""}
