from datetime import date
from io import BytesIO

import openpyxl

from odoo import fields
from odoo.tests import tagged

from .common import ConveyorCase
from .rhythm_rows import RhythmRows


@tagged("post_install", "-at_install")
class TestCustomerTables(RhythmRows, ConveyorCase):
    """Customers by rhythm as figures of the screen and sheets of the workbook."""

    def setUp(self):
        super().setUp()
        self.env["conveyor.rhythm.change"].sudo().search([]).unlink()
        self.env["conveyor.rhythm"].sudo().search([]).unlink()
        self.beans = self.env["product.category"].create({"name": "Beans"})
        self.ada, self.bob, self.eve = (
            self.customer(name, user_id=user and user.id) for name, user in (("Ada", self.seller), ("Bob", self.seller), ("Eve", False)))
        self.rhythm(self.ada, category_id=self.beans.id, first_date="2020-01-05", revenue_year=1500, revenue_before=1000)
        self.rhythm(self.bob, status="steady", silent=3, count=10, average=50)
        self.rhythm(self.eve, status="lost", silent=100, count=4, average=100)
        for partner, day, status, values in (
                (self.ada, date(2026, 1, 10), "late", {"amount": 400}), (self.ada, date(2026, 1, 20), "steady", {"amount": 70, "is_back": True}),
                (self.ada, date(2026, 3, 31), "late", {"amount": 420}), (self.eve, date(2026, 3, 1), "lost", {"amount": 1000})):
            self.change(partner, day, status, **values)

    def tables(self, user=None, **filters):
        return self.env["conveyor.rhythm.tables"].with_user(user or self.manager)._tables(filters)

    def row(self, table, key, *columns):
        return [table.value(str(key), column) for column in columns]

    def test_by_status(self):
        table = self.tables()["rhythm_status"]
        self.assertEqual([row.key for row in table.rows], ["late", "lost", "steady"])
        self.assertEqual(self.row(table, "late", "name", "customers", "money_at_risk", "revenue_total", "growth"), ["Late", 1, 420, 2800, .5])
        self.assertEqual(self.row(table, "lost", "money_at_risk", "average_check", "growth"), [1000, 100, None])
        self.assertEqual(table.total.cells["customers"], 3)
        self.assertEqual(table.total.cells["revenue_total"], 2800 + 500 + 400)
        self.assertAlmostEqual(table.total.cells["average_check"], 3700 / 28)

    def test_by_account_manager_and_category(self):
        tables = self.tables()
        people = tables["rhythm_salesperson"]
        self.assertEqual(self.row(people, self.seller.id, "name", "customers", "late", "steady", "money_at_risk"), ["Sam Seller", 2, 1, 1, 420])
        self.assertEqual(self.row(people, 0, "name", "lost", "money_at_risk"), ["Unassigned", 1, 1000])
        self.assertEqual([row.key for row in people.rows], ["0", str(self.seller.id)], "most money at risk first")
        self.assertEqual(self.row(tables["rhythm_category"], self.beans.id, "name", "customers"), ["Beans", 1])

    def test_the_summary_has_the_same_figures(self):
        tables = self.tables()
        for key in ("customers", "money_at_risk", "lost", "average_check", "growth"):
            self.assertEqual(tables["rhythm_summary"].value(key, "value"), tables["rhythm_salesperson"].total.cells[key], key)

    def test_changes_by_month(self):
        self.env.cr.execute("UPDATE conveyor_rhythm SET first_date = '2026-03-05'")
        table = self.tables()["rhythm_month"]
        self.assertEqual([row.cells["month"] for row in table.rows], [date(2026, 1, 1), date(2026, 3, 1)])
        self.assertEqual(self.row(table, "2026-01-01", "late", "back", "amount_back", "lost"), [1, 1, 70, 0])
        self.assertEqual(self.row(table, "2026-03-01", "gained", "late", "lost", "amount_lost"), [3, 1, 1, 1000])
        self.assertEqual(table.total.cells["late"], 2)
        self.assertEqual([row.key for row in self.tables(date_from="2026-03-01", date_to="2026-03-30")["rhythm_month"].rows], ["2026-03-01"])
        self.assertEqual(self.tables(date_from="2026-03-01", date_to="2026-03-30")["rhythm_month"].total.cells["late"], 0)

    def test_filters(self):
        self.assertEqual(self.tables(user_ids=[self.seller.id])["rhythm_status"].total.cells["customers"], 2)
        self.assertEqual(self.tables(user_ids=[0])["rhythm_month"].total.cells["late"], 0)
        lead = self.lead(partner_id=self.customer("Person", parent_id=self.bob.id).id)
        found = self.tables(lead_ids=[lead.id])
        self.assertEqual([row.key for row in found["rhythm_status"].rows], ["steady"])
        self.assertFalse(found["rhythm_month"].total.cells["late"])
        self.assertEqual(self.tables(team_ids=[self.team.id])["rhythm_status"].total.cells["customers"], 1)

    def test_everybody_counts_what_he_may_see(self):
        self.assertEqual(self.tables(user=self.seller)["rhythm_status"].total.cells["customers"], 2)
        self.assertEqual(self.tables(user=self.seller)["rhythm_month"].total.cells["lost"], 0)
        nobody = self.tables(user=self.colleague)
        self.assertFalse(nobody["rhythm_status"].rows or nobody["rhythm_month"].rows or nobody["rhythm_status"].total)

    def test_companies_and_currencies(self):
        francs = self.env.ref("base.CHF")
        francs.active = True
        other = self.env["res.company"].create({"name": "Other", "currency_id": francs.id})
        self.manager.company_ids |= other
        self.env["res.currency.rate"].create({
            "currency_id": francs.id, "company_id": self.env.company.id, "name": fields.Date.today(), "rate": 2})
        self.rhythm(self.ada, company_id=other.id, count=10, average=100)
        both = self.env["conveyor.rhythm.tables"].with_user(self.manager).with_context(
            allowed_company_ids=(self.env.company | other).ids)._tables()
        self.assertEqual(both["rhythm_status"].value("late", "customers"), 2)
        self.assertAlmostEqual(both["rhythm_status"].value("late", "revenue_total"), 2800 + 500, 2)
        self.assertEqual(self.tables(company_ids=self.env.company.ids)["rhythm_status"].value("late", "customers"), 1)

    def test_a_number_opens_what_it_counts(self):
        for table in self.tables().values():
            for row in [*table.rows, *([table.total] if table.total else [])]:
                for column in table.columns:
                    domain = table.drill_domain(row, column.key)
                    if domain and table.type_of(row, column.key) == "integer":
                        with self.subTest(f"{table.key} {row.key} {column.key}"):
                            records = self.env[table.drill["model"]].with_user(self.manager).search_count(domain)
                            self.assertEqual(records, row.cells[column.key])

    def test_a_filter_that_is_none_is_told(self):
        with self.assertRaisesRegex(Exception, "colour"):
            self.tables(colour="red")

    # ------------------------------------------------------------ the screen
    def test_the_screen_gets_plain_data(self):
        answer = self.env["conveyor.rhythm.tables"].with_user(self.seller).get_tables({"date_from": "2026-01-01"})
        self.assertEqual([table["key"] for table in answer["tables"]], [
            "rhythm_summary", "rhythm_status", "rhythm_salesperson", "rhythm_category", "rhythm_month"])
        self.assertEqual(answer["period"]["date_from"], "2026-01-01")

    def test_more_customers_are_no_more_queries(self):
        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.tables()
            return self.env.cr.sql_log_count - before
        self.tables()
        few = count()
        for number in range(30):
            self.rhythm(self.customer(f"Client {number}"))
        self.assertLessEqual(count(), few)

    # ------------------------------------------------------------ the workbook
    def book(self, user=None, **values):
        stream = BytesIO()
        self.env["conveyor.workbook"].with_user(user or self.manager).create(values)._write_file(stream)
        return openpyxl.load_workbook(stream)

    def test_the_sheets_have_the_figures_of_the_screen(self):
        book, tables = self.book(), self.tables()
        for table in tables.values():
            sheet = book[table.title]
            self.assertEqual([cell.value for cell in sheet[1]], [column.label for column in table.columns])
            for line, row in zip(sheet.iter_rows(min_row=2), table.rows):
                for cell, column in zip(line, table.columns):
                    value = row.cells.get(column.key)
                    if isinstance(value, (int, float)):
                        self.assertAlmostEqual(cell.value, value, msg=f"{table.key} {row.key} {column.key}")
        self.assertEqual(len(book["Status Changes by Month"]._charts), 1)
        self.assertEqual(len(book["Status Changes by Month"]._charts[0].series), 4)
        self.assertEqual(len(book["Customers by Status"]._charts), 1)
        names = [row[0].value for row in book["Definitions"].iter_rows(min_row=2)]
        self.assertIn("Money at risk", names)

    def test_customers_stand_row_by_row_with_most_money_first(self):
        book = self.book()
        lines = [[cell.value for cell in line] for line in book["Customers by Rhythm"].iter_rows()]
        head, rows = lines[0], lines[1:]
        self.assertEqual([row[0] for row in rows], ["Eve", "Ada", "Bob"])
        cell = lambda row, label: row[head.index(label)]  # noqa: E731
        ada = rows[1]
        self.assertEqual((cell(ada, "Rhythm"), cell(ada, "Account Manager"), cell(ada, "Currency")), (
            "Late", "Sam Seller", self.env.company.currency_id.name))
        self.assertAlmostEqual(cell(ada, "Money at Risk"), 420)
        self.assertEqual(cell(ada, "Last Purchase").date(), self.env["conveyor.rhythm"].search([("partner_id", "=", self.ada.id)]).last_date)
        self.assertLess(book.sheetnames.index("Customers by Rhythm"), book.sheetnames.index("Leads"))

    def test_the_reader_s_rights_and_filters_hold_in_the_file(self):
        rows = list(self.book(user=self.seller)["Customers by Rhythm"].iter_rows(min_row=2, values_only=True))
        self.assertEqual({row[0] for row in rows}, {"Ada", "Bob"})
        self.assertNotIn("Customers by Rhythm", self.book(user=self.colleague).sheetnames)
        lead = self.lead(partner_id=self.bob.id)
        chosen = self.book(is_selection=True, lead_ids=lead.ids)["Customers by Rhythm"]
        self.assertEqual([row[0] for row in chosen.iter_rows(min_row=2, values_only=True)], ["Bob"])
