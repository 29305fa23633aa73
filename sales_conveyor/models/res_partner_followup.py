from collections import defaultdict

from odoo import api, fields, models


class ResPartner(models.Model):
    """What is to follow, what he is interested in, and what he has answered."""

    _inherit = "res.partner"

    interest_ids = fields.One2many("conveyor.interest", "partner_id", "Interests", copy=False)
    followup_ids = fields.One2many("conveyor.followup", "partner_id", "Follow-ups", readonly=True, copy=False)
    conveyor_followup_count = fields.Integer(
        "Follow-ups to Come", compute="_compute_conveyor_followup_count", groups="sales_team.group_sale_salesman")
    conveyor_review_count = fields.Integer(
        "Reviews", compute="_compute_conveyor_reviews", groups="sales_team.group_sale_salesman")
    conveyor_review_average = fields.Float(
        "Average Rating", compute="_compute_conveyor_reviews", digits=(2, 1), groups="sales_team.group_sale_salesman")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_conveyor_followup_count(self):
        groups = self.env["conveyor.followup"]._read_group(
            [*self._of_companies(), ("state", "in", ("planned", "asked"))], ["partner_id"], ["__count"])
        counts = defaultdict(int)
        for partner, count in groups:
            counts[partner.commercial_partner_id.id] += count
        for partner in self:
            partner.conveyor_followup_count = counts[partner.commercial_partner_id.id]

    def _compute_conveyor_reviews(self):
        groups = self.env["rating.rating"].sudo()._read_group(  # his own words; whoever sees him may know them
            [*self._of_companies(), *self._review_domain()], ["partner_id"], ["__count", "rating:sum"])
        counts, sums = defaultdict(int), defaultdict(float)
        for partner, count, total in groups:
            counts[partner.commercial_partner_id.id] += count
            sums[partner.commercial_partner_id.id] += total
        for partner in self:
            key = partner.commercial_partner_id.id
            partner.conveyor_review_count = counts[key]
            partner.conveyor_review_average = sums[key] / counts[key] if counts[key] else 0

    def _of_companies(self):
        """What belongs to these partners' companies, whichever contact it names."""
        return [("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids)]

    def _review_domain(self):
        return [("res_model", "=", "sale.order"), ("is_conveyor_answer", "=", True)]

    def action_open_followups(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_followup_action")
        return {**action, "domain": self._of_companies(), "context": {}}

    def action_open_reviews(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_review_action")
        return {**action, "domain": [*self._of_companies(), *self._review_domain()], "context": {}}
