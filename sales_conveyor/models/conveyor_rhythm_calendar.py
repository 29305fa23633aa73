import hashlib
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import clock

FIRST_DAY = date(1990, 1, 1)
YEARS_AHEAD = 40


class ConveyorRhythmCalendar(models.Model):
    """The numbered days of a rule that does not count every day: open days of
    the company, without the rule's closing periods.

    The number of a day is how many counted days there were until its evening,
    so a gap is a difference of two numbers, set-based for all customers.
    """

    _name = "conveyor.rhythm.calendar"
    _description = "Counted Days"
    _log_access = False

    company_id = fields.Many2one("res.company", "Company", required=True, ondelete="cascade", readonly=True)
    rule_id = fields.Many2one("conveyor.rhythm.rule", "Rule", required=True, ondelete="cascade", readonly=True)
    digest = fields.Char(readonly=True)
    total = fields.Integer("Counted Days", readonly=True)

    _company_rule_unique = models.Constraint("UNIQUE (company_id, rule_id)", "A rule counts days in one way in a company.")

    @api.model
    def _refresh(self, today):
        """Number the days of all rules that need it.

        :return: calendars whose days are other ones now
        """
        wanted = {(company, rule): self._counted(company, rule, today) for company, rule in self._needed()}
        there = {(row.company_id, row.rule_id): row for row in self.search([])}
        gone = self.union(*(row for key, row in there.items() if key not in wanted))
        changed = self.browse()
        for key, days in wanted.items():
            digest = hashlib.sha256(repr([day.toordinal() for day in days]).encode()).hexdigest()
            row = there.get(key) or self.create({"company_id": key[0].id, "rule_id": key[1].id})
            if row.digest != digest:
                row._number(days, digest, today)
                changed |= row
        gone.unlink()
        if gone or changed:
            self.env.registry.clear_cache()  # rules are remembered with whether they have a calendar
        return changed

    @api.model
    def _needed(self):
        """(company, rule) of the rules that do not count every day."""
        companies = self.env["res.company"].with_context(active_test=False).search([])
        rules = self.env["conveyor.rhythm.rule"].search(["|", ("day_kind", "=", "open"), ("pause_ids", "!=", False)])
        return [(company, rule) for rule in rules for company in companies if rule.company_id in (company, company.browse())]

    @api.model
    def _counted(self, company, rule, today):
        """The dates that count, in order; all of them where none would be left."""
        is_open = self._open_days(company) if rule.day_kind == "open" else lambda day: True
        is_paused = rule.pause_ids._paused()
        days = [FIRST_DAY + timedelta(number) for number in range((self._last_day(today) - FIRST_DAY).days + 1)]
        return [day for day in days if is_open(day) and not is_paused(day)] or days

    @api.model
    def _last_day(self, today):
        return date(today.year + YEARS_AHEAD, 12, 31)

    @api.model
    def _open_days(self, company):
        hours = company._conveyor_hours()
        closed = {  # hours off can close a day only where they touch it
            day for start, end in hours.closed
            for day in _days(clock.local_day(start, hours.tz), clock.local_day(end, hours.tz))}
        return lambda day: clock.is_working_day(day, hours) if day in closed else bool(hours.spans(day))

    def _number(self, counted, digest, today):
        """Write the numbers of all days, counted or not."""
        self.ensure_one()
        self.env.cr.execute(SQL("DELETE FROM conveyor_rhythm_day WHERE calendar_id = %s", self.id))
        self.env.cr.execute(SQL(
            """
            INSERT INTO conveyor_rhythm_day (calendar_id, day, number, is_counted)
            SELECT %(calendar)s, d.day::date, count(c.day) OVER (ORDER BY d.day), c.day IS NOT NULL
              FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') d (day)
              LEFT JOIN unnest(%(counted)s::date[]) c (day) ON c.day = d.day
            """, calendar=self.id, first=FIRST_DAY, last=self._last_day(today), counted=counted))
        self.write({"digest": digest, "total": len(counted)})


class ConveyorRhythmDay(models.Model):
    """One day of a calendar."""

    _name = "conveyor.rhythm.day"
    _description = "Counted Day"
    _log_access = False

    calendar_id = fields.Many2one("conveyor.rhythm.calendar", required=True, ondelete="cascade", readonly=True)
    day = fields.Date(required=True, readonly=True)
    number = fields.Integer(readonly=True)
    is_counted = fields.Boolean(readonly=True)

    _day_unique = models.UniqueIndex("(calendar_id, day) INCLUDE (number)")
    _number_idx = models.Index("(calendar_id, number) WHERE is_counted")


class ConveyorRhythmPause(models.Model):
    _inherit = "conveyor.rhythm.pause"

    def _paused(self):
        """Function that says whether a day lies in one of these closing periods."""
        once = {day for pause in self if not pause.is_yearly for day in _days(pause.date_from, pause.date_to)}
        yearly = {(day.month, day.day) for pause in self if pause.is_yearly for day in _days(pause.date_from, pause.date_to)}
        return lambda day: day in once or (day.month, day.day) in yearly


def _days(first, last):
    """Dates from the first to the last one."""
    return [first + timedelta(number) for number in range((last - first).days + 1)]
