from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .conveyor_domain import check_domain
from .conveyor_work_item import CHANNELS

DELAY_UNITS = [
    ("minutes", "minutes"), ("hours", "hours"), ("days", "days"), ("working_days", "working days"),
    ("weeks", "weeks"), ("months", "months"),
]
LONGEST = {"minutes": 5256000, "hours": 87600, "days": 3650, "working_days": 500, "weeks": 520, "months": 120}
PLAN_FIELDS = {"active", "sequence", "delay", "delay_unit", "delay_from", "day_part", "is_automatic", "is_loop_start"}
SENDS_ITSELF = {"email", "sms", "letter"}  # channels that need no server action to go by themselves


class ConveyorCadenceStep(models.Model):
    """One touch of a cadence: when, by which channel, by whom and why."""

    _name = "conveyor.cadence.step"
    _description = "Cadence Step"
    _order = "cadence_id, sequence, id"

    cadence_id = fields.Many2one("conveyor.cadence", required=True, ondelete="cascade", index=True)
    name = fields.Char(translate=True, default="")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    delay = fields.Integer(default=0)
    delay_unit = fields.Selection(DELAY_UNITS, "Unit", default="days", required=True)
    delay_from = fields.Selection(
        [("previous", "after the previous touch"), ("start", "after the start"), ("expected", "before the expected date")],
        "Counted", default="previous", required=True,
        help="Expected date: when the customer is expected to buy by his own rhythm, or his visit. Where it is not known, or far off, "
             "the touch comes after the days between account touches that the company has set.")
    day_part = fields.Selection(
        [("any", "Any time"), ("morning", "Morning"), ("evening", "Evening")], "Time of Day", default="any", required=True)
    channel = fields.Selection(CHANNELS, required=True, default="call")
    is_automatic = fields.Boolean("By Itself", help="Goes out without a person, after the checks before every automatic touch.")
    is_service = fields.Boolean("Service Message", help="A confirmation or promise, outside the weekly limit of marketing messages.")
    activity_type_id = fields.Many2one(
        "mail.activity.type", "Activity", ondelete="set null", domain="[('res_model', 'in', [False, target_model])]",
        help="What is planned for the salesperson. Empty: the type of the channel.")
    mail_template_id = fields.Many2one(
        "mail.template", "E-mail Template", ondelete="restrict", domain="[('model', '=', target_model)]")
    sms_template_id = fields.Many2one(
        "sms.template", "SMS Template", ondelete="restrict", domain="[('model', '=', target_model)]")
    server_action_id = fields.Many2one("ir.actions.server", "Server Action (Administrators)", ondelete="restrict")
    allowed_action_id = fields.Many2one(
        "conveyor.allowed.action", "Server Action", compute="_compute_allowed_action", inverse="_inverse_allowed_action",
        domain="[('model', '=', target_model)]", help="Those that an administrator has marked for cadences.")
    letter_body = fields.Html("Letter", translate=True)
    script = fields.Text("What to Say", translate=True)
    reason_policy = fields.Selection(
        [("cadence", "As the cadence says"), ("none", "None"), ("fixed", "Always this one"), ("next", "The next unused one")],
        "Reason", default="cadence", required=True)
    reason_id = fields.Many2one("conveyor.reason", "This Reason", ondelete="restrict")
    condition_domain = fields.Char("Only if", help="The step is left out for leads or customers that do not match.")
    is_loop_start = fields.Boolean("Repeat from Here", help="After the last step the cadence goes on from this one, without end.")
    target_model = fields.Char(related="cadence_id.target_model")

    def _needs_reason(self):
        """Whether a touch by this step must have a reason."""
        self.ensure_one()
        if self.reason_policy == "cadence":
            return self.cadence_id.reason_policy == "next"
        return self.reason_policy != "none"

    @api.depends("name", "channel")
    def _compute_display_name(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for step in self:
            step.display_name = step.name or channels.get(step.channel)

    def _words_with_delay(self):
        """*A new option: 2 days*, for where only the time tells two steps apart."""
        self.ensure_one()
        names = ("delay_unit", "delay_from", "day_part")
        unit, start, part = (dict(self._fields[name]._description_selection(self.env)).get(self[name]) for name in names)
        when = f"{self.delay:g} {unit} {start}"
        return f"{self.display_name}: {when}, {part}" if self.day_part != "any" else f"{self.display_name}: {when}"

    @api.depends("server_action_id")
    def _compute_allowed_action(self):
        for step in self:
            step.allowed_action_id = self.env["conveyor.allowed.action"].browse(step.server_action_id._origin.id or [])

    def _inverse_allowed_action(self):
        for step in self:
            step.server_action_id = step.allowed_action_id.id

    # ------------------------------------------------------------ checks
    @api.constrains(
        "channel", "is_automatic", "mail_template_id", "sms_template_id", "server_action_id", "letter_body",
        "reason_policy", "reason_id", "delay", "delay_unit", "delay_from", "active", "cadence_id")
    def _check_step(self):
        for step in self.filtered("active"):
            problem = step._problem()
            if problem:
                raise ValidationError(self.env._(
                    "%(cadence)s, step %(step)s: %(problem)s",
                    cadence=step.cadence_id.name, step=step.display_name, problem=problem))

    @api.constrains("condition_domain", "cadence_id")
    def _check_condition(self):
        check_domain(self, "condition_domain", lambda step: step.target_model, fields.Datetime.now())

    def _problem(self):
        """What is wrong with the step, in a sentence, or False."""
        self.ensure_one()
        return self._delay_problem() or self._reason_problem() or self._target_problem() or (
            self.is_automatic and self._automatic_problem())

    def _delay_problem(self):
        if self.delay_from == "expected" and self.cadence_id.target == "lead":
            return self.env._("only a customer has an expected date. Count from the previous touch, or let the cadence lead customers.")
        if self.delay < 0:
            return self.env._("a touch cannot come before the one before it. Let the delay be 0 or more.")
        return self.delay > LONGEST[self.delay_unit] and self.env._(
            "nobody waits so long. Let the delay be %(longest)s at most.", longest=LONGEST[self.delay_unit])

    def _reason_problem(self):
        return self.reason_policy == "fixed" and not self.reason_id and self.env._(
            "choose the reason that it always has, or let it take the next unused one.")

    def _target_problem(self):
        """Templates and actions must be made for what the cadence is for."""
        target = self.cadence_id.target_model
        hidden = self.sudo()  # templates and actions may not be the manager's to read
        wrong = [
            (record.display_name, model) for record, model in (
                (hidden.mail_template_id, hidden.mail_template_id.model),
                (hidden.sms_template_id, hidden.sms_template_id.model),
                (hidden.server_action_id, hidden.server_action_id.model_name)) if record and model != target]
        if wrong:
            return self.env._(
                "%(template)s is for \"%(model)s\", but the cadence leads \"%(target)s\". Choose another one.",
                template=wrong[0][0], model=self.env["ir.model"]._get(wrong[0][1]).name or wrong[0][1],
                target=self.env["ir.model"]._get(target).name)
        if hidden.server_action_id and not hidden.server_action_id.conveyor_allowed:
            return self.env._(
                "the server action %(action)s is not marked for cadences. An administrator can do that on the action.",
                action=hidden.server_action_id.name)
        return False

    def _automatic_problem(self):
        if self.server_action_id:
            return False
        if self.channel not in SENDS_ITSELF:
            return self.env._(
                "a touch by %(channel)s cannot go out by itself. Let a person do it, or choose a server action.",
                channel=dict(self._fields["channel"]._description_selection(self.env))[self.channel])
        own, of_reason = {
            "email": ("mail_template_id", "mail_body"), "sms": ("sms_template_id", "sms_text"),
            "letter": ("letter_body", "letter_body")}[self.channel]
        if self[own] or self._needs_reason() and (self.reason_policy != "fixed" or self.reason_id[of_reason]):
            return False
        return self.env._(
            "it goes out by itself but has no text. Choose a template, or a reason that has a text for this channel.")

    # ------------------------------------------------------------ changes
    @api.model_create_multi
    def create(self, vals_list):
        cadences = self.env["conveyor.cadence"].browse({vals["cadence_id"] for vals in vals_list if vals.get("cadence_id")})
        with cadences._steps_told():
            steps = super().create([self._with_action(vals) for vals in vals_list])
        steps.cadence_id._steps_changed()
        return steps

    def write(self, vals):
        with self.cadence_id._steps_told():
            result = super().write(self._with_action(vals))
        if vals.keys() & PLAN_FIELDS:
            self.cadence_id._steps_changed()
        return result

    @api.model
    def _with_action(self, vals):
        """The marked action that a manager chose is the step's server action."""
        if "allowed_action_id" not in vals:
            return vals
        return {**{name: value for name, value in vals.items() if name != "allowed_action_id"},
                "server_action_id": vals["allowed_action_id"]}

    def unlink(self):
        """Steps that clients have gone through are archived: what was done stays told."""
        used = self.env["conveyor.step.run"].sudo().search(  # whoever's clients they are
            [("step_id", "in", self.ids)]).step_id.with_env(self.env) & self
        cadences = self.cadence_id
        with cadences._steps_told() as told:
            used.with_env(told.env).active = False
            result = super(ConveyorCadenceStep, self - used).unlink()
        cadences.exists()._steps_changed()
        return result
