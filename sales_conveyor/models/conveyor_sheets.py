from dataclasses import replace

from odoo import api, models

from ..engine.table import Row

ROWS = "rows"
DASHBOARD = "dashboard_"  # before the keys of its tables
GROUPS = ("dashboard", "funnel", "touches", "customers", "visitors", "money", ROWS)  # in the order of the workbook


class ConveyorSheets(models.AbstractModel):
    """The tables of the workbook, by the groups of sheets that somebody chose.

    Every group is made by the model whose screen shows it, of the same filters,
    so that a sheet says what the screen says.
    """

    _name = "conveyor.sheets"
    _description = "Sheets of the Workbook"

    @api.model
    def _tables(self, filters, groups=GROUPS, counter_ids=None):
        """``{key: Table}``; a table without rows is no sheet, but for those of the funnel. Definitions come last.

        :param filters: as of ``conveyor.funnel._tables``
        :param groups: of ``GROUPS``; the raw rows are not made here
        :param counter_ids: of the visitors' sheets, all without
        """
        parsed = self.env["conveyor.funnel"]._parse(filters)
        funnel = self.env["conveyor.funnel"]._tables(parsed)
        definitions, makers = funnel.pop("definitions"), self._makers(parsed, funnel, counter_ids)
        found = {}
        for group in groups:
            found |= {key: table for key, table in makers[group]().items() if table.rows or group == "funnel"} if group in makers else {}
        found = self._each_once(found)
        return {**found, "definitions": self._with_definitions(definitions, found.values(), funnel)}

    @api.model
    def _makers(self, filters, funnel, counter_ids):
        """``{group: callable that gives its tables}``"""
        env = self.env
        return {
            "dashboard": lambda: env["conveyor.dashboard"]._sheets(filters),
            "funnel": lambda: funnel,
            "touches": lambda: env["conveyor.touch.tables"]._sheets(filters),
            "customers": lambda: self._customer_tables(filters),
            "visitors": lambda: env["conveyor.counter.tables"]._sheets(filters, counter_ids),
            "money": lambda: env["conveyor.money"]._sheets(filters),
        }

    @api.model
    def _customer_tables(self, filters):
        """Customers by rhythm, who was woken, and the reader's last back-test."""
        return {key: table for name in ("rhythm.tables", "reactivation.tables", "backtest")
                for key, table in self.env[f"conveyor.{name}"]._sheets(filters).items()}

    @api.model
    def _each_once(self, tables):
        """Without the dashboard's tables that say nothing which another sheet does not say; no title twice."""
        others = {key: table for key, table in tables.items() if not key.startswith(DASHBOARD)}
        taken, kept = {table.title for table in others.values()}, {}
        for key, table in tables.items():
            twin = others.get(key.removeprefix(DASHBOARD)) if key not in others else None
            if twin and self._is_within(table, twin):
                continue
            is_second = table.title in ({one.title for one in kept.values()} if key in others else taken)
            kept[key] = replace(table, title=self._other_title(key, table.title)) if is_second else table
        return kept

    @api.model
    def _other_title(self, key, title):
        if key.startswith(DASHBOARD):
            return self.env._("%(sheet)s in the Period", sheet=title)
        return self.env._("%(sheet)s, Money", sheet=title) if key.startswith("money_") else title

    @api.model
    def _is_within(self, table, other):
        """Whether every cell of a table stands in the other one."""
        rows, keys = {row.key: row.cells for row in other.rows}, [column.key for column in table.columns]
        return {column.key for column in other.columns} >= {*keys} and all(
            row.key in rows and all(row.cells.get(key) == rows[row.key].get(key) for key in keys) for row in table.rows)

    @api.model
    def _with_definitions(self, definitions, tables, funnel):
        """The definitions, with those of the columns and figures of further tables."""
        rows = [*definitions.rows]
        known = {row.cells["name"]: row.cells["text"] for row in rows}
        for table in tables:
            for key, label, note in self._noted(table) if table.key not in funnel else ():
                name = label if label not in known else f"{table.title}: {label}"
                if note not in known.values():
                    known[name] = note
                    rows.append(Row(f"{table.key}-{key}", {"name": name, "text": note}))
        return replace(definitions, rows=tuple(rows))

    @api.model
    def _noted(self, table):
        """(key, label, definition) of its columns, and of those rows that are figures of their own."""
        yield from ((column.key, column.label, column.note) for column in table.columns if column.note)
        yield from ((row.key, str(row.cells[table.columns[0].key]), row.note) for row in table.rows if row.note)
