from odoo import fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    # lets a figure of the funnel open its leads; the rows say nothing that the lead does not
    funnel_fact_ids = fields.One2many(
        "conveyor.funnel.fact", "lead_id", "Funnel Facts", readonly=True, copy=False, bypass_search_access=True)
