from odoo import fields, models


class ResPartner(models.Model):
    """A customer's purchase rhythm."""

    _inherit = "res.partner"

    rhythm_ids = fields.One2many("conveyor.rhythm", "partner_id", "Purchase Rhythms", readonly=True, groups="sales_team.group_sale_salesman")
    conveyor_rhythm_id = fields.Many2one(
        "conveyor.rhythm", "Purchase Rhythm", compute="_compute_conveyor_rhythm_id", groups="sales_team.group_sale_salesman",
        help="Of the company that he belongs to, in your company.")

    def _compute_conveyor_rhythm_id(self):
        owners = self._origin.commercial_partner_id
        rows = self.env["conveyor.rhythm"].search([("partner_id", "in", owners.ids), ("company_id", "=", self.env.company.id)])
        found = {row.partner_id.id: row.id for row in rows}
        for partner in self:
            partner.conveyor_rhythm_id = found.get(partner._origin.commercial_partner_id.id)

    def write(self, vals):
        """Purchases count for the company to which a contact belongs; joining another one is no purchase."""
        regrouped = vals.keys() & {"parent_id", "is_company"}
        before = self.commercial_partner_id if regrouped else self.browse()
        result = super().write(vals)
        if regrouped and before != self.commercial_partner_id:
            self.env["conveyor.rhythm"]._mark((before | self).ids, is_history=True)
        return result
