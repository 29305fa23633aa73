"""The document of a version: PDF and workbook show the screen's figures, in the reader's language."""

import warnings
from base64 import b64decode
from io import BytesIO
from unittest import SkipTest
from unittest.mock import patch
from xml.etree import ElementTree

import openpyxl
import pypdf
from lxml import html

from odoo.exceptions import AccessError
from odoo.modules import module
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .process_common import DAY, MARCH
from .test_process_belt import BeltCase

REPORT = "sales_conveyor.conveyor_process_document"


class DocumentCase(BeltCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("base.group_allow_export")
        cls.process.write({
            "goal": "A test drive", "origin_who": "Marketing", "origin_steps": "A stand at the fair\nin <spring>", "origin_cost": 120,
            "origin_promise": "An answer within a day",
            "step_ids": [
                (0, 0, {"stage_id": cls.needs.id, "said": "Five questions", "script": "When do you need it?", "who": "Salesperson",
                        "mistakes": "Talking about the product\nbefore the need", "norm_days": 4}),
                (0, 0, {"key": "order", "said": "Thank you"})]})
        cls.version = cls.document()

    def page(self, version=None, user=None, lang="en_US"):
        """The document as HTML, and as its text."""
        report = self.env["ir.actions.report"].with_user(user or self.manager).with_context(lang=lang)
        tree = html.fromstring(report._render_qweb_html(REPORT, (version or self.version).ids)[0])
        for style in tree.xpath("//style|//head"):
            style.drop_tree()
        return tree, " ".join(" ".join(tree.itertext()).split())

    def book(self, user=None):
        stream = BytesIO()
        self.version.with_user(user or self.manager)._write_workbook(stream)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl does not know the data bars of 2010
            return openpyxl.load_workbook(stream)


@tagged("post_install", "-at_install")
class TestProcessDocument(DocumentCase):

    # ------------------------------------------------------------ the document
    def test_the_document_says_it_all(self):
        tree, text = self.page()
        for said in ("Leads of the Fair", self.manager.name, "2 (Draft)", "03/01/2026 – 03/31/2026", "A test drive", self.fair.name,
                     "Marketing", "in <spring>", "An answer within a day", "120.00",
                     "24 Leads in", "18 Sales out", "75.0 % Conversion",
                     "Five questions", "When do you need it?", "Norm, days: 4.0", "Usually next: Offer", "Lost here: 4",
                     "Talking about the product", "Most losses are here: 4 of 5.", "come back from here to Needs <b>&, times: 4.",
                     "No lead came here in the period. What Is Said Thank you", "Page of"):
            self.assertIn(said, text)
        self.assertEqual(tree.xpath("//h2/text()"), [
            "Where the leads come from", "What it achieves", "The way of the leads", "Step by step", "The figures behind it", "What to avoid",
            "What is different from the version before"])
        self.assertFalse(tree.xpath("//b|//spring"), "a label came through as markup")

    def test_tables_are_the_screens(self):
        tree, _text = self.page()
        shown = {table.getprevious().text: [[" ".join(cell.text_content().split()) for cell in row.xpath("td")] for row in table.xpath("tbody/tr")]
                 for table in tree.xpath("//table[contains(@class, 'o_conveyor_table')]")}
        tables = self.version.with_user(self.manager)._tables()
        self.assertEqual(len(shown[tables["variants"].title]), len(tables["variants"].rows))
        self.assertEqual(shown[tables["variants"].title][0],
                         ["Lead created → New → Needs <b>& → Offer → Won", "18", "75.0 %", "100.0 %", "10.0"])
        self.assertEqual(shown[tables["losses"].title][0], ["Needs <b>&", "4", "80.0 %", "Too expensive: 4"])
        self.assertEqual(shown[tables["months"].title][0][0], "Mar 2026")

    def test_the_belt_of_the_document(self):
        image, = self.page()[0].xpath("//img[starts-with(@src, 'data:image/svg+xml')]")
        svg = b64decode(image.get("src").partition(",")[2]).decode()
        self.assertEqual(len(self.parts(svg, "step")), 5)
        self.assertNotIn("currentColor", svg)
        self.assertIn("24, of which 18 were won", image.get("alt"))

    def test_a_wide_belt_stands_turned_on_a_page_of_its_own(self):
        stages = self.env["crm.stage"].create([{"name": f"Section {number}", "sequence": 50 + number} for number in range(9)])
        lead = self.lead(source_id=self.fair.id, expected_revenue=100)
        moves = [(MARCH + number * DAY, "forward" if number else "enter", stages[number - 1] if number else None, stage)
                 for number, stage in enumerate(stages)]
        self.past(lead, *moves)
        self.facts._mark(lead.ids)
        tree, _text = self.page(self.document())
        self.assertEqual(len(tree.xpath("//div[@class='o_conveyor_turned']/img")), 1)

    def test_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.new.with_context(lang="fr_FR").name = "Nouveau"
        self.assertIn("Nouveau", self.page(lang="fr_FR")[1])
        self.assertIn("75,0", self.page(lang="fr_FR")[1])

    def test_a_salesperson_reads_the_current_one_without_money(self):
        with self.assertRaises(AccessError):
            self.page(user=self.seller)
        self.version.with_user(self.manager).action_make_current()
        _tree, text = self.page(user=self.seller)
        self.assertIn("18 Sales out", text)
        for hidden in ("Volume", "Average check", "Cost of a Lead", "120.00"):
            self.assertNotIn(hidden, text)

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_the_pdf(self):
        report = self.env["ir.actions.report"].with_user(self.manager).with_context(force_report_rendering=True)
        if report.get_wkhtmltopdf_state() in ("install", "broken"):
            raise SkipTest("this machine has no wkhtmltopdf")
        pdf, kind = report._render_qweb_pdf(REPORT, self.version.ids)
        self.assertEqual(kind, "pdf")
        pages = pypdf.PdfReader(BytesIO(pdf)).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        for said in ("Leads of the Fair", "What it achieves", "Five questions", "Too expensive", "Talking about the product"):
            self.assertIn(said, text)
        self.assertLess(len(pages), 6)

    # ------------------------------------------------------------ the workbook
    def test_sheets_are_the_screens_tables(self):
        book, tables = self.book(), self.version.with_user(self.manager)._tables()
        self.assertEqual([name.rstrip("…") for name in book.sheetnames], [table.title[:30].strip() if len(table.title) > 31 else table.title
                                                                          for table in tables.values()])
        for table, sheet in zip(tables.values(), book):
            head, *rows = sheet.iter_rows(values_only=True)
            self.assertEqual(head[:len(table.columns)], tuple(column.label for column in table.columns))
            for row, shown in zip(table.rows, rows):
                for column, value in zip(table.columns, shown):
                    if isinstance(cell := row.cells.get(column.key), (int, float)):
                        self.assertAlmostEqual(value, cell, msg=f"{table.key} {row.key} {column.key}")
                    elif cell and table.type_of(row, column.key) == "text":
                        self.assertEqual(value, cell)

    def test_without_wkhtmltoimage_the_sheet_says_so(self):
        sheet = self.book().worksheets[0]
        self.assertFalse(sheet._images)
        self.assertTrue([cell for row in sheet.iter_rows(values_only=True) for cell in row if cell and "wkhtmltoimage" in str(cell)])

    def test_the_belt_as_a_picture(self):
        with patch.object(module, "current_test", False):
            png = self.version.with_user(self.manager)._belt_image()
            if png is None:
                raise SkipTest("this machine has no wkhtmltoimage")
            book = self.book()
        self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        self.assertLess(len(png), 300_000)
        image, = book.worksheets[0]._images
        self.assertGreater(image.width, 1000)

    def test_a_salespersons_workbook_has_no_money(self):
        self.version.with_user(self.manager).action_make_current()
        said = [str(cell) for sheet in self.book(self.seller) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
        self.assertIn("Sales out", said)
        self.assertFalse({"Volume", "Average check"} & set(said))


@tagged("post_install", "-at_install")
class TestProcessDownload(HttpCase, DocumentCase):

    def download(self, login):
        self.authenticate(login, login)
        return self.url_open(f"/sales_conveyor/process_version/{self.version.id}/workbook")

    def test_who_may_take_it_away(self):
        exporter = new_test_user(self.env, "belt_exporter", "sales_team.group_sale_salesman_all_leads,base.group_allow_export")
        reader = new_test_user(self.env, "belt_reader", "sales_team.group_sale_salesman_all_leads")
        reader.group_ids -= self.env.ref("base.group_allow_export")
        self.version.with_user(exporter).check_access("read")
        answer = self.download("belt_exporter")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Fair", answer.headers["Content-Disposition"])
        self.assertEqual(openpyxl.load_workbook(BytesIO(answer.content)).sheetnames[0], "Efficiency")
        with mute_logger("odoo.http"):
            self.assertEqual(self.download("belt_reader").status_code, 403)
            seller = new_test_user(self.env, "belt_seller", "sales_team.group_sale_salesman,base.group_allow_export")
            self.assertTrue(seller)
            self.assertEqual(self.download("belt_seller").status_code, 403)  # a draft
        with self.assertRaises(AccessError):
            self.version.with_user(reader).action_download_workbook()
