from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time, timedelta

from odoo import api, fields, models

from ..engine import clock, day

AHEAD = 60  # days looked ahead for room


class ConveyorNext(models.AbstractModel):
    """Many touches at once: not more a day than a person can do."""

    _inherit = "conveyor.next"

    @api.model
    def _capacity(self, user, team=None):
        """Touches by hand a day: of the person's team, else of the company."""
        team = team or user.sudo().sale_team_id  # how much a team can do is no secret
        return team.conveyor_daily_capacity or (user.company_id or self.env.company).conveyor_daily_capacity

    @api.model
    def _working_days(self, user, first, count=AHEAD):
        """Local working days from ``first`` on."""
        hours = (user.company_id or self.env.company)._conveyor_hours()
        days = (first + timedelta(days=number) for number in range(count))
        return [one for one in days if clock.is_working_day(one, hours)]

    @api.model
    def _load(self, users, first):
        """``{user id: {local day: planned touches}}``"""
        load = defaultdict(dict)
        for user, date, count in self.env["mail.activity"].sudo()._read_group(  # how much, not what
                [("user_id", "in", users.ids), ("conveyor_channel", "!=", False), ("date_deadline", ">=", first)],
                ["user_id", "date_deadline:day"], ["__count"]):
            load[user.id][fields.Date.to_date(date)] = count
        return load

    @api.model
    def _apart(self, date, user, count):
        """Moments for so many touches on a local day, over what is left of the person's working hours."""
        company, zone = user.company_id or self.env.company, self._zone(user)
        hours = company._conveyor_hours()
        if hours.week == clock.ALWAYS.week:  # nobody has said when work begins and ends
            hours = company._conveyor_send_hours()
        start, now = clock.utc(datetime.combine(date, time()), zone), self.env.cr.now().replace(microsecond=0)
        is_today = clock.local_day(now, zone) == date
        return clock.apart(max(start, now) if is_today else start, count, replace(hours, tz=zone))

    @api.model
    def _plan_spread(self, leads, customers):
        """Plan the proposals of these clients where their salespeople have room."""
        by_user = defaultdict(list)
        for records in (leads, customers):
            for record, plan in zip(records, records._propose_next().values(), strict=True):
                by_user[record.user_id if record.user_id.active else self.env.user].append((record, plan))
        now = self.env.cr.now().replace(microsecond=0)
        load = self._load(self.env["res.users"].union(*by_user), now.date() - timedelta(days=1))  # of all time zones
        plans = {"crm.lead": {}, "res.partner": {}}
        for user, rows in by_user.items():
            days = self._working_days(user, self._local_day(now, user))
            wanted = [((record._name, record.id), self._local_day(plan.date, user)) for record, plan in rows]
            chosen = day.spread(wanted, days, load[user.id], self._capacity(user))
            of_day = defaultdict(list)
            for (record, plan), (key, _asked) in zip(rows, wanted, strict=True):
                of_day[chosen[key]].append((record, plan))
            for date, planned in of_day.items():
                for (record, plan), moment in zip(planned, self._apart(date, user, len(planned)), strict=True):
                    plans[record._name][record.id] = plan._replace(date=moment)
        return leads._plan_touches(plans["crm.lead"]) + customers._plan_touches(plans["res.partner"])
