"""The belt of a version: its picture in words and lines, the same wherever it is shown."""

from xml.etree import ElementTree

from odoo.tests import tagged

from ..engine.belt import BACK, FORWARD
from .process_common import DAY, MARCH, ProcessCase

SVG = "{http://www.w3.org/2000/svg}"


class BeltCase(ProcessCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.needs.name = "Needs <b>&"
        for number in range(18):
            cls.story((0, "new"), (2, "needs"), (5, "offer"), (10, "won"), start=MARCH + number * DAY, expected_revenue=100)
        for _number in range(4):
            cls.story((0, "new"), (2, "needs"), (5, "offer"), (6, "needs"), (9, "lost"), lost_reason_id=cls.reasons[0].id)
        cls.story((0, "new"), (1, "lost"))
        cls.story((0, "new"))
        cls.version = cls.document()
        cls.keys = {name: f"stage:{stage.id}" for name, stage in (("new", cls.new), ("needs", cls.needs), ("offer", cls.offer))}

    def parts(self, svg, kind):
        return [group for group in ElementTree.fromstring(svg).iter(f"{SVG}g") if group.get("data-part") == kind]


@tagged("post_install", "-at_install")
class TestProcessBelt(BeltCase):

    def test_steps_flows_and_losses_are_the_pictures(self):
        belt = self.version._belt()
        self.assertEqual([step.key for step in belt.steps], ["created", *self.keys.values(), "won"])
        self.assertEqual([step.count for step in belt.steps], [24, 24, 22, 22, 18])
        self.assertEqual({step.key: step.lost for step in belt.steps if step.lost}, {self.keys["new"]: 1, self.keys["needs"]: 4})
        flows = {(flow.source, flow.target): (flow.count, flow.wait) for flow in belt.flows}
        self.assertEqual(flows[self.keys["new"], self.keys["needs"]], (22, "2 d"))
        self.assertEqual(flows[self.keys["offer"], self.keys["needs"]], (4, "1 d"))
        self.assertEqual(flows["created", self.keys["new"]], (24, ""))  # at once
        self.assertNotIn("lost", {target for _source, target in flows})

    def test_the_element(self):
        svg = self.version.with_user(self.manager).belt
        root = ElementTree.fromstring(svg)
        self.assertEqual((root.get("role"), root.get("aria-labelledby")), ("img", f"belt-{self.version.id}-title belt-{self.version.id}-text"))
        self.assertEqual([(group.get("data-source"), group.get("data-target")) for group in self.parts(svg, BACK)],
                         [(self.keys["offer"], self.keys["needs"])])
        self.assertEqual(len(self.parts(svg, FORWARD)), 4)
        self.assertNotIn("<b>", svg)
        said = root.find(f"{SVG}desc").text
        self.assertIn("Leads that entered from 03/01/2026 to 03/31/2026: 24, of which 18 were won.", said)
        self.assertIn("4 were lost after Needs <b>& (4 Too expensive).", said)

    def test_where_most_are_lost_is_marked(self):
        marked = {step.key: step.mark for step in self.version._belt().steps if step.mark}
        self.assertEqual(list(marked), [self.keys["needs"]])
        self.assertIn("4 of 22", marked[self.keys["needs"]])

    def test_few_leads_mark_nothing(self):
        few = self.document(first="2026-03-15", last="2026-03-31")
        self.assertTrue(few.picture["facts"]["small"])
        self.assertFalse([step for step in few._belt().steps if step.mark])

    def test_no_leads_no_belt(self):
        self.assertFalse(self.document(first="2020-01-01", last="2020-01-31").belt)

    def test_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.new.with_context(lang="fr_FR").name = "Nouveau"
        self.assertIn("Nouveau", self.version.with_context(lang="fr_FR").belt)
        self.assertNotIn("Nouveau", self.version.with_context(lang="en_US").belt)

    def test_a_salesperson_sees_the_current_one(self):
        self.version.with_user(self.manager).action_make_current()
        version = self.version.with_user(self.seller)
        version.invalidate_recordset(["belt"])
        self.assertEqual(len(self.parts(version.belt, "step")), 5)

    def test_drawing_needs_few_queries(self):
        self.version.invalidate_recordset()
        self.env.flush_all()
        self.version._belt_svg()
        with self.assertQueryCount(12):
            self.env.invalidate_all()
            self.version._belt_svg()
