from odoo import fields
from odoo.tests import tagged

from .rhythm_rows import RhythmRows
from .test_day import DayCase


@tagged("post_install", "-at_install")
class TestCustomerDay(RhythmRows, DayCase):
    """Customers out of their rhythm in a salesperson's day."""

    def silent(self, name, **values):
        customer = self.customer(name, user_id=self.seller.id)
        self.rhythm(customer, **values)
        self.proposed(customer)
        return customer

    def test_most_money_at_risk_first_then_who_is_only_kept_in_touch_with(self):
        steady = self.silent("Steady", status="steady", silent=3)
        little, much = self.silent("Little", average=20), self.silent("Much", average=900)
        self.assertEqual(self.queue(), [("money", much.id), ("money", little.id), ("nurture", steady.id)])

    def test_the_sentence_says_rhythm_and_money(self):
        self.silent("Ada")
        [item] = self.day()["items"]
        self.assertRegex(item["why"], r"^Usually every 10 days; 21 now\. At risk: .*420")
        self.assertIn("420", item["money"])
        self.assertEqual(item["group_name"], "Money at risk")

    def test_a_lead_of_a_customer_at_risk(self):
        customer = self.customer("Ada Ltd", is_company=True)
        person = self.customer("Ada", parent_id=customer.id)
        lead = self.old_lead(partner_id=person.id)
        self.rhythm(customer)
        self.proposed(lead)
        self.assertEqual(self.queue(), [("money", lead.id)])

    def test_the_card_shows_the_rhythm(self):
        customer = self.silent("Ada", status="steady", silent=3)
        card = self.env["conveyor.day"].with_user(self.seller).get_card("res.partner", customer.id)
        self.assertEqual(card["rhythm"], {"text": "Usually every 10 days; 3 now.", "status": "steady", "name": "Steady", "risk": ""})

    def test_whoever_may_not_see_the_money_is_not_told(self):
        customer = self.customer("Ada")
        self.rhythm(customer)
        self.proposed(customer)
        [item] = self.day()["items"]
        self.assertEqual((item["group"], item["money"]), ("nurture", ""))
        card = self.env["conveyor.day"].with_user(self.seller).get_card("res.partner", customer.id)
        self.assertFalse(card["rhythm"])

    def test_money_of_two_companies_is_added_in_the_reader_s_currency(self):
        other = self.env["res.company"].create({"name": "Other", "currency_id": self.env.ref("base.CHF").id})
        self.env.ref("base.CHF").active = True
        self.env["res.currency.rate"].create({
            "currency_id": self.env.ref("base.CHF").id, "company_id": self.env.company.id, "name": fields.Date.today(), "rate": 2})
        self.seller.company_ids |= other
        customer = self.silent("Ada")
        self.rhythm(customer, company_id=other.id)
        env = self.env(user=self.seller, context={"allowed_company_ids": (self.env.company | other).ids})
        risks = env["conveyor.day"]._value_at_risk([customer.with_env(env)])
        self.assertAlmostEqual(risks["res.partner", customer.id], 420 + 210, 0)

    def test_customers_cost_as_few_queries_as_one(self):
        def count(number):
            for _number in range(number):
                self.silent(f"Client {number} {_number}")
            for _warm in range(2):
                self.day()
                self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.day()
            return self.env.cr.sql_log_count - before
        self.env.company.conveyor_daily_capacity = 100
        few = count(2)
        self.assertLessEqual(count(30), few + 1)
