from odoo import api, models


class SaleOrder(models.Model):
    """A confirmed order is a purchase: its customer's rhythm is made anew before the transaction ends."""

    _inherit = "sale.order"

    _conveyor_purchase_idx = models.Index("(partner_id, date_order) WHERE state = 'sale'")

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._mark_rhythm()
        return orders

    def write(self, vals):
        watched = bool(vals.keys() & {"state", "date_order", "partner_id", "company_id"})
        before = self._confirmed().partner_id.ids if watched else ()
        result = super().write(vals)
        if watched:
            self.env["conveyor.rhythm"]._mark(before)
            self._mark_rhythm()
        return result

    def unlink(self):
        partner_ids = self._confirmed().partner_id.ids
        result = super().unlink()
        self.env["conveyor.rhythm"]._mark(partner_ids)
        return result

    def _compute_amounts(self):
        super()._compute_amounts()
        self._mark_rhythm()

    def _compute_field_value(self, field):
        """Costs may be corrected long after the sale, and margins with them; where all of them are computed
        at the installation of their app, the nightly job sees to it."""
        result = super()._compute_field_value(field)
        if field.name == "margin" and self.env.registry.ready:
            self._mark_rhythm()
        return result

    def _mark_rhythm(self):
        self.env["conveyor.rhythm"]._mark(self._confirmed().partner_id.ids)

    def _confirmed(self):
        return self.filtered(lambda order: order.id and order.state == "sale")
