"""The process of a public CRM export has its published figures.

Authority: "CRM Sales Opportunities" of Maven Analytics, figures as given in the
README of the data folder beside the repository. Skipped where it is missing.
"""

import csv

from odoo.tests import tagged

from . import test_funnel_reference as reference
from .test_funnel_facts import FunnelCase

DAY = 86400


@tagged("post_install", "-at_install")
class TestProcessReference(FunnelCase):

    load, insert, steps = (classmethod(getattr(reference.TestFunnelReference, name).__func__) for name in ("load", "insert", "steps"))
    moment = staticmethod(reference.TestFunnelReference.moment)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not reference.DATA.exists():
            cls.skipTest(cls, f"reference data missing: {reference.DATA}")
        cls.env.company.conveyor_tz = "UTC"
        cls.prospecting, cls.engaging, cls.closed = cls.stages(
            ("Prospecting", {}), ("Engaging", {}), ("Won", {"is_won": True}), team=cls.other_team, start=3000)
        with reference.DATA.open(encoding="utf-8", newline="") as file:
            cls.load(list(csv.DictReader(file)))
        cls.process = cls.env["conveyor.process"].create({"name": "Hardware", "team_id": cls.other_team.id})

    def document(self):
        return self.process.with_user(self.manager).action_document_as_is("2016-01-01", "2018-12-31")

    def test_first_and_repeat_sales(self):
        version = self.document()
        self.assertEqual((version.sales_out, version.picture["repeat"]["sales_out"]), (85, 4153))
        self.assertEqual(version.leads_in + version.picture["repeat"]["leads_in"], 8800)

    def test_all_of_them(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET sale_kind = 'first' WHERE team_id = %s RETURNING id", [self.other_team.id])
        lead_ids = [lead_id for lead_id, in self.env.cr.fetchall()]
        self.env.invalidate_all()
        self.facts._mark(lead_ids)
        version = self.document()
        self.assertEqual((version.leads_in, version.sales_out, version.volume, version.median_days), (8800, 4238, 10005534, 57))
        self.assertAlmostEqual(version.average_check, 10005534 / 4238, 2)
        engaging, prospecting = f"stage:{self.engaging.id}", f"stage:{self.prospecting.id}"
        self.assertEqual([(row["path"], row["count"]) for row in version.picture["variants"]], [
            (["created", engaging, "won"], 4238), (["created", engaging, "lost"], 2473),
            (["created", engaging], 1589), (["created", prospecting], 500)])
        self.assertEqual({(arc["source"], arc["target"]): (arc["count"], arc["median_wait"] / DAY) for arc in version.picture["arcs"]}, {
            ("created", engaging): (8300, 0), ("created", prospecting): (500, 0),
            (engaging, "won"): (4238, 57), (engaging, "lost"): (2473, 14)})
