from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

PHASES = [
    ("lead_generation", "Lead Generation"),
    ("first_sale", "First Sale"),
    ("account_management", "Account Management"),
]
GATE_MODES = [("off", "Do not check"), ("advise", "Advise"), ("block", "Block")]
PHASE_HELP = (
    "The process this section belongs to: making leads, leading a client to the first sale, or working with him afterwards.")
GATE_HELP = (
    "Advise: the card moves and a message names what is missing. Block: people cannot move it on until every required "
    "item is there or waived. Do not check: nothing is said.")
PERFORMER_HELP = (
    "Who works in this section. A client who enters is handed over to him, with a note in the chatter; the first seller "
    "keeps the credit.")


class CrmStage(models.Model):
    _inherit = "crm.stage"

    conveyor_phase = fields.Selection(
        PHASES, string="Phase", default="first_sale", required=True, help=PHASE_HELP)
    conveyor_phase_name = fields.Char("Phase's Name", compute="_compute_conveyor_phase_name")
    work_item_ids = fields.One2many(
        "conveyor.work.item", "stage_id", string="Standard Work", copy=True,
        help="What is done in this section with every client, always.")
    work_item_count = fields.Integer(compute="_compute_work_item_count", string="Standard Work Items")
    gate_mode = fields.Selection(
        [("inherit", "As the company's setting"), *GATE_MODES], string="Leaving without the Work",
        default="inherit", required=True, help=GATE_HELP)
    performer = fields.Selection([
        ("salesperson", "The lead's salesperson"), ("team", "A team"),
        ("role", "A role"), ("automatic", "Nobody, it runs by itself"),
    ], default="salesperson", required=True, help=PERFORMER_HELP)
    performer_team_id = fields.Many2one(
        "crm.team", string="Performing Team", ondelete="set null",
        help="The member with the fewest open leads in this section receives the client.")
    performer_role = fields.Selection([
        ("team_leader", "Team leader"), ("account_manager", "The customer's account manager"),
        ("first_seller", "First seller"), ("user", "A certain person"),
    ], string="Performing Role",
        help="Who of the lead's people receives the client. If there is nobody, the salesperson keeps him.")
    performer_user_id = fields.Many2one(
        "res.users", string="Performing Person", domain=[("share", "=", False)], ondelete="set null",
        help="Receives every client who enters this section.")
    client_change = fields.Text(
        "Client on Leaving", translate=True,
        help="How the client has changed on leaving this section, in a sentence that a salesperson can check.")
    norm_days = fields.Integer(
        "Norm, Days", help="How many days a client should need here. 0: no norm.")
    norm_touches = fields.Integer(
        "Norm, Touches", help="How many touches one client should need here. 0: no norm.")

    _norms_positive = models.Constraint(
        "CHECK (norm_days >= 0 AND norm_touches >= 0)", "A section's norms cannot be below zero.")

    @api.depends("conveyor_phase")
    @api.depends_context("lang")
    def _compute_conveyor_phase_name(self):
        names = dict(self._fields["conveyor_phase"]._description_selection(self.env))
        for stage in self:
            stage.conveyor_phase_name = names.get(stage.conveyor_phase, False)

    @api.depends("work_item_ids")
    def _compute_work_item_count(self):
        counts = dict(self.env["conveyor.work.item"]._read_group(
            [("stage_id", "in", self.ids)], ["stage_id"], ["__count"]))
        for stage in self:
            stage.work_item_count = counts.get(stage._origin, 0)

    @api.constrains("performer", "performer_team_id", "performer_role", "performer_user_id")
    def _check_performer(self):
        for stage in self:
            if stage.performer == "team" and not stage.performer_team_id:
                raise ValidationError(self.env._(
                    "Section %(section)s is performed by a team: choose the team.", section=stage.name))
            if stage.performer == "role" and not stage.performer_role:
                raise ValidationError(self.env._(
                    "Section %(section)s is performed by a role: choose the role.", section=stage.name))
            if stage.performer == "role" and stage.performer_role == "user" and not stage.performer_user_id:
                raise ValidationError(self.env._(
                    "Section %(section)s is performed by a certain person: choose him.", section=stage.name))

    def action_open_leads(self):
        """The open leads that stand in this section."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("crm.crm_lead_opportunities")
        return {**action, "domain": [("stage_id", "=", self.id)], "context": {"default_stage_id": self.id},
                "display_name": self.name}

    @api.model
    @api.readonly
    def get_conveyor_sections(self):
        """All sections in order, as the kanban's columns need them.

        :return: list of ``{id, phase, phase_name, has_work}``
        """
        with_work = self.env["conveyor.work.item"]._stages_with_work()
        return [{
            "id": stage.id, "phase": stage.conveyor_phase, "phase_name": stage.conveyor_phase_name,
            "has_work": stage.id in with_work,
        } for stage in self.search([], order="sequence, id")]

    @api.model
    @ormcache("team_id")
    def _pipeline(self, team_id):
        """Ids of the sections that leads of the team (``False``: of no team)
        can pass, in order, global ones included."""
        stages = self.sudo().search([], order="sequence, id")  # the order of sections is no secret
        return tuple(
            stage.id for stage in stages if not stage.team_ids or team_id in stage.team_ids.ids)

    def _gate_mode(self, company):
        """The section's mode: its own, or the company's."""
        self.ensure_one()
        return company.conveyor_gate_mode if self.gate_mode == "inherit" else self.gate_mode

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        result = super().write(vals)
        if {"sequence", "team_ids", "is_won", "conveyor_phase"} & vals.keys():
            self.env.registry.clear_cache()
            self.env["conveyor.funnel.fact"]._pipeline_changed()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
