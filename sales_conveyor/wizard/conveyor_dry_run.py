from collections import Counter
from datetime import datetime, time, timedelta

from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..engine import gate
from ..models.conveyor_work_item import CHANNELS


class ConveyorDryRun(models.TransientModel):
    """What a cadence would have done in a past period, before it is switched on."""

    _name = "conveyor.dry.run"
    _description = "Dry Run of a Cadence"

    cadence_id = fields.Many2one("conveyor.cadence", required=True, ondelete="cascade")
    date_from = fields.Date("From", required=True, default=lambda self: fields.Date.context_today(self) - timedelta(days=90))
    date_to = fields.Date("Until", required=True, default=fields.Date.context_today)
    has_run = fields.Boolean()
    summary = fields.Text(readonly=True)
    line_ids = fields.One2many("conveyor.dry.run.line", "wizard_id", "Touches by Day", domain=[("kind", "=", "day")], readonly=True)
    conflict_ids = fields.One2many("conveyor.dry.run.line", "wizard_id", "Held Back", domain=[("kind", "=", "conflict")], readonly=True)
    channel_ids = fields.One2many("conveyor.dry.run.line", "wizard_id", "By Channel", domain=[("kind", "=", "channel")], readonly=True)

    def action_run(self):
        """Play it and show what came of it."""
        self.ensure_one()
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it begins. Change one of the two dates."))
        begin = datetime.combine(self.date_from, time.min)
        end = datetime.combine(self.date_to + timedelta(days=1), time.min)
        count, played = self.cadence_id._rehearse(begin, end)
        self.env["conveyor.dry.run.line"].search([("wizard_id", "=", self.id)]).unlink()
        self.line_ids = [Command.create(row) for row in (
            *self._by_day(played), *self._by_channel(played), *self._conflicts(played))]
        self.write({"has_run": True, "summary": self._words(count, played)})
        return self._reopen()

    def action_again(self):
        """Choose another period."""
        self.has_run = False
        return self._reopen()

    def _reopen(self):
        return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "views": [(False, "form")],
                "target": "new", "name": self.env._("Dry Run"), "context": {**self.env.context, "dialog_size": "extra-large"}}

    @staticmethod
    def _made(played):
        return [(record, touch) for record, touches in played for touch in touches if touch.verdict.what == gate.SEND]

    def _words(self, count, played):
        made = self._made(played)
        days = Counter(touch.moment.date() for _record, touch in made if not touch.step.is_automatic)
        text = self.env._(
            "%(entered)s would have entered. Touches: %(touches)s, automatic %(automatic)s, by hand %(by_hand)s, at most "
            "%(most)s by hand on one day.", entered=count, touches=len(made), most=max(days.values(), default=0),
            automatic=sum(touch.step.is_automatic for _record, touch in made),
            by_hand=sum(not touch.step.is_automatic for _record, touch in made))
        if len(played) < count:
            text += " " + self.env._("Looked at %(sample)s of them, evenly chosen.", sample=len(played))
        return text

    def _by_day(self, played):
        rows = {}
        for record, touch in self._made(played):
            row = rows.setdefault(touch.moment.date(), {"touches": 0, "by_hand": 0, "clients": set()})
            row["touches"] += 1
            row["by_hand"] += not touch.step.is_automatic
            row["clients"].add(record.id)
        return [{"kind": "day", "date": date, "touches": row["touches"], "by_hand": row["by_hand"],
                 "clients": len(row["clients"])} for date, row in sorted(rows.items())]

    def _by_channel(self, played):
        channels = {step.id: step.channel for step in self.cadence_id.step_ids}
        counts = Counter(channels[touch.step.id] for _record, touch in self._made(played))
        return [{"kind": "channel", "channel": channel, "touches": count} for channel, count in counts.most_common()]

    def _conflicts(self, played):
        sentences = self.env["conveyor.step.run"]
        counts = Counter((touch.verdict.what, touch.verdict.rule) for _record, touches in played for touch in touches
                         if touch.verdict.what != gate.SEND)
        return [{"kind": "conflict", "verdict": what, "name": sentences._sentence(rule), "touches": count}
                for (what, rule), count in counts.most_common()]


class ConveyorDryRunLine(models.TransientModel):
    _name = "conveyor.dry.run.line"
    _description = "Line of a Dry Run"
    _order = "date, id"

    wizard_id = fields.Many2one("conveyor.dry.run", required=True, ondelete="cascade")
    kind = fields.Selection([("day", "Day"), ("channel", "Channel"), ("conflict", "Held back")], required=True)
    date = fields.Date("Day")
    channel = fields.Selection(CHANNELS)
    name = fields.Char("Why")
    verdict = fields.Selection([("wait", "Waits"), ("skip", "Left out"), ("stop", "Stops")], "What Happens")
    touches = fields.Integer("Touches")
    by_hand = fields.Integer("By Hand")
    clients = fields.Integer("Clients")
