from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    conveyor_holdout_share = fields.Integer(
        "Held out, %", help="So many of a hundred customers are left alone when their rhythm breaks, the same ones always, "
                            "so that reports can say what reactivation really brings. 0: nobody.")

    @api.constrains("conveyor_holdout_share")
    def _check_conveyor_holdout_share(self):
        for company in self:
            if not 0 <= company.conveyor_holdout_share <= 50:
                raise ValidationError(self.env._(
                    "%(company)s: hold out between 0 and 50 of a hundred customers.", company=company.name))


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    conveyor_holdout_share = fields.Integer(related="company_id.conveyor_holdout_share", readonly=False)
