"""Which process a lead belongs to, and steps in the reader's words."""

from odoo.fields import Date
from odoo.tests import tagged

from .process_common import DAY, MARCH, ProcessCase


@tagged("post_install", "-at_install")
class TestProcessMatch(ProcessCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(3):
            cls.story((0, "new"), (2, "needs"), (5, "offer"), (10, "won"), start=MARCH + number * DAY)
        cls.document().with_user(cls.manager).action_make_current()

    def test_labels_are_the_readers(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.needs.with_context(lang="ru_RU").name = "Потребности"
        version, needs, offer = self.process.current_version_id, f"stage:{self.needs.id}", f"stage:{self.offer.id}"
        self.assertEqual(version.with_context(lang="ru_RU")._labels()[needs], "Потребности")
        self.assertEqual(version._labels()[needs], "Needs")
        self.offer.unlink()
        self.assertEqual(version._labels()[offer], "Offer", "as it was called then")

    def test_the_process_of_a_lead(self):
        other = self.lead(source_id=self.sources[1].id)
        mine = self.lead(source_id=self.fair.id)
        self.assertEqual((mine.conveyor_process_id, other.conveyor_process_id), (self.process, self.env["conveyor.process"]))
        leads = self.env["crm.lead"]
        both = [("id", "in", (mine + other).ids)]
        self.assertEqual(leads.search([*both, ("conveyor_process_id", "=", self.process.id)]), mine)
        self.assertEqual(leads.search([*both, ("conveyor_process_id", "=", False)]), other)
        self.assertEqual(leads.search([*both, ("conveyor_process_id", "!=", False)]), mine)

    def test_the_leads_of_a_process(self):
        first = Date.subtract(self.process._today(), months=12)
        self.assertEqual(self.process.with_user(self.manager).lead_count, self.env["crm.lead"].with_context(active_test=False).search_count([
            ("source_id", "=", self.fair.id), ("funnel_fact_ids", "any", [("stage_id", "=", False), ("entry_date", ">", first)])]))
