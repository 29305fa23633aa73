from odoo import fields, models


class ResPartner(models.Model):
    """The offer that was last given to a customer, for the texts of cadences; filled by the addon for Loyalty."""

    _inherit = "res.partner"

    conveyor_offer_code = fields.Char("Code of his Offer", compute="_compute_conveyor_offer", compute_sudo=True)
    conveyor_offer_text = fields.Char("His Offer", compute="_compute_conveyor_offer", compute_sudo=True)

    def _compute_conveyor_offer(self):
        self.conveyor_offer_code = self.conveyor_offer_text = False
