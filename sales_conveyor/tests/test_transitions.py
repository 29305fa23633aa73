from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ConveyorCase


@tagged("post_install", "-at_install")
class TestTransitions(ConveyorCase):

    def test_every_kind_of_step_is_recorded_once(self):
        lead = self.lead()
        lead.stage_id = self.needs
        lead.stage_id = self.new
        lead.stage_id = self.offer
        lead.action_set_lost()
        lead.action_restore()
        lead.action_set_won()
        lead.stage_id = self.offer
        self.assertEqual(self.path(lead), [
            ("enter", False, "New"), ("forward", "New", "Needs"), ("back", "Needs", "New"),
            ("skip", "New", "Offer"), ("lost", "Offer", "Offer"), ("reopen", "Offer", "Offer"),
            ("won", "Offer", "Won"), ("reopen", "Won", "Offer")])

    def test_created_won_and_created_lost(self):
        self.assertEqual(self.path(self.lead(self.won)), [("enter", False, "Won"), ("won", "Won", "Won")])
        lost = self.lead(active=False, probability=0)
        self.assertEqual(self.path(lost), [("enter", False, "New"), ("lost", "New", "New")])

    def test_the_user_and_nothing_else_is_remembered(self):
        lead = self.lead()
        self.as_seller(lead).write({"stage_id": self.needs.id, "name": "Lamp, two"})
        step = lead.transition_ids.filtered(lambda row: row.kind == "forward")
        self.assertEqual(step.user_id, self.seller)
        lead.name = "Three lamps"
        self.assertEqual(len(lead.transition_ids), 2)

    def test_a_team_change_moves_the_lead_past_write(self):
        other = self.env["crm.team"].create({"name": "Other"})
        first, = self.stages(("First", {}), team=other, start=10)
        lead = self.lead(self.offer)
        lead.team_id = other
        self.assertEqual(lead.stage_id, first)
        self.assertEqual(self.path(lead)[-1], ("forward", "Offer", "First"))
        self.assertEqual(len(lead.transition_ids), 2)

    def test_a_recompute_of_the_stage_is_recorded(self):
        lead = self.lead(self.offer)
        self.offer.team_ids = self.env["crm.team"].create({"name": "Other"})
        self.env.add_to_compute(lead._fields["stage_id"], lead)
        self.env.flush_all()
        self.assertEqual(lead.stage_id, self.new)
        self.assertEqual(self.path(lead)[-1][2], "New")

    def test_an_automation_inside_a_write_is_a_step_of_its_own(self):
        model = self.env["ir.model"]._get("crm.lead")
        rule = self.env["base.automation"].create({
            "name": "Needs goes to Offer", "model_id": model.id, "trigger": "on_create_or_write",
            "filter_domain": [("stage_id", "=", self.needs.id)],
            "action_server_ids": [(0, 0, {
                "name": "move", "model_id": model.id, "usage": "base_automation", "state": "code",
                "code": f"records.write({{'stage_id': {self.offer.id}}})"})]})
        self.addCleanup(rule.unlink)
        lead = self.lead()
        lead.stage_id = self.needs
        self.assertEqual(self.path(lead)[1:], [("forward", "New", "Needs"), ("forward", "Needs", "Offer")])

    def test_a_merge_keeps_the_facts_of_both(self):
        kept, gone = self.lead(self.offer, name="A"), self.lead(name="B")
        gone.stage_id = self.needs
        head = (kept + gone).merge_opportunity()
        self.assertEqual(len(head.transition_ids), 3)
        self.assertEqual(set(head.transition_ids.mapped("kind")), {"enter", "forward"})

    def test_only_who_reads_the_lead_reads_its_steps(self):
        mine, his = self.lead(), self.lead(user_id=self.colleague.id)
        steps = self.env["conveyor.transition"].with_user(self.seller).search([("lead_id", "in", (mine + his).ids)])
        self.assertEqual(steps.lead_id, mine)
        with self.assertRaises(AccessError):
            his.transition_ids.with_user(self.seller).read(["date"])
        mine.action_set_lost()
        self.assertEqual(len(mine.transition_ids.with_user(self.seller).mapped("kind")), 2, "archived leads too")
        with self.assertRaises(AccessError):
            self.env["conveyor.transition"].with_user(self.seller).create(
                {"lead_id": mine.id, "kind": "won", "to_stage_id": self.won.id})

    def test_a_deleted_section_leaves_the_steps(self):
        lead = self.lead(self.needs)
        lead.stage_id = self.offer
        self.needs.unlink()
        self.assertEqual(self.path(lead), [("enter", False, False), ("forward", False, "Offer")])

    def test_one_move_of_many_leads_costs_no_query_per_lead(self):
        few = self.env["crm.lead"].concat(*(self.lead() for _ in range(3)))
        many = self.env["crm.lead"].concat(*(self.lead() for _ in range(30)))
        self.env.flush_all()
        counts = []
        for leads in (few, many):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            leads.write({"stage_id": self.needs.id})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1] - counts[0], 27, f"queries for 3 and for 30 leads: {counts}")
