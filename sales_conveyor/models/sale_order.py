from odoo import api, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state == "sale").partner_id._refresh_sale_kind()
        return orders

    def write(self, vals):
        watched = vals.keys() & {"state", "date_order", "partner_id", "opportunity_id"}
        before = self.filtered(lambda order: order.state == "sale").partner_id if watched else self.env["res.partner"]
        result = super().write(vals)
        if watched:
            (before | self.filtered(lambda order: order.state == "sale").partner_id)._refresh_sale_kind()
        return result

    def unlink(self):
        partners = self.partner_id
        result = super().unlink()
        partners._refresh_sale_kind()
        return result

    def action_confirm(self):
        """By the company's setting, a confirmed order wins its opportunity:
        the order is proof enough, nothing holds it back."""
        result = super().action_confirm()
        for order in self.filtered(lambda order: order.state == "sale" and order.company_id.conveyor_win_on_order):
            lead = order.opportunity_id.sudo()  # whoever may confirm the order has sold, whosever the lead is
            if lead and lead.won_status == "pending":
                lead._as_machine().action_set_won()
        return result
