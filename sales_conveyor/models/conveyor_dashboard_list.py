from contextlib import nullcontext
from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL, format_date

from ..engine import clock, period
from .conveyor_discipline import FILTERS

LENGTH = 5  # names on a list
CLIENT = """(SELECT COALESCE(p.complete_name, NULLIF(l.contact_name, ''), NULLIF(l.partner_name, ''))
               FROM crm_lead l LEFT JOIN res_partner p ON p.id = l.partner_id WHERE l.id = %s)"""


class ConveyorDashboardList(models.AbstractModel):
    """Three lists of names: dropped alive, slipping away, overdue. Each name with its money, its person and *Assign*."""

    _inherit = "conveyor.dashboard"

    @api.model
    def _lists(self, scope):
        lists = [self._dropped(scope), self._slipping(scope), self._promised(scope)]
        if not all(one["items"] for one in lists):
            self._say_empty(lists)
        return {"lists": lists, "week": self._week()}

    @api.model
    def _list(self, key, title, note, empty, items, action):
        """One list; items are dictionaries with the number of all as ``count``."""
        count = items[0].pop("count") if items else 0
        for item in items:
            item.pop("count", None)
        return {"key": key, "title": title, "note": note, "empty": empty, "is_clear": True, "items": items, "count": count, "action": action,
                "currency": self.env["conveyor.funnel"]._currency()}

    @api.model
    def _say_empty(self, lists):
        """An empty list is praise only where there is anybody to lose; else it tells where clients come from."""
        has_leads, has_customers = self.env.execute_query(SQL("SELECT EXISTS (SELECT FROM crm_lead), EXISTS (SELECT FROM conveyor_rhythm)"))[0]
        for one in lists:
            if one["key"] == "slipping" and not has_customers:
                one.update(is_clear=False, empty=self.env._("No customers yet: they appear with their first confirmed order."))
            elif one["key"] != "slipping" and not has_leads:
                one.update(is_clear=False, empty=self.env._("No leads yet: import them, or create the first one in the pipeline."))

    @api.model
    def _item(self, model, record_id, name, person, money, currency_id, why, count, client=None):
        """:param client: whom a lead is about, where its name does not tell"""
        return {"key": f"{model}:{record_id}", "model": model, "id": record_id, "name": name, "person": person or self.env._("Unassigned"),
                "client": client if client and client.lower() not in name.lower() else "",
                "money": float(money or 0.0) * self.env["conveyor.discipline"]._rate(currency_id), "why": why, "count": count}

    @api.model
    def _first(self, records, domain, order, names, named=None):
        """Values of the first rows, and how many there are in all, in one statement.

        :param names: of fields; ``person`` is the name of the row's ``user_id``, which is no secret
        :param named: SQL of further columns, a function of a field's own SQL
        """
        query = records._search(domain, order=order, limit=LENGTH)
        field = lambda name: records._field_to_sql(query.table, name, query)  # noqa: E731
        person = SQL("(SELECT p.name FROM res_users u JOIN res_partner p ON p.id = u.partner_id WHERE u.id = %s)", field("user_id"))
        columns = [person if name == "person" else field(name) for name in names] + ([named(field)] if named else [])
        return self.env.execute_query(query.select(*columns, SQL("count(*) OVER ()")))

    @api.model
    def _window(self, name, model, domain, views=("list", "kanban", "form"), **context):
        return {"type": "ir.actions.act_window", "name": name, "res_model": model, "views": [(False, view) for view in views],
                "domain": domain, "context": context, "target": "current"}

    # ------------------------------------------------------------ the lists
    @api.model
    def _dropped(self, scope):
        """Leads left behind while they were alive, whenever they came."""
        env, report = self.env, self.env["conveyor.discipline.report"].with_context(conveyor_without_hours=True, conveyor_left_only=True)
        domain = [*self.env["conveyor.funnel"]._row_domain(scope.filters, FILTERS), ("is_left", "=", 1)]
        with self._planned(scope):
            rows = self._first(report, domain, "value desc, id", ("lead_id", "person", "value", "currency_id", "touches", "norm"),
                               lambda field: SQL("(SELECT l.name FROM crm_lead l WHERE l.id = %s), %s", field("lead_id"), SQL(CLIENT, field("lead_id"))))
        items = [self._item("crm.lead", lead_id, name, person, value, currency_id, env._(
            "%(touches)s of %(norm)s touches", touches=touches, norm=norm), count, client)
            for lead_id, person, value, currency_id, touches, norm, name, client, count in rows]
        return self._list(
            "dropped", env._("Dropped Alive Now"), env._(
                "Whenever they came: lost or forgotten with fewer touches than the norm, without a next touch, not gone for good; the most money first."),
            env._("Nobody was left behind."), items,
            self._window(env._("Dropped Alive Now"), "conveyor.discipline.report", domain, ("list", "pivot", "graph")))

    @api.model
    def _planned(self, scope):
        """Leads of everybody are joined by hash, those of some are looked up one by one."""
        filters = scope.filters
        is_narrow = scope.visible is not None or any((filters.team_ids, filters.user_ids, filters.source_ids, filters.campaign_ids, filters.lead_ids))
        return nullcontext() if is_narrow or scope.is_small else self.env["conveyor.funnel.builder"]._planned_for_many()

    @api.model
    def _slipping(self, scope):
        """Customers who are silent for longer than their own rhythm explains."""
        env, rhythm = self.env, self.env["conveyor.rhythm"]
        domain = [*self._rhythm_domain(scope), ("status", "in", ("late", "sleeping"))]
        rows = self._first(rhythm, domain, "money_at_risk desc, id", (
            "partner_id", "person", "money_at_risk", "currency_id", "usual_gap", "absence"),
            lambda field: SQL("(SELECT c.complete_name FROM res_partner c WHERE c.id = %s)", field("partner_id")))
        items = [self._item("res.partner", partner_id, name, person, risk, currency_id, env._(
            "usually every %(gap)s days; %(silence)s now", gap=round(gap), silence=silence), count)
            for partner_id, person, risk, currency_id, gap, silence, name, count in rows]
        return self._list(
            "slipping", env._("Customers Slipping"), env._("Late and sleeping customers; the most money at risk first."),
            env._("Every customer is in his rhythm."), items,
            self._window(env._("Customers Slipping"), "conveyor.rhythm", domain, ("list", "kanban", "pivot", "graph", "form")))

    @api.model
    def _promised(self, scope):
        """Open leads whose next touch should have been made already."""
        env, leads = self.env, self.env["crm.lead"]
        domain = [*self._lead_domain(scope), ("next_touch_date", "<", self._today_begins())]
        rows = self._first(leads, domain, "expected_revenue desc, id", ("id", "person", "expected_revenue", "company_id", "next_touch_date", "name"),
                           lambda field: SQL(CLIENT, field("id")))
        zone, in_words = env.company._conveyor_tz(), env["conveyor.assignment"]._day_in_words
        items = [self._item("crm.lead", lead_id, name, person, value, env["res.company"].browse(company_id or env.company.id).sudo().currency_id.id,
                            env._("promised for %(day)s", day=in_words(clock.local_day(date, zone), "MMMd")), count, client)
                 for lead_id, person, value, company_id, date, name, client, count in rows]
        return self._list(
            "overdue", env._("Promises Overdue"), env._("Planned touches whose day is over; the most money first."),
            env._("Every promise is kept."), items, self._window(env._("Promises Overdue"), "crm.lead", domain))

    @api.model
    def _today_begins(self):
        """Midnight of today where the reader's company is, in UTC."""
        return clock.start_of_day(self._now(), self.env.company._conveyor_tz())

    @api.model
    def _week(self):
        """What became of last week's assigned clients, in a sentence; empty without any."""
        assigned, done, bought = self.env["conveyor.assignment"]._last_week()
        if not assigned:
            return ""
        return self.env._("Assigned in the last seven days: %(assigned)s, touched: %(done)s, bought: %(bought)s.",
                          assigned=assigned, done=done, bought=bought)

    @api.model
    def _burned(self, scope):
        """What is said below the lists; apart from them, as it goes back to every customer's first lead."""
        return {"sentence": self._burned_sentence(scope)}

    @api.model
    def _burned_sentence(self, scope):
        """The source that burned most money without effect, of whoever may see what was spent; empty without any."""
        if not self.env["conveyor.spend"].has_access("read"):
            return ""
        drains = self.env["conveyor.money"]._drains(replace(scope, filters=period.Filters(company_ids=scope.filters.company_ids)))
        worst = max(((drain.amount, source_id, drain) for source_id, drain in drains.items() if drain.is_drain), key=lambda one: one[0], default=None)
        if not worst:
            return ""
        amount, source_id, drain = worst
        name = self.env["conveyor.funnel"]._names("utm.source", [source_id]).get(source_id, self.env._("No source"))
        return self.env._("Whatever the period: %(name)s burned %(amount)s since %(month)s. Leads: %(leads)s, no sale.", name=name,
                          amount=self._money(amount), month=format_date(self.env, drain.since, date_format="MMMM y"), leads=drain.leads)
