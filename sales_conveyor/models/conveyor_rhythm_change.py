from odoo import fields, models

from .conveyor_rhythm import STATUSES


class ConveyorRhythmChange(models.Model):
    """A customer's rhythm changed: facts with their dates, written once, never edited."""

    _name = "conveyor.rhythm.change"
    _description = "Change of Purchase Rhythm"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one("res.company", "Company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, index=True, readonly=True)
    from_status = fields.Selection(STATUSES, "From", readonly=True)
    to_status = fields.Selection(STATUSES, "To", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="Money at risk; of a customer who is back, what he bought.")
    is_back = fields.Boolean("Back Again", readonly=True)
    is_history = fields.Boolean("From History", readonly=True, help="Found when the rhythm was first computed; nothing was done about it.")
