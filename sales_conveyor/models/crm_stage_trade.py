from odoo import fields, models


class CrmStage(models.Model):
    """Which section of a ready set a stage follows: applying the set again
    finds it by this link, whatever the stage is called by then."""

    _inherit = "crm.stage"

    trade_section_id = fields.Many2one(
        "conveyor.trade.section", "From Ready Set", readonly=True, copy=False, ondelete="set null",
        index="btree_not_null")

    def _names(self):
        """The stage's name in every language."""
        self.ensure_one()
        translations = self._fields["name"]._get_stored_translations(self) or {}
        return [self.name, *translations.values()]

    def _is_passed_by(self, teams):
        """Whether leads of any of ``teams`` (none: of any team) can pass it."""
        self.ensure_one()
        return not teams or not self.team_ids or bool(self.team_ids & teams)

    def _teams_beside(self, teams):
        """The teams beside ``teams`` whose leads can pass it."""
        self.ensure_one()
        if not teams:
            return teams
        return (self.team_ids or self._all_teams()) - teams

    def _all_teams(self):
        return self.env["crm.team"].sudo().search([])  # a section may be shared with another company's team

    def _open_leads_of(self, teams):
        """Number of open leads here that belong to ``teams`` or to no team;
        without teams all of them."""
        domain = [("stage_id", "=", self.id), ("won_status", "=", "pending")]
        if teams:
            domain.append(("team_id", "in", [*teams.ids, False]))
        return self.env["crm.lead"].sudo().search_count(domain)  # whoever's they are, they stand there

    def _limit_problem(self, teams):
        """Why the section cannot be left to the other teams; False if it can."""
        self.ensure_one()
        if not teams:
            return self.env._("%(section)s: the set is for the whole company, so there are no other teams.",
                              section=self.name)
        if not self._teams_beside(teams):
            return self.env._("%(section)s belongs to no other team. Keep it, or reuse it.", section=self.name)
        if count := self._open_leads_of(teams):
            return self.env._(
                "%(section)s: %(count)s open leads of %(teams)s or of no team stand in it. Move them first, keep the "
                "section, or reuse it.", section=self.name, count=count, teams=", ".join(teams.mapped("name")))
        return False


class ConveyorWorkItem(models.Model):
    _inherit = "conveyor.work.item"

    trade_work_id = fields.Many2one(
        "conveyor.trade.work", "From Ready Set", readonly=True, copy=False, ondelete="set null",
        index="btree_not_null")
