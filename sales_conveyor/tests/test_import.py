from datetime import datetime
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..models import conveyor_transition
from .common import ConveyorCase


@tagged("post_install", "-at_install")
class TestImport(ConveyorCase):
    """Past transitions through Odoo's import machinery (``load``)."""

    def setUp(self):
        super().setUp()
        for stage in self.env["crm.stage"].search([]) - (self.new + self.needs + self.offer + self.won):
            stage.name = f"Other {stage.id}"  # a name in a file means one section

    def load(self, rows, columns=("lead_id/id", "date", "kind", "to_stage_id"), user=None):
        return self.env["conveyor.transition"].with_user(user or self.manager).with_context(import_file=True).load(
            list(columns), rows)

    def imported(self, name, stage, **values):
        lead = self.lead(stage, name=name, **values)
        return lead, lead.export_data(["id"])["datas"][0][0]

    def test_imported_steps_replace_the_automatic_ones(self):
        lead, xmlid = self.imported("Past", self.won)
        result = self.load([
            [xmlid, "2020-01-05 00:00:00", "enter", "New"],
            [xmlid, "2020-02-01 00:00:00", "forward", "Needs"],
            [xmlid, "2020-03-01 00:00:00", "won", "Won"]])
        self.assertFalse(result["messages"])
        self.assertEqual(self.path(lead), [
            ("enter", False, "New"), ("forward", "New", "Needs"), ("won", "Needs", "Won")])
        self.assertEqual(lead.date_closed, datetime(2020, 3, 1))
        self.assertEqual(set(lead.transition_ids.mapped("origin")), {"import"})

    def test_the_order_of_the_file_does_not_matter(self):
        lead, xmlid = self.imported("Past", self.needs, active=False, probability=0)
        self.load([[xmlid, "2020-03-01 00:00:00", "lost", ""], [xmlid, "2020-01-05 00:00:00", "enter", "New"],
                   [xmlid, "2020-02-01 00:00:00", "forward", "Needs"]])
        self.assertEqual(self.path(lead), [
            ("enter", False, "New"), ("forward", "New", "Needs"), ("lost", "Needs", "Needs")])
        self.assertEqual(lead.date_closed, datetime(2020, 3, 1))

    def test_many_leads_are_chained_as_few_are(self):
        """From so many leads on the statement is planned for many, and says the same."""
        with patch.object(conveyor_transition, "MANY", 1):
            self.test_the_order_of_the_file_does_not_matter()
        [(setting,)] = self.env.execute_query(SQL("SELECT current_setting('enable_nestloop')"))
        self.assertEqual(setting, "on", "only within the statement")

    def test_twice_the_same_file_is_one_history(self):
        lead, xmlid = self.imported("Past", self.won)
        rows = [[xmlid, "2020-01-05 00:00:00", "enter", "New"], [xmlid, "2020-03-01 00:00:00", "won", "Won"]]
        self.load(rows)
        self.assertFalse(self.load(rows)["messages"])
        self.assertEqual(len(lead.transition_ids), 2)

    def test_without_an_enter_the_own_one_moves_to_the_first_known_moment(self):
        lead, xmlid = self.imported("Past", self.needs)
        self.load([[xmlid, "2020-02-01 00:00:00", "forward", "Needs"]])
        first = lead.transition_ids.sorted("date")[0]
        self.assertEqual((first.kind, first.date), ("enter", datetime(2020, 2, 1)))

    def test_a_bad_row_names_the_lead_and_the_remedy(self):
        _lead, xmlid = self.imported("Past", self.needs)
        message = self.load([[xmlid, "2020-02-01 00:00:00", "forward", ""]])["messages"][0]["message"]
        self.assertIn("Past", message)
        self.assertIn("To Section", message)

    def test_salespeople_import_no_history(self):
        _lead, xmlid = self.imported("Past", self.needs)
        result = self.load([[xmlid, "2020-02-01 00:00:00", "forward", "Needs"]], user=self.seller)
        self.assertFalse(result["ids"])
        self.assertTrue(result["messages"])

    def test_a_corrected_date_moves_the_closing_date(self):
        lead, xmlid = self.imported("Past", self.won)
        self.load([[xmlid, "2020-01-05 00:00:00", "enter", "New"], [xmlid, "2020-03-01 00:00:00", "won", "Won"]])
        lead.transition_ids.filtered(lambda row: row.kind == "won").with_user(self.manager).date = "2020-04-01"
        self.assertEqual(lead.date_closed, datetime(2020, 4, 1))
