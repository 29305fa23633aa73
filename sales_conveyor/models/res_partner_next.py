from odoo import fields, models


class ResPartner(models.Model):
    """A customer's next touch."""

    _name = "res.partner"
    _inherit = ["res.partner", "conveyor.next.mixin"]

    next_touch_date = fields.Datetime(inverse="_inverse_next_touch_date", readonly=False)
    next_touch_user_id = fields.Many2one(inverse="_inverse_next_touch_user_id", readonly=False)
