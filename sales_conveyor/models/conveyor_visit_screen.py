from datetime import datetime, time, timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import clock
from .conveyor_visit import AHEAD, OPEN


class ConveyorVisit(models.Model):
    """When a visit is, in words too; planning, booking, making and missing it."""

    _inherit = "conveyor.visit"

    # ------------------------------------------------------------ time
    def _moment(self):
        """When it begins, in UTC: at its time, else when its day begins; False without a date."""
        self.ensure_one()
        if not self.date:
            return False
        minutes = round((self.time or 0) * 60)
        return clock.utc(datetime.combine(self.date, time(minutes // 60 % 24, minutes % 60)), self.company_id._conveyor_tz())

    def _end(self):
        return self._moment() + (timedelta(hours=self.duration or 1) if self.time > 0 else timedelta(days=1))

    def _today(self):
        return clock.local_day(fields.Datetime.now(), self.company_id._conveyor_tz())

    def _words(self, lang=None):
        """*06/20/2026, 15:00*: day and time, nothing of what is done there."""
        self.ensure_one()
        day = format_date(self.env, self.date, lang_code=lang)
        minutes = round(self.time * 60)
        return f"{day}, {minutes // 60}:{minutes % 60:02}" if self.time > 0 else day

    # ------------------------------------------------------------ buttons
    def action_book(self):
        """The customer has agreed: it stands in the calendar."""
        for visit in self.filtered(lambda visit: visit.state in OPEN):
            if visit.date < min(visit._today(), fields.Date.context_today(visit, fields.Datetime.now())):  # his midnight or the company's
                raise UserError(self.env._(
                    "%(visit)s: %(date)s is over. Give it its new date first, then book it.",
                    visit=visit.display_name, date=visit._words()))
            visit.state = "booked"

    def action_done(self):
        """The customer was there."""
        self.filtered(lambda visit: visit.state != "done").state = "done"

    def action_missed(self):
        """The customer did not come; somebody asks him for a new time."""
        missed = self.filtered(lambda visit: visit.state in AHEAD)
        missed.state = "missed"
        missed._ask("missed")

    def action_cancel(self):
        self.state = "cancelled"

    def action_plan(self):
        """Back to the plan: not agreed yet."""
        self.state = "planned"

    def action_open_customer(self):
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "res.partner", "res_id": self.partner_id.id,
                "views": [(False, "form")], "name": self.partner_id.display_name}
