from odoo import api, fields, models
from odoo.exceptions import UserError


class ConveyorCadenceSwitch(models.TransientModel):
    """Switching a cadence on or off, with a decision about the clients there are."""

    _name = "conveyor.cadence.switch"
    _description = "Switch a Cadence On or Off"

    cadence_id = fields.Many2one("conveyor.cadence", required=True, ondelete="cascade")
    turn = fields.Selection([("on", "On"), ("off", "Off")], required=True, default="on")
    existing_count = fields.Integer("There Already", compute="_compute_counts")
    inside_count = fields.Integer(compute="_compute_counts")
    summary = fields.Text(compute="_compute_counts")
    existing = fields.Selection(
        [("leave", "Leave them; only those who come from now on enter"), ("enrol", "Enrol them as well")],
        "Those There Already", default="leave", required=True)
    first_count = fields.Integer("How Many", help="Those in whom most was invested come first. 0: all of them.")
    per_day = fields.Integer(
        "Begin a Day", default=lambda self: self.env.company.conveyor_daily_capacity,
        help="So many begin each day, so that nobody's day is flooded. 0: all at once.")
    inside = fields.Selection(
        [("wait", "They wait and go on when it is switched on again"), ("stop", "They leave it for good")],
        "Those Inside", default="wait", required=True)
    sending_stopped = fields.Boolean(compute="_compute_counts")

    @api.depends("cadence_id", "turn")
    def _compute_counts(self):
        for wizard in self:
            cadence = wizard.cadence_id
            wizard.existing_count = cadence._count_existing() if wizard.turn == "on" else 0
            wizard.inside_count = cadence.running_count + cadence.snoozed_count
            wizard.sending_stopped = (cadence.company_id or self.env.company).conveyor_sending_stopped
            wizard.summary = wizard._summary()

    def _summary(self):
        cadence = self.cadence_id
        by_hand = cadence.step_count - cadence.automatic_count
        if self.turn == "off":
            if self.inside_count == 1:
                return self.env._("One client is inside. Nothing goes out to him any more.")
            return self.env._("%(count)s clients are inside. Nothing goes out to them any more.", count=self.inside_count)
        text = self.env._(
            "Touches: %(steps)s, automatic %(automatic)s, by hand %(by_hand)s.", steps=cadence.step_count,
            automatic=cadence.automatic_count, by_hand=by_hand)
        variants = cadence._variants().filtered(lambda variant: variant.is_on and variant != cadence)
        if variants:
            text += " " + self.env._(
                "It is a variant of a split test with %(others)s: clients are shared out by weight.",
                others=", ".join(variants.mapped("name")))
        return text

    def action_apply(self):
        """Do it: only what was chosen here happens to clients who were there before."""
        self.ensure_one()
        if self.turn == "on":
            return self._switch_on()
        if self.inside == "stop":
            self.env["conveyor.enrolment"].search([
                ("cadence_id", "=", self.cadence_id.id), ("state", "in", ("running", "snoozed")),
            ])._stop("manual", self.env._("The cadence was switched off."))
        self.cadence_id.is_on = False
        return {"type": "ir.actions.act_window_close"}

    def _switch_on(self):
        self.cadence_id._check_ready()
        if self.first_count < 0 or self.per_day < 0:
            raise UserError(self.env._("How many and how many a day cannot be less than 0."))
        existing = self.cadence_id._existing() if self.existing == "enrol" else None
        self.cadence_id.is_on = True
        if existing:
            self.cadence_id._enrol_existing(
                existing[:self.first_count] if self.first_count else existing, self.per_day, fields.Datetime.now())
        return {"type": "ir.actions.act_window_close"}
