from odoo.tests import tagged

from .common import ConveyorCase


@tagged("post_install", "-at_install")
class TestBackfill(ConveyorCase):
    """History from Odoo's own tracking, written by Odoo's own code."""

    def setUp(self):
        super().setUp()
        self.Lead = self.env["crm.lead"].with_context(tracking_disable=False)

    def tracked(self, stage, **values):
        lead = self.Lead.create({
            "name": "Old", "type": "opportunity", "team_id": self.team.id, "user_id": self.seller.id,
            "stage_id": stage.id, **values})
        self.track()
        return lead

    def track(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def forget(self, leads):
        """As if the module came only now."""
        self.env["conveyor.transition"].search([("lead_id", "in", leads.ids)]).unlink()

    def steps(self, lead):
        rows = self.env["conveyor.transition"].search([("lead_id", "=", lead.id)], order="date, id")
        self.assertTrue(all(row.is_history for row in rows))
        return [(row.kind, row.from_stage_id.name, row.to_stage_id.name) for row in rows]

    def test_the_tracked_path_comes_back(self):
        lead = self.tracked(self.new)
        for move in (lambda: lead.write({"stage_id": self.needs.id}), lambda: lead.write({"stage_id": self.new.id}),
                     lambda: lead.write({"stage_id": self.offer.id}), lead.action_set_lost, lead.action_restore,
                     lead.action_set_won):
            move()
            self.track()
        live = self.path(lead)
        self.forget(lead)
        self.env["conveyor.transition"]._backfill()
        self.assertEqual(self.steps(lead), live)

    def test_running_it_again_adds_nothing(self):
        lead = self.tracked(self.new)
        self.forget(lead)
        self.env["conveyor.transition"]._backfill()
        before = self.env["conveyor.transition"].search_count([])
        self.assertEqual(self.env["conveyor.transition"]._backfill(), 0)
        self.assertEqual(self.env["conveyor.transition"].search_count([]), before)

    def test_what_was_never_tracked_comes_from_the_present_state(self):
        still, won, lost, moved = self.lead(self.needs), self.lead(self.won), self.lead(self.needs), self.lead()
        lost.action_set_lost()
        moved.stage_id = self.offer
        self.forget(still + won + lost + moved)
        self.env["conveyor.transition"]._backfill()
        self.assertEqual(self.steps(still), [("enter", False, "Needs")])
        self.assertEqual(self.steps(won), [("enter", False, "Won"), ("won", "Won", "Won")])
        self.assertEqual(self.steps(lost), [("enter", False, "Needs"), ("lost", "Needs", "Needs")])
        self.assertEqual(self.steps(moved), [("enter", False, "Offer")])

    def test_labels_of_other_languages_are_understood(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        lead = self.tracked(self.new)
        lead.with_context(lang="ru_RU").action_set_lost()
        self.track()
        live = self.path(lead)
        self.forget(lead)
        self.env["conveyor.transition"]._backfill()
        self.assertEqual(self.steps(lead), live)

    def test_archived_alone_is_not_lost(self):
        lead = self.tracked(self.needs, probability=10)
        lead.action_archive()
        self.track()
        self.forget(lead)
        self.env["conveyor.transition"]._backfill()
        self.assertEqual(self.steps(lead), [("enter", False, "Needs")])

    def test_the_first_time_references_are_checked_at_the_end(self):
        def references():
            self.env.cr.execute(
                "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
                "WHERE conrelid = 'conveyor_transition'::regclass AND contype = 'f' ORDER BY conname")
            return self.env.cr.fetchall()

        lead, before = self.tracked(self.new), references()
        lead.stage_id = self.offer
        self.track()
        live = self.path(lead)
        self.env["conveyor.transition"].search([]).unlink()
        self.env["conveyor.transition"]._backfill()
        self.assertEqual(self.steps(lead), live)
        self.assertEqual(references(), before)
