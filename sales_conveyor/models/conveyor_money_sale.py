from odoo import api, models
from odoo.tools import SQL, formatLang

from ..engine import money
from ..engine.funnel import PERIOD
from ..engine.table import DECIMAL, INTEGER, MONEY, Column, Row
from .conveyor_funnel_reader import WHOLE
from .conveyor_money_tables import SPENT

FEW = 10  # sales of a kind, below which nothing is compared
SALE = "conveyor.money.sale"
SOLD = ("sales", "customers", "revenue", "average", "touches_per_sale", "cost", "cost_customer")  # what opens the sales


class ConveyorMoney(models.AbstractModel):
    """First sales against repeat sales."""

    _inherit = "conveyor.money"

    @api.model
    def _first_repeat_table(self, reading):
        """What a sale to a new customer costs, and one to an existing customer; always by what happened in the period."""
        env, words, scope = self.env, self._words(), self._counted(reading.scope, PERIOD)
        sold, touches, price = reading.sold, self._touches(scope), self.env.company.sudo().conveyor_touch_cost  # a setting
        spend = reading.total.spend if self._has_spend(scope) else None
        columns = [
            Column("name", env._("Sale")), Column("sales", env._("Sales"), INTEGER, words["sales"]),
            Column("customers", env._("Customers"), INTEGER, words["buyers"]),
            Column("revenue", env._("Revenue"), MONEY, words["revenue"]), Column("average", env._("Average sale"), MONEY, words["average"]),
            Column("spend", env._("Spend"), MONEY, words["spend"]), Column("touches", env._("Touches"), INTEGER, words["touches"]),
            Column("touches_per_sale", env._("Touches per sale"), DECIMAL, words["touches_per_sale"])]
        if price:
            columns.append(Column("work", env._("Cost of touches"), MONEY, words["work"]))
        columns += [Column("cost", env._("Cost of a sale"), MONEY, words["cost_with_work" if price else "cost_without_work"]),
                    Column("cost_customer", env._("Cost of a customer"), MONEY, words["cost_customer"])]
        rows = [self._kind_row(scope, key, name, sold[key], touches[key], spend if key == "first" else 0 if price else None, price)
                for key, name in (("first", env._("To a new customer")), ("repeat", env._("To an existing customer")))]
        return self._make(reading, "money_first_repeat", env._("First and Repeat Sales"), columns, rows,
                          notes=(words["first_repeat"], *self._compared(*(row.cells for row in rows), price)))

    @api.model
    def _kind_row(self, scope, key, name, sold, touches, spend, price):
        work = touches * price if price else None
        whole = None if spend is None else spend + (work or 0)
        cells = {"name": name, "sales": sold.count, "customers": sold.customers, "revenue": sold.revenue,
                 "average": sold.revenue / sold.count if sold.count else None, "spend": spend if key == "first" else None, "touches": touches,
                 "touches_per_sale": touches / sold.count if sold.count else None, "work": work, "cost": money.cost(whole, sold.count),
                 "cost_customer": money.cost(whole, sold.customers)}
        bases, filters, funnel = self._bases(scope), scope.filters, self.env["conveyor.funnel"]
        sales = {**bases[SPENT], "model": SALE, "domain": self._customer_domain(scope)}
        people = {**sales, "context": {"group_by": "partner_id"}}
        opened = {name: (people if "customer" in name else sales, (("kind", "=", key), *funnel._dated("date", filters.date_from, filters.date_to))) for name in SOLD}
        if key == "first":  # touches of repeat sales are of leads and of customers without any
            opened["spend"] = bases[SPENT], self._spend_domain(scope, filters.date_from, filters.date_to)[1:]
            opened["touches"] = funnel._drill(scope), (("stage_id", "=", False), ("sale_kind", "in", [key, False]), *funnel._touched(scope))
        return Row(key, cells, (), {name: tuple(domain) for name, (_base, domain) in opened.items()},
                   bases={name: base for name, (base, _domain) in opened.items()})

    @api.model
    def _compared(self, first, repeat, price):
        """What the two rows say beside each other, in sentences."""
        env = self.env
        if not price:
            return [env._("To see what a sale to an existing customer costs, say in Settings, Conveyor: Money, what one touch costs.")]
        if not first["cost"] or not repeat["cost"] or min(first["sales"], repeat["sales"]) < FEW:
            return [env._("Not enough data to compare the two.")]
        said = [env._(
            "Here a sale to a new customer costs %(times)s times as much as one to an existing customer, and a new customer %(of_customer)s times "
            "as much as an existing one who bought in the period.", times=self._times(first["cost"] / repeat["cost"]),
            of_customer=self._times(first["cost_customer"] / repeat["cost_customer"]))]
        if repeat["touches_per_sale"] < 1:
            said.append(env._("Most repeat sales were made without a touch that Odoo knows of: they cost little by themselves."))
        return said

    @api.model
    def _times(self, number):
        return formatLang(self.env, number, digits=0 if number >= 10 else 1)

    # ------------------------------------------------------------ touches
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
        if self._is_narrow(scope):
            buyers = self._customer_query(scope)
            bought = buyers.select(*(SQL.identifier(buyers.table, name) for name in ("client", "first_date")))
        else:
            bought = self._buyers_sql(self.env["res.company"].browse(scope.filters.company_ids))
        touches = self.env["conveyor.touch"]._search(domain)
        partner, day = SQL.identifier(touches.table, "partner_id"), SQL.identifier(touches.table, "date")
        touches.add_where(SQL(
            "EXISTS (SELECT FROM res_partner p JOIN (%s) c ON c.client = p.commercial_partner_id WHERE p.id = %s AND c.first_date < %s::date)",
            bought, partner, day))
        with self.env["conveyor.funnel.builder"]._planned_for_many():
            [(count,)] = self.env.execute_query(touches.select(SQL("count(*)")))
        return count
