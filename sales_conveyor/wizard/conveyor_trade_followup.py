from odoo import api, fields, models


class ConveyorTradeApply(models.TransientModel):
    """A ready set brings follow-up rules; they stay off unless it is asked for."""

    _inherit = "conveyor.trade.apply"

    take_followups = fields.Boolean("Switch These Follow-ups On")
    followups = fields.Text(compute="_compute_followups")
    followups_waiting = fields.Char(compute="_compute_followups")

    @api.depends("set_id")
    def _compute_followups(self):
        for wizard in self:
            ready = wizard.set_id._followups_to_take()
            wizard.followups = "\n".join(f"• {rule.name} – {rule.sentence}" for rule in ready) or False
            waiting = wizard.set_id.followup_rule_ids.filtered(lambda rule, ready=ready: not rule.is_on and rule not in ready)
            wizard.followups_waiting = self.env._(
                "These need a product first: %(rules)s.", rules=", ".join(waiting.mapped("name"))) if waiting else False

    def _notice(self, application):
        if self.take_followups:
            application._take_followups()
        return super()._notice(application)
