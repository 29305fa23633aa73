from odoo import api, models

from odoo.addons.sales_conveyor.engine import gate

from .conveyor_purchase import PAID

COUNTED = {"state", "partner_id", "date_order", "company_id", "account_move", "lines"}  # what makes it another purchase


class PosOrder(models.Model):
    """A paid order is a purchase: the customer's rhythm is made anew, what wanted him to buy has reached its aim."""

    _inherit = "pos.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._conveyor_paid()
        return orders

    def write(self, vals):
        if not vals.keys() & COUNTED:
            return super().write(vals)
        before = self._conveyor_buyers()
        result = super().write(vals)
        self.env["conveyor.rhythm"]._mark(before.ids)
        (before - self._conveyor_paid())._refresh_sale_kind()
        return result

    def unlink(self):
        buyers = self._conveyor_buyers()
        result = super().unlink()
        self.env["conveyor.rhythm"]._mark(buyers.ids)
        buyers._refresh_sale_kind()
        return result

    def _conveyor_buyers(self):
        """Whoever has bought by these paid orders, or gives back by them what he bought before."""
        paid = self.sudo().filtered(lambda order: order.state in PAID)  # whoever sits at the till
        return (paid | paid.lines.refunded_orderline_id.order_id).partner_id.commercial_partner_id

    def _conveyor_paid(self):
        """What follows from being paid.

        :return: whose sales were judged
        """
        buyers = self._conveyor_buyers()
        if not buyers:
            return buyers
        self.env["conveyor.rhythm"]._mark(buyers.ids)
        sold = self.sudo().filtered(lambda order: order.state in PAID and order.amount_total > 0)  # as above
        self.env["conveyor.enrolment"]._on_purchases(sold.partner_id.commercial_partner_id)
        for company, orders in sold.grouped("company_id").items():
            self.env["conveyor.visit"].sudo().with_company(company)._close_bought(  # as above
                company, orders.partner_id.commercial_partner_id.ids)
        buyers._refresh_sale_kind()
        return buyers


class ConveyorEnrolment(models.Model):
    _inherit = "conveyor.enrolment"

    @api.model
    def _on_purchases(self, partners):
        """As for confirmed sales orders: cadences that wanted these customers to buy end."""
        if partners:
            keys = self.env["conveyor.client"]._keys_of_partners(partners)
            self._open_of_clients(list(keys.values())).filtered(lambda row: row.purpose in gate.HUNTING)._stop("bought")
