from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    conveyor_counter_rate = fields.Integer(
        "Posts of a Counter a Minute", default=60,
        help="A device that posts more often is told to wait. All its posts of a minute count, on whichever host. 0: no limit.")
    conveyor_counter_days = fields.Integer(
        "Posts of a Counter, Days Back", default=62, help="How old an hour may be that a device posts.")

    @api.constrains("conveyor_counter_rate", "conveyor_counter_days")
    def _check_counter_posts(self):
        for company in self:
            if company.conveyor_counter_rate < 0 or company.conveyor_counter_days < 1:
                raise ValidationError(self.env._("Devices post at least 0 times a minute (0: no limit), hours of at least 1 day back."))


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    conveyor_counter_rate = fields.Integer(related="company_id.conveyor_counter_rate", readonly=False)
    conveyor_counter_days = fields.Integer(related="company_id.conveyor_counter_days", readonly=False)
