"""Enrolling by automation rules, and the server actions that cadences may run."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .test_cadence import CadenceCase


@tagged("post_install", "-at_install")
class TestServerAction(CadenceCase):

    def action(self, model="crm.lead", **values):
        return self.env["ir.actions.server"].create({
            "name": "Do it", "model_id": self.env["ir.model"]._get_id(model), "state": "conveyor_enrol", **values})

    def test_an_automation_rule_enrols(self):
        cadence = self.cadence()
        rule = self.env["base.automation"].create({
            "name": "Rich leads", "model_id": self.env["ir.model"]._get_id("crm.lead"), "trigger": "on_create_or_write",
            "trigger_field_ids": [Command.set(self.env["ir.model.fields"]._get("crm.lead", "expected_revenue").ids)],
            "filter_domain": "[('expected_revenue', '>', 1000)]"})
        self.action(conveyor_cadence_id=cadence.id, base_automation_id=rule.id, usage="base_automation")
        lead = self.lead()
        self.assertFalse(self.inside(cadence))
        self.as_seller(lead).expected_revenue = 5000
        self.assertEqual(self.inside(cadence).lead_id, lead)
        rule.unlink()

    def test_on_customers_and_on_leads_for_their_customers(self):
        cadence, ada = self.cadence(target="customer", purpose="account"), self.customer()
        lead = self.lead(partner_id=ada.id)
        self.action(conveyor_cadence_id=cadence.id).with_context(active_model="crm.lead", active_ids=lead.ids).run()
        self.assertEqual(self.inside(cadence).partner_id, ada)

    def test_switched_off_it_does_nothing(self):
        cadence = self.cadence(is_on=False)
        self.action(conveyor_cadence_id=cadence.id).with_context(active_model="crm.lead", active_ids=self.lead().ids).run()
        self.assertFalse(self.inside(cadence))

    def test_it_is_named_and_checked(self):
        with self.assertRaisesRegex(ValidationError, "choose the cadence"):
            self.action()
        with self.assertRaisesRegex(ValidationError, "other records"):
            self.action("res.partner", conveyor_cadence_id=self.cadence().id)
        with Form(self.env["ir.actions.server"]) as form:
            form.model_id = self.env["ir.model"]._get("crm.lead")
            form.state = "conveyor_enrol"
            form.conveyor_cadence_id = self.cadence()
        self.assertEqual(form.record.name, "Enrol in Calls")


@tagged("post_install", "-at_install")
class TestAllowedActions(CadenceCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marked, cls.secret = cls.env["ir.actions.server"].create([{
            "name": name, "model_id": cls.env["ir.model"]._get_id("crm.lead"), "state": "code", "code": "record.message_post(body='x')",
            "conveyor_allowed": allowed} for name, allowed in (("Marked", True), ("Secret", False))])

    def test_managers_read_the_names_of_marked_ones_only(self):
        names = self.env["conveyor.allowed.action"].with_user(self.manager).search([]).mapped("name")
        self.assertIn("Marked", names)
        self.assertNotIn("Secret", names)
        with self.assertRaises(AccessError):
            self.marked.with_user(self.manager).read(["name"])

    def test_managers_use_marked_ones(self):
        cadence = self.cadence({"channel": "other", "is_automatic": True, "allowed_action_id": self.marked.id})
        self.assertEqual(cadence.step_ids.sudo().server_action_id, self.marked)
        self.assertEqual(cadence.step_ids.allowed_action_id.name, "Marked")
        with self.assertRaisesRegex(ValidationError, "not marked"):
            self.cadence({"channel": "other", "is_automatic": True, "server_action_id": self.secret.id})

    def test_only_administrators_mark(self):
        with self.assertRaises(AccessError):
            self.secret.with_user(self.manager).conveyor_allowed = True
        self.secret.with_user(self.env.ref("base.user_admin")).conveyor_allowed = True
        self.assertTrue(self.secret.conveyor_allowed)


@tagged("post_install", "-at_install")
class TestEnrolMany(CadenceCase):

    def test_a_salesperson_enrols_his_own(self):
        cadence, lead = self.cadence(), self.lead()
        wizard = self.env["conveyor.enrol"].with_user(self.seller).with_context(
            active_model="crm.lead", active_ids=lead.ids).create({"cadence_id": cadence.id})
        self.assertEqual(wizard.count, 1)
        wizard.action_enrol()
        self.assertEqual(self.inside(cadence).lead_id, lead)
        foreign = self.lead(user_id=self.manager.id)
        with self.assertRaises(AccessError):
            self.env["conveyor.enrol"].with_user(self.seller).create(
                {"cadence_id": cadence.id, "res_model": "crm.lead", "lead_ids": [Command.set(foreign.ids)]}).action_enrol()

    def test_won_and_finally_lost_leads_are_left_out_unless_they_are_wanted(self):
        final, kept = self.env["crm.lost.reason"].create([
            {"name": "Went to a competitor", "conveyor_kind": "final"}, {"name": "Too expensive", "conveyor_kind": "nurture"}])
        running, won, gone, lost = (self.lead(email_from=f"{name}@example.com") for name in ("a", "b", "c", "d"))
        won.action_set_won()
        gone.action_set_lost(lost_reason_id=final.id)
        lost.action_set_lost(lost_reason_id=kept.id)
        cadence, chosen = self.cadence(), running + won + gone + lost
        wizard = self.env["conveyor.enrol"].with_context(active_model="crm.lead", active_ids=chosen.ids).create({"cadence_id": cadence.id})
        self.assertEqual((wizard.count, wizard.closed_count), (2, 2))
        wizard.action_enrol()
        self.assertEqual(self.inside(cadence).lead_id, running + lost)
        wizard.with_closed = True
        self.assertEqual((wizard.count, wizard.closed_count), (4, 2))
        self.assertEqual(wizard._records(), chosen)
        alone = self.env["conveyor.enrol"].with_context(active_model="crm.lead", active_ids=won.ids).create({"cadence_id": cadence.id})
        with self.assertRaisesRegex(UserError, "won or lost for good"):
            alone.action_enrol()

    def test_customers_enter_as_their_company(self):
        company = self.customer("Lamps Ltd", is_company=True)
        contact = self.customer(parent_id=company.id)
        cadence = self.cadence(target="customer")
        wizard = self.env["conveyor.enrol"].with_context(
            active_model="res.partner", active_ids=contact.ids).create({"cadence_id": cadence.id})
        wizard.action_enrol()
        self.assertEqual(self.inside(cadence).partner_id, company)
