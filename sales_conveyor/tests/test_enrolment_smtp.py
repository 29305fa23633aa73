"""Mails over a real SMTP server, and the client's answer through the gateway."""

from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .enrolment_common import EnrolmentCase
from .smtp_common import SmtpCase

ANSWER = """From: Ada <client0@example.com>
To: {to}
Subject: Re: {subject}
Message-ID: <answer-1@example.com>
In-Reply-To: {message_id}
References: {message_id}
{more}Content-Type: text/plain; charset=utf-8

{text}
"""


@tagged("post_install", "-at_install")
class TestSmtp(SmtpCase, EnrolmentCase):

    def setUp(self):
        super().setUp()
        self.lead = self.leads()
        self.enrolment = self.enrol(self.cadence(self.mail(), ("call", 1)), self.lead)

    def send(self):
        self.env["mail.mail"].search([("state", "=", "outgoing"), ("conveyor_run_id", "in", self.enrolment.run_ids.ids)]).send()

    def answer(self, text="Yes, tell me more", more=""):
        sent = self.server.mails[-1]
        self.env["mail.thread"].message_process("crm.lead", ANSWER.format(
            to="sales@example.com", subject=sent["Subject"], message_id=sent["Message-Id"], text=text, more=more))

    def test_it_leaves_with_the_headers_of_rfc_8058(self):
        self.run_at()
        self.send()
        mail, = self.server.mails
        self.assertEqual((mail["To"], mail["Subject"]), ("client0@example.com", "A case for Lamp 0"))
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertRegex(mail["List-Unsubscribe"].replace("\n", ""), r"^<https?://.+/conveyor/opt-out/.+/one-click>$")
        body = mail.get_body(("html",)).get_content()
        self.assertIn("Same task, solved so.", body)
        self.assertIn("/conveyor/opt-out/", body)

    def test_the_clients_answer_through_the_gateway_stops_the_cadence(self):
        self.run_at()
        self.send()
        self.answer()
        self.assertEqual((self.enrolment.state, self.enrolment.stop_reason), ("stopped", "replied"))
        self.assertEqual(self.touches(self.lead).mapped("direction"), ["out", "in"])
        self.assertTrue(self.lead.activity_ids.filtered("conveyor_answer"))

    def test_an_automatic_answer_does_not(self):
        self.run_at()
        self.send()
        self.answer("I am on holiday", more="Auto-Submitted: auto-replied\n")
        self.assertEqual(self.enrolment.state, "running")

    @mute_logger("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")
    def test_a_server_that_refuses_gets_it_again_and_the_client_gets_it_once(self):
        self.run_at()
        self.server.is_refusing = True
        self.send()
        self.assertEqual((self.mails(self.enrolment).state, self.server.mails), ("exception", []))
        self.server.is_refusing = False
        for minutes in (1, 10, 60):
            self.run_at(self.now + timedelta(minutes=minutes))
            self.send()
        self.assertEqual(len(self.server.mails), 1)
        self.assertEqual(len(self.touches(self.lead)), 1)

    @mute_logger("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")
    def test_a_server_that_is_down_loses_nothing(self):
        self.env["ir.mail_server"].search([("name", "=", "Local")]).smtp_port = 1  # nobody listens there
        self.run_at()
        self.send()
        self.assertEqual(self.mails(self.enrolment).state, "exception")
        self.env["ir.mail_server"].search([("name", "=", "Local")]).smtp_port = self.server.port
        self.run_at(self.now + timedelta(minutes=10))
        self.send()
        self.assertEqual(len(self.server.mails), 1)
