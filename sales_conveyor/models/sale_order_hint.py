from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    conveyor_hint = fields.Char("Purchase Rhythm", compute="_compute_conveyor_hint", groups="sales_team.group_sale_salesman")

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_conveyor_hint(self):
        for company, orders in self.grouped("company_id").items():
            hints = orders.partner_id.with_company(company)._conveyor_hint()
            for order in orders:
                order.conveyor_hint = hints.get(order.partner_id.id, False)
