from odoo import fields, models

from .conveyor_work_item import CHANNELS

DELAY_UNITS = [
    ("minutes", "minutes"), ("hours", "hours"), ("days", "days"), ("working_days", "working days"),
    ("weeks", "weeks"), ("months", "months"),
]


class ConveyorCadenceStep(models.Model):
    _name = "conveyor.cadence.step"
    _description = "Cadence Step"
    _order = "cadence_id, sequence, id"

    cadence_id = fields.Many2one("conveyor.cadence", required=True, ondelete="cascade", index=True)
    name = fields.Char(required=True, translate=True, default="")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    delay = fields.Integer(default=0)
    delay_unit = fields.Selection(DELAY_UNITS, "Unit", default="days", required=True)
    delay_from = fields.Selection(
        [("previous", "after the previous touch"), ("start", "after the start")], "Counted", default="previous", required=True)
    day_part = fields.Selection(
        [("any", "Any time"), ("morning", "Morning"), ("evening", "Evening")], "Time of Day", default="any", required=True)
    channel = fields.Selection(CHANNELS, required=True, default="call")
    is_automatic = fields.Boolean("By Itself")
    is_service = fields.Boolean("Service Message", help="A confirmation or promise, outside the weekly limit of marketing messages.")
    activity_type_id = fields.Many2one("mail.activity.type", "Activity", ondelete="set null")
    mail_template_id = fields.Many2one("mail.template", "E-mail Template", ondelete="restrict")
    sms_template_id = fields.Many2one("sms.template", "SMS Template", ondelete="restrict")
    server_action_id = fields.Many2one("ir.actions.server", "Server Action", ondelete="restrict")
    letter_body = fields.Html("Letter", translate=True)
    script = fields.Text("What to Say", translate=True)
    reason_policy = fields.Selection(
        [("cadence", "As the cadence says"), ("none", "None"), ("fixed", "Always this one"), ("next", "The next unused one")],
        "Reason", default="cadence", required=True)
    reason_id = fields.Many2one("conveyor.reason", "This Reason", ondelete="restrict")
    condition_domain = fields.Char("Only if", help="The step is left out for leads or customers that do not match.")
    is_loop_start = fields.Boolean("Repeat from Here", help="After the last step the cadence goes on from this one, without end.")
