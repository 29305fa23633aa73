from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import ConveyorCase

NOW = datetime(2026, 3, 31, 12)


@tagged("post_install", "-at_install")
class TestWindow(ConveyorCase):
    """The decision window: days that are set, then days that history tells."""

    def setUp(self):
        super().setUp()
        self.env.cr.execute("DELETE FROM conveyor_transition")  # of demo data

    def entered(self, date, won_after=None, **values):
        """A lead that entered on ``date`` and was won so many days later."""
        lead = self.lead(**values)
        rows = [{"lead_id": lead.id, "kind": "enter", "to_stage_id": self.new.id, "date": date}]
        if won_after is not None:
            lead.action_set_won()
            lead.env["conveyor.transition"].search([("lead_id", "=", lead.id), ("kind", "=", "won")]).unlink()
            rows.append({"lead_id": lead.id, "kind": "won", "to_stage_id": self.won.id,
                         "date": date + timedelta(days=won_after)})
        self.env["conveyor.transition"].create(rows)
        return lead

    def end(self, lead):
        lead.invalidate_recordset(["decision_window_end"])
        return lead.decision_window_end

    def test_the_days_of_the_team_else_of_the_company(self):
        lead = self.entered(NOW)
        self.env.company.conveyor_window_days = 30
        self.assertEqual(self.end(lead), NOW + timedelta(days=30))
        self.team.conveyor_window_days = 21
        self.assertEqual(self.end(lead), NOW + timedelta(days=21))

    def test_from_50_wins_on_history_decides(self):
        """50 wins after 1 to 50 days: 40 of them, four of five, within 40 days."""
        lead = self.entered(NOW)
        self.team.conveyor_window_days = 21
        for days in range(1, 50):
            self.entered(NOW - timedelta(days=300), won_after=days)
        self.assertEqual(self.team._conveyor_window()[self.team.id].days, 21, "49 wins are not enough")
        self.entered(NOW - timedelta(days=300), won_after=50)
        window = self.team._conveyor_window()[self.team.id]
        self.assertEqual((window.days, window.basis, window.wins), (40, "history", 50))
        self.assertEqual(self.end(lead), NOW + timedelta(days=40))
        self.assertIn("80 % of 50 won clients", self.env.company._conveyor_window_words(window))
        self.env.company.conveyor_window_by_history = False
        self.assertEqual(self.end(lead), NOW + timedelta(days=21))

    def test_the_nightly_table_says_the_same(self):
        for days in range(1, 51):
            self.entered(NOW - timedelta(days=300), won_after=days)
        self.env["conveyor.window"]._cron_recompute()
        row = self.env["conveyor.window"].search([("team_id", "=", self.team.id)])
        self.assertEqual((row.wins, row.days), (50, 40))

    def test_who_is_born_won_shows_no_deciding(self):
        self.lead(self.won)
        self.assertFalse(self.team._conveyor_window()[self.team.id].wins)

    def test_filters_find_who_is_in_the_window(self):
        inside, outside = (self.entered(NOW - timedelta(days=days)) for days in (29, 31))
        leads = self.env["crm.lead"].search
        both = [("id", "in", (inside + outside).ids)]
        moment = NOW.strftime("%Y-%m-%d %H:%M:%S")
        self.assertEqual(leads([*both, ("decision_window_end", ">=", moment)]), inside)
        self.assertEqual(leads([*both, ("decision_window_end", "<", moment)]), outside)
        end = inside.decision_window_end.strftime("%Y-%m-%d %H:%M:%S")
        self.assertIn(inside, leads([*both, ("decision_window_end", ">=", end)]))
        self.assertNotIn(inside, leads([*both, ("decision_window_end", ">", end)]))
        self.assertIn(inside, leads([*both, ("decision_window_end", "<=", end)]))
        self.assertFalse(leads([*both, ("decision_window_end", ">=", "now")]))

    def test_a_hundred_leads_cost_no_more_queries_than_one(self):
        leads = self.env["crm.lead"].create([
            {"name": "Lamp", "team_id": self.team.id, "stage_id": self.new.id} for _number in range(100)])
        self.env.flush_all()
        leads[:1]._decision_window()
        with self.assertQueryCount(8):
            self.assertEqual(len(leads._decision_window()), 100)
