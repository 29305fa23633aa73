from odoo import fields, models

from .crm_lead_gate import MACHINE


class CrmTeam(models.Model):
    _inherit = "crm.team"

    conveyor_norm_touches = fields.Integer("Norm of Touches", help="Before a lead may be given up. 0: as the company says.")
    conveyor_norm_conversations = fields.Integer("Norm of Conversations", help="0: as the company says.")
    conveyor_window_days = fields.Integer("Decision Window, Days", help="0: as the company says.")
    conveyor_daily_capacity = fields.Integer("Touches a Day and Person", help="By hand. 0: as the company says.")

    def _action_assign_leads(self, force_quota=False, creation_delta_days=7):
        """Odoo's assignment is a machine: recorded, never held by a gate."""
        return super(CrmTeam, self.with_context(conveyor_machine=MACHINE))._action_assign_leads(
            force_quota=force_quota, creation_delta_days=creation_delta_days)
