from odoo import api, fields, models

from ..models.conveyor_followup_rule import PREVIEW_DAYS


class ConveyorFollowupSwitch(models.TransientModel):
    """Before a rule is switched on: what it would have made, and what goes with it."""

    _name = "conveyor.followup.switch"
    _description = "Switch a Follow-up Rule On"

    rule_id = fields.Many2one("conveyor.followup.rule", required=True, ondelete="cascade", readonly=True)
    sentence = fields.Char(related="rule_id.sentence")
    count = fields.Integer("Follow-ups", compute="_compute_preview")
    customers = fields.Integer(compute="_compute_preview")
    summary = fields.Text(compute="_compute_preview")
    is_cadence_off = fields.Boolean(compute="_compute_preview")
    with_cadence = fields.Boolean("Switch Its Cadence On Too", default=True)
    warning = fields.Char(compute="_compute_preview")

    @api.depends("rule_id")
    def _compute_preview(self):
        for wizard in self:
            rule = wizard.rule_id
            made = rule._preview()
            wizard.count, wizard.customers = made["count"], made["customers"]
            wizard.is_cadence_off = not rule.cadence_id.is_on
            wizard.summary = self.env._(
                "Of the purchases of the last %(days)s days it would have made – follow-ups: %(count)s, customers: %(customers)s. "
                "None of them is made up for: it begins with the purchases from today on.",
                days=PREVIEW_DAYS, count=made["count"], customers=made["customers"])
            wizard.warning = wizard._warning()

    def _warning(self):
        """Another cadence that follows every sale would say the same twice."""
        rule = self.rule_id
        doubled = self.env["conveyor.cadence"].search([
            ("is_on", "=", True), ("purpose", "=", "followup"), ("target", "=", "customer"), ("trigger", "=", "won"),
            ("company_id", "in", (False, rule.company_id.id) if rule.company_id else (False, *self.env.companies.ids))], limit=1)
        if not doubled:
            return False
        return self.env._(
            "%(cadence)s follows every won lead already. A purchase that it has taken up is left to it, and this rule keeps silent. "
            "Switch that cadence off if the rule is to follow.", cadence=doubled.name)

    def action_apply(self):
        self.ensure_one()
        self.rule_id._check_ready()
        if self.with_cadence and not self.rule_id.cadence_id.is_on:
            self.rule_id.cadence_id._check_ready()
            self.rule_id.cadence_id.is_on = True
        self.rule_id._switch(True)
        return {"type": "ir.actions.act_window_close"}
