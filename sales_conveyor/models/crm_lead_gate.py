from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import section

# in the context of a machine's writes; an object, so that no client can send it
MACHINE = object()
# what follows from facts; people read it
KEPT = {"sale_kind", "first_seller_id", "origin_lead_id"}


class CrmLead(models.Model):
    """The gate: who is held, on which ways, and by which sections' work."""

    _inherit = "crm.lead"

    def _as_machine(self):
        """The leads as a merge, an order or a hand-over writes them: recorded, never held."""
        return self.with_context(conveyor_machine=MACHINE)

    def _gate_company(self):
        """Whose rules hold: the lead's company, else the user's own. Not the
        one that is chosen in the switcher, which is the client's word."""
        return self.company_id or self.env.user.company_id

    def _moved_by_person(self):
        """Automations, merges, conversions, orders and superusers are machines.

        The context is the client's own in RPC: only what JSON cannot say counts.
        """
        context = self.env.context
        automations = context.get("__action_done")
        by_automation = isinstance(automations, dict) and any(
            isinstance(rule, models.BaseModel) for rule in automations)
        return not (self.env.su or context.get("conveyor_machine") is MACHINE or by_automation)

    def _check_kept(self, vals_list):
        """The record that the conveyor keeps by itself is not for people to write.

        :raise UserError: naming the fields
        """
        if not self._moved_by_person():
            return
        if names := sorted({name for vals in vals_list for name in vals.keys() & KEPT if vals[name]}):
            raise UserError(self.env._(
                "The conveyor itself keeps %(fields)s of a lead. Leave them out.",
                fields=", ".join(self._fields[name]._description_string(self.env) for name in names)))

    def _check_gate(self, vals):
        """Hold people back where the section blocks and required work is missing.

        :raise GateError: lists what is missing, lead by lead
        """
        if not self._moved_by_person():
            return
        leads = self.sudo()  # the work of one's own leads; access to the leads is checked by the write
        target = self._meant("stage_id", vals)
        moves = {lead: section.Move(section.FORWARD, left) for lead in leads
                 if (left := lead._sections_left(vals, target))}
        Work = self.env["conveyor.work"]
        held = [row for row in Work._missing(moves, vals)
                if Work._verdict(*row, moves[row[0]], True) == section.BLOCK]
        if held:
            raise self._gate_error(held, target)

    def _meant(self, name, vals):
        """The id that the ORM will understand, whatever shape the client sends."""
        record_id = self._fields[name].convert_to_cache(vals[name], self.browse())
        return record_id if isinstance(record_id, int) else False

    def _sections_left(self, vals, target):
        """Sections whose work should be done by now, for a move to ``target``.

        A way round, over another team's sections or over none, counts from
        where the lead stood last in the pipeline that it comes to.
        """
        source = self.stage_id.id
        if source == target:
            return ()
        team_id = self._meant("team_id", vals) if "team_id" in vals else self.team_id.id
        pipeline = self.env["crm.stage"]._pipeline(team_id)
        if source in pipeline and target in pipeline:
            return section.classify(pipeline, source, target).left
        if source not in pipeline and team_id != self.team_id.id and target == self._landing_section(pipeline):
            return ()  # the new team has no such section: Odoo's own choice, that the form sends along
        home = self._home_of(source, pipeline)
        if source and target in home:
            return section.classify(home, source, target).left
        away = self._home_of(target, pipeline)
        is_won = self.env["crm.stage"].browse(target).is_won
        left = section.remaining(home, source, self._won_sections(home)) if is_won else (source,) * bool(source)
        return left + section.skipped(away, self._last_section(away), target)

    def _landing_section(self, pipeline):
        """Where Odoo puts a lead whose section the new team does not have."""
        return self.env["crm.stage"].browse(pipeline).filtered(lambda stage: not stage.fold)[:1].id

    def _home_of(self, stage_id, pipeline):
        """The pipeline that the section is part of: the given one, or its own team's."""
        if not stage_id or stage_id in pipeline:
            return pipeline
        stage = self.env["crm.stage"].browse(stage_id)
        return self.env["crm.stage"]._pipeline(stage.team_ids[:1].id)

    def _won_sections(self, pipeline):
        return set(self.env["crm.stage"].browse(pipeline).filtered("is_won").ids)

    def _last_section(self, pipeline):
        """The section of the pipeline in which the lead stood last: the first one
        if it stood elsewhere only, None if it never stood anywhere."""
        self.env["conveyor.transition"].flush_model(["lead_id", "to_stage_id", "date"])
        rows = self.env.execute_query(SQL(
            "SELECT to_stage_id FROM conveyor_transition WHERE lead_id = %s AND to_stage_id IS NOT NULL"
            " ORDER BY date DESC, id DESC", self.id))
        return next((stage_id for stage_id, in rows if stage_id in pipeline), pipeline[0] if rows and pipeline else None)
