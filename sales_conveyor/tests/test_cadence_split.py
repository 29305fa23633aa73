"""What is counted for the variants of a split test."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .test_cadence import CadenceCase


@tagged("post_install", "-at_install")
class TestSplitCounts(CadenceCase):

    def setUp(self):
        super().setUp()
        self.a = self.cadence(name="A", variant_group="test")
        self.b = self.cadence(name="B", variant_group="test")

    def enrolled(self, cadence, key, **values):
        lead = self.lead(email_from=f"{key}@example.com", **values)
        self.env["conveyor.enrolment"]._enrol(cadence, lead)
        return lead

    def counts(self):
        return {measure: [(side.clients, side.successes) for side in sides] for measure, sides in self.a._split_sides().items()}

    def answer(self, lead, **values):
        self.env["conveyor.touch"]._record([{
            "event_key": f"in-{lead.id}", "lead_id": lead.id, "channel": "email", "direction": "in", "outcome": "replied",
            "date": fields.Datetime.now() + timedelta(minutes=5), **values}])
        self.env["conveyor.enrolment"].flush_model()

    def test_replies_moves_and_sales(self):
        pleased, silent = self.enrolled(self.a, "pleased"), self.enrolled(self.a, "silent")
        machine = self.enrolled(self.b, "machine")
        self.env["conveyor.enrolment"].search([("cadence_id", "in", (self.a + self.b).ids)])._stop("manual")
        self.answer(pleased)
        self.answer(machine, outcome="auto_reply")
        self.env["conveyor.transition"]._record([{
            "lead_id": silent.id, "from_stage_id": self.new.id, "to_stage_id": self.won.id, "kind": "won",
            "date": fields.Datetime.now() + timedelta(minutes=5)}])
        self.assertEqual(self.counts(), {"replies": [(2, 1), (1, 0)], "forward": [(2, 1), (1, 0)], "sales": [(2, 1), (1, 0)]})

    def test_a_client_counts_once_for_his_first_variant(self):
        lead = self.enrolled(self.a, "ada")
        self.env["conveyor.enrolment"]._enrol(self.b, lead)
        self.env["conveyor.enrolment"].search([("cadence_id", "=", self.b.id)]).start_date += timedelta(hours=1)
        self.assertEqual(self.counts()["replies"], [(1, 0), (0, 0)])

    def test_an_order_is_a_sale(self):
        ada = self.customer()
        self.enrolled(self.a, "ada", partner_id=ada.id)
        self.env["conveyor.enrolment"].search([("cadence_id", "=", self.a.id)])._stop("manual")
        self.order(ada, fields.Datetime.now() + timedelta(minutes=5))
        self.assertEqual(self.counts()["sales"], [(1, 1), (0, 0)])
