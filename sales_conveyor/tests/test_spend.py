"""Marketing spend: entering it, what is refused, what is doubted, who may."""

from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import file_open

from .money_common import FEB, JAN, MoneyCase


@tagged("post_install", "-at_install")
class TestSpend(MoneyCase):

    def test_one_day_unless_said_otherwise(self):
        spend = self.env["conveyor.spend"].create({"source_id": self.ads.id, "date_from": JAN, "amount": 5})
        self.assertEqual((spend.date_to, spend.currency_id, spend.company_id, spend.origin), (JAN, self.company.currency_id, self.company, "hand"))
        with Form(self.env["conveyor.spend"].with_user(self.manager)) as form:
            form.source_id = self.ads
            form.date_from, form.date_to = date(2026, 1, 31), FEB
            form.amount = 7
        self.assertEqual((form.record.date_to, form.record.origin), (FEB, "hand"))

    def test_what_is_wrong_is_said(self):
        with self.assertRaisesRegex(ValidationError, "has no amount"):
            self.spend(self.ads, JAN, amount=0)
        with self.assertRaisesRegex(ValidationError, "before it begins"):
            self.spend(self.ads, FEB, JAN)
        with self.assertRaisesRegex(ValidationError, "Check the year"):
            self.spend(self.ads, JAN, date(2062, 1, 1))
        spend = self.spend(self.ads, JAN, amount=-20)
        with self.assertRaisesRegex(ValidationError, "before it begins"):
            spend.date_to = date(2025, 12, 31)

    def test_a_foreign_amount_is_converted_on_its_day(self):
        francs = self.env.ref("base.CHF")
        francs.active = True
        self.env["res.currency.rate"].create([
            {"name": name, "currency_id": francs.id, "company_id": self.company.id, "rate": rate} for name, rate in (("2026-01-01", 2), ("2026-02-01", 4))])
        january, february = (self.spend(self.ads, day, amount=80, currency_id=francs.id) for day in (JAN, FEB))
        self.assertEqual((january.amount_company, february.amount_company), (40, 20))
        self.assertEqual(self.figures(self.money()["money_source"], self.ads, "spend"), [60])
        self.env["res.currency.rate"].search([("currency_id", "=", francs.id), ("name", "=", "2026-02-01")]).rate = 8
        self.env["conveyor.spend"]._cron_sync()
        self.assertEqual(february.amount_company, 10, "a rate that came late")

    def test_the_same_money_twice_is_doubted(self):
        first = self.spend(self.ads, JAN, date(2026, 1, 31), 900)
        self.assertFalse(first.is_doubtful)
        second = self.spend(self.ads, date(2026, 1, 31), date(2026, 2, 10), 900)
        third = self.spend(self.fair, JAN, amount=900)
        campaign = self.env["utm.campaign"].create({"name": "Spring", "title": "Spring"})
        fourth = self.spend(self.ads, JAN, amount=1, campaign_id=campaign.id)
        self.env.invalidate_all()
        self.assertEqual((first | second | third | fourth).mapped("is_doubtful"), [True, True, False, False])
        self.assertIn("entered twice", first.doubt)
        self.assertEqual(self.env["conveyor.spend"].search([("is_doubtful", "=", True), ("company_id", "=", self.company.id)]), first | second)
        second.date_from = FEB
        self.env.invalidate_all()
        self.assertFalse(first.is_doubtful)

    def test_what_an_import_brings(self):
        self.env["utm.source"].create({"name": "Imported ads"})
        result = self.env["conveyor.spend"].with_user(self.manager).with_context(import_file=True).load(
            ["name", "source_id", "date_from", "date_to", "amount"],
            [["June", "Imported ads", "2026-06-01", "2026-06-30", "300"], ["A day", "Imported ads", "2026-06-05", "", "10"]])
        self.assertFalse(result["messages"])
        rows = self.env["conveyor.spend"].browse(result["ids"])
        self.assertEqual(rows.mapped("origin"), ["import", "import"])
        self.assertEqual(rows[1].date_to, date(2026, 6, 5))

    def test_the_template_can_be_imported(self):
        [template] = self.env["conveyor.spend"].get_import_templates()
        with file_open(template["template"].removeprefix("/")) as lines:
            header = lines.readline().strip().split(",")
        labels = {field["string"] for field in self.env["conveyor.spend"].with_context(lang="en_US").fields_get().values()}
        self.assertLessEqual(set(header), labels)

    # ------------------------------------------------------------ rights
    def test_only_managers(self):
        spend = self.spend(self.ads, JAN)
        for user in (self.seller, self.colleague):
            mine = spend.with_user(user)
            for attempt in (lambda: mine.read(["amount"]), lambda: mine.write({"amount": 1}), lambda: mine.unlink(),  # noqa: B023
                            lambda: mine.create({"source_id": self.ads.id, "amount": 1}), lambda: mine.action_sync_bills()):  # noqa: B023
                with self.assertRaises(AccessError):
                    attempt()
        spend.with_user(self.manager).amount = 50

    def test_nobody_forges_a_bill(self):
        spends = self.env["conveyor.spend"].with_user(self.manager)
        spend = spends.create({"source_id": self.ads.id, "amount": 5, "origin": "bill", "move_line_id": 1, "rule_id": 1, "is_period_own": True})
        self.assertEqual((spend.origin, spend.move_line_id.id, spend.rule_id.id, spend.is_period_own), ("hand", False, False, False))
        spend.write({"origin": "bill", "name": "Ads"})
        self.assertEqual((spend.origin, spend.name), ("hand", "Ads"))

    def test_another_company_s_spend(self):
        other = self.env["res.company"].create({"name": "Other"})
        spend = self.env["conveyor.spend"].sudo().create({"source_id": self.ads.id, "amount": 5, "company_id": other.id, "currency_id": other.currency_id.id})
        with self.assertRaises(AccessError):
            spend.with_user(self.manager).with_context(allowed_company_ids=self.company.ids).read(["amount"])
        with self.assertRaises(AccessError):
            spend.with_user(self.manager).with_context(allowed_company_ids=self.company.ids).copy()
