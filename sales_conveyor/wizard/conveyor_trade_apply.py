from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import trade
from ..models.crm_stage import PHASES

ORIGINS = [
    ("new", "New"), ("reused", "Reused"), ("won", "Won section"), ("kept", "Kept"), ("limited", "To other teams"),
]


class ConveyorTradeApply(models.TransientModel):
    """Lay a ready set over the pipeline: choose, map, look, apply.

    Nothing is written to the pipeline before the last button, and that one
    does what the preview shows or, if the sections have changed meanwhile,
    shows the new preview instead.
    """

    _name = "conveyor.trade.apply"
    _description = "Apply a Ready Set"

    step = fields.Selection(
        [("choose", "Choose"), ("map", "Your Sections"), ("preview", "Preview")], default="choose", required=True)
    set_id = fields.Many2one(
        "conveyor.trade.set", "Ready Set", required=True,
        default=lambda self: self.env["conveyor.trade.set"].search([], limit=1))
    description = fields.Text(related="set_id.description")
    section_ids = fields.Many2many(
        "conveyor.trade.section", string="Sections", compute="_compute_section_ids", store=True, readonly=False,
        domain="[('set_id', '=', set_id)]", help="Take away the ones that you do without.")
    several_companies = fields.Boolean(compute="_compute_several_companies")
    scope = fields.Selection(
        [("company", "The whole company"), ("teams", "Chosen teams")], string="For",
        default=lambda self: "teams" if self._has_several_companies() else "company", required=True)
    team_ids = fields.Many2many("crm.team", string="Teams")
    mapped = fields.Char(help="What the mapping was proposed for.")
    stage_ids = fields.One2many("conveyor.trade.apply.stage", "wizard_id", "Your Sections")
    place_ids = fields.One2many("conveyor.trade.apply.place", "wizard_id", "Resulting Pipeline")
    has_changed = fields.Boolean(help="The sections were changed after the preview.")
    summary = fields.Char(compute="_compute_summary")

    @api.depends("set_id")
    def _compute_section_ids(self):
        for wizard in self:
            wizard.section_ids = wizard.set_id.section_ids

    def _compute_several_companies(self):
        self.several_companies = self._has_several_companies()

    @api.model
    def _has_several_companies(self):
        return self.env["res.company"].sudo().search_count([], limit=2) > 1  # also those one does not work for

    @api.depends("place_ids.origin", "place_ids.new_work_count")
    def _compute_summary(self):
        for wizard in self:
            origins = wizard.place_ids.mapped("origin")
            wizard.summary = self.env._(
                "Sections – new: %(new)s, reused: %(reused)s, kept: %(kept)s. New items of standard work: %(work)s. "
                "Nothing is deleted.",
                new=len(wizard.place_ids.filtered(lambda place: place.origin != "kept" and not place.stage_id)),
                reused=origins.count("reused"), kept=origins.count("kept"),
                work=sum(wizard.place_ids.mapped("new_work_count")))

    # ------------------------------------------------------------ steps
    def action_next(self):
        """On to the mapping, then to the preview."""
        self.ensure_one()
        self._check_choice()
        if self.step == "choose":
            self._propose()
            self.step = "map"
        else:
            self._show()
            self.step = "preview"
        return self._reopen()

    def action_back(self):
        self.ensure_one()
        self.write({"step": "map" if self.step == "preview" else "choose", "has_changed": False})
        return self._reopen()

    def action_apply(self):
        """Apply what the preview shows."""
        self.ensure_one()
        self._check_choice()
        shown = self._shown(self.place_ids)
        if shown != self._shown(self._show()):
            self.has_changed = True
            return self._reopen()
        application = self.env["conveyor.trade.application"]._apply(
            self.set_id, self._teams(), self.section_ids, self._decisions())
        return self._notice(application)

    def _check_choice(self):
        if not self.section_ids:
            raise UserError(self.env._("Choose at least one section of %(set)s.", set=self.set_id.name))
        if self.scope == "teams" and not self.team_ids:
            raise UserError(self.env._("Choose the teams that %(set)s is for.", set=self.set_id.name))
        if self.scope == "company" and self._has_several_companies():
            raise UserError(self.env._(
                "Sections belong to teams, not to companies: with several companies choose the teams that %(set)s "
                "is for.", set=self.set_id.name))

    def _teams(self):
        return self.team_ids if self.scope == "teams" else self.team_ids.browse()

    def _decisions(self):
        """The mapping, and for sections made by others since then what is proposed for them."""
        mapped = {line.stage_id.id: trade.Decision(line.use, line.section_id.id or None, line.rename)
                  for line in self.stage_ids if line.stage_id}
        taken = {decision.part for decision in mapped.values() if decision.part}
        since = {stage_id: decision for stage_id, decision
                 in self.set_id._propose(self._teams(), self.section_ids).items()
                 if stage_id not in mapped and decision.part and decision.part not in taken}
        return {**since, **mapped}

    def _propose(self):
        """Fill the mapping, unless it was made for the same choice before."""
        key = f"{self.set_id.id} {sorted(self.section_ids.ids)} {sorted(self._teams().ids)}"
        if key == self.mapped:
            return
        proposal = self.set_id._propose(self._teams(), self.section_ids)
        self.write({"mapped": key, "stage_ids": [Command.clear(), *(
            Command.create({
                "stage_id": stage_id, "use": decision.use, "section_id": decision.part, "rename": decision.rename})
            for stage_id, decision in proposal.items())]})

    def _show(self):
        """Make the preview anew."""
        plan = self.env["conveyor.trade.application"]._plan(
            self.set_id, self._teams(), self.section_ids, self._decisions())
        limited = self.stage_ids.filtered(lambda line: line.use == "limit").stage_id
        places = [
            self._prepare_place(planned) for planned in plan
            if planned.origin != "kept" or planned.stage._is_passed_by(self._teams()) and planned.stage not in limited]
        places += [{"origin": "limited", "stage_id": stage.id, "name": stage.name, "phase": stage.conveyor_phase}
                   for stage in limited]
        self.place_ids = [Command.clear(), *(
            Command.create({**place, "sequence": number}) for number, place in enumerate(places, 1))]
        return self.place_ids

    def _prepare_place(self, planned):
        stage, section = planned.stage, planned.section
        takes_name = not stage or planned.rename
        takes_norms = section and (not stage or planned.is_new_link)
        standing = stage.work_item_ids
        added = section.work_ids - stage.with_context(active_test=False).work_item_ids.trade_work_id
        vals = section._prepare_stage(stage) if takes_norms else {}
        return {
            "origin": planned.origin, "stage_id": stage.id, "section_id": section.id,
            "name": section.name if section and takes_name else stage.name or self.env._("Won"),
            "phase": vals.get("conveyor_phase", stage.conveyor_phase or "first_sale"),
            "norm_days": vals.get("norm_days", stage.norm_days),
            "norm_touches": vals.get("norm_touches", stage.norm_touches),
            "work": "\n".join(map(self._describe, [*standing, *added])), "new_work_count": len(added),
            "teams": ", ".join(stage._teams_beside(self._teams()).mapped("name")) if stage else False,
        }

    def _describe(self, work):
        mark = self.env._("required") + ", " if work.required else ""
        return f"• {work.name} ({mark}{work._how()})"

    @api.model
    def _shown(self, places):
        return [(place.origin, place.stage_id, place.section_id, place.name, place.work) for place in places]

    # ------------------------------------------------------------ windows
    def _reopen(self):
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form",
            "views": [(False, "form")], "target": "new", "name": self.env._("Apply a Ready Set"),
            "context": {**self.env.context, "dialog_size": "extra-large"},
        }

    def _notice(self, application):
        sections = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_section_action")
        if self._teams():
            sections["domain"] = ["|", ("team_ids", "=", False), ("team_ids", "in", self._teams().ids)]
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "type": "success", "next": sections,
                "message": self.env._(
                    "%(set)s is applied. New sections: %(stages)s, new items of standard work: %(items)s. It can be "
                    "taken back under Applied Sets.",
                    set=self.set_id.name, stages=len(application.stage_ids), items=len(application.item_ids)),
            },
        }


class ConveyorTradeApplyStage(models.TransientModel):
    _name = "conveyor.trade.apply.stage"
    _description = "What Becomes of an Existing Section"
    _order = "id"

    wizard_id = fields.Many2one("conveyor.trade.apply", required=True, ondelete="cascade")
    stage_id = fields.Many2one("crm.stage", "Section Now", readonly=True, ondelete="cascade")
    is_won = fields.Boolean(related="stage_id.is_won")
    use = fields.Selection(
        [("reuse", "Becomes"), ("won", "Is the won section"), ("keep", "Stays as it is"),
         ("limit", "Goes to the other teams")], string="What Becomes of It", required=True, default="keep")
    section_id = fields.Many2one("conveyor.trade.section", "Section of the Set")
    rename = fields.Boolean("Takes the Name", default=True)
    open_leads = fields.Integer(compute="_compute_facts")
    note = fields.Char("Good to Know", compute="_compute_facts")

    @api.depends("use", "stage_id", "wizard_id.team_ids", "wizard_id.scope")
    def _compute_facts(self):
        for line in self:
            stage, teams = line.stage_id, line.wizard_id._teams()._origin
            line.open_leads = stage._open_leads_of(teams)
            beside = stage._teams_beside(teams)
            problem = line.use == "limit" and stage._limit_problem(teams)
            if problem or not beside or line.use != "reuse":
                line.note = problem
            else:
                line.note = self.env._(
                    "Also a section of %(teams)s: its work will be theirs too.",
                    teams=", ".join(beside.mapped("name")))

    @api.onchange("use")
    def _onchange_use(self):
        if self.use != "reuse":
            self.section_id = False


class ConveyorTradeApplyPlace(models.TransientModel):
    _name = "conveyor.trade.apply.place"
    _description = "Section of the Resulting Pipeline"
    _order = "sequence, id"

    wizard_id = fields.Many2one("conveyor.trade.apply", required=True, ondelete="cascade")
    sequence = fields.Integer()
    origin = fields.Selection(ORIGINS, required=True)
    phase = fields.Selection(PHASES)
    name = fields.Char("Section")
    stage_id = fields.Many2one("crm.stage", "Section Now", ondelete="cascade")
    section_id = fields.Many2one("conveyor.trade.section", "Section of the Set", ondelete="cascade")
    work = fields.Text("Standard Work")
    new_work_count = fields.Integer()
    norm_days = fields.Integer("Days")
    norm_touches = fields.Integer("Touches")
    teams = fields.Char("Shared with")
