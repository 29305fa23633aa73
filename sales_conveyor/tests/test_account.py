"""Account management: touches before the customer is expected, never rarer than the norm."""

from datetime import date, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from .enrolment_common import MONDAY, EnrolmentCase


@tagged("post_install", "-at_install")
class TestAccount(EnrolmentCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.welcome = cls.env.ref("sales_conveyor.cadence_account"), cls.env.ref("sales_conveyor.cadence_common_new_customer")
        cls.account.is_on = True
        cls.ada = cls.customer(user_id=cls.seller.id)

    def rhythm(self, day, company=None):
        """The customer is expected on a day from Monday on."""
        self.env.cr.execute(SQL(
            "INSERT INTO conveyor_rhythm (partner_id, company_id, expected_date) VALUES (%s, %s, %s)"
            " ON CONFLICT (partner_id, company_id) DO UPDATE SET expected_date = EXCLUDED.expected_date",
            self.ada.id, (company or self.env.company).id, (MONDAY + timedelta(days=day)).date()))

    def next_day(self, enrolment):
        return (enrolment.next_date.date() - MONDAY.date()).days

    def test_shortly_before_he_is_expected(self):
        self.rhythm(21)
        enrolment = self.enrol(self.account, self.ada)
        self.assertEqual(self.next_day(enrolment), 16)
        self.run_at(self.day(15))
        self.assertFalse(self.activity(self.ada))
        self.run_at(self.day(16))
        self.assertEqual(self.activity(self.ada).summary, "Before he needs it again")

    def test_by_the_norm_where_nothing_is_known(self):
        self.env.company.conveyor_account_days = 14
        self.assertEqual(self.next_day(self.enrol(self.account, self.ada)), 14)

    def test_never_rarer_than_the_norm(self):
        self.rhythm(200)
        self.assertEqual(self.next_day(self.enrol(self.account, self.ada)), 30)

    def test_it_comes_nearer_when_the_expected_date_does(self):
        self.rhythm(30)
        enrolment = self.enrol(self.account, self.ada)
        self.assertEqual(self.next_day(enrolment), 25)
        self.rhythm(15)
        self.env["conveyor.enrolment"]._expected_moved([self.ada.id], MONDAY.date())
        self.assertEqual(self.next_day(enrolment), 10)

    def test_it_waits_on_when_the_date_has_moved_away(self):
        self.rhythm(15)
        enrolment = self.enrol(self.account, self.ada)
        self.rhythm(22)
        self.run_at(self.day(10))
        self.assertFalse(self.activity(self.ada))
        self.assertEqual(self.next_day(enrolment), 17)

    def test_his_visit_comes_first(self):
        self.rhythm(30)
        self.env["conveyor.visit"].create({"partner_id": self.ada.id, "date": (MONDAY + timedelta(days=14)).date()})
        self.assertEqual(self.next_day(self.enrol(self.account, self.ada)), 9)

    def test_rhythm_of_his_own_company_only(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.rhythm(21, other)
        self.assertEqual(self.next_day(self.enrol(self.account, self.ada)), 30)

    def test_winning_enrols_and_the_welcome_goes_on_with_it(self):
        self.welcome.is_on = True
        self.lead(partner_id=self.ada.id).action_set_won()
        first = self.ada.enrolment_ids
        self.assertEqual(first.cadence_id, self.welcome)
        first._finish()
        self.assertEqual(self.ada.enrolment_ids.filtered(lambda row: row.state == "running").cadence_id, self.account)

    def test_who_buys_without_a_lead_enters_too(self):
        self.env["conveyor.signal"]._emit([{
            "kind": "first_purchase", "partner_id": self.ada.id, "company_id": self.env.company.id, "date": date(2026, 6, 15),
            "amount": 100, "key": f"first {self.ada.id}"}])
        self.assertEqual((self.ada.enrolment_ids.cadence_id, self.ada.enrolment_ids.state), (self.account, "running"))

    def test_cadences_of_a_team_are_for_its_leads(self):
        self.account.team_ids = self.team
        self.env["conveyor.cadence"]._enter_buyers(self.ada)
        self.assertFalse(self.ada.enrolment_ids)

    def test_a_touch_every_month_for_a_year(self):
        enrolment = self.enrol(self.account, self.ada)
        days = []
        for number in range(0, 366):
            self.run_at(self.day(number))
            for activity in self.activity(self.ada):
                days.append(number)
                activity.action_feedback()
        self.assertEqual(enrolment.state, "running")
        gaps = [after - before for before, after in zip([0, *days], days)]
        self.assertLessEqual(max(gaps), 30 + 2, "a weekend apart")
        self.assertGreaterEqual(len(days), 11)

    def test_the_time_line_says_it_in_words(self):
        steps = self.account._timeline()["steps"]
        self.assertEqual((steps[0]["label"], steps[0]["short"]), ("5 days before", "−5"))
        self.assertEqual(self.account._timeline()["loop"]["days"], 90)

    def test_only_customers_are_expected(self):
        with self.assertRaisesRegex(ValidationError, "only a customer has an expected date"):
            self.cadence({"channel": "call", "delay_from": "expected"})

    def test_density_has_limits(self):
        with self.assertRaises(ValidationError):
            self.env.company.conveyor_account_days = 90
