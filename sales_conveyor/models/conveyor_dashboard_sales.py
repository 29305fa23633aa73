from dataclasses import replace

from odoo import api, fields, models

from ..engine import period
from ..engine.funnel import Tally
from ..engine.table import DATE, INTEGER, MONEY, Column, Row, Table
from .conveyor_dashboard import ON_THE_WHOLE
from .conveyor_funnel_reader import WHOLE

SOURCES = 10  # that are shown; all of them stand in Money by Source
MONTHS = 12  # at least


class ConveyorDashboardSales(models.AbstractModel):
    """Where sales come from: months and sources."""

    _inherit = "conveyor.dashboard"

    # ------------------------------------------------------------ months
    @api.model
    def _sales_by_month(self, scope):
        """First and repeat sales by month: of the months that the period touches, and never of fewer than twelve."""
        funnel, env, wide = self.env["conveyor.funnel"], self.env, self._wide(scope)
        sums = funnel._sums(wide, ("month", "sale_kind"), where=WHOLE)
        note, value = env._("Won leads."), env._("Value of won leads.")
        columns = (
            Column("month", env._("Month"), DATE), Column("first", env._("First sales"), INTEGER, note),
            Column("first_money", env._("Money of first sales"), MONEY, value), Column("repeat", env._("Repeat sales"), INTEGER, note),
            Column("repeat_money", env._("Money of repeat sales"), MONEY, value))
        sold = [month for (month, _kind), tally in sums.items() if month and tally.passed]
        rows = [self._sales_row(wide, month, sums) for month in (funnel._month_list(wide, sold) if sold else ())]
        return Table("sales_month", env._("First and Repeat Sales by Month"), columns, tuple(rows), (), None, funnel._currency(), funnel._drill(wide))

    @api.model
    def _wide(self, scope):
        """The scope of whole months."""
        first, last = self._days(scope)
        begin = last.replace(day=1)
        for _number in range(MONTHS - 1):
            begin = period.previous_month(begin)
        return self.env["conveyor.funnel"]._changed(
            scope, date_from=first and min(begin, first.replace(day=1)), date_to=period.month_end(last))

    @api.model
    def _sales_row(self, scope, month, sums):
        won = self.env["conveyor.funnel"]._behind(scope, "passed", month, period.month_end(month))
        cells, drills = {"month": month}, {}
        for kind in ("first", "repeat"):
            tally = sums.get((month, kind), Tally())
            cells.update({kind: tally.passed, f"{kind}_money": tally.value_passed})
            drills.update(dict.fromkeys((kind, f"{kind}_money"), (*won, ("sale_kind", "=", kind))))
        return Row(month.isoformat(), cells, (ON_THE_WHOLE,), drills)

    # ------------------------------------------------------------ sources
    @api.model
    def _sources(self, scope):
        """Sources by what they bring: of whoever may see it, with the money spent on them, what goes down the drain first."""
        has_money, table = self._has_money(), self._source_table(scope)
        shown = replace(table, rows=table.rows[:SOURCES])
        return {"tables": [shown.as_dict()] if shown.rows else [], "has_money": has_money, "may_spend": self.env["conveyor.spend"].has_access("create")}

    @api.model
    def _has_money(self):
        """Whether money was entered that the reader may see."""
        spend = self.env["conveyor.spend"]
        return spend.has_access("read") and bool(spend.search_count([], limit=1))

    @api.model
    def _source_table(self, scope):
        return self._sources_by_return(scope) if self._has_money() else self._sources_by_sales(scope)

    @api.model
    def _sources_by_return(self, scope):
        money = self.env["conveyor.money"]
        table = money._source_table(money._read(money._money_scope(scope), fields.Date.context_today(self)))
        notes = self.env._("%(period)s What is said is of this time; money without effect over a longer one is named under the lists of names.",
                           period=self._period_in_words(scope))
        return replace(table, title=self.env._("Sources by Return, in the Period"), notes=(notes, *table.notes[:1])).without(
            "leads", "cost_lead", "revenue_first", "revenue_later", "margin", "ltv", "payback")

    @api.model
    def _sources_by_sales(self, scope):
        table = self.env["conveyor.funnel"]._source_table(scope)
        return replace(table, notes=()).without("open", "value_lost", "mean_days_won", "touches", "touches_per_lead", "lost")
