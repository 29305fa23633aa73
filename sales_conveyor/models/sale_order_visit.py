from datetime import timedelta

from odoo import api, models

from ..engine import clock


class SaleOrder(models.Model):
    """Orders plan visits, and close those that were made."""

    _inherit = "sale.order"

    def action_confirm(self):
        result = super().action_confirm()
        orders = self.filtered(lambda order: order.state == "sale")
        for company, mine in orders.grouped("company_id").items():
            visits = self.env["conveyor.visit"].sudo().with_company(company)  # whoever may confirm the order
            visits._close_bought(company, mine.partner_id.commercial_partner_id.ids)
            visits._plan_of_lines(mine.order_line)
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self.env["conveyor.visit"].sudo().search([  # whoever may cancel the order
            ("order_line_id", "in", self.order_line.ids), ("state", "=", "planned")]).write({"state": "cancelled"})
        return result


class ConveyorVisit(models.Model):
    _inherit = "conveyor.visit"

    @api.model
    def _plan_of_lines(self, lines):
        """The visits of services that are rendered in several; once a line, however often it is confirmed."""
        lines = lines.filtered(lambda line: line.product_id.visit_count and line.product_uom_qty > 0)
        if not lines:
            return
        cancelled = self.search([("order_line_id", "in", lines.ids), ("state", "=", "cancelled")])
        cancelled.write({"state": "planned"})
        known = self.with_context(active_test=False).search([("order_line_id", "in", lines.ids)]).order_line_id
        self.create([row for line in lines - known for row in self._prepare_of_line(line)])

    @api.model
    def _prepare_of_line(self, line):
        product, zone = line.product_id, line.company_id._conveyor_tz()
        first = clock.local_day(line.order_id.commitment_date or line.order_id.date_order, zone)
        return [{
            "partner_id": line.order_id.partner_id.id, "company_id": line.company_id.id, "product_id": product.id,
            "order_line_id": line.id, "sequence": number + 1, "date": first + timedelta(days=product.visit_gap_days * number),
        } for number in range(round(product.visit_count * line.product_uom_qty))][:200]
