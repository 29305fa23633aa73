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
            [("partner_id", "child_of", self.ids), ("state", "in", ("planned", "asked"))], ["partner_id"], ["__count"]) if self.ids else []
        counts = self._summed((partner, (count, 0)) for partner, count in groups)
        for partner in self:
            partner.conveyor_followup_count = counts.get(partner._origin.id, (0, 0))[0]

    def _compute_conveyor_reviews(self):
        groups = self.env["rating.rating"].sudo()._read_group(  # his own words; whoever sees him may know them
            [("partner_id", "child_of", self.ids), *self._review_domain()], ["partner_id"], ["__count", "rating:sum"]) if self.ids else []
        sums = self._summed((partner, (count, total)) for partner, count, total in groups)
        for partner in self:
            count, total = sums.get(partner._origin.id, (0, 0))
            partner.conveyor_review_count, partner.conveyor_review_average = count, total / count if count else 0

    def _summed(self, rows):
        """``{partner id: (sum, sum)}`` of these partners, their contacts' among them."""
        mine, sums = set(self._origin.ids), {}
        for partner, values in rows:
            while partner:
                if partner.id in mine:
                    sums[partner.id] = tuple(map(sum, zip(sums.get(partner.id, (0, 0)), values)))
                partner = partner.parent_id
        return sums

    def _review_domain(self):
        return [("res_model", "=", "sale.order"), ("consumed", "=", True), ("rating", ">", 0)]

    def action_open_followups(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_followup_action")
        return {**action, "domain": [("partner_id", "child_of", self.id)], "context": {}}

    def action_open_reviews(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_review_action")
        return {**action, "domain": [("partner_id", "child_of", self.id), *self._review_domain()], "context": {}}
