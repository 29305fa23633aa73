from odoo import models

from .conveyor_touch_join import LINE_FIELDS, ConveyorTouchJoin


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "conveyor.touch.join", "conveyor.touch.log"]

    # Who may read a lead is a colleague, unlike who may read a partner: to look at his groups for each value takes
    # longer than the values themselves.
    vars().update({name: type(vars(ConveyorTouchJoin)[name])(groups=None) for name in LINE_FIELDS})

    def write(self, vals):
        """Touches and enrolments follow the lead's client."""
        result = super().write(vals)
        if vals.keys() & {"partner_id", "email_from"}:
            self.env["conveyor.client"]._repoint(lead_ids=self.ids)
        return result

    def unlink(self):
        partners = self.partner_id
        result = super().unlink()
        self.env["conveyor.touch.line"]._mark(partner_ids=partners.ids)
        return result
