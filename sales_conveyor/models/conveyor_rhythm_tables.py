from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..engine import growth
from ..engine.rhythm import LATE, LOST, NEW, SLEEPING, STEADY
from ..engine.table import DATE, DECIMAL, INTEGER, MONEY, PERCENT, TEXT, Column, Row, Table

STATUSES = (LATE, SLEEPING, LOST, NEW, STEADY)
KEYS = ("status", "user_id", "category_id")
SUMS = ("customers", *STATUSES, "money_at_risk", "revenue_total", "revenue_year", "revenue_before", "purchases")
MONEYS = ("money_at_risk", "revenue_total", "revenue_year", "revenue_before")
CHANGES = {  # column: conditions
    "late": (("to_status", "=", LATE),), "sleeping": (("to_status", "=", SLEEPING),), "lost": (("to_status", "=", LOST),),
    "back": (("is_back", "=", True),),
}


class ConveyorRhythmTables(models.AbstractModel):
    _inherit = "conveyor.rhythm.tables"

    @api.model
    @api.readonly
    def get_tables(self, filters=None):
        """The tables as plain data, for the screen."""
        parsed = self.env["conveyor.funnel"]._parse(filters)
        return {
            "tables": [table.as_dict() for table in self._tables(parsed).values()],
            "period": {"date_from": parsed.date_from and parsed.date_from.isoformat(),
                       "date_to": parsed.date_to and parsed.date_to.isoformat()},
        }

    @api.model
    def _tables(self, filters=None):
        """``{key: Table}`` in the order in which they are shown.

        :param filters: as of ``conveyor.funnel._tables``; dates are those of the status changes,
            customers are counted as of today
        """
        if filters is None or isinstance(filters, dict):
            filters = self.env["conveyor.funnel"]._parse(filters)
        domain, env = self._domain(filters), self.env
        sums = self._sums(domain)
        statuses = dict(env["conveyor.rhythm"]._fields["status"]._description_selection(env))
        people = env["conveyor.funnel"]._names("res.users", [value for key, value in sums if key == "user_id"])
        categories = env["conveyor.funnel"]._names("product.category", [value for key, value in sums if key == "category_id"])
        tables = (
            self._summary_table(domain, sums),
            self._by_table(domain, sums, "status", "rhythm_status", env._("Customers by Status"), env._("Status"), statuses, ""),
            self._by_table(domain, sums, "user_id", "rhythm_salesperson", env._("Customers by Account Manager"),
                           env._("Account manager"), people, env._("Unassigned")),
            self._by_table(domain, sums, "category_id", "rhythm_category", env._("Customers by Product Category"),
                           env._("Product category"), categories, env._("No category")),
            self._change_table(domain, filters),
        )
        return {table.key: table for table in tables}

    @api.model
    def _sheets(self, filters):
        """The tables of the workbook; none where nobody has bought."""
        tables = self._tables(filters)
        return tables if tables["rhythm_status"].rows or tables["rhythm_month"].rows else {}

    # ------------------------------------------------------------ what is read
    @api.model
    def _sums(self, domain):
        """``{(key, value): {name: sum}}`` and ``("all", None)``, in one reading, in the reader's currency."""
        rhythm = self.env["conveyor.rhythm"]
        query = rhythm._search(domain)
        names = ("currency_id", *KEYS, "money_at_risk", "revenue_total", "revenue_year", "revenue_before", "purchase_count", "first_date")
        rows = query.select(*(SQL("%s AS %s", rhythm._field_to_sql(query.table, name, query), SQL.identifier(name)) for name in names))
        found = defaultdict(lambda: {**dict.fromkeys(SUMS, 0), "first_date": None})
        for place, currency_id, *values, first in self.env.execute_query(self._grouped(rows)):
            group = (KEYS[place], values[place]) if place < len(KEYS) else ("all", None)
            rate = self.env["conveyor.discipline"]._rate(currency_id)
            for name, number in zip(SUMS, values[len(KEYS):], strict=True):
                found[group][name] += float(number or 0) * rate if name in MONEYS else number or 0
            found[group]["first_date"] = min(filter(None, (found[group]["first_date"], first)), default=None)
        return found

    @api.model
    def _grouped(self, rows):
        """Rows (number of the key, currency, values of the keys, sums)."""
        keys = [SQL.identifier("r", name) for name in KEYS]
        sets = SQL(", ").join([*(SQL("(r.currency_id, %s)", key) for key in keys), SQL("(r.currency_id)")])
        numbers = SQL("CASE %s ELSE %s END", SQL(" ").join(
            SQL("WHEN GROUPING(%s) = 0 THEN %s", key, number) for number, key in enumerate(keys)), len(keys))
        statuses = SQL(", ").join(SQL("count(*) FILTER (WHERE r.status = %s)", status) for status in STATUSES)
        return SQL(
            """
            SELECT %s, r.currency_id, %s, count(*), %s, sum(r.money_at_risk), sum(r.revenue_total), sum(r.revenue_year),
                   sum(r.revenue_before), sum(r.purchase_count), min(r.first_date)
              FROM (%s OFFSET 0) r GROUP BY GROUPING SETS (%s)
            """, numbers, SQL(", ").join(keys), statuses, rows, sets)

    # ------------------------------------------------------------ customers as of today
    @api.model
    def _columns(self, first):
        env = self.env
        return (
            first,
            Column("customers", env._("Customers"), INTEGER, env._("Customers who have bought, as of today."), ()),
            Column("money_at_risk", env._("Money at risk"), MONEY, env._(
                "What late, sleeping and lost customers would have bought since their last purchase, at most a year of it."),
                (("status", "in", [LATE, SLEEPING, LOST]),)),
            Column("late", env._("Late"), INTEGER, env._("Silent for longer than their own rhythm explains."), (("status", "=", LATE),)),
            Column("sleeping", env._("Sleeping"), INTEGER, env._("Late by one more usual gap, and more likely lost than not."),
                   (("status", "=", SLEEPING),)),
            Column("lost", env._("Lost"), INTEGER, env._("Late by three usual gaps and almost surely lost."), (("status", "=", LOST),)),
            Column("new", env._("New"), INTEGER, env._("Bought once, and not late."), (("status", "=", NEW),)),
            Column("steady", env._("Steady"), INTEGER, env._("Buy again and again, and are not late."), (("status", "=", STEADY),)),
            Column("revenue_total", env._("Lifetime revenue"), MONEY, env._("Untaxed, net of credit notes."), ()),
            Column("average_check", env._("Average check"), MONEY, env._("Lifetime revenue by the number of purchases."), ()),
            Column("revenue_year", env._("Last 365 days"), MONEY, env._("Revenue of the last 365 days."), ()),
            Column("revenue_before", env._("365 days before"), MONEY, env._("Revenue of the 365 days before these.")),
            Column("growth", env._("Growth"), PERCENT, env._(
                "Revenue of the last 365 days against the 365 days before; empty where somebody bought for less than half of these, "
                "or for less than a fifth of today's.")),
        )

    @api.model
    def _cells(self, sums):
        cells = {name: sums[name] for name in SUMS if name != "purchases"}
        cells["average_check"] = sums["revenue_total"] / sums["purchases"] if sums["purchases"] else None
        cells["growth"] = growth.growth(
            sums["revenue_year"], sums["revenue_before"], sums["first_date"], self.env["conveyor.rhythm"]._today())
        return cells

    @api.model
    def _make(self, model, domain, key, title, columns, rows, total=None, notes=()):
        drill = {"model": model, "field": "", "domain": domain, "context": {}}
        return Table(key, title, tuple(columns), tuple(rows), tuple(notes), total, self.env["conveyor.funnel"]._currency(), drill)

    @api.model
    def _summary_table(self, domain, sums):
        cells = self._cells(sums[("all", None)])
        rows = [Row(column.key, {"figure": column.label, "value": cells[column.key]},
                    (), {"value": column.drill}, {"value": column.type}, note=column.note)
                for column in self._columns(Column("figure", ""))[1:]]
        shown = Column("figure", self.env._("Figure")), Column("value", self.env._("Value"), DECIMAL)
        return self._make("conveyor.rhythm", domain, "rhythm_summary", self.env._("Customers"), shown, rows)

    @api.model
    def _by_table(self, domain, sums, field, key, title, label, names, nobody):
        own = {value: self._cells(numbers) for (place, value), numbers in sums.items() if place == field}
        rows = [Row(str(value or 0), {"name": names.get(value, nobody), **cells}, ((field, "=", value or False),))
                for value, cells in own.items()]
        rows.sort(key=(lambda row: STATUSES.index(row.key)) if field == "status" else
                  lambda row: (-row.cells["money_at_risk"], -row.cells["customers"], row.cells["name"]))
        total = Row("total", {"name": self.env._("Total"), **self._cells(sums[("all", None)])}, types={"name": TEXT}, kind="total")
        table = self._make("conveyor.rhythm", domain, key, title, self._columns(Column("name", label)), rows, total if rows else None)
        return table.without(*STATUSES) if field == "status" else table

    # ------------------------------------------------------------ what changed
    @api.model
    def _change_table(self, domain, filters):
        env, change_domain = self.env, self._change_domain(domain, filters)
        words = {"late": env._("Became late"), "sleeping": env._("Fell asleep"), "lost": env._("Lost"), "back": env._("Back again")}
        columns = [Column("month", env._("Month"), DATE), Column(
            "gained", env._("Bought first"), INTEGER, env._("Customers whose first purchase was in the month.")), *(
            Column(name, words[name], INTEGER, env._("Customers of whom it was written down in the month."), drill)
            for name, drill in CHANGES.items()), Column(
            "amount_lost", env._("Lost money"), MONEY, env._("Money at risk on the day on which they were lost."), CHANGES["lost"]), Column(
            "amount_back", env._("Money back"), MONEY, env._("What those who are back again bought on their first day."), CHANGES["back"])]
        months = self._change_sums(change_domain, self._gained(domain, filters))
        rows = [Row(month.isoformat(), {"month": month, **cells}, self._month_conditions(month)) for month, cells in sorted(months.items())]
        total = Row("total", {"month": env._("Total"), **{
            column.key: sum(cells[column.key] for cells in months.values()) for column in columns[1:]}}, types={"month": TEXT}, kind="total")
        return self._make("conveyor.rhythm.change", change_domain, "rhythm_month", env._("Status Changes by Month"), columns, rows,
                          total if rows else None)

    @api.model
    def _change_domain(self, domain, filters):
        """Changes within the period, of the same customers."""
        companies = [("company_id", "in", list(filters.company_ids))]
        if len(domain) > len(companies):
            companies.append(("partner_id.rhythm_ids", "any", domain))
        days = [("date", ">=", filters.date_from)] if filters.date_from else []
        return companies + days + ([("date", "<=", filters.date_to)] if filters.date_to else [])

    @api.model
    def _month_conditions(self, month):
        following = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
        return ("date", ">=", month.isoformat()), ("date", "<", following.isoformat())

    @api.model
    def _gained(self, domain, filters):
        """``{month: customers whose first purchase was in it}``"""
        days = [("first_date", ">=", filters.date_from)] if filters.date_from else []
        days += [("first_date", "<=", filters.date_to)] if filters.date_to else []
        return dict(self.env["conveyor.rhythm"]._read_group([*domain, *days], ["first_date:month"], ["__count"]))

    @api.model
    def _change_sums(self, domain, gained):
        """``{month: cells}``"""
        change = self.env["conveyor.rhythm.change"]
        query = change._search(domain)
        field = lambda name: change._field_to_sql(query.table, name, query)  # noqa: E731
        status, back, amount = field("to_status"), field("is_back"), field("amount")
        counts = SQL(", ").join(SQL("count(*) FILTER (WHERE %s)", back if name == "back" else SQL("%s = %s", status, name)) for name in CHANGES)
        query.groupby = SQL("1, 2")
        rows = self.env.execute_query(query.select(
            SQL("date_trunc('month', %s)::date", field("date")), field("currency_id"), counts,
            SQL("sum(%s) FILTER (WHERE %s = %s)", amount, status, LOST), SQL("sum(%s) FILTER (WHERE %s)", amount, back)))
        months = defaultdict(lambda: {"gained": 0, **dict.fromkeys(CHANGES, 0), "amount_lost": 0.0, "amount_back": 0.0})
        for month, count in gained.items():
            months[month]["gained"] = count
        for month, currency_id, *counts, lost, back in rows:
            rate, cells = self.env["conveyor.discipline"]._rate(currency_id), months[month]
            for name, count in zip(CHANGES, counts, strict=True):
                cells[name] += count
            cells["amount_lost"] += float(lost or 0) * rate
            cells["amount_back"] += float(back or 0) * rate
        return months
