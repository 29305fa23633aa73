"""A month of spend from real vendor bills, counted by hand: accounts and products, shares, credit notes, currencies; never twice."""

from datetime import date

from psycopg2 import IntegrityError

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

JUNE = date(2026, 6, 1), date(2026, 6, 30)


@tagged("post_install", "-at_install")
class TestSpendBills(AccountTestInvoicingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.plan = cls.env["account.analytic.plan"].create({"name": "Marketing"})
        cls.search, cls.social, cls.rent = cls.env["account.analytic.account"].create([
            {"name": name, "plan_id": cls.plan.id, "company_id": cls.company.id} for name in ("Search", "Social", "Rent")])
        cls.google, cls.facebook, cls.fair = cls.env["utm.source"].create([{"name": name} for name in ("G ads", "F ads", "Big fair")])
        cls.stand = cls.env["product.product"].create({"name": "Stand at a fair", "type": "service", "supplier_taxes_id": False})
        cls.boss = new_test_user(cls.env, "money_boss", "sales_team.group_sale_manager", company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)])
        cls.Rule, cls.Spend = (cls.env[name].with_user(cls.boss) for name in ("conveyor.spend.rule", "conveyor.spend"))
        cls.rules = cls.Rule.create([
            {"analytic_account_id": cls.search.id, "source_id": cls.google.id},
            {"analytic_account_id": cls.social.id, "source_id": cls.facebook.id, "period": "previous"},
            {"product_id": cls.stand.id, "source_id": cls.fair.id, "period": "day"}])

    @classmethod
    def bill(cls, *lines, day="2026-06-10", kind="in_invoice", post=True, **values):
        """:param lines: (amount, {analytic account: percent}, product)"""
        bill = cls.env["account.move"].create({
            "move_type": kind, "partner_id": cls.partner_a.id, "invoice_date": day, "date": day, "company_id": cls.company.id,
            "invoice_line_ids": [Command.create({
                "name": "Line", "price_unit": amount, "quantity": 1, "tax_ids": [Command.clear()], "product_id": product and product.id,
                "analytic_distribution": {str(account.id): percent for account, percent in shares.items()} or False,
            }) for amount, shares, product in lines], **values})
        if post:
            bill.action_post()
        return bill

    def rows(self, *bills):
        spends = self.Spend.search([("move_line_id.move_id", "in", [bill.id for bill in bills])] if bills else [])
        return sorted((row.source_id.name, row.amount, row.date_from, row.date_to) for row in spends)

    def test_a_month_of_bills(self):
        self.bill((1000, {self.search: 60, self.social: 30, self.rent: 10}, None), (500, {self.rent: 100}, None))
        self.bill((300, {self.search: 100}, None), day="2026-06-25")
        self.bill((750, {}, self.stand), (80, {self.search: 25}, self.stand), day="2026-06-14")
        self.bill((120, {self.search: 100}, None), day="2026-06-28", kind="in_refund")
        self.bill((999, {self.search: 100}, None), post=False)
        may = date(2026, 5, 1), date(2026, 5, 31)
        fair = date(2026, 6, 14), date(2026, 6, 14)
        self.assertEqual(self.rows(), sorted([
            ("G ads", 600, *JUNE), ("F ads", 300, *may), ("G ads", 300, *JUNE), ("Big fair", 750, *fair), ("G ads", 20, *JUNE),
            ("Big fair", 60, *fair), ("G ads", -120, *JUNE)]))
        money = self.env["conveyor.money"].with_user(self.boss).with_context(allowed_company_ids=self.company.ids)
        table = money._tables({"counting": "period", "date_from": "2026-06-01", "date_to": "2026-06-30"})["money_source"]
        self.assertEqual(table.value(str(self.google.id), "spend"), 600 + 300 + 20 - 120)
        self.assertEqual(table.value(str(self.fair.id), "spend"), 810)
        self.assertEqual(table.total.cells["spend"], 1610)

    def test_a_period_chosen_by_hand_is_one_that_can_be(self):
        self.bill((100, {self.search: 100}, None))
        spend = self.Spend.search([])
        for first, last in (("1926-06-01", "2026-06-30"), ("2026-06-30", "2026-06-01"), ("9026-06-01", "9026-06-30"), ("0001-01-01", "9999-12-31")):
            with self.subTest(first), self.assertRaises(ValidationError), self.env.cr.savepoint():
                spend.write({"date_from": first, "date_to": last})
        self.assertEqual(self.rows(), [("G ads", 100, *JUNE)])

    def test_never_twice(self):
        bill = self.bill((100, {self.search: 100}, self.stand))
        self.assertEqual(self.rows(), [("G ads", 100, *JUNE)], "the account's rule takes all of it")
        for _again in range(2):
            self.assertEqual(self.env["conveyor.spend"]._sync_bills(), 0)
            self.Spend._cron_sync()
        self.assertEqual(self.rows(), [("G ads", 100, *JUNE)])
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute("INSERT INTO conveyor_spend (source_id, move_line_id, rule_id) SELECT source_id, move_line_id, rule_id"
                                " FROM conveyor_spend WHERE move_line_id = ANY(%s)", (bill.invoice_line_ids.ids,))

    def test_back_to_draft_and_posted_again(self):
        bill = self.bill((100, {self.search: 100}, None))
        bill.button_draft()
        self.assertFalse(self.rows())
        bill.invoice_line_ids.price_unit = 130
        bill.action_post()
        self.assertEqual(self.rows(), [("G ads", 130, *JUNE)])
        bill.button_draft()
        bill.button_cancel()
        self.assertFalse(self.rows())

    def test_changed_while_posted(self):
        bill = self.bill((100, {self.rent: 100}, None))
        self.assertFalse(self.rows())
        bill.invoice_line_ids.analytic_distribution = {str(self.search.id): 50}
        self.assertFalse(self.rows(), "the button and the nightly job find it")
        action = self.Spend.action_sync_bills()
        self.assertIn("1 lines", action["params"]["message"])
        self.assertEqual(self.rows(), [("G ads", 50, *JUNE)])

    def test_several_plans_in_one_share(self):
        plan = self.env["account.analytic.plan"].create({"name": "Places"})
        place = self.env["account.analytic.account"].create({"name": "Sofia", "plan_id": plan.id, "company_id": self.company.id})
        self.Rule.create({"analytic_account_id": place.id, "source_id": self.fair.id, "sequence": 99})
        bill = self.bill((100, {}, None), post=False)
        bill.invoice_line_ids.analytic_distribution = {f"{self.search.id},{place.id}": 70, str(place.id): 30}
        bill.action_post()
        self.assertEqual(self.rows(), [("Big fair", 30, *JUNE), ("G ads", 70, *JUNE)], "the first rule takes the share of both")

    def test_rules_change_what_is_there(self):
        self.bill((100, {self.search: 100}, None))
        google, *_others = self.rules
        google.write({"source_id": self.facebook.id, "period": "day"})
        self.assertEqual(self.rows(), [("F ads", 100, date(2026, 6, 10), date(2026, 6, 10))])
        google.active = False
        self.assertFalse(self.rows())
        google.active = True
        self.assertEqual(len(self.rows()), 1)
        google.unlink()
        self.assertFalse(self.rows())

    def test_a_period_of_its_own_stays(self):
        bill = self.bill((90, {self.search: 100}, None))
        spend = self.Spend.search([("move_line_id", "in", bill.invoice_line_ids.ids)])
        spend.write({"date_from": "2026-06-01", "date_to": "2026-08-31"})
        self.rules[0].source_id = self.facebook
        self.assertEqual(self.rows(), [("F ads", 90, date(2026, 6, 1), date(2026, 8, 31))])

    def test_what_comes_from_a_bill_is_not_changed_here(self):
        self.bill((90, {self.search: 100}, None))
        spend = self.Spend.search([])
        with self.assertRaisesRegex(UserError, "comes from a vendor bill"):
            spend.amount = 1
        with self.assertRaisesRegex(UserError, "comes from a vendor bill"):
            spend.unlink()
        with self.assertRaisesRegex(UserError, "comes from a vendor bill"):
            spend.write({"move_line_id": False})

    def test_a_bill_in_another_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-06-01", 2.0), ("2026-06-20", 4.0)])
        self.bill((100, {self.search: 50}, None), currency_id=euro.id)
        spend = self.Spend.search([])
        self.assertEqual((spend.amount, spend.currency_id, spend.amount_company), (50, euro, 25), "as it was booked")

    def test_a_rule_says_one_thing(self):
        with self.assertRaisesRegex(ValidationError, "one of them"):
            self.Rule.create({"source_id": self.fair.id})
        with self.assertRaisesRegex(ValidationError, "one of them"):
            self.Rule.create({"source_id": self.fair.id, "analytic_account_id": self.rent.id, "product_id": self.product_a.id})
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.Rule.create({"analytic_account_id": self.search.id, "source_id": self.fair.id})

    def test_another_company_s_bills(self):
        other = self.setup_other_company()["company"] if hasattr(self, "setup_other_company") else self.env["res.company"].create({"name": "Other"})
        self.bill((100, {self.search: 100}, None))
        self.assertTrue(self.rows())
        self.assertFalse(self.env["conveyor.spend"].sudo().search([("company_id", "=", other.id)]))

    def test_a_bookkeeper_posts_without_seeing_any_of_it(self):
        keeper = new_test_user(self.env, "money_keeper", "account.group_account_invoice", company_id=self.company.id, company_ids=[(6, 0, self.company.ids)])
        bill = self.bill((100, {self.search: 100}, None), post=False)
        bill.with_user(keeper).action_post()
        self.assertEqual(self.rows(), [("G ads", 100, *JUNE)])
