from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import UserError, ValidationError

from ..engine import schedule
from .conveyor_report_set import MANAGER

OF_SYSTEM = {"next_date", "owner_id", "company_id"}  # said by the schedule and the set, by nobody else
WEEKDAYS = [("0", "Monday"), ("1", "Tuesday"), ("2", "Wednesday"), ("3", "Thursday"), ("4", "Friday"), ("5", "Saturday"), ("6", "Sunday")]


class ConveyorReportDelivery(models.Model):
    """When a report set goes by mail, and to whom: each gets it in his language and with his own figures.

    Each due time makes a row of ``conveyor.report.log`` for each recipient, which
    the cron sends; the row is what makes it one mail, whoever runs it however often.
    """

    _name = "conveyor.report.delivery"
    _description = "Delivery of a Report Set"
    _inherit = "mail.thread"
    _order = "next_date, id"
    _rec_name = "set_id"

    set_id = fields.Many2one("conveyor.report.set", "Report Set", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="set_id.company_id", store=True)
    owner_id = fields.Many2one(related="set_id.user_id", string="Owner", store=True)
    frequency = fields.Selection(
        [(schedule.WEEKLY, "Every week"), (schedule.MONTHLY, "Every month")], required=True, default=schedule.WEEKLY, tracking=True)
    weekday = fields.Selection(WEEKDAYS, "Weekday", required=True, default="0", tracking=True)
    month_day = fields.Selection("_month_days", "Day of the Month", required=True, default="1", tracking=True)
    hour = fields.Float("At", default=8.0, tracking=True, help="Hour of the clock in the time zone beside it.")
    tz = fields.Selection(_tz_get, "Time Zone", required=True, default=lambda self: self.env.user.tz or self.env.company._conveyor_tz(), tracking=True)
    user_ids = fields.Many2many(
        "res.users", string="Recipients", required=True, default=lambda self: self.env.user, domain=[("share", "=", False)], tracking=True,
        context={"active_test": False}, help="Each gets a file of his own, with what he may see, in his own language.")
    is_paused = fields.Boolean("Paused", copy=False, tracking=True, help="Nothing is sent until it goes on.")
    next_date = fields.Datetime("Next Mail", compute="_compute_next_date", store=True, readonly=True, index=True)
    when = fields.Char(compute="_compute_when")
    log_ids = fields.One2many("conveyor.report.log", "delivery_id", "Log")
    last_date = fields.Datetime("Last Mail", compute="_compute_last_date")
    failed_count = fields.Integer("Failed", compute="_compute_last_date")

    _hour_check = models.Constraint("CHECK (hour >= 0 AND hour < 24)", "The hour is between 0:00 and 23:59.")

    @api.model
    def _month_days(self):
        return [*((str(day), str(day)) for day in range(1, 29)), (str(schedule.LAST), self.env._("Last day"))]

    @api.depends("frequency", "weekday", "month_day", "hour", "tz", "is_paused")
    def _compute_next_date(self):
        """From now on: what was due while it was paused or otherwise set is not made up for."""
        now = fields.Datetime.now()
        for delivery in self:
            delivery.next_date = schedule.next_due(delivery._schedule(), now) if 0 <= delivery.hour < 24 else False

    def _schedule(self):
        return schedule.Schedule(self.frequency or schedule.WEEKLY, int(self.weekday or 0), int(self.month_day or 1), self.hour, self.tz or "UTC")

    @api.depends("frequency", "weekday", "month_day", "hour", "tz")
    def _compute_when(self):
        days = dict(self._fields["weekday"]._description_selection(self.env))
        for delivery in self:
            minutes = round((delivery.hour or 0) * 60)
            words = {"day": days.get(delivery.weekday, ""), "number": delivery.month_day, "hour": f"{minutes // 60:02}:{minutes % 60:02}", "tz": delivery.tz or ""}
            if delivery.frequency == schedule.WEEKLY:
                delivery.when = self.env._("%(day)s, %(hour)s %(tz)s", **words)
            elif delivery.month_day == str(schedule.LAST):
                delivery.when = self.env._("last day of the month, %(hour)s %(tz)s", **words)
            else:
                delivery.when = self.env._("day %(number)s of the month, %(hour)s %(tz)s", **words)

    @api.depends("log_ids.state")
    def _compute_last_date(self):
        rows = self.env["conveyor.report.log"]._read_group(
            [("delivery_id", "in", self.ids)], ["delivery_id", "state"], ["__count", "sent_date:max"])
        sent = {delivery.id: date for delivery, state, _count, date in rows if state == "sent"}
        failed = {delivery.id: count for delivery, state, count, _date in rows if state == "failed"}
        for delivery in self:
            delivery.last_date, delivery.failed_count = sent.get(delivery.id), failed.get(delivery.id, 0)

    @api.constrains("set_id")
    def _check_set(self):
        """Who may not change a set, sends it to nobody: not to himself either."""
        if self.env.uid != SUPERUSER_ID:
            self.set_id.sudo(False).check_access("write")  # constraints run as sudo

    @api.constrains("user_ids", "set_id")
    def _check_recipients(self):
        """Internal users; a salesperson sends his own sets to himself alone."""
        for delivery in self.with_context(active_test=False):
            if not delivery.user_ids:
                raise ValidationError(self.env._("“%(name)s” has no recipients. Choose at least one.", name=delivery.set_id.name))
            if outsiders := delivery.user_ids.filtered("share"):
                raise ValidationError(self.env._("%(name)s is no internal user: reports go to colleagues only.", name=outsiders[0].name))
            if delivery.user_ids - delivery.owner_id and not delivery.owner_id.has_group(MANAGER):
                raise ValidationError(self.env._(
                    "%(owner)s is no sales manager and gets his own reports only. Take the others off the recipients.", owner=delivery.owner_id.name))

    @api.model_create_multi
    def create(self, vals_list):
        deliveries = super().create([self._said_by_people(vals) for vals in vals_list])
        deliveries._wake_cron()
        return deliveries

    def write(self, vals):
        done = super().write(self._said_by_people(vals))
        if vals.get("is_paused"):
            self._drop_waiting()
        self._wake_cron()
        return done

    @api.model
    def _said_by_people(self, vals):
        """Without what follows from other things: a forged owner would send to anybody."""
        return vals if self.env.su else {name: value for name, value in vals.items() if name not in OF_SYSTEM}

    def unlink(self):
        self.sudo().log_ids.unlink()  # with the files behind links
        return super().unlink()

    def _drop_waiting(self):
        """What waits to be tried again is not sent when it goes on."""
        self.sudo().log_ids.filtered(lambda log: log.state == "waiting" and log.kind == "schedule")._close(
            "skipped", error=self.env._("It was paused before this could be sent."))

    def _wake_cron(self):
        """Let the cron come when they are due, not only at its own interval."""
        moments = {delivery.next_date for delivery in self if delivery.next_date and not delivery.is_paused}
        if moments:
            self.env.ref("sales_conveyor.cron_report_deliver").sudo()._trigger(at=moments)  # it sends what is due anyway

    # ------------------------------------------------------------ by hand
    def action_pause(self):
        self.is_paused = True

    def action_resume(self):
        self.is_paused = False

    def action_send_now(self):
        """Send it to all recipients at once, beside the schedule."""
        self.ensure_one()
        self.check_access("write")
        logs = self._plan(fields.Datetime.now(), "now")
        self.env.ref("sales_conveyor.cron_report_deliver").sudo()._trigger()
        return self._tell("info", self.env._("%(count)s mails are on their way. The log says what became of each.", count=len(logs)))

    def action_send_test(self):
        """Send it to oneself, at once, and say what became of it."""
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.email:
            raise UserError(self.env._("You have no e-mail address. Enter one in your preferences."))
        now = fields.Datetime.now()
        log = self._plan(now, "test", self.env.user)
        log.with_context(ir_cron_progress_id=False)._send(now)  # whatever a program says: no cron is running
        if log.state == "sent":
            return self._tell("success", self.env._("Sent to %(address)s.", address=self.env.user.email))
        return self._tell("danger", self.env._("Not sent: %(why)s", why=log.error))

    def _tell(self, kind, text):
        return {"type": "ir.actions.client", "tag": "display_notification", "params": {
            "type": kind, "message": text, "sticky": kind == "danger", "next": {"type": "ir.actions.client", "tag": "soft_reload"}}}

    def _plan(self, due, kind, users=None):
        """The log rows of a due time, one for each recipient, as the system; those that are there already stay as they are."""
        logs, own = self.env["conveyor.report.log"].sudo(), self.sudo().with_context(active_test=False)
        known = logs.search([("delivery_id", "=", self.id), ("due_date", "=", due)])
        return logs.create([{"delivery_id": self.id, "user_id": user.id, "due_date": due, "retry_date": due, "kind": kind}
                            for user in (users or own.user_ids) - known.user_id]) | known.filtered(lambda log: log.user_id in (users or own.user_ids))
