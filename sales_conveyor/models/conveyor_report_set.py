from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..engine import schedule
from .conveyor_sheets import GROUPS

PERIODS = [
    ("yesterday", "Yesterday"), ("last_7_days", "Last 7 days"), ("last_30_days", "Last 30 days"), ("this_week", "This week"),
    ("last_week", "Last week"), ("this_month", "This month"), ("last_month", "Last month"), ("this_quarter", "This quarter"),
    ("last_quarter", "Last quarter"), ("this_year", "This year"), ("last_year", "Last year"), ("last_12_months", "Last 12 months"),
    ("all_time", "All time")]
MANAGER = "sales_team.group_sale_manager"


class ConveyorReportSet(models.Model):
    """A workbook that is wanted again and again: its sheets and filters, with a period that moves with the day.

    It can be downloaded, and sent by mail: see ``conveyor.report.delivery``. The
    file is made by the rights of whoever gets it, never by those of the set's owner.
    """

    _name = "conveyor.report.set"
    _description = "Report Set"
    _inherit = ["mail.thread", "conveyor.report.choice"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True, help="Also the name of the file and the subject of the mail.")
    active = fields.Boolean(default=True, help="An archived set is sent to nobody.")
    user_id = fields.Many2one(
        "res.users", "Owner", required=True, default=lambda self: self.env.user, domain=[("share", "=", False)], tracking=True, index=True)
    is_shared = fields.Boolean(
        "Shared", tracking=True, help="Others see it and may download it, each with his own figures. Only its owner and sales managers change it.")
    period = fields.Selection(PERIODS, required=True, default="last_week", tracking=True, help="Seen from the day on which the report is made.")
    delivery_ids = fields.One2many("conveyor.report.delivery", "set_id", "Deliveries")
    delivery_count = fields.Integer("Deliveries", compute="_compute_deliveries")
    next_date = fields.Datetime("Next Mail", compute="_compute_deliveries", help="When the next of its deliveries is due.")
    may_change = fields.Boolean(compute="_compute_may_change")

    @api.depends("delivery_ids.next_date", "delivery_ids.is_paused", "active")
    def _compute_deliveries(self):
        for report in self:
            running = report.delivery_ids.filtered(lambda delivery: not delivery.is_paused and report.active)
            report.delivery_count = len(report.delivery_ids)
            report.next_date = min(filter(None, running.mapped("next_date")), default=False)

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_may_change(self):
        is_manager = self.env.su or self.env.user.has_group(MANAGER)
        for report in self:
            report.may_change = is_manager or report.user_id == self.env.user

    @api.constrains(*(f"with_{group}" for group in GROUPS))
    def _check_sheets(self):
        for report in self:
            if not report._groups():
                raise ValidationError(self.env._("“%(name)s” has no sheets. Tick at least one group of them.", name=report.name))

    @api.constrains("user_id")
    def _check_owner(self):
        """A salesperson makes sets for himself alone."""
        if self.env.uid == SUPERUSER_ID or self.env.user.has_group(MANAGER):
            return  # constraints run as sudo: whose user it is counts
        if foreign := self.filtered(lambda report: report.user_id != self.env.user):
            raise AccessError(self.env._("Only sales managers make report sets for others: “%(name)s” stays yours.", name=foreign[0].name))

    def write(self, vals):
        done = super().write(vals)
        if vals.get("active"):  # what was due meanwhile is not made up for
            self.delivery_ids.sudo()._compute_next_date()  # nobody else writes it
        elif "active" in vals:
            self.delivery_ids._drop_waiting()
        return done

    def unlink(self):
        self.delivery_ids.unlink()
        return super().unlink()

    # ------------------------------------------------------------ the file
    def action_download(self):
        """Let the browser fetch the workbook, of the period as of today."""
        self.ensure_one()
        self.check_access("read")  # what it chooses is read by the system, for recipients who do not see it
        return self._workbook(fields.Date.context_today(self)).action_download()

    def _days(self, today):
        """First and last day of the period on a day, ``None`` for no bound."""
        return schedule.days_of(self.period, today)

    def _companies(self, user):
        """Those of the report's companies in which somebody works, the main one first."""
        own = self.sudo()
        return (own.company_id | own.company_ids) & user.sudo().company_ids

    def _workbook(self, today):
        """The workbook of this set for the current user, in those of its companies that are his.

        Its name is one line: it becomes the subject of a mail and the name of a file.

        :param today: the day from which the period is seen
        """
        self.ensure_one()
        own = self.sudo().with_context(active_test=False)
        first, last = self._days(today)
        values = own._read_format([*self._choice_fields()], load=None)[0]
        values.pop("id")
        companies = self._companies(self.env.user) or self.env.company
        values |= {"company_ids": companies.ids, "company_id": companies[0].id}
        many = [name for name in values if own._fields[name].type == "many2many"]
        return self.env["conveyor.workbook"].create({
            **values, **{name: [fields.Command.set(values[name])] for name in many}, "name": " ".join(own.name.split()), "date_from": first, "date_to": last})

    # ------------------------------------------------------------ from a screen
    @api.model
    def open_from_filters(self, filters=None, period=None):
        """The action that shows the form of a new set with the filters of a screen.

        :param period: the screen's shortcut, where there is such a one here
        """
        parsed, counters = self.env["conveyor.counter.facts"]._parse(filters)
        defaults = {f"default_{name}": [item for item in getattr(parsed, name) or () if item]
                    for name in ("team_ids", "user_ids", "source_ids", "campaign_ids")}
        defaults |= {"default_counting": parsed.counting, "default_sale_kind": parsed.sale_kind or False, "default_counter_ids": counters}
        if period in dict(PERIODS):
            defaults["default_period"] = period
        return {**self.env["ir.actions.act_window"]._for_xml_id("sales_conveyor.conveyor_report_set_action"),
                "views": [(False, "form")], "context": defaults}

    def action_open_log(self):
        """What was sent of this set, to whom, and what failed."""
        self.ensure_one()
        return {**self.env["ir.actions.act_window"]._for_xml_id("sales_conveyor.conveyor_report_log_action"),
                "domain": [("set_id", "=", self.id)], "context": {}}
