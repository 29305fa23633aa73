from odoo import fields, models

from .conveyor_work_item import CHANNELS

RUN_STATES = [("planned", "Planned"), ("done", "Done"), ("skipped", "Left out"), ("failed", "Failed")]


class ConveyorStepRun(models.Model):
    """What became of one step of a cadence for one client."""

    _name = "conveyor.step.run"
    _description = "Step of an Enrolment"
    _inherit = "conveyor.access.mixin"
    _partner_owns = True
    _order = "planned_date desc, id desc"
    _rec_name = "step_id"

    enrolment_id = fields.Many2one("conveyor.enrolment", "Enrolment", required=True, ondelete="cascade", readonly=True)
    step_id = fields.Many2one("conveyor.cadence.step", "Step", required=True, ondelete="cascade", readonly=True, index=True)
    loop = fields.Integer(readonly=True)
    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade", readonly=True, index="btree_not_null")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade", readonly=True, index="btree_not_null")
    user_id = fields.Many2one("res.users", "Salesperson", ondelete="set null", readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    is_automatic = fields.Boolean("By Itself", readonly=True)
    state = fields.Selection(RUN_STATES, default="planned", required=True, readonly=True)
    rule = fields.Char("Rule", readonly=True, help="The rule of the gate that decided.")
    explanation = fields.Char(readonly=True)
    planned_date = fields.Datetime("Planned for", readonly=True)
    done_date = fields.Datetime("Done on", readonly=True)
    reason_id = fields.Many2one("conveyor.reason", "Reason", ondelete="set null", readonly=True, index="btree_not_null")
    activity_id = fields.Many2one("mail.activity", ondelete="set null", readonly=True, index="btree_not_null")
    message_id = fields.Many2one("mail.message", ondelete="set null", readonly=True)
    attachment_id = fields.Many2one("ir.attachment", "Letter", ondelete="set null", readonly=True)
    attempts = fields.Integer(readonly=True)
    error = fields.Text(readonly=True)

    _enrolment_step_loop_unique = models.UniqueIndex("(enrolment_id, step_id, loop)")
