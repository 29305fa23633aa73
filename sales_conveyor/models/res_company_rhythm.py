from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    conveyor_purchase_source = fields.Selection(
        [("order", "Confirmed sales orders"), ("invoice", "Posted customer invoices")], "Purchases are",
        default="order", required=True, help="What counts as a purchase of a customer: never both for one sale.")

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"conveyor_purchase_source", "conveyor_tz", "resource_calendar_id"}:
            self.env["conveyor.rhythm"].sudo()._settings_changed(self)  # rhythms are derived, nobody writes them
        return result
