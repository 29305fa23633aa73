from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import clock
from ..models.conveyor_work_item import CHANNELS


class CrmLeadLost(models.TransientModel):
    """Odoo's Lost dialog, with a look at what was done and three better ways."""

    _inherit = "crm.lead.lost"

    early_lead_ids = fields.Many2many("crm.lead", compute="_compute_early", string="Given up Early")
    is_early = fields.Boolean(compute="_compute_early")
    is_blocked = fields.Boolean(compute="_compute_early")
    is_mass = fields.Boolean(compute="_compute_is_mass")
    reason_kind = fields.Selection(related="lost_reason_id.conveyor_kind")
    touch_notice = fields.Char(compute="_compute_early")
    touch_history = fields.Char(compute="_compute_early")
    touch_figure = fields.Char(compute="_compute_figure")
    again_date = fields.Date("Try Again on", compute="_compute_again", store=True, readonly=False)
    again_channel = fields.Selection(CHANNELS, "by", compute="_compute_again", store=True, readonly=False)
    again_label = fields.Char(compute="_compute_again_label")
    hand_over_user_id = fields.Many2one(
        "res.users", "Hand over to", compute="_compute_hand_over", store=True, readonly=False,
        domain=[("share", "=", False)], help="A fresh voice often gets the answer.")

    # ------------------------------------------------------------ what is told
    @api.depends("lead_ids")
    def _compute_is_mass(self):
        for wizard in self:
            wizard.is_mass = len(wizard.lead_ids) > 1

    @api.depends("lead_ids", "lost_reason_id")
    def _compute_early(self):
        for wizard in self:
            leads = wizard.lead_ids._origin
            told = leads.filtered(lambda lead: lead.sudo()._gate_company().conveyor_lost_mode != "off")
            early = told._below_norm(wizard.lost_reason_id)
            wizard.early_lead_ids = early
            wizard.is_early = bool(early)
            wizard.is_blocked = any(lead.sudo()._gate_company().conveyor_lost_mode == "block" for lead in early)
            wizard.touch_notice = wizard._notice(early, leads)
            wizard.touch_history = early._touch_history() if len(leads) == 1 and early else False

    def _notice(self, early, leads):
        if not early:
            return False
        if len(leads) == 1:
            return early._touches_of_norm(early._norms()[early.id])
        return self.env._(
            "%(early)s of %(all)s leads have fewer touches than their norm", early=len(early), all=len(leads))

    @api.depends("early_lead_ids")
    def _compute_figure(self):
        """The company's own figure, where it has enough cases."""
        for wizard in self:
            lead = wizard.early_lead_ids if len(wizard.lead_ids) == 1 else wizard.early_lead_ids.browse()
            figure = lead and lead.sudo()._bought_after(lead.touch_count, lead.company_id or self.env.company)
            wizard.touch_figure = figure and self._figure_words(
                round(100 * figure[0] / figure[1]), lead.touch_count, figure[1])

    @api.model
    def _figure_words(self, bought, count, cases):
        if count == 1:
            return self.env._("Here, %(bought)s of 100 bought that were touched more than once (%(cases)s cases).",
                              bought=bought, cases=cases)
        return self.env._("Here, %(bought)s of 100 bought that were touched more than %(count)s times (%(cases)s cases).",
                          bought=bought, count=count, cases=cases)

    # ------------------------------------------------------------ what is proposed
    @api.depends("early_lead_ids")
    def _compute_again(self):
        for wizard in self:
            lead = wizard.early_lead_ids[:1]
            plan = lead._propose_next("no_answer")[lead.id] if lead else None
            wizard.again_date = plan and self.env["conveyor.next"]._local_day(plan.date, lead.user_id or self.env.user)
            wizard.again_channel = plan and plan.channel

    @api.depends("again_date")
    def _compute_again_label(self):
        for wizard in self:
            wizard.again_label = wizard.again_date and self.env._(
                "Try again %(day)s", day=self.env["crm.lead"]._day_in_words(wizard.again_date))

    @api.depends("lead_ids")
    def _compute_hand_over(self):
        """The colleague of the team with the fewest open leads."""
        for wizard in self:
            leads = wizard.lead_ids._origin
            colleagues = (leads.team_id.sudo().member_ids - leads.user_id).filtered("active")
            load = dict(self.env["crm.lead"].sudo()._read_group(  # how busy colleagues are, not with what
                [("user_id", "in", colleagues.ids)], ["user_id"], ["__count"]))
            wizard.hand_over_user_id = min(colleagues, key=lambda user: (load.get(user, 0), user.id), default=False)

    # ------------------------------------------------------------ the four ways
    def action_try_again(self):
        """Not lost: one more touch, on the proposed day or the chosen one."""
        leads = self.early_lead_ids
        service = self.env["conveyor.next"]
        plans = leads._propose_next("no_answer")
        if not self.is_mass:
            plans = {lead.id: plans[lead.id]._replace(
                date=self._moment(plans[lead.id].date, lead), channel=self.again_channel or plans[lead.id].channel)
                for lead in leads}
        leads._try_again(plans)
        return self._closed(self.env._("Next touch: %(when)s", when=self.env["crm.lead"]._day_in_words(
            min(service._local_day(plan.date, self.env.user) for plan in plans.values()))))

    def _moment(self, proposed, lead):
        """The chosen day at the proposed hour."""
        zone = self.env["conveyor.next"]._zone(lead.user_id or self.env.user)
        hour = clock.local(proposed, zone).time() if self.again_date else time(9)
        return clock.utc(datetime.combine(self.again_date or clock.local_day(proposed, zone), hour), zone)

    def action_nurture(self):
        """Lost for now and kept: touched month by month until the client buys or refuses."""
        if self.reason_kind in ("final", "exempt"):
            raise UserError(self.env._(
                "%(reason)s is for good. Choose another reason to stay in touch.", reason=self.lost_reason_id.name))
        super(CrmLeadLost, self.with_context(self.lead_ids._lost_checked().env.context)).action_lost_reason_apply()
        self.lead_ids._enter_nurture()
        return self._closed(self.env._("Kept in touch"))

    def action_lost_reason_apply(self):
        """Lost for good; below the norm with the reason why.

        :raise UserError: it is early and nobody says why
        """
        if self.is_early and not self.lost_reason_id:
            raise UserError(self.env._(
                "%(touches)s, and no reason. Choose the lost reason: why is it lost so early?", touches=self.touch_notice))
        return super().action_lost_reason_apply()

    def action_hand_over(self):
        """Not lost: a colleague tries, with the history at hand."""
        if not self.hand_over_user_id:
            raise UserError(self.env._("Choose the colleague who takes over."))
        for lead in self.lead_ids:
            lead.check_access("write")
            lead.sudo()._hand_over(self.hand_over_user_id, lead.team_id)  # the lead leaves one's sight
        self.lead_ids.sudo().with_user(self.hand_over_user_id).action_plan_proposed()
        return self._closed(self.env._("Handed over to %(user)s", user=self.hand_over_user_id.name))

    def _closed(self, message):
        """The leads may be out of the user's sight now: then their form is left."""
        return {"type": "ir.actions.client", "tag": "display_notification", "params": {
            "type": "success", "message": message, "className": "o_conveyor_notice",
            "next": {"type": "ir.actions.client", "tag": "sales_conveyor.reload", "params": {"lead_ids": self.lead_ids.ids}}}}
