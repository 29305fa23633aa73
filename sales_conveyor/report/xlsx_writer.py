"""The workbook of the funnel: the tables of the screen, native charts, the raw rows.

How to use::

    book = FunnelWorkbook(tables, RawSheets(columns, rows), "Leads", Look("%d.%m.%Y"))
    book.write(stream)

``tables`` are what ``conveyor.sheets._tables()`` gives, by key, in the order of
the sheets; definitions stand last, after the raw rows. This is the only file of the module that imports
XlsxWriter; it needs no Odoo.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from typing import Any, BinaryIO

import xlsxwriter

from ..engine.table import DATE, DATETIME, PERCENT, TEXT, Column, Table
from .xlsx_format import FILTER_ARROW, Look, SheetNames, clean_text, day_number, exceeds, row_height
from .xlsx_stream import RawSheets, merge_sheets

__all__ = ["FunnelWorkbook", "Look", "RawSheets"]

ACCENT, PALE, GREY = "#714B67", "#F1ECF0", "#8A8D91"
DEFINITIONS = "definitions"
HOT = "#C58BB4"  # black numbers are read on it
HEADER = {"bold": True, "font_size": 10, "bg_color": PALE, "bottom": 1, "text_wrap": True, "valign": "vcenter", "indent": 1}
NOTE = {"font_color": GREY, "italic": True, "text_wrap": True, "valign": "top"}
NOTE_WIDTH, FREE_WIDTH = 90, 8.43  # digits' room of a note, and of a column beside the table
INDENT = 2  # digits' room before a label and after it
MARGINS = {"left": .4, "right": .4}  # inches; wide tables are read the better
TOTAL = {"bold": True, "top": 1}
# tables drawn as bars: what stands below, what is counted
BARS = {"discipline_stops": ("touches", "dropped"), "touches_month": ("month", "touches"), "rhythm_status": ("name", "customers"),
        "rhythm_month": ("month", "late", "sleeping", "lost", "back"), "money_drain": ("name", "amount"),
        "dashboard_belt": ("section", "in_now"), "dashboard_sales_month": ("month", "first", "repeat"), "dashboard_largest": ("name", "revenue")}
PALETTE = ("#F0AD4E", "#D9534F", "#8A8D91", "#28A745")  # where several are counted
PALETTES = {"dashboard_sales_month": (ACCENT, "#C9BDC6")}
# User text stays text.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class FunnelWorkbook:
    """Assembles one workbook.

    :param tables: ``{key: Table}``
    :param raw: the raw rows, ``None``: without any
    :param raw_title: the name of their sheets
    :param look: dates of the reader's language; money follows each table's currency
    :param properties: as of ``xlsxwriter.Workbook.set_properties``: title, author, company, created
    :param others: ``{title: RawSheets}`` of further raw rows, which stand before
    """

    def __init__(self, tables: Mapping[str, Table], raw: RawSheets | None, raw_title: str = "", look: Look | None = None,
                 properties: Mapping[str, Any] | None = None, others: Mapping[str, RawSheets] | None = None):
        self._tables, self._raws = tables, {**(others or {}), **({raw_title: raw} if raw else {})}
        self._look, self._properties = look or Look(), dict(properties or {})
        self._first_rows = {title: rows.peek() for title, rows in self._raws.items()}

    def write(self, stream: BinaryIO) -> list[int]:
        """Write the XLSX into a binary file object; returns the rows of each sheet of the last raw rows."""
        first = sum(key != DEFINITIONS for key in self._tables) + 1
        return [[], *merge_sheets(stream, list(self._raws.values()), self._frame, first)][-1]

    def _frame(self, raw_sheets: Sequence[int]) -> BinaryIO:
        """The whole workbook, but of the raw rows only headers."""
        stream = BytesIO()
        with xlsxwriter.Workbook(stream, OPTIONS) as book:
            book.set_properties(self._properties)
            self._book, self._names, self._formats = book, SheetNames(), {}
            charts = {"funnel": self._chart_of_steps, "by_month": self._chart_of_months}
            for key in (key for key in self._tables if key != DEFINITIONS):
                self._write_table(key, charts.get(key) or (self._chart_of_bars if key in BARS else None))
            self._tables_made = 0
            for (title, raw), count in zip(self._raws.items(), raw_sheets, strict=True):
                self._write_raw_headers(title, raw, count)
            self._write_table(DEFINITIONS)
        stream.seek(0)
        return stream

    # ------------------------------------------------------------- one table
    def _write_table(self, key, add_chart=None):
        table = self._tables.get(key)
        if table is None:
            return
        sheet = self._add_sheet(table.title)
        look = replace(self._look, currency=table.currency)
        rows = [*table.rows, *([table.total] if table.total else [])]
        widths = self._widths(table)
        self._write_header(sheet, table.columns, widths)
        self._write_rows(sheet, table, rows, look)
        _fit_heights(sheet, table, rows, widths)
        if table.rows:
            if not table.is_heat:  # whose rows are a picture; without the buttons it prints larger
                sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
            self._add_data_bars(sheet, table)
        below = self._write_notes(sheet, table.notes, len(rows) + 2, widths)
        if add_chart and table.rows:
            add_chart(sheet, table, below + 1)

    def _widths(self, table):
        """Of the table's columns, in the order in which they stand."""
        look, rows = replace(self._look, currency=table.currency), [*table.rows, *([table.total] if table.total else [])]
        arrow = INDENT if table.is_heat else FILTER_ARROW
        typed = [row for row in rows if row.types]
        plain = [row for row in rows if not row.types] if typed else rows
        return [look.width(column, _values(plain, typed, column), arrow) for column in table.columns]

    def _add_sheet(self, title):
        sheet = self._book.add_worksheet(self._names.take(title))
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_margins(**MARGINS)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        if title := clean_text(self._properties.get("title", "")):
            sheet.set_header("&L" + title.replace("&", "&&")[:200])
        sheet.set_footer("&L&A&R&P / &N")
        return sheet

    def _write_header(self, sheet, columns, widths):
        labels = [clean_text(column.label) or column.key for column in columns]
        sheet.set_row(0, 4 + row_height((label, width - FILTER_ARROW) for label, width in zip(labels, widths)))
        for index, (label, width) in enumerate(zip(labels, widths)):
            sheet.set_column(index, index, width)
            _write_text(sheet, 0, index, label, self._format(**HEADER))

    def _write_rows(self, sheet, table, rows, look):
        @cache
        def cell_format(kind, key, is_total):
            emphasis = TOTAL if is_total else {}
            return self._format(**emphasis, **_layout(kind), num_format=look.number_format(kind, key))

        @cache
        def formats(is_total):
            return [cell_format(column.type, column.key, is_total) for column in table.columns]

        keys = [column.key for column in table.columns]
        plain = {int: sheet.write_number, float: sheet.write_number, str: partial(_write_text, sheet),
                 bool: sheet.write_blank, type(None): sheet.write_blank}
        other = partial(_write_other, sheet)
        for number, row in enumerate(rows, 1):
            is_total = row is table.total or row.kind == "total"
            looks = formats(is_total) if not row.types else [
                cell_format(_kind(row, column), column.key, is_total) for column in table.columns]
            for index, (key, cell_look) in enumerate(zip(keys, looks)):
                value = row.cells.get(key)
                plain.get(type(value), other)(number, index, value, cell_look)

    def _add_data_bars(self, sheet, table):
        if table.is_heat:
            sheet.conditional_format(1, 1, len(table.rows), len(table.columns) - 1, {
                "type": "2_color_scale", "min_color": "#FFFFFF", "max_color": HOT})
            return
        for index, column in enumerate(table.columns):
            if column.type == PERCENT:
                sheet.conditional_format(1, index, len(table.rows), index, {
                    "type": "data_bar", "data_bar_2010": True, "bar_solid": True, "bar_color": "#D9C9D5",
                    "min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1,
                })

    def _write_notes(self, sheet, notes, row, widths):
        """Below each other, each over as many columns as a line of reading needs: one long line would make the whole page small."""
        last, width = _note_columns(widths)
        for note in notes:
            if last:
                sheet.merge_range(row, 0, row, last, "", self._format(**NOTE))
            _write_text(sheet, row, 0, note, self._format(**NOTE))
            sheet.set_row(row, row_height([(note, width)]))
            row += 1
        return row

    def _format(self, **properties):
        """One format for the same properties; those without a number format stay general."""
        if not properties.get("num_format"):
            properties.pop("num_format", None)
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    # ---------------------------------------------------------------- charts
    def _chart_of_steps(self, sheet, table, row):
        """Steps downwards in the pipeline's order: how many reached each section."""
        chart = self._book.add_chart({"type": "bar"})
        chart.add_series({
            **_series(sheet, table, "section", "reached"),
            "fill": {"color": ACCENT}, "gap": 8, "data_labels": {"value": True},
        })
        chart.set_y_axis({"reverse": True, "major_tick_mark": "none", "line": {"none": True}})
        chart.set_x_axis({"visible": False, "min": 0, "major_gridlines": {"visible": False}})
        _place(sheet, chart, table, row, 120 + 32 * len(table.rows))

    def _chart_of_months(self, sheet, table, row):
        """Leads and won of each month as columns, the conversion as a line."""
        chart = self._book.add_chart({"type": "column"})
        for key, color in (("leads", "#C9BDC6"), ("won", ACCENT)):
            chart.add_series({**_series(sheet, table, "month", key), "fill": {"color": color}, "gap": 60})
        line = self._book.add_chart({"type": "line"})
        line.add_series({
            **_series(sheet, table, "month", "win_rate"), "y2_axis": True,
            "line": {"color": "#E46F78", "width": 2.25}, "marker": {"type": "circle", "size": 5},
        })
        chart.combine(line)
        chart.set_x_axis({"text_axis": True, "num_format": "mmm yyyy"})
        chart.set_y_axis({"min": 0, "num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": PALE}}})
        line.set_y2_axis({"min": 0, "num_format": "0%"})
        chart.set_legend({"position": "bottom"})
        _place(sheet, chart, table, row, 340)

    def _chart_of_bars(self, sheet, table, row):
        category, *counted = BARS[table.key]
        chart = self._book.add_chart({"type": "column", **({"subtype": "stacked"} if len(counted) > 1 else {})})
        for key, color in zip(counted, PALETTES.get(table.key, PALETTE) if len(counted) > 1 else (ACCENT,)):
            chart.add_series({**_series(sheet, table, category, key), "fill": {"color": color}, "gap": 60})
        chart.set_x_axis({"text_axis": True, "num_format": "mmm yyyy"})
        chart.set_y_axis({"min": 0, "num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": PALE}}})
        if len(counted) > 1:
            chart.set_legend({"position": "bottom"})
        _place(sheet, chart, table, row, 340)

    # -------------------------------------------------------------- raw rows
    def _write_raw_headers(self, title, raw, sheets):
        """Header, widths and formats; a table object gives the filters."""
        columns = [replace(column, label=label) for column, label in zip(raw.columns, _distinct(raw.columns))]
        widths = [self._look.width(column, {column.type: [row[index] for row in self._first_rows[title]]})
                  for index, column in enumerate(columns)]
        for _number in range(sheets):
            sheet = self._add_sheet(title)
            self._write_header(sheet, columns, widths)
            for index, column in enumerate(columns):
                sheet.set_column(index, index, widths[index], self._format(
                    valign="top", num_format=self._look.number_format(column.type, column.key)))
            self._tables_made += 1
            sheet.add_table(0, 0, 1, len(columns) - 1, {
                "name": f"conveyor_rows_{self._tables_made}", "style": "Table Style Light 1",
                "columns": [{"header": column.label, "header_format": self._format(**HEADER)} for column in columns],
            })


def _fit_heights(sheet, table, rows, widths):
    """Rows as high as their texts; only texts that exceed their column ask for more than a line."""
    texts = [(column.key, width) for column, width in zip(table.columns, widths) if column.type == TEXT]
    for number, row in enumerate(rows, 1):
        long = [(str(row.cells[key]), width) for key, width in texts
                if row.cells.get(key) and exceeds(str(row.cells[key]), width)]
        if long:
            sheet.set_row(number, row_height(long))


def _note_columns(widths):
    """The last column of a note, and the width of all its columns together."""
    last, width = 0, widths[0]
    while width < NOTE_WIDTH:
        last += 1
        width += widths[last] if last < len(widths) else FREE_WIDTH
    return last, width


def _values(plain, typed, column):
    """``{type: values}`` of a column, in rows as their columns say and in rows that have types of their own."""
    values = {column.type: [row.cells.get(column.key) for row in plain]}
    for row in typed:
        values.setdefault(_kind(row, column), []).append(row.cells.get(column.key))
    return values


def _kind(row, column):
    return row.types.get(column.key) or column.type


def _layout(kind):
    layout = {"valign": "top"}
    if kind == TEXT:
        return {**layout, "text_wrap": True, "align": "left", "indent": 1}
    return {**layout, "align": "left"} if kind in (DATE, DATETIME) else layout


def _write_other(sheet, row, column, value, cell_format):
    if hasattr(value, "toordinal") and (day := day_number(value)) is not None:
        sheet.write_number(row, column, day, cell_format)
    else:
        _write_text(sheet, row, column, value, cell_format)


def _write_text(sheet, row, column, text, cell_format):
    text = clean_text(text)
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "  # XlsxWriter would take it for XML of its own
    sheet.write_string(row, column, text, cell_format)


def _series(sheet, table, category, value):
    keys = [column.key for column in table.columns]
    across, down = keys.index(category), keys.index(value)
    return {
        "name": [sheet.name, 0, down],
        "categories": [sheet.name, 1, across, len(table.rows), across],
        "values": [sheet.name, 1, down, len(table.rows), down],
    }


def _place(sheet, chart, table, row, height):
    chart.set_title({"name": clean_text(table.title), "name_font": {"size": 12, "bold": True}})
    if len(chart.series) == 1:
        chart.set_legend({"none": True})
    chart.set_size({"width": 760, "height": height})
    sheet.insert_chart(row, 0, chart, {"object_position": 2})


def _distinct(columns: Sequence[Column]) -> list[str]:
    """Labels that differ, and not only by upper and lower case, as a table object wants them."""
    names = set()
    distinct = []
    for column in columns:
        label = name = clean_text(column.label) or column.key
        number = 1
        while name.casefold() in names:
            number += 1
            name = f"{label} {number}"
        names.add(name.casefold())
        distinct.append(name)
    return distinct
