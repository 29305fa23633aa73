from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import period
from ..engine.funnel import COHORT, PERIOD, Tally
from ..engine.table import DATE, DAYS, DECIMAL, INTEGER, MONEY, PERCENT, TEXT, Column, Row, Table
from .conveyor_funnel_month import USER
from .conveyor_funnel_reader import WHOLE

LEAD, WON, LOST, OPEN = "reached", "passed", "lost", "in_now"  # measures, as the whole conveyor calls them
DRILL_FIELD = "funnel_fact_ids"
ON_THE_WHOLE = ("stage_id", "=", False)
MONTHS_LIMIT = 240  # a gap-free list of months is no longer than twenty years
# what defines a figure of the summary that is no column anywhere
FIGURE_WORDS = {
    "value_won": "value", "value_lost": "value", "value_open": "value", "mean_days_won": "days_won",
    "median_days_won": "days_won", "mean_days_lost": "days_lost", "median_days_lost": "days_lost",
    "touches": "touches", "archived": "archived", "won_first": "sale_kind", "won_repeat": "sale_kind",
}


class ConveyorFunnel(models.AbstractModel):
    """The funnel as finished tables, the same for screen, PDF and workbook.

    ``_tables`` is for our own code, ``get_tables`` for the screen. Figures come
    from ``conveyor.funnel.reader``; what they mean is written in
    ``engine/funnel.py`` and, for readers, in the table ``definitions``.
    """

    _name = "conveyor.funnel"
    _inherit = "conveyor.funnel.reader"
    _description = "Funnel"

    # ------------------------------------------------------------ entry points
    @api.model
    def _tables(self, filters=None):
        """``{key: Table}`` in the order in which they are shown.

        :param filters: dictionary, every key optional: ``date_from``,
            ``date_to``, ``counting`` (``cohort``, ``period``), ``team_ids``,
            ``user_ids``, ``source_ids``, ``campaign_ids``, ``company_ids``
            (default: the companies one works in), ``lead_ids``, ``sale_kind``
        :raise UserError: a filter that cannot be understood
        """
        scope = self._scope(filters)
        tables = (
            self._summary_table(scope),
            self._funnel_table(scope),
            self._source_table(scope),
            self._salesperson_table(scope),
            self._month_table(scope),
            self._lost_reason_table(scope),
        )
        tables += (self._definition_table(scope, tables),)
        return {table.key: table for table in tables}

    @api.model
    @api.readonly
    def get_tables(self, filters=None):
        """The same as plain data, for the screen."""
        scope_filters = self._parse(filters)
        return {
            "tables": [table.as_dict() for table in self._tables(filters).values()],
            "counting": scope_filters.counting,
            "counting_label": self._counting_label(scope_filters.counting),
            "counting_sentence": self._counting_sentence(scope_filters.counting),
            "period": {"date_from": scope_filters.date_from and scope_filters.date_from.isoformat(),
                       "date_to": scope_filters.date_to and scope_filters.date_to.isoformat()},
        }

    # ------------------------------------------------------------ drill-down
    @api.model
    def _drill(self, scope):
        """Conditions common to all cells, and where they are put."""
        filters = scope.filters
        domain = [("company_id", "in", [*filters.company_ids, False])]
        for name, field in (("team_ids", "team_id"), ("user_ids", "user_id"), ("source_ids", "source_id"),
                            ("campaign_ids", "campaign_id"), ("lead_ids", "lead_id")):
            if ids := getattr(filters, name):
                domain.append((field, "in", [item or False for item in ids]))
        if filters.sale_kind:
            domain.append(("sale_kind", "=", filters.sale_kind))
        return {"model": "crm.lead", "field": DRILL_FIELD, "domain": domain, "context": {"active_test": False}}

    @api.model
    def _behind(self, scope, measure, first=None, last=None):
        """Conditions of the facts behind a measure, within the period or these days."""
        first, last = first or scope.filters.date_from, last or scope.filters.date_to
        is_cohort = scope.counting == COHORT
        entered = self._dated("entry_date", first, last)
        passed, lost = (self._dated(day, *(() if is_cohort else (first, last))) for day in ("pass_date", "loss_date"))
        left = ("|", *"&" * (len(passed) - 1), *passed, *"&" * len(lost), ("pass_date", "=", False), *lost)
        return (*(entered if is_cohort else ()), *{
            "reached": () if is_cohort else self._dated("reach_date", first, last),
            "passed": passed, "lost": lost, "left": left,
            "in_now": (("in_now", "=", 1),),  # what is now has no day
        }[measure])

    @api.model
    def _dated(self, field, first=None, last=None):
        """Conditions: dated, and within these days."""
        within = ((field, ">=", first and first.isoformat()), (field, "<=", last and last.isoformat()))
        return tuple(condition for condition in within if condition[2]) or ((field, "!=", False),)

    @api.model
    def _touched(self, scope):
        """Conditions of the facts whose touches are counted."""
        return (*self._behind(scope, "reached" if scope.counting == COHORT else "left"), ("touches", ">", 0))

    @api.model
    def _make_table(self, scope, key, title, columns, rows, total=None):
        notes = (self._counting_sentence(scope.counting), *self._money_notes(scope))
        return Table(key, title, tuple(columns), tuple(rows), notes, total,
                     self._currency(), self._drill(scope))

    # ------------------------------------------------------------ summary
    @api.model
    def _summary_table(self, scope):
        by_kind = self._sums(scope, ("sale_kind",), where=WHOLE)
        medians = self._medians(scope, ("by_loss",), where=WHOLE)
        whole = sum(by_kind.values(), Tally())
        won_kinds = {kind: by_kind.get((kind,), Tally()).passed for kind in ("first", "repeat")}
        behind = {measure: self._behind(scope, measure) for measure in (LEAD, WON, LOST, OPEN)}
        archived = whole.reached - whole.passed - whole.lost - whole.in_now if scope.counting == COHORT else 0
        nowhere = (*behind[LEAD], ("pass_date", "=", False), ("loss_date", "=", False), ("in_now", "=", 0))
        figures = (  # key, label, type, value, conditions
            ("leads", self.env._("Leads"), INTEGER, whole.reached, behind[LEAD]),
            ("won", self.env._("Won"), INTEGER, whole.passed, behind[WON]),
            ("lost", self.env._("Lost"), INTEGER, whole.lost, behind[LOST]),
            ("open", self.env._("Open now"), INTEGER, whole.in_now, behind[OPEN]),
            ("archived", self.env._("Archived without a loss"), INTEGER, archived or None, nowhere),
            ("value_won", self.env._("Value won"), MONEY, whole.value_passed, behind[WON]),
            ("value_lost", self.env._("Value lost"), MONEY, whole.value_lost, behind[LOST]),
            ("value_open", self.env._("Value open now"), MONEY, whole.value_now, behind[OPEN]),
            ("win_rate", self.env._("Win rate"), PERCENT, whole.passing(scope.counting), behind[WON]),
            ("mean_days_won", self.env._("Days to win, mean"), DAYS, whole.mean_days_passed, behind[WON]),
            ("median_days_won", self.env._("Days to win, median"), DAYS, medians.get((False,)), behind[WON]),
            ("mean_days_lost", self.env._("Days to loss, mean"), DAYS, whole.mean_days_lost, behind[LOST]),
            ("median_days_lost", self.env._("Days to loss, median"), DAYS, medians.get((True,)), behind[LOST]),
            ("touches", self.env._("Touches known"), INTEGER, whole.touches, self._touched(scope)),
            ("won_first", self.env._("Won: first sales"), INTEGER, won_kinds["first"],
             (*behind[WON], ("sale_kind", "=", "first"))),
            ("won_repeat", self.env._("Won: repeat sales"), INTEGER, won_kinds["repeat"],
             (*behind[WON], ("sale_kind", "=", "repeat"))),
        )
        words = self._definitions(scope.counting)
        rows = [
            Row(key, {"figure": label, "value": value}, (ON_THE_WHOLE,), {"value": conditions}, {"value": kind},
                note=words.get(FIGURE_WORDS.get(key, key), ""))
            for key, label, kind, value, conditions in figures if key != "archived" or value]
        columns = Column("figure", self.env._("Figure")), Column("value", self.env._("Value"), DECIMAL)
        return self._make_table(scope, "summary", self.env._("Summary"), columns, rows)

    # ------------------------------------------------------------ by something
    @api.model
    def _whole_columns(self, scope, first):
        """Columns of leads on the whole conveyor, after the column ``first``."""
        drill = {measure: self._behind(scope, measure) for measure in (LEAD, WON, LOST, OPEN)}
        words = self._definitions(scope.counting)
        return (
            first,
            Column("leads", self.env._("Leads"), INTEGER, words["leads"], drill[LEAD]),
            Column("won", self.env._("Won"), INTEGER, words["won"], drill[WON]),
            Column("lost", self.env._("Lost"), INTEGER, words["lost"], drill[LOST]),
            Column("open", self.env._("Open now"), INTEGER, words["open"], drill[OPEN]),
            Column("win_rate", self.env._("Win rate"), PERCENT, words["win_rate"], drill[WON]),
            Column("value_won", self.env._("Value won"), MONEY, words["value"], drill[WON]),
            Column("value_lost", self.env._("Value lost"), MONEY, words["value"], drill[LOST]),
            Column("mean_days_won", self.env._("Days to win, mean"), DAYS, words["days_won"], drill[WON]),
            Column("touches", self.env._("Touches"), INTEGER, words["touches"], self._touched(scope)),
            Column("touches_per_lead", self.env._("Touches per lead"), DECIMAL, words["touches_per_lead"],
                   self._touched(scope)),
        )

    @api.model
    def _whole_cells(self, scope, tally):
        return {
            "leads": tally.reached, "won": tally.passed, "lost": tally.lost, "open": tally.in_now,
            "win_rate": tally.passing(scope.counting), "value_won": tally.value_passed,
            "value_lost": tally.value_lost, "mean_days_won": tally.mean_days_passed,
            "touches": tally.touches, "touches_per_lead": tally.effort(scope.counting),
        }

    @api.model
    def _total(self, scope, first, tallies):
        cells = self._whole_cells(scope, sum(tallies, Tally()))
        return Row("total", {first: self.env._("Total"), **cells}, (ON_THE_WHOLE,), types={first: TEXT}, kind="total")

    @api.model
    def _source_table(self, scope):
        return self._by_table(
            scope, "by_source", self.env._("By Source"), Column("source", self.env._("Source")),
            self._sums(scope, ("source_id",), where=WHOLE), "source_id", "utm.source", self.env._("No source"))

    @api.model
    def _salesperson_table(self, scope):
        return self._by_table(
            scope, "by_salesperson", self.env._("By Salesperson"), Column("salesperson", self.env._("Salesperson")),
            self._sums(scope, ("user_id",), USER, WHOLE), "user_id", "res.users", self.env._("Unassigned"))

    @api.model
    def _by_table(self, scope, key, title, first, sums, field, model, nobody):
        names = self._names(model, [value for value, in sums])
        rows = [
            Row(str(value or 0), {first.key: names.get(value, nobody), **self._whole_cells(scope, tally)},
                (ON_THE_WHOLE, (field, "=", value or False)))
            for (value,), tally in sums.items()]
        rows.sort(key=lambda row: (-row.cells["leads"], -row.cells["won"], row.cells[first.key]))
        return self._make_table(scope, key, title, self._whole_columns(scope, first), rows,
                           self._total(scope, first.key, sums.values()))

    @api.model
    def _row_domain(self, filters, field_of):
        """Domain of rows of another report that match the filters, but for the period.

        :param field_of: {name in the filters: field of the rows}
        """
        domain = [("company_id", "in", [*filters.company_ids, False])]
        for name, field in field_of.items():
            if ids := getattr(filters, name):
                domain.append((field, "in", [item or False for item in ids]))
        return domain + ([("lead_id.sale_kind", "=", filters.sale_kind)] if filters.sale_kind else [])

    @api.model
    def _names(self, model, ids):
        """Names by id; names of colleagues and sources are no secret."""
        records, known = self.env[model].sudo().with_context(active_test=False), [*filter(None, ids)]
        if not known:
            return {}
        query = records._search([("id", "in", known)])
        name = records._field_to_sql(query.table, records._rec_name, query)
        return dict(self.env.execute_query(query.select(SQL.identifier(query.table, "id"), name)))

    @api.model
    def _month_table(self, scope):
        sums = self._sums(scope, ("month",), where=WHOLE)
        rows = [self._month_row(scope, month, sums.get((month,), Tally()))
                for month in self._month_list(scope, [month for month, in sums if month])]
        first = Column("month", self.env._("Month"), DATE)
        total = self._total(scope, "month", sums.values())
        table = self._make_table(scope, "by_month", self.env._("By Month"),
                            self._whole_columns(scope, first), rows, total)
        return table.without("open") if scope.counting == PERIOD else table

    @api.model
    def _month_list(self, scope, months):
        """All months of the period until today, or from the first to the last
        with anything in it, without gaps."""
        first, last = scope.filters.date_from, scope.filters.date_to
        ends = [*months, *(end for end in (first, last and min(last, fields.Date.today())) if end)]
        result = [min(ends).replace(day=1)] if ends else []
        while result and period.next_month(result[-1]) <= max(ends) and len(result) < MONTHS_LIMIT:
            result.append(period.next_month(result[-1]))
        return sorted({*result, *months})

    @api.model
    def _month_row(self, scope, month, tally):
        first = max(filter(None, (month, scope.filters.date_from)))
        last = min(filter(None, (period.month_end(month), scope.filters.date_to)))
        measures = {"leads": LEAD, "won": WON, "lost": LOST, "open": OPEN, "win_rate": WON,
                    "value_won": WON, "value_lost": LOST, "mean_days_won": WON}
        drills = {key: self._behind(scope, measure, first, last) for key, measure in measures.items()}
        drills["touches"] = drills["touches_per_lead"] = (
            *self._behind(scope, "reached" if scope.counting == COHORT else "left", first, last), ("touches", ">", 0))
        return Row(month.isoformat(), {"month": month, **self._whole_cells(scope, tally)}, (ON_THE_WHOLE,), drills)
