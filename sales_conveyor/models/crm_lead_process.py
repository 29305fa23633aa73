from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmLead(models.Model):
    """The lead's first-sale process."""

    _inherit = "crm.lead"

    conveyor_process_id = fields.Many2one(
        "conveyor.process", "First-Sale Process", compute="_compute_conveyor_process_id", search="_search_conveyor_process_id",
        compute_sudo=False)

    @api.depends("source_id", "medium_id", "campaign_id", "team_id", "company_id")
    def _compute_conveyor_process_id(self):
        stored = self.filtered(lambda lead: isinstance(lead.id, int))
        found = self.env["conveyor.process"]._process_of(stored) if stored else {}
        mine = set(self.env["conveyor.process"].search([("id", "in", list(set(found.values()) - {None}))]).ids)
        for lead in self:
            process_id = found.get(lead.id)
            lead.conveyor_process_id = process_id if process_id in mine else False

    def _search_conveyor_process_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        process = self.env["conveyor.process"]._matching_sql("l")
        asked = SQL("%s = ANY(%s)", process, [record_id for record_id in value if record_id])
        if False in value:
            asked = SQL("(%s OR %s IS NULL)", asked, process)
        self.flush_model(["source_id", "medium_id", "campaign_id", "team_id", "company_id"])
        return Domain("id", "in", SQL("(SELECT l.id FROM crm_lead l WHERE %s)", asked))
