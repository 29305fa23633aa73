from odoo import api, fields, models


class ConveyorTradeApply(models.TransientModel):
    """A ready set brings rules of purchase rhythm for its trade."""

    _inherit = "conveyor.trade.apply"

    take_rhythm = fields.Boolean("Take These Rules Over", default=True)
    rhythm = fields.Text("Purchase Rhythm", compute="_compute_rhythm")

    @api.depends("set_id")
    def _compute_rhythm(self):
        for wizard in self:
            wizard.rhythm = "\n".join(
                f"{rule.name}: {rule.sentence}" for rule in wizard.set_id._rhythm_to_take(self.env.company)) or False

    def _notice(self, application):
        if self.take_rhythm:
            application._take_rhythm()
        return super()._notice(application)
