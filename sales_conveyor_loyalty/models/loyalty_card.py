from odoo import fields, models


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    conveyor_is_offer = fields.Boolean("Given by a Rule", readonly=True)
