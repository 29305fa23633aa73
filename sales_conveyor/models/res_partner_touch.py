from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "conveyor.touch.join", "conveyor.touch.log"]

    _touch_owner = ("commercial_partner_id", "partner_id")  # contacts show their company's touches

    def write(self, vals):
        """Touches and enrolments follow their client into another company."""
        if not vals.keys() & {"parent_id", "is_company"}:
            return super().write(vals)
        before = self.commercial_partner_id
        result = super().write(vals)
        if before != self.commercial_partner_id:
            self.env["conveyor.client"]._repoint(partner_ids=(before | self).ids)
        return result

    def unlink(self):
        leads = self.env["crm.lead"].sudo().with_context(active_test=False).search(  # whosever they are
            [("partner_id", "in", self.ids)])
        self.env["conveyor.enrolment"]._let_go_of(self)
        result = super().unlink()
        self.env["conveyor.client"]._repoint(lead_ids=leads.ids)
        return result
