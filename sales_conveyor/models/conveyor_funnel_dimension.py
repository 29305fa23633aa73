from odoo import api, models
from odoo.tools import SQL


class ConveyorFunnelDimension(models.AbstractModel):
    """What the funnel is counted by. When such a record is deleted, PostgreSQL
    takes it from the leads without a word: their facts are marked here."""

    _name = "conveyor.funnel.dimension"
    _description = "Dimension of the Funnel"

    _fact_column = None

    def unlink(self):
        """Mark the leads that were counted under these records."""
        if self._fact_column and self.ids:
            facts = self.env["conveyor.funnel.fact"]
            facts._mark(lead_id for lead_id, in self.env.execute_query(SQL(
                "SELECT DISTINCT lead_id FROM conveyor_funnel_fact WHERE %s = ANY(%s)",
                SQL.identifier(self._fact_column), self.ids)))
        return super().unlink()


class CrmTeam(models.Model):
    _name = "crm.team"
    _inherit = ["crm.team", "conveyor.funnel.dimension"]
    _fact_column = "team_id"


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "conveyor.funnel.dimension"]
    _fact_column = "user_id"


class UtmSource(models.Model):
    _name = "utm.source"
    _inherit = ["utm.source", "conveyor.funnel.dimension"]
    _fact_column = "source_id"


class UtmMedium(models.Model):
    _name = "utm.medium"
    _inherit = ["utm.medium", "conveyor.funnel.dimension"]
    _fact_column = "medium_id"


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = ["utm.campaign", "conveyor.funnel.dimension"]
    _fact_column = "campaign_id"


class CrmStage(models.Model):
    """A new or vanished section shifts what lies between two others."""

    _name = "crm.stage"
    _inherit = ["crm.stage", "conveyor.funnel.dimension"]
    _fact_column = "stage_id"

    @api.model_create_multi
    def create(self, vals_list):
        """Sections may be put between others."""
        stages = super().create(vals_list)
        self.env["conveyor.funnel.fact"]._pipeline_changed()
        return stages

    def unlink(self):
        """Sections around the deleted ones move together."""
        result = super().unlink()
        self.env["conveyor.funnel.fact"]._pipeline_changed()
        return result


class ResourceCalendar(models.Model):
    """A company without a time zone for reports uses its calendar's."""

    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            self.env.registry.clear_cache()  # companies remember it
            self.env["conveyor.funnel.fact"]._pipeline_changed()
        return result
