"""Steps by hand and by themselves, day after day."""

from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .enrolment_common import EnrolmentCase

RUN = "odoo.addons.sales_conveyor.models.conveyor_enrolment_run"


@tagged("post_install", "-at_install")
class TestByHandSteps(EnrolmentCase):

    def test_an_activity_with_script_and_reason(self):
        reason = self.env["conveyor.reason"].create({"name": "New oak", "description": "Oak is back.", "script": "Dear {{ client }}?"})
        cadence = self.cadence({"channel": "call", "script": "Say: {{ salesperson }}"}, reason_policy="next")
        lead = self.leads(contact_name="Ada <b>")
        enrolment = self.enrol(cadence, lead)
        self.run_at()
        activity = self.activity(lead)
        self.assertEqual((activity.summary, activity.user_id, activity.date_deadline, activity.conveyor_channel),
                         ("Step 1", self.seller, date(2026, 6, 15), "call"))
        self.assertEqual((activity.conveyor_reason_id, activity.conveyor_run_id), (reason, enrolment.run_ids))
        for words in ("Oak is back.", "Dear Ada &lt;b&gt;?", "Say: Sam Seller"):
            self.assertIn(words, activity.note)

    def test_the_cadence_waits_until_it_is_done(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(("call", 0), ("meeting", 2)), lead)
        self.run_at()
        self.run_at(self.day(10))
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "planned", None)])
        self.activity(lead).with_user(self.seller).action_feedback("He asked for a price")
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "done", None)])
        touch = self.touches(lead)
        self.assertEqual((touch.event_key, touch.run_id, touch.channel, touch.user_id),
                         (f"activity-{enrolment.run_ids.activity_id.id}", enrolment.run_ids, "call", self.seller))
        self.assertEqual(enrolment.next_date, self.day(14, 9), "two days from the call is Saturday: Monday morning")

    def test_the_list_shows_the_day_of_the_planned_activity(self):
        waiting, by_hand = self.leads(2)
        enrolments = self.enrol(self.cadence(("call", 3)), waiting) + self.enrol(self.cadence(("call", 0)), by_hand)
        self.run_at()
        self.assertEqual(enrolments.mapped("touch_date"), [enrolments[0].next_date, self.day(0, 9)])
        self.assertFalse(enrolments[1].next_date, "it is a person's turn")
        self.activity(by_hand).date_deadline = "2026-06-18"
        self.env.invalidate_all()
        self.assertEqual(enrolments[1].touch_date, self.day(3, 9))
        self.activity(by_hand).action_feedback()
        self.assertFalse(enrolments[1].touch_date, "nothing is left to do")
        self.env.invalidate_all()
        enrolments.mapped("next_date")
        with self.assertQueryCount(1):
            enrolments.mapped("touch_date")

    def test_a_cancelled_activity_leaves_the_step_out(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(("call", 0), ("email", 2)), lead)
        self.run_at()
        self.activity(lead).unlink()
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "skipped", "cancelled")])
        self.assertEqual(enrolment.step_id.name, "Step 2")

    def test_cadences_are_asked_only_where_the_client_is_in_one(self):
        inside, outside = self.leads(2)
        self.enrol(self.cadence(("call", 0)), inside)
        asked = []
        ask = type(self.env["conveyor.enrolment"])._on_touches
        with patch.object(type(self.env["conveyor.enrolment"]), "_on_touches",
                          lambda rows, touches: asked.append(touches.lead_id) or ask(rows, touches)):
            for lead in (outside, inside):
                self.reply(lead)
        self.assertEqual(asked, [inside])

    def test_a_touch_by_another_way_takes_the_place_of_the_planned_one(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(("call", 0), ("email", 2)), lead)
        self.run_at()
        planned = self.activity(lead)
        touch = self.env["conveyor.touch"]._record([{
            "event_key": "phone-7", "lead_id": lead.id, "channel": "call", "outcome": "no_answer", "date": self.now}])
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "done", None)])
        self.assertEqual((touch.run_id, planned.active, len(self.touches(lead))), (enrolment.run_ids, False, 1))

    def test_a_touch_in_another_channel_does_not(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(("call", 0)), lead)
        self.run_at()
        self.env["conveyor.touch"]._record([{
            "event_key": "letter-7", "lead_id": lead.id, "channel": "letter", "date": self.now}])
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "planned", None)])

    def test_the_sections_call_and_the_cadences_call_are_one_activity(self):
        call = self.env.ref("mail.mail_activity_data_call")
        self.item(self.new, activity_type_id=call.id, proof="touch", proof_channel="call")
        lead = self.leads()
        standing = lead.activity_ids
        enrolment = self.enrol(self.cadence(("call", 0)), lead)
        self.run_at()
        self.assertEqual((lead.activity_ids, enrolment.run_ids.activity_id), (standing, standing))
        standing.with_user(self.seller).action_feedback()
        self.assertEqual((self.runs(enrolment)[0][2], enrolment.state, lead.work_ids.state), ("done", "done", "done"))
        self.assertEqual(len(self.touches(lead)), 1)

    def test_a_stop_leaves_the_sections_call_alone(self):
        call = self.env.ref("mail.mail_activity_data_call")
        self.item(self.new, activity_type_id=call.id, proof="touch", proof_channel="call")
        lead = self.leads()
        standing = lead.activity_ids
        enrolment = self.enrol(self.cadence(("call", 0)), lead)
        self.run_at()
        enrolment._stop("manual")
        self.assertTrue(standing.exists().active)
        self.assertFalse(standing.conveyor_run_id)

    def test_every_channel_has_an_activity(self):
        for channel in ("email", "call", "sms", "messenger", "meeting", "letter", "visit", "other"):
            customer = self.customer(channel, user_id=self.seller.id)
            self.enrol(self.cadence((channel, 0), target="customer", purpose="account"), customer)
            self.run_at()
            activity = self.activity(customer)
            self.assertEqual((activity.conveyor_channel, bool(activity.activity_type_id), activity.user_id),
                             (channel, True, self.seller))

    def test_an_overdue_step_is_for_today(self):
        lead = self.leads()
        self.enrol(self.cadence(("call", 0)), lead)
        self.run_at(self.day(20))
        self.assertEqual(self.activity(lead).date_deadline, self.day(20).date())

    def test_no_answer_twice_a_day(self):
        """TRADE_SETS.md, *No answer*: a call in the morning, a call in the evening."""
        lead = self.leads()
        enrolment = self.enrol(self.cadence(
            {"channel": "call", "day_part": "morning"}, {"channel": "call", "day_part": "evening"}), lead)
        self.run_at(self.day(0, 10))
        self.now = self.day(0, 11)
        self.activity(lead).action_feedback()
        self.assertEqual(enrolment.next_date, self.day(0, 16))


@tagged("post_install", "-at_install")
class TestAutomatic(EnrolmentCase):

    def test_a_mail_is_queued_with_its_touch(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(self.mail(), ("call", 1)), lead)
        self.run_at()
        mail, touch = self.mails(enrolment), self.touches(lead)
        self.assertEqual((mail.state, mail.subject, mail.email_to), ("outgoing", "A case for Lamp 0", "client0@example.com"))
        self.assertEqual((touch.event_key, touch.is_automatic, touch.message_id, touch.outcome),
                         (f"run-{enrolment.run_ids.id}", True, mail.mail_message_id, "sent"))
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "done", None)])
        self.assertEqual(enrolment.next_date, self.day(1, 9))

    def test_the_cron_itself_commits_and_says_that_it_is_done(self):
        enrolment = self.enrol(self.cadence(self.mail()), self.leads())
        cron = self.env.ref("sales_conveyor.cron_enrolment_run")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        progress = self.env["ir.cron.progress"].search([("cron_id", "=", cron.id)], order="id desc", limit=1)
        self.assertEqual((enrolment.state, progress.done, progress.remaining), ("done", 1, 0))

    def test_it_runs_again_and_nothing_goes_twice(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(self.mail(), self.mail(2)), lead)
        for _time in range(3):
            self.run_at()
        self.assertEqual(len(self.mails(enrolment)), 1)
        enrolment.next_date = self.now  # as if its date were lost
        self.run_at()
        self.assertEqual(len(self.mails(enrolment)), 1)

    def test_the_mail_carries_the_opt_out(self):
        enrolment = self.enrol(self.cadence(self.mail()), self.leads())
        self.run_at()
        mail = self.mails(enrolment)
        self.assertIn("'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click'", mail.headers)
        self.assertRegex(mail.headers, r"'List-Unsubscribe': '<http[^>]+/conveyor/opt-out/[^>]+/one-click>'")
        self.assertRegex(mail.body_html, r"href=\"http[^\"]+/conveyor/opt-out/")

    def test_the_reasons_text_goes_before_the_steps(self):
        self.env["conveyor.reason"].create({
            "name": "Oak", "mail_subject": "{{ client }}, oak is back", "mail_body": "<p>{{ client }}: {{ 7 * 7 }} {{company}}</p>"})
        lead = self.leads(contact_name="Ada <b>")
        enrolment = self.enrol(self.cadence(self.mail(), reason_policy="next"), lead)
        self.run_at()
        mail = self.mails(enrolment)
        self.assertEqual(mail.subject, "Ada <b>, oak is back")
        self.assertIn(f"Ada &lt;b&gt;: {{{{ 7 * 7 }}}} {self.env.company.name}", mail.body_html)

    def test_used_up_reasons_hold_what_goes_by_itself(self):
        self.env["conveyor.reason"].create({"name": "Oak", "mail_body": "<p>Oak</p>"})
        lead = self.leads()
        enrolment = self.enrol(self.cadence(self.mail(), self.mail(1), reason_policy="next"), lead)
        self.run_at()
        self.run_at(self.day(1))
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "done", None), ("Step 2", 0, "planned", "no_reason")])
        self.assertEqual(enrolment.next_date, self.day(2))
        self.env["conveyor.reason"].create({"name": "Ash", "mail_body": "<p>Ash</p>"})
        self.run_at(self.day(2))
        self.assertEqual(self.runs(enrolment)[1][2], "done")

    def test_an_empty_library_holds_nobody_who_has_a_text_of_his_own(self):
        enrolment = self.enrol(self.cadence(self.mail(), reason_policy="next"), self.leads())
        self.run_at()
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "done", None)])

    def test_by_hand_is_planned_with_a_notice_when_reasons_are_used_up(self):
        reason = self.env["conveyor.reason"].create({"name": "Oak"})
        lead = self.leads()
        self.env["conveyor.touch"]._record([{
            "event_key": "used", "lead_id": lead.id, "channel": "call", "reason_id": reason.id, "date": self.now - timedelta(days=9)}])
        self.enrol(self.cadence(("call", 0), reason_policy="next"), lead)
        self.run_at()
        self.assertIn("No unused reason is left", self.activity(lead).note)

    def test_sms(self):
        template = self.env["sms.template"].create({
            "name": "Hello", "model_id": self.env["ir.model"]._get_id("crm.lead"), "body": "Hello {{ object.name }}"})
        lead = self.leads(phone="+359888123456", country_id=self.env.ref("base.bg").id)
        enrolment = self.enrol(self.cadence({
            "channel": "sms", "is_automatic": True, "sms_template_id": template.id}), lead)
        self.run_at()
        sms = self.env["sms.sms"].search([("conveyor_run_id", "in", enrolment.run_ids.ids)])
        self.assertEqual((sms.number, sms.body, sms.state), ("+359888123456", "Hello Lamp 0", "outgoing"))
        self.assertEqual(self.touches(lead).mapped("channel"), ["sms"])

    def test_a_letter_waits_until_it_is_printed(self):
        lead = self.leads(street="1 Main", city="Sofia", contact_name="Ada")
        enrolment = self.enrol(self.cadence(
            {"channel": "letter", "is_automatic": True, "letter_body": "<p>Dear {{ client }}</p>"}, ("call", 1)), lead)
        self.run_at()
        run = enrolment.run_ids
        self.assertEqual((run.state, run._letter_html(), self.touches(lead).ids), ("planned", "<p>Dear Ada</p>", []))
        self.assertEqual((enrolment.step_id.name, enrolment.next_date), ("Step 2", self.day(1, 9)), "it does not wait for the printer")
        self.run_at(self.day(1))
        self.activity(lead).action_feedback()
        self.assertEqual((enrolment.state, run.state), ("done", "planned"), "the letter is still there to be printed")
        action = run.with_user(self.seller).action_print_letters()
        self.assertEqual((action["type"], run.state, self.touches(lead).filtered("is_automatic").channel), ("ir.actions.report", "done", "letter"))
        html = self.env["ir.actions.report"]._render_qweb_html("sales_conveyor.conveyor_letter_document", run.ids)[0].decode()
        self.assertIn("Dear Ada", html)
        self.assertIn("1 Main", html)

    def test_a_server_action_runs_with_the_salespersons_rights(self):
        action = self.env["ir.actions.server"].create({
            "name": "Mark", "model_id": self.env["ir.model"]._get_id("crm.lead"), "state": "code", "conveyor_allowed": True,
            "code": "records.write({'referred': env.user.login + str(env.su)})"})
        cadence = self.cadence({"channel": "other", "is_automatic": True, "server_action_id": action.id})
        lead = self.leads()
        self.enrol(cadence, lead)
        self.run_at()
        self.assertEqual(lead.referred, "conveyor_sellerFalse")

    @mute_logger(RUN)
    def test_an_action_that_is_not_allowed_any_more_does_not_run(self):
        action = self.env["ir.actions.server"].create({
            "name": "Mark", "model_id": self.env["ir.model"]._get_id("crm.lead"), "state": "code", "conveyor_allowed": True,
            "code": "records.write({'referred': 'x'})"})
        enrolment = self.enrol(self.cadence({"channel": "other", "is_automatic": True, "server_action_id": action.id}), self.leads())
        action.conveyor_allowed = False
        self.run_at()
        self.assertIn("is not marked for cadences any more", enrolment.run_ids.explanation)
        self.assertFalse(enrolment.lead_id.referred)

    def test_a_condition_leaves_the_step_out(self):
        cadence = self.cadence(self.mail(condition_domain="[('expected_revenue', '>', 1000)]"), ("call", 0))
        small, large = self.leads(2)
        large.expected_revenue = 5000
        enrolments = self.enrol(cadence, small + large)
        self.run_at()
        self.assertEqual([self.runs(row)[0][2:] for row in enrolments], [("skipped", "condition"), ("done", None)])

    def test_nurture_goes_on_without_end(self):
        enrolment = self.enrol(self.cadence(
            self.mail(), self.mail(30, is_loop_start=True), self.mail(30), purpose="nurture"), self.leads())
        for number in range(0, 200, 1):
            self.run_at(self.day(number))
        self.assertEqual([run[:3] for run in self.runs(enrolment)[:5]], [
            ("Step 1", 0, "done"), ("Step 2", 0, "done"), ("Step 3", 0, "done"), ("Step 2", 1, "done"), ("Step 3", 1, "done")])


@tagged("post_install", "-at_install")
class TestFailures(EnrolmentCase):

    @mute_logger(RUN)
    def test_one_bad_client_does_not_hold_the_others(self):
        leads = self.leads(9)
        enrolments = self.enrol(self.cadence(self.mail()), leads)
        bad = enrolments[4]
        prepare = type(bad)._add_opt_out

        def break_one(model, mail, touch):
            if touch.row == bad:
                raise UserError("No such template")
            return prepare(model, mail, touch)

        with patch.object(type(bad), "_add_opt_out", break_one):
            self.run_at()
            self.assertEqual(len(self.mails(enrolments)), 8)
            self.assertEqual(self.runs(bad), [("Step 1", 0, "planned", "failed")])
            self.assertIn("No such template", bad.run_ids.explanation)
            self.assertEqual(bad.next_date, self.now + timedelta(minutes=5))
            pauses = []
            while bad.state == "running":
                pauses.append(bad.next_date - self.now)
                self.run_at(max(bad.next_date, self.now))
        self.assertEqual([pause.total_seconds() / 60 for pause in pauses], [5, 20, 80, 320])
        self.assertEqual((bad.run_ids.state, bad.state), ("failed", "done"))
        health = self.env["conveyor.sending.health"].with_user(self.manager).create({})
        given_up = self.env["conveyor.step.run"].search(health.action_open_given_up()["domain"])
        self.assertEqual((health.failed, health.failing), (len(given_up), 0))
        self.assertIn(bad.run_ids, given_up)
        self.assertNotIn(bad.run_ids, self.env["conveyor.step.run"].search(health.action_open_failures()["domain"]))
        told = self.env["mail.activity"].search([("res_model", "=", "conveyor.cadence"), ("res_id", "=", bad.cadence_id.id)])
        self.assertEqual((told.user_id, len(told)), (self.manager, 1))

    @mute_logger(RUN)
    def test_it_goes_on_when_the_cause_is_gone(self):
        enrolment = self.enrol(self.cadence(self.mail()), self.leads())
        with patch.object(type(enrolment), "_add_opt_out", side_effect=ValueError("boom")):
            self.run_at()
        self.assertEqual(enrolment.run_ids.error, "ValueError: boom")
        self.run_at(enrolment.next_date)
        self.assertEqual((self.runs(enrolment), enrolment.state), ([("Step 1", 0, "done", None)], "done"))

    @mute_logger(RUN)
    def test_a_step_given_up_can_be_tried_again(self):
        enrolment = self.enrol(self.cadence(self.mail(), ("call", 30)), self.leads())
        with patch.object(type(enrolment), "_add_opt_out", side_effect=ValueError("boom")):
            while not enrolment.run_ids or enrolment.run_ids.state == "planned":
                self.run_at(max(enrolment.next_date, self.now))
        self.assertEqual(enrolment.step_id.name, "Step 2")
        enrolment.run_ids.with_user(self.seller).action_retry()
        self.run_at()
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "done", None)])

    def test_a_mail_server_that_fails_loses_nothing(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(self.mail()), lead)
        self.run_at()
        mail = self.mails(enrolment)
        for minutes in (0, 5, 20, 80, 320, 1280):
            mail.write({"state": "exception", "failure_reason": "Connection refused"})
            self.run_at(self.now + timedelta(minutes=minutes))
            self.assertEqual(mail.state, "outgoing")
            self.assertIn("Connection refused", enrolment.run_ids.explanation)
        mail.write({"state": "exception", "failure_reason": "Connection refused"})
        self.run_at(self.now + timedelta(days=9))
        self.assertEqual((mail.state, enrolment.run_ids.state, self.touches(lead).outcome), ("exception", "failed", "bounced"))
        enrolment.state = "running"
        enrolment.run_ids.action_retry()
        self.assertEqual((mail.state, enrolment.run_ids.state), ("outgoing", "done"))

    def test_an_enrolment_that_nothing_would_wake_is_planned_anew(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(("call", 0)), lead)
        self.run_at()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM mail_activity WHERE id = %s", [self.activity(lead).id])
        self.env.invalidate_all()
        self.env["conveyor.enrolment"]._heal(now=self.now)
        self.run_at()
        self.assertEqual(len(self.activity(lead)), 1)
        self.assertEqual(self.runs(enrolment), [("Step 1", 0, "planned", None)])
