from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    conveyor_purchase_source = fields.Selection(
        [("order", "Confirmed sales orders"), ("invoice", "Posted customer invoices")], "Purchases are",
        default="order", required=True, help="What counts as a purchase of a customer: never both for one sale.")
