"""The workbook is the screen's figures in a file, for those who may take them away."""

import re
import warnings
from datetime import datetime
from io import BytesIO
from unittest.mock import patch
from zipfile import ZipFile

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..report import xlsx_stream
from .common import ConveyorCase

FILTERS = {"date_from": "2026-01-01", "date_to": "2026-06-30", "counting": "period"}
DASHBOARD = ["Main Figures", "Sections", "Today"]
SHEETS = [*DASHBOARD, "Summary", "Funnel", "By Source", "By Salesperson", "By Month", "Lost Reasons", "Leads", "Definitions"]


class WorkbookCase(ConveyorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        cls.env["conveyor.practice"].search([]).unlink()
        cls.source = cls.env["utm.source"].create({"name": "=SUM(1+1)"})
        cls.reason = cls.env["crm.lost.reason"].create({"name": "+Too expensive"})
        cls.seller.group_ids += cls.env.ref("base.group_allow_export")
        cls.leads = cls.env["crm.lead"].concat(*(
            cls.lead(name=name, user_id=user.id, expected_revenue=100.5, source_id=cls.source.id)
            for name, user in (("=cmd|' /C calc'!A0", cls.seller), ("a\x07b", cls.seller),
                               ("-1", cls.colleague), ("http://x.example", cls.colleague))))
        cls.leads[0].stage_id = cls.offer
        cls.leads[1].stage_id = cls.won
        cls.leads[2].action_set_lost(lost_reason_id=cls.reason.id)

    def book(self, user=None, **values):
        """openpyxl's workbook of a wizard with these values, as this user sees it (default: the manager)."""
        workbook = self.env["conveyor.workbook"].with_user(user or self.manager).create(values)
        self.file = BytesIO()
        workbook._write_file(self.file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl does not know the data bars of 2010
            return openpyxl.load_workbook(self.file)

    def names(self, book):
        """Names of the leads in the raw rows."""
        return sorted(row[1] for sheet in book if re.fullmatch(r"Leads( \d+)?", sheet.title)
                      for row in sheet.iter_rows(min_row=2, values_only=True) if row[1])


@tagged("standard", "at_install")
class TestWorkbook(WorkbookCase):

    def test_figures_are_the_screens(self):
        for values in ({}, {"counting": "period"}, {"sale_kind": "first"}, {"team_ids": [Command.set(self.team.ids)]}):
            book = self.book(**values)
            filters = {**values, **({"team_ids": self.team.ids} if "team_ids" in values else {})}
            tables = self.env["conveyor.funnel"].with_user(self.manager)._tables(filters)
            self.assertEqual(book.sheetnames[book.sheetnames.index("Summary"):], SHEETS[3:])
            for table in tables.values():
                if table.key != "definitions":  # it tells when it was made
                    self.assert_same(book[table.title], table)

    def assert_same(self, sheet, table):
        rows = [*table.rows, *([table.total] if table.total else [])]
        found = list(sheet.iter_rows(min_row=1, max_row=len(rows) + 1, max_col=len(table.columns), values_only=True))
        self.assertEqual(list(found[0]), [column.label for column in table.columns])
        for row, cells in zip(rows, found[1:]):
            for column, value in zip(table.columns, cells):
                expected = row.cells.get(column.key)
                if isinstance(value, datetime):
                    self.assertEqual(value.date(), expected)
                elif isinstance(expected, float):
                    self.assertAlmostEqual(value, expected, 9, f"{table.key}: {row.key}, {column.key}")
                else:
                    self.assertEqual(value, expected or value and expected, f"{table.key}: {row.key}, {column.key}")

    def test_leads_add_up_to_the_summary(self):
        book = self.book()
        summary = dict(book["Summary"].iter_rows(min_row=2, max_col=2, values_only=True))
        self.assertEqual(summary["Leads"], 4)
        self.assertEqual(self.names(book), sorted(["=cmd|' /C calc'!A0", "ab", "-1", "http://x.example"]))

    def test_who_is_neither_won_nor_lost_is_open(self):
        rows = self.book()["Leads"].iter_rows(values_only=True)
        place = next(rows).index("Status")
        self.assertEqual(sorted(row[place] for row in rows), ["Lost", "Open", "Open", "Won"])

    def test_no_text_is_a_formula(self):
        for sheet in self.book():
            for row in sheet.iter_rows():
                self.assertNotIn("f", [cell.data_type for cell in row], sheet.title)
        with ZipFile(self.file) as package:
            sheets = [package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/")]
            charts = [name for name in package.namelist() if name.startswith("xl/charts/chart")]
        self.assertFalse([sheet for sheet in sheets if b"<f>" in sheet or b"<hyperlink" in sheet])
        self.assertGreaterEqual(len(charts), 2)

    def test_definitions_say_what_was_counted_by_whom(self):
        definitions = " ".join(str(value) for row in self.book(**FILTERS)["Definitions"].iter_rows(values_only=True)
                               for value in row)
        for word in ("Mia Manager", self.env.company.name, self.env.company.currency_id.name, "By period", "2026"):
            self.assertIn(word, definitions)

    def test_dates_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env["res.lang"]._lang_get("ru_RU").write({"date_format": "%d.%m.%Y"})
        self.manager.lang = "ru_RU"
        workbook = self.env["conveyor.workbook"].with_user(self.manager).with_context(lang="ru_RU").create({})
        stream = BytesIO()
        workbook._write_file(stream)
        leads = openpyxl.load_workbook(stream).worksheets[-2]
        formats = {cell.number_format for cell in leads[2] if isinstance(cell.value, datetime)}
        self.assertEqual(formats, {"dd.mm.yyyy"})

    def test_more_leads_than_a_sheet_holds(self):
        with patch.object(xlsx_stream.RawSheets.__init__, "__defaults__", (3,)):
            book = self.book()
        self.assertEqual(book.sheetnames[-3:], ["Leads", "Leads 2", "Definitions"])
        self.assertEqual(len(self.names(book)), 4)

    def test_a_salesperson_takes_away_his_own(self):
        book = self.book(self.seller)
        self.assertEqual(self.names(book), ["=cmd|' /C calc'!A0", "ab"])
        self.assertEqual([row[0] for row in book["By Salesperson"].iter_rows(min_row=2, max_row=2, values_only=True)],
                         ["Sam Seller"])

    # -------------------------------------------------------------- from lists
    def selected(self, leads, user=None, **context):
        return self.env["conveyor.workbook"].with_user(user or self.manager).with_context(
            active_model="crm.lead", active_ids=leads.ids, **context).create({})

    def test_the_selected_leads(self):
        workbook = self.selected(self.leads[1:3], active_domain=[("id", "in", self.leads.ids)])
        self.assertEqual(workbook.lead_count, 2, "the list's condition does not matter where some are selected")
        self.assertEqual(self.names(self.book(lead_ids=workbook._filters()["lead_ids"])), ["-1", "ab"],
                         "the lost lead is among them")

    def test_all_leads_of_more_than_one_page(self):
        self.env["ir.config_parameter"].sudo().set_param("web.active_ids_limit", "2")
        workbook = self.selected(self.leads[:2], active_domain=[("user_id", "=", self.seller.id)])
        self.assertEqual(sorted(workbook._filters()["lead_ids"]), sorted(self.leads[:2].ids))
        workbook = self.selected(self.leads[:2], active_domain=[("team_id", "=", self.team.id)], active_test=False)
        self.assertEqual(sorted(workbook._filters()["lead_ids"]), sorted(self.leads.ids))

    def test_a_selection_of_nothing_is_nothing(self):
        """An empty list of ids means all leads to the funnel; here it must not."""
        gone = self.lead()
        workbook = self.selected(gone)
        gone.unlink()
        stream = BytesIO()
        workbook._write_file(stream)
        self.assertEqual(self.names(openpyxl.load_workbook(stream)), [])

    def test_leads_of_others_stay_out_of_a_selection(self):
        with self.assertRaises(AccessError):
            self.selected(self.leads, self.seller)
        workbook = self.selected(self.leads[:2], self.seller)
        self.leads[0].user_id = self.colleague
        stream = BytesIO()
        workbook._write_file(stream)
        self.assertEqual(self.names(openpyxl.load_workbook(stream)), ["ab"], "what is his when it is written")

    # ---------------------------------------------------------- from the screen
    def created(self, filters, user=None, **context):
        """The wizard behind the action that the screen gets."""
        workbooks = self.env["conveyor.workbook"].with_user(user or self.manager).with_context(**context)
        action = workbooks.create_from_filters(filters)
        self.assertEqual(action["type"], "ir.actions.act_url")
        return workbooks.browse(int(action["url"].rpartition("/")[2]))

    def test_filters_of_the_screen_come_back_as_they_were(self):
        filters = {**FILTERS, "sale_kind": "first", "team_ids": [self.team.id, 0], "user_ids": [False], "source_ids": self.source.ids}
        workbook = self.created(filters)
        funnel = self.env["conveyor.funnel"].with_user(self.manager)
        self.assertEqual(funnel._parse(workbook._filters()), funnel._parse(filters))
        self.assertEqual(workbook._filename(), "Funnel 2026-01-01 2026-06-30.xlsx")

    def test_the_companies_that_were_active(self):
        """A download knows nothing of the companies chosen in the web client: the wizard keeps them."""
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids += other
        workbook = self.created({}, allowed_company_ids=other.ids).with_context(allowed_company_ids=False)
        self.assertEqual(workbook._filters()["company_ids"], other.ids)
        self.assertEqual(workbook._in_companies().env.company, other)
        stream = BytesIO()
        workbook._write_file(stream)
        self.assertEqual(self.names(openpyxl.load_workbook(stream)), [])

    def test_archived_filters_still_filter(self):
        self.team.active = False
        self.assertEqual(self.created({"team_ids": self.team.ids})._filters()["team_ids"], self.team.ids)

    def test_bad_filters_are_told_at_once(self):
        with self.assertRaisesRegex(UserError, "teams"):
            self.created({"teams": [1]})
        workbook = self.env["conveyor.workbook"].with_user(self.manager).create({"date_from": "2026-02-01", "date_to": "2026-01-01"})
        with self.assertRaises(UserError):
            workbook.action_download()

    def test_without_the_right_to_export(self):
        for call in (lambda model: model.create_from_filters({}), lambda model: model.create({}).action_download()):
            with self.assertRaisesRegex(AccessError, "administrator"):
                call(self.env["conveyor.workbook"].with_user(self.colleague))

    def test_a_workbook_is_its_makers_own(self):
        workbook = self.created({})
        with self.assertRaises(AccessError):
            workbook.with_user(self.seller).action_download()

    def test_the_action_menu_is_for_those_who_may_export(self):
        for user, expected in ((self.manager, True), (self.colleague, False)):
            bound = self.env["ir.actions.actions"].with_user(user).get_bindings("crm.lead").get("action", [])
            self.assertIs("Conveyor Workbook (XLSX)" in [action["name"] for action in bound], expected, user.name)


@tagged("standard", "post_install", "-at_install")
class TestWorkbookDownload(WorkbookCase, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = new_test_user(cls.env, "conveyor_stranger", "sales_team.group_sale_manager,base.group_allow_export")

    def url(self, user, **values):
        workbook = self.env["conveyor.workbook"].with_user(user).create(values)
        self.env.flush_all()
        return f"/sales_conveyor/workbook/{workbook.id}"

    def fetch(self, user, url):
        self.authenticate(user.login, user.login)
        return self.url_open(url)

    def test_the_file(self):
        response = self.fetch(self.manager, self.url(self.manager, **FILTERS))
        self.assertEqual(response.status_code, 200)
        self.assertIn("Funnel%202026-01-01%202026-06-30.xlsx", response.headers["Content-Disposition"])
        self.assertEqual(int(response.headers["Content-Length"]), len(response.content))
        self.assertEqual(openpyxl.load_workbook(BytesIO(response.content)).sheetnames, SHEETS)

    def test_refusals(self):
        url = self.url(self.manager)
        for user, address, status, why in (
            (self.stranger, url, 403, "somebody else's"),
            (self.colleague, self.url(self.colleague), 403, "no right to export"),
            (self.manager, "/sales_conveyor/workbook/0", 404, "gone"),
        ):
            with self.subTest(why):
                self.assertEqual(self.fetch(user, address).status_code, status)

    def test_nobody_in_particular_gets_to_log_in(self):
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(self.url(self.manager)).url)
