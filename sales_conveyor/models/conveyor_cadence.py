from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .conveyor_domain import check_domain

PURPOSES = [
    ("decision", "Decision window"), ("nurture", "Nurture"), ("account", "Account management"),
    ("reactivation", "Reactivation"), ("followup", "Follow-up of a purchase"),
    ("service", "Confirmations and reminders"),
]
TRIGGERS = [
    ("manual", "By hand or by an automation"), ("create", "A lead is created"), ("stage", "A section is entered"),
    ("lost", "A lead is lost"), ("won", "A lead is won; of customers, the first purchase as well"),
    ("referred", "A customer brings a lead"), ("referred_won", "A lead that a customer brought is won"),
]
TARGET_MODELS = {"lead": "crm.lead", "customer": "res.partner"}
LEAD_TRIGGERS = {"create", "lost"}  # there is no customer yet, or no more


class ConveyorCadence(models.Model):
    """A sequence of touches with delays, channels and rules when to stop.

    Who enters is in ``conveyor_cadence_entry``, the picture of its steps in
    ``conveyor_cadence_timeline``, what a change means for those inside in
    ``conveyor_cadence_change``; the enrolment acts.
    """

    _name = "conveyor.cadence"
    _description = "Cadence"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    is_on = fields.Boolean(
        "Switched On", default=True, tracking=True, copy=False, help="Off: nobody enters, and those in it wait.")
    sequence = fields.Integer(default=10, help="Of two cadences with one purpose that a lead would enter, the upper one takes it.")
    company_id = fields.Many2one("res.company", "Company")
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self.env.user, domain=[("share", "=", False)], ondelete="set null",
        help="Is told when reasons run out or touches fail, and stands in where a client has no salesperson.")
    trade_set_id = fields.Many2one("conveyor.trade.set", "Ready Set", ondelete="set null", index="btree_not_null")
    trade_section_ids = fields.Many2many(
        "conveyor.trade.section", string="Sections of the Set", help="Applying the set makes these the cadence's sections.")
    brings_reasons = fields.Boolean(
        copy=False, help="The reasons that were shipped with it join the library when it is switched on.")
    description = fields.Text(translate=True)
    purpose = fields.Selection(PURPOSES, default="decision", required=True)
    target = fields.Selection([("lead", "Leads"), ("customer", "Customers")], default="lead", required=True)
    target_model = fields.Char(compute="_compute_target_model")
    trigger = fields.Selection(TRIGGERS, "Clients Enter", default="manual", required=True)
    stage_ids = fields.Many2many("crm.stage", string="Sections", help="Empty: any section.")
    team_ids = fields.Many2many("crm.team", string="Sales Teams", help="Empty: all teams.")
    source_ids = fields.Many2many("utm.source", string="Sources", help="Empty: all sources.")
    lost_reason_ids = fields.Many2many(
        "crm.lost.reason", string="Lost Reasons", help="Empty: any reason after which a client is worth keeping.")
    filter_domain = fields.Char("Only", help="Only leads or customers that match.")
    step_ids = fields.One2many("conveyor.cadence.step", "cadence_id", "Steps", copy=True)
    then_cadence_id = fields.Many2one(
        "conveyor.cadence", "Goes on with", ondelete="set null", domain="[('target', '=', target), ('id', '!=', id)]",
        help="Whoever has been through all steps enters this cadence, if it is switched on.")
    min_touches = fields.Integer("Norm of Touches", help="Fewer counted touches than this: not done yet. 0: the team's norm.")
    reentry = fields.Selection([
        ("never", "Never"), ("after_exit", "After the last one has ended"), ("each_cycle", "Once a cycle")],
        "Enter Again", default="after_exit", required=True)
    reason_policy = fields.Selection(
        [("next", "Each touch has a reason"), ("none", "Touches need no reason")],
        "Reasons", default="next", required=True)
    needs_consent = fields.Boolean("Only with Consent", help="Automatic messages go only to clients whose consent is on record.")
    variant_group = fields.Char("Split Test", help="Cadences of one group share out their clients by weight, once and for all.")
    weight = fields.Integer(default=1, help="A share of the clients: 3 beside 1 gets three of four.")
    step_count = fields.Integer("Number of Steps", compute="_compute_counts")
    automatic_count = fields.Integer("By Itself", compute="_compute_counts")
    running_count = fields.Integer("Clients Inside", compute="_compute_counts")
    snoozed_count = fields.Integer("Waiting", compute="_compute_counts")
    done_count = fields.Integer("Been through", compute="_compute_counts")

    @api.depends("target")
    def _compute_target_model(self):
        for cadence in self:
            cadence.target_model = TARGET_MODELS[cadence.target or "lead"]

    @api.depends("step_ids.is_automatic", "step_ids.active")
    def _compute_counts(self):
        groups = self.env["conveyor.enrolment"].sudo()._read_group(  # numbers of clients, whoever's they are
            [("cadence_id", "in", self.ids)], ["cadence_id", "state"], ["__count"])
        counts = {(cadence.id, state): count for cadence, state, count in groups}
        for cadence in self:
            key = cadence._origin.id
            cadence.step_count = len(cadence.step_ids)
            cadence.automatic_count = len(cadence.step_ids.filtered("is_automatic"))
            cadence.running_count = counts.get((key, "running"), 0)
            cadence.snoozed_count = counts.get((key, "snoozed"), 0)
            cadence.done_count = counts.get((key, "done"), 0) + counts.get((key, "stopped"), 0)

    # ------------------------------------------------------------ checks
    @api.constrains("filter_domain", "target")
    def _check_filter_domain(self):
        check_domain(self, "filter_domain", lambda cadence: cadence.target_model, fields.Datetime.now())

    @api.constrains("target", "trigger")
    def _check_target(self):
        self.step_ids._check_step()
        for cadence in self:
            if cadence.target == "customer" and cadence.trigger in LEAD_TRIGGERS:
                raise ValidationError(self.env._(
                    "%(cadence)s leads customers, but a lead that is created or lost is no customer. Let it lead leads, "
                    "or let customers enter on winning or by hand.", cadence=cadence.name))

    @api.constrains("weight", "variant_group", "purpose", "target", "trigger", "company_id")
    def _check_variants(self):
        for cadence in self.filtered("variant_group"):
            if cadence.weight < 1:
                raise ValidationError(self.env._("%(cadence)s: the weight must be 1 or more.", cadence=cadence.name))
            other = cadence._variants().filtered(lambda variant: (
                (variant.purpose, variant.target, variant.trigger) != (cadence.purpose, cadence.target, cadence.trigger)))
            if other:
                raise ValidationError(self.env._(
                    "%(cadence)s and %(other)s are one split test, so their purpose, whom they are for and when clients enter "
                    "must be the same.", cadence=cadence.name, other=other[0].name))

    @api.constrains("step_ids")
    def _check_loop(self):
        for cadence in self:
            starts = cadence.step_ids.filtered("is_loop_start")
            if len(starts) > 1:
                raise ValidationError(self.env._(
                    "%(cadence)s: only one step can be where it repeats from.", cadence=cadence.name))
            if starts and not cadence._loop_days():
                raise ValidationError(self.env._(
                    "%(cadence)s would repeat without a pause. Let the steps that repeat take a day or more, counted after "
                    "the previous touch.", cadence=cadence.name))

    # ------------------------------------------------------------ people
    def _owner(self):
        """Who is told about the cadence."""
        self.ensure_one()
        candidates = self.user_id | self.team_ids.user_id | self.create_uid
        return candidates.filtered(lambda user: user.active and not user.share and user.id != self.env.ref("base.user_root").id)[:1]

    def _plan_reason_activity(self, user, enrolments, now):
        """Reasons run out for these clients of the person."""
        clients = (enrolments.lead_id.mapped("name") + enrolments.partner_id.mapped("display_name"))[:10]
        self._tell_once(
            user, now.date(),
            self.env._("%(cadence)s: reasons run out for one client", cadence=self.name) if len(enrolments) == 1 else self.env._(
                "%(cadence)s: reasons run out for %(count)s clients", cadence=self.name, count=len(enrolments)),
            self.env._(
                "The last unused reason has been taken for: %(clients)s. Add what is new to the library of reasons, or their "
                "next automatic touches will wait.", clients=", ".join(filter(None, clients))))

    def _tell_once(self, user, day, summary, note):
        """One open activity a person and cadence."""
        kind = self.env.ref("sales_conveyor.activity_type_reasons", raise_if_not_found=False)
        known = self.activity_ids.filtered(lambda activity: activity.activity_type_id == kind and activity.user_id == user)
        if kind and user and not known:
            self.activity_schedule(activity_type_id=kind.id, user_id=user.id, date_deadline=day, summary=summary, note=note)

    # ------------------------------------------------------------ life
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_responsible(vals.get("user_id"))
        cadences = super().create(vals_list)
        self.env.registry.clear_cache()
        cadences.filtered("is_on")._wake_reasons()
        return cadences

    def write(self, vals):
        self._check_responsible(vals.get("user_id"))
        result = super().write(vals)
        if vals.keys() & {"is_on", "active", "trigger"}:
            self.env.registry.clear_cache()
        if vals.get("is_on"):
            self._wake_reasons()
        return result

    @api.model
    def _check_responsible(self, user_id):
        """Nobody gets an administrator's rights for his steps by naming him."""
        if user_id and not (self.env.su or self.env.is_system() or user_id == self.env.uid):
            if self.env["res.users"].browse(user_id).sudo().has_group("base.group_system"):  # groups are not everyone's to read
                raise AccessError(self.env._(
                    "Steps may run with the rights of who is responsible: only an administrator may name an administrator."))

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for cadence in self:
            if cadence.running_count or cadence.snoozed_count or cadence.done_count:
                raise UserError(self.env._(
                    "Clients have been through %(cadence)s, so what was done with them is kept. Archive it instead.",
                    cadence=cadence.name))

    def copy_data(self, default=None):
        named = bool(default and default.get("name"))
        return [{"is_on": False, **vals, "name": vals["name"] if named else self.env._("%(name)s (copy)", name=cadence.name)}
                for cadence, vals in zip(self, super().copy_data(default))]

    def _wake_reasons(self):
        """The reasons that were shipped with these cadences join the library."""
        shipped = self.filtered("brings_reasons")
        if shipped:
            self.env["conveyor.reason"].sudo().search([  # whoever switches a cadence on
                ("comes_with_set", "=", True), ("active", "=", False),
                ("trade_set_id", "in", [cadence.trade_set_id.id for cadence in shipped]),
            ]).write({"active": True, "comes_with_set": False})
