from odoo import api, fields, models


class ResCompany(models.Model):
    """Other documents count as purchases from now on: customers may appear whom nobody has judged yet."""

    _inherit = "res.company"

    conveyor_purchases_changed = fields.Boolean("Purchases are to be Read Anew", copy=False)

    def write(self, vals):
        changed = self.filtered(lambda company: vals.get("conveyor_purchase_source", company.conveyor_purchase_source)
                                != company.conveyor_purchase_source)
        result = super().write(vals)
        if changed:
            changed.conveyor_purchases_changed = True
        return result


class ConveyorRhythm(models.Model):
    _inherit = "conveyor.rhythm"

    @api.model
    def _cron_recompute(self, today=None):
        """As ever; all of it, as history, after the purchases of a company have become other ones."""
        changed = self.env["res.company"].sudo().search([("conveyor_purchases_changed", "=", True)])  # settings bind everybody
        if changed:
            changed.conveyor_purchases_changed = False
            self.sudo()._refresh(None, fields.Date.to_date(today), is_history=True)  # rhythms are derived, nobody writes them
        return super()._cron_recompute(today)
