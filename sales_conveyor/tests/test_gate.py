from odoo.exceptions import UserError
from odoo.tests import tagged

from ..exceptions import GateError
from .common import ConveyorCase


@tagged("post_install", "-at_install")
class TestGate(ConveyorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.item(cls.needs, "Ask the budget", proof="field", proof_field_ids=[
            (6, 0, cls.env["ir.model.fields"]._get("crm.lead", "money_state").ids)])
        cls.needs.gate_mode = "block"

    def test_people_are_held_with_a_list_of_what_is_missing(self):
        lead = self.lead(self.needs)
        for way, move in (
            ("write", lambda mine: mine.write({"stage_id": self.offer.id})),
            ("web_save", lambda mine: mine.web_save({"stage_id": self.offer.id}, {"stage_id": {}})),
            ("won button", lambda mine: mine.action_set_won_rainbowman()),
            ("skip", lambda mine: mine.write({"stage_id": self.won.id})),
        ):
            with self.subTest(way), self.assertRaises(UserError) as caught:
                move(self.as_seller(lead))
            self.assertIn("Lamp cannot leave Needs", caught.exception.args[0])
            self.assertIn("Ask the budget", caught.exception.args[0])
            self.assertEqual(lead.stage_id, self.needs)

    def test_import_is_held_and_says_so(self):
        lead = self.lead(self.needs)
        xmlid = lead.export_data(["id"])["datas"][0][0]
        result = self.env["crm.lead"].with_user(self.seller).with_context(import_file=True).load(
            ["id", "stage_id"], [[xmlid, "Offer"]])
        self.assertFalse(result["ids"])
        self.assertIn("Ask the budget", result["messages"][0]["message"])
        self.assertEqual(lead.stage_id, self.needs)

    def test_the_proof_in_the_same_write_opens_the_gate(self):
        lead = self.lead(self.needs)
        self.as_seller(lead).write({"stage_id": self.offer.id, "money_state": "yes"})
        self.assertEqual(lead.stage_id, self.offer)
        self.assertEqual(self.work(lead, self.call).state, "done")

    def test_unknown_is_not_filled_and_no_is(self):
        lead = self.as_seller(self.lead(self.needs))
        lead.money_state = "no"
        self.assertEqual(self.work(lead, self.call).state, "done")
        lead.stage_id = self.offer

    def test_machines_pass_and_leave_a_debt(self):
        mine = self.lead(self.needs)
        mine.sudo().stage_id = self.offer  # a superuser
        debt = self.work(mine, self.call)
        self.assertTrue(debt.is_debt and debt.debt_by_machine)
        found = self.env["conveyor.work"].search([("is_debt", "=", True), ("lead_id", "=", mine.id)])
        self.assertEqual(found, debt)
        self.assertIn(mine, self.env["crm.lead"].search([("work_debt_count", ">", 0)]))
        mine.money_state = "yes"
        self.assertFalse(debt.is_debt)

    def test_merge_conversion_and_assignment_pass(self):
        kept, gone = self.lead(self.needs, name="A"), self.lead(self.new, name="B", probability=99)
        (kept + gone).with_user(self.manager).merge_opportunity()
        lead = self.lead(self.needs, type="lead")
        lead.with_user(self.manager).convert_opportunity(self.customer(), user_ids=self.seller.ids, team_id=self.team.id)
        self.assertEqual(lead.type, "opportunity")
        other = self.env["crm.team"].create({"name": "Other"})
        self.stages(("First", {}), team=other, start=10)
        lead.with_user(self.manager).write({"team_id": other.id})
        self.assertEqual(lead.stage_id.name, "First")
        self.assertTrue(self.work(lead, self.call).is_debt)

    def test_a_team_change_in_the_form_sends_the_stage_along(self):
        other = self.env["crm.team"].create({"name": "Other"})
        first, = self.stages(("First", {}), team=other, start=10)
        lead = self.lead(self.needs)
        lead.with_user(self.manager).write({"team_id": other.id, "stage_id": first.id})
        self.assertEqual(lead.stage_id, first)

    def test_a_rule_on_leads_does_not_open_the_gate_for_people(self):
        model = self.env["ir.model"]._get("crm.lead")
        rule = self.env["base.automation"].create({
            "name": "Harmless", "model_id": model.id, "trigger": "on_create_or_write", "filter_domain": [("name", "=", "x")],
            "action_server_ids": [(0, 0, {"name": "none", "model_id": model.id, "usage": "base_automation",
                                          "state": "code", "code": "pass"})]})
        self.addCleanup(rule.unlink)
        with self.assertRaises(GateError):
            self.as_seller(self.lead(self.needs)).stage_id = self.offer

    def test_advise_moves_and_owes_off_does_neither(self):
        self.needs.gate_mode = "advise"
        lead = self.lead(self.needs)
        self.as_seller(lead).stage_id = self.offer
        self.assertEqual(lead.stage_id, self.offer)
        self.assertTrue(self.work(lead, self.call).is_debt)
        self.assertFalse(self.work(lead, self.call).debt_by_machine)
        self.assertIn("Ask the budget", self.as_seller(lead).get_move_notice()["names"])
        self.needs.gate_mode = "off"
        free = self.lead(self.needs)
        self.as_seller(free).stage_id = self.offer
        self.assertFalse(self.work(free, self.call).is_debt)
        self.assertFalse(self.as_seller(free).get_move_notice())

    def test_the_company_decides_where_the_section_does_not(self):
        self.needs.gate_mode = "inherit"
        for mode, held in (("block", True), ("advise", False), ("off", False)):
            self.env.company.conveyor_gate_mode = mode
            lead = self.lead(self.needs)
            with self.subTest(mode):
                if held:
                    with self.assertRaises(GateError):
                        self.as_seller(lead).stage_id = self.offer
                else:
                    self.as_seller(lead).stage_id = self.offer

    def test_skipped_sections_are_checked_back_is_free_creation_is_free(self):
        lead = self.lead(self.new)
        with self.assertRaises(GateError):
            self.as_seller(lead).stage_id = self.offer
        self.as_seller(lead).stage_id = self.needs
        self.as_seller(lead).stage_id = self.new
        made = self.env["crm.lead"].with_user(self.seller).create(
            {"name": "Direct", "type": "opportunity", "team_id": self.team.id, "stage_id": self.offer.id})
        self.assertEqual(made.stage_id, self.offer)

    def test_who_stood_there_before_the_work_was_defined_is_not_held(self):
        lead = self.lead(self.offer)
        item = self.item(self.offer, "Send the offer", proof="document")
        self.offer.gate_mode = "block"
        self.assertEqual(self.work(lead, item).state, "todo")
        self.assertFalse(lead.activity_ids)
        self.as_seller(lead).stage_id = self.won
        late = self.lead(self.offer)
        with self.assertRaises(GateError):
            self.as_seller(late).stage_id = self.won

    def test_waiving_is_logged_and_lets_pass(self):
        lead = self.lead(self.needs)
        with self.assertRaises(UserError):
            self.work(lead, self.call).with_user(self.seller).action_waive("  ")
        self.as_seller(lead).action_waive_work(self.call.ids, "The client pays anything")
        work = self.work(lead, self.call)
        self.assertEqual((work.state, work.waiver_reason, work.done_user_id),
                         ("waived", "The client pays anything", self.seller))
        self.assertIn("The client pays anything", lead.message_ids[0].body)
        self.as_seller(lead).stage_id = self.offer

    def test_work_of_a_section_that_is_jumped_over_can_be_waived(self):
        lead = self.lead(self.new)
        wizard = self.env["conveyor.waive"].with_user(self.seller).create({
            "lead_ids": [(6, 0, lead.ids)], "item_ids": [(6, 0, self.call.ids)], "reason": "urgent",
            "stage_id": self.offer.id})
        wizard.action_apply()
        self.assertEqual(lead.stage_id, self.offer)
        self.assertEqual(self.work(lead, self.call).state, "waived")

    def test_the_setting_says_who_may_waive(self):
        for right, may in (("everyone", True), ("leader", False), ("manager", False)):
            self.env.company.conveyor_waive_right = right
            lead = self.lead(self.needs)
            with self.subTest(right):
                self.assertEqual(self.as_seller(lead).can_waive_work, may)
                if not may:
                    with self.assertRaises(UserError):
                        self.as_seller(lead).action_waive_work(self.call.ids, "Because")
            lead.with_user(self.manager).action_waive_work(self.call.ids, "Because")
        self.env.company.conveyor_waive_right = "leader"
        self.team.user_id = self.seller
        self.assertTrue(self.as_seller(self.lead(self.needs)).can_waive_work)

    def test_the_gate_cannot_be_talked_round(self):
        document = self.item(self.needs, "Plan of the room", proof="document")
        lead = self.lead(self.needs)
        work = self.work(lead, document).with_user(self.seller)
        for vals in ({"binds": False}, {"state": "done"}, {"state": "waived"}, {"waiver_reason": "x"},
                     {"state": "waived", "waiver_reason": "x"}, {"item_id": self.call.id}):
            with self.subTest(vals), self.assertRaises(UserError):
                work.write(vals)
        with self.assertRaises(UserError):
            work.action_done()
        self.assertEqual(work.state, "todo")

    def test_a_confirmed_order_wins_by_setting_and_leaves_the_debt(self):
        lead = self.lead(self.needs, partner_id=self.customer().id)
        self.order(lead.partner_id, self.day(0), lead)
        self.assertEqual(lead.won_status, "pending", "off by default")
        self.env.company.conveyor_win_on_order = True
        self.order(lead.partner_id, self.day(0), lead)
        self.assertEqual(lead.won_status, "won")
        self.assertTrue(self.work(lead, self.call).is_debt)

    def test_several_leads_in_one_write_name_each(self):
        first, second = self.lead(self.needs, name="One"), self.lead(self.needs, name="Two")
        with self.assertRaises(GateError) as caught:
            (first + second).with_user(self.seller).write({"stage_id": self.offer.id})
        self.assertIn("One", caught.exception.args[0])
        self.assertIn("Two", caught.exception.args[0])
        self.assertEqual(len(caught.exception.context["leads"]), 2)
