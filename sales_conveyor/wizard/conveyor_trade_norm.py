from odoo import api, fields, models

from ..models.conveyor_trade_touch import NORMS


class ConveyorTradeApply(models.TransientModel):
    """A ready set brings norms of touches, and cadences that stay switched off."""

    _inherit = "conveyor.trade.apply"

    take_norms = fields.Boolean("Take These Norms Over", default=True)
    norms = fields.Text(compute="_compute_norms")
    cadences = fields.Text(compute="_compute_norms")

    @api.depends("set_id", "scope", "team_ids")
    def _compute_norms(self):
        for wizard in self:
            labels = {name: wizard.set_id._fields[name]._description_string(self.env) for name in NORMS}
            taken = {change["field"] for change in wizard.set_id._norm_changes(wizard._teams()._origin)} if wizard.set_id else ()
            wizard.norms = "\n".join(
                f"{labels[name]}: {wizard.set_id[name]}" for name, (of_team, of_company) in NORMS.items()
                if (of_team if wizard._teams() else of_company) in taken) or False
            cadences = wizard.set_id.cadence_ids
            wizard.cadences = cadences and self.env._(
                "With it come, switched off, cadences: %(cadences)s (%(names)s), reasons: %(reasons)s.",
                cadences=len(cadences), reasons=wizard.set_id.reason_count, names=", ".join(cadences.mapped("name")))

    def _notice(self, application):
        if self.take_norms:
            application._take_norms()
        application._link_cadences()
        return super()._notice(application)
