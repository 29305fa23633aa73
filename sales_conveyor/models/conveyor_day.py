from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_amount

from ..engine import clock, day

NEW_DAYS = 14  # a lead that nobody has tried stays new for so long
KEPT = SQL("(l.id IS NULL OR l.won_status <> 'lost' OR NOT EXISTS ("
           "SELECT FROM crm_lost_reason r WHERE r.id = l.lost_reason_id AND r.conveyor_kind <> 'nurture'))")


class Levelled(NamedTuple):
    """A person's day: the queue, what moves to which day, what is known of the clients."""

    queue: list
    moved: dict
    facts: dict
    candidates: dict
    days: list
    now: datetime


class ConveyorTouch(models.Model):
    _inherit = "conveyor.touch"

    # what a person has done today
    _user_day_idx = models.Index("(user_id, date) WHERE direction = 'out' AND NOT is_automatic")


class ConveyorDay(models.AbstractModel):
    """*My touches today*: whom a salesperson touches, in which order and why.

    Reads in a few statements what is due, lets the engine rank it, and levels
    it to what a person can do in a day.
    """

    _name = "conveyor.day"
    _description = "My Touches Today"

    @api.model
    def get_day(self, user_id=False):
        """Everything the screen shows beside the card.

        :param user_id: whose day, for team leaders; False: one's own
        :return: a dictionary of plain values, texts in the user's language
        """
        people = self._people()
        user = self._whose(user_id, people)
        touched = self._done_today(user)
        levelled = self._levelled(user, len(touched))
        done = len((touched | self._put_off_today(user)) - self._due_again(levelled))
        return {
            "user": {"id": user.id, "name": user.name, "is_own": user == self.env.user}, "people": people,
            "items": self._items(levelled, user), "done": done, "total": done + len(levelled.queue),
            "waiting": self._waiting(levelled), "overflow": len(levelled.moved), "next_day": self._next_day(levelled),
        }

    @api.model
    def _levelled(self, user, done=0):
        """The user's day, not more than he can do."""
        now = self.env.cr.now().replace(microsecond=0)
        today = self.env["conveyor.next"]._local_day(now, user)
        facts = self._facts(user, now, today)
        candidates = {key: self._candidate(key, row) for key, row in facts.items()}
        days = self._coming_days(user, today)
        capacity = self.env["conveyor.next"]._capacity(user)
        queue, moved = day.level(days, day.rank(list(candidates.values()), now), max(capacity - done, 0))
        return Levelled(queue, moved, facts, candidates, days, now)

    # ------------------------------------------------------------ whose day
    @api.model
    def _whose(self, user_id, people):
        """The user, if one may look at his day.

        :raise AccessError: only team leaders and sales managers see another's
        """
        user = self.env["res.users"].browse(user_id or self.env.uid)
        if user != self.env.user and user.id not in {person["id"] for person in people}:
            raise AccessError(self.env._("Only the leader of his team and sales managers see another salesperson's day."))
        return user

    @api.model
    def _people(self):
        """Whose days one may look at: the members of one's teams; a manager's, of all teams."""
        me = self.env.user
        teams = self.env["crm.team"].sudo().search(  # a leader knows his team
            [("company_id", "in", [False, *self.env.companies.ids])]
            if me.has_group("sales_team.group_sale_manager") else [("user_id", "=", me.id)])
        members = (teams.member_ids - me).filtered("active").sorted("name")
        return [{"id": user.id, "name": user.name} for user in me + members] if members else []

    # ------------------------------------------------------------ what is due
    @api.model
    def _facts(self, user, now, today):
        """``{(model, id): row}``: planned until today, replies, new leads."""
        self.env["conveyor.touch.line"]._settle()
        self.env.flush_all()
        rows = {}
        for row in self.env.execute_query_dict(SQL(
                "(%s) UNION ALL (%s) UNION ALL (%s) ORDER BY due", self._planned_sql(user, today),
                self._replies_sql(user), self._new_sql(user, now))):
            known = rows.setdefault((row["model"], row["id"]), row)
            for name in ("answer_due", "is_promise", "is_new", "activity_id"):
                known[name] = known[name] or row[name]
        self._readable(rows)
        self._add_limits(rows)
        return rows

    @api.model
    def _planned_sql(self, user, today):
        line = self.env["conveyor.touch.line"]
        return SQL(
            """
            SELECT a.res_model AS model, a.res_id AS id, %(date)s AS due, NULL::timestamp AS answer_due,
                   (a.conveyor_come_back IS TRUE OR m.id IS NOT NULL OR NOT (
                    COALESCE(a.automated, FALSE) OR COALESCE(a.conveyor_movable, FALSE) OR a.conveyor_run_id IS NOT NULL)) AS is_promise,
                   (l.active AND l.won_status = 'pending' AND t.first_touch_date IS NULL AND l.create_date > %(fresh)s) IS TRUE AS is_new,
                   a.id AS activity_id, a.conveyor_channel AS channel, a.conveyor_reason_id AS reason_id,
                   a.summary, l.create_date AS created, l.company_id
              FROM mail_activity a LEFT JOIN crm_lead l ON a.res_model = 'crm.lead' AND l.id = a.res_id
              LEFT JOIN conveyor_touch_line t ON t.lead_id = l.id
              LEFT JOIN calendar_event m ON m.id = a.calendar_event_id
              LEFT JOIN res_company c ON c.id = %(company)s
             WHERE a.user_id = %(user)s AND a.active AND a.conveyor_channel IS NOT NULL AND a.date_deadline <= %(today)s
               AND (l.id IS NOT NULL OR a.res_model = 'res.partner') AND %(kept)s
            """, date=line._activity_date(), company=user.company_id.id, user=user.id, today=today, kept=KEPT,
            fresh=fields.Datetime.subtract(self.env.cr.now(), days=NEW_DAYS))

    @api.model
    def _replies_sql(self, user):
        return SQL(
            """
            SELECT CASE WHEN t.lead_id IS NULL THEN 'res.partner' ELSE 'crm.lead' END, COALESCE(t.lead_id, t.partner_id),
                   t.answer_due_date, t.answer_due_date, FALSE, FALSE, NULL, NULL, NULL, NULL, NULL, NULL
              FROM conveyor_touch_line t LEFT JOIN crm_lead l ON l.id = t.lead_id
             WHERE t.answer_user_id = %s AND t.answer_due_date IS NOT NULL AND %s
            """, user.id, KEPT)

    @api.model
    def _new_sql(self, user, now):
        """New leads that nobody has tried and nothing is planned with."""
        return SQL(
            """
            SELECT 'crm.lead', l.id, l.create_date, NULL, FALSE, TRUE, NULL, NULL, NULL, NULL, l.create_date, l.company_id
              FROM crm_lead l LEFT JOIN conveyor_touch_line t ON t.lead_id = l.id
             WHERE l.user_id = %(user)s AND l.active AND l.won_status = 'pending' AND l.create_date > %(fresh)s
               AND t.first_touch_date IS NULL AND t.next_touch_date IS NULL AND t.answer_due_date IS NULL
            """, user=user.id, fresh=fields.Datetime.subtract(now, days=NEW_DAYS))

    @api.model
    def _readable(self, rows):
        """Take out what the reader may not see, and put the records in."""
        for model in ("crm.lead", "res.partner"):
            records = self.env[model].browse(record_id for name, record_id in rows if name == model)
            readable = set(records.with_context(active_test=False)._filtered_access("read")._ids)
            for record in records:
                if record.id in readable:
                    rows[model, record.id]["record"] = record
                else:
                    del rows[model, record.id]

    @api.model
    def _add_limits(self, rows):
        """Ends of decision windows, money at risk, and the norm of new leads' first attempts."""
        leads = self.env["crm.lead"].browse(record_id for model, record_id in rows if model == "crm.lead")
        windows = leads._decision_window()
        risks = self._value_at_risk([row["record"] for row in rows.values()])
        new = [row for row in rows.values() if row["is_new"]]
        limits = self.env["conveyor.next"]._deadlines(
            [(row["company_id"], row["created"]) for row in new], "conveyor_first_attempt_minutes")
        for row, limit in zip(new, limits, strict=True):
            row["due"] = limit
        for key, row in rows.items():
            row["window_end"] = windows.get(key[1]) if key[0] == "crm.lead" else None
            row["risk"] = risks.get(key, 0)

    @api.model
    def _value_at_risk(self, records):
        """Money that may go elsewhere, for customers out of their rhythm.

        :return: ``{(model, id): amount}``; to be overridden
        """
        return {}

    @api.model
    def _candidate(self, key, row):
        lead = row["record"] if key[0] == "crm.lead" else None
        return day.Candidate(
            key=key, due=row["due"], answer_due=row["answer_due"], is_promise=row["is_promise"], is_new=row["is_new"],
            window_end=row["window_end"], risk=row["risk"], value=lead.expected_revenue if lead else 0,
            is_open=bool(lead) and lead.active and lead.won_status == "pending")

    # ------------------------------------------------------------ figures
    @api.model
    def _done_today(self, user):
        """Keys of the clients that the user has touched today."""
        start = clock.start_of_day(self.env.cr.now().replace(microsecond=0), self.env["conveyor.next"]._zone(user))
        return {key for [key] in self.env.execute_query(SQL(
            "SELECT DISTINCT client_key FROM conveyor_touch WHERE user_id = %s AND date >= %s AND date < %s"
            " AND direction = 'out' AND NOT is_automatic", user.id, start, start + timedelta(days=1)))}

    @api.model
    def _put_off_today(self, user):
        """Keys of the clients who named their own date today: that is work done, not a smaller goal."""
        start = clock.start_of_day(self.env.cr.now().replace(microsecond=0), self.env["conveyor.next"]._zone(user))
        return self._client_keys(self.env["mail.activity"].sudo().search([  # how many, not whom
            ("user_id", "=", user.id), ("conveyor_channel", "!=", False), ("conveyor_put_off_date", ">=", start)]).mapped(
                lambda activity: (activity.res_model, activity.res_id)))

    @api.model
    def _due_again(self, levelled):
        """Keys of the clients in the queue: whom one has touched today is not done if he stands there again."""
        return self._client_keys(place.key for place in levelled.queue)

    @api.model
    def _client_keys(self, keys):
        """Client keys of the ``(model, id)``."""
        clients, ids = self.env["conveyor.client"], {"crm.lead": [], "res.partner": []}
        for model, record_id in keys:
            ids[model].append(record_id)
        return {*clients._keys(self.env["crm.lead"].browse(ids["crm.lead"])).values(),
                *clients._keys_of_partners(self.env["res.partner"].browse(ids["res.partner"])).values()}

    @api.model
    def _waiting(self, levelled):
        """Expected revenue of the open leads in the queue, in the reader's currency."""
        company, total = self.env.company, 0
        for place in levelled.queue:
            lead = levelled.facts[place.key]["record"]
            if place.key[0] == "crm.lead" and lead.won_status == "pending":
                total += lead.company_currency._convert(lead.expected_revenue, company.currency_id, company)
        return format_amount(self.env, total, company.currency_id, trailing_zeroes=False) if total else ""

    @api.model
    def _coming_days(self, user, today):
        """(working day, touches planned until it, since the one before), today first."""
        service = self.env["conveyor.next"]
        days = [one for one in service._working_days(user, today, 21) if one > today]
        load = service._load(user, today)[user.id]
        return [(today, 0), *((one, sum(count for date, count in load.items() if before < date <= one))
                              for before, one in pairwise([today, *days]))]

    @api.model
    def _next_day(self, levelled):
        """*Tomorrow 18*: what stands on the next working day, moved ones with it."""
        if len(levelled.days) < 2:
            return {"day": "", "count": 0}
        (today, _none), (coming, count) = levelled.days[:2]
        name = self.env._("Tomorrow") if coming == today + timedelta(days=1) else self.env["crm.lead"]._day_in_words(coming)
        return {"day": name, "count": count + sum(one == coming for one in levelled.moved.values())}
