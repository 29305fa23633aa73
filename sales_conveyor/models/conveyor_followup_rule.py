from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import followup as engine

KINDS = [
    ("review", "Ask for a review"), ("referral", "Ask for a recommendation"), ("cross_sell", "Offer what he is interested in"),
    ("accessory", "Offer accessories"), ("consumable", "Remind before it runs out"), ("care", "Ask how it works, remind of care"),
    ("visit", "Remind of a booked visit"),
]
OFFERING = ("cross_sell", "accessory")
BEFORE = ("consumable", "visit")  # their days are counted back from a date that is to come
PREVIEW_DAYS = 90
PLANNING = {"kind", "product_id", "category_id", "delay", "supply_days", "wait_days", "from_purchase", "every_days", "offer_ids", "sequence"}


class ConveyorFollowupRule(models.Model):
    """What follows a purchase, and when. Off until a sales manager switches it on;
    from that day on, never for older purchases.

    ``conveyor_followup_plan`` makes the dated follow-ups, ``conveyor_followup_ask``
    hands them to the rule's cadence on their day.
    """

    _name = "conveyor.followup.rule"
    _description = "Follow-up Rule"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    is_on = fields.Boolean("Switched On", readonly=True, tracking=True, copy=False)
    date_on = fields.Date("On Since", readonly=True, copy=False, help="Purchases before this day are left alone.")
    sequence = fields.Integer(default=10, help="Of two review or reminder rules that fit a purchase, the upper one takes it.")
    company_id = fields.Many2one("res.company", "Company", index="btree_not_null")
    trade_set_id = fields.Many2one("conveyor.trade.set", "Ready Set", ondelete="set null", index="btree_not_null")
    kind = fields.Selection(KINDS, "What", required=True, default="review")
    product_id = fields.Many2one(
        "product.product", "Product", ondelete="restrict", index="btree_not_null", check_company=True, help="Empty: every product.")
    category_id = fields.Many2one(
        "product.category", "Product Category", ondelete="restrict", help="With the categories below it. Empty: every category.")
    needs_product = fields.Boolean(help="It makes no sense for every product: it is not switched on without one.")
    delay = fields.Integer(
        "Days", default=1, help="After the purchase, the good review or the answer; before the supply ends or the visit.")
    supply_days = fields.Float(
        "A Unit Lasts, Days", help="How long one unit lasts a customer. His own pace counts once he has bought it four times.")
    wait_days = fields.Integer(
        "Without an Answer after, Days", default=14,
        help="The offer waits for a good review, or so many days without any. 0: it always needs a good review. "
             "It never comes after a bad one.")
    from_purchase = fields.Integer("From Purchase Number", default=1, help="1: from the first one on.")
    every_days = fields.Integer("At Most Once in, Days", help="0: after every purchase.")
    offer_ids = fields.Many2many(
        "product.product", string="Offer These", check_company=True,
        help="For accessories: where the product itself has no optional products. For interests: when none is noted.")
    cadence_id = fields.Many2one(
        "conveyor.cadence", "Carried out by", required=True, ondelete="restrict",
        domain="[('target', '=', 'customer'), ('purpose', '=', 'followup')]",
        help="The cadence of follow-ups whose steps are the touch: by itself or by a person, with its texts.")
    is_cadence_on = fields.Boolean(related="cadence_id.is_on")
    is_marketing = fields.Boolean(
        compute="_compute_is_marketing", help="Service messages and promised calls are outside the limits of marketing.")
    description = fields.Text(translate=True, help="Why, and what it is for.")
    sentence = fields.Char("In Words", compute="_compute_sentence")
    planned_count = fields.Integer(compute="_compute_counts")
    asked_count = fields.Integer(compute="_compute_counts")
    dropped_count = fields.Integer(compute="_compute_counts")

    _delay_positive = models.Constraint("CHECK (delay >= 0 AND delay <= 3650)", "Days are from 0 to 3650.")
    _days_positive = models.Constraint(
        "CHECK (supply_days >= 0 AND wait_days >= 0 AND every_days >= 0 AND from_purchase >= 1)",
        "Days cannot be less than 0, and the first purchase is number 1.")

    @api.depends("cadence_id.step_ids.is_service")
    def _compute_is_marketing(self):
        for rule in self:
            steps = rule.cadence_id.sudo().step_ids  # what kind of messages, not what they say
            rule.is_marketing = not steps or not all(step.is_service for step in steps)

    @api.depends("kind", "delay", "supply_days", "wait_days", "every_days", "from_purchase", "product_id", "category_id")
    def _compute_sentence(self):
        for rule in self:
            rule.sentence = rule._in_words()

    def _in_words(self):
        """The rule as a sentence: when, and what happens."""
        if not self.kind:
            return ""
        what = self.product_id.display_name or self.category_id.display_name
        bought = self.env._("a purchase of %(what)s", what=what) if what else self.env._("a purchase")
        good, _ = self.env._("a good review (4 or 5)"), self.env._
        sentence = {
            "review": lambda: _("%(when)s he is asked how he likes it.", when=self._after(bought)),
            "referral": lambda: _("%(when)s he is asked for a recommendation.", when=self._after(good)),
            "cross_sell": lambda: _("%(when)s he is offered what he is interested in.", when=self._after(good)) + " " + self._wait_words(),
            "accessory": lambda: _("%(when)s he is offered what goes with it.", when=self._after(bought)),
            "consumable": lambda: _(
                "%(when)s he is reminded; a unit lasts %(supply)s days.", when=self._before(_("it runs out")), supply=f"{self.supply_days:g}"),
            "care": lambda: _("%(when)s somebody asks how it is.", when=self._after(bought)),
            "visit": lambda: _("%(when)s he is reminded of it.", when=self._before(_("a booked visit")))}[self.kind]()
        return f"{sentence} {self._limit_words()}".strip()

    def _after(self, what):
        if self.delay > 1:
            return self.env._("%(days)s days after %(what)s", days=self.delay, what=what)
        return self.env._("The day after %(what)s", what=what) if self.delay else self.env._("On the day of %(what)s", what=what)

    def _before(self, what):
        if self.delay > 1:
            return self.env._("%(days)s days before %(what)s", days=self.delay, what=what)
        return self.env._("The day before %(what)s", what=what) if self.delay else self.env._("On the day of %(what)s", what=what)

    def _wait_words(self):
        if not self.wait_days:
            return self.env._("Never without a good review.")
        return self.env._("Without an answer: %(days)s days after the purchase. Never after a bad review.", days=max(self.wait_days, self.delay))

    def _limit_words(self):
        words = []
        if self.from_purchase > 1 and self.kind in ("review", "care"):
            words.append(self.env._("From purchase number %(number)s on.", number=self.from_purchase))
        if self.every_days:
            words.append(self.env._("At most once in %(days)s days.", days=self.every_days))
        return " ".join(words)

    def _compute_counts(self):
        groups = self.env["conveyor.followup"]._read_group([("rule_id", "in", self.ids)], ["rule_id", "state"], ["__count"])
        counts = {(rule.id, state): count for rule, state, count in groups}
        for rule in self:
            rule.planned_count = counts.get((rule.id, "planned"), 0)
            rule.asked_count = counts.get((rule.id, "asked"), 0) + counts.get((rule.id, "done"), 0)
            rule.dropped_count = counts.get((rule.id, "dropped"), 0)

    # ------------------------------------------------------------ checks
    @api.constrains("cadence_id", "company_id")
    def _check_cadence(self):
        for rule in self:
            cadence = rule.cadence_id
            if cadence.target != "customer" or cadence.purpose != "followup":
                raise ValidationError(self.env._(
                    "%(rule)s: %(cadence)s is no cadence of follow-ups for customers. Choose another one.",
                    rule=rule.name, cadence=cadence.name))
            if cadence.company_id and cadence.company_id != rule.company_id:
                raise ValidationError(self.env._(
                    "%(rule)s: the cadence %(cadence)s is of %(company)s only. Let the rule be of that company too.",
                    rule=rule.name, cadence=cadence.name, company=cadence.company_id.name))

    def _problem(self):
        """What keeps the rule from being switched on, in a sentence, or False."""
        self.ensure_one()
        if (self.kind == "consumable" or self.needs_product) and not (self.product_id or self.category_id):
            return self.env._("%(rule)s: choose the product or category that it is about.", rule=self.name)
        if self.kind == "accessory" and not self.offer_ids and not self._has_optional_products():
            return self.env._(
                "%(rule)s: no product has optional products yet. Set them on the products, or name here what to offer.", rule=self.name)
        if self.kind == "visit" and (reminder := self.env["conveyor.visit"]._cadence("booked")):
            return self.env._(
                "%(rule)s: the cadence %(cadence)s is switched on, and it reminds of each booked visit already. "
                "Nobody is reminded of one visit twice: switch that cadence off first.", rule=self.name, cadence=reminder.name)
        return not self.cadence_id.step_ids and self.env._(
            "%(cadence)s has no steps yet. Add the first one.", cadence=self.cadence_id.name)

    def _has_optional_products(self):
        templates = self.env["product.template"]
        return "optional_product_ids" in templates._fields and bool(templates.search_count([("optional_product_ids", "!=", False)], limit=1))

    # ------------------------------------------------------------ life
    def write(self, vals):
        """What a changed rule has planned follows it."""
        if vals.get("active") is False:
            self.filtered("is_on").action_switch_off()
        result = super().write(vals)
        if vals.keys() & PLANNING:
            self.env["conveyor.followup.mark"]._note(self.env["conveyor.followup"].sudo().search([  # whoever's customers they are
                ("rule_id", "in", self.ids), ("state", "=", "planned")]).partner_id.ids)
        return result

    def copy_data(self, default=None):
        return [{**vals, "name": self.env._("%(name)s (copy)", name=rule.name)}
                for rule, vals in zip(self, super().copy_data(default))]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for rule in self:
            if self.env["conveyor.followup"].sudo().search_count([("rule_id", "=", rule.id), ("state", "in", ("asked", "done"))], limit=1):
                raise UserError(self.env._(
                    "Customers were touched because of %(rule)s, so it is kept. Archive it instead.", rule=rule.name))

    # ------------------------------------------------------------ plain data
    @api.model
    def _of_company(self, company):
        """The rules that are on for the company, in their order."""
        return self.sudo().search([  # whoever has sold
            ("is_on", "=", True), ("company_id", "in", (False, company.id))])

    def _plain(self, since=None):
        """``engine.followup.Rule`` of each.

        :param since: instead of the day it was switched on, for a preview
        """
        by_category = self._products_by_category()
        return [engine.Rule(
            rule.id, rule.kind, rule.delay, rule._products(by_category), since or rule.date_on or rule._today(),
            rule.every_days, rule.from_purchase, rule.wait_days, rule.supply_days, tuple(rule.offer_ids.ids),
            rule._accessories() if rule.kind == "accessory" else {}, rule.is_marketing) for rule in self]

    def _products(self, by_category):
        if self.product_id:
            return frozenset(self.product_id.ids)
        return by_category[self.category_id] if self.category_id else None

    def _products_by_category(self):
        """``{category: ids of its products}``, children included, archived ones too."""
        products = self.env["product.product"].sudo().with_context(active_test=False)  # whoever may see them
        return {category: frozenset(products._search([("categ_id", "child_of", category.id)]).get_result_ids())
                for category in self.category_id}

    def _accessories(self):
        """``{product id: ids of its optional products}``"""
        templates = self.env["product.template"].sudo()  # names of products that are for sale
        if "optional_product_ids" not in templates._fields:
            return {}
        found = {}
        for template in templates.search([("optional_product_ids", "!=", False)]):
            offers = tuple(template.optional_product_ids.filtered("sale_ok").product_variant_id.ids)
            found.update({variant.id: offers for variant in template.product_variant_ids})
        return found

    # ------------------------------------------------------------ screens
    def action_open_followups(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_followup_action")
        state = self.env.context.get("conveyor_state")
        return {**action, "domain": [("rule_id", "=", self.id)], "context": {f"search_default_{state}": 1} if state else {}}

    def _preview(self, today=None):
        """What the rule would have made of the last purchases, had it been on. Writes nothing.

        :return: ``{"count", "customers", "due"}``; ``due``: how many would still come
        """
        self.ensure_one()
        today = today or self._today()
        since = today - timedelta(PREVIEW_DAYS)
        made = self.env["conveyor.followup"]._rehearse(self, since, today)
        return {"count": len(made), "customers": len({partner_id for partner_id, _one in made}),
                "due": sum(one.wanted >= today for _partner_id, one in made)}
