"""What is shipped: switched off, complete, in words that render, and editable."""

from odoo import Command
from odoo.tests import TransactionCase, tagged

from .trade_common import TradeCase


def shipped(env, model):
    ids = env["ir.model.data"].search([("module", "=", "sales_conveyor"), ("model", "=", model)]).mapped("res_id")
    return env[model].with_context(active_test=False).browse(ids).exists()


@tagged("post_install", "-at_install")
class TestShipped(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cadences = shipped(cls.env, "conveyor.cadence")
        cls.lead = cls.env["crm.lead"].with_context(conveyor_no_cadence=True).create({
            "name": "Kitchen", "contact_name": "Ada", "email_from": "ada@example.com"})
        cls.ada = cls.env["res.partner"].create({"name": "Ada"})

    def test_everything_is_off_but_what_waits_for_visits_and_referrals(self):
        """Nobody has these before he enters them, and people are asked, not clients."""
        data = self.env["ir.model.data"].search([("module", "=", "sales_conveyor"), ("model", "in", ["conveyor.cadence", "conveyor.reason"])])
        self.assertTrue(all(data.mapped("noupdate")))
        self.assertGreater(len(self.cadences), 30)
        fresh = self.cadences.filtered(lambda cadence: cadence.write_date == cadence.create_date)
        on = fresh.filtered("is_on")
        self.assertEqual(set(on.mapped("purpose")), {"service"})
        self.assertFalse(on.step_ids.filtered("is_automatic"))

    def test_every_set_decides_nurtures_and_comes_back(self):
        for trade_set in shipped(self.env, "conveyor.trade.set"):
            purposes = set(self.cadences.filtered(lambda cadence, s=trade_set: cadence.trade_set_id == s).mapped("purpose"))
            with self.subTest(trade_set.name):
                self.assertLessEqual({"decision", "nurture"}, purposes)
                self.assertTrue({"reactivation", "account"} & purposes)  # a clinic recalls on the dentist's date

    def test_every_step_can_run(self):
        for step in self.cadences.step_ids:
            with self.subTest(f"{step.cadence_id.name}: {step.name}"):
                self.assertFalse(step._problem())
                self.assertTrue(step.is_automatic or step.script, "a person is told what to say")
                if step.is_automatic and step.channel == "sms" and not step._needs_reason():
                    self.assertTrue(step.sms_template_id)

    def test_ten_touches_in_the_first_month(self):
        decision = self.env.ref("sales_conveyor.cadence_common_decision")
        self.assertEqual(len(decision.step_ids), 10)
        self.assertEqual(round(decision._timeline()["steps"][-1]["day"]), 30)

    def test_the_words_render(self):
        for step in self.cadences.step_ids:
            record = self.lead if step.cadence_id.target == "lead" else self.ada
            with self.subTest(f"{step.cadence_id.name}: {step.name}"):
                if template := step.mail_template_id:
                    self.assertIn("Ada", template._render_field("body_html", record.ids)[record.id])
                if template := step.sms_template_id:
                    text = template._render_field("body", record.ids)[record.id]
                    self.assertIn("Ada", text)
                    self.assertLess(len(text), 160)

    def test_reasons_wait_for_their_set(self):
        cadence = self.env.ref("sales_conveyor.cadence_coffee_regular")
        reasons = shipped(self.env, "conveyor.reason").filtered(lambda reason: reason.trade_set_id == cadence.trade_set_id)
        self.assertTrue(reasons)
        reasons.write({"active": False, "comes_with_set": True})
        cadence.is_on = True
        self.assertTrue(all(reasons.mapped("active")))
        reasons[0].active = False
        cadence.is_on = False
        cadence.is_on = True
        self.assertFalse(reasons[0].active, "what a manager put away stays away")


@tagged("post_install", "-at_install")
class TestSetNorms(TradeCase):

    def test_norms_go_to_teams_that_had_none(self):
        furniture = self.env.ref("sales_conveyor.trade_set_furniture")
        self.other_team.conveyor_norm_touches = 5
        wizard = self.preview(furniture, self.team + self.other_team)
        self.assertIn("8", wizard.norms)
        wizard.action_apply()
        self.assertEqual((self.team.conveyor_norm_touches, self.team.conveyor_window_days), (8, 45))
        self.assertEqual(self.other_team.conveyor_norm_touches, 5, "decided by somebody")
        self.env["conveyor.trade.application"].search([], limit=1).action_undo()
        self.assertEqual(self.team.conveyor_norm_touches, 0)

    def test_norms_can_be_left(self):
        wizard = self.preview(self.env.ref("sales_conveyor.trade_set_furniture"), self.team)
        wizard.take_norms = False
        wizard.action_apply()
        self.assertEqual(self.team.conveyor_norm_touches, 0)

    def test_for_the_company(self):
        company = self.env.company
        company.write({"conveyor_window_days": 30, "conveyor_norm_touches": 7})
        self.apply(self.env.ref("sales_conveyor.trade_set_dental"))
        self.assertEqual((company.conveyor_window_days, company.conveyor_norm_touches), (45, 6))

    def test_cadences_get_their_sections_and_stay_off(self):
        self.apply()
        cadence = self.env.ref("sales_conveyor.cadence_general_decision")
        self.assertEqual(cadence.stage_ids.mapped("name"), ["Contact"])
        self.assertFalse(cadence.is_on)
        self.assertEqual(cadence.with_user(self.manager).action_switch_on()["res_model"], "conveyor.cadence.switch")
        cadence.stage_ids = [Command.clear()]
