from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .conveyor_purchase import PAID


class ConveyorRhythm(models.Model):
    """What a customer has bought at the till is opened beside his other purchases."""

    _inherit = "conveyor.rhythm"

    till_count = fields.Integer("At the Till", compute="_compute_till_count")

    def _compute_till_count(self):
        """Few records at once: only forms show it."""
        orders = self.env["pos.order"].sudo()  # how many, of a customer whom one sees
        for row in self:
            row.till_count = orders.search_count(row._till_domain())

    def _till_domain(self):
        return list(Domain("state", "in", PAID) & Domain("company_id", "=", self.company_id.id)
                    & Domain("partner_id", "child_of", self.partner_id.ids))

    def action_open_purchases(self):
        """Whoever has bought at the till only has nothing else to show."""
        action = super().action_open_purchases()
        if self.till_count and not self.env[action["res_model"]].sudo().search_count(action["domain"], limit=1):  # whether there is any
            return self.action_open_till_orders()
        return action

    def action_open_till_orders(self):
        self.ensure_one()
        if not self.env["pos.order"].has_access("read"):
            raise UserError(self.env._(
                "%(customer)s has bought at the till, and you may not read its orders. Ask an administrator for the right Point of Sale: User.",
                customer=self.partner_id.display_name))
        return {
            "type": "ir.actions.act_window", "res_model": "pos.order", "domain": self._till_domain(), "context": {"create": False},
            "views": [(False, "list"), (False, "kanban"), (False, "form"), (False, "pivot"), (False, "graph")],
            "name": self.env._("%(customer)s at the Till", customer=self.partner_id.display_name)}
