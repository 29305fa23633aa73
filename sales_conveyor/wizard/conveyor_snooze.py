from odoo import fields, models


class ConveyorSnooze(models.TransientModel):
    """Leave leads or customers in peace until their own date."""

    _name = "conveyor.snooze"
    _description = "The Client's Own Date"

    until = fields.Date("Come Back on", required=True)
    reason = fields.Char("Because", required=True, help="What will be different then, in the client's words.")

    def action_apply(self):
        context = self.env.context
        model = context.get("active_model")
        if model in ("crm.lead", "res.partner"):
            self.env[model].browse(context.get("active_ids") or ()).action_snooze(self.until, self.reason)
        return {"type": "ir.actions.act_window_close"}
