from collections import defaultdict
from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ..engine import money
from ..engine.funnel import COHORT, PERIOD
from ..engine.table import DATE, DECIMAL, INTEGER, MONEY, TEXT, Column, Row
from .conveyor_funnel_reader import WHOLE
from .conveyor_money import BOUGHT
from .conveyor_money_tables import AGES, SALES, SPENT


class ConveyorMoney(models.AbstractModel):
    """Money that customers bring over time, and first against repeat sales."""

    _inherit = "conveyor.money"

    # ------------------------------------------------------------ cohorts
    @api.model
    def _cohort_table(self, reading):
        """Customers by the month of their first sale, whatever the way of counting: what each has brought by when."""
        if reading.scope.counting == COHORT:
            reading = self._by_first_sale(reading)
        env, words, bases = self.env, self._words(), self._bases(reading.scope)
        labels = {0: env._("First sale"), 1: env._("LTV, 1 month")}
        columns = (Column("month", env._("First sale in"), DATE), Column("customers", env._("Customers"), INTEGER, words["cohort"]), *(
            Column(f"ltv_{age}", labels.get(age) or env._("LTV, %(count)s months", count=age), MONEY, words["ltv_margin" if reading.is_by_margin else "ltv_revenue"])
            for age in AGES))
        curve, rows = reading.curve(), []
        for month, cohort in curve.items():
            cells = {"month": month, "customers": cohort.customers, **self._ages([cohort])}
            rows.append(self._row(reading, month.isoformat(), cells, self._month_doors(reading, month), bases, behind={"customers": SALES}))
        total = {"month": env._("Total"), "customers": sum(cohort.customers for cohort in curve.values()), **self._ages(list(curve.values()))}
        return self._make(reading, "money_cohort", env._("LTV by Cohort"), columns, rows, Row(
            "total", total, types={"month": TEXT}, kind="total") if rows else None, (words["old_enough"],))

    @api.model
    def _ages(self, cohorts):
        return {f"ltv_{age}": money.lifetime(cohorts, age) for age in AGES}

    @api.model
    def _by_first_sale(self, reading):
        """The same reading with the customers who bought first in the period."""
        scope, customers, cohorts = self._counted(reading.scope, PERIOD), defaultdict(int), defaultdict(lambda: defaultdict(dict))
        for source, _came, first, count in self._customers(scope, BOUGHT):
            customers[source, first] += count
        for source, _came, first, age, earned in self._earned(scope, BOUGHT):
            ages = cohorts[source][first]
            ages[age] = earned if age not in ages else ages[age].__iadd__(earned)
        return replace(reading, scope=scope, customers=customers, cohorts=cohorts)

    # ------------------------------------------------------------ first against repeat
    @api.model
    def _first_repeat_table(self, reading):
        """What a sale to a new customer costs, and one to an existing customer; always by what happened in the period."""
        env, words, scope = self.env, self._words(), self._counted(reading.scope, PERIOD)
        sold, touches, price = self._sold(scope), self._touches(scope), self.env.company.sudo().conveyor_touch_cost  # a setting
        spend = reading.total.spend if self._has_spend(scope) else None
        columns = [
            Column("name", env._("Sale")), Column("sales", env._("Sales"), INTEGER, words["sales"]),
            Column("revenue", env._("Revenue"), MONEY, words["revenue"]), Column("average", env._("Average sale"), MONEY, words["average"]),
            Column("spend", env._("Spend"), MONEY, words["spend"]), Column("touches", env._("Touches"), INTEGER, words["touches"]),
            Column("touches_per_sale", env._("Touches per sale"), DECIMAL, words["touches_per_sale"])]
        if price:
            columns.append(Column("work", env._("Cost of touches"), MONEY, words["work"]))
        columns.append(Column("cost", env._("Cost of a sale"), MONEY, words["cost_with_work" if price else "cost_without_work"]))
        rows = [self._kind_row(scope, key, name, sold[key == "first"], touches[key], spend if key == "first" else 0 if price else None, price)
                for key, name in (("first", env._("To a new customer")), ("repeat", env._("To an existing customer")))]
        return self._make(reading, "money_first_repeat", env._("First and Repeat Sales"), columns, rows,
                          notes=(words["first_repeat"], self._compared(*(row.cells["cost"] for row in rows), price)))

    @api.model
    def _kind_row(self, scope, key, name, sold, touches, spend, price):
        work = touches * price if price else None
        whole = None if spend is None else spend + (work or 0)
        cells = {"name": name, "sales": sold.count, "revenue": sold.revenue, "average": sold.revenue / sold.count if sold.count else None,
                 "spend": spend if key == "first" else None, "touches": touches,
                 "touches_per_sale": touches / sold.count if sold.count else None, "work": work, "cost": money.cost(whole, sold.count)}
        bases, filters = self._bases(scope), scope.filters
        between = self.env["conveyor.funnel"]._dated(BOUGHT, filters.date_from, filters.date_to)
        opened = {"sales": (SALES, between), "spend": (SPENT, self._spend_domain(scope, filters.date_from, filters.date_to)[1:])}
        if key == "repeat":  # of whom they are is not known without reading all orders
            opened = {}
        return Row(key, cells, (), {name: tuple(domain) for name, (_what, domain) in opened.items()},
                   bases={name: bases[what] for name, (what, _domain) in opened.items()})

    @api.model
    def _compared(self, first, repeat, price):
        env = self.env
        if not price:
            return env._("To see what a sale to an existing customer costs, say in Settings, Conveyor: Money, what one touch costs.")
        if not first or not repeat:
            return env._("Not enough data to compare the two.")
        return env._("Here a sale to a new customer costs %(times)s times as much as one to an existing customer.", times=round(first / repeat, 1))

    @api.model
    def _touches(self, scope):
        """``{kind: touches}``: of leads that left the funnel in the period by their kind, and of customers without a lead."""
        tallies = self.env["conveyor.funnel"]._sums(scope, ("sale_kind",), where=WHOLE)
        found = {kind: sum(tally.touches for (key,), tally in tallies.items() if (key or "first") == kind) for kind in ("first", "repeat")}
        found["repeat"] += self._customer_touches(scope)
        return found

    @api.model
    def _customer_touches(self, scope):
        """Touches of the period to customers who had bought before, outside any lead."""
        first, last = self.env["conveyor.touch.tables"]._moments(scope.filters)
        domain = [("lead_id", "=", False), ("direction", "=", "out"), ("outcome", "!=", "bounced"), ("partner_id", "!=", False),
                  ("company_id", "in", [*scope.filters.company_ids, False])]
        domain += [("date", ">=", first)] if first else []
        domain += [("date", "<", last)] if last else []
        buyers = self._customer_query(scope)
        touches = self.env["conveyor.touch"]._search(domain)
        partner, day = SQL.identifier(touches.table, "partner_id"), SQL.identifier(touches.table, "date")
        touches.add_where(SQL(
            "EXISTS (SELECT FROM res_partner p JOIN (%s) c ON c.client = p.commercial_partner_id WHERE p.id = %s AND c.first_date < %s::date)",
            buyers.select(SQL.identifier(buyers.table, "client"), SQL.identifier(buyers.table, "first_date")), partner, day))
        [(count,)] = self.env.execute_query(touches.select(SQL("count(*)")))
        return count
