from odoo import models

from .conveyor_spend_bills import BILLS


class AccountMove(models.Model):
    """Vendor bills that are marketing spend: posted they count, back in draft they do not."""

    _inherit = "account.move"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"state", "invoice_date"}:
            bills = self.filtered(lambda move: move.move_type in BILLS)
            if bills and self.env["conveyor.spend.rule"].sudo().search_count([], limit=1):  # whoever posts a bill
                self.env["conveyor.spend"]._sync_bills(bills.ids)
        return result
