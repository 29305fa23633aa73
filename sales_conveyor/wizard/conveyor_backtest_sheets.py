from odoo import api, models

from ..engine.table import DATE, DAYS, INTEGER, MONEY, TEXT, Column, Row, Table

WAYS = {  # column: type; in the order of the screen
    "name": TEXT, "named": INTEGER, "right": INTEGER, "wrong": INTEGER, "missed": INTEGER, "right_share": TEXT, "caught_share": TEXT,
    "silence": DAYS, "early": DAYS, "amount": MONEY}
BY_DAY = {"day": DATE, "asked": INTEGER, "named": INTEGER, "right": INTEGER, "wrong": INTEGER, "lost": INTEGER, "missed": INTEGER, "amount": MONEY}
OF_RIGHT = ("silence", "early", "amount")  # nothing without a right alarm


class ConveyorBacktest(models.TransientModel):
    """The last back-test of the reader as sheets of the workbook, with the figures of his screen."""

    _inherit = "conveyor.backtest"

    @api.model
    def _sheets(self, filters):
        """``{key: Table}``; none for whom no back-test has run in these days."""
        if not self.has_access("read"):
            return {}
        last = self.search([
            ("create_uid", "=", self.env.uid), ("has_run", "=", True), ("company_id", "in", list(filters.company_ids))],
            order="write_date desc, id desc", limit=1)
        return {table.key: table for table in last._sheet_tables()} if last else {}

    def _sheet_tables(self):
        self.ensure_one()
        notes = tuple((self.summary or "").splitlines())
        yield self._sheet("backtest_way", self.env._("Back-test"), WAYS, self.way_ids, notes)
        yield self._sheet("backtest_day", self.env._("Back-test by Day"), BY_DAY, self.day_ids)

    def _sheet(self, key, title, kinds, lines, notes=()):
        of = self.env["conveyor.backtest.line"]._fields
        columns = tuple(Column(name, of[name]._description_string(self.env), kind, of[name]._description_help(self.env) or "")
                        for name, kind in kinds.items())
        rows = tuple(Row(str(line.id), {name: self._sheet_cell(line, name) for name in kinds}) for line in lines)
        return Table(key, title, columns, rows, notes, None, self.with_company(self.company_id).env["conveyor.funnel"]._currency())

    def _sheet_cell(self, line, name):
        return None if name in OF_RIGHT and not line.right else line[name]

    def action_workbook(self):
        """The dialog that downloads it, with the customers' other sheets."""
        return self.env["conveyor.workbook"].open_from_filters({"company_ids": self.company_id.ids}, ["customers"])
