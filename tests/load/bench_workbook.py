"""The workbook: sheets with charts against XlsxWriter alone, raw rows by speed and by memory."""

import ctypes
import gc
import re
import warnings
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from zipfile import ZipFile

import openpyxl
import xlsxwriter

from .bench import Result, compare
from .recorder import recorded, replay

EXPORTED = ("id", "name", "partner_id", "company_id", "team_id", "user_id", "source_id", "medium_id", "campaign_id", "type",
            "sale_kind", "stage_id", "won_status", "lost_reason_id", "expected_revenue", "create_date", "date_closed")
EXPORT_ROWS = 5000
warnings.filterwarnings("ignore", module="openpyxl")  # it says that it does not know all of Excel
MEMORY = 60  # megabytes


def sheets(load):
    """The sheets with tables and charts: our writer against the same calls on XlsxWriter alone."""
    from odoo.addons.sales_conveyor.report import xlsx_writer

    with load.ours.environment(load.manager, allowed_company_ids=[1]) as env:
        tables = env["conveyor.funnel"]._tables({})
        columns = env["conveyor.funnel"]._lead_columns()

    def write(stream):
        xlsx_writer.FunnelWorkbook(tables, xlsx_writer.RawSheets(columns, ()), "Leads").write(stream)

    with recorded(xlsx_writer) as calls:
        write(BytesIO())
    return [compare("workbook: sheets with charts", _side(load, write), _side(load, lambda stream: replay(calls, stream)),
                    load.scale.repetitions(15), 1.15)]


def _side(load, write):
    def side():
        stream = BytesIO()
        seconds, _none = load.ours.timed(None, lambda: write(stream))
        return seconds, _cells(stream)
    return side


def raw_rows(load):
    """All leads as raw rows: seconds against XlsxWriter's constant-memory mode, and megabytes added."""
    memory = []

    def ours():
        with _Rows(load) as (env, *rows), TemporaryFile() as stream:
            xlsx = _our_writer(rows)
            added = _Memory()
            seconds, _none = load.ours.timed(env, lambda: xlsx.write(stream))
            memory.append(added.megabytes())
            return seconds, _sample(stream)

    def alone():
        with _Rows(load) as (env, *rows), TemporaryFile() as stream:
            seconds, _none = load.ours.timed(env, lambda: _write_alone(stream, *rows))
            return seconds, _sample(stream)

    result = compare(f"workbook: {load.scale.leads:,} raw rows", ours, alone, load.scale.repetitions(2), 0.2, _alike,
                     warm=False)
    return [result, Result(f"workbook: memory added by {load.scale.leads:,} raw rows", max(memory), goal=MEMORY, unit="MB")]


class _Rows:
    """``(env, columns, rows)`` of all leads, streamed."""

    def __init__(self, load):
        self.environment = load.ours.environment(load.manager, allowed_company_ids=[1])

    def __enter__(self):
        env = self.environment.__enter__()
        columns, self.rows = env["conveyor.funnel"]._lead_rows({})
        return env, columns, self.rows

    def __exit__(self, *error):
        self.rows.close()
        return self.environment.__exit__(*error)


def _our_writer(rows):
    from odoo.addons.sales_conveyor.report.xlsx_writer import FunnelWorkbook, RawSheets

    return FunnelWorkbook({}, RawSheets(*rows), "Leads")


def _write_alone(stream, columns, rows):
    """What one would write with XlsxWriter: constant memory, a format a column, text as text."""
    with xlsxwriter.Workbook(stream, {"constant_memory": True, "strings_to_formulas": False,
                                      "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Leads")
        formats = {"date": book.add_format({"num_format": "yyyy-mm-dd"}), "money": book.add_format({"num_format": "0.00"})}
        looks = [formats.get(column.type) for column in columns]
        writers = [{"text": sheet.write_string, "date": sheet.write_datetime}.get(column.type, sheet.write_number)
                   for column in columns]
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.label)
        for number, values in enumerate(rows, 1):
            for index, value in enumerate(values):
                if value is not None and value is not False:
                    writers[index](number, index, value, looks[index])


# ---------------------------------------------------------------- Odoo's own export
def export(load):
    """A row of the whole workbook against a row of Odoo's list export, which gets its data and writes them alike."""
    count = min(EXPORT_ROWS, load.scale.leads)

    def ours():
        with load.ours.environment(load.manager, allowed_company_ids=[1]) as env, TemporaryFile() as stream:
            workbook = env["conveyor.workbook"].create({})
            seconds, _none = load.ours.timed(env, lambda: workbook._write_file(stream))
            return seconds / load.scale.leads, set(_names(stream, count=None if count == load.scale.leads else 500))

    def odoo():
        with load.ours.environment(load.manager, allowed_company_ids=[1]) as env:
            leads = env["crm.lead"].with_context(active_test=False).search([], order="create_date, id", limit=count)
            env.invalidate_all()
            seconds, data = load.ours.timed(env, lambda: _export(leads))
            return seconds / count, {row[1] for row in data}

    return [compare("workbook: a row, by a row of Odoo's export", ours, odoo, load.scale.repetitions(2), 0.5,
                    same=lambda one, other: one == other if count == load.scale.leads else bool(one) and one <= other,
                    warm=False)]


def _export(leads):
    """As ``/web/export/xlsx`` does, but for the answer's headers."""
    data = leads.export_data([*EXPORTED[:1], "name", *(
        f"{name}/display_name" if leads._fields[name].type == "many2one" else name for name in EXPORTED[2:])])["datas"]
    book = xlsxwriter.Workbook(BytesIO(), {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(data):
        for index, value in enumerate(row):
            sheet.write(number, index, value)
    book.close()
    return data


# ---------------------------------------------------------------- looking into a workbook
def _cells(stream):
    """All cells of all sheets, and how many charts there are."""
    book = openpyxl.load_workbook(stream)
    return [(sheet.title, len(sheet._charts), [[cell.value for cell in row] for row in sheet.iter_rows()]) for sheet in book]


def _sample(stream, rows=300):
    """How many rows the raw sheets have together, and the first ones."""
    count = 0
    with ZipFile(stream) as package:
        for name in package.namelist():
            if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name):
                with package.open(name) as part:
                    count += sum(chunk.count(b"<row ") for chunk in _chunks(part))
    sheet = openpyxl.load_workbook(stream, read_only=True).worksheets[0]
    return count, [[_plain(value) for value in row] for row in islice(sheet.iter_rows(values_only=True), rows)]


def _chunks(part, size=1 << 20):
    """The part in pieces that end between two elements."""
    rest = b""
    while piece := part.read(size):
        whole, _mark, rest_of = (rest + piece).rpartition(b">")
        rest = rest_of
        yield whole
    yield rest


def _plain(value):
    return value.date() if hasattr(value, "date") else value


def _alike(one, other):
    """Days go on while one counts them."""
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_alike, one, other))
    return abs(one - other) < 0.1 if isinstance(one, float) else one == other


def _names(stream, count):
    book = openpyxl.load_workbook(stream, read_only=True)
    sheet = next(sheet for sheet in book.worksheets if sheet.title == "Leads")
    return [row[0] for row in islice(sheet.iter_rows(min_row=2, min_col=2, max_col=2, values_only=True), count) if row[0]]


class _Memory:
    """Megabytes that this process adds at most from here on."""

    def __init__(self):
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
        self.before = self._status("VmRSS")

    def megabytes(self):
        return (self._status("VmHWM") - self.before) / 1024

    @staticmethod
    def _status(name):
        return int(re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())[1])


