from dataclasses import replace

from odoo import api, models
from odoo.tools import format_date

from ..engine.funnel import PERIOD
from ..engine.table import MONEY, Column, Row, Table


class ConveyorDashboardSheets(models.AbstractModel):
    """The owner's page as sheets of the workbook: the same tables as on the screen."""

    _inherit = "conveyor.dashboard"

    @api.model
    def _sheets(self, filters):
        """``{key: Table}`` in the order of the page; none for chosen leads.

        :param filters: ``engine.period.Filters``; what happened in the period is counted, as on the screen
        """
        if filters.lead_ids:
            return {}
        scope = self._scope_of(filters)
        belt = self._belt_found(scope)
        tables = (
            self._top_sheet(scope), replace(belt["table"], notes=(belt["sentence"],) if belt["sentence"] else ()), self._list_sheet(scope),
            *self._around_tables(scope), self._sales_by_month(scope), self._source_table(scope), *self._driver_tables(scope),
            *self._outlook_tables(scope))
        return {f"dashboard_{table.key}": replace(table, key=f"dashboard_{table.key}") for table in tables}  # others have some of these keys

    @api.model
    def _scope_of(self, filters):
        return self.env["conveyor.funnel"]._scope(replace(filters, counting=PERIOD))

    @api.model
    def _top_sheet(self, scope):
        """The top line: figures of several tables below each other, each with what is behind it."""
        before = self._scope_before(scope)
        first, *others = self._top_tables(scope, before)
        rows = [self._at_home(row, table) for table in (first, *others) for row in table.rows]
        return replace(first, key="top", title=self.env._("Main Figures"), rows=tuple(rows), notes=self._top_notes(scope, before))

    @api.model
    def _at_home(self, row: Row, table):
        return replace(row, bases={column.key: table.drill for column in table.columns} if table.drill else {})

    @api.model
    def _top_notes(self, scope, before):
        env, counted = self.env, self.env["conveyor.funnel"]._counting_sentence(PERIOD)
        day = lambda value: format_date(env, value) if value else "…"  # noqa: E731
        period = self._period_in_words(scope)
        if not before:
            return period, counted
        return period, env._("Period before: from %(first)s to %(last)s.", first=day(before.filters.date_from), last=day(before.filters.date_to)), counted

    @api.model
    def _period_in_words(self, scope):
        first, last = (format_date(self.env, value) if value else "…" for value in self._days(scope))
        return self.env._("From %(first)s to %(last)s.", first=first, last=last)

    @api.model
    def _list_sheet(self, scope):
        """The three lists of names below each other, with what is said under them."""
        env, found = self.env, self._lists(scope)
        columns = (Column("list", env._("List")), Column("name", env._("Client")), Column("person", env._("Person")),
                   Column("money", env._("Money"), MONEY), Column("why", env._("Why")))
        rows = [Row(f"{one['key']}-{item['key']}", {"list": one["title"], **{key: item[key] for key in ("name", "person", "money", "why")}})
                for one in found["lists"] for item in one["items"]]
        notes = [f"{one['title']}: {one['note'] if one['items'] else one['empty']}" for one in found["lists"]]
        return Table("lists", env._("Names to Assign"), columns, tuple(rows), (*notes, *filter(None, (self._burned_sentence(scope), found["week"]))), None,
                     env["conveyor.funnel"]._currency())
