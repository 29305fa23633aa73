from odoo import models
from odoo.tools import SQL


class CrmLead(models.Model):
    """First and repeat sale: one set-based statement keeps the answer right."""

    _inherit = "crm.lead"

    def _refresh_sale_kind(self):
        """Judge these leads anew, and all others of their customers."""
        self.env["res.partner"]._refresh_sale_kind_of(self.partner_id.ids)
        if orphans := self.filtered(lambda lead: not lead.partner_id and lead.sale_kind != "first"):
            self.env.cr.execute(SQL("UPDATE crm_lead SET sale_kind = 'first' WHERE id = ANY(%s)", orphans.ids))
            orphans.invalidate_recordset(["sale_kind"])
            self.env["conveyor.funnel.fact"]._mark(orphans.ids)
