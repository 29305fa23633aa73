from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_amount, format_date, format_datetime, formatLang

from ..engine.table import DATE, DATETIME, DAYS, DECIMAL, INTEGER, MONEY, PERCENT, TEXT

NOTHING = "–"


class ConveyorTableText(models.AbstractModel):
    """Cells of an ``engine.table.Table`` as they are written on paper, in the reader's language: as the screen writes them."""

    _name = "conveyor.table.text"
    _description = "Tables on Paper"

    @api.model
    def _cell(self, table, row, column):
        """The text of one cell, a dash where there is nothing."""
        value = row.cells.get(column.key)
        if value is None or value is False or value == "":
            return NOTHING
        return self._writers()[table.type_of(row, column.key)](value, column.key, table.currency)

    @api.model
    def _writers(self):
        number = lambda digits: lambda value, *_rest: formatLang(self.env, value, digits=digits)  # noqa: E731
        return {
            TEXT: lambda value, *_rest: str(value), INTEGER: number(0), DECIMAL: number(1), DAYS: number(1), MONEY: self._money,
            PERCENT: lambda value, *_rest: self.env._("%(number)s %%", number=formatLang(self.env, 100 * value, digits=1)),
            DATE: lambda value, key, _currency: format_date(self.env, value, date_format="LLL y" if key == "month" else False),
            DATETIME: lambda value, *_rest: format_datetime(self.env, value, dt_format="short"),
        }

    @api.model
    def _money(self, value, _key, currency):
        currency = self.env["res.currency"].browse((currency or {}).get("id")) or self.env.company.currency_id
        return format_amount(self.env, round(value), currency, trailing_zeroes=False)

    @api.model
    def _plain(self, table, keys=None, most=None):
        """The table as a template shows it: ``title``, ``heads`` and ``rows`` of (text, whether it is a number), ``notes``.

        :param keys: of its columns, all without
        :param most: how many rows at most
        """
        columns = [table.column(key) for key in keys] if keys else table.columns
        rows = table.rows[:most]
        return {
            "key": table.key, "title": table.title, "notes": table.notes,
            "heads": [(column.label, column.type not in (TEXT, DATE)) for column in columns],
            "rows": [[(self._broken(self._cell(table, row, column)), table.type_of(row, column.key) not in (TEXT, DATE))
                      for column in columns] for row in rows],
            "left_out": len(table.rows) - len(rows),
        }

    @api.model
    def _broken(self, text):
        """Long ways break after their arrows, nowhere else within a step if it can be."""
        return Markup(" → ").join(Markup('<span style="white-space:nowrap">%s</span>') % part if len(part) < 40 else part
                                  for part in text.split(" → "))
