from odoo import Command, fields, models

# what applying a ready set may change on a section that exists
TERMS = ("name", "client_change")
VALUES = (
    "sequence", "conveyor_phase", "norm_days", "norm_touches", "performer", "performer_role", "trade_section_id",
    "team_ids",
)


def take_terms(record, template, names):
    """Give ``record`` the texts ``names`` of ``template`` in every language."""
    for name in names:
        if template[name]:
            write_terms(record, name, template._fields[name]._get_stored_translations(template))


def write_terms(record, name, terms):
    """Make ``terms`` ({language: text}) the texts of the field, and only these."""
    if not terms:
        record[name] = False
        return
    languages = {"en_US", *(code for code, _name in record.env["res.lang"].get_installed())}
    record.update_field_translations(name, {lang: terms.get(lang, False) for lang in languages})


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
        own = self._teams()
        return not teams or not own or bool(own & teams)

    def _teams_beside(self, teams):
        """The teams beside ``teams`` whose leads can pass it."""
        if not teams:
            return teams
        return (self._teams() or self.env["crm.team"].sudo().search([])) - teams  # all companies', as for _teams

    def _is_used_beside(self, teams):
        """Whether open leads of teams beside ``teams`` stand in it."""
        beside = self._teams_beside(teams)
        return bool(beside) and bool(self.env["crm.lead"].sudo().search_count(  # whoever's they are
            [("stage_id", "=", self.id), ("won_status", "=", "pending"), ("team_id", "in", beside.ids)], limit=1))

    def _teams(self):
        """Its teams, those of companies that the user does not see included:
        without them the section would look as if it were everybody's."""
        self.ensure_one()
        return self.sudo().team_ids

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
        count = self._open_leads_of(teams)
        if count == 1:
            return self.env._(
                "%(section)s: an open lead of %(teams)s or of no team stands in it. Move it first, keep the section, or "
                "reuse it.", section=self.name, teams=", ".join(teams.mapped("name")))
        if count:
            return self.env._(
                "%(section)s: %(count)s open leads of %(teams)s or of no team stand in it. Move them first, keep the "
                "section, or reuse it.", section=self.name, count=count, teams=", ".join(teams.mapped("name")))
        return False

    # ------------------------------------------------------------ taking back
    def _unused(self):
        """Those in which no lead stands, and which none has passed."""
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)  # whoever's they are
        standing = leads.search([("stage_id", "in", self.ids)]).stage_id
        passed = self.env["conveyor.transition"].sudo().search(
            ["|", ("from_stage_id", "in", self.ids), ("to_stage_id", "in", self.ids)])
        return self - standing - passed.from_stage_id - passed.to_stage_id

    def _snapshot(self):
        """``{stage id: {field: value}}`` of what a ready set may change, as JSON."""
        return {stage.id: {**{name: stage._plain(name) for name in VALUES},
                           **{name: stage._fields[name]._get_stored_translations(stage) for name in TERMS}}
                for stage in self}

    def _plain(self, name):
        value = self._teams() if name == "team_ids" else self[name]
        if isinstance(value, models.BaseModel):
            return sorted(value.ids) if self._fields[name].type == "many2many" else value.id
        return value

    def _restore(self, change):
        """Give back the value before, unless it was changed again since."""
        name, before = change["field"], change["before"]
        if not self or self._snapshot()[self.id][name] != change["after"]:
            return
        if name in TERMS:
            write_terms(self, name, before)
        elif name == "team_ids":
            self.sudo().team_ids = [Command.set(self.env["crm.team"].browse(before).exists().ids)]
        else:
            self[name] = before


class ConveyorWorkItem(models.Model):
    _inherit = "conveyor.work.item"

    trade_work_id = fields.Many2one(
        "conveyor.trade.work", "From Ready Set", readonly=True, copy=False, ondelete="set null",
        index="btree_not_null")
