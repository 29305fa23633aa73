from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..engine import clock
from ..engine.counter import EARLIEST, MOST_READINGS, MOST_VISITORS, Reading, hours_of_day

LAST_YEAR = 2100  # of weeks that are shown


class ConveyorCounter(models.Model):
    """The grid of a week, days by hours, on which readings are typed."""

    _inherit = "conveyor.counter"

    def get_grid(self, monday=None, all_hours=False):
        """A week of readings as plain data; see ``_cell`` for what a cell is.

        :param monday: any day of the week, ISO; now without one
        :param all_hours: show night hours too
        """
        self.ensure_one()
        self.check_access("read")
        today = clock.local_day(fields.Datetime.now(), self.tz)
        day = self._day_of_week(monday, today)
        days = [day + timedelta(days=number - day.weekday()) for number in range(7)]
        hours = {day: hours_of_day(day, self.tz) for day in days}
        readings = self._readings(hours)
        keys = self._row_keys(hours, readings, all_hours)
        totals = {day: [readings[hour.hour].visitors for hour in hours[day] if hour.hour in readings] for day in days}
        return {
            "name": self.name, "tz": self.tz, "may_type": self.may_type, "most": MOST_VISITORS, "all_hours": all_hours,
            "week": {"from": days[0].isoformat(), "title": self._week_title(days), "previous": (days[0] - timedelta(days=7)).isoformat(),
                     "next": (days[0] + timedelta(days=7)).isoformat(), "is_last": days[-1] >= today},
            "days": [{"date": day.isoformat(), "label": format_date(self.env, day, date_format="EEE d MMM"),
                      "is_today": day == today, "is_holiday": day in self._hours().holidays,
                      "total": sum(totals[day]) if totals[day] else None} for day in days],
            "rows": [self._row(key, days, hours, readings) for key in keys],
            "total": sum(map(sum, totals.values())) if any(totals.values()) else None,
        }

    def save_grid(self, cells, monday=None, all_hours=False):
        """Write typed readings; returns the grid anew.

        :param cells: ``[[hour, visitors or None], …]``; hour as ``get_grid`` gave it, None takes the reading away
        """
        self.ensure_one()
        self._check_may_type()
        counter = self.sudo()  # who may type was asked; the counter's typists have no right of their own
        readings, empty, now = {}, [], fields.Datetime.now()
        for hour, visitors in self._typed(cells):
            if visitors is None:
                empty.append(hour)
            elif type(visitors) is not int or not 0 <= visitors <= MOST_VISITORS or hour > now or hour != hour.replace(minute=0, second=0):
                raise UserError(self.env._(
                    "%(name)s, %(hour)s: visitors are a whole number from 0 to %(most)s, of an hour that has begun.",
                    name=self.name, hour=self._in_words(hour), most=MOST_VISITORS))
            else:
                readings[hour] = Reading(hour, visitors)
        model = counter.env["conveyor.counter.reading"]
        model.search([("counter_id", "=", counter.id), ("hour", "in", empty)]).unlink()
        if readings:
            model._record(counter, [readings[hour] for hour in sorted(readings)], "hand")
        return self.get_grid(monday, all_hours)

    def _day_of_week(self, text, today):
        """The day that a screen asks for, today without one."""
        try:
            day = fields.Date.to_date(text or today)
        except (AttributeError, TypeError, ValueError):
            day = None
        if not day or not EARLIEST.year <= day.year <= LAST_YEAR:
            raise UserError(self.env._("There is no week of “%s” to be shown.", text))
        return day

    def _typed(self, cells):
        """(hour, visitors) as a screen gave them.

        :raise UserError: one of them is nothing that a screen gives
        """
        if not isinstance(cells, (list, tuple)) or len(cells) > MOST_READINGS:
            raise UserError(self.env._("Give at most %s hours with their visitors.", MOST_READINGS))
        for cell in cells:
            try:
                text, visitors = cell
                hour = fields.Datetime.to_datetime(text)
            except (AttributeError, TypeError, ValueError):
                hour = None
            if not hour or not EARLIEST.year <= hour.year <= LAST_YEAR:
                raise UserError(self.env._("“%s” is no hour with its visitors.", cell))
            yield hour, visitors

    def _check_may_type(self):
        self.check_access("read")
        if not self.may_type:
            raise AccessError(self.env._(
                "You may see the visitors of %(name)s, but not type them. Ask a sales manager to name you under “May Type”.", name=self.name))

    # ------------------------------------------------------------ parts
    def _readings(self, hours):
        found = self.env["conveyor.counter.reading"].search([
            ("counter_id", "=", self.id), ("hour", "in", [hour.hour for day in hours.values() for hour in day])])
        return {reading.hour: reading for reading in found}

    def _row_keys(self, hours, readings, all_hours):
        """``(label, is it the second of that name)``: open hours, and others that have a reading in this week."""
        wanted = {
            (hour.label, hour.again) for day in hours.values() for hour in day
            if all_hours or hour.hour in readings or self.open_from <= self._number(hour.label) < self.open_to and not hour.again}
        return sorted(wanted)

    def _number(self, label):
        return int(label[:2])

    def _row(self, key, days, hours, readings):
        label, again = key
        cells = [next((hour for hour in hours[day] if (hour.label, hour.again) == key), None) for day in days]
        counted = [readings[hour.hour].visitors for hour in cells if hour and hour.hour in readings]
        return {
            "key": f"{label}{' again' if again else ''}", "label": self.env._("%s again", label) if again else label,
            "cells": [self._cell(hour, readings) for hour in cells], "total": sum(counted) if counted else None,
        }

    def _cell(self, hour, readings):
        """``hour`` (UTC, what ``save_grid`` wants), ``visitors`` or None, ``origin``, ``is_open`` for typing. None: clocks left this hour out."""
        if hour is None:
            return None
        reading = readings.get(hour.hour)
        return {
            "hour": fields.Datetime.to_string(hour.hour), "visitors": reading.visitors if reading else None,
            "origin": reading.origin if reading else "", "is_open": hour.hour <= fields.Datetime.now(),
        }

    def _week_title(self, days):
        first, last = (format_date(self.env, day, date_format="d MMM yyyy") for day in (days[0], days[-1]))
        return f"{first} – {last}"
