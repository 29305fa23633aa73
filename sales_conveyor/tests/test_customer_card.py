from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import format_date

from .common import ConveyorCase
from .rhythm_rows import RhythmRows

SENTENCES = (  # gap, silence, purchases, open days, headline, hint
    (9.79, 21, 14, False, "Usually every 10 days; 21 now.", "Buys about every 10 days; silent for 21"),
    (1, 2, 50, False, "Usually every 1 day; 2 now.", "Buys about every 1 day; silent for 2"),
    (7, 0, 14, False, "Usually every 7 days; bought today.", "Buys about every 7 days; bought today"),
    (45, 80, 5, False, "Usually every 45 days; 3 months now.", "Buys every 45 days; silent for 3 months"),
    (548, 609, 3, False, "Usually every 18 months; 20 now.", "Buys about every 18 months; silent for 20"),
    (548, 21, 3, False, "Usually every 18 months; 21 days now.", "Buys every 18 months; silent for 21 days"),
    (30, 12, 1, False, "Bought once, 12 days ago. Customers like this one come back after about 30 days.", "Bought once, 12 days ago"),
    (30, 0, 1, False, "First bought today. Customers like this one come back after about 30 days.", "First bought today"),
)


@tagged("post_install", "-at_install")
class TestCustomerCard(RhythmRows, ConveyorCase):
    """What the contact form, the order and the till say of a customer's rhythm, and to whom."""

    def setUp(self):
        super().setUp()
        self.ada = self.customer("Ada Ltd", is_company=True, user_id=self.seller.id, phone="+359888123456")
        self.bob = self.customer("Bob", parent_id=self.ada.id)

    def card(self, partner=None, user=None):
        return (partner or self.ada).with_user(user or self.seller).conveyor_card

    # ------------------------------------------------------------ words
    def test_the_first_line_and_the_hint(self):
        for gap, silent, count, is_open, headline, hint in SENTENCES:
            with self.subTest(headline):
                row = self.rhythm(self.ada, gap=gap, silent=silent, count=count, is_open_days=is_open)
                self.assertEqual((row._headline(), row._hint()), (headline, hint))
                self.assertLessEqual(len(hint.split()), 8)

    def test_open_days_are_said_as_such(self):
        row = self.rhythm(self.ada, gap=3, is_open_days=True)
        self.assertIn("3 open days", row._headline())
        self.assertLessEqual(len(row._hint().split()), 8)

    def test_the_card(self):
        row = self.rhythm(self.ada, margin_total=900, first_date="2020-01-05", revenue_year=1500, revenue_before=1000, recommended_date="2026-01-05")
        card = self.card()
        self.assertEqual((card["id"], card["customer"]), (row.id, ""))
        self.assertEqual((card["status"]["key"], card["status"]["name"], card["is_broken"]), ("late", "Late", True))
        self.assertIn("21", card["headline"])
        figures = {figure["key"]: figure["value"] for figure in card["figures"]}
        self.assertEqual(set(figures), {"revenue_total", "margin_total", "revenue_average", "growth", "purchase_count", "first_date"})
        self.assertIn("2,800", figures["revenue_total"])
        self.assertEqual(figures["growth"], "+50%")
        self.assertIn("420", card["risk"], "200 × 21 / 10")
        self.assertEqual([date["key"] for date in card["dates"]], ["last_date", "due_date", "act_date"])
        self.assertEqual({one["key"]: bool(one["date"]) for one in card["qualities"]}, {
            "bought": True, "bought_more": False, "returned": False, "referred": False, "recommended": True})

    def test_what_is_not_known_is_not_said(self):
        self.rhythm(self.ada, status="steady", silent=3)
        card = self.card()
        self.assertEqual((card["risk"], card["is_broken"]), ("", False))
        self.assertFalse({"growth", "margin_total"} & {figure["key"] for figure in card["figures"]})

    def test_who_is_silent_was_expected(self):
        far = fields.Date.today() + timedelta(days=200)
        for silent, gap, status, label in (
                (21, 10, "late", "Expected 11 days ago"), (400, 10, "lost", "Expected 13 months ago"),
                (11, 10, "late", "Expected 1 day ago"), (10, 10, "late", "Was expected"), (3, 10, "steady", "Expected")):
            with self.subTest(status=status, silent=silent):
                self.rhythm(self.ada, status=status, silent=silent, gap=gap, expected_date=far)
                date = next(date for date in self.card()["dates"] if date["key"] == "due_date")
                due = far if status == "steady" else fields.Date.today() - timedelta(days=silent - gap)
                self.assertEqual((date["label"], date["value"]), (label, format_date(self.env, due, date_format="medium")))
                self.assertEqual(self.card()["chart"], False)

    def test_who_is_late_by_a_visit_was_expected_on_its_day(self):
        visit = fields.Date.today() - timedelta(days=4)
        row = self.rhythm(self.ada, silent=100, gap=30, expected_date=visit, act_date=visit + timedelta(days=1))
        self.assertEqual(row.due_date, visit)

    def test_who_is_late_before_his_usual_gap_by_a_rule(self):
        act = fields.Date.today() - timedelta(days=1)
        row = self.rhythm(self.ada, silent=15, gap=60, expected_date=act + timedelta(days=90), act_date=act)
        self.assertEqual(row.due_date, act)

    def test_growth_in_words(self):
        year = fields.Date.today() - timedelta(days=300)
        for first, now, before, words in (
                ("2020-01-05", 1500, 1000, "+50%"), ("2020-01-05", 0, 1000, "-100%"), (year, 1500, 0, "New this year"),
                ("2020-01-05", 1500, 20, "$\xa01,500, before $\xa020"), ("2020-01-05", 1500, 0, "$\xa01,500, before $\xa00"), ("2020-01-05", 0, 0, "")):
            with self.subTest(words):
                row = self.rhythm(self.ada, first_date=first, revenue_year=now, revenue_before=before)
                self.assertEqual(row.growth_words, words)

    def test_purchases_over_time(self):
        day = fields.Datetime.now() - timedelta(days=30)
        self.order(self.bob, day)
        self.order(self.ada, day - timedelta(days=30))
        self.rhythm(self.ada, silent=30, gap=30, count=2)
        chart = self.card()["chart"]
        self.assertEqual([bar["y"] for bar in chart["purchases"]], [100, 100])
        self.assertEqual(chart["first"], chart["purchases"][0]["x"])
        self.assertEqual(chart["expected"][0]["x"], fields.Date.to_string(fields.Date.today()))
        self.assertEqual(len(chart["today"]), 1)
        self.assertEqual(self.card()["chart"], self.env["conveyor.rhythm"].search([("partner_id", "=", self.ada.id)]).purchase_chart)

    def test_people_of_a_company_show_the_company(self):
        self.rhythm(self.ada)
        self.assertEqual(self.card(self.bob)["customer"], "Ada Ltd")

    def test_who_never_bought_has_no_card(self):
        self.assertFalse(self.card())
        self.assertFalse(self.ada.with_user(self.seller).conveyor_status)
        self.assertEqual(self.ada._conveyor_hint(), {})

    # ------------------------------------------------------------ what to say
    def test_a_friendly_question_comes_first(self):
        self.env["conveyor.reason"].create({"name": "New price", "script": "Beans cost less"})
        for status in ("late", "sleeping", "lost"):
            with self.subTest(status):
                self.rhythm(self.ada, status=status)
                self.assertTrue(self.card()["say"].endswith("?"))

    def test_who_buys_as_usual_hears_what_is_new(self):
        self.env["conveyor.reason"].search([]).active = False
        self.rhythm(self.ada, status="steady", silent=3)
        self.assertTrue(self.card()["say"].endswith("?"))
        self.env["conveyor.reason"].create({"name": "New price", "script": "Beans cost less\nAsk for a day"})
        self.env.invalidate_all()
        self.assertEqual(self.card()["say"], "Beans cost less")

    def test_the_planned_touch_says_it(self):
        reason = self.env["conveyor.reason"].create({"name": "New price", "script": "“Beans cost less”"})
        self.rhythm(self.ada)
        self.env["mail.activity"].create({
            "res_model_id": self.env["ir.model"]._get_id("res.partner"), "res_id": self.ada.id, "user_id": self.seller.id,
            "activity_type_id": self.env.ref("mail.mail_activity_data_call").id, "date_deadline": fields.Date.today(),
            "conveyor_reason_id": reason.id})
        self.env.flush_all()
        self.assertEqual(self.ada.with_user(self.seller).conveyor_silence, "silent for 21 days")
        self.assertEqual(self.card()["say"], "Beans cost less")

    # ------------------------------------------------------------ who sees it
    def test_others_see_no_money_and_no_error(self):
        self.rhythm(self.ada)
        self.assertFalse(self.card(user=self.colleague))
        self.assertFalse(self.ada.with_user(self.colleague).conveyor_status)
        self.assertFalse(self.env["conveyor.rhythm"].with_user(self.colleague).search([("partner_id", "=", self.ada.id)]))
        self.assertTrue(self.card(user=self.manager))
        self.lead(partner_id=self.bob.id, user_id=self.colleague.id)
        self.env.invalidate_all()
        self.assertTrue(self.card(user=self.colleague), "a lead of one's own with one of its people")

    def test_outside_of_sales_there_is_nothing(self):
        self.rhythm(self.ada)
        clerk = new_test_user(self.env, "conveyor_clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.ada.with_user(clerk).conveyor_card  # noqa: B018
        self.assertNotIn("conveyor_card", self.env["res.partner"].with_user(clerk).get_view(view_type="form")["arch"])

    def test_whoever_sells_may_know_the_rhythm(self):
        self.rhythm(self.ada)
        hint = "Buys about every 10 days; silent for 21"
        self.assertEqual((self.ada + self.bob).with_user(self.colleague).get_conveyor_hints(), {self.ada.id: hint, self.bob.id: hint})
        order = self.env["sale.order"].with_user(self.colleague).create({"partner_id": self.bob.id, "user_id": self.colleague.id})
        self.assertEqual(order.conveyor_hint, hint)

    def test_the_hint_is_there_as_soon_as_the_customer_is_chosen(self):
        self.rhythm(self.ada)
        with Form(self.env["sale.order"].with_user(self.seller)) as order:
            self.assertFalse(order.conveyor_hint)
            order.partner_id = self.bob
            self.assertIn("10 days", order.conveyor_hint)

    def test_the_row_is_that_of_the_company_one_works_in(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.rhythm(self.ada, company_id=other.id)
        self.assertFalse(self.card())
        self.assertEqual(self.ada._conveyor_hint(), {})
        self.assertTrue(self.ada.with_company(other)._conveyor_hint())

    def test_hints_cost_few_queries(self):
        partners = self.env["res.partner"].create([{"name": f"Client {number}"} for number in range(40)])
        for partner in partners:
            self.rhythm(partner)
        partners._conveyor_hint()
        self.env.invalidate_all()
        with self.assertQueryCount(7):
            self.assertEqual(len(partners._conveyor_hint()), 40)

    # ------------------------------------------------------------ what one can do
    def test_buttons_of_the_contact(self):
        row = self.rhythm(self.ada)
        ada = self.bob.with_user(self.seller)
        self.assertEqual(ada.action_open_rhythm()["res_id"], row.id)
        self.assertEqual(ada.action_conveyor_offer()["context"], {"default_partner_id": self.bob.id})
        enrol = ada.action_conveyor_enrol()
        self.assertEqual((enrol["res_model"], enrol["context"]["active_ids"]), ("conveyor.enrol", [self.bob.id]))
        wizard = self.env["conveyor.enrol"].with_user(self.seller).with_context(**enrol["context"]).new({})
        self.assertEqual(wizard.default_get(["partner_ids"])["partner_ids"], [Command.set(self.ada.ids)])

    def test_purchases_are_the_documents_that_count(self):
        row = self.rhythm(self.ada)
        bought = self.order(self.bob, fields.Datetime.now())
        self.order(self.ada, fields.Datetime.now(), confirm=False)
        row = self.env["conveyor.rhythm"].search([("partner_id", "=", self.ada.id)])
        action = row.action_open_purchases()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), bought)
        self.env.company.conveyor_purchase_source = "invoice"
        self.assertEqual(row.action_open_purchases()["res_model"], "account.move")

    def test_touches_are_planned_for_those_without_one(self):
        eve = self.customer("Eve", user_id=self.seller.id)
        rows = self.rhythm(self.ada) + self.rhythm(eve)
        self.ada._plan_touches(self.ada._propose_next())
        message = rows.with_user(self.manager).action_plan_touches()["params"]["message"]
        self.assertIn("1", message)
        self.assertEqual(len(self.ada._planned_touches()), 1)
        self.assertEqual(len(eve._planned_touches()), 1)

    # ------------------------------------------------------------ list and cards
    def test_the_list_begins_with_the_most_money(self):
        self.env["conveyor.rhythm"].sudo().search([]).unlink()
        small, none = self.customer("Small", user_id=self.seller.id), self.customer("None", user_id=self.seller.id)
        self.rhythm(none, status="steady", average=9000), self.rhythm(small, average=20), self.rhythm(self.ada)
        rows = self.env["conveyor.rhythm"].with_user(self.seller).search([], order="money_at_risk desc")
        self.assertEqual(rows.partner_id.mapped("name"), ["Ada Ltd", "Small", "None"])

    def test_columns_stand_in_the_order_of_need(self):
        self.env["conveyor.rhythm"].sudo().search([]).unlink()
        self.rhythm(self.ada)
        groups = self.env["conveyor.rhythm"].with_user(self.seller).with_context(read_group_expand=True).web_read_group([], ["status"], ["__count"])["groups"]
        self.assertEqual([(group["status"], group["__count"]) for group in groups], [
            ("late", 1), ("sleeping", 0), ("lost", 0), ("new", 0), ("steady", 0)])

    def test_searching(self):
        self.env["conveyor.rhythm"].sudo().search([]).unlink()
        rows = self.env["conveyor.rhythm"].sudo()
        for number in range(20):
            rows |= self.rhythm(self.customer(f"Client {number}"), average=number + 1)
        mine = self.env["conveyor.rhythm"].with_user(self.manager)
        large = mine.search([("is_large", "=", True)])
        self.assertEqual(large.partner_id.mapped("name"), ["Client 18", "Client 19"])
        self.assertEqual([row.is_large for row in rows[-3:].with_user(self.manager)], [False, True, True])
        lead = self.lead(partner_id=self.customer("Zoe", parent_id=rows[0].partner_id.id).id)
        self.assertEqual(mine.search([("lead_ids", "any", [("id", "=", lead.id)])]), rows[0].with_user(self.manager))
        self.assertEqual(rows[0].with_user(self.manager).lead_ids, lead.with_user(self.manager))
        self.change(rows[1].partner_id, fields.Date.today(), "steady", is_back=True)
        back = [("partner_id.rhythm_change_ids", "any", [("is_back", "=", True), ("date", ">=", "today =1d")])]
        self.assertEqual(mine.search(back), rows[1].with_user(self.manager))

    def test_every_filter_of_the_search_works(self):
        self.rhythm(self.ada)
        for model in ("conveyor.rhythm", "conveyor.rhythm.change"):
            view = self.env[model].with_user(self.seller).get_view(view_type="search")["arch"]
            for domain in self.domains_of(view):
                with self.subTest(domain):
                    self.env[model].with_user(self.seller).search(domain)

    def domains_of(self, arch):
        from lxml import etree
        from odoo.tools.safe_eval import safe_eval
        return [safe_eval(node.get("domain"), {"uid": self.seller.id})
                for node in etree.fromstring(arch).iter("filter") if node.get("domain")]
