"""The workbook's writer on hand-made tables: no lead is needed, and no database is read.

What a workbook has to look like is told by openpyxl and by the parts in the ZIP.
"""

import re
import warnings
from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

import openpyxl
from lxml import etree

from odoo.tests import BaseCase, tagged

from ..engine.table import Column, Row, Table
from ..report.xlsx_format import MAX_TEXT, Look, SheetNames, clean_text, day_number, excel_date_format, money_format, row_height
from ..report.xlsx_stream import RawSheets
from ..report.xlsx_writer import FunnelWorkbook

EURO = {"symbol": "€", "position": "after", "decimal_places": 2}
DOLLAR = {"symbol": "$", "position": "before", "decimal_places": 0}

DATE_FORMATS = (
    ("%m/%d/%Y", "mm/dd/yyyy", "the American order"),
    ("%d.%m.%Y", "dd.mm.yyyy", "the Russian order"),
    ("%Y年%m月%d日", 'yyyy"年"mm"月"dd"日"', "words between are quoted"),
    ("%d.%m.%Y г.", 'dd.mm.yyyy "г".', "words after as well"),
    ("%-d %b %y", "d mmm yy", "short forms"),
    ("%H:%M:%S", "hh:mm:ss", "a time"),
    ("%I:%M %p", "hh:mm AM/PM", "a time of twelve hours"),
    ("%j %Y", "yyyy-mm-dd", "Excel cannot count the days of a year"),
    ("", "yyyy-mm-dd", "nothing said"),
)
MONEY_FORMATS = (
    (EURO, '#,##0.00"\N{NO-BREAK SPACE}€"'),
    (DOLLAR, '"$"#,##0'),
    ({"symbol": 'a"b', "position": "before", "decimal_places": 3}, '"ab"#,##0.000'),
    (None, "#,##0.00"),
)
SHEET_NAMES = (
    ("Leads", "Leads"), ("leads", "leads 2"), ("LEADS", "LEADS 3"), ("", "Sheet"), ("'quoted'", "quoted"),
    ("a/b\\c?d*e[f]g:h", "a b c d e f g h"), ("History", "History 2"), ("x" * 40, "x" * 30 + "…"),
    ("x" * 41, "x" * 28 + "… 2"), ("😀" * 20, "😀" * 15 + "…"),
)
TEXTS = (
    ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"), ("+7 900", "+7 900"), ("-1", "-1"), ("@x", "@x"),
    ("http://x.example", "http://x.example"), ("007", "007"), (" pad ", " pad "), ("two\nlines", "two\nlines"),
    ("a\x00b\x07\x0bc\x1f", "abc"), ("\ud800lone", "lone"), ("a\r\nb\rc", "a\nb\nc"), ("<b> & \"q\" ]]>", "<b> & \"q\" ]]>"),
    ("y" * 40_000, "y" * (MAX_TEXT - 1) + "…"),
)


def tables():
    """A funnel of thirteen oddly named sections, two months, a summary with mixed types."""
    rows = tuple(Row(str(number), {"section": text, "reached": 100 - number, "share": 0.5, "days": 1.25, "value": 10.5})
                 for number, (text, _expected) in enumerate(TEXTS))
    months = tuple(Row(str(month), {"month": date(2026, month, 1), "leads": 10, "won": month, "win_rate": month / 10})
                   for month in (1, 2))
    return {table.key: table for table in (
        Table("summary", "Summary [a/b]", (Column("label", "Figure"), Column("value", "Value", "integer")), (
            Row("leads", {"label": "Leads", "value": 7}),
            Row("won", {"label": "Won", "value": 12.5}, types={"value": "money"}),
            Row("rate", {"label": "Rate", "value": 0.4238}, types={"value": "percent"}),
            Row("none", {"label": "Mean", "value": None}, types={"value": "days"}),
        ), currency=EURO),
        Table("funnel", "Funnel", (
            Column("section", "Section"), Column("reached", "Reached", "integer"), Column("share", "Share", "percent"),
            Column("days", "Days", "days"), Column("value", "Value", "money"),
        ), rows, notes=("=a note",), total=Row("total", {"section": "Total", "reached": 1222}, kind="total"), currency=DOLLAR),
        Table("by_month", "By month", (
            Column("month", "Month", "date"), Column("leads", "Leads", "integer"), Column("won", "Won", "integer"),
            Column("win_rate", "Win rate", "percent")), months),
        Table("definitions", "Definitions", (Column("name", "Name"), Column("text", "Meaning")),
              (Row("when", {"name": "When", "text": "Today"}),)),
    )}


RAW = (Column("id", "ID", "integer"), Column("name", "Name"), Column("name2", "name"), Column("day", "Day", "date"),
       Column("at", "At", "datetime"), Column("value", "Value", "money"))


def raw_row(number=1, name="Lamp", **values):
    values = {"name2": None, "day": date(2026, 3, 1), "at": datetime(2026, 3, 1, 12, 0), "value": 0.1, **values}
    return (number, name, *values.values())


@tagged("standard", "at_install")
class TestXlsxWriter(BaseCase):

    def write(self, rows=(), look=None, limit=1_048_576):
        """(openpyxl's workbook, the file) of the tables above and these raw rows."""
        self.file = BytesIO()
        book = FunnelWorkbook(tables(), RawSheets(RAW, iter(rows), limit), "Leads", look or Look("%d.%m.%Y", currency=EURO),
                              {"title": "A & B"})
        self.counts = book.write(self.file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl does not know the data bars of 2010
            return openpyxl.load_workbook(self.file)

    def test_formats(self):
        for pattern, expected, why in DATE_FORMATS:
            self.assertEqual(excel_date_format(pattern), expected, why)
        for currency, expected in MONEY_FORMATS:
            self.assertEqual(money_format(currency), expected)

    def test_sheet_names(self):
        names = SheetNames()
        for wish, expected in SHEET_NAMES:
            name = names.take(wish)
            self.assertEqual(name, expected)
            self.assertLessEqual(len(name.encode("utf-16-le")) // 2, 31)

    def test_day_numbers_are_excels_own(self):
        """Authority: the serial numbers that Microsoft documents for DATEVALUE and the leap day of 1900."""
        for value, expected in ((date(1900, 3, 1), 61), (date(2008, 1, 1), 39448), (datetime(2011, 8, 22, 6, 0), 40777.25),
                                (date(1900, 2, 28), None), (date(1850, 1, 1), None)):
            self.assertEqual(day_number(value), expected)

    def test_words_of_a_header_are_not_parted(self):
        """Authority: the pixels of the longest word in DejaVu Sans Bold, a wide font, at 10 points; a digit has 7, the indent 9, the edges 5."""
        for label, pixels in (("Предыдущий период", 106), ("Previous period", 66), ("Просроченные касания", 115)):
            self.assertGreaterEqual(7 * Look().width(Column("x", label, "integer"), {}) + 5, pixels + 9, label)

    def test_a_row_is_as_high_as_its_text(self):
        for text, width, lines in (("x" * 60, 60, 1), ("word " * 24, 60, 2), ("слово " * 20, 60, 3), ("а\nб", 60, 2)):
            self.assertEqual(row_height([(text, width)]), 15 * lines, text)

    def test_notes_are_read_in_lines_of_a_page(self):
        table = Table("notes", "Notes", (Column("a", "A"),), (Row("1", {"a": "x"}),), notes=("слово " * 60, "=short"))
        file = BytesIO()
        FunnelWorkbook({"notes": table}, None).write(file)
        sheet = openpyxl.load_workbook(file)["Notes"]
        self.assertEqual(sorted(map(str, sheet.merged_cells.ranges)), ["A4:K4", "A5:K5"])
        self.assertEqual((sheet["A4"].alignment.wrap_text, sheet.row_dimensions[4].height), (True, 75))
        self.assertEqual((sheet["A5"].value, sheet["A5"].data_type), ("=short", "s"))

    def test_order_of_sheets_frozen_headers_filters(self):
        book = self.write([raw_row()])
        self.assertEqual(book.sheetnames, ["Summary a b", "Funnel", "By month", "Leads", "Definitions"])
        for sheet in book:
            self.assertEqual(sheet.freeze_panes, "A2", sheet.title)
            self.assertTrue(sheet["A1"].font.bold, sheet.title)
        self.assertEqual(book["Funnel"].auto_filter.ref, f"A1:E{len(TEXTS) + 1}", "the total is not filtered")

    def test_user_text_stays_text(self):
        book = self.write(raw_row(number, text) for number, (text, _expected) in enumerate(TEXTS))
        for number, (text, expected) in enumerate(TEXTS):
            for sheet, column in (("Funnel", 1), ("Leads", 2)):
                cell = book[sheet].cell(number + 2, column)
                self.assertEqual((cell.value, cell.data_type), (expected, "s"), f"{sheet}: {text[:30]!r}")
                self.assertIsNone(cell.hyperlink)
        self.assertEqual(book["Funnel"].cell(len(TEXTS) + 4, 1).data_type, "s", "a note is text too")

    def test_what_a_reader_would_decode_is_escaped(self):
        """Excel reads _x0041_ as A, and XlsxWriter takes <r>…</r> for XML of its own."""
        self.write([raw_row(1, "_x0041_"), raw_row(2, "<r>")])
        self.assertIn("_x005F_x0041_", self.part("xl/worksheets/sheet4.xml"))
        strange = tables()
        strange["definitions"] = Table("definitions", "D", (Column("name", "N"),), (Row("r", {"name": "<r>&</r>"}),))
        stream = BytesIO()
        FunnelWorkbook(strange, RawSheets(RAW, iter(())), "Leads").write(stream)
        self.assertEqual(openpyxl.load_workbook(stream)["D"]["A2"].value.strip(), "<r>&</r>")

    def test_several_groups_of_raw_rows(self):
        """Each has columns of its own and as many sheets as it needs."""
        people = (Column("name", "Name"), Column("since", "Since", "date"))
        rows = [(f"Client {number}", date(2026, 3, number + 1)) for number in range(5)]
        stream = BytesIO()
        book = FunnelWorkbook(tables(), RawSheets(RAW, iter([raw_row(7, "Lamp")])), "Leads",
                              others={"Customers": RawSheets(people, iter(rows), 3), "None": RawSheets(people, iter(()))})
        self.assertEqual(book.write(stream), [1])
        found = openpyxl.load_workbook(stream)
        names = found.sheetnames
        start = names.index("Customers")
        self.assertEqual(len(names[start:]), 3 + 1 + 1 + 1, "three sheets of customers, the empty ones, the leads, the definitions")
        self.assertEqual([row[0].value for sheet in names[start:start + 3] for row in found[sheet].iter_rows(min_row=2)],
                         [row[0] for row in rows])
        self.assertEqual(found[names[start + 2]]["B2"].value, datetime(2026, 3, 5))
        self.assertEqual((found["Leads"]["A1"].value, found["Leads"]["A2"].value, found["Leads"]["B2"].value), ("ID", 7, "Lamp"))
        ranges = [table.ref for sheet in names for table in found[sheet].tables.values()]
        self.assertEqual(ranges, ["A1:B3", "A1:B3", "A1:B2", "A1:B2", "A1:F2"])

    def test_types_and_formats_of_cells(self):
        book = self.write([raw_row()])
        summary, leads = book["Summary a b"], book["Leads"]
        self.assertEqual([(row[1].value, row[1].number_format) for row in summary.iter_rows(min_row=2, max_row=5)], [
            (7, "#,##0"), (12.5, money_format(EURO)), (0.4238, "0.0%"), (None, "#,##0.0")])
        self.assertEqual(book["Funnel"]["E2"].number_format, money_format(DOLLAR))
        self.assertEqual(book["By month"]["A2"].number_format, "mmm yyyy")
        self.assertEqual([(cell.value, cell.number_format) for cell in leads[2]], [
            (1, "0"), ("Lamp", "General"), (None, "General"), (datetime(2026, 3, 1), "dd.mm.yyyy"),
            (datetime(2026, 3, 1, 12, 0), "dd.mm.yyyy hh:mm"), (0.1, money_format(EURO))])

    def test_values_that_excel_cannot_hold(self):
        """Neither a number nor a date that Excel counts: empty, or text, never a broken file."""
        leads = self.write([raw_row(1, 5, day=date(1850, 1, 1), at=False, value=float("nan")),
                            raw_row(2, None, name2=False, day="soon <", at=None, value=float("inf"))])["Leads"]
        self.assertEqual([cell.value for cell in leads[2]], [1, "5", None, "1850-01-01", None, None])
        self.assertEqual([cell.value for cell in leads[3]], [2, None, None, "soon <", None, None])

    def test_charts_are_native(self):
        self.write([raw_row()])
        steps, months = self.part("xl/charts/chart1.xml"), self.part("xl/charts/chart2.xml")
        self.assertIn('<c:barDir val="bar"/>', steps)
        self.assertIn(f"Funnel!$B$2:$B${len(TEXTS) + 1}", steps)
        self.assertIn("<c:lineChart>", months)
        self.assertIn("'By month'!$D$2:$D$3", months)
        self.assertIn("x14:dataBar", self.part("xl/worksheets/sheet2.xml"), "shares have bars")

    def test_raw_rows_are_a_table_object(self):
        for count in (0, 1, 3000):
            leads = self.write(map(raw_row, range(count)))["Leads"]
            table, = leads.tables.values()
            self.assertEqual(table.ref, f"A1:F{max(count, 1) + 1}")
            self.assertEqual(table.autoFilter.ref, table.ref)
            self.assertEqual([column.name for column in table.tableColumns],
                             ["ID", "Name", "name 2", "Day", "At", "Value"], "headers differ")
            self.assertEqual([cell.value for cell in leads[1]], [column.name for column in table.tableColumns])
            self.assertEqual([row[0] for row in leads.iter_rows(min_row=2, values_only=True) if row[0] is not None],
                             list(range(count)))

    def test_more_rows_than_a_sheet_holds_go_on(self):
        for count, expected in ((9, [9]), (10, [9, 1]), (18, [9, 9]), (19, [9, 9, 1])):
            book = self.write(map(raw_row, range(count)), limit=10)
            self.assertEqual(self.counts, expected)
            names = ["Leads", "Leads 2", "Leads 3"][:len(expected)]
            self.assertEqual(book.sheetnames, ["Summary a b", "Funnel", "By month", *names, "Definitions"])
            found = [row[0] for name in names for row in book[name].iter_rows(min_row=2, values_only=True)]
            self.assertEqual(found, list(range(count)))
            for name, rows in zip(names, expected):
                self.assertEqual(next(iter(book[name].tables.values())).ref, f"A1:F{rows + 1}")
                self.assertEqual(book[name]["D2"].number_format, "dd.mm.yyyy")
            self.assertEqual(book["Definitions"]["A2"].value, "When")

    def test_every_part_is_xml_and_named_once(self):
        self.write(map(raw_row, range(30)), limit=10)
        with ZipFile(self.file) as package:
            self.assertIsNone(package.testzip())
            self.assertEqual(len(package.namelist()), len(set(package.namelist())))
            for name in package.namelist():
                etree.fromstring(package.read(name))
            types = package.read("[Content_Types].xml").decode()
        listed = set(re.findall(r'PartName="/([^"]+)"', types))
        self.assertLessEqual(listed, set(package.namelist()))
        self.assertEqual(len([name for name in listed if name.startswith("xl/worksheets/")]), 8)

    def test_rows_are_taken_as_they_are_written(self):
        """A million rows are never in memory: the first part is written before the last row is made."""
        stream, seen = BytesIO(), []

        def rows():
            for number in range(20_000):
                seen.append(stream.tell())
                yield raw_row(number, f"Lamp {number * 7919}")
        FunnelWorkbook(tables(), RawSheets(RAW, rows()), "Leads").write(stream)
        self.assertGreater(seen[-1], 0)

    def test_clean_text_counts_as_excel_does(self):
        text = clean_text("😀" * MAX_TEXT)
        self.assertLessEqual(len(text.encode("utf-16-le")) // 2, MAX_TEXT)
        self.assertTrue(text.endswith("😀…"))

    def part(self, name):
        with ZipFile(self.file) as package:
            return package.read(name).decode()
