from dataclasses import replace

from odoo import api, models

from ..engine.funnel import ratio
from ..engine.table import INTEGER, PERCENT, Row


class ConveyorFunnelTrial(models.AbstractModel):
    """Trial sales and how many of them became full ones, in the summary."""

    _inherit = "conveyor.funnel"

    @api.model
    def _summary_table(self, scope):
        table = super()._summary_table(scope)
        if not self.env["product.template"]._has_entry_products():
            return table
        return replace(table, rows=(*table.rows, *self._trial_rows(scope, table)))

    @api.model
    def _trial_rows(self, scope, table):
        """Counted exactly as they open: by the domain of the drill-down."""
        counts, rows = {}, []
        trials, full = self.env._("Trial sales"), self.env._("Trials that became a full sale")
        for key, label, states in (("trials", trials, ("trial", "full")), ("trials_full", full, ("full",))):
            conditions = (*self._behind(scope, "reached"), ("lead_id.trial_state", "in", states))
            row = Row(key, {"figure": label, "value": 0}, (("stage_id", "=", False),), {"value": conditions}, {"value": INTEGER})
            domain = table.drill_domain(row, "value")
            counts[key] = self.env["crm.lead"].with_context(active_test=False).search_count(domain)
            rows.append(replace(row, cells={"figure": label, "value": counts[key]}))
        share = Row("trial_rate", {"figure": self.env._("Trial to full sale"),
                                   "value": ratio(counts["trials_full"], counts["trials"])},
                    rows[-1].domain, rows[-1].drills, {"value": PERCENT})
        return (*rows, share)
