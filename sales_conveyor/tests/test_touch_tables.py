from datetime import datetime, timedelta
from io import BytesIO

import openpyxl

from odoo.tests import tagged

from .common import ConveyorCase

NOW = datetime(2026, 3, 31, 12)


@tagged("post_install", "-at_install")
class TestTouchTables(ConveyorCase):
    """Touches, reasons, practices and discipline in the workbook: the figures of the screens."""

    def setUp(self):
        super().setUp()
        self.env.cr.execute("DELETE FROM conveyor_touch")  # of demo data
        self.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        self.env["conveyor.practice"].search([]).unlink()
        self.env.company.conveyor_tz = "Europe/Sofia"
        self.ada, self.bob = self.lead(name="Ada"), self.lead(name="Bob", user_id=self.colleague.id)
        self.reason = self.env["conveyor.reason"].create({"name": "New price"})
        rows = (  # lead, channel, result, day, by, beside
            (self.ada, "call", "no_answer", 1, self.seller, {}),
            (self.ada, "call", "reached", 2, self.seller, {"reason_id": self.reason.id}),
            (self.ada, "email", "sent", 40, self.seller, {}),
            (self.ada, "email", "replied", 1.5, self.seller, {"direction": "in"}),
            (self.bob, "email", "sent", 1, self.colleague, {"is_automatic": True}),
            (self.bob, "email", "bounced", 1, self.colleague, {}))
        self.env["conveyor.touch"]._record([{
            "event_key": f"table-{number}", "lead_id": lead.id, "channel": channel, "outcome": outcome,
            "date": NOW - timedelta(days=days), "user_id": user.id, **beside}
            for number, (lead, channel, outcome, days, user, beside) in enumerate(rows)])

    def tables(self, user=None, **filters):
        env = self.env["conveyor.touch.tables"].with_user(user or self.manager)
        return env._tables(env.env["conveyor.funnel"]._parse(filters))

    def row(self, table, key, *columns):
        return [table.value(str(key), column) for column in columns]

    def test_touches_by_channel_person_and_month(self):
        tables = self.tables()
        channels = tables["touches_channel"]
        self.assertEqual(self.row(channels, "call", "touches", "attempts", "conversations", "leads"), [2, 1, 1, 1])
        self.assertEqual(self.row(channels, "email", "touches", "messages", "replies", "automatic"), [2, 2, 1, 1])
        self.assertEqual(channels.total.cells["touches"], 4)
        self.assertEqual(channels.total.cells["leads"], 2)
        people = tables["touches_person"]
        self.assertEqual(self.row(people, self.seller.id, "name", "touches"), ["Sam Seller", 3])
        self.assertEqual([row.cells["touches"] for row in tables["touches_month"].rows], [1, 3])

    def test_months_and_periods_begin_where_the_company_is(self):
        self.env["conveyor.touch"]._record([{
            "event_key": "late", "lead_id": self.ada.id, "channel": "call", "outcome": "no_answer",
            "date": datetime(2026, 2, 28, 22, 30)}])  # 1 March 00:30 in Sofia
        self.assertEqual([row.cells["touches"] for row in self.tables()["touches_month"].rows], [1, 4])
        self.assertEqual(self.tables(date_from="2026-03-01")["touches_channel"].total.cells["touches"], 4)
        self.assertEqual(self.tables(date_to="2026-02-28")["touches_channel"].total.cells["touches"], 1)

    def test_filters_and_rights(self):
        self.assertEqual(self.tables(user_ids=[self.colleague.id])["touches_channel"].total.cells["touches"], 1)
        self.assertEqual(self.tables(user=self.seller)["touches_channel"].total.cells["touches"], 3)
        self.assertEqual(self.tables(lead_ids=[self.bob.id])["touches_channel"].total.cells["touches"], 1)

    def test_results_of_reasons(self):
        [row] = self.tables()["reasons"].rows
        self.assertEqual([row.cells[name] for name in ("name", "touch_total", "client_total", "reply_total")], ["New price", 1, 1, 1])

    def test_practices_as_the_inventory_has_them(self):
        self.assertFalse(self.tables()["practices"].rows)
        self.env["conveyor.practice"]._refresh(NOW.date())
        call = next(row for row in self.tables()["practices"].rows if row.cells["name"] == "Call")
        self.assertEqual([call.cells[name] for name in ("kind", "volume", "status")], ["Channel", 2, "Alive"])

    # ------------------------------------------------------------ the file
    def book(self, **values):
        stream = BytesIO()
        self.env["conveyor.workbook"].with_user(self.manager).create(values)._write_file(stream)
        return openpyxl.load_workbook(stream)

    def test_the_sheets_have_the_tables_figures(self):
        self.env["conveyor.practice"]._refresh(NOW.date())
        self.ada.action_set_lost(lost_reason_id=self.env["crm.lost.reason"].create({"name": "Later"}).id)
        self.env.company.conveyor_discipline_delay = 0
        book = self.book()
        for title in ("Touches by Channel", "Touches by Month", "Touches by Person", "Reasons", "Practices", "Where Touches Stop",
                      "After How Many Touches", "Dropped by Salesperson", "Longest Silences"):
            self.assertIn(title, book.sheetnames)
        tables = {**self.tables(), **self.env["conveyor.discipline"].with_user(self.manager)._tables()}
        for table in tables.values():
            sheet = book[table.title]
            self.assertEqual([cell.value for cell in sheet[1]][:len(table.columns)], [column.label for column in table.columns])
            for line, row in zip(sheet.iter_rows(min_row=2), table.rows):
                for cell, column in zip(line, table.columns):
                    value = row.cells.get(column.key)
                    if isinstance(value, (int, float)) and not isinstance(value, bool):
                        self.assertAlmostEqual(cell.value, value, msg=f"{table.key} {row.key} {column.key}")
        self.assertEqual(len(book["After How Many Touches"]._charts), 1)
        self.assertEqual(len(book["Touches by Month"]._charts), 1)
        names = [row[0].value for row in book["Definitions"].iter_rows(min_row=2)]
        for word in ("Left behind", "Conversations", "Usual Gap, Weeks"):
            self.assertIn(word, names)

    def test_a_table_without_rows_is_no_sheet(self):
        self.env.cr.execute("DELETE FROM conveyor_touch")
        self.assertNotIn("Touches by Channel", self.book().sheetnames)
        self.assertNotIn("Where Touches Stop", self.book().sheetnames)
