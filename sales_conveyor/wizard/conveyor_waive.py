from odoo import api, fields, models
from odoo.exceptions import UserError

REASONS = [
    ("not_needed", "This client does not need it"),
    ("known", "It was done before, elsewhere"),
    ("refused", "The client does not want it"),
    ("urgent", "The client cannot wait"),
    ("other", "In my own words"),
]


class ConveyorWaive(models.TransientModel):
    """Go on without some standard work, for a reason that is logged."""

    _name = "conveyor.waive"
    _description = "Waive Standard Work"

    lead_ids = fields.Many2many("crm.lead", string="Leads", required=True, context={"active_test": False})
    item_ids = fields.Many2many("conveyor.work.item", string="Work to Waive", required=True)
    stage_id = fields.Many2one("crm.stage", "Then Move to", help="The move that was held back; it is made at once.")
    reason = fields.Selection(
        REASONS, "Why Waived", required=True,
        help="Written into the lead's chatter and kept with the work. Managers find it under Work Debts and Waivers.")
    note = fields.Char("In Your Own Words", help="Added to the reason, or the reason itself.")

    @api.model
    def default_get(self, field_names):
        values = super().default_get(field_names)
        if self.env.context.get("active_model") == "conveyor.work":
            works = self.env["conveyor.work"].browse(self.env.context.get("active_ids", []))
            values.setdefault("lead_ids", [(6, 0, works.lead_id.ids)])
            values.setdefault("item_ids", [(6, 0, works.item_id.ids)])
        return values

    def action_apply(self):
        """Waive, and make the move that was held back."""
        self.ensure_one()
        if self.reason == "other" and not (self.note or "").strip():
            raise UserError(self.env._("Say in a few words why this work is waived."))
        label = dict(self._fields["reason"]._description_selection(self.env))[self.reason]
        reason = self.note if self.reason == "other" else f"{label}. {self.note}" if self.note else label
        self.lead_ids.action_waive_work(self.item_ids.ids, reason)
        if self.stage_id:
            return self.lead_ids._move_and_tell(self.stage_id.id)
        return {"type": "ir.actions.act_window_close"}
