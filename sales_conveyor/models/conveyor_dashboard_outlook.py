from dataclasses import replace
from functools import partial

from odoo import api, models
from odoo.tools import SQL

from ..engine import drivers
from ..engine.funnel import COHORT, Tally
from ..engine.table import DECIMAL, INTEGER, MONEY, PERCENT, Column, Row, Table
from .conveyor_dashboard import ON_THE_WHOLE
from .conveyor_funnel_reader import WHOLE

LARGEST = 10  # customers


class ConveyorDashboardOutlook(models.AbstractModel):
    """What a tenth more would bring, and whether the conveyor goes on whoever leaves."""

    _inherit = "conveyor.dashboard"

    # ------------------------------------------------------------ drivers
    @api.model
    def _drivers(self, scope):
        """The tree of drivers: what each is now, and what 10 % more of it would bring."""
        return {"tables": [table.as_dict() for table in self._driver_tables(scope)]}

    @api.model
    def _driver_tables(self, scope):
        earlier = self._scope_before(scope)
        figures, *others = self._figures(scope, *filter(None, [earlier]))
        before = others[0] if others else drivers.Figures()
        words, effects, doors = self._driver_words(), drivers.effects(figures), self._driver_doors(scope)
        env = self.env
        columns = (Column("name", env._("Driver")), Column("value", env._("Now"), DECIMAL),
                   Column("before", env._("Period before"), DECIMAL, env._("The same in the period before, which is as long.")),
                   Column("turnover", env._("Turnover, 10 % more"), MONEY, env._("What the period would have brought more, had only this been a tenth higher.")),
                   Column("margin", env._("Margin, 10 % more"), MONEY, env._("The same for the margin, where it is known.")))
        rows = [Row(name, {"name": words[name][0], "value": getattr(figures, name), "before": getattr(before, name), "turnover": turnover,
                           "margin": margin}, drills={"value": doors[name][1]} if name in doors else {}, types=dict.fromkeys(("value", "before"), words[name][1]),
                    note=words[name][2], bases={"value": doors[name][0]} if name in doors else {}) for name, (turnover, margin) in effects.items()]
        table = Table("drivers", env._("Tree of Drivers"), columns, tuple(rows), (
            env._("First sales: visitors × lead rate × conversion × check. Repeat sales: customers × purchases × check. Each alone, the others stay."),),
            None, env["conveyor.funnel"]._currency(), None)
        return [table if figures.margin is not None else table.without("margin")] if rows else []

    @api.model
    def _driver_words(self):
        env = self.env
        return {
            "visitors": (env._("Visitors"), INTEGER, env._("Of the counters, in the period.")),
            "lead_rate": (env._("Lead rate"), PERCENT, env._("Leads by visitors.")),
            "leads": (env._("Leads"), INTEGER, env._("Leads of first sales that came in the period.")),
            "conversion": (env._("Conversion"), PERCENT, env._("Share of these leads that were won.")),
            "first_check": (env._("Check of a first sale"), MONEY, env._("Value of a won lead of a first sale, on average.")),
            "customers": (env._("Returning customers"), INTEGER, env._("Customers who had bought before and bought in the period.")),
            "purchases": (env._("Purchases of each"), DECIMAL, env._("Repeat purchases in the period by returning customers.")),
            "repeat_check": (env._("Check of a repeat purchase"), MONEY, env._("Untaxed, net of credit notes, on average.")),
            "margin_share": (env._("Margin"), PERCENT, env._("Margin by turnover of repeat purchases, where an app knows it.")),
        }

    @api.model
    def _driver_doors(self, scope):
        """``{driver: (base, conditions)}`` of the records behind it."""
        funnel, cohort = self.env["conveyor.funnel"], self._first_scope(scope)
        of_leads = {**funnel._drill(cohort), "domain": [*funnel._drill(cohort)["domain"], ON_THE_WHOLE]}
        won = of_leads, funnel._behind(cohort, "passed")
        came = of_leads, funnel._behind(cohort, "reached")
        doors = {"leads": came, "lead_rate": came, "conversion": won, "first_check": won, **self._visitor_doors(scope)}
        if self.env["conveyor.money.sale"].has_access("read"):
            first, last = self._days(scope)
            sales = {"model": "conveyor.money.sale", "field": "", "context": {}, "domain": [
                ("kind", "=", "repeat"), ("partner_id.rhythm_ids", "any", self._rhythm_domain(scope))]}
            days = funnel._dated("date", first, last)
            doors |= {name: (sales, days) for name in ("purchases", "repeat_check", "margin_share")}
            doors["customers"] = {**sales, "context": {"group_by": "partner_id"}}, days
        return doors

    @api.model
    def _figures(self, *scopes):
        """What the tree is made of in each period: first sales by the funnel, repeat purchases by what customers bought."""
        return [replace(
            self._first_figures(scope), visitors=self._visitors(scope), customers=customers or None,
            purchases=purchases / customers if customers else None, repeat_check=amount / purchases if purchases else None,
            margin_share=margin / amount if amount and margin is not None else None)
            for scope, (customers, purchases, amount, margin) in zip(scopes, self._repeats(*scopes), strict=True)]

    @api.model
    def _first_scope(self, scope):
        return self.env["conveyor.funnel"]._changed(scope, counting=COHORT, sale_kind="first")

    @api.model
    def _first_figures(self, scope):
        """The branch of first sales alone, for which no purchase is read."""
        first = self.env["conveyor.funnel"]._sums(self._first_scope(scope), (), where=WHOLE).get((), Tally())
        return drivers.Figures(
            leads=first.reached or None, conversion=first.passed / first.reached if first.reached else None,
            first_check=first.value_passed / first.passed if first.passed else None)

    @api.model
    def _visitors(self, scope):
        """Visitors of the period, where there are counters; none by filters that visitors do not have."""
        facts, filters = self.env["conveyor.counter.facts"], scope.filters
        if filters.user_ids or filters.campaign_ids or not self.env["conveyor.counter"].has_access("read"):
            return None
        counters = facts._counters(filters)
        found = facts._visitors(counters, filters) if counters else {}
        return sum(sum(hours.values()) for hours in found.values()) or None

    @api.model
    def _visitor_doors(self, scope):
        """The readings of the period, where visitors are shown."""
        hours, (first, last) = self.env["conveyor.counter.tables"], self._days(scope)
        if not self.env["conveyor.counter"].has_access("read") or not (counters := hours._counters(scope.filters)):
            return {}
        return {"visitors": (hours._reading_base(counters), hours._of_readings(counters, partial(hours._between_days, first, last)))}

    @api.model
    def _repeats(self, *scopes):
        """[(customers, purchases, money, margin)] of repeat purchases in each of the periods, of customers whom the reader may see,
        in one reading."""
        rhythm = self.env["conveyor.rhythm"]
        query = rhythm._search(self._rhythm_domain(scopes[0]))
        rows = query.select(*(SQL.identifier(query.table, name) for name in ("partner_id", "company_id", "first_date", "currency_id")))
        within = [self.env["conveyor.funnel"]._between(SQL("d.day"), *self._days(scope)) for scope in scopes]
        sums = [SQL("""count(DISTINCT r.partner_id) FILTER (WHERE %(days)s), count(*) FILTER (WHERE %(days)s),
                       sum(d.amount) FILTER (WHERE %(days)s), sum(d.margin) FILTER (WHERE %(days)s)""", days=days) for days in within]
        found = self.env.execute_query(SQL(
            """
            SELECT r.currency_id, %s FROM (%s) d JOIN (%s) r ON r.partner_id = d.partner_id AND r.company_id = d.company_id
             WHERE d.day > r.first_date AND (%s) GROUP BY 1
            """, SQL(", ").join(sums), self.env["conveyor.purchase"]._days_sql(
                companies=self.env["res.company"].browse(scopes[0].filters.company_ids)), rows, SQL(" OR ").join(within)))
        return [self._repeat_sums([(row[0], *row[1 + 4 * place:5 + 4 * place]) for row in found]) for place in range(len(scopes))]

    @api.model
    def _repeat_sums(self, rows):
        """In the reader's currency; ``rows``: (currency, customers, purchases, money, margin)."""
        rate = self.env["conveyor.discipline"]._rate
        margins = [float(margin) * rate(currency) for currency, *_counts, margin in rows if margin is not None]
        return (sum(row[1] for row in rows), sum(row[2] for row in rows),
                sum(float(row[3] or 0) * rate(row[0]) for row in rows), sum(margins) if margins else None)

    # ------------------------------------------------------------ it goes on whoever leaves
    @api.model
    def _outlook(self, scope):
        """Customers by month, leads that are needed, the largest customers, and clients of those who left."""
        return {"tables": [table.as_dict() for table in self._outlook_tables(scope) if table.rows],
                "may_hand_over": self.env["conveyor.handover"].has_access("create")}

    @api.model
    def _outlook_tables(self, scope):
        return self._month_moves(scope), self._needed(scope), self._largest(scope), self._orphans(scope)

    @api.model
    def _month_moves(self, scope):
        return self.env["conveyor.rhythm.tables"]._change_table(self._rhythm_domain(scope), scope.filters)

    @api.model
    def _needed(self, scope):
        """Leads that hold the turnover, at today's conversion and check; beside them those of the period before."""
        env, earlier = self.env, self._scope_before(scope)
        now, before = self._needed_figures(scope), self._needed_figures(earlier) if earlier else {}
        labels = {"leads": env._("Leads a month"), "needed": env._("Leads a month that hold the turnover")}
        notes = {"leads": env._("Leads of first sales that came."), "needed": env._(
            "So many that first sales make up for the money of customers lost in the period, less what came back, at this period's "
            "conversion and check.")}
        return self._compared("needed", env._("Leads Needed"), [
            (key, labels[key], DECIMAL, notes[key], now[key], before.get(key), None) for key in labels] if now else [])

    @api.model
    def _needed_figures(self, scope):
        """Leads a month, that came and that are needed; nothing where no first sale tells what a lead brings."""
        figures = self._first_figures(scope)
        sale = (figures.first_check or 0) * (figures.conversion or 0)
        if not sale:
            return {}
        months, moves = max(1.0, self._length(scope) / 30.4), self._money_moves(scope)
        needed = (figures.first + max(0.0, moves["amount_lost"] - moves["amount_back"])) / sale
        return {"leads": figures.leads / months, "needed": needed / months}

    @api.model
    def _money_moves(self, scope):
        months = self.env["conveyor.rhythm.tables"]._change_sums(
            [*self.env["conveyor.rhythm.tables"]._change_domain(self._rhythm_domain(scope), scope.filters), ("is_history", "=", False)], {})
        return {name: sum(cells[name] for cells in months.values()) for name in ("amount_lost", "amount_back")}

    @api.model
    def _largest(self, scope):
        """The largest customers of the last 365 days and their share of the turnover."""
        env, rhythm = self.env, self.env["conveyor.rhythm"]
        domain = [*self._rhythm_domain(scope), ("revenue_year", ">", 0)]
        rate = self.env["conveyor.discipline"]._rate
        whole = sum((total or 0.0) * rate(currency.id) for currency, total in rhythm._read_group(domain, ["currency_id"], ["revenue_year:sum"]))
        found = rhythm.search(domain, order="revenue_year desc, id", limit=LARGEST)
        columns = (Column("name", env._("Customer")), Column("person", env._("Account manager")),
                   Column("revenue", env._("Last 365 days"), MONEY, env._("Untaxed, net of credit notes."), ()),
                   Column("share", env._("Share"), PERCENT, env._("Of the revenue of all customers in the last 365 days."), ()))
        rows = [Row(str(row.id), {"name": row.partner_id.display_name, "person": row.user_id.sudo().name or env._("Unassigned"),
                                  "revenue": row.revenue_year * rate(row.currency_id.id), "share": row.revenue_year * rate(row.currency_id.id) / whole},
                    (("id", "=", row.id),)) for row in found]
        total = Row("total", {"name": env._("Together"), "revenue": sum(row.cells["revenue"] for row in rows),
                              "share": sum(row.cells["share"] for row in rows)}, (("id", "in", found.ids),), kind="total") if rows else None
        return Table("largest", env._("Largest Customers"), columns, tuple(rows), (), total, env["conveyor.funnel"]._currency(),
                     {"model": "conveyor.rhythm", "field": "", "domain": domain, "context": {}})

    @api.model
    def _orphans(self, scope):
        """Open leads of people who have left, by person."""
        env, domain = self.env, [*self._lead_domain(scope), ("user_id.active", "=", False), ("user_id", "!=", False)]
        groups = self.env["crm.lead"].with_context(active_test=False)._read_group(
            domain, ["user_id"], ["__count", "expected_revenue:sum"], order="__count desc")
        columns = (Column("name", env._("Who left")), Column("leads", env._("Open leads"), INTEGER, env._("They wait for somebody."), ()),
                   Column("value", env._("Expected revenue"), MONEY, "", ()))
        rows = [Row(str(user.id), {"name": user.sudo().name, "leads": count, "value": value or 0.0}, (("user_id", "=", user.id),))
                for user, count, value in groups]
        return Table("orphans", env._("Clients of Those Who Left"), columns, tuple(rows), (), None, env["conveyor.funnel"]._currency(),
                     {"model": "crm.lead", "field": "", "domain": domain, "context": {"active_test": False}})
