from odoo import fields, models

from ..engine import trade


class ConveyorTradeSet(models.Model):
    """A ready conveyor for one trade: sections with their standard work.

    The shipped ones are starting values. A manager edits them or makes his
    own; nothing touches the pipeline until ``conveyor.trade.application``
    applies a set. Here is what it needs to know of both sides as plain data.
    """

    _name = "conveyor.trade.set"
    _description = "Ready Set by Trade"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True, help="For whom it is, and what is special about selling in this trade.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    section_ids = fields.One2many("conveyor.trade.section", "set_id", "Sections", copy=True)
    section_count = fields.Integer(compute="_compute_section_count", string="Number of Sections")
    applied_date = fields.Datetime("Last Applied", readonly=True, copy=False)

    def _compute_section_count(self):
        counts = dict(self.env["conveyor.trade.section"]._read_group(
            [("set_id", "in", self.ids)], ["set_id"], ["__count"]))
        for trade_set in self:
            trade_set.section_count = counts.get(trade_set._origin, 0)

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=trade_set.name)}
            for trade_set, vals in zip(self, super().copy_data(default))
        ]

    def action_preview(self):
        """Open the wizard with this set chosen. Writes nothing."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.action_conveyor_trade_apply")
        return {**action, "context": {"default_set_id": self.id, "dialog_size": "extra-large"}}

    # ------------------------------------------------------------ plain data
    def _stages(self, teams):
        """The sections that a set for ``teams`` (none: the whole company) has
        to do with: those that their leads can pass, and those that follow this
        set already, for whichever team."""
        return self.env["crm.stage"].search([], order="sequence, id").filtered(
            lambda stage: stage.trade_section_id.set_id == self or stage._is_passed_by(teams))

    def _standing(self, teams):
        """All existing sections, in order, for the engine."""
        return [
            trade.Standing(
                stage.id, trade.normalised(stage._names()), stage.is_won, stage.fold,
                candidate=not stage._teams() or bool(teams) and teams <= stage._teams(),
                part=stage.trade_section_id.id if stage.trade_section_id.set_id == self else None)
            for stage in self.env["crm.stage"].search([], order="sequence, id")
        ]

    def _propose(self, teams, sections):
        """``{stage id: Decision}`` to begin with, for the stages that matter."""
        uses = trade.propose(self._standing(teams), sections._parts())
        decisions = {}
        for stage in self._stages(teams):
            part = uses.get(stage.id)
            if part is None:
                decisions[stage.id] = trade.Decision()
            elif part == trade.WON:
                decisions[stage.id] = trade.Decision("won")
            elif stage.trade_section_id.id != part and stage._is_used_beside(teams):
                decisions[stage.id] = trade.Decision()  # other teams work there: it stays theirs
            else:
                linked = stage.trade_section_id.id == part
                decisions[stage.id] = trade.Decision(
                    "reuse", part, rename=not linked and not stage._teams_beside(teams))
        return self._propose_limits(teams, decisions)

    def _propose_limits(self, teams, decisions):
        """For some teams only: leave the others' sections to them where no
        lead stands in the way, but always keep where new leads land."""
        landing = self.env["crm.stage"].browse(decisions).filtered(
            lambda stage: not stage._teams() and not stage.is_won and not stage.fold)[:1]
        for stage in self.env["crm.stage"].browse(decisions) - landing:
            linked = stage.trade_section_id.set_id == self
            if not stage.is_won and not linked and not stage._limit_problem(teams):
                decisions[stage.id] = trade.Decision("limit")
        return decisions
