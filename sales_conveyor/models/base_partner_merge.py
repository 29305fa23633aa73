from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Two customers become one: touches, enrolments and facts of their
        rhythm follow, and their leads' first and repeat sales are judged anew."""
        self.env["conveyor.touch.line"]._forget_customers(src_partners.ids)
        self.env["conveyor.rhythm"]._before_merge(src_partners, dst_partner)
        super()._update_foreign_keys(src_partners, dst_partner)
        self.env["conveyor.rhythm"]._mark(dst_partner.ids, is_history=True)
        dst_partner._refresh_sale_kind()
        self.env["conveyor.client"]._repoint(partner_ids=dst_partner.ids)
        self.env["conveyor.touch.line"]._mark(partner_ids=dst_partner.ids)
