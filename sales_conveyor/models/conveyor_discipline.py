from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.discipline import Tally, histogram
from ..engine.table import DATE, DECIMAL, INTEGER, MONEY, PERCENT, TEXT, Column, Row, Table

FEW = 3  # touches after which the typical salesperson stops
REPORT = "conveyor.discipline.report"
DRILL_FIELD = "discipline_ids"
KEYS = ("user_id", "team_id", "source_id", "touch_group")
FILTERS = {"team_ids": "team_id", "user_ids": "user_id", "source_ids": "source_id", "campaign_ids": "campaign_id",
           "lead_ids": "lead_id"}
SILENCES = 15
DROPPED, EARLY, LEFT = (("is_dropped", "=", 1),), (("is_dropped_early", "=", 1),), (("is_left", "=", 1),)
JUDGED, DUE, ATTEMPTED = (("is_judged", "=", 1),), (("is_attempt_due", "=", 1),), (("is_attempted", "=", 1),)


class ConveyorDiscipline(models.AbstractModel):
    """Where touches stop, as finished tables for screen and workbook.

    Figures come from ``conveyor.discipline.report``, whose docstring says what
    they mean, in one reading of it. Everybody sees his own first.
    """

    _name = "conveyor.discipline"
    _description = "Where Touches Stop, Tables"

    @api.model
    @api.readonly
    def get_tables(self, filters=None):
        """The tables as plain data, and what the reader himself has left behind."""
        parsed = self.env["conveyor.funnel"]._parse(filters)
        mine = self._sums([*self._domain(parsed), ("user_id", "=", self.env.uid)]).get(("all", None), Tally())
        return {
            "tables": [table.as_dict() for table in self._tables(parsed).values()],
            "mine": {"left": mine.left, "value": mine.value_left, "currency": self._currency()},
            "period": {"date_from": parsed.date_from and parsed.date_from.isoformat(),
                       "date_to": parsed.date_to and parsed.date_to.isoformat()},
        }

    @api.model
    def _tables(self, filters=None):
        """``{key: Table}`` in the order in which they are shown.

        :param filters: as of ``conveyor.funnel._tables``; dates are those of the leads' coming
        """
        if filters is None or isinstance(filters, dict):
            filters = self.env["conveyor.funnel"]._parse(filters)
        domain = self._domain(filters)
        sums = self._sums(domain)
        tables = (
            self._summary_table(domain, sums),
            self._stop_table(domain, sums),
            self._salesperson_table(domain, sums),
            self._by_table(domain, sums, "team_id", "discipline_team", self.env._("Dropped by Team"),
                           self.env._("Sales team"), "crm.team", self.env._("No team")),
            self._by_table(domain, sums, "source_id", "discipline_source", self.env._("Dropped by Source"),
                           self.env._("Source"), "utm.source", self.env._("No source")),
            self._silence_table(domain),
        )
        return {table.key: table for table in tables}

    @api.model
    def _salesperson_table(self, domain, sums):
        return self._by_table(domain, sums, "user_id", "discipline_salesperson", self.env._("Dropped by Salesperson"),
                              self.env._("Salesperson"), "res.users", self.env._("Unassigned"))

    # ------------------------------------------------------------ what is read
    @api.model
    def _domain(self, filters):
        domain = self.env["conveyor.funnel"]._row_domain(filters, FILTERS)
        domain += [("entry_date", ">=", filters.date_from)] if filters.date_from else []
        domain += [("entry_date", "<=", filters.date_to)] if filters.date_to else []
        return domain

    @api.model
    def _sums(self, domain):
        """``{(key, value): Tally}`` and ``("all", None)``, in one reading."""
        return self._sums_apart(domain, None)[0]

    @api.model
    def _sums_apart(self, domain, begin):
        """(sums, sums of the leads that came before a day), in one reading; ``begin``: None for no such day."""
        names = ("currency_id", *KEYS, "is_dropped", "touches", "is_left", "value", "window_share",
                 "attempt_norm", "first_attempt_minutes", "is_attempted")
        query = self.env[REPORT]._search(domain)
        earlier = SQL("%s < %s", SQL.identifier(query.table, "entry_date"), begin) if begin else SQL("FALSE")
        rows = query.select(*(SQL.identifier(query.table, name) for name in names), SQL("%s AS is_earlier", earlier))
        found = defaultdict(Tally), defaultdict(Tally)
        for is_earlier, grouping, currency_id, *values, measures in self._grouped(rows):
            place = KEYS[grouping] if grouping < len(KEYS) else "all"
            value = values[grouping] if grouping < len(KEYS) else None
            found[is_earlier][place, value] += self._tally(measures, currency_id)
        return found

    @api.model
    def _grouped(self, rows):
        """Rows (did they come before, number of the key, currency, values of the keys, measures)."""
        keys = [SQL.identifier("d", name) for name in KEYS]
        sets = SQL(", ").join([*(SQL("(d.is_earlier, d.currency_id, %s)", key) for key in keys), SQL("(d.is_earlier, d.currency_id)")])
        numbers = SQL("CASE %s ELSE %s END", SQL(" ").join(
            SQL("WHEN GROUPING(%s) = 0 THEN %s", key, number) for number, key in enumerate(keys)), len(keys))
        result = self.env.execute_query(SQL(
            """
            SELECT d.is_earlier, %s, d.currency_id, %s, count(*), sum(is_dropped), sum(is_dropped) FILTER (WHERE touches <= %s), sum(is_left),
                   sum(value) FILTER (WHERE is_left = 1), count(window_share), sum(window_share),
                   count(*) FILTER (WHERE is_attempted = 1 OR first_attempt_minutes > attempt_norm),
                   count(*) FILTER (WHERE is_attempted = 1 AND first_attempt_minutes <= attempt_norm),
                   sum(is_attempted), sum(first_attempt_minutes) FILTER (WHERE is_attempted = 1)
              FROM (%s OFFSET 0) d GROUP BY GROUPING SETS (%s)
            """, numbers, SQL(", ").join(keys), FEW, rows, sets))
        width = 3 + len(KEYS)
        return [(*row[:width], row[width:]) for row in result]

    @api.model
    def _tally(self, measures, currency_id):
        leads, dropped, early, left, value, judged, in_window, due, in_time, attempted, minutes = (
            measure or 0 for measure in measures)
        return Tally(leads, dropped, early, left, float(value) * self._rate(currency_id), judged, int(in_window),
                     due, int(in_time), attempted, float(minutes))

    @api.model
    def _rate(self, currency_id):
        """Today's rate into the reader's currency."""
        target = self.env.company.currency_id
        if not currency_id or currency_id == target.id:
            return 1.0
        return self.env["res.currency"]._get_conversion_rate(
            self.env["res.currency"].browse(currency_id), target, self.env.company, fields.Date.today())

    # ------------------------------------------------------------ tables
    @api.model
    def _make(self, domain, key, title, columns, rows, total=None):
        drill = {"model": "crm.lead", "field": DRILL_FIELD, "domain": domain, "context": {"active_test": False}}
        return Table(key, title, tuple(columns), tuple(rows), (), total, self._currency(), drill)

    @api.model
    def _currency(self):
        return self.env["conveyor.funnel"]._currency()

    @api.model
    def _columns(self, first):
        words, env = self._definitions(), self.env
        return (
            first,
            Column("leads", env._("Leads"), INTEGER, words["leads"], ()),
            Column("dropped", env._("Dropped"), INTEGER, words["dropped"], DROPPED),
            Column("early", env._("At three or fewer"), INTEGER, words["early"], EARLY),
            Column("early_share", env._("Share at three or fewer"), PERCENT, words["early"], EARLY),
            Column("left", env._("Left behind"), INTEGER, words["left"], LEFT),
            Column("value_left", env._("Value left behind"), MONEY, words["value_left"], LEFT),
            Column("window_share", env._("Norm in decision window"), PERCENT, words["window_share"], JUDGED),
            Column("attempt_share", env._("First attempt in time"), PERCENT, words["attempt_share"], DUE),
            Column("mean_minutes", env._("Working minutes to it"), DECIMAL, words["mean_minutes"], ATTEMPTED),
        )

    @api.model
    def _cells(self, tally):
        return {name: getattr(tally, name) for name in (
            "leads", "dropped", "early", "early_share", "left", "value_left", "window_share", "attempt_share", "mean_minutes")}

    @api.model
    def _summary_table(self, domain, sums):
        columns, tally = self._columns(Column("figure", "")), sums.get(("all", None), Tally())
        cells = self._cells(tally)
        rows = [Row(column.key, {"figure": column.label, "value": cells[column.key]},
                    (), {"value": column.drill}, {"value": column.type}, note=column.note)
                for column in columns[1:]]
        shown = Column("figure", self.env._("Figure")), Column("value", self.env._("Value"), DECIMAL)
        return self._make(domain, "discipline_summary", self.env._("Where Touches Stop"), shown, rows)

    @api.model
    def _by_table(self, domain, sums, field, key, title, label, model, nobody):
        own = {value: tally for (place, value), tally in sums.items() if place == field}
        names = self.env["conveyor.funnel"]._names(model, list(own))
        rows = [Row(str(value or 0), {"name": names.get(value, nobody), **self._cells(tally)}, ((field, "=", value or False),))
                for value, tally in own.items()]
        rows.sort(key=lambda row: (-row.cells["value_left"], -row.cells["left"], -row.cells["dropped"], row.cells["name"]))
        total = Row("total", {"name": self.env._("Total"), **self._cells(sum(own.values(), Tally()))},
                    types={"name": TEXT}, kind="total")
        return self._make(domain, key, title, self._columns(Column("name", label)), rows, total)

    @api.model
    def _stop_table(self, domain, sums):
        labels = dict(self.env[REPORT]._fields["touch_group"]._description_selection(self.env))
        words, env = self._definitions(), self.env
        columns = (
            Column("touches", env._("After so many touches")),
            Column("dropped", env._("Dropped"), INTEGER, words["dropped"], DROPPED),
            Column("share", env._("Share of the dropped"), PERCENT, words["share"], DROPPED),
            Column("by_then", env._("Dropped by then"), PERCENT, words["by_then"]),
            Column("left", env._("Left behind"), INTEGER, words["left"], LEFT),
            Column("value_left", env._("Value left behind"), MONEY, words["value_left"], LEFT),
        )
        tallies = {value: tally for (place, value), tally in sums.items() if place == "touch_group"}
        rows = [Row(stop.key, {
            "touches": labels[stop.key], "dropped": stop.tally.dropped, "share": stop.share, "by_then": stop.by_then,
            "left": stop.tally.left, "value_left": stop.tally.value_left}, (("touch_group", "=", stop.key),))
            for stop in histogram(labels, tallies)]
        return self._make(domain, "discipline_stops", env._("After How Many Touches"), columns, rows)

    @api.model
    def _silence_table(self, domain):
        env, words = self.env, self._definitions()
        columns = (
            Column("name", env._("Lead")), Column("salesperson", env._("Salesperson")),
            Column("days", env._("Days of silence"), INTEGER, words["silence"], ()),
            Column("touches", env._("Touches"), INTEGER, words["touches"]),
            Column("last", env._("Last touch"), DATE), Column("value", env._("Expected revenue"), MONEY, "", ()),
        )
        found = self.env[REPORT].search([*domain, *LEFT], order="silence_days desc, lead_id", limit=SILENCES)
        rows = [Row(str(line.lead_id.id), {
            "name": line.lead_id.display_name, "salesperson": line.user_id.sudo().name or None,  # no secret
            "days": line.silence_days, "touches": line.touches,
            "last": line.last_touch_date.date() if line.last_touch_date else None,
            "value": line.value * self._rate(line.currency_id.id)}, (("lead_id", "=", line.lead_id.id),)) for line in found]
        return self._make(domain, "discipline_silences", env._("Longest Silences"), columns, rows)
