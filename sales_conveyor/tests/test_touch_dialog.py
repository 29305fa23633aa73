"""Logging by hand: the dialog, the small sheet, the next touch, undo."""

from datetime import datetime
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import ConveyorCase


@tagged("post_install", "-at_install")
class TestTouchDialog(ConveyorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.lead(partner_id=cls.customer(phone="+359 88 812 3456").id)

    def dialog(self, record=None, **context):
        record = (record or self.client).with_user(self.seller)
        action = record.action_open_touch_log()
        return Form(self.env["conveyor.log.touch"].with_user(self.seller).with_context(**action["context"], **context))

    def touch(self):
        return self.env["conveyor.touch"].search([("lead_id", "=", self.client.id)])

    def test_one_click_and_done(self):
        dialog = self.dialog()
        self.assertEqual((dialog.channel, dialog.outcome, dialog.plan_next), ("call", "reached", True))
        dialog.save().action_log()
        self.assertEqual((self.touch().outcome, self.touch().kind, self.touch().user_id), ("reached", "conversation", self.seller))
        planned = self.client.activity_ids.filtered("conveyor_channel")
        self.assertEqual((len(planned), planned.user_id, bool(self.client.next_touch_date)), (1, self.seller, True))

    def test_the_planned_call_is_done_with_it(self):
        call = self.client.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id)
        dialog = self.dialog()
        self.assertEqual(dialog.activity_id, call)
        dialog.outcome = "no_answer"
        dialog.save().action_log()
        self.assertEqual(self.touch().event_key, f"activity-{call.id}")
        self.assertEqual(len(self.client.activity_ids.filtered("conveyor_channel")), 1)

    def test_later_means_his_date(self):
        dialog = self.dialog()
        dialog.outcome = "later"
        dialog.later_date = "2030-05-06 08:00:00"
        dialog.next_user_id = self.colleague
        dialog.save().action_log()
        planned = self.client.activity_ids.filtered("conveyor_channel")
        self.assertEqual((str(planned.date_deadline), planned.user_id), ("2030-05-06", self.colleague))

    def test_no_answer_in_the_morning_is_tried_in_the_afternoon(self):
        self.env.company.conveyor_tz = "Europe/Sofia"
        with patch.object(type(self.env.cr), "now", lambda cursor: datetime(2026, 6, 15, 6)):
            sheet = self.client.with_user(self.seller).get_touch_sheet("call", "no_answer")
        self.assertTrue("2026-06-16 12:00:00" <= sheet["date"] < "2026-06-16 14:00:00", "from 15:00 to 17:00 in Sofia, tomorrow")

    def test_what_is_written_was_sent(self):
        dialog = self.dialog()
        dialog.channel = "letter"
        self.assertEqual(dialog.outcome, "sent")
        dialog.save().action_log()
        self.assertTrue(self.client.has_paper)

    def test_results_fit_the_channel(self):
        dialog = self.dialog()
        for channel, names in {
            "call": ["Talked", "No answer", "Later", "Refused"], "visit": ["Talked", "No answer", "Later", "Refused"],
            "email": ["Sent", "Answered", "Later", "Refused"], "letter": ["Sent", "Later", "Refused"],
        }.items():
            with self.subTest(channel):
                dialog.channel = channel
                self.assertEqual([name for _key, name in dialog.results], names)
                self.assertIn(dialog.outcome, dict(dialog.results))

    def test_it_stands_once_on_the_form_of_a_lead(self):
        arch = self.env["crm.lead"].get_view(view_type="form")["arch"]
        self.assertEqual((arch.count("action_open_touch_log"), arch.count('name="conveyor_touch_panel"')), (0, 1))

    def test_on_a_customer(self):
        self.dialog(self.client.partner_id).save().action_log()
        self.assertEqual((self.client.partner_id.touch_count, self.client.touch_count), (1, 0))
        action = self.client.partner_id.action_open_touches()
        self.assertEqual(self.env["conveyor.touch"].search_count(action["domain"]), 1)

    def test_a_slip_of_the_finger_is_taken_back(self):
        lead = self.client.with_user(self.seller)
        touch = self.env["conveyor.touch"].with_user(self.seller).browse(lead.action_log_touch("call", "refused"))
        self.assertEqual(lead.touch_count, 1)
        with self.assertRaises(UserError):
            touch.with_user(self.manager).action_undo()
        touch.action_undo()
        self.assertEqual((lead.touch_count, lead.last_touch_date), (0, False))
        old = self.env["conveyor.touch"].with_user(self.seller).browse(lead.action_log_touch("call", "refused"))
        self.env.cr.execute("UPDATE conveyor_touch SET create_date = %s WHERE id = %s", [
            fields.Datetime.subtract(fields.Datetime.now(), hours=1), old.id])
        old.invalidate_recordset()
        with self.assertRaises(UserError):
            old.action_undo()

    def test_the_timeline_of_a_form(self):
        self.client.with_user(self.seller).action_log_touch("visit", "reached", note="Liked it")
        bead, = self.client.with_user(self.seller).touch_timeline
        self.assertEqual((bead["channel"], bead["kind"], bead["counted"], bead["subject"]), ("visit", "conversation", True, "Liked it"))
