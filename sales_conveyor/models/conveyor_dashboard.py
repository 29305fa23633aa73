from dataclasses import replace
from datetime import date, datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import clock
from ..engine.funnel import PERIOD, Tally
from ..engine.table import DECIMAL, INTEGER, MONEY, PERCENT, Column, Row, Table
from .conveyor_funnel_reader import WHOLE

EARLIEST = date(1900, 1, 1)  # before it nothing is compared
ON_THE_WHOLE = ("stage_id", "=", False)


class ConveyorDashboard(models.AbstractModel):
    """Where the money leaks: the owner's one page, read part by part.

    Every part is plain data, finished: the screen shows it and does no
    arithmetic. What a part counts is what the reader may see in CRM.
    """

    _name = "conveyor.dashboard"
    _description = "Conveyor Dashboard"

    @api.model
    def _parts(self):
        """``{name: method}`` of what the screen may ask for."""
        return {"top": self._top, "belt": self._belt, "lists": self._lists, "burned": self._burned, "around": self._around,
                "sources": self._sources,
                "drivers": self._drivers, "outlook": self._outlook}

    @api.model
    @api.readonly
    def get_part(self, name, filters=None):
        """One part as plain data.

        :param filters: as of ``conveyor.funnel._tables``; what happened in the period is counted
        :raise UserError: no such part, or a filter that cannot be understood
        """
        parts = self._parts()
        if not isinstance(name, str) or name not in parts:
            raise UserError(self.env._("The dashboard has no part “%(name)s”; there are: %(names)s.", name=name, names=", ".join(parts)))
        return parts[name](self._scope(filters))

    # ------------------------------------------------------------ the period
    @api.model
    def _scope(self, filters):
        return self._scope_of(self.env["conveyor.funnel"]._parse(filters))

    @api.model
    def _scope_before(self, scope):
        """The same filters in the period before, just as long; None where the period has no beginning."""
        first, last = self._days(scope)
        if not first or first - EARLIEST < last - first:
            return None
        end = first - timedelta(days=1)
        return self.env["conveyor.funnel"]._changed(scope, date_from=end - (last - first), date_to=end)

    @api.model
    def _days(self, scope):
        """First and last day of the period; a period that is not over ends today."""
        today = fields.Date.context_today(self)
        first, last = scope.filters.date_from, min(scope.filters.date_to or today, today)
        return (min(first, last) if first else None), last

    # ------------------------------------------------------------ the top line
    @api.model
    def _top(self, scope):
        """First and repeat sales, margin, customers gained and lost, each beside the period before."""
        before = self._scope_before(scope)
        return {"tables": [table.as_dict() for table in self._top_tables(scope, before)], "days": self._days_in_words(scope, before)}

    @api.model
    def _top_tables(self, scope, before):
        return [self._sales_table(scope, before), *self._margin_tables(scope, before), self._customer_table(scope, before)]

    @api.model
    def _days_in_words(self, scope, before):
        day = lambda value: fields.Date.to_string(value) if value else False  # noqa: E731
        first, last = self._days(scope)
        return {"from": day(first), "to": day(last), **({
            "before_from": day(before.filters.date_from), "before_to": day(before.filters.date_to)} if before else {})}

    @api.model
    def _compared(self, key, title, rows, drill=None, beside=None):
        """Figures with those of the period before.

        :param rows: (key, label, type, note, value, value before, conditions)
        :param beside: another column ``before``
        """
        env = self.env
        columns = (Column("figure", env._("Figure")), Column("value", env._("Value"), DECIMAL),
                   beside or Column("before", env._("Period before"), DECIMAL), Column("change", env._("Change"), PERCENT))
        made = [Row(name, {"figure": label, "value": value, "before": before, "change": self._change(value, before)}, (),
                    {"value": conditions}, {"value": kind, "before": kind}, note=note)
                for name, label, kind, note, value, before, conditions in rows]
        return Table(key, title, columns, tuple(made), (), None, env["conveyor.funnel"]._currency(), drill)

    @api.model
    def _change(self, value, before):
        """Against the period before; None of a few, of which no share says anything."""
        return (value - before) / abs(before) if value is not None and before else None

    @api.model
    def _sales_table(self, scope, before):
        funnel, env = self.env["conveyor.funnel"], self.env
        now = funnel._sums(scope, ("sale_kind",), where=WHOLE)
        then = funnel._sums(before, ("sale_kind",), where=WHOLE, only_left=True) if before else {}
        won = funnel._behind(scope, "passed")
        rows = []
        for kind, label, money, note in (
                ("first", env._("First sales"), env._("Money of first sales"), env._("Won leads of clients who had not bought before.")),
                ("repeat", env._("Repeat sales"), env._("Money of repeat sales"), env._("Won leads of clients who had bought before."))):
            mine, its = now.get((kind,), Tally()), then.get((kind,), Tally())
            conditions = (ON_THE_WHOLE, *won, ("sale_kind", "=", kind))
            rows.append((kind, label, INTEGER, note, mine.passed, its.passed if before else None, conditions))
            rows.append((f"{kind}_money", money, MONEY, note, mine.value_passed, its.value_passed if before else None, conditions))
        return self._compared("sales", env._("Sales"), rows, funnel._drill(scope))

    @api.model
    def _margin_tables(self, scope, before):
        """Margin of confirmed orders, where an app knows it."""
        if "margin" not in self.env["sale.order"]._fields or not self.env["sale.order"].has_access("read"):
            return []
        domain = [("state", "=", "sale"), ("company_id", "in", list(scope.filters.company_ids))]
        for name, field in (("team_ids", "team_id"), ("user_ids", "user_id"), ("source_ids", "source_id"), ("campaign_ids", "campaign_id")):
            if ids := getattr(scope.filters, name):
                domain.append((field, "in", [item or False for item in ids]))
        now, *others = self._margins(domain, *filter(None, [scope, before]))
        note = self.env._("Margin of orders confirmed in the period, as Odoo's Margins app counts it.")
        rows = [("margin", self.env._("Margin"), MONEY, note, now, others[0] if others else None, self._ordered(scope))]
        return [self._compared("margin", self.env._("Margin"), rows, {
            "model": "sale.order", "field": "", "domain": domain, "context": {}})]

    @api.model
    def _ordered(self, scope):
        """Conditions of orders of the period, by the clock of the reader's company."""
        first, last = self._days(scope)
        midnight = lambda day: clock.utc(datetime.combine(day, time()), self.env.company._conveyor_tz()).isoformat(sep=" ")  # noqa: E731
        return tuple(([("date_order", ">=", midnight(first))] if first else []) + [("date_order", "<", midnight(last + timedelta(days=1)))])

    @api.model
    def _margins(self, domain, *scopes):
        """Margin of these orders in each of the periods, in the reader's currency, in one reading."""
        dated = [self._ordered(scope) for scope in scopes]
        orders = self.env["sale.order"]
        query = orders._search([*domain, *self._hull(dated)])
        margin, currency = (orders._field_to_sql(query.table, name, query) for name in ("margin", "currency_id"))
        sums = [SQL("sum(%s) FILTER (WHERE %s)", margin, Domain(list(days)).optimize_full(orders)._to_sql(orders, query.table, query)) for days in dated]
        query.groupby = currency
        rows = [(self.env["conveyor.discipline"]._rate(currency_id), *found) for currency_id, *found in self.env.execute_query(query.select(currency, *sums))]
        return [sum(float(row[place] or 0) * row[0] for row in rows) for place in range(1, len(dated) + 1)]

    @api.model
    def _customer_table(self, scope, before):
        env = self.env
        now, *others = self._moves(scope, *filter(None, [before]))
        then = others[0] if others else {}
        rhythm_domain = self._rhythm_domain(scope)
        rows = [
            ("gained", env._("Customers gained"), INTEGER, env._("Bought for the first time in the period."),
             now["gained"], then.get("gained"), self._within("first_date", scope)),
            ("net", env._("Gained minus lost"), INTEGER, env._(
                "Customers gained and come back, minus those whose silence made them lost in the period."),
             now["gained"] + now["back"] - now["lost"], then["gained"] + then["back"] - then["lost"] if then else None, self._moved(scope)),
        ]
        return self._compared("customers", env._("Customers"), rows, {
            "model": "conveyor.rhythm", "field": "", "domain": rhythm_domain, "context": {}})

    @api.model
    def _rhythm_domain(self, scope):
        return self.env["conveyor.rhythm.tables"]._domain(scope.filters)

    @api.model
    def _within(self, field, scope):
        first, last = self._days(scope)
        return tuple(([(field, ">=", first.isoformat())] if first else []) + [(field, "<=", last.isoformat())])

    @api.model
    def _moves(self, *scopes):
        """Customers gained, lost and come back in each of the periods, which differ in nothing else, in two readings."""
        domain, dated = self._rhythm_domain(scopes[0]), {place: self._within("date", scope) for place, scope in enumerate(scopes)}
        changes = self.env["conveyor.rhythm.tables"]._change_domain(domain, replace(scopes[0].filters, date_from=None, date_to=None))
        kinds = {"lost": ("to_status", "=", "lost"), "back": ("is_back", "=", True)}
        moved = self._counts("conveyor.rhythm.change", [*changes, ("is_history", "=", False), *self._hull(dated.values())], {
            (name, place): (kind, *days) for name, kind in kinds.items() for place, days in dated.items()})
        first = {place: self._within("first_date", scope) for place, scope in enumerate(scopes)}
        gained = self._counts("conveyor.rhythm", [*domain, *self._hull(first.values())], first)
        return [{"gained": gained[place], **{name: moved[name, place] for name in kinds}} for place in dated]

    @api.model
    def _moved(self, scope):
        """Conditions of the customers behind these numbers."""
        moved = (*self._within("date", scope), ("is_history", "=", False), "|", ("to_status", "=", "lost"), ("is_back", "=", True))
        first = self._within("first_date", scope)
        return ("|", *"&" * (len(first) - 1), *first, ("partner_id.rhythm_change_ids", "any", list(moved)))

    @api.model
    def _hull(self, dated):
        """Conditions that all of these periods meet, so that no more rows are read: from the first day to the last."""
        ends = [condition for conditions in dated for condition in conditions]
        firsts, lasts = ([end for end in ends if end[1][0] == way] for way in "><")
        return [*([min(firsts, key=lambda end: end[2])] if len(firsts) == len(lasts) else []), max(lasts, key=lambda end: end[2])]
