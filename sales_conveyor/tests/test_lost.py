from datetime import datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .test_next import NextCase


@tagged("post_install", "-at_install")
class TestLosing(NextCase):
    """A lead is not quietly dropped after the third touch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["conveyor.cadence"].search([]).is_on = False
        cls.price, cls.spam, cls.competitor = cls.env["crm.lost.reason"].create(
            [{"name": "Too expensive"}, {"name": "Spam"}, {"name": "Bought from a competitor"}])

    def touched(self, times=3, **values):
        lead = self.lead(**values)
        for number in range(times):
            self.touch(lead, self.env.cr.now().replace(microsecond=0) - timedelta(days=9 - number))
        return lead

    def dialog(self, leads, reason=None, user=None):
        return self.env["crm.lead.lost"].with_user(user or self.seller).create({
            "lead_ids": leads.ids, "lost_reason_id": reason.id if reason else False})

    def test_kinds_of_reasons_are_guessed_by_their_names(self):
        Reason = self.env["crm.lost.reason"]
        for name, kind in (("Too expensive", "nurture"), ("SPAM", "exempt"), ("Дубль", "exempt"), ("Отказ клиента", "exempt"),
                           ("Выбрал конкурента", "final"), ("Грешен номер", "exempt"), ("Скъпо", "nurture"),
                           ("Duplicate", "exempt"), ("Went to a competitor", "final"), ("Дорого", "nurture")):
            with self.subTest(name):
                self.assertEqual(Reason.create({"name": name}).conveyor_kind, kind)
        self.assertEqual(Reason.create({"name": "Spam", "conveyor_kind": "final"}).conveyor_kind, "final")

    def test_reasons_that_are_there_at_installation_are_guessed_in_every_language(self):
        Reason = self.env["crm.lost.reason"]
        reason = Reason.create({"name": "Other"})
        self.env.cr.execute("UPDATE crm_lost_reason SET name = %s WHERE id = %s",
                            ('{"en_US": "X", "ru_RU": "Спам"}', reason.id))
        Reason._init_column("conveyor_kind")
        reason.invalidate_recordset()
        self.assertEqual((reason.conveyor_kind, self.competitor.conveyor_kind), ("exempt", "final"))

    def test_norms_come_from_the_team_or_the_company(self):
        lead = self.lead()
        self.env.company.conveyor_norm_touches = 6
        self.assertEqual(lead._norms()[lead.id], (6, 0))
        self.team.write({"conveyor_norm_touches": 5, "conveyor_norm_conversations": 2})
        self.assertEqual(lead._norms()[lead.id], (5, 2))
        self.assertEqual((lead.touch_norm, lead.conversation_norm), (5, 2))

    # ------------------------------------------------------------ the dialog
    def test_the_dialog_says_how_far_the_lead_is(self):
        dialog = self.dialog(self.touched())
        self.assertTrue(dialog.is_early)
        self.assertEqual(dialog.touch_notice, "3 of 7 touches")
        self.assertIn("Attempts: 3", dialog.touch_history)
        self.assertTrue(dialog.again_label.startswith("Try again "))
        self.assertFalse(dialog.touch_figure, "no figure below 50 cases")

    def test_the_form_proposes_before_it_is_saved(self):
        form = Form(self.env["crm.lead.lost"].with_user(self.seller).with_context(default_lead_ids=self.touched(phone="1").ids))
        self.assertTrue(form.is_early)
        self.assertTrue(form.again_label.startswith("Try again "))

    def test_exempt_reasons_and_done_norms_ask_nothing(self):
        self.assertFalse(self.dialog(self.touched(), self.spam).is_early)
        self.assertFalse(self.dialog(self.touched(7)).is_early)
        refused = self.touched()
        self.touch(refused, self.env.cr.now().replace(microsecond=0), outcome="refused")
        self.assertFalse(self.dialog(refused).is_early)

    def test_try_again_plans_the_touch_and_keeps_the_lead(self):
        lead = self.touched(phone="1")
        dialog = self.dialog(lead)
        day = dialog.again_date
        dialog.action_try_again()
        self.assertTrue(lead.active)
        self.assertEqual((lead.next_touch_date.date(), lead.next_touch_user_id), (day, self.seller))

    def test_nurture_keeps_the_lost_lead_in_touch(self):
        lead = self.touched()
        self.dialog(lead, self.price).action_nurture()
        self.assertEqual((lead.active, lead.won_status, lead.lost_reason_id), (False, "lost", self.price))
        days = (lead.next_touch_date - datetime.now()).days
        self.assertIn(days, range(20, 33))
        with self.assertRaisesRegex(UserError, "for good"):
            self.dialog(self.touched(), self.competitor).action_nurture()

    def test_nurture_enrols_where_a_cadence_is_on(self):
        cadence = self.env["conveyor.cadence"].create({
            "name": "Nurture", "purpose": "nurture", "reason_policy": "none", "step_ids": [(0, 0, {
                "name": "Call", "channel": "call", "delay": 1, "delay_unit": "months", "is_loop_start": True})]})
        lead = self.touched()
        self.dialog(lead, self.price).action_nurture()
        self.assertEqual(self.env["conveyor.enrolment"].search([("lead_id", "=", lead.id)]).cadence_id, cadence)

    def test_hand_over_gives_it_to_a_colleague_with_a_next_touch(self):
        lead = self.touched()
        dialog = self.dialog(lead)
        self.assertEqual(dialog.hand_over_user_id, self.manager)
        dialog.action_hand_over()
        self.assertEqual((lead.user_id, lead.next_touch_user_id, lead.active), (self.manager, self.manager, True))

    def test_lose_loses(self):
        lead = self.touched()
        self.dialog(lead, self.price).action_lost_reason_apply()
        self.assertEqual(lead.won_status, "lost")

    def test_losing_early_asks_for_the_reason(self):
        lead = self.touched()
        with self.assertRaisesRegex(UserError, "^3 of 7 touches, and no reason"):
            self.dialog(lead).action_lost_reason_apply()
        self.assertEqual(lead.won_status, "pending")
        for name, leads in {"norm reached": self.touched(7), "kept in touch": self.touched()}.items():
            with self.subTest(name):
                dialog = self.dialog(leads)
                dialog.action_nurture() if name == "kept in touch" else dialog.action_lost_reason_apply()
                self.assertEqual(leads.won_status, "lost")

    def test_many_at_once(self):
        leads = self.touched() + self.touched(7) + self.touched(1)
        dialog = self.dialog(leads)
        self.assertEqual(dialog.touch_notice, "2 of 3 leads have fewer touches than their norm")
        dialog.action_try_again()
        self.assertEqual(leads.filtered("next_touch_date"), leads[0] + leads[2])

    def test_the_companys_own_figure_from_fifty_cases_on(self):
        company = self.env["res.company"].create({"name": "Other"})
        lead = self.env["crm.lead"]
        self.env["conveyor.funnel.fact"]._refresh()
        self.env.cr.execute(
            "INSERT INTO conveyor_funnel_fact (lead_id, company_id, touches, pass_date, loss_date) "
            "SELECT -n, %s, 5, CASE WHEN n <= 10 THEN now()::date END, CASE WHEN n > 10 THEN now()::date END "
            "FROM generate_series(1, 50) n", [company.id])
        self.assertEqual(lead._bought_after(3, company), (10, 50))
        self.assertIsNone(lead._bought_after(5, company))

    # ------------------------------------------------------------ where the company blocks
    def block(self):
        self.env.company.conveyor_lost_mode = "block"

    def test_blocking_holds_people_on_every_way(self):
        self.block()
        for name, lose in {
            "button": lambda lead: lead.action_set_lost(lost_reason_id=self.price.id),
            "write": lambda lead: lead.write({"active": False, "probability": 0}),
            "archive": lambda lead: lead.action_archive(),
            "dialog": lambda lead: self.dialog(lead, self.price).action_lost_reason_apply(),
            "forged context": lambda lead: lead.with_context(conveyor_lost=True).action_archive(),
        }.items():
            lead = self.as_seller(self.touched())
            with self.subTest(name), self.assertRaisesRegex(UserError, "3 of 7 touches"):
                lose(lead)

    def test_blocking_lets_the_exempt_the_done_and_the_kept_pass(self):
        self.block()
        self.as_seller(self.touched()).action_set_lost(lost_reason_id=self.spam.id)
        self.as_seller(self.touched()).write({"active": False, "probability": 0, "lost_reason_id": self.spam.id})
        self.as_seller(self.touched(7)).action_archive()
        self.dialog(self.touched(), self.price).action_nurture()

    def test_machines_pass(self):
        self.block()
        lead = self.touched()
        lead.action_set_lost()
        self.assertEqual(lead.won_status, "lost")

    def test_archiving_in_the_list_tells_when_it_was_early(self):
        lead = self.as_seller(self.touched())
        notice = lead.action_archive()
        self.assertIn("3 of 7 touches", notice["params"]["message"])
        self.assertFalse(lead.active)
        self.env.company.conveyor_lost_mode = "off"
        self.assertNotIsInstance(self.as_seller(self.touched()).action_archive(), dict)
