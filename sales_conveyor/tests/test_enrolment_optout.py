"""The link in automatic messages: GET shows, POST acts, without an account."""

import re

from odoo.tests import HttpCase, tagged

from .enrolment_common import EnrolmentCase


@tagged("post_install", "-at_install")
class TestOptOut(EnrolmentCase, HttpCase):

    def setUp(self):
        super().setUp()
        self.partner = self.customer("Ada Secret", email="ada@example.com", lang="en_US")
        self.client = self.lead(partner_id=self.partner.id)
        enrolment = self.enrol(self.cadence(self.mail(), self.mail(2)), self.client)
        self.run_at()
        self.link = re.search(r"(/conveyor/opt-out/[^\"/]+)\"", self.mails(enrolment).body_html)[1]
        self.enrolment = enrolment

    def closed(self):
        return self.env["conveyor.consent"]._closed_channels(self.client)

    def test_get_shows_and_changes_nothing(self):
        page = self.url_open(self.link)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Choose how we may write to you", page.text)
        self.assertNotIn("Ada", page.text)
        self.assertNotIn("ada@", page.text)
        self.url_open(self.link + "/one-click")
        self.assertFalse(self.closed())

    def test_one_click(self):
        """RFC 8058, section 3.2: a POST with the body List-Unsubscribe=One-Click, without cookies."""
        answer = self.url_open(self.link + "/one-click", data={"List-Unsubscribe": "One-Click"})
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.closed(), {"email"})
        self.assertTrue(self.env["mail.blacklist"].search([("email", "=", "ada@example.com")]))
        self.url_open(self.link + "/one-click", data={"List-Unsubscribe": "One-Click"})
        self.assertEqual(len(self.client.consent_ids), 1, "said once")
        self.run_at(self.day(2))
        self.assertEqual(self.enrolment.stop_reason, "opted_out", "honoured at once")

    def test_channel_by_channel_and_back_again(self):
        page = self.url_open(self.link, data={"keep": ["sms", "call", "letter"]})
        self.assertIn("Saved", page.text)
        self.assertEqual(self.closed(), {"email", "messenger"})
        self.url_open(self.link, data={"none": "1"})
        self.assertEqual(self.closed(), {"email", "sms", "messenger", "call", "letter"})
        self.url_open(self.link, data={"keep": ["email", "sms", "messenger", "call", "letter"]})
        self.assertFalse(self.closed())
        self.assertFalse(self.env["mail.blacklist"].search([("email", "=", "ada@example.com")]))
        word = self.client.consent_ids[:1]
        self.assertEqual((word.source, word.user_id.id), ("The link in a message", False))

    def test_who_plays_with_the_link_is_not_heard_for_ever(self):
        every = ["email", "sms", "messenger", "call", "letter"]
        for _turn in range(3):
            self.url_open(self.link, data={"none": "1"})
            self.url_open(self.link, data={"keep": every})
        self.assertFalse(self.closed())
        self.url_open(self.link, data={"none": "1"})
        self.url_open(self.link, data={"keep": every})
        self.assertEqual(self.closed(), set(every), "a refusal is always heard, and stands")
        self.assertEqual(len(self.client.consent_ids), 35)

    def test_a_forged_link_is_not_found(self):
        for link in (self.link[:-3] + "xyz", "/conveyor/opt-out/x", "/conveyor/opt-out/" + "A" * 80):
            self.assertEqual(self.url_open(link).status_code, 404)
            self.assertEqual(self.url_open(link + "/one-click", data={"List-Unsubscribe": "One-Click"}).status_code, 404)

    def test_the_link_outlives_a_merge(self):
        head = self.lead(partner_id=self.partner.id, name="Head", probability=90)
        (self.client + head).merge_opportunity()
        self.client = (self.client + head).exists()
        self.assertEqual(self.url_open(self.link).status_code, 200)
        self.url_open(self.link + "/one-click", data={"List-Unsubscribe": "One-Click"})
        self.assertEqual(self.closed(), {"email"})
