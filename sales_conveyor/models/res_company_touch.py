from odoo import models

from ..engine import touch


class ResCompany(models.Model):
    _inherit = "res.company"

    def _touch_rule(self):
        """What counts towards the norm of touches in this company."""
        company = self.sudo()  # settings bind everybody
        return touch.Rule(company.conveyor_norm_kinds, company.conveyor_norm_gap, company._conveyor_tz())
