"""From a documented process to standard work: proposals with their evidence, and nothing without a yes."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .process_common import DAY, MARCH
from .test_process_screens import ScreenCase


@tagged("post_install", "-at_install")
class TestStandardWork(ScreenCase):

    def wizard(self, version=None):
        action = (version or self.version).with_user(self.manager).action_make_standard()
        return self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])

    def items(self):
        return self.env["conveyor.work.item"].search([("stage_id", "in", (self.new | self.needs | self.offer).ids)])

    def cadences(self):
        return self.env["conveyor.cadence"].search([])

    def test_proposals_carry_their_evidence(self):
        lines = self.wizard().line_ids
        self.assertEqual([(line.stage_id, line.channel) for line in lines], [(self.new, "call"), (self.offer, "meeting")])
        self.assertEqual(lines[0].evidence, "20 of 20 won (100 %), 0 of 40 lost (0 %)")
        self.assertEqual(lines.mapped("is_chosen"), [True, True])

    def test_the_cadence_waits_as_won_leads_did(self):
        wizard = self.wizard()
        self.assertEqual([(touch.channel, touch.delay, touch.delay_unit) for touch in wizard.touch_ids],
                         [("call", 1, "days"), ("meeting", 5, "days")])
        self.assertEqual([step["label"] for step in wizard.preview["steps"]], ["Day 1", "Day 6"])

    def test_few_won_leads_are_proposed_unticked(self):
        lines = self.wizard(self.document(last="2026-03-04")).line_ids
        self.assertTrue(lines)
        self.assertFalse(any(lines.mapped("is_chosen")))
        self.assertIn("too few to go by", lines[0].evidence)

    def test_lost_leads_alone_propose_nothing(self):
        for _number in range(3):
            self.story((0, "new"), (1, "call"), (2, "meeting"), (9, "lost"), start=MARCH + 60 * DAY)
        wizard = self.wizard(self.document(first="2026-05-01", last="2026-05-31"))
        self.assertEqual((wizard.version_id.leads_in, len(wizard.line_ids), len(wizard.touch_ids)), (3, 0, 0))

    def test_nothing_changes_before_the_yes(self):
        items, cadences = self.items(), self.cadences()
        wizard = self.wizard()
        self.assertEqual((self.items(), self.cadences()), (items, cadences))
        wizard.line_ids.is_chosen = False
        with self.assertRaisesRegex(UserError, "Nothing is chosen"):
            wizard.action_apply()
        self.assertEqual((self.items(), self.cadences()), (items, cadences))

    def test_what_is_ticked_is_made_and_the_cadence_is_off(self):
        items, cadences = self.items(), self.cadences()
        wizard = self.wizard()
        wizard.line_ids[1].is_chosen = False
        wizard.with_cadence = True
        wizard.action_apply()
        [item] = self.items() - items
        self.assertEqual((item.stage_id, item.proof, item.proof_channel, item.required), (self.new, "touch", "call", False))
        [cadence] = self.cadences() - cadences
        self.assertEqual((cadence.is_on, cadence.step_ids.mapped("channel"), cadence.source_ids), (False, ["call", "meeting"], self.fair))

    def test_what_is_there_is_recognised(self):
        first = self.wizard()
        first.with_cadence = True
        first.action_apply()
        again = self.wizard()
        self.assertEqual(again.line_ids.mapped("known_item_id.proof_channel"), ["call", "meeting"])
        self.assertFalse(any(again.line_ids.mapped("is_chosen")))
        self.assertEqual(again.known_cadence_id.step_ids.mapped("channel"), ["call", "meeting"])
        again.line_ids.is_chosen = True  # as a client of the API might
        with self.assertRaises(UserError):
            again.action_apply()

    def test_only_managers(self):
        self.version.action_make_current()
        with self.assertRaises(AccessError):
            self.version.with_user(self.seller).action_make_standard()
