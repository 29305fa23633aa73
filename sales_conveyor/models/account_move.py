from odoo import models

DOCUMENTS = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    """Posted customer invoices are purchases where a company counts them; credit notes take some of it away everywhere."""

    _inherit = "account.move"

    def write(self, vals):
        watched = bool(vals.keys() & {"state", "partner_id", "invoice_date"})
        if watched:
            self._mark_buyers()
        result = super().write(vals)
        if watched:
            self._mark_buyers()
        return result

    def _mark_buyers(self):
        """Mark whose purchases these documents are, or take back."""
        moves = self.filtered(lambda move: move.move_type in DOCUMENTS and (
            move.move_type == "out_refund" or move.company_id.sudo().conveyor_purchase_source == "invoice"))  # settings bind everybody
        refunds = moves.filtered(lambda move: move.move_type == "out_refund")
        buyers = moves.partner_id | refunds.reversed_entry_id.partner_id
        buyers |= refunds.invoice_line_ids.sale_line_ids.order_id.sudo().partner_id  # whosever orders they are
        self.env["conveyor.rhythm"]._mark(buyers.ids)
