from dataclasses import replace
from datetime import timedelta
from functools import partial

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import clock
from ..engine.discipline import Tally
from ..engine.table import DATE, INTEGER, PERCENT, Column, Row, Table

QUALITIES = ("bought_date", "bought_more_date", "returned_date", "referred_date")
PRACTICES = 5
BESIDE = ("dropped", "early_share", "window_share")  # of discipline, that stand beside those of the period before
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

    # ------------------------------------------------------------ today
    @api.model
    def _today(self, scope):
        """Touches of today, of open leads; in whose hands they are says the list behind. What is planned has no yesterday."""
        env, begin = self.env, self._today_begins()
        end, domain = begin + timedelta(days=1), self._lead_domain(scope)
        moment = lambda value: value.isoformat(sep=" ")  # noqa: E731
        conditions = {
            "due": (("next_touch_date", ">=", moment(begin)), ("next_touch_date", "<", moment(end))),
            "done": (("last_touch_date", ">=", moment(begin)), ("last_touch_date", "<", moment(end))),
            "overdue": (("next_touch_date", "<", moment(begin)),), "none": (("next_touch_date", "=", False),),
        }
        words = {"due": (env._("Touches due today"), env._("Open leads whose next touch is today, as of now.")),
                 "done": (env._("Touched today"), env._("Open leads that were touched today; beside it, those of them and others that were touched yesterday.")),
                 "overdue": (env._("Overdue"), env._("Open leads whose next touch should have been made before today, as of now.")),
                 "none": (env._("No next touch"), env._(
                     "Open leads of which nobody knows when they are touched again, as of now: this must be none."))}
        counts = self._counts("crm.lead", domain, conditions, {"yesterday": partial(self._touched_sql, self._day_before(begin), begin)})
        return self._compared("today", env._("Today"), [
            (name, label, INTEGER, note, counts[name], counts["yesterday"] if name == "done" else None, conditions[name])
            for name, (label, note) in words.items()], {"model": "crm.lead", "field": "", "domain": domain, "context": {}},
            Column("before", env._("Yesterday"), INTEGER, env._("What is due, overdue or not planned is known as of now only.")))

    @api.model
    def _day_before(self, begin):
        """The midnight before this one, in UTC."""
        return clock.start_of_day(begin - timedelta(hours=1), self.env.company._conveyor_tz())

    @api.model
    def _touched_sql(self, begin, end, column):
        """Condition: touched between these moments, as *last touch* means it; only of leads touched since is the log asked.

        :param column: function of a field's name, the SQL of it on leads
        """
        return SQL(
            """
            %(last)s >= %(begin)s AND EXISTS (SELECT FROM conveyor_touch t WHERE t.lead_id = %(lead)s AND t.date >= %(begin)s AND t.date < %(end)s
                                                 AND t.direction = 'out' AND t.outcome IS DISTINCT FROM 'bounced')
            """, last=column("last_touch_date"), lead=column("id"), begin=begin, end=end)

    @api.model
    def _counts(self, model, domain, conditions, more=()):
        """``{name: how many}`` of these records meet each of the conditions, in one reading.

        :param more: ``{name: function}`` of conditions that are SQL, from a function that gives the SQL of a field
        """
        records = self.env[model]
        query = records._search(domain)
        column = lambda name: records._field_to_sql(query.table, name, query)  # noqa: E731
        wanted = [Domain(list(one)).optimize_full(records)._to_sql(records, query.table, query) for one in conditions.values()]
        wanted += [make(column) for make in dict(more).values()]
        counts = [SQL("count(*) FILTER (WHERE %s)", one) for one in wanted]
        return dict(zip((*conditions, *more), self.env.execute_query(query.select(*counts))[0], strict=True))

    # ------------------------------------------------------------ customers
    @api.model
    def _rhythms(self, scope):
        """Customers by status as of now, and as the period began."""
        env, tables, domain = self.env, self.env["conveyor.rhythm.tables"], self._rhythm_domain(scope)
        sums, then = tables._sums(domain), self._statuses_then(scope)
        for status in then:
            sums["status", status]  # noqa: B018  whom nobody is in any more is shown too
        names = dict(self.env["conveyor.rhythm"]._fields["status"]._description_selection(env))
        table = tables._by_table(domain, sums, "status", "rhythm_status", env._("Customers by Rhythm Now"), env._("Status"), names, "")
        risk = replace(table.column("money_at_risk"), note=env._(
            "What late, sleeping and lost customers would have bought since their last purchase, at most a year of it; as of now."))
        if not then:
            now = replace(table.column("customers"), note=env._(
                "Customers who have bought, as of now. How many they were as the period began is told once it begins after the first "
                "change of status that was seen to happen."))
            return replace(table, columns=(table.column("name"), now, risk))
        columns = (
            table.column("name"), replace(table.column("customers"), label=env._("Now")),
            Column("before", env._("As the period began"), INTEGER, env._("On the morning of its first day, by the changes of status since.")),
            Column("change", env._("Change"), PERCENT), risk)
        rows = [self._then(row, then.get(row.key, 0)) for row in table.rows]
        return replace(table, columns=columns, rows=tuple(rows), total=table.total and self._then(table.total, sum(then.values())))

    @api.model
    def _then(self, row, before):
        return replace(row, cells={**row.cells, "before": before, "change": self._change(row.cells["customers"], before)})

    @api.model
    def _statuses_then(self, scope):
        """``{status: customers}`` on the morning of the period's first day: what the first change since then began with, or what
        has not changed. Empty where changes were not yet written down."""
        first, _last = self._days(scope)
        if not first:
            return {}
        rhythm = self.env["conveyor.rhythm"]
        query = rhythm._search([*self._rhythm_domain(scope), ("first_date", "<", first)])
        rows = query.select(*(SQL.identifier(query.table, name) for name in ("partner_id", "company_id", "status")))
        return dict(self.env.execute_query(SQL(
            """
            SELECT COALESCE(c.from_status, r.status), count(*)
              FROM (%(rows)s) r
              LEFT JOIN (SELECT DISTINCT ON (partner_id, company_id) partner_id, company_id, from_status FROM conveyor_rhythm_change
                          WHERE date >= %(first)s ORDER BY partner_id, company_id, date, id) c
                ON c.partner_id = r.partner_id AND c.company_id = r.company_id
             WHERE EXISTS (SELECT FROM conveyor_rhythm_change k WHERE k.company_id = ANY(%(companies)s) AND k.date < %(first)s AND k.is_history IS NOT TRUE)
             GROUP BY 1
            """, rows=rows, first=first, companies=list(scope.filters.company_ids))))

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
        """Who drops leads of those that came in the period, beside those that came in the period before."""
        env, before = self.env, self._scope_before(scope)
        discipline = env["conveyor.discipline"].with_context(conveyor_without_hours=True)  # nothing in working time is shown
        domain, whole = discipline._domain(scope.filters), before and replace(scope.filters, date_from=before.filters.date_from)
        sums, then = discipline._sums_apart(discipline._domain(whole) if before else domain, before and scope.filters.date_from)
        for key in then:
            sums[key]  # noqa: B018  who had leads then and has none now is shown too
        table = discipline._salesperson_table(domain, sums)
        kept = ["name", "dropped", "early_share", "left", "window_share"]
        note = env._("The same of leads that came in the period before, which is as long.")
        columns = [column for key in kept for column in (table.column(key), *(
            [Column(f"{key}_before", env._("%(figure)s, period before", figure=table.column(key).label), table.column(key).type, note, under=key)] if key in BESIDE else []))]
        person = lambda row: then.get(("user_id", int(row.key) or None), Tally())  # noqa: E731
        rows = [self._beside(row, person(row) if before else None) for row in table.rows]
        total = self._beside(table.total, sum((tally for (key, _id), tally in then.items() if key == "user_id"), Tally()) if before else None)
        return replace(
            table, title=env._("Leads of the Period Dropped, by Salesperson"), columns=tuple(columns), rows=tuple(list(filter(self._tells, rows))[:PEOPLE]),
            total=total if table.total else None, notes=tuple(self._discipline_notes()))

    @api.model
    def _discipline_notes(self):
        env, days = self.env, self.env.company.conveyor_discipline_delay
        yield env._("Of leads that came in the period, whatever became of them by now: lost ones too. Dropped Alive Now, above, is of all "
                    "leads, whenever they came, that can be resumed.")
        if days:
            yield env._("Each sees his own first: what others dropped in the last few days (%(days)s) is not here yet.", days=days)

    @api.model
    def _beside(self, row, tally):
        """The row with figures of the period before; ``tally``: None where there is none."""
        return row and replace(row, cells={**row.cells, **{f"{key}_before": getattr(tally, key, None) for key in BESIDE}})

    @api.model
    def _tells(self, row):
        cells = row.cells
        return cells["dropped"] or cells["left"] or cells["dropped_before"] or cells["window_share"] is not None

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
