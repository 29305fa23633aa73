"""Every table of every screen is a sheet with the same cells; a person chooses the groups of sheets."""

import shutil
import subprocess
import tempfile
import warnings
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from unittest import SkipTest

import openpyxl
import pypdf

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..engine.counter import Reading
from ..models.conveyor_sheets import GROUPS
from .common import ConveyorCase

SCREENS = {"funnel": "conveyor.funnel", "customers": "conveyor.rhythm.tables", "visitors": "conveyor.counter.tables", "money": "conveyor.money"}
WRONG = ("#NAME?", "#VALUE!", "#REF!", "#DIV/0!", "Err:", "###")  # what a sheet shows in place of a value
PARTS = ("belt", "around", "sources", "drivers", "outlook")


@tagged("post_install", "-at_install")
class TestSheets(ConveyorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tz="UTC"))
        today = fields.Date.today()
        cls.filters = {"date_from": today - timedelta(days=60), "date_to": today, "counting": "period", "user_ids": [cls.seller.id, cls.manager.id]}
        source = cls.env["utm.source"].create({"name": "Fair"})
        cls.leads = cls.env["crm.lead"].create([{
            "name": f"Lead {number}", "type": "opportunity", "team_id": cls.team.id, "user_id": cls.seller.id, "stage_id": cls.new.id,
            "source_id": source.id, "partner_id": cls.env["res.partner"].create({"name": f"Client {number}", "user_id": cls.seller.id}).id,
            "expected_revenue": 100.25 * (number + 1)} for number in range(8)])
        cls.leads[:5].stage_id = cls.offer
        cls.leads[:2].action_set_won()
        cls.leads[2:4].action_set_lost(lost_reason_id=cls.env["crm.lost.reason"].create({"name": "Dear"}).id)
        cls.leads[6].activity_schedule("mail.mail_activity_data_call", today - timedelta(days=3), user_id=cls.seller.id)  # a promise overdue
        product = cls.env["product.product"].create({"name": "Lamp", "list_price": 40, "type": "service"})
        for lead in cls.leads[:2]:
            order = cls.env["sale.order"].create({
                "partner_id": lead.partner_id.id, "opportunity_id": lead.id, "user_id": cls.seller.id, "order_line": [(0, 0, {"product_id": product.id})]})
            order.action_confirm()
        cls.env["conveyor.rhythm"]._recompute(cls.leads.partner_id)
        cls.door, cls.site = cls.env["conveyor.counter"].create([{"name": "Door", "kind": "shop"}, {"name": "Side", "kind": "shop"}])
        begin = datetime.combine(today - timedelta(days=9), datetime.min.time())
        for counter, visitors in ((cls.door, 10), (cls.site, 3)):
            cls.env["conveyor.counter.reading"]._record(
                counter, [Reading(begin + timedelta(hours=10 + hour), visitors + hour) for hour in range(5)], "device")
        cls.env["conveyor.spend"].create({"source_id": source.id, "date_from": today - timedelta(days=30), "date_to": today, "amount": 300})
        cls.env["conveyor.practice"]._refresh(today)
        cls.env.flush_all()

    def book(self, user=None, filters=None, **chosen):
        """(openpyxl's workbook, the wizard) of these filters."""
        wizards = self.env["conveyor.workbook"].with_user(user or self.manager)
        workbook = wizards._from_filters(self.filters if filters is None else filters)
        workbook.write(chosen)
        stream = BytesIO()
        workbook._write_file(stream)
        self.file = stream.getvalue()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl does not know the data bars of 2010
            return openpyxl.load_workbook(stream)

    def assert_same(self, sheet, table):
        """The cells of a sheet are those of a table as the screen gets it."""
        rows = [*table["rows"], *([table["total"]] if table["total"] else [])]
        labels = [column["label"] for column in table["columns"]]
        self.assertFalse({*labels} - {*next(sheet.iter_rows(values_only=True))}, sheet.title)
        places = [next(sheet.iter_rows(values_only=True)).index(label) for label in labels]
        found = [[line[place] for place in places] for line in sheet.iter_rows(min_row=2, max_row=len(rows) + 1, values_only=True)]
        for row, cells in zip(rows, found, strict=True):
            for column, value in zip(table["columns"], cells, strict=True):
                expected = row["cells"].get(column["key"])
                where = f"{sheet.title}: {row['key']}, {column['key']}"
                if isinstance(expected, (int, float)) and not isinstance(expected, bool):
                    self.assertAlmostEqual(value, expected, 9, where)
                elif isinstance(value, (date, datetime)):
                    self.assertEqual(value.date().isoformat(), expected[:10], where)
                else:
                    self.assertEqual(value or None, expected or None, where)

    def test_every_table_of_every_screen_is_a_sheet_with_the_same_cells(self):
        book, compared = self.book(), 0
        for group, model in SCREENS.items():
            for table in self.env[model].with_user(self.manager).get_tables(self.filters)["tables"]:
                if table["key"] == "definitions" or not table["rows"] and group != "funnel":
                    continue
                of_money = f"{table['title']}, Money"  # where the funnel has one of that title
                self.assert_same(book[of_money if group == "money" and of_money in book.sheetnames else table["title"]], table)
                compared += 1
        self.assertGreater(compared, 20, "all four screens have something to show")

    def test_every_table_of_the_dashboard_is_a_sheet_with_the_same_cells(self):
        book, dashboard, seen = self.book(), self.env["conveyor.dashboard"].with_user(self.manager), set()
        for part in PARTS:
            answer = dashboard.get_part(part, self.filters)
            for table in [*(answer.get("tables") or [answer["table"]]), *([answer["chart"]] if answer.get("chart") else [])]:
                seen.add(table["key"])
                if table["rows"]:
                    self.assert_same(book[self.sheet_of(book, table)], table)
        self.assertLessEqual({"belt", "today", "rhythm_status", "assembled", "money_source", "sales_month", "drivers", "rhythm_month", "largest"}, seen)
        [names] = [[[item[key] for key in ("name", "person", "money", "why")] for one in dashboard.get_part("lists", self.filters)["lists"]
                    for item in one["items"]]]
        self.assertTrue(names, "a list with names on it")
        self.assertEqual([[*row] for row in book["Names to Assign"].iter_rows(min_row=2, max_row=1 + len(names), min_col=2, max_col=5, values_only=True)], names)
        top = {"rows": [row for table in dashboard.get_part("top", self.filters)["tables"] for row in table["rows"]], "total": None}
        self.assert_same(book["Main Figures"], {**top, "columns": dashboard.get_part("top", self.filters)["tables"][0]["columns"]})

    def sheet_of(self, book, table):
        """The dashboard's table, or the fuller one of another group that says the same."""
        twins = {"rhythm_status": "Customers by Status", "money_source": "By Source, Money"}
        return table["title"] if table["title"] in book.sheetnames and table["key"] not in twins else twins[table["key"]]

    def test_what_is_counted_otherwise_is_a_sheet_of_its_own(self):
        self.leads[0].create_date = "2020-01-01"
        book = self.book(filters={**self.filters, "counting": "cohort", "date_from": fields.Date.today()})
        self.assertIn("Sections", book.sheetnames)
        tables = self.env["conveyor.sheets"].with_user(self.manager)._tables({**self.filters, "sale_kind": "repeat"})
        titles = [table.title for table in tables.values()]
        self.assertEqual(sorted(titles), sorted({*titles}), "no title twice")

    def test_only_the_chosen_groups(self):
        sole = {"dashboard": "Main Figures", "funnel": "Funnel", "touches": "Practices", "customers": "Customers by Status",
                "visitors": "Visitors", "money": "LTV by Cohort", "rows": "Leads"}
        for group, title in sole.items():
            book = self.book(**{f"with_{other}": other == group for other in GROUPS})
            self.assertIn(title, book.sheetnames)
            self.assertEqual(book.sheetnames[-1], "Definitions")
            self.assertEqual([name for name in sole.values() if name in book.sheetnames], [title], group)
        with self.assertRaisesRegex(UserError, "at least one"):
            self.env["conveyor.workbook"].with_user(self.manager).create({f"with_{group}": False for group in GROUPS}).action_download()

    def test_the_counters_of_the_screen_are_those_of_the_workbook(self):
        filters = {**self.filters, "counter_ids": self.site.ids}
        screen = {table["key"]: table for table in self.env["conveyor.counter.tables"].with_user(self.manager).get_tables(filters)["tables"]}
        book = self.book(filters=filters)
        self.assert_same(book["Visitors"], screen["counter_hours"])
        self.assertEqual([row[0].value for row in book["Counters"].iter_rows(min_row=2)], ["Side"])
        action = self.env["conveyor.workbook"].with_user(self.manager).open_from_filters(filters, ["visitors"])
        workbook = self.env["conveyor.workbook"].browse(action["res_id"])
        self.assertEqual((workbook.counter_ids, workbook._groups()), (self.site, ("visitors",)))

    def test_a_salesperson_gets_no_money_and_only_his_own(self):
        self.seller.group_ids += self.env.ref("base.group_allow_export")
        self.leads[5:].user_id = self.manager
        book = self.book(self.seller)
        self.assertNotIn("LTV by Cohort", book.sheetnames)
        figures = dict(book["Main Figures"].iter_rows(min_row=2, max_col=2, values_only=True))
        self.assertEqual(figures["First sales"], 2)
        self.assertEqual(len([row for row in book["Leads"].iter_rows(min_row=2, values_only=True) if row[0]]), 5)

    def test_chosen_leads_have_no_sheets_of_the_company(self):
        workbook = self.env["conveyor.workbook"].with_user(self.manager).with_context(
            active_model="crm.lead", active_ids=self.leads[:2].ids).create({})
        tables = self.env["conveyor.sheets"].with_user(self.manager)._tables(workbook._filters())
        self.assertFalse([key for key in tables if key.startswith(("dashboard", "counter", "money"))])

    def test_definitions_name_the_figures_of_the_owner_s_page(self):
        names = [row[0] for row in self.book()["Definitions"].iter_rows(values_only=True)]
        for name in ("Gained minus lost", "No next touch", "Check of a first sale"):
            self.assertTrue([known for known in names if known and name in known], name)

    # ------------------------------------------------------------ another program
    def test_libreoffice_opens_it_without_a_word_and_shows_every_sheet(self):
        """Converted to PDF by a LibreOffice of its own profile; every page names its sheet."""
        if not shutil.which("soffice"):
            raise SkipTest("this machine has no LibreOffice")
        book = self.book()
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "book.xlsx").write_bytes(self.file)
            done = subprocess.run(
                ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", "--outdir", folder,
                 f"{folder}/book.xlsx"], capture_output=True, text=True, timeout=240, check=True, env={"HOME": folder, "PATH": "/usr/bin:/bin"})
            pages = [page.extract_text() for page in pypdf.PdfReader(Path(folder) / "book.pdf").pages]
        told = [line for line in done.stderr.splitlines() if line.strip() and "javaldx" not in line]  # it looks for a Java that it does not need
        self.assertFalse(told)
        text = "\n".join(pages)
        self.assertFalse([name for name in book.sheetnames if name.rstrip("…") not in text], "sheets that are on no page")
        self.assertFalse([wrong for wrong in WRONG if wrong in text])
        self.assertGreater(sum(len(sheet._charts) for sheet in book), 5, "with charts in them")
