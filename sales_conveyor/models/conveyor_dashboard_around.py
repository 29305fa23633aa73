from datetime import timedelta

from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.table import DATE, INTEGER, PERCENT, Column, Row, Table

QUALITIES = ("bought_date", "bought_more_date", "returned_date", "referred_date")
PRACTICES = 5
PEOPLE = 10  # of whom there is something to say; all of them stand in Where Touches Stop


class ConveyorDashboardAround(models.AbstractModel):
    """What stands around the belt: today, customers, discipline, stopped practices."""

    _inherit = "conveyor.dashboard"

    @api.model
    def _around(self, scope):
        return {"tables": [table.as_dict() for table in self._around_tables(scope) if table.rows],
                "chart": self._sales_by_month(scope).as_dict()}

    @api.model
    def _around_tables(self, scope):
        return (self._today(scope), self._rhythms(scope), self._assembled(scope), self._discipline(scope), self._practices())

    @api.model
    def _plain(self, key, title, rows, model, domain, context=None):
        """A table of figures.

        :param rows: (key, label, type, note, value, conditions)
        """
        columns = Column("figure", self.env._("Figure")), Column("value", self.env._("Number"), INTEGER)
        made = [Row(name, {"figure": label, "value": value}, (), {"value": conditions}, {"value": kind}, note=note)
                for name, label, kind, note, value, conditions in rows]
        return Table(key, title, columns, tuple(made), (), None, self.env["conveyor.funnel"]._currency(),
                     {"model": model, "field": "", "domain": domain, "context": context or {}})

    # ------------------------------------------------------------ today
    @api.model
    def _today(self, scope):
        """Touches of today, of open leads; in whose hands they are says the list behind."""
        env, begin = self.env, self._today_begins()
        end, domain = begin + timedelta(days=1), self._lead_domain(scope)
        moment = lambda value: value.isoformat(sep=" ")  # noqa: E731
        conditions = {
            "due": (("next_touch_date", ">=", moment(begin)), ("next_touch_date", "<", moment(end))),
            "done": (("last_touch_date", ">=", moment(begin)), ("last_touch_date", "<", moment(end))),
            "overdue": (("next_touch_date", "<", moment(begin)),), "none": (("next_touch_date", "=", False),),
        }
        words = {"due": (env._("Touches due today"), env._("Open leads whose next touch is today.")),
                 "done": (env._("Touched today"), env._("Open leads that were touched today.")),
                 "overdue": (env._("Overdue"), env._("Open leads whose next touch should have been made before today.")),
                 "none": (env._("No next touch"), env._("Open leads of which nobody knows when they are touched again: this must be none."))}
        counts = self._counts("crm.lead", domain, conditions)
        return self._plain("today", env._("Today"), [
            (name, label, INTEGER, note, counts[name], conditions[name]) for name, (label, note) in words.items()], "crm.lead", domain)

    @api.model
    def _counts(self, model, domain, conditions):
        """``{name: how many}`` of these records meet each of the conditions, in one reading."""
        records = self.env[model]
        query = records._search(domain)
        counts = [SQL("count(*) FILTER (WHERE %s)", Domain(list(more)).optimize_full(records)._to_sql(records, query.table, query))
                  for more in conditions.values()]
        return dict(zip(conditions, self.env.execute_query(query.select(*counts))[0], strict=True))

    # ------------------------------------------------------------ customers
    @api.model
    def _rhythms(self, scope):
        tables = self.env["conveyor.rhythm.tables"]
        sums = tables._sums(self._rhythm_domain(scope))
        names = dict(self.env["conveyor.rhythm"]._fields["status"]._description_selection(self.env))
        table = tables._by_table(self._rhythm_domain(scope), sums, "status", "rhythm_status", self.env._("Customers by Rhythm"),
                                 self.env._("Status"), names, "")
        return table.without("revenue_total", "average_check", "revenue_year", "revenue_before", "growth")

    @api.model
    def _assembled(self, scope):
        """How many customers have each of the four qualities, and all of them; how many got it in the period and in the one before."""
        domain, before = self._rhythm_domain(scope), self._scope_before(scope)
        conditions = {("all", "value"): tuple((field, "!=", False) for field in QUALITIES)}
        for field in QUALITIES:
            conditions[field, "value"] = ((field, "!=", False),)
            conditions.update({(field, name): self._within(field, one) for name, one in (("gained", scope), ("before", before)) if one})
        counts, env = self._counts("conveyor.rhythm", domain, conditions), self.env
        words = (
            (env._("Bought"), env._("Customers who have bought.")),
            (env._("Bought a larger amount"), env._("Who bought for more than the first time.")),
            (env._("Came back"), env._("Who bought again.")),
            (env._("Brought another client"), env._("Who brought a client who bought.")),
            (env._("Assembled: all four"), env._("A customer is assembled who bought, bought more, came back and brought another.")))
        rows = [self._quality_row(field, *said, counts, conditions) for field, said in zip((*QUALITIES, "all"), words, strict=True)]
        columns = (Column("figure", env._("Quality")), Column("value", env._("Have it"), INTEGER),
                   Column("gained", env._("In the period"), INTEGER, env._("Got it in the period.")),
                   Column("before", env._("Period before"), INTEGER, env._("Got it in the period before, which is as long.")),
                   Column("change", env._("Change"), PERCENT))
        return Table("assembled", env._("Assembled Customers"), columns, tuple(rows) if counts["bought_date", "value"] else (), (), None, None,
                     {"model": "conveyor.rhythm", "field": "", "domain": domain, "context": {}})

    @api.model
    def _quality_row(self, field, label, note, counts, conditions):
        cells = {name: counts.get((field, name)) for name in ("value", "gained", "before")}
        return Row(field, {"figure": label, **cells, "change": self._change(cells["gained"], cells["before"])}, (),
                   {name: conditions.get((field, name)) for name in cells}, note=note)

    # ------------------------------------------------------------ people and practices
    @api.model
    def _discipline(self, scope):
        discipline = self.env["conveyor.discipline"].with_context(conveyor_without_hours=True)  # nothing in working time is shown
        domain = discipline._domain(scope.filters)
        table = discipline._salesperson_table(domain, discipline._sums(domain)).without(
            "leads", "early", "value_left", "mean_minutes", "share", "attempt_share")
        told = [row for row in table.rows if row.cells["dropped"] or row.cells["left"] or row.cells["window_share"] is not None]
        return replace(table, rows=tuple(told[:PEOPLE]))

    @api.model
    def _practices(self):
        """What was done again and again, and quietly stopped."""
        env, domain = self.env, [("status", "=", "stopped"), ("decision", "in", ("undecided", "revive"))]
        model = self.env["conveyor.practice"]
        names = ["name", "kind", "date_to", "volume", "sale_count"]
        found = model.search_fetch(domain, names, order="volume desc, id", limit=PRACTICES) if model.has_access("read") else model
        kinds = dict(model._fields["kind"]._description_selection(env))
        columns = (Column("name", env._("Practice")), Column("kind", env._("Kind")), Column("date_to", env._("Last done"), DATE),
                   Column("volume", env._("Times"), INTEGER, drill=()), Column("sales", env._("Sales"), INTEGER))
        rows = [Row(str(practice.id), {"name": practice.name, "kind": kinds[practice.kind], "date_to": practice.date_to,
                                       "volume": practice.volume, "sales": practice.sale_count}, (("id", "=", practice.id),)) for practice in found]
        return Table("practices", env._("Quietly Stopped"), columns, tuple(rows), (), None, None,
                     {"model": "conveyor.practice", "field": "", "domain": [], "context": {}})
