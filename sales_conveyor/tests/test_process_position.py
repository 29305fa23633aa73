"""Where a lead stands in its process, and leads without one."""

from odoo.exceptions import AccessError
from odoo.fields import Date
from odoo.tests import tagged

from .process_common import DAY, MARCH, ProcessCase


@tagged("post_install", "-at_install")
class TestProcessPosition(ProcessCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(9):
            cls.story((0, "new"), (2, "needs"), (5, "offer"), (10, "won"), start=MARCH + number * DAY)
        cls.story((0, "new"), (4, "needs"), (6, "lost"))
        cls.document().with_user(cls.manager).action_make_current()
        cls.env["conveyor.process.step"].create({
            "process_id": cls.process.id, "stage_id": cls.needs.id, "script": "Ask what for.", "norm_days": 2})
        cls.keys = {name: f"stage:{stage.id}" for name, stage in (("new", cls.new), ("needs", cls.needs), ("offer", cls.offer))}

    def position(self, lead, user=None):
        return self.env["conveyor.process"].with_user(user or self.seller)._position(lead.with_user(user or self.seller)).get(lead.id)

    def test_on_the_way(self):
        lead = self.story((0, "new"), (3, "needs"))
        place = self.position(lead)
        self.assertEqual((place["step"], place["index"], place["steps"], place["expected"]), (
            self.keys["needs"], 3, 4, self.keys["offer"]))
        self.assertEqual((place["next"][0]["key"], place["next"][0]["share"], place["next"][0]["median_wait"]),
                         (self.keys["offer"], 0.9, 3 * 86400))
        self.assertEqual((place["script"], place["norm_days"], place["deviations"]), ("Ask what for.", 2, []))
        self.assertEqual(place["labels"][self.keys["offer"]], "Offer")

    def test_a_step_was_left_out(self):
        lead = self.story((0, "new"), (3, "offer"))
        self.assertEqual(self.position(lead)["deviations"], [
            {"kind": "skipped", "key": self.keys["needs"], "after": self.keys["new"]}])

    def test_labels_are_the_readers(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.needs.with_context(lang="ru_RU").name = "Потребности"
        version = self.process.current_version_id
        self.assertEqual(version.with_context(lang="ru_RU")._labels()[self.keys["needs"]], "Потребности")
        self.assertEqual(version._labels()[self.keys["needs"]], "Needs")
        for lead in self.env["crm.lead"].with_context(active_test=False).search([("stage_id", "=", self.offer.id)]):
            lead.stage_id = self.won
        self.offer.unlink()
        self.assertEqual(version._labels()[self.keys["offer"]], "Offer", "as it was called then")

    def test_somebody_elses_lead(self):
        lead = self.story((0, "new"), user_id=self.colleague.id)
        with self.assertRaises(AccessError):
            self.position(lead)

    def test_the_process_of_a_lead(self):
        other = self.lead(source_id=self.sources[1].id)
        mine = self.lead(source_id=self.fair.id)
        self.assertEqual((mine.conveyor_process_id, other.conveyor_process_id), (self.process, self.env["conveyor.process"]))
        leads = self.env["crm.lead"]
        both = [("id", "in", (mine + other).ids)]
        self.assertEqual(leads.search([*both, ("conveyor_process_id", "=", self.process.id)]), mine)
        self.assertEqual(leads.search([*both, ("conveyor_process_id", "=", False)]), other)
        self.assertEqual(leads.search([*both, ("conveyor_process_id", "!=", False)]), mine)
        self.assertIsNone(self.position(other))

    def test_leads_without_a_process(self):
        before = self.process.with_user(self.manager).uncovered_count
        other = self.lead(source_id=self.sources[1].id)
        self.process.invalidate_recordset(["uncovered_count"])
        process = self.process.with_user(self.manager)
        self.assertEqual(process.uncovered_count, before + 1)
        action = process.action_open_uncovered()
        found = self.env["crm.lead"].with_user(self.manager).with_context(**action["context"]).search(action["domain"])
        self.assertIn(other, found)
        self.assertEqual(len(found), before + 1)
        self.assertEqual(process.lead_count, self.env["crm.lead"].with_context(active_test=False).search_count([
            ("source_id", "=", self.fair.id), ("funnel_fact_ids", "any", [
                ("stage_id", "=", False), ("entry_date", ">", Date.subtract(process._today(), months=12))])]))
