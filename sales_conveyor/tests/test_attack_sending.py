"""What may go wrong, or be forged, between a step and the client."""

import re
from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..hooks import uninstall_hook
from .enrolment_common import EnrolmentCase


@tagged("post_install", "-at_install")
class TestAttackSending(EnrolmentCase):

    def send(self, mails):
        """The queue of Odoo; (subject, to) of what went out."""
        sent = []
        send = type(self.env["ir.mail_server"]).send_email
        self.patch(type(self.env["ir.mail_server"]), "_disable_send", lambda server: False)
        self.patch(type(self.env["ir.mail_server"]), "_connect__", lambda server, *args, **kwargs: None)
        self.patch(type(self.env["ir.mail_server"]), "send_email", lambda server, message, *args, **kwargs: (
            sent.append(message["To"]) or message["Message-Id"]))
        mails.send()
        self.patch(type(self.env["ir.mail_server"]), "send_email", send)
        return sent

    def queued(self, *steps, **values):
        lead = self.leads(1, **values)
        enrolment = self.enrol(self.cadence(*(steps or (self.mail(), self.mail(3)))), lead)
        self.run_at()
        mail = self.mails(enrolment)
        self.assertEqual(mail.state, "outgoing")
        return lead, enrolment, mail

    def test_a_mail_in_the_queue_goes(self):
        _lead, enrolment, mail = self.queued()
        self.assertEqual(self.send(mail), ["client0@example.com"])
        self.assertEqual(enrolment.run_ids.mapped("state"), ["done"])

    def test_whoever_opts_out_gets_not_even_what_is_in_the_queue(self):
        lead, enrolment, mail = self.queued()
        self.env["conveyor.consent"]._record_word(lead, "withdrawn", "email", "The link in a message")
        self.assertFalse(self.send(mail))
        self.assertEqual(mail.state, "cancel")
        self.assertEqual((enrolment.run_ids.state, enrolment.run_ids.rule), ("skipped", "blacklisted"))
        self.assertFalse(self.touches(lead).is_counted)
        self.assertEqual(lead.touch_count, 0)

    def test_a_mail_that_failed_is_not_tried_again_on_whoever_has_bought_since(self):
        lead, enrolment, mail = self.queued()
        mail.state = "exception"
        enrolment._stop("bought")
        self.run_at(self.now + timedelta(minutes=10))
        self.assertFalse(self.send(mail))
        self.assertEqual((mail.state, enrolment.run_ids.rule), ("cancel", "bought"))
        self.run_at(self.now + timedelta(days=2))
        self.assertEqual(mail.state, "cancel")

    def test_the_kill_switch_holds_the_queue(self):
        _lead, enrolment, mail = self.queued()
        self.env.company.conveyor_sending_stopped = True
        self.assertFalse(self.send(mail))
        self.assertEqual((mail.state, bool(mail.scheduled_date)), ("outgoing", True))
        self.env.company.conveyor_sending_stopped = False
        self.assertFalse(mail.scheduled_date)
        self.assertTrue(self.send(mail))

    def test_an_sms_in_the_queue_is_taken_back(self):
        template = self.env["sms.template"].create({"name": "S", "model_id": self.env["ir.model"]._get_id("crm.lead"), "body": "Hello"})
        lead = self.leads(1, phone="+32456001122")
        enrolment = self.enrol(self.cadence({"channel": "sms", "is_automatic": True, "sms_template_id": template.id}), lead)
        self.run_at()
        sms = self.env["sms.sms"].search([("conveyor_run_id", "in", enrolment.run_ids.ids)])
        self.assertEqual(sms.state, "outgoing")
        self.env["conveyor.consent"]._record_word(lead, "withdrawn", "sms", "The link in a message")
        sms._send()
        self.assertEqual((sms.state, enrolment.run_ids.rule), ("canceled", "opted_out"))

    def test_every_address_that_the_mail_may_go_to_is_asked_about(self):
        """A lead and its customer may have different addresses."""
        client = self.customer("Ada", email="ada@example.com")
        lead = self.leads(1, partner_id=client.id)
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET email_normalized = 'ada@example.com' WHERE id = %s", [client.id])
        self.env.invalidate_all()
        self.env["mail.blacklist"]._add("ada@example.com")
        enrolment = self.enrol(self.cadence(self.mail()), lead)
        self.run_at()
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "skipped", "blacklisted")])

    def test_a_customer_who_comes_again_as_a_bare_lead_is_one_person(self):
        """His address is known under two keys; his word and the weekly limit hold for both."""
        client = self.customer("Ada", email="client0@example.com")
        known, bare = self.leads(1, partner_id=client.id), self.leads(1)
        self.env.company.conveyor_weekly_cap = 1
        first = self.enrol(self.cadence(self.mail(), self.mail(20)), known)
        self.run_at()
        second = self.enrol(self.cadence(self.mail(), self.mail(20)), bare)
        self.assertNotEqual(first.client_key, second.client_key)
        self.run_at()
        self.assertEqual(self.runs(second), [("Step 1", 0, "planned", "weekly_cap")])
        self.run_at(self.day(8))
        self.assertEqual(self.runs(second), [("Step 1", 0, "done", None)])
        self.reply(bare)
        self.assertEqual(second.stop_reason, "replied")
        self.run_at(self.day(21))
        self.assertEqual(first.stop_reason, "replied")

    def test_an_archived_cadence_is_nobodys_next_touch(self):
        cadence, lead = self.cadence(self.mail(5)), self.leads(1)
        self.enrol(cadence, lead)
        self.assertTrue(lead.next_touch_date)
        cadence.active = False
        self.assertFalse(lead.next_touch_date)
        cadence.active = True
        self.assertTrue(lead.next_touch_date)

    def test_nothing_of_a_cadence_outlives_the_module(self):
        """The links in its mails would lead nowhere."""
        lead, _enrolment, mail = self.queued(self.mail(), ("call", 0))
        lead.with_user(self.seller).action_log_touch("visit", "held", next_touch={"date": "2026-07-01 10:00:00", "channel": "visit"})
        self.assertEqual(len(lead.activity_ids), 2)
        uninstall_hook(self.env)
        self.assertEqual(mail.state, "cancel")
        self.assertEqual(lead.activity_ids.mapped("conveyor_channel"), ["visit"], "what people have planned stays")

    # ------------------------------------------------------------ bad data
    def test_no_step_comes_in_a_thousand_years(self):
        for delay, unit in ((10 ** 9, "days"), (2 * 10 ** 5, "months"), (10 ** 6, "working_days"), (10 ** 8, "hours")):
            with self.subTest(unit), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.cadence(self.mail(), ("call", 1)).step_ids[1].write({"delay": delay, "delay_unit": unit})

    @mute_logger("odoo.addons.sales_conveyor.models.conveyor_enrolment_run")
    def test_an_enrolment_that_cannot_be_planned_holds_up_nobody(self):
        bad = self.cadence(self.mail(), ("call", 1))
        broken = self.enrol(bad, self.leads(1, email_from="bad@example.com"))
        self.env.flush_all()
        self.env.cr.execute("UPDATE conveyor_cadence_step SET delay = 2000000000 WHERE cadence_id = %s", [bad.id])
        self.env.invalidate_all()
        sound = self.enrol(self.cadence(self.mail()), self.leads(1, email_from="good@example.com"))
        self.run_at()
        self.assertEqual(self.runs(sound), [("Step 1", 0, "done", None)])
        self.assertEqual((broken.state, broken.stop_reason), ("stopped", "failed"))

    def test_a_deleted_customer_takes_nothing_of_the_lead_along(self):
        first, second = self.customer("Ada", email="ada@example.com"), self.customer("Bob", email="bob@example.com")
        lead = self.leads(1, partner_id=first.id)
        enrolment = self.enrol(self.cadence(("call", 0), ("call", 2)), lead)
        self.run_at()
        lead.partner_id = second
        self.assertEqual(enrolment.partner_id, second, "the enrolment follows the lead's customer")
        second.unlink()
        self.assertEqual((enrolment.exists().state, enrolment.client_key[:1]), ("running", "e"))
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "planned", None)])
        self.activity(lead).action_feedback(feedback="reached")
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "done", None)])


@tagged("post_install", "-at_install")
class TestAttackLink(EnrolmentCase, HttpCase):

    def setUp(self):
        super().setUp()
        self.client = self.leads(1)
        enrolment = self.enrol(self.cadence(self.mail(), self.mail(2)), self.client)
        self.run_at()
        self.link = re.search(r"(/conveyor/opt-out/[^\"/]+)\"", self.mails(enrolment).body_html)[1]

    def test_scanners_of_links_do_not_opt_out(self):
        """They ask with HEAD and OPTIONS as well; only a POST acts."""
        for verb in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
            for link in (self.link, f"{self.link}/one-click"):
                self.opener.request(verb, self.base_url() + link)
                self.assertFalse(self.env["conveyor.consent"]._closed_channels(self.client), f"{verb} {link[-12:]}")

    def test_broken_links_are_not_found(self):
        token = self.link.split("/")[-1]
        for broken in ("%00", "é", "A", "AA==", "A" * 5000, token[:-1], token + "A", token.swapcase(), "....", "-_" * 50, "😀"):
            self.assertEqual(self.url_open(f"/conveyor/opt-out/{broken}").status_code, 404, broken)
        self.client.unlink()
        self.assertEqual(self.url_open(self.link).status_code, 404, "nobody is left to opt out")
