"""Touches are read from what people do in Odoo: mail out and in, SMS, activities, meetings."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.mail.tests.common import MailCommon
from odoo.tests import tagged

from .common import ConveyorCase

REPLY = """Return-Path: <ada@example.com>
To: {to}
From: Ada <ada@example.com>
Subject: Re: Lamp
Message-Id: <{key}@example.com>
In-Reply-To: {parent}
References: {parent}
{headers}Date: Mon, 16 Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"

Yes, please.
"""
BOUNCE = """Return-Path: <>
To: {to}
From: MAILER-DAEMON@example.com
Subject: Undelivered Mail Returned to Sender
Message-Id: <bounce-{key}@example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain; charset="utf-8"

It could not be delivered.

--x
Content-Type: message/delivery-status

Final-Recipient: rfc822; ada@example.com
Action: failed
Status: 5.1.1

--x
Content-Type: message/rfc822

Message-Id: {parent}
From: us@example.com
To: ada@example.com

Dear Ada
--x--
"""


@tagged("post_install", "-at_install")
class TestTouchCapture(ConveyorCase, MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada = cls.customer(email="ada@example.com", phone="+32456001122")
        cls.lamp_lead = cls.lead(cls.needs, partner_id=cls.ada.id)
        cls.template = cls.env["mail.template"].create({
            "name": "Offer", "model_id": cls.env["ir.model"]._get_id("crm.lead"), "subject": "Our offer",
            "body_html": "<p>Dear client</p>", "partner_to": "{{ object.partner_id.id }}", "auto_delete": True, "use_default_to": False,
            "email_from": "us@example.com"})

    def touches(self, lead=None, **owner):
        return self.env["conveyor.touch"].search(
            [("lead_id", "=", (lead or self.lamp_lead).id)] if not owner else [(name, "=", value.id) for name, value in owner.items()],
            order="id")

    def facts(self, touches):
        return [(touch.channel, touch.direction, touch.outcome, touch.kind, touch.is_counted) for touch in touches]

    def post(self, lead=None, **values):
        return (lead or self.lamp_lead).with_user(self.seller).message_post(**{
            "body": "Dear Ada", "message_type": "comment", "subtype_xmlid": "mail.mt_comment",
            "partner_ids": self.ada.ids, **values})

    def receive(self, template, parent, key="one", headers=""):
        return self.env["mail.thread"].message_process(None, template.format(
            to=f"bounce@{self.alias_domain}" if template is BOUNCE else f"catchall.test@{self.alias_domain}",
            parent=parent.message_id, key=key, headers=headers))

    # ------------------------------------------------------------ out
    def test_a_message_to_the_client(self):
        with self.mock_mail_gateway():
            message = self.post()
        touch = self.touches()
        self.assertEqual(self.facts(touch), [("email", "out", "sent", "message", True)])
        self.assertEqual((touch.user_id, touch.partner_id, touch.client_key, touch.subject, touch.event_key, touch.message_id),
                         (self.seller, self.ada, f"p{self.ada.id}", "Dear Ada", f"message-{message.id}", message))
        self.assertFalse(touch.is_automatic)

    def test_a_follower_who_is_the_client_is_reached_too(self):
        self.lamp_lead.message_subscribe(self.ada.ids)
        with self.mock_mail_gateway():
            self.post(partner_ids=[])
        self.assertEqual(len(self.touches()), 1)

    def test_among_colleagues_nothing_touches_the_client(self):
        with self.mock_mail_gateway():
            self.post(subtype_xmlid="mail.mt_note", partner_ids=self.colleague.partner_id.ids)
            self.post(partner_ids=[])
            self.lamp_lead.message_notify(body="x", partner_ids=self.ada.ids)
            self.lamp_lead._message_log(body="logged")
        self.assertFalse(self.touches())

    def test_a_template_that_deletes_its_mail(self):
        with self.mock_mail_gateway(mail_unlink_sent=True):
            self.template.with_user(self.seller).send_mail(self.lamp_lead.id, force_send=True)
        touch = self.touches()
        self.assertEqual((len(touch), touch.subject, touch.channel, touch.outcome), (1, "Our offer", "email", "sent"))
        self.assertFalse(touch.message_id.exists())

    def test_a_template_to_a_colleague_is_no_touch(self):
        self.template.write({"partner_to": str(self.colleague.partner_id.id)})
        with self.mock_mail_gateway():
            self.template.send_mail(self.lamp_lead.id)
        self.assertFalse(self.touches())

    def test_the_composer_to_one_and_to_many(self):
        others = [self.lead(self.needs, partner_id=self.customer(f"C{n}", email=f"c{n}@example.com").id) for n in range(3)]
        for leads, mode in (([self.lamp_lead], "comment"), (others, "mass_mail")):
            ids = [lead.id for lead in leads]
            with self.mock_mail_gateway():
                self.env["mail.compose.message"].with_user(self.seller).create({
                    "model": "crm.lead", "res_ids": str(ids), "composition_mode": mode, "template_id": self.template.id,
                    "subject": "Offer", "body": "<p>Dear</p>", "partner_ids": [(6, 0, self.ada.ids)] if mode == "comment" else [],
                })._action_send_mail()
            for lead in leads:
                self.assertEqual(self.facts(self.touches(lead)), [("email", "out", "sent", "message", True)], mode)

    def test_the_mass_composer_does_not_touch_the_blacklisted(self):
        self.env["mail.blacklist"]._add("ada@example.com")
        with self.mock_mail_gateway():
            self.env["mail.compose.message"].create({
                "model": "crm.lead", "res_ids": str(self.lamp_lead.ids), "composition_mode": "mass_mail",
                "template_id": self.template.id})._action_send_mail()
        self.assertFalse(self.touches())

    def test_sms_to_one_and_to_many(self):
        with patch("odoo.addons.sms.tools.sms_api.SmsApi._send_sms_batch", return_value=[]):
            self.lamp_lead.with_user(self.seller)._message_sms("Hello")
            other = self.lead(self.needs, partner_id=self.customer("Bob", phone="+32456001133").id)
            self.env["sms.composer"].with_user(self.seller).create({
                "composition_mode": "mass", "res_model": "crm.lead", "res_ids": str(other.ids), "body": "Hello",
                "mass_keep_log": True, "mass_force_send": False})._action_send_sms()
        self.assertEqual(self.facts(self.touches()), [("sms", "out", "sent", "message", True)])
        self.assertEqual(self.facts(self.touches(other)), [("sms", "out", "sent", "message", True)])

    def test_on_customers_and_on_quotations_of_a_lead(self):
        order = self.order(self.ada, fields.Datetime.now(), self.lamp_lead, confirm=False)
        order.user_id = self.seller
        with self.mock_mail_gateway():
            order.with_user(self.seller).message_post(
                body="The quotation", message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=self.ada.ids)
            self.ada.message_post(body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment",
                                  partner_ids=self.ada.ids, author_id=self.seller.partner_id.id)
        self.assertEqual(self.touches().subject, "The quotation")
        both = self.env["conveyor.touch"].search([("client_key", "=", f"p{self.ada.id}")])
        self.assertEqual((len(both), self.ada.touch_count, self.lamp_lead.touch_count), (2, 2, 1))

    # ------------------------------------------------------------ forgery
    def test_a_row_that_somebody_creates_is_no_touch(self):
        item = self.item(self.needs, "Write", proof="touch", proof_channel="email")
        lead = self.lead(self.needs, partner_id=self.ada.id)
        as_seller = self.env["mail.message"].with_user(self.seller).with_context(
            conveyor_inbound=True, conveyor_posting=True)
        for kind in ("email_outgoing", "email", "sms", "comment"):
            as_seller.create({"model": "crm.lead", "res_id": lead.id, "message_type": kind, "body": "Dear Ada",
                              "partner_ids": [(4, self.ada.id)], "author_id": self.ada.id})
        with self.mock_mail_gateway():
            lead.with_user(self.seller).message_post(body="I agree", message_type="email", author_id=self.ada.id)
            lead.with_user(self.seller).message_post(body="Sent", message_type="sms")
            lead.with_user(self.seller).message_post(body="Sent", message_type="email_outgoing")
        self.assertFalse(self.touches(lead))
        self.assertEqual(self.work(lead, item).state, "todo")

    # ------------------------------------------------------------ in
    def test_a_reply_through_the_gateway(self):
        with self.mock_mail_gateway():
            parent = self.post()
            self.receive(REPLY, parent)
        reply = self.touches()[1:]
        self.assertEqual(self.facts(reply), [("email", "in", "replied", "conversation", False)])
        self.assertFalse(reply.user_id)
        self.assertTrue(self.lamp_lead.last_reply_date)
        self.assertEqual((self.lamp_lead.touch_count, self.lamp_lead.conversation_count), (1, 1))

    def test_an_automatic_reply_is_none(self):
        with self.mock_mail_gateway():
            parent = self.post()
            for number, header in enumerate((
                    "Auto-Submitted: auto-replied\n", "X-Auto-Response-Suppress: All\n", "Precedence: bulk\n")):
                self.receive(REPLY, parent, f"auto{number}", header)
            self.receive(REPLY, parent, "human", "Auto-Submitted: no\nX-Auto-Response-Suppress: OOF\n")
        self.assertEqual([touch.outcome for touch in self.touches()], ["sent", *["auto_reply"] * 3, "replied"])
        self.assertEqual(self.touches()[1].kind, "message")

    def test_what_bounces_touched_nobody(self):
        with self.mock_mail_gateway():
            parent = self.post()
            self.assertEqual(self.lamp_lead.touch_count, 1)
            self.receive(BOUNCE, parent)
        self.assertEqual(self.facts(self.touches()), [("email", "out", "bounced", "message", False)])
        self.assertEqual((self.lamp_lead.touch_count, self.lamp_lead.last_touch_date), (0, False))

    def test_a_bounce_of_a_mail_that_is_deleted_already(self):
        with self.mock_mail_gateway(mail_unlink_sent=True):
            self.template.with_user(self.seller).send_mail(self.lamp_lead.id, force_send=True)
            self.env["conveyor.touch"]._capture_bounce(self.env["mail.message"], "ada@example.com")
        self.assertEqual(self.touches().outcome, "bounced")

    # ------------------------------------------------------------ activities and meetings
    def test_activities_done(self):
        call = self.env.ref("mail.mail_activity_data_call")
        todo = self.env.ref("mail.mail_activity_data_todo")
        for kind in (call, todo):
            self.lamp_lead.activity_schedule(activity_type_id=kind.id, user_id=self.seller.id).with_user(
                self.seller).action_feedback("Spoke of the lamp")
        touch = self.touches()
        self.assertEqual(self.facts(touch), [("call", "out", False, "attempt", True)])
        self.assertEqual((touch.note, touch.user_id), ("Spoke of the lamp", self.seller))

    def test_a_cancelled_activity_is_no_touch(self):
        self.lamp_lead.activity_schedule("mail.mail_activity_data_call").unlink()
        self.assertFalse(self.touches())

    def test_a_meeting_is_one_touch(self):
        now = fields.Datetime.now()
        meeting = self.env["calendar.event"].with_user(self.seller).create({
            "name": "Look at the lamp", "start": now - timedelta(hours=3), "stop": now - timedelta(hours=2),
            "opportunity_id": self.lamp_lead.id, "res_model": "crm.lead", "res_id": self.lamp_lead.id,
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "activity_ids": [(0, 0, {
                "activity_type_id": self.env.ref("mail.mail_activity_data_meeting").id, "user_id": self.seller.id,
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"), "res_id": self.lamp_lead.id})]})
        meeting.activity_ids.action_feedback("Liked it")
        self.env["conveyor.touch"]._cron_held_meetings()
        touch = self.touches()
        self.assertEqual(self.facts(touch), [("meeting", "out", "held", "conversation", True)])
        self.assertEqual((touch.event_key, touch.date), (f"event-{meeting.id}", meeting.start))

    def test_meetings_whose_time_has_come(self):
        now = fields.Datetime.now()
        values = {"start": now - timedelta(hours=3), "stop": now - timedelta(hours=2), "user_id": self.seller.id}
        event = self.env["calendar.event"].with_context(no_mail_to_attendees=True)
        event.create({**values, "name": "With the lead", "opportunity_id": self.lamp_lead.id})
        event.create({**values, "name": "With Ada", "partner_ids": [(6, 0, (self.ada + self.seller.partner_id).ids)]})
        event.create({**values, "name": "Among us", "partner_ids": [(6, 0, (self.colleague + self.seller).partner_id.ids)]})
        event.create({**values, "name": "Not yet", "stop": now + timedelta(hours=2), "opportunity_id": self.lamp_lead.id})
        for _again in range(2):
            self.env["conveyor.touch"]._cron_held_meetings()
        both = self.env["conveyor.touch"].search([("client_key", "=", f"p{self.ada.id}")])
        self.assertEqual(sorted(both.mapped("subject")), ["With Ada", "With the lead"])
        self.assertEqual(both.user_id, self.seller)

    # ------------------------------------------------------------ documents
    def test_a_picture_in_a_mail_proves_no_document(self):
        item = self.item(self.needs, "The plan", proof="document")
        lead = self.lead(self.needs, partner_id=self.ada.id)
        picture = b"\x89PNG\r\n\x1a\n"
        with self.mock_mail_gateway():
            lead.message_post(body='<p>Hi <img src="cid:logo"/></p>', body_is_html=True, message_type="email",
                              author_id=self.ada.id, attachments=[("logo.png", picture, {"cid": "logo"})])
            self.assertEqual(self.work(lead, item).state, "todo")
            lead.message_post(body="the plan", message_type="email", author_id=self.ada.id,
                              attachments=[("plan.pdf", b"%PDF")])
        self.assertEqual(self.work(lead, item).state, "done")
        self.assertEqual(self.work(lead, item).attachment_id.name, "plan.pdf")
