from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

STATES = [("open", "Open"), ("bought", "Bought"), ("dropped", "Dropped")]


class ConveyorInterest(models.Model):
    """What a customer has shown interest in: a product, a category, or a word.

    Follow-ups of the kind *offer what he is interested in* take the oldest one;
    a purchase of it closes it.
    """

    _name = "conveyor.interest"
    _description = "Interest of a Customer"
    _order = "state desc, date, id"

    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", index=True)
    product_id = fields.Many2one("product.product", "Product", ondelete="set null", index="btree_not_null")
    category_id = fields.Many2one("product.category", "Product Category", ondelete="set null")
    name = fields.Char("In Words", help="What he said, where there is no product for it.")
    date = fields.Date(required=True, default=fields.Date.context_today)
    note = fields.Char(help="What he liked or what held him back.")
    state = fields.Selection(STATES, default="open", required=True)
    user_id = fields.Many2one("res.users", "Noted by", default=lambda self: self.env.user, readonly=True)

    @api.depends("product_id", "category_id", "name")
    def _compute_display_name(self):
        for interest in self:
            interest.display_name = interest.product_id.display_name or interest.category_id.display_name or interest.name or ""

    @api.constrains("product_id", "category_id", "name")
    def _check_what(self):
        for interest in self:
            if not (interest.product_id or interest.category_id or (interest.name or "").strip()):
                raise ValidationError(self.env._(
                    "%(customer)s: say what the interest is in. Choose a product or a category, or write it in words.",
                    customer=interest.partner_id.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        interests = super().create(vals_list)
        self.env["conveyor.followup.mark"]._note(interests.partner_id.ids)
        return interests

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"state", "product_id", "category_id", "partner_id"}:
            self.env["conveyor.followup.mark"]._note(self.partner_id.ids)
        return result

    @api.model
    def _close_bought(self, partner_ids):
        """Those of these customers that have been bought since they were noted."""
        wishes = self.sudo().search([  # whoever has noted them
            ("partner_id.commercial_partner_id", "in", list(partner_ids)), ("state", "=", "open"),
            "|", ("product_id", "!=", False), ("category_id", "!=", False)])
        if not wishes:
            return
        clients, bought = wishes.partner_id.commercial_partner_id, defaultdict(set)
        self.env.flush_all()
        for partner_id, product_id, day in self.env.execute_query(SQL(
                "SELECT partner_id, product_id, max(day) FROM (%s) l WHERE quantity > 0 AND product_id IS NOT NULL GROUP BY 1, 2",
                self.env["conveyor.purchase"]._lines_sql(clients.ids))):
            bought[partner_id].add((product_id, day))
        wishes.filtered(lambda wish: wish._is_among(bought[wish.partner_id.commercial_partner_id.id])).write({"state": "bought"})

    def _is_among(self, bought):
        """:param bought: set of (product id, day)"""
        since = {product_id for product_id, day in bought if day >= self.date}
        if self.product_id:
            return self.product_id.id in since
        products = self.env["product.product"].browse(since)
        return any(self.category_id in product.categ_id or str(product.categ_id.parent_path or "").startswith(
            self.category_id.parent_path or "-") for product in products)
