from odoo import models

from .crm_lead_gate import MACHINE


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def _action_assign_leads(self, force_quota=False, creation_delta_days=7):
        """Odoo's assignment is a machine: recorded, never held by a gate."""
        return super(CrmTeam, self.with_context(conveyor_machine=MACHINE))._action_assign_leads(
            force_quota=force_quota, creation_delta_days=creation_delta_days)
