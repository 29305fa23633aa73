from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .conveyor_domain import check_domain

DEEDS = [
    ("activity", "A personal word of the account manager"), ("opportunity", "An opportunity"), ("cadence", "A cadence"),
    ("offer", "An offer, and a cadence"), ("thank", "Thank him and stop the rest"),
]


class ConveyorReactivationRule(models.Model):
    """What is done when a customer's rhythm changes, in the words of a sales manager.

    The rule keeps an automation rule of Odoo with its server actions in step
    (``conveyor_reactivation_rule_sync``). What an administrator changes there
    is kept and obeyed; the rule says so. Pausing is the rule's own switch and
    touches nothing of that.
    """

    _name = "conveyor.reactivation.rule"
    _description = "Reactivation Rule"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    is_on = fields.Boolean("Switched On", tracking=True, copy=False, help="Off: nothing is done, and what waits goes on waiting.")
    on_date = fields.Datetime("On since", readonly=True, copy=False, help="Changes before it are left alone.")
    company_id = fields.Many2one("res.company", "Company", default=lambda self: self.env.company, help="Empty: all companies.")
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self.env.user, domain=[("share", "=", False)], ondelete="set null",
        help="Is told when something fails, and stands in for customers without an account manager.")
    to_status = fields.Selection(
        [("late", "Late"), ("sleeping", "Sleeping"), ("lost", "Lost"), ("back", "Back again")], "When He Becomes",
        required=True, default="late", tracking=True)
    filter_domain = fields.Char("Only Customers")
    category_ids = fields.Many2many(
        "product.category", string="Who Buy", help="The category of the largest line of his last purchase. Empty: any.")
    min_average = fields.Float("Average Check from")
    min_amount = fields.Float("Money at Risk from", help="Of a customer who is back: what he bought.")
    deed = fields.Selection(DEEDS, "What is Done", required=True, default="activity", tracking=True)
    activity_kind_id = fields.Many2one(
        "mail.activity.type", "Activity", domain=[("res_model", "in", (False, "res.partner"))], ondelete="set null",
        default=lambda self: self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False))
    summary = fields.Char("What to Say", translate=True)
    note = fields.Html("In More Words", translate=True)
    days = fields.Integer("Within, Days", default=1)
    stage_id = fields.Many2one("crm.stage", "Section", ondelete="set null")
    team_id = fields.Many2one("crm.team", "Sales Team", ondelete="set null")
    source_id = fields.Many2one("utm.source", "Source", ondelete="set null")
    cadence_id = fields.Many2one(
        "conveyor.cadence", "Cadence", domain=[("target", "=", "customer")], ondelete="restrict")
    daily_limit = fields.Integer(
        "At Most a Day and Person", default=10, help="The others wait for the next day, most money first. 0: all at once.")
    window_days = fields.Integer(
        "Woken within, Days", default=60, required=True, help="A customer who buys within so many days counts as woken.")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    done_count = fields.Integer("Done", compute="_compute_counts")
    failed_count = fields.Integer("Failures", compute="_compute_counts")

    def _compute_counts(self):
        groups = self.env["conveyor.reactivation"].sudo()._read_group(  # numbers of customers, whoever's they are
            [("rule_id", "in", self.ids), ("is_held_out", "=", False)], ["rule_id", "state"], ["__count"])
        counts = {(rule.id, state): count for rule, state, count in groups}
        for rule in self:
            key = rule._origin.id
            rule.waiting_count = counts.get((key, "waiting"), 0)
            rule.done_count = counts.get((key, "done"), 0)
            rule.failed_count = counts.get((key, "failed"), 0)

    # ------------------------------------------------------------ checks
    @api.constrains("filter_domain")
    def _check_filter_domain(self):
        check_domain(self, "filter_domain", lambda rule: "res.partner", fields.Datetime.now())

    @api.constrains("daily_limit", "window_days", "min_average", "min_amount", "days")
    def _check_numbers(self):
        for rule in self:
            if min(rule.daily_limit, rule.min_average, rule.min_amount, rule.days) < 0 or not 1 <= rule.window_days <= 730:
                raise ValidationError(self.env._(
                    "%(rule)s: amounts and numbers are 0 or more, and the window has between 1 and 730 days.", rule=rule.name))

    @api.constrains("deed", "cadence_id", "summary", "company_id")
    def _check_deed(self):
        for rule in self:
            if rule.deed in ("cadence", "offer") and not rule.cadence_id:
                raise ValidationError(self.env._("%(rule)s: choose the cadence.", rule=rule.name))
            if rule.deed == "activity" and not rule.summary:
                raise ValidationError(self.env._("%(rule)s: write what the account manager is to say.", rule=rule.name))
            cadence = rule.cadence_id
            if cadence and (cadence.target != "customer" or cadence.company_id and cadence.company_id != rule.company_id):
                raise ValidationError(self.env._(
                    "%(rule)s: %(cadence)s is for leads, or of another company. Choose another cadence.",
                    rule=rule.name, cadence=cadence.name))

    # ------------------------------------------------------------ life
    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create([self._with_date(vals) for vals in vals_list])
        rules._sync()
        return rules

    def write(self, vals):
        result = super().write(self._with_date(vals))
        self._sync(vals.keys())
        return result

    def _with_date(self, vals):
        return {**vals, "on_date": self.env.cr.now()} if vals.get("is_on") else vals

    def unlink(self):
        automations = self.sudo().automation_id  # the rule's own, made by it
        result = super().unlink()
        automations.unlink()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for rule in self.filtered("done_count"):
            raise UserError(self.env._(
                "%(rule)s has acted on customers, and what came of it is kept. Archive it instead.", rule=rule.name))

    def copy_data(self, default=None):
        named = bool(default and default.get("name"))
        return [{**vals, "name": vals["name"] if named else self.env._("%(name)s (copy)", name=rule.name)}
                for rule, vals in zip(self, super().copy_data(default))]

    # ------------------------------------------------------------ switching
    def action_switch_on(self):
        """Only after a look at whom it would have acted on."""
        self.ensure_one()
        wizard = self.env["conveyor.reactivation.switch"].create({"rule_id": self.id})
        return {"type": "ir.actions.act_window", "res_model": wizard._name, "res_id": wizard.id, "target": "new",
                "views": [(False, "form")], "name": self.env._("Dry Run: %(rule)s", rule=self.name),
                "context": {"dialog_size": "extra-large"}}

    def action_switch_off(self):
        self.is_on = False

    def _problem(self):
        """What stands in its way, in a sentence; empty when nothing does."""
        self.ensure_one()
        if self.deed in ("cadence", "offer") and not (self.cadence_id.is_on and self.cadence_id.active):
            return self.env._("The cadence %(cadence)s is switched off: nobody would enter it. Switch it on first.",
                              cadence=self.cadence_id.name)
        automation = self.sudo().automation_id  # whether it is there and on
        if not automation or not automation.active:
            return self.env._("The automation rule behind it was deleted or archived. Ask an administrator.")
        return ""

    # ------------------------------------------------------------ what it did
    def action_open_done(self):
        return self._open_rows([("state", "=", "done")])

    def action_open_waiting(self):
        return self._open_rows([("state", "=", "waiting")])

    def action_open_failed(self):
        return self._open_rows([("state", "=", "failed")])

    def _open_rows(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id("sales_conveyor.conveyor_reactivation_action")
        return {**action, "domain": [("rule_id", "in", self.ids), *domain], "context": {}}
