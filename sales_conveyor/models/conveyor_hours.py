from datetime import timedelta

import pytz

from odoo import models

from ..engine import clock


class ResCompany(models.Model):
    """The company's working time as plain data for the engine."""

    _inherit = "res.company"

    def _conveyor_hours(self):
        """Working hours, public holidays and closed hours of this company.

        :return: ``engine.clock.Hours``; a company without working hours is always open
        """
        self.ensure_one()
        calendar = self.sudo().resource_calendar_id  # working hours are no secret
        week = self._conveyor_week(calendar)
        tz = calendar.tz or self._conveyor_tz()
        if not any(week):
            return clock.Hours(tz)
        hours = clock.Hours(tz, week)
        holidays, closed = self._conveyor_leaves(calendar, hours)
        return clock.Hours(tz, week, frozenset(holidays), tuple(closed))

    def _conveyor_week(self, calendar):
        weeks = 2 if calendar.two_weeks_calendar else 1
        days = [[] for _day in range(7 * weeks)]
        for row in calendar.attendance_ids.filtered(lambda row: (
                not row.display_type and row.day_period != "lunch" and row.hour_from < row.hour_to)):
            for week in range(weeks) if not row.week_type or weeks == 1 else [int(row.week_type)]:
                days[week * 7 + int(row.dayofweek)].append((row.hour_from, row.hour_to))
        return tuple(tuple(sorted(spans)) for spans in days)

    def _conveyor_leaves(self, calendar, hours):
        """(local dates without work, closed hours) of the company's own leaves."""
        leaves = self.env["resource.calendar.leaves"].sudo().search([  # leaves of no person are no secret
            ("resource_id", "=", False), ("time_type", "=", "leave"), ("company_id", "in", [False, self.id]),
            ("calendar_id", "in", [False, calendar.id])])
        holidays, closed = set(), []
        for leave in leaves:
            day, last = (clock.local_day(moment, hours.tz) for moment in (leave.date_from, leave.date_to))
            while day <= last:
                if all(leave.date_from <= start and end <= leave.date_to + timedelta(minutes=1)
                       for start, end in clock.windows(day, hours)):
                    holidays.add(day)
                day += timedelta(days=1)
            closed.append((leave.date_from, leave.date_to))
        return holidays, closed

    def _conveyor_send_hours(self, tz=None):
        """The hours for automatic touches to clients in the time zone ``tz``."""
        return self._conveyor_hours().narrowed(self.conveyor_send_from, self.conveyor_send_to, tz)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _conveyor_tz(self):
        """The client's time zone: his own, or the only one of his country; else None."""
        if self.tz:
            return self.tz
        zones = pytz.country_timezones.get(self.country_id.code or "", [])
        return zones[0] if len(zones) == 1 else None
