from odoo import fields, models


class ConveyorAbsenceReason(models.Model):
    """Why a customer stayed away, in few words that can be counted."""

    _name = "conveyor.absence.reason"
    _description = "Reason of Absence"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    alerts_manager = fields.Boolean(
        "A Manager Acts at Once", help="The team's leader gets an activity for today, and marketing stops until the complaint is settled.")
    ends_reactivation = fields.Boolean(
        "Nothing More is Done", help="Cadences that should wake the customer end, for instance because he has moved away.")
    reactivation_ids = fields.One2many("conveyor.reactivation", "absence_reason_id", "Customers", readonly=True)
