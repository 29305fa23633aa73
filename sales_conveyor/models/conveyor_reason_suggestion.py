from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KINDS = [("product", "New product"), ("price", "Price change"), ("promotion", "Promotion"), ("date", "Clients' dates")]
TOGETHER = 5  # more changes than this in one category are one suggestion
AHEAD = 7  # days before a promotion begins
LOOKED = "sales_conveyor.products_looked_at"
WANTED_AHEAD = 30  # days before the date by which clients want it


class ConveyorReasonSuggestion(models.Model):
    """What has changed in Odoo and may be worth a touch; a manager accepts or dismisses it."""

    _name = "conveyor.reason.suggestion"
    _description = "Suggested Reason"
    _order = "create_date desc, id desc"

    name = fields.Char(required=True, readonly=True)
    key = fields.Char(required=True, readonly=True, help="The same change is suggested once.")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    description = fields.Text("What is New", readonly=True)
    company_id = fields.Many2one("res.company", "Company", readonly=True)
    product_id = fields.Many2one("product.product", "Product", ondelete="cascade", readonly=True)
    product_category_id = fields.Many2one("product.category", "Product Category", ondelete="cascade", readonly=True)
    product_clients = fields.Char(readonly=True)
    filter_domain = fields.Char(readonly=True)
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("Until", readonly=True)
    state = fields.Selection(
        [("new", "New"), ("accepted", "Accepted"), ("dismissed", "Dismissed")], default="new", required=True, readonly=True)
    reason_id = fields.Many2one("conveyor.reason", "Reason", ondelete="set null", readonly=True)

    _key_unique = models.UniqueIndex("(key)")

    def action_accept(self):
        """Make reasons of them; one alone is opened to be put into words."""
        for suggestion in self.filtered(lambda suggestion: suggestion.state != "accepted"):
            suggestion.reason_id = self.env["conveyor.reason"].create(suggestion._prepare_reason())
            suggestion.state = "accepted"
        if len(self) == 1:
            return {"type": "ir.actions.act_window", "res_model": "conveyor.reason", "res_id": self.reason_id.id,
                    "views": [(False, "form")], "target": "current"}
        return True

    def action_dismiss(self):
        self.filtered(lambda suggestion: suggestion.state == "new").state = "dismissed"

    def _prepare_reason(self):
        return {
            "name": self.name, "description": self.description, "company_id": self.company_id.id,
            "product_id": self.product_id.id, "product_category_id": self.product_category_id.id,
            "product_clients": self.product_clients or "all", "filter_domain": self.filter_domain,
            "date_from": self.date_from, "date_to": self.date_to, "mail_subject": self.name, "sms_text": self.description,
            "mail_body": f"<p>{self.description or self.name}</p>", "script": self.description}

    # ------------------------------------------------------------ looking
    @api.model
    def _cron_suggest(self, today=None):
        """Look what has changed since the last time; the first time only notes how things are."""
        today = today or fields.Date.context_today(self)
        found = [*self._new_products(today), *self._price_changes(today), *self._promotions(today), *self._client_dates(today)]
        known = set(self.search([("key", "in", [row["key"] for row in found])]).mapped("key"))
        self.env["conveyor.product.seen"]._note()
        self.env["conveyor.reason"]._warn_ending(today)
        return self.create([row for row in found if row["key"] not in known])

    def _new_products(self, today):
        rows = self.env["conveyor.product.seen"]._unseen()
        suggestions = []
        for category, products in self._by_category(rows):
            names = ", ".join(product.display_name for product in products[:10])
            suggestions.append({
                "kind": "product", "key": f"product-{min(products.ids)}-{len(products)}",
                "name": self.env._("New: %(products)s", products=names if len(products) < 3 else category.name),
                "description": self.env._("New in our range: %(products)s.", products=names), "date_from": today,
                "date_to": today + timedelta(days=90), "company_id": products.company_id.id if len(products.company_id) == 1 else False,
                "product_id": products.product_variant_id.id if len(products) == 1 else False, "product_category_id": category.id})
        return suggestions

    def _price_changes(self, today):
        before = dict(self.env["conveyor.product.seen"]._other_prices())
        suggestions = []
        for category, products in self._by_category(list(before)):
            words = ", ".join(self.env._("%(product)s %(before)s → %(now)s", product=product.display_name, before=f"{before[product.id]:g}",
                                         now=f"{product.list_price:g}") for product in products[:10])
            suggestions.append({
                "kind": "price", "key": f"price-{today}-{min(products.ids)}-{len(products)}", "date_from": today,
                "name": self.env._("New price: %(products)s", products=products.display_name if len(products) == 1 else category.name),
                "description": self.env._("The price has changed: %(products)s.", products=words), "product_clients": "asked",
                "date_to": today + timedelta(days=60), "company_id": products.company_id.id if len(products.company_id) == 1 else False,
                "product_id": products.product_variant_id.id if len(products) == 1 else False, "product_category_id": category.id})
        return suggestions

    def _by_category(self, template_ids):
        """(category, templates): one by one, or a category's together where there are many."""
        templates = self.env["product.template"].browse(template_ids).exists()
        for category, products in templates.grouped("categ_id").items():
            yield from [(category, products)] if len(products) > TOGETHER else [(category, product) for product in products]

    def _promotions(self, today):
        """Pricelists' items that begin now or within a week."""
        items = self.env["product.pricelist.item"].search([
            ("date_start", ">=", today), ("date_start", "<=", today + timedelta(days=AHEAD)), ("pricelist_id.active", "=", True)])
        suggestions = []
        for (pricelist, begin), rows in items.grouped(lambda item: (item.pricelist_id, item.date_start.date())).items():
            ends = [item.date_end.date() for item in rows if item.date_end]
            suggestions.append({
                "kind": "promotion", "key": f"pricelist-{pricelist.id}-{begin}", "company_id": pricelist.company_id.id,
                "name": self.env._("%(pricelist)s from %(date)s", pricelist=pricelist.name, date=begin),
                "description": ", ".join(f"{item.name}: {item.price}" for item in rows[:10]),
                "date_from": begin, "date_to": max(ends) if len(ends) == len(rows) else False,
                "product_id": rows.product_tmpl_id.product_variant_id.id if len(rows.product_tmpl_id) == 1 else False})
        return suggestions

    def _client_dates(self, today):
        """Open leads whose own date, by when they want it, is near."""
        end = today + timedelta(days=WANTED_AHEAD)
        if not self.env["crm.lead"].search_count([("time_date", ">=", today), ("time_date", "<=", end)], limit=1):
            return []
        return [{
            "kind": "date", "key": f"wanted-{today:%Y-%m}", "date_from": today, "date_to": end,
            "name": self.env._("Their own date is near (%(month)s)", month=f"{today:%m/%Y}"),
            "description": self.env._("You wanted it by a date that is near now. What is still missing to be in time?"),
            "filter_domain": f"[('time_date', '>=', '{today}'), ('time_date', '<=', '{end}')]"}]


class ConveyorProductSeen(models.Model):
    """Products and prices as they were when suggestions were last made."""

    _name = "conveyor.product.seen"
    _description = "Product as Last Seen"
    _log_access = False

    product_tmpl_id = fields.Many2one("product.template", required=True, ondelete="cascade")
    list_price = fields.Float()

    _template_unique = models.UniqueIndex("(product_tmpl_id)")

    def _unseen(self):
        """Ids of products on sale that were not there; none before the first look."""
        if not self.env["ir.config_parameter"].sudo().get_param(LOOKED):  # no rights are needed to know that
            return []
        self.env["product.template"].flush_model()
        return [row[0] for row in self.env.execute_query(SQL(
            """SELECT t.id FROM product_template t WHERE t.active AND t.sale_ok
                  AND NOT EXISTS (SELECT 1 FROM conveyor_product_seen s WHERE s.product_tmpl_id = t.id) ORDER BY t.id"""))]

    def _other_prices(self):
        """(product id, price before) of those whose price is another one now."""
        self.env["product.template"].flush_model()
        return self.env.execute_query(SQL(
            """SELECT t.id, s.list_price FROM product_template t JOIN conveyor_product_seen s ON s.product_tmpl_id = t.id
                WHERE t.active AND t.sale_ok AND abs(COALESCE(t.list_price, 0) - s.list_price) > 0.001 ORDER BY t.id"""))

    def _note(self):
        self.env["product.template"].flush_model()
        self.env.cr.execute(SQL(
            """INSERT INTO conveyor_product_seen (product_tmpl_id, list_price)
               SELECT id, COALESCE(list_price, 0) FROM product_template WHERE active AND sale_ok
                   ON CONFLICT (product_tmpl_id) DO UPDATE SET list_price = EXCLUDED.list_price
                WHERE conveyor_product_seen.list_price IS DISTINCT FROM EXCLUDED.list_price"""))
        self.env["ir.config_parameter"].sudo().set_param(LOOKED, "1")  # the nightly look notes it for everybody
        self.invalidate_model()
