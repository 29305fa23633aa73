from odoo import api, fields, models
from odoo.exceptions import ValidationError

DAY, MONTH, PREVIOUS = "day", "month", "previous"


class ConveyorSpendRule(models.Model):
    """Which lines of vendor bills are spend on which source."""

    _name = "conveyor.spend.rule"
    _description = "Spend from Vendor Bills, Rule"
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", "Company", required=True, default=lambda self: self.env.company)
    analytic_account_id = fields.Many2one(
        "account.analytic.account", "Analytic Account", ondelete="cascade", check_company=True,
        help="Lines that are booked on this account, as much of them as is.")
    product_id = fields.Many2one(
        "product.product", "Product", ondelete="cascade", check_company=True,
        help="Lines with this product, as far as no rule for an analytic account takes them.")
    source_id = fields.Many2one("utm.source", "Source", required=True, ondelete="restrict")
    medium_id = fields.Many2one("utm.medium", "Medium", ondelete="set null")
    campaign_id = fields.Many2one("utm.campaign", "Campaign", ondelete="set null")
    period = fields.Selection(
        [(DAY, "The bill's day"), (MONTH, "The month of the bill"), (PREVIOUS, "The month before the bill")],
        "Spread over", required=True, default=MONTH, help="For which days such a bill is. A single one may be given its own period.")
    spend_count = fields.Integer("Lines", compute="_compute_spend_count")

    _account_unique = models.UniqueIndex(
        "(company_id, analytic_account_id) WHERE active AND analytic_account_id IS NOT NULL",
        "There is a rule for this analytic account already: a line is spend on one source only.")
    _product_unique = models.UniqueIndex(
        "(company_id, product_id) WHERE active AND product_id IS NOT NULL",
        "There is a rule for this product already: a line is spend on one source only.")

    def _compute_spend_count(self):
        counts = dict(self.env["conveyor.spend"]._read_group([("rule_id", "in", self.ids)], ["rule_id"], ["__count"]))
        for rule in self:
            rule.spend_count = counts.get(rule._origin, 0)

    @api.depends("analytic_account_id", "product_id", "source_id")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = f"{(rule.analytic_account_id or rule.product_id).display_name} → {rule.source_id.name}"

    @api.constrains("analytic_account_id", "product_id", "source_id")
    def _check_what(self):
        for rule in self:
            if bool(rule.analytic_account_id) == bool(rule.product_id):
                raise ValidationError(self.env._(
                    "The rule for %(name)s: choose an analytic account or a product, one of them.", name=rule.source_id.name))

    # ------------------------------------------------------------ bills follow at once
    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env["conveyor.spend"]._sync_bills()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self.env["conveyor.spend"]._sync_bills()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["conveyor.spend"]._sync_bills()  # another rule may fit now
        return result

    def action_open_spend(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_spend_action")
        return {**action, "domain": [("rule_id", "=", self.id)], "context": {"create": False}}
