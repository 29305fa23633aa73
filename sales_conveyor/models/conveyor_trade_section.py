from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import trade
from .crm_stage import GATE_HELP, GATE_MODES, PERFORMER_HELP, PHASE_HELP, PHASES


class ConveyorTradeSection(models.Model):
    """A section of a ready set: the template of a ``crm.stage``."""

    _name = "conveyor.trade.section"
    _description = "Section of a Ready Set"
    _order = "set_id, sequence, id"

    set_id = fields.Many2one("conveyor.trade.set", "Ready Set", required=True, ondelete="cascade", index=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    phase = fields.Selection(PHASES, default="first_sale", required=True, help=PHASE_HELP)
    client_change = fields.Text(
        "Client on Leaving", translate=True,
        help="How the client has changed on leaving this section, in a sentence that a salesperson can check.")
    gate_mode = fields.Selection(
        [("inherit", "As the company's setting"), *GATE_MODES], string="Leaving without the Work",
        default="inherit", required=True, help=GATE_HELP)
    norm_days = fields.Integer("Norm, Days", help="How many days a client should need here. 0: no norm.")
    norm_touches = fields.Integer(
        "Norm, Touches", help="How many touches one client should need here. 0: no norm.")
    performer = fields.Selection(
        [("salesperson", "The lead's salesperson"), ("role", "A role"), ("automatic", "Nobody, it runs by itself")],
        default="salesperson", required=True, help=PERFORMER_HELP)
    performer_role = fields.Selection(
        [("team_leader", "Team leader"), ("account_manager", "The customer's account manager"),
         ("first_seller", "First seller")], string="Performing Role")
    is_optional = fields.Boolean("Optional", help="Many companies of this trade do without it.")
    is_won = fields.Boolean(
        "Won", help="The sale is made here. A set without such a section uses the won section that exists.")
    fold = fields.Boolean("Folded in Pipeline")
    aliases = fields.Char(
        "Other Names",
        help="Names that an existing section of the same meaning may have, in any language, separated by commas.")
    work_ids = fields.One2many("conveyor.trade.work", "section_id", "Standard Work", copy=True)
    work_count = fields.Integer(compute="_compute_work_count", string="Number of Works")

    _norms_positive = models.Constraint(
        "CHECK (norm_days >= 0 AND norm_touches >= 0)", "A section's norms cannot be below zero.")

    @api.depends("name", "set_id.name")
    @api.depends_context("with_set")
    def _compute_display_name(self):
        for section in self:
            section.display_name = (
                f"{section.set_id.name} / {section.name}" if self.env.context.get("with_set") else section.name)

    @api.depends("work_ids")
    def _compute_work_count(self):
        for section in self:
            section.work_count = len(section.work_ids)

    @api.constrains("performer", "performer_role")
    def _check_performer(self):
        for section in self:
            if section.performer == "role" and not section.performer_role:
                raise ValidationError(self.env._(
                    "Section %(section)s is performed by a role: choose the role.", section=section.name))

    def _names(self):
        """All names of the section, in every language, and its other names."""
        self.ensure_one()
        translations = self._fields["name"]._get_stored_translations(self) or {}
        return [self.name, *translations.values(), *(self.aliases or "").split(",")]

    def _parts(self):
        """These sections as plain data for the engine."""
        return [
            trade.Part(section.id, section.phase, trade.normalised(section._names()), section.is_won,
                       takes_leads=section.performer != "automatic")
            for section in self.sorted(lambda section: (section.sequence, section.id))
        ]

    def _prepare_stage(self, stage):
        """Values of ``stage`` when it begins to follow this section, beside
        names and teams. An existing stage keeps its gate mode, its performer
        unless that is the default, and a norm where the set has none."""
        self.ensure_one()
        vals = {
            "trade_section_id": self.id, "conveyor_phase": self.phase,
            "norm_days": self.norm_days or stage.norm_days, "norm_touches": self.norm_touches or stage.norm_touches,
        }
        if not stage:
            vals["gate_mode"] = self.gate_mode
        if not stage or stage.performer == "salesperson":
            vals.update(performer=self.performer, performer_role=self.performer_role)
        return vals
