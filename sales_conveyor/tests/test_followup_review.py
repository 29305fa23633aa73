"""Reviews: the request, the answer through the real page, and what follows it."""

from datetime import timedelta

from odoo import http
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..models.conveyor_gate_facts import NO_WORD
from .test_followup import TODAY, FollowupCase


@tagged("post_install", "-at_install")
class TestReview(FollowupCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager_kind = cls.env.ref("sales_conveyor.activity_type_complaint")

    def calls(self):
        return self.ada.activity_ids.filtered(lambda activity: activity.activity_type_id == self.manager_kind)

    def test_a_good_answer_leads_to_a_recommendation_the_next_day(self):
        self.rule("referral")
        order = self.buy(day=-1)
        self.rate(order, 5, "Lovely")
        self.go()
        self.assertEqual(self.rows(), [("referral", 1, "planned", None)])
        self.go(1)
        self.assertEqual(self.rows(), [("referral", 1, "done", None)])
        self.assertFalse(self.calls() or self.ada.conveyor_complaint)

    def test_answering_twice_asks_once(self):
        self.rule("referral")
        order = self.buy(day=-1)
        self.rate(order, 4)
        self.go()
        self.rate(order, 5)
        self.go(1)
        self.go(2)
        self.assertEqual(len(self.rows()), 1)
        self.assertEqual(len(self.sent()), 1)

    def test_a_bad_answer_goes_to_the_manager_at_once(self):
        self.rule("referral")
        order = self.buy(day=-1, team_id=self.team.id)
        self.rate(order, 1, "It flickers")
        call = self.calls()
        self.assertEqual((call.user_id, call.date_deadline), (self.manager, TODAY))
        self.assertLessEqual(call.conveyor_at, self.now + timedelta(hours=1))
        self.assertIn("It flickers", call.note)
        self.assertTrue(self.ada.conveyor_complaint)
        self.go(1)
        self.assertEqual(self.rows(), [])

    def test_a_second_bad_answer_is_no_second_call(self):
        order = self.buy(day=-1)
        self.rate(order, 1)
        self.rate(order, 2, "Still bad")
        self.assertEqual(len(self.calls()), 1)
        self.assertIn("Still bad", self.calls().note)

    def test_without_a_team_somebody_is_told_all_the_same(self):
        order = self.buy(day=-1, team_id=False, user_id=False)
        self.ada.user_id = False
        self.rate(order, 1)
        self.assertTrue(self.calls().user_id.has_group("sales_team.group_sale_manager"))

    def test_all_marketing_is_off_until_it_is_settled(self):
        self.rule("consumable", delay=2, product_id=self.beans.id, supply_days=5)
        order = self.buy(self.beans)
        self.go()
        self.rate(order, 2)
        self.go(3)
        self.assertEqual(self.rows(), [("consumable", 4, "planned", None)])
        self.assertFalse(self.sent())
        self.ada.action_settle_complaint()
        self.go(4)
        self.assertEqual(len(self.sent()), 1)

    def test_service_goes_on_meanwhile(self):
        self.followup_cadence.step_ids.is_service = True
        self.rule("care")
        order = self.buy()
        self.rate(order, 1)
        self.go()
        self.go(1)
        self.assertEqual(self.rows(), [("care", 1, "done", None)])

    def test_an_answer_is_a_touch_that_nobody_has_to_answer(self):
        order = self.buy()
        self.rate(order, 5, "Lovely")
        touch = self.env["conveyor.touch"].search([("partner_id", "=", self.ada.id), ("direction", "=", "in")])
        self.assertEqual(touch.outcome, "rated")
        self.assertIn(touch.outcome, NO_WORD)

    def test_the_request_carries_five_stars_for_the_order(self):
        cadence = self.env.ref("sales_conveyor.cadence_followup_review")
        cadence.is_on = True
        self.rule("review", cadence_id=cadence.id)
        order = self.buy()
        self.go()
        self.go(1)
        mail = self.env["mail.mail"].search([("conveyor_run_id.partner_id", "=", self.ada.id)])
        rating = self.env["rating.rating"].search([("res_model", "=", "sale.order"), ("res_id", "=", order.id)])
        for star in range(1, 6):
            self.assertIn(f"/rate/{rating.access_token}/{star}", mail.body_html)
        self.assertEqual((rating.partner_id, rating.rated_partner_id), (self.ada, self.seller.partner_id))

    def forge(self, order, **values):
        """By RPC, as any colleague may."""
        return self.env["rating.rating"].with_user(self.seller).create({
            "res_model_id": self.env["ir.model"]._get_id("sale.order"), "res_id": order.id, "partner_id": self.ada.id,
            "consumed": True, "rating": 5, **values})

    def test_a_colleagues_good_rating_sets_nothing_going(self):
        self.rule("referral")
        order = self.buy(day=-1)
        self.forge(order)
        asked = self.env["conveyor.review"]._ask(order, self.ada)
        asked.with_user(self.seller).write({"rating": 5, "consumed": True})
        order.with_user(self.seller).message_post(body="Lovely", rating_value=5)
        self.go()
        self.assertEqual(self.rows(), [])
        self.assertFalse(self.ada.conveyor_review_count)
        self.env["conveyor.review"]._answer(asked, order, 5)
        self.go()
        self.assertEqual(self.rows(), [("referral", 1, "planned", None)])

    def test_a_colleagues_rating_lets_no_offer_through_or_stops_it(self):
        self.rule("accessory", delay=2, offer_ids=self.bulb.ids)
        order = self.buy()
        self.forge(order, rating=1)
        self.go()
        self.assertEqual(self.rows(), [("accessory", 2, "planned", None)])
        self.rate(order, 2)
        self.ada.conveyor_complaint = False  # the rating alone says it
        self.forge(order, rating=5)
        self.assertEqual(self.env["conveyor.gate.facts"]._complaining(self.ada), {self.ada.id})
        self.go(1)
        self.assertEqual(self.rows(), [("accessory", 2, "dropped", "bad_review")])

    def test_nobody_claims_that_a_customer_has_answered(self):
        order, other = self.buy(), self.buy(day=1)
        rating = self.env["conveyor.review"]._ask(order, self.ada).with_user(self.seller)
        for values in ({"conveyor_stars": 5}, {"conveyor_answered": self.now}, {"conveyor_order_id": other.id}, {"res_id": other.id}):
            with self.subTest(values), self.assertRaises(AccessError):
                rating.write(values)
        with self.assertRaises(AccessError):
            self.forge(order, conveyor_stars=5, conveyor_order_id=order.id)

    def test_an_answer_is_kept_as_the_customer_gave_it(self):
        rating = self.rate(self.buy(), 2, "Late").with_user(self.manager)
        for values in ({"rating": 5}, {"feedback": "Lovely"}, {"consumed": False}, {"partner_id": self.seller.partner_id.id}):
            with self.subTest(values), self.assertRaisesRegex(AccessError, "is kept as it is"):
                rating.write(values)
        with self.assertRaises(AccessError):
            rating.reset()
        self.assertEqual((rating.rating, rating.feedback, rating.is_conveyor_answer), (2, "Late", True))

    def test_what_the_customer_has_said_is_on_his_form(self):
        self.rate(self.buy(), 5, "Lovely")
        self.rate(self.buy(day=1), 2, "Late")
        ada = self.ada.with_user(self.seller)
        self.assertEqual((ada.conveyor_review_count, ada.conveyor_review_average), (2, 3.5))
        found = self.env["rating.rating"].with_user(self.seller).search(ada.action_open_reviews()["domain"])
        self.assertEqual(set(found.mapped("feedback")), {"Lovely", "Late"})


@tagged("post_install", "-at_install")
class TestReviewPage(HttpCase):
    """The page that a customer sees; its address is all the right that he needs."""

    def setUp(self):
        super().setUp()
        self.customer = self.env["res.partner"].create({"name": "Ada", "email": "ada@example.com"})
        product = self.env["product.product"].create({"name": "Lamp", "type": "service", "list_price": 100})
        self.order = self.env["sale.order"].create({
            "partner_id": self.customer.id, "order_line": [Command.create({"product_id": product.id})]})
        self.order.action_confirm()
        self.token = self.customer._conveyor_review_url().rpartition("/")[2]
        self.rating = self.env["rating.rating"].search([("access_token", "=", self.token)])

    def csrf(self, page):
        return page.text.split('name="csrf_token" value="')[1].split('"')[0]

    def answer(self, stars, feedback=""):
        page = self.url_open(f"/rate/{self.token}/4")
        return self.url_open(f"/rate/{self.token}/submit_feedback", data={
            "csrf_token": self.csrf(page), "rate": stars, "feedback": feedback})

    def test_a_star_is_chosen_and_sent(self):
        page = self.url_open(f"/rate/{self.token}/4")
        self.assertEqual(page.status_code, 200)
        self.assertIn('id="star_4" value="4" checked', page.text.replace("  ", " "))
        self.assertFalse(self.rating.consumed, "looking is no answer")
        answer = self.answer(4, "  Good light\n")
        self.assertIn("Thank you", answer.text)
        self.assertEqual((self.rating.rating, self.rating.feedback, self.rating.consumed), (4, "Good light", True))

    def test_a_bad_answer_is_told_what_happens(self):
        self.assertIn("A manager will call you", self.answer(2, "Broken").text)
        self.assertTrue(self.customer.conveyor_complaint)
        self.assertTrue(self.customer.activity_ids)

    def test_bad_input(self):
        for stars in ("0", "6", "-1", "4.5", "x", ""):
            with self.subTest(stars):
                self.assertEqual(self.answer(stars).status_code, 404)
        for path in (f"/rate/{self.token}/0", f"/rate/{self.token}/9", "/rate/nobody/5"):
            with self.subTest(path):
                self.assertEqual(self.url_open(path).status_code, 404)
        self.assertFalse(self.rating.consumed)

    def test_a_second_rating_with_his_address_takes_it_from_nobody(self):
        other = self.order.copy()
        self.env["rating.rating"].create({
            "res_model_id": self.env["ir.model"]._get_id("sale.order"), "res_id": other.id, "access_token": self.token})
        self.assertIn("Thank you", self.answer(2).text)
        self.assertEqual((self.rating.rating, self.rating.res_id, self.customer.conveyor_complaint), (2, self.order.id, True))

    def test_a_rating_that_was_never_asked_for_sets_nothing_going(self):
        self.token = self.order.copy()._rating_get_access_token(partner=self.customer)
        self.assertIn("Thank you", self.answer(1).text)
        self.assertFalse(self.customer.conveyor_complaint)

    def test_a_colleague_does_not_answer_in_the_customers_name(self):
        self.authenticate("admin", "admin")
        page = self.url_open(f"/rate/{self.token}/4")
        self.assertIn("You cannot rate this", page.text)
        answer = self.url_open(f"/rate/{self.token}/submit_feedback", data={"csrf_token": http.Request.csrf_token(self), "rate": 5})
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.rating.consumed)

    def test_text_is_text(self):
        self.answer(5, "<script>alert(1)</script>")
        message = self.order.message_ids[:1]
        self.assertNotIn("<script>", message.body)

    def test_ratings_of_other_documents_are_odoos(self):
        thread = self.env["crm.lead"].create({"name": "Lead", "partner_id": self.customer.id})
        token = thread._rating_get_access_token(partner=self.customer)
        page = self.url_open(f"/rate/{token}/5")
        self.assertIn("o_rating_page_submit", page.text)
