from dataclasses import dataclass

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..engine import trade
from .crm_stage_trade import take_terms


@dataclass(frozen=True)
class Planned:
    """One section of the resulting pipeline: a stage, a section of the set,
    or both. ``origin``: ``new``, ``reused``, ``won`` (the won section, made
    when there is no stage) or ``kept``."""

    origin: str
    stage: models.BaseModel
    section: models.BaseModel
    rename: bool
    sequence: int

    @property
    def is_new_link(self):
        """A standing stage that follows the section from now on."""
        return bool(self.stage and self.section and self.stage.trade_section_id != self.section)


class ConveyorTradeApplication(models.Model):
    """A ready set applied to the pipeline: what it made and changed, so that it
    can be taken back.

    ``_plan`` says what would be, writing nothing; ``_apply`` does exactly that.
    """

    _name = "conveyor.trade.application"
    _description = "Applied Ready Set"
    _order = "create_date desc, id desc"
    _rec_name = "set_id"

    set_id = fields.Many2one("conveyor.trade.set", "Ready Set", required=True, readonly=True, ondelete="cascade")
    team_ids = fields.Many2many("crm.team", string="Teams", readonly=True, help="None: the whole company.")
    stage_ids = fields.Many2many("crm.stage", string="Sections Made", readonly=True)
    item_ids = fields.Many2many("conveyor.work.item", string="Standard Work Made", readonly=True)
    changes = fields.Json(readonly=True, help="Values of existing sections, before and after.")
    state = fields.Selection([("applied", "Applied"), ("undone", "Taken back")], default="applied", readonly=True)

    # ------------------------------------------------------------ planning
    @api.model
    def _check_decisions(self, trade_set, teams, sections, decisions):
        """Refuse what cannot be done, in the words of the wizard.

        :param decisions: ``{stage id: engine Decision}``
        :raise UserError: what is wrong, with which section, and what to do
        """
        stages = self.env["crm.stage"].browse(decisions)
        for stage in stages:
            decision = decisions[stage.id]
            problem = self._decision_problem(stage, decision, sections)
            if decision.use == "limit":
                problem = stage._limit_problem(teams)
            if problem:
                raise UserError(problem)
        parts = [decision.part for decision in decisions.values() if decision.use == "reuse"]
        if doubled := next((part for part in parts if parts.count(part) > 1), None):
            raise UserError(self.env._(
                "Two sections are to become %(section)s. Choose one of them.",
                section=sections.browse(doubled).name))
        if [decision.use for decision in decisions.values()].count("won") > 1:
            raise UserError(self.env._("Two sections are to be the won section. Keep one of them as it is."))
        limited = stages.filtered(lambda stage: decisions[stage.id].use == "limit")
        if limited and not self._landing(limited):
            raise UserError(self.env._(
                "Leads without a team need an open section of their own: keep or reuse at least one section that "
                "is shared with all teams, for example %(section)s.", section=limited[0].name))

    @api.model
    def _landing(self, limited):
        """Open sections that are left to leads without a team."""
        return self.env["crm.stage"].sudo().search([  # with other companies' teams in view
            ("id", "not in", limited.ids), ("team_ids", "=", False), ("is_won", "=", False), ("fold", "=", False)])

    @api.model
    def _decision_problem(self, stage, decision, sections):
        section = sections.browse(decision.part or [])
        if decision.use == "won" and not stage.is_won:
            return self.env._("%(section)s is no won section. Reuse it, or keep it.", section=stage.name)
        if decision.use == "reuse" and section not in sections:
            return self.env._("Choose which section of the set %(section)s becomes.", section=stage.name)
        if decision.use == "reuse" and stage.is_won and not section.is_won:
            return self.env._(
                "%(section)s is a won section: its leads are sold. It cannot become %(part)s. Let it be the won "
                "section, or keep it.", section=stage.name, part=section.name)
        if decision.use == "reuse" and section.is_won and not stage.is_won:
            return self.env._(
                "%(part)s is the won section of the set: the open leads in %(section)s would all be won. Choose "
                "another section.", section=stage.name, part=section.name)
        return False

    @api.model
    def _plan(self, trade_set, teams, sections, decisions):
        """The whole order of sections once the set is applied. Writes nothing.

        :param teams: none for the whole company
        :param sections: those of the set that are wanted
        :param decisions: ``{stage id: engine Decision}``; other stages stay
        :return: list of ``Planned``, other teams' sections included
        """
        self._check_decisions(trade_set, teams, sections, decisions)
        uses = {stage_id: trade.WON if decision.use == "won" else decision.part
                for stage_id, decision in decisions.items() if decision.use in ("won", "reuse")}
        places = trade.assemble(trade_set._standing(teams), sections._parts(), uses)
        stages = [self.env["crm.stage"].browse(place.standing or []) for place in places]
        sequences = trade.renumber([stage.sequence if stage else None for stage in stages])
        return [
            Planned(
                self._origin_of(place, uses), stage, sections.browse(place.part or []),
                decisions.get(stage.id, trade.Decision()).rename, sequence)
            for place, stage, sequence in zip(places, stages, sequences)
        ]

    @api.model
    def _origin_of(self, place, uses):
        if place.part:
            return "reused" if place.standing else "new"
        return "won" if place.standing is None or uses.get(place.standing) == trade.WON else "kept"

    # ------------------------------------------------------------ applying
    @api.model
    def _apply(self, trade_set, teams, sections, decisions):
        """Bring the planned pipeline about; see ``_plan``. Deletes nothing,
        and makes nothing that an earlier application has made.

        :return: the application, which can be taken back
        """
        if not (self.env.su or self.env.user.has_group("sales_team.group_sale_manager")):
            raise AccessError(self.env._("Only sales managers may apply a ready set. Ask one of them."))
        trade_set.applied_date = fields.Datetime.now()  # of two at once the second waits, and sees the first's
        plan = self._plan(trade_set, teams, sections, decisions)
        touched = self.env["crm.stage"].union(*(planned.stage for planned in plan))
        before = touched._snapshot()
        made = self._make_stages(plan, teams)
        self._adapt_stages(plan, teams, decisions)
        stages = {planned.section: planned.stage or made.get(planned) for planned in plan if planned.section}
        items = self._make_items(stages)
        changes = self._changes(before, touched._snapshot())
        return self.create({
            "set_id": trade_set.id, "team_ids": [Command.set(teams.ids)], "changes": changes,
            "item_ids": [Command.set(items.ids)],
            "stage_ids": [Command.set([stage.id for stage in made.values()])]})

    @api.model
    def _make_stages(self, plan, teams):
        """``{planned: stage}`` for those that do not exist."""
        missing = [planned for planned in plan if not planned.stage]
        source = self.env["crm.stage"].with_context(lang=None)
        stages = source.create([{
            **(planned.section._prepare_stage(source) if planned.section else {}),
            "name": planned.section.with_context(lang=None).name or "Won",
            "is_won": planned.section.is_won if planned.section else True,
            "fold": planned.section.fold, "sequence": planned.sequence, "team_ids": [Command.set(teams.ids)],
        } for planned in missing])
        for planned, stage in zip(missing, stages):
            if planned.section:
                take_terms(stage, planned.section, ["name", "client_change"])
            else:
                stage.update_field_translations("name", {
                    lang: self.with_context(lang=lang).env._("Won")
                    for lang, _name in self.env["res.lang"].get_installed()})
        return dict(zip(missing, stages.with_env(self.env)))

    @api.model
    def _adapt_stages(self, plan, teams, decisions):
        for planned in plan:
            if planned.stage and planned.is_new_link:
                take_terms(planned.stage, planned.section, ["client_change", *(["name"] if planned.rename else [])])
            if vals := planned.stage and self._prepare_adaption(planned, teams):
                planned.stage.sudo().write(vals)  # its teams may be other companies'
        for stage in self.env["crm.stage"].browse(decisions):
            if decisions[stage.id].use == "limit":
                stage.sudo().team_ids = stage._teams_beside(teams)  # other companies' among them

    @api.model
    def _prepare_adaption(self, planned, teams):
        """What changes on a stage that exists; nothing it was given by people
        after an earlier application of the set."""
        stage = planned.stage
        vals = {"sequence": planned.sequence} if stage.sequence != planned.sequence else {}
        if planned.is_new_link:
            vals.update(planned.section._prepare_stage(stage))
        own = stage._teams()
        if planned.origin in ("reused", "won") and own and not (teams and teams <= own):
            vals["team_ids"] = [Command.set((own | teams).ids if teams else [])]
        return vals

    @api.model
    def _make_items(self, stages):
        """The standard work that these stages lack; what a manager has put
        away in the archive stays there."""
        Item = self.env["conveyor.work.item"].with_context(active_test=False, lang=None)
        known = {(item.stage_id, item.trade_work_id) for item in Item.search(
            [("stage_id", "in", [stage.id for stage in stages.values()]), ("trade_work_id", "!=", False)])}
        missing = [
            (work, stage) for section, stage in stages.items() for work in section.work_ids
            if (stage, work) not in known]
        items = Item.create([work.with_context(lang=None)._prepare_item(stage) for work, stage in missing])
        for (work, _stage), item in zip(missing, items):
            take_terms(item, work, ["name", "instructions"])
        return items

    # ------------------------------------------------------------ taking back
    @api.model
    def _changes(self, before, after):
        return [
            {"stage": stage_id, "field": name, "before": value, "after": after[stage_id][name]}
            for stage_id, values in before.items() for name, value in values.items()
            if value != after[stage_id][name]]

    def action_undo(self):
        """Take the application back as far as nobody has built on it.

        Sections made by it go, unless a lead stands in one or has passed it;
        standard work goes, or into the archive if it was done for somebody;
        existing sections get back every value that is still as the set left it.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "undone":
            raise UserError(self.env._("%(set)s has been taken back already.", set=self.set_id.name))
        unused = self.stage_ids.exists()._unused()
        left = self.stage_ids.exists() - unused
        self._drop_items(self.item_ids.exists().filtered(lambda item: item.stage_id not in left))
        unused.unlink()
        for change in self.changes or []:
            self.env["crm.stage"].browse(change["stage"]).exists()._restore(change)
        self.state = "undone"
        return self._undo_notice(left)

    def _drop_items(self, items):
        done = self.env["conveyor.work"].sudo().search(
            [("item_id", "in", items.ids), ("state", "!=", "todo")]).item_id  # whoever's leads they are
        done.active = False
        (items - done).unlink()

    def _undo_notice(self, left):
        message = self.env._("%(set)s has been taken back.", set=self.set_id.name)
        if left:
            message += " " + self.env._(
                "These sections stay, since leads stand in them or have passed them: %(sections)s.",
                sections=", ".join(left.mapped("name")))
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {"type": "warning" if left else "success", "message": message, "sticky": bool(left),
                       "next": {"type": "ir.actions.client", "tag": "soft_reload"}},
        }
