from odoo import api, models

from ..engine import money, period
from ..engine.funnel import COHORT
from ..engine.table import DATE, DECIMAL, INTEGER, MONEY, PERCENT, TEXT, Column, Row, Table
from .conveyor_money import BOUGHT, CAME
from .conveyor_money_reader import HORIZON, REPORT

AGES = (0, 1, 2, 3, 6, 12, 24)  # months since the first sale that have a column
SPENT, CAME_IN, SALES = "spend", "leads", "customers"  # what is behind a figure
BEHIND = {
    "spend": SPENT, "drained": SPENT, "early": SPENT, "leads": CAME_IN, "cost_lead": CAME_IN, "first_sales": SALES, "cost_sale": SALES,
    "revenue_first": SALES, "revenue_later": SALES, "margin": SALES, "ltv": SALES, "return": SALES, "payback": SALES,
}


class ConveyorMoney(models.AbstractModel):
    """The tables of money by source."""

    _inherit = "conveyor.money"

    # ------------------------------------------------------------ what is behind a figure
    @api.model
    def _bases(self, scope):
        """What is opened, by kind: model and the conditions of all rows."""
        plain = {"field": "", "context": {}}
        leads = self.env["conveyor.funnel"]._drill(scope)
        facts = [condition for condition in leads["domain"] if condition[0] != "source_id"]
        sources = self._lead_sources(scope.filters.source_ids) if scope.filters.source_ids else ()
        return {
            SPENT: {**plain, "model": "conveyor.spend", "domain": self._spend_domain(scope) + (
                [("source_id", "in", list(scope.filters.source_ids))] if scope.filters.source_ids else [])},
            CAME_IN: {**leads, "field": "", "domain": [(leads["field"], "any", facts), *sources]},
            SALES: {**plain, "model": REPORT, "domain": self._customer_domain(scope)},
        }

    @api.model
    def _lead_sources(self, source_ids):
        """Conditions of leads that belong to these sources (0: to none)."""
        own = ("&", ("referrer_id", "=", False), ("source_id", "in", [item or False for item in source_ids]))
        return ("|", ("referrer_id", "!=", False), *own) if self._referral_id() in source_ids else own

    @api.model
    def _doors(self, reading, first=None, last=None, source=None, is_one=False):
        """``{kind: conditions}`` of a row: within the period or these days, of one source where it is one."""
        filters, dated = reading.scope.filters, CAME if reading.scope.counting == COHORT else BOUGHT
        first, last = max(filter(None, (first, filters.date_from)), default=None), last or filters.date_to
        within = self.env["conveyor.funnel"]._dated
        spent = ((("date_to", ">=", first.isoformat()),) if first else ()) + ((("date_from", "<=", last.isoformat()),) if last else ())
        own = (("source_id", "=", source or False),) if is_one else ()
        came = (("funnel_fact_ids", "any", [("stage_id", "=", False), *within("entry_date", first, last)]),)
        return {SPENT: (*own, *spent), CAME_IN: (*came, *(self._lead_sources([source or 0]) if is_one else ())),
                SALES: (*own, *within(dated, first, last))}

    @api.model
    def _row(self, reading, key, cells, doors, bases, types=None, kind="row", behind=BEHIND):
        opened = {column: behind[column] for column in cells if column in behind}
        return Row(key, cells, (), {column: doors[what] for column, what in opened.items()}, types or {}, kind,
                   bases={column: bases[what] for column, what in opened.items()})

    @api.model
    def _make(self, reading, key, title, columns, rows, total=None, notes=()):
        notes = (*notes, self._attribution_sentence(), *self._basis_notes(reading), *self.env["conveyor.funnel"]._money_notes(reading.scope))
        return Table(key, title, tuple(columns), tuple(rows), tuple(notes), total, self.env["conveyor.funnel"]._currency())

    # ------------------------------------------------------------ figures
    @api.model
    def _columns(self, first):
        words, env = self._words(), self.env
        return (
            first,
            Column("spend", env._("Spend"), MONEY, words["spend"]),
            Column("leads", env._("Leads"), INTEGER, words["leads"]),
            Column("cost_lead", env._("Cost of a lead"), MONEY, words["cost_lead"]),
            Column("first_sales", env._("First sales"), INTEGER, words["first_sales"]),
            Column("cost_sale", env._("Cost of a first sale"), MONEY, words["cost_sale"]),
            Column("revenue_first", env._("Revenue of first sales"), MONEY, words["revenue_first"]),
            Column("revenue_later", env._("Revenue later"), MONEY, words["revenue_later"]),
            Column("margin", env._("Margin"), MONEY, words["margin"]),
            Column("ltv", env._("LTV so far"), MONEY, words["ltv"]),
            Column("return", env._("Return"), PERCENT, words["return"]),
        )

    @api.model
    def _cells(self, reading, cell):
        """``(cells, types)`` of the figures of a source, a month or all; a margin that is not known says so."""
        has_spend = self._has_spend(reading.scope)
        spend, value = cell.spend if has_spend else None, cell.margin if reading.is_by_margin else cell.revenue
        cells = {
            "spend": spend, "leads": cell.leads, "cost_lead": money.cost(spend, cell.paid_leads), "first_sales": cell.sales,
            "cost_sale": money.cost(spend, cell.paid_sales), "revenue_first": cell.first.revenue, "revenue_later": cell.later.revenue,
            "margin": cell.margin if cell.is_margin_known else None, "ltv": value / cell.sales if cell.sales else None,
            "return": money.ratio(reading.value(cell.paid), spend),
        }
        if cell.revenue and not cell.is_margin_known:
            return {**cells, "margin": self.env._("not known")}, {"margin": TEXT}
        return cells, {}

    @api.model
    def _total(self, reading, first, bases, cell=None, **more):
        cells, types = self._cells(reading, cell or reading.total)
        return self._row(reading, "total", {first: self.env._("Total"), **cells, **more}, self._doors(reading), bases,
                         {first: TEXT, **types}, "total")

    @api.model
    def _summary_table(self, reading):
        bases, doors, words = self._bases(reading.scope), self._doors(reading), self._words()
        cells, types = self._cells(reading, reading.total)
        drains, labels = reading.drains.values(), {column.key: column for column in self._columns(Column("figure", ""))}
        drained = sum(drain.amount for drain in drains if drain.is_drain)
        figures = [("drained", self.env._("Down the drain"), MONEY, drained, words["drained"]),
                   ("early", self.env._("Too early to say"), MONEY, sum(drain.early for drain in drains), words["early"])]
        figures += [(key, labels[key].label, types.get(key, labels[key].type), value, labels[key].note) for key, value in cells.items()]
        wasted = [source or False for source, drain in reading.drains.items() if drain.is_drain]
        own = {"drained": (("source_id", "in", wasted), *doors[SPENT])}
        rows = [Row(key, {"figure": label, "value": value}, (), {"value": own.get(key, doors[BEHIND[key]])}, {"value": kind}, note=note,
                    bases={"value": bases[BEHIND[key]]}) for key, label, kind, value, note in figures]
        return self._make(reading, "money_summary", self.env._("Money by Source"), (
            Column("figure", self.env._("Figure")), Column("value", self.env._("Value"), DECIMAL)), rows)

    @api.model
    def _drain_table(self, reading):
        """Only what goes down the drain, the most money first."""
        env, words, bases, names = self.env, self._words(), self._bases(reading.scope), self._source_names(reading)
        spent = {source: cell.spend for source, cell in reading.by(0).items()}
        columns = (
            Column("name", env._("Source")), Column("amount", env._("Without effect"), MONEY, words["drained"]),
            Column("share", env._("Share of its spend"), PERCENT, words["drain_share"]),
            Column("month", env._("Since month"), DATE, words["drain_since"]), Column("leads", env._("Leads since"), INTEGER, words["drain_leads"]),
            Column("days", env._("Usual days to a sale"), INTEGER, words["usual_days"]),
            Column("early", env._("Too early to say"), MONEY, words["early"]), Column("verdict", env._("What is said"), TEXT, words["verdict"]))
        rows = []
        for source, drain in sorted(reading.drains.items(), key=lambda item: (-item[1].amount, names.get(item[0], ""))):
            if drain.is_drain:
                cells = {"name": names[source], "amount": drain.amount, "share": money.ratio(drain.amount, spent.get(source)),
                         "month": drain.since, "leads": drain.leads, "days": reading.days[source], "early": drain.early,
                         "verdict": self._verdict(reading, source, None)}
                rows.append(self._row(reading, str(source or 0), cells, self._doors(reading, drain.since, None, source, True), bases,
                                      behind={"amount": SPENT, "leads": CAME_IN, "early": SPENT}))
        total = Row("total", {"name": env._("Total"), "amount": sum(row.cells["amount"] for row in rows), "month": None,
                              "early": sum(row.cells["early"] for row in rows)}, types={"month": TEXT}, kind="total")
        return self._make(reading, "money_drain", env._("Down the Drain"), columns, rows, total if rows else None, (words["judged"],))

    @api.model
    def _source_table(self, reading):
        """What goes down the drain first, then where most is spent."""
        env, words, bases, names = self.env, self._words(), self._bases(reading.scope), self._source_names(reading)
        columns = (*self._columns(Column("name", env._("Source"))), Column("payback", env._("Payback, months"), INTEGER, words["payback"]),
                   Column("verdict", env._("What is said"), TEXT, words["verdict"]))
        rows = []
        for source, cell in reading.by(0).items():
            cells, types = self._cells(reading, cell)
            cells.update(name=names[source], payback=self._payback(reading, cells["cost_sale"], source), verdict=self._verdict(reading, source, cells["return"]))
            rows.append(self._row(reading, str(source or 0), cells, self._doors(reading, source=source, is_one=True), bases, types))
        wasted = {str(source or 0): drain.amount for source, drain in reading.drains.items() if drain.is_drain}
        rows.sort(key=lambda row: (-wasted.get(row.key, 0), -(row.cells["spend"] or 0), -row.cells["first_sales"], -row.cells["leads"], row.cells["name"]))
        paid = [source for source, cell in reading.by(0).items() if cell.spend]
        price = self._cells(reading, reading.total)[0]["cost_sale"]
        total = self._total(reading, "name", bases, payback=self._payback(reading, price, *paid), verdict=None)
        return self._make(reading, "money_source", env._("By Source"), columns, rows, total if rows else None)

    @api.model
    def _payback(self, reading, price, *sources):
        return money.payback(price, list(reading.curve(*sources).values()), HORIZON)

    @api.model
    def _month_table(self, reading):
        bases, rows = self._bases(reading.scope), []
        for month, cell in sorted(reading.by(1).items()):
            cells, types = self._cells(reading, cell)
            rows.append(self._row(reading, month.isoformat(), {"month": month, **cells}, self._month_doors(reading, month), bases, types))
        return self._make(reading, "money_month", self.env._("By Month"), self._columns(Column("month", self.env._("Month"), DATE)), rows,
                          self._total(reading, "month", bases) if rows else None)

    @api.model
    def _source_month_table(self, reading):
        bases, rows, names = self._bases(reading.scope), [], self._source_names(reading)
        for (source, month), cell in sorted(reading.cells.items(), key=lambda item: (names[item[0][0]], item[0][1])):
            cells, types = self._cells(reading, cell)
            rows.append(self._row(reading, f"{source or 0}-{month.isoformat()}", {"name": names[source], "month": month, **cells},
                                  self._month_doors(reading, month, source, True), bases, types))
        first, *others = self._columns(Column("name", self.env._("Source")))
        return self._make(reading, "money_source_month", self.env._("By Source and Month"), (
            first, Column("month", self.env._("Month"), DATE), *others), rows,
            self._total(reading, "name", bases, month=None) if rows else None)

    @api.model
    def _month_doors(self, reading, month, source=None, is_one=False):
        filters = reading.scope.filters
        return self._doors(reading, month, min(filter(None, (period.month_end(month), filters.date_to))), source, is_one)
