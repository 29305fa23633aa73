from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    conveyor_touch_cost = fields.Monetary(
        "Cost of One Touch", help="What a contact with a client costs on average, with the time of whoever makes it. 0: not known.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    conveyor_touch_cost = fields.Monetary(related="company_id.conveyor_touch_cost", readonly=False, currency_field="currency_id")
