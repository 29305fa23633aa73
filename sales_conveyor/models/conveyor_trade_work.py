from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .conveyor_work_item import CHANNELS


class ConveyorTradeWork(models.Model):
    """Standard work of a ready set: the template of a ``conveyor.work.item``."""

    _name = "conveyor.trade.work"
    _description = "Standard Work of a Ready Set"
    _order = "section_id, sequence, id"

    section_id = fields.Many2one(
        "conveyor.trade.section", "Section", required=True, ondelete="cascade", index=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    required = fields.Boolean(help="Leaving the section without it is warned about or blocked, as the section says.")
    instructions = fields.Text(translate=True, help="How it is done: what to ask, what to say, what to leave with.")
    activity_type_id = fields.Many2one(
        "mail.activity.type", "Activity", ondelete="set null",
        domain="[('res_model', 'in', [False, 'crm.lead'])]")
    proof = fields.Selection([
        ("done", "Marked as done"), ("touch", "A touch"), ("field", "A filled field"), ("document", "A document"),
    ], default="done", required=True)
    proof_channel = fields.Selection(CHANNELS, "Channel", help="Empty: a touch in any channel will do.")
    proof_field_ids = fields.Many2many(
        "ir.model.fields", string="Fields", ondelete="cascade",
        domain="[('model', '=', 'crm.lead'), ('store', '=', True), ('readonly', '=', False)]",
        help="All of them must be filled. None listed: the answer on the checklist must be filled.")

    @api.constrains("proof_field_ids")
    def _check_proof_fields(self):
        for work in self:
            if foreign := work.proof_field_ids.filtered(lambda field: field.model != "crm.lead"):
                raise ValidationError(self.env._(
                    "%(item)s: %(field)s is no field of a lead. Choose fields of leads only.",
                    item=work.name, field=foreign[0].field_description))

    def _prepare_item(self, stage):
        """Values of the standard work in ``stage`` that follows this template."""
        self.ensure_one()
        return {
            "stage_id": stage.id, "trade_work_id": self.id, "name": self.name, "sequence": self.sequence,
            "required": self.required, "instructions": self.instructions, "proof": self.proof,
            "proof_channel": self.proof_channel, "proof_field_ids": [(6, 0, self.proof_field_ids.ids)],
            "activity_type_id": self.activity_type_id.id,
        }

    def _how(self):
        """What proves it, in a few words for a person."""
        self.ensure_one()
        return self.env["conveyor.work.item"].new(self._prepare_item(self.env["crm.stage"]))._how()
