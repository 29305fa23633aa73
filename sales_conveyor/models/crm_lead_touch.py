from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "conveyor.touch.join", "conveyor.touch.log"]

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
