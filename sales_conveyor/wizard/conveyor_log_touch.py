from odoo import api, fields, models

from ..engine import touch
from ..models.conveyor_work_item import CHANNELS

RESULTS = [
    ("reached", "Talked"), ("no_answer", "No answer"), ("later", "Later"), ("refused", "Refused"), ("sent", "Sent"),
]


class ConveyorLogTouch(models.TransientModel):
    """A touch that nobody but the person knows of, and the next one, in one dialog."""

    _name = "conveyor.log.touch"
    _description = "Log a Touch"

    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade")
    channel = fields.Selection(CHANNELS, required=True, default="call")
    outcome = fields.Selection(RESULTS, "Result", required=True, default="reached")
    results = fields.Json(compute="_compute_results")
    reason_id = fields.Many2one("conveyor.reason", "Reason", help="What was new for the client.")
    note = fields.Text("Last Words", help="What the client said.")
    activity_id = fields.Many2one(
        "mail.activity", "Completes", compute="_compute_activity_id", store=True, readonly=False,
        help="The planned touch that is done with it. Empty: this one was not planned.")
    later_date = fields.Datetime("Call Back on", help="The day and time that the client named.")
    plan_next = fields.Boolean("Plan the Next Touch", compute="_compute_next", store=True, readonly=False)
    next_date = fields.Datetime("When", compute="_compute_next", store=True, readonly=False)
    next_channel = fields.Selection(CHANNELS, "How", compute="_compute_next", store=True, readonly=False)
    next_reason_id = fields.Many2one("conveyor.reason", "New Reason", compute="_compute_next", store=True, readonly=False)
    next_user_id = fields.Many2one(
        "res.users", "Who", domain=[("share", "=", False)], compute="_compute_next", store=True, readonly=False)
    next_why = fields.Char(compute="_compute_next", store=True)

    def _record(self):
        self.ensure_one()
        return self.lead_id or self.partner_id

    @api.depends("channel")
    def _compute_results(self):
        """The results that fit the channel, with their names."""
        for wizard in self:
            wizard.results = list(self.env["conveyor.touch.log"]._result_names(touch.way(wizard.channel)).items())

    @api.onchange("channel")
    def _onchange_channel(self):
        """What is written was sent, until the client answers."""
        self.outcome = touch.RESULTS[touch.way(self.channel)][0]

    @api.depends("lead_id", "partner_id", "channel")
    def _compute_activity_id(self):
        for wizard in self:
            wizard.activity_id = wizard._record()._activity_to_do(wizard.channel) if wizard._record() else False

    @api.depends("lead_id", "partner_id", "channel", "outcome", "later_date", "activity_id")
    def _compute_next(self):
        for wizard in self.filtered(lambda wizard: wizard._record()):
            sheet = wizard._record().get_touch_sheet(wizard.channel, wizard.outcome, activity_id=wizard.activity_id.id)
            wizard.plan_next = sheet["plan_next"] or bool(wizard.later_date)
            wizard.next_date = wizard.later_date or sheet["date"]
            wizard.next_channel = sheet["channel"]
            wizard.next_reason_id = sheet["reason_id"]
            wizard.next_user_id = sheet["user_id"]
            wizard.next_why = sheet["why"]

    def action_log(self):
        """Record the touch and plan the next one."""
        self._record().action_log_touch(
            self.channel, self.outcome, note=self.note, reason_id=self.reason_id.id, activity_id=self.activity_id.id,
            next_touch={
                "date": fields.Datetime.to_string(self.next_date), "channel": self.next_channel,
                "reason_id": self.next_reason_id.id, "user_id": self.next_user_id.id,
            } if self.plan_next and self.next_date else False)
        return {"type": "ir.actions.act_window_close"}
