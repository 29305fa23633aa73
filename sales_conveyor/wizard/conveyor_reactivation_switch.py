from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import formatLang

NAMED = 200  # customers shown by name


class ConveyorReactivationSwitch(models.TransientModel):
    """A dry run of a reactivation rule, and its switch: nothing that has
    happened before is answered unless that is asked for here."""

    _name = "conveyor.reactivation.switch"
    _description = "Switch a Reactivation Rule On"

    rule_id = fields.Many2one("conveyor.reactivation.rule", required=True, ondelete="cascade", readonly=True)
    is_on = fields.Boolean(related="rule_id.is_on")
    problem = fields.Char(readonly=True)
    cadence_id = fields.Many2one(related="rule_id.cadence_id")
    summary = fields.Text(readonly=True)
    edited = fields.Text(related="rule_id.edited")
    standing_count = fields.Integer("In this Status now", readonly=True)
    standing_words = fields.Char(readonly=True)
    existing = fields.Selection(
        [("leave", "Leave them; only what happens from now on is answered"), ("act", "Act on them as well, most money first")],
        "Those There Already", default="leave", required=True)
    first_count = fields.Integer("How Many", help="Those with most money at risk. 0: all of them.")
    line_ids = fields.One2many("conveyor.reactivation.switch.line", "wizard_id", "Would Have Been", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        for wizard in wizards:
            wizard._play(fields.Datetime.now())
        return wizards

    def _play(self, now):
        """What it would have done with the changes of the last days."""
        rule, today = self.rule_id, now.date()
        changes = rule._changes_since(today - timedelta(days=90), now)
        count, amount = rule._count_standing(now)
        self.write({
            "problem": rule._problem(), "summary": self._words(changes, today), "standing_count": count,
            "standing_words": self.env._(
                "Customers in this status now: %(count)s, at risk: %(amount)s.", count=count, amount=self._money(amount)),
            "line_ids": [Command.create({"partner_id": partner_id, "date": day, "amount": amount})
                         for partner_id, day, amount in changes[:NAMED]]})

    def _words(self, changes, today):
        sentences = []
        for days, words in ((0, self.env._("Today")), (30, self.env._("In the last 30 days")), (90, self.env._("In the last 90 days"))):
            rows = {partner_id: amount for partner_id, day, amount in reversed(changes) if day >= today - timedelta(days=days)}
            sentences.append(self.env._(
                "%(when)s – customers: %(count)s, at risk: %(amount)s", when=words, count=len(rows), amount=self._money(sum(rows.values()))))
        return "\n".join(sentences)

    def _money(self, amount):
        return formatLang(self.env, amount, currency_obj=(self.rule_id.company_id or self.env.company).currency_id)

    def action_open_cadence(self):
        """The cadence that has to be switched on first."""
        cadence = self.rule_id.cadence_id
        return {"type": "ir.actions.act_window", "res_model": cadence._name, "res_id": cadence.id, "views": [(False, "form")],
                "name": cadence.display_name}

    def action_apply(self):
        """Switch it on."""
        self.ensure_one()
        rule, now = self.rule_id, fields.Datetime.now()
        if problem := rule._problem():
            raise UserError(problem)
        if self.first_count < 0:
            raise UserError(self.env._("How many cannot be less than 0."))
        rule.is_on = True
        if self.existing == "act":
            self.env["conveyor.reactivation"]._ask_existing(rule, self.first_count or None, now)
            self.env.ref("sales_conveyor.cron_signal_dispatch").sudo()._trigger()  # no rights are needed for what comes anyway
        return {"type": "ir.actions.act_window_close"}


class ConveyorReactivationSwitchLine(models.TransientModel):
    _name = "conveyor.reactivation.switch.line"
    _description = "Customer in a Dry Run"
    _order = "date desc, amount desc, id"

    wizard_id = fields.Many2one("conveyor.reactivation.switch", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="cascade")
    user_id = fields.Many2one(related="partner_id.user_id", string="Account Manager")
    date = fields.Date("Happened on", readonly=True)
    currency_id = fields.Many2one(related="wizard_id.rule_id.company_id.currency_id")
    amount = fields.Monetary(readonly=True)
