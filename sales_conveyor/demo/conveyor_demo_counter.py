import random
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..engine import clock
from ..engine.counter import HOUR, Reading

WEEKS = 10
SILENT_DAYS = 3  # since when the side door's device says nothing
NOON, EVENING = (11, 12, 13), (17, 18)


class ConveyorDemo(models.AbstractModel):
    """Who came through the showroom's doors and to the site, hour by hour until now."""

    _inherit = "conveyor.demo"

    def _make_counters(self):
        company = self.env.ref("base.main_company")
        open_days = self._make_open_days(company)
        common = {"team_id": self._demo("team").id, "owner_id": self._demo("user_maria").id, "company_id": company.id, "tz": company._conveyor_tz()}
        door, site, side = counters = self.env["conveyor.counter"].create([
            {**common, "name": "Showroom, front door", "kind": "shop", "source_id": self._demo("source_showroom").id, "open_from": 9, "open_to": 19,
             "calendar_id": open_days.id, "typist_ids": [(4, self._demo("user_olga").id)]},
            {**common, "name": "Our site", "kind": "site", "source_id": self._demo("source_site").id, "open_from": 0, "open_to": 24},
            {**common, "name": "Showroom, side door", "kind": "shop", "source_id": self._demo("source_showroom").id, "open_from": 9, "open_to": 19,
             "calendar_id": open_days.id},
        ])
        self._set_names("counter", counters)
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        self._count(door, now, self._shop_visitors, 3.0)
        self._count(site, now, self._site_visitors, 2.0)
        self._count(side, now - timedelta(days=SILENT_DAYS), self._shop_visitors, 0.7)
        self.env["conveyor.counter"]._cron_watch()

    def _make_open_days(self, company):
        """Monday to Saturday; a closed door is not silent."""
        calendar = self.env["resource.calendar"].create({
            "name": "Showroom, Monday to Saturday", "company_id": company.id, "tz": company._conveyor_tz(), "attendance_ids": [
                fields.Command.clear(), *(fields.Command.create({
                    "name": name, "dayofweek": str(day), "hour_from": 9, "hour_to": 19, "day_period": "morning"})
                    for day, name in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")))]})
        self._set_names("open_days", calendar)
        return calendar

    def _count(self, counter, end, visitors, size):
        """Readings until ``end``, each written when its hour was over."""
        rng = random.Random(counter.name)
        moments = [end - number * HOUR for number in range(WEEKS * 7 * 24, 0, -1)]
        found = [(moment, visitors(clock.local(moment, counter.tz))) for moment in moments]
        self.env["conveyor.counter.reading"]._record(counter, [
            Reading(moment, max(0, round(size * share * rng.uniform(0.4, 1.6)))) for moment, share in found if share is not None], "device")
        self.env.cr.execute(SQL(
            "UPDATE conveyor_counter_reading SET create_date = hour + interval '1 hour', write_date = hour + interval '1 hour' WHERE counter_id = %s",
            counter.id))

    def _shop_visitors(self, wall):
        """Open from nine to seven but on Sundays; most come at noon, after work and on Saturdays. None: closed."""
        if wall.weekday() == 6 or not 9 <= wall.hour < 19:
            return None
        return (2.0 if wall.weekday() == 5 else 1.0) * (1.8 if wall.hour in NOON else 2.2 if wall.hour in EVENING else 1.0)

    def _site_visitors(self, wall):
        """Few by night, most in the evening."""
        return 0.3 if wall.hour < 7 else 3.0 if 19 <= wall.hour < 23 else 1.0
