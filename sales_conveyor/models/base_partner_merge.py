from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Two customers become one: their leads' first and repeat sales are judged anew."""
        super()._update_foreign_keys(src_partners, dst_partner)
        dst_partner._refresh_sale_kind()
