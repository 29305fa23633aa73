from odoo import models

from ..engine import touch


class ResCompany(models.Model):
    _inherit = "res.company"

    def _touch_rule(self, with_days=True):
        """What counts towards the norm of touches in this company.

        :param with_days: whether it is asked where half-days begin
        """
        company = self.sudo()  # settings bind everybody
        return touch.Rule(
            company.conveyor_norm_kinds, company.conveyor_norm_gap, company._conveyor_tz() if with_days else "UTC")
