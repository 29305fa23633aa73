from odoo import api, fields, models
from odoo.tools import ormcache


class ProductTemplate(models.Model):
    _inherit = "product.template"

    is_entry_product = fields.Boolean(
        "Entry Product",
        help="A small first purchase that lets a client try you: a sample, a trial lesson, a consultation. The funnel "
             "counts how many who bought only this bought in full later.")

    @api.model
    @ormcache()
    def _has_entry_products(self):
        return bool(self.sudo().with_context(active_test=False).search_count(  # one yes or no for all users
            [("is_entry_product", "=", True)], limit=1))

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create(vals_list)
        if any(vals.get("is_entry_product") for vals in vals_list):
            self.env.registry.clear_cache()
        return products

    def write(self, vals):
        result = super().write(vals)
        if "is_entry_product" in vals:
            self.env.registry.clear_cache()
        return result
