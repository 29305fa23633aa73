"""Offers of reactivation rules are coupons, and the cadence's texts know them."""

from datetime import timedelta

from odoo import fields
from odoo.addons.sales_conveyor.tests.reactivation_common import NIGHT
from odoo.addons.sales_conveyor.tests.test_reactivation_rule import RuleCase
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestOffer(RuleCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.env["loyalty.program"].create({
            "name": "Come back", "program_type": "coupons", "applies_on": "current", "trigger": "with_code",
            "reward_ids": [Command.create({"reward_type": "discount", "discount": 15, "required_points": 1, "description": "15 % off"})]})

    def offering(self, **values):
        chosen = self.env["conveyor.offer.program"].browse(self.program.id)
        return self.rule(deed="offer", cadence_id=self.cadence().id, offer_program_id=chosen.id, **values)

    def cards(self, partners):
        return self.env["loyalty.card"].search([("partner_id", "in", partners.ids)])

    def test_each_customer_gets_a_coupon_of_the_program(self):
        guests = self.customers(3)
        self.offering(offer_days=10)
        self.signals(guests)
        self.dispatch()
        cards = self.cards(guests)
        self.assertEqual((cards.partner_id, cards.program_id, set(cards.mapped("points"))), (guests, self.program, {1}))
        self.assertEqual(set(cards.mapped("expiration_date")), {fields.Date.today() + timedelta(days=10)})
        self.assertIn(self.cards(guests[0]).code, self.rows(("partner_id", "=", guests[0].id)).explanation)
        self.assertFalse(self.env["mail.mail"].search([("recipient_ids", "in", guests.ids)]), "the cadence tells him, nobody else")

    def test_a_coupon_that_is_not_used_is_not_given_twice(self):
        guest, = self.customers(1)
        self.offering()
        for _night in range(2):
            self.signals(guest)
            self.dispatch()
        self.assertEqual(len(self.cards(guest)), 1)
        self.cards(guest).points = 0
        self.signals(guest)
        self.dispatch()
        self.assertEqual(len(self.cards(guest)), 2)

    def test_texts_of_the_cadence_know_it(self):
        guest, = self.customers(1)
        self.offering()
        self.signals(guest)
        self.dispatch()
        code = self.cards(guest).code
        self.assertEqual((guest.conveyor_offer_code, guest.conveyor_offer_text), (code, "15 % off"))
        enrolment = self.env["conveyor.enrolment"].search([("partner_id", "=", guest.id)])
        self.assertEqual(enrolment._fill_in("{{ offer }}: {{ code }}", enrolment._words()), f"15 % off: {code}")
        template = self.env.ref("sales_conveyor.mail_template_reactivation_offer_2")
        self.assertIn(code, template._render_field("body_html", guest.ids)[guest.id])
        self.cards(guest).expiration_date = fields.Date.today() - timedelta(days=1)
        guest.invalidate_recordset()
        self.assertFalse(guest.conveyor_offer_code)

    def test_without_a_program_the_log_says_so(self):
        guest, = self.customers(1)
        rule = self.rule(deed="offer", cadence_id=self.cadence().id)
        self.assertIn("Choose the program", rule._problem())
        self.signals(guest)
        self.dispatch()
        self.assertFalse(self.cards(guest))
        self.assertIn("choose a program", self.rows().explanation)

    def test_a_sales_manager_chooses_among_names(self):
        rule = self.env["conveyor.reactivation.rule"].with_user(self.manager).create({
            "name": "Mine", "to_status": "lost", "deed": "offer", "cadence_id": self.cadence().id, "offer_program_id": self.program.id})
        self.assertEqual(rule.offer_program_id.name, "Come back")
        self.assertEqual(rule.sudo().automation_id.action_server_ids[0].conveyor_program_id, self.program)
        with self.assertRaisesRegex(ValidationError, "0 days or more"):
            rule.offer_days = -1

    def test_an_administrator_chooses_another_program(self):
        other = self.program.copy({"name": "Other"})
        guest, = self.customers(1)
        rule = self.offering()
        rule.automation_id.action_server_ids.filtered(lambda action: action.state == "conveyor_offer").conveyor_program_id = other
        rule.offer_days = 5
        self.signals(guest)
        self.dispatch()
        self.assertEqual((self.cards(guest).program_id, self.cards(guest).expiration_date), (other, fields.Date.today() + timedelta(days=5)))
        self.assertEqual(self.rows().date, NIGHT.date())
