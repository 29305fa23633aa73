from dataclasses import replace

from odoo import api, models

from ..engine import money
from ..engine.funnel import COHORT, PERIOD
from ..engine.table import DATE, INTEGER, MONEY, TEXT, Column, Row
from .conveyor_money_tables import AGES, SALES


class ConveyorMoney(models.AbstractModel):
    """Money that customers bring over time."""

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
        customers, cohorts = reading.newcomers
        return replace(reading, scope=self._counted(reading.scope, PERIOD), customers=customers, cohorts=cohorts)
