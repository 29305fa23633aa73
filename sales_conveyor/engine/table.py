"""Plain tables: what the screen, the PDF and the workbook all show.

A :class:`Table` is finished data. Whoever shows it does no arithmetic: values
are rounded nowhere, percentages are fractions, a missing value is ``None``.

Drill-down is plain data too. The leads behind a cell are those with a row in
``drill['field']`` that meets every condition of ``drill['domain']``, of the
row and of the cell, see :meth:`Table.drill_domain`::

    table.drill_domain(row, "passed")
    # [('funnel_fact_ids', 'any', [('stage_id', '=', 4), ('pass_date', '!=', False)])]

Without a ``drill['field']`` the records themselves meet the conditions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

TEXT, INTEGER, DECIMAL, PERCENT, MONEY, DAYS, DATE, DATETIME = TYPES = (
    "text", "integer", "decimal", "percent", "money", "days", "date", "datetime")

Condition = tuple[str, str, Any]
Conditions = tuple[Condition, ...]


@dataclass(frozen=True)
class Column:
    """One column. ``note`` is its definition in words; ``drill`` the
    conditions of the leads behind its numbers, ``None`` if it opens nothing;
    ``under`` the column of which it is an earlier figure: a screen shows it
    below that one, where room is short."""

    key: str
    label: str
    type: str = TEXT
    note: str = ""
    drill: Conditions | None = None
    under: str = ""

    def __post_init__(self):
        if self.type not in TYPES:
            raise ValueError(f"Column {self.key}: unknown type {self.type!r}, use one of {', '.join(TYPES)}")


@dataclass(frozen=True)
class Row:
    """One row: ``cells`` by column key.

    ``domain`` holds conditions common to all its cells; ``drills`` replaces a
    column's own drill for this row, ``types`` a column's own type; ``note``
    defines what stands in it, where rows differ in that; ``levels`` are the
    shades of its cells in a heat map; ``bases`` replaces the table's ``drill``
    for a column, where what is behind it is of another model.
    """

    key: str
    cells: Mapping[str, Any]
    domain: Conditions = ()
    drills: Mapping[str, Conditions | None] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    kind: str = "row"
    note: str = ""
    levels: Mapping[str, int] = field(default_factory=dict)
    bases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A titled table; ``total`` stands apart from the rows it sums up.

    A heat map (``is_heat``) shades its numbers: each cell by its ``levels`` of
    the row, 0 the palest, the workbook by itself."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    total: Row | None = None
    currency: Mapping[str, Any] | None = None
    drill: Mapping[str, Any] | None = None
    is_heat: bool = False

    def column(self, key: str) -> Column:
        """The column of that key; ``KeyError`` if there is none."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)

    def row(self, key: str) -> Row:
        """The row of that key; ``KeyError`` if there is none."""
        for row in self.rows:
            if row.key == key:
                return row
        raise KeyError(key)

    def value(self, row: str, column: str) -> Any:
        """The value of one cell by the keys of its row and column."""
        return self.row(row).cells.get(column)

    def type_of(self, row: Row, column: str) -> str:
        """The type of one cell: the row's word, else the column's."""
        return row.types.get(column) or self.column(column).type

    def base(self, row: Row, column: str) -> Mapping[str, Any] | None:
        """The drill of one cell: the row's own, else the table's."""
        return row.bases.get(column) or self.drill

    def drill_domain(self, row: Row, column: str) -> list | None:
        """Domain on the model of :meth:`base` of what is behind one cell, or ``None``."""
        conditions = row.drills[column] if column in row.drills else self.column(column).drill
        base = self.base(row, column)
        if base is None or conditions is None or row.cells.get(column) is None:
            return None
        domain = [*base["domain"], *row.domain, *conditions]
        return [(base["field"], "any", domain)] if base["field"] else domain

    def without(self, *keys: str) -> "Table":
        """The same table without these columns."""
        return replace(self, columns=tuple(column for column in self.columns if column.key not in keys))

    def as_dict(self) -> dict:
        """Everything as JSON can carry it: dates as ISO strings, tuples as lists."""
        return _plain({
            "key": self.key, "title": self.title, "notes": self.notes,
            "columns": [vars(column) for column in self.columns],
            "rows": [vars(row) for row in self.rows],
            "total": vars(self.total) if self.total else None,
            "currency": self.currency, "drill": self.drill, "is_heat": self.is_heat,
        })


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value
