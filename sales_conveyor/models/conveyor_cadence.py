from odoo import fields, models

PURPOSES = [
    ("decision", "Decision window"), ("nurture", "Nurture"), ("account", "Account management"),
    ("reactivation", "Reactivation"), ("followup", "Follow-up of a purchase"),
]
TRIGGERS = [
    ("manual", "By hand or by an automation"), ("create", "A lead is created"), ("stage", "A section is entered"),
    ("lost", "A lead is lost"), ("won", "A lead is won"),
]


class ConveyorCadence(models.Model):
    """A sequence of touches with delays, channels and rules when to stop."""

    _name = "conveyor.cadence"
    _description = "Cadence"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    is_on = fields.Boolean("Switched On", default=True, tracking=True, help="Off: nobody enters, and those in it wait.")
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", "Company")
    description = fields.Text(translate=True)
    purpose = fields.Selection(PURPOSES, default="decision", required=True)
    target = fields.Selection([("lead", "Leads"), ("customer", "Customers")], default="lead", required=True)
    trigger = fields.Selection(TRIGGERS, "Clients Enter", default="manual", required=True)
    stage_ids = fields.Many2many("crm.stage", string="Sections", help="Empty: any section.")
    team_ids = fields.Many2many("crm.team", string="Sales Teams", help="Empty: all teams.")
    source_ids = fields.Many2many("utm.source", string="Sources", help="Empty: all sources.")
    lost_reason_ids = fields.Many2many("crm.lost.reason", string="Lost Reasons", help="Empty: any reason.")
    filter_domain = fields.Char("Only", help="Only leads or customers that match.")
    step_ids = fields.One2many("conveyor.cadence.step", "cadence_id", "Steps", copy=True)
    min_touches = fields.Integer("Norm of Touches", help="Fewer counted touches than this: not done yet. 0: the team's norm.")
    reentry = fields.Selection([
        ("never", "Never"), ("after_exit", "After the last one has ended"), ("each_cycle", "Once a cycle")],
        "Enter Again", default="after_exit", required=True)
    reason_policy = fields.Selection(
        [("next", "Each touch has a reason"), ("none", "Touches need no reason")],
        "Reasons", default="next", required=True)
    needs_consent = fields.Boolean("Only with Consent", help="Automatic messages go only to clients whose consent is on record.")
    variant_group = fields.Char("Split Test", help="Cadences of one group share out their clients by weight.")
    weight = fields.Integer(default=1)
