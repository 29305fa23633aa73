from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file

from ..demo import story


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo company tells a story that adds up, and goes without a trace."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stages = cls.env["crm.stage"].search([])
        if not cls.env.ref("sales_conveyor.demo_team", raise_if_not_found=False):
            convert_file(cls.env, "sales_conveyor", "demo/conveyor_demo.xml", {}, mode="init", noupdate=True)
        cls.leads = cls.env["conveyor.demo"]._named("lead", "crm.lead")

    def test_the_story_is_told_the_same_way_every_time(self):
        self.assertEqual(story.deals(), story.deals())
        self.assertEqual(len(story.deals()), sum(story.STANDING.values()) + sum(story.LOST.values()))

    def test_leads_stand_where_the_story_says(self):
        count = {status: len(leads) for status, leads in self.leads.grouped("won_status").items()}
        self.assertEqual(count["won"], story.STANDING["won"])
        self.assertEqual(count["lost"], sum(story.LOST.values()))
        self.assertEqual(set(self.leads.user_id.mapped("login")), {"olga", "ivan", "maria"})
        self.assertEqual(set(self.leads.mapped("sale_kind")), {"first", "repeat"})
        lost = self.leads.filtered(lambda lead: lead.won_status == "lost")
        self.assertEqual(self.leads.filtered("lost_reason_id"), lost)

    def test_every_path_begins_with_an_entry_and_is_in_order(self):
        for lead in self.leads:
            path = lead.transition_ids.sorted(lambda row: (row.date, row.id))
            self.assertEqual(path.mapped("kind").count("enter"), 1, lead.name)
            self.assertEqual(path[0].kind, "enter")
            self.assertEqual(path[-1].to_stage_id, lead.stage_id)
            for before, after in zip(path, path[1:]):
                self.assertEqual(after.from_stage_id, before.to_stage_id)

    def test_work_is_done_waived_and_owed(self):
        works = self.leads.work_ids
        self.assertEqual(set(works.mapped("state")), {"todo", "done", "waived"})
        self.assertTrue(works.filtered("is_debt"))
        self.assertTrue(all(work.waiver_reason for work in works if work.state == "waived"))

    def test_every_win_has_its_order(self):
        won = self.leads.filtered(lambda lead: lead.won_status == "won")
        self.assertEqual(set(won.order_ids.mapped("state")), {"sale"})
        self.assertEqual(won.order_ids.opportunity_id, won)

    def test_it_goes_without_a_trace(self):
        self.env["conveyor.demo"]._remove()
        self.assertFalse(self.leads.exists())
        self.assertFalse(self.env["sale.order"].search([("team_id", "=", self.env.ref("sales_conveyor.demo_team").id)]))
        self.assertFalse(self.env["conveyor.trade.application"].search([("state", "=", "applied")]))
