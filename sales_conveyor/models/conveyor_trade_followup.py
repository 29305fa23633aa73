from odoo import Command, fields, models


class ConveyorTradeSet(models.Model):
    """The follow-up rules that go with a trade."""

    _inherit = "conveyor.trade.set"

    followup_rule_ids = fields.One2many("conveyor.followup.rule", "trade_set_id", "Follow-up Rules")

    def _followups_to_take(self):
        """Those that could run as they are; the others need a product first."""
        return self.followup_rule_ids.filtered(lambda rule: not rule.is_on and not rule._problem())


class ConveyorTradeApplication(models.Model):
    """Follow-up rules that an application has switched on go off again with it."""

    _inherit = "conveyor.trade.application"

    followup_rule_ids = fields.Many2many("conveyor.followup.rule", string="Follow-up Rules Switched On", readonly=True)
    followup_cadence_ids = fields.Many2many(
        "conveyor.cadence", "conveyor_trade_application_followup_rel", string="Their Cadences Switched On", readonly=True)

    def _take_followups(self):
        """Switch on the set's rules that are ready, with the cadences that carry them out."""
        rules = self.set_id._followups_to_take()._switch(True)
        cadences = rules.cadence_id.filtered(lambda cadence: not cadence.is_on)
        cadences.is_on = True
        self.write({"followup_rule_ids": [Command.set(rules.ids)], "followup_cadence_ids": [Command.set(cadences.ids)]})

    def action_undo(self):
        result = super().action_undo()
        self.followup_rule_ids.filtered("is_on").action_switch_off()
        still = self.env["conveyor.followup.rule"].search([("is_on", "=", True)]).cadence_id
        (self.followup_cadence_ids - still).is_on = False
        return result
