from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from odoo import api, fields, models

from ..engine import money
from ..engine.funnel import COHORT
from .conveyor_funnel_reader import Scope
from .conveyor_money_reader import HORIZON, Cell, Earned

CAME, BOUGHT = "came_date", "first_date"  # the day that counts: by cohort, by period


@dataclass
class Reading:
    """All that the tables are made of, in the reader's currency."""

    scope: Scope
    today: date
    cells: dict  # (source, month): Cell
    drains: dict  # source: engine.money.Drain
    days: dict  # source: usual days to a sale
    cohorts: dict  # source: {month of the first sale: {months since: Earned}}
    customers: dict  # (source, month of the first sale): customers
    newcomers: tuple  # customers and cohorts of who bought first in the period, whatever the way of counting
    sold: dict  # "first", "repeat": Sold in the period

    def by(self, place):
        """``{source or month: Cell}``, place 0 or 1 of the key."""
        found = defaultdict(Cell)
        for key, cell in self.cells.items():
            found[key[place]] += cell
        return found

    @cached_property
    def total(self):
        return sum_of(self.cells.values())

    @cached_property
    def is_by_margin(self):
        """Margins are shown and returns are of margin only where every one is known."""
        return self.total.is_margin_known

    def value(self, earned):
        return earned.margin if self.is_by_margin else earned.revenue

    def curve(self, *sources):
        """Cohorts (:class:`engine.money.Cohort`) of these sources, of all if none is named."""
        months = defaultdict(lambda: [0, defaultdict(float)])
        for (source, month), count in self.customers.items():
            if not sources or source in sources:
                months[month][0] += count
        for source, by_month in self.cohorts.items():
            for month, ages in by_month.items() if not sources or source in sources else ():
                for age, earned in ages.items():
                    months[month][1][age] += self.value(earned)
        return {month: money.Cohort(count, values, min(HORIZON, money.full_months(month, self.today)))
                for month, (count, values) in sorted(months.items())}


def sum_of(cells):
    total = Cell()
    for cell in cells:
        total += cell
    return total


class ConveyorMoney(models.AbstractModel):
    """Money by source as finished tables for screen and workbook.

    What was spent on each source, who came and bought for it, what they brought
    then and later; money without effect first. To which source a client belongs is said by
    ``_attribution_sql``, what the words mean by ``engine/money.py`` and ``conveyor_money_words.py``.
    """

    _name = "conveyor.money"
    _inherit = "conveyor.money.reader"
    _description = "Money by Source"

    # ------------------------------------------------------------ entry points
    @api.model
    def _tables(self, filters=None, today=None):
        """``{key: Table}`` in the order in which they are shown.

        :param filters: as of ``conveyor.funnel._tables``; first or repeat sale and chosen leads do not narrow them
        :param today: until when money is judged
        :raise AccessError: the user is no sales manager
        """
        reading = self._read(self._money_scope(filters), today or fields.Date.today())
        tables = (
            self._summary_table(reading), self._drain_table(reading), self._source_table(reading), self._month_table(reading),
            self._source_month_table(reading), self._cohort_table(reading), self._first_repeat_table(reading))
        return {table.key: table for table in tables}

    @api.model
    @api.readonly
    def get_tables(self, filters=None):
        """The same as plain data, for the screen, with what is said above it."""
        parsed = self.env["conveyor.funnel"]._parse(filters)
        tables = self._tables(parsed)
        return {
            "tables": [table.as_dict() for table in tables.values()],
            "counting_sentence": self._money_counting(parsed.counting),
            "attribution_sentence": self._attribution_sentence(),
            "has_spend": bool(self.env["conveyor.spend"].search_count([], limit=1)),
            "period": {"date_from": parsed.date_from and parsed.date_from.isoformat(),
                       "date_to": parsed.date_to and parsed.date_to.isoformat()},
        }

    @api.model
    def _sheets(self, filters):
        """The tables of the workbook, of whoever may see them and where money was entered; none for chosen leads."""
        spend = self.env["conveyor.spend"]
        if filters.lead_ids or not spend.has_access("read") or not spend.search_count([], limit=1):
            return {}
        return self._tables(filters)

    @api.model
    def _drains(self, filters=None, today=None):
        """``{source id: engine.money.Drain}``, cheaply: no purchase is read. For the dashboard."""
        scope, today = self._money_scope(filters), today or fields.Date.today()
        rows = self._spend_rows(scope)
        if not rows:
            return {}
        with self.env["conveyor.funnel.builder"]._planned_for_many():
            return self._judged(scope, today, rows, self._leads(scope), self._usual_days(scope), self._customers(scope))

    # ------------------------------------------------------------ what is read
    @api.model
    def _read(self, scope, today):
        rows, leads = self._spend_rows(scope), self._leads(scope)
        with self.env["conveyor.funnel.builder"]._planned_for_many():
            days, (customers, earned, sold) = self._usual_days(scope), self._purchases(scope)
        cells = defaultdict(Cell)
        for key, amount in self._spent(scope, rows).items():
            cells[key].spend += amount
        for key, count in leads.items():
            if self._fits(scope, key[0]):
                cells[key].leads += count
        place = int(scope.counting != COHORT)
        for source, *months, flags, count in customers:
            if flags[place]:
                cells[source, months[place]].sales += count
        for source, *months, flags, age, part in earned:
            if flags[place]:
                cell = cells[source, months[place]]
                kind = cell.first if age == 0 else cell.later
                kind += part
        paid = {source for (source, _month), cell in cells.items() if cell.spend}
        for (source, _month), cell in cells.items():
            if source in paid:
                cell.pay()
        cells = {key: cell for key, cell in cells.items() if cell.spend or cell.leads or cell.sales or cell.revenue}
        of_customers, cohorts = self._cohorts(customers, earned, place)
        return Reading(scope, today, cells, self._judged(scope, today, rows, leads, days, customers), days, cohorts, of_customers,
                       self._cohorts(customers, earned, 1), sold)

    @api.model
    def _cohorts(self, customers, earned, place):
        """``({(source, month of the first sale): customers}, {source: {month: {months since: Earned}}})``.

        :param place: 0: of those who came in the period, 1: of those who bought first in it
        """
        counts, cohorts = defaultdict(int), defaultdict(lambda: defaultdict(lambda: defaultdict(Earned)))
        for source, _came, first, flags, count in customers:
            if flags[place]:
                counts[source, first] += count
        for source, _came, first, flags, age, part in earned:
            if flags[place]:
                cohorts[source][first][age] += part
        return counts, cohorts

    @api.model
    def _judged(self, scope, today, rows, leads, days, customers):
        """``{source: Drain}`` of all on which money was spent: by the leads of each month, whatever the way of counting."""
        until = defaultdict(lambda: today, {source: today - timedelta(days=days[source]) for source, *_row in rows})
        spent, mature = self._spent(scope, rows), self._spent(scope, rows, until)
        sales = defaultdict(int)
        for source, came, _first, (is_came, _is_new), count in customers:
            if is_came:
                sales[source, came] += count
        months = defaultdict(list)
        for source in dict.fromkeys(source for source, _month in spent):
            for month in sorted({month for found in (spent, leads, sales) for place, month in found if place == source}):
                key = source, month
                months[source].append(money.Month(month, spent.get(key, 0), mature.get(key, 0), leads.get(key, 0), sales.get(key, 0)))
        return {source: money.judge(found) for source, found in months.items()}
