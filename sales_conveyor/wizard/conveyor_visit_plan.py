from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.conveyor_visit_template import MOST


class ConveyorVisitPlan(models.TransientModel):
    """Gives a customer the visits of a plan, or of one service every so many weeks."""

    _name = "conveyor.visit.plan"
    _description = "Plan Visits"

    partner_id = fields.Many2one("res.partner", "Customer", required=True, default=lambda self: self._default_partner())
    template_id = fields.Many2one(
        "conveyor.visit.template", "Plan", domain="[('company_id', 'in', [False, allowed_company_ids[0]])]")
    date = fields.Date("First Visit", required=True, default=fields.Date.context_today)
    time = fields.Float(help="Empty: to be agreed.")
    product_id = fields.Many2one("product.product", "Service")
    count = fields.Integer("How Often", default=5)
    gap_days = fields.Integer("Days between", default=42)
    user_id = fields.Many2one("res.users", "Specialist", domain=[("share", "=", False)])
    preview = fields.Text(compute="_compute_preview")

    @api.model
    def _default_partner(self):
        if self.env.context.get("active_model") == "res.partner":
            return self.env.context.get("active_id")
        return False

    @api.onchange("product_id")
    def _onchange_product_id(self):
        if self.product_id.visit_count:
            self.count, self.gap_days = self.product_id.visit_count, self.product_id.visit_gap_days

    @api.depends("template_id", "date", "time", "product_id", "count", "gap_days")
    def _compute_preview(self):
        for plan in self:
            rows = plan._rows() if plan.date and plan.partner_id and plan._is_possible() else []
            visits = self.env["conveyor.visit"].concat(*(self.env["conveyor.visit"].new(row) for row in rows[:10]))
            lines = [f"{visit._words()}  {visit.stage or visit.product_id.display_name or ''}".rstrip() for visit in visits]
            plan.preview = "\n".join(lines + (["…"] if len(rows) > 10 else []))

    def _is_possible(self):
        return bool(self.template_id) or 1 <= self.count <= MOST and 0 < self.gap_days <= 3650 or self.count == 1

    def _rows(self):
        common = {"time": self.time or 0, **({"user_id": self.user_id.id} if self.user_id else {})}
        if self.template_id:
            return self.template_id._plan(self.partner_id, self.date, **common)
        return [{"partner_id": self.partner_id.id, "date": self.date + timedelta(days=self.gap_days * number),
                 "product_id": self.product_id.id, "sequence": number + 1, **common} for number in range(self.count)]

    def action_plan(self):
        """Make the visits: planned, not booked."""
        self.ensure_one()
        if not self._is_possible():
            raise UserError(self.env._("Choose 1 to %(most)s visits, with a day or more between them.", most=MOST))
        rows = self._rows()
        if not rows:
            raise UserError(self.env._("The plan %(plan)s has no visits. Give it its stages first.", plan=self.template_id.name))
        self.env["conveyor.visit"].create(rows)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
