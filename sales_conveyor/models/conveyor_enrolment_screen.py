from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .conveyor_enrolment import OPEN


class ConveyorEnrolment(models.Model):
    """What people see of an enrolment, and their buttons."""

    _inherit = "conveyor.enrolment"

    next_channel = fields.Selection(related="step_id.channel", string="Next Channel")
    next_automatic = fields.Boolean(related="step_id.is_automatic", string="Next by Itself")
    is_sending_stopped = fields.Boolean(related="company_id.conveyor_sending_stopped")
    run_count = fields.Integer("Steps", compute="_compute_run_count")
    touch_date = fields.Datetime(
        "Next Touch on", compute="_compute_touch_date", help="When the next step is due, or the planned activity of a step by hand.")
    client_name = fields.Char("Client", compute="_compute_client_name")

    @api.depends("run_ids")
    def _compute_run_count(self):
        counts = dict(self.env["conveyor.step.run"]._read_group(
            [("enrolment_id", "in", self.ids), ("state", "=", "done")], ["enrolment_id"], ["__count"]))
        for row in self:
            row.run_count = counts.get(row, 0)

    @api.depends("next_date", "run_ids.activity_id.date_deadline")
    def _compute_touch_date(self):
        """While it is a person's turn the enrolment itself waits for nothing."""
        planned = self._planned_dates() if any(not row.next_date for row in self) else {}
        for row in self:
            row.touch_date = row.next_date or planned.get(row._origin.id)

    def _planned_dates(self):
        """``{enrolment id: moment of its planned activity}``"""
        for name in ("conveyor.step.run", "mail.activity", "calendar.event"):
            self.env[name].flush_model()
        return dict(self.env.execute_query(SQL(
            """
            SELECT r.enrolment_id, min(%s)
              FROM conveyor_step_run r JOIN mail_activity a ON a.id = r.activity_id
              LEFT JOIN calendar_event m ON m.id = a.calendar_event_id
              LEFT JOIN res_users u ON u.id = a.user_id LEFT JOIN res_company c ON c.id = u.company_id
             WHERE r.enrolment_id = ANY(%s) AND r.state = 'planned' AND a.active GROUP BY r.enrolment_id
            """, self.env["conveyor.touch.line"]._activity_date(), self.ids)))

    @api.depends("lead_id", "partner_id")
    def _compute_client_name(self):
        for row in self:
            lead = row.lead_id
            row.client_name = (
                (lead.partner_id or row.partner_id).display_name or lead.contact_name or lead.partner_name or lead.name)

    @api.depends("cadence_id", "lead_id", "partner_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.cadence_id.display_name or ''}: {row.lead_id.name or row.partner_id.display_name or ''}"

    def _check_may_act(self):
        """Whoever may change the lead, or else the customer, may act on its enrolments."""
        rows = self.sudo()  # only to learn whose they are
        rows.lead_id.with_env(self.env).check_access("write")
        rows.filtered(lambda row: not row.lead_id).partner_id.with_env(self.env).check_access("write")

    def action_pause(self):
        """Wait until somebody resumes it; what was planned is taken back."""
        self._check_may_act()
        rows = self.sudo().filtered(lambda row: row.state == "running")  # the right was checked above
        rows._planned_runs()._forget()
        rows.write({"state": "snoozed", "next_date": False, "rule": "paused_by_hand", "explanation": self.env._(
            "Paused by %(user)s.", user=self.env.user.name)})
        return True

    def action_resume(self):
        """Go on now.

        :raise UserError: a stronger cadence of the client runs
        """
        self._check_may_act()
        for row in self.sudo():  # the right was checked above
            if row.waits_for_id.state in OPEN:
                raise UserError(self.env._(
                    "%(client)s is in the stronger cadence %(cadence)s; this one goes on by itself after it. Stop that one first.",
                    client=row.client_name, cadence=row.waits_for_id.cadence_id.name))
        self._resume()
        return True

    def action_stop(self):
        """Out of the cadence, for good."""
        self._check_may_act()
        self._stop("manual", self.env._("Stopped by %(user)s.", user=self.env.user.name))
        return True

    def action_open_client(self):
        """The lead or the customer."""
        self.ensure_one()
        record = self.lead_id or self.partner_id
        return {"type": "ir.actions.act_window", "res_model": record._name, "res_id": record.id, "view_mode": "form",
                "views": [(False, "form")]}


class ConveyorStepRun(models.Model):
    _inherit = "conveyor.step.run"

    def action_retry(self):
        """Try failed steps again, now.

        :return: True
        """
        self.enrolment_id._check_may_act()
        failed = self.sudo().filtered(lambda run: run.rule == "failed" and run.enrolment_id.state in OPEN)  # checked above
        mails = self.env["mail.mail"].sudo().search([("conveyor_run_id", "in", failed.ids), ("state", "=", "exception")])
        mails.write({"state": "outgoing", "conveyor_attempts": 0, "conveyor_retry_date": False})
        mails.conveyor_run_id.write({"state": "done", "attempts": 0, "rule": False, "explanation": False})
        others = failed - mails.conveyor_run_id
        others.write({"state": "planned", "attempts": 0})
        others.enrolment_id.write({"attempts": 0, "not_before": False})
        others.enrolment_id._plan()
        self.env.ref("sales_conveyor.cron_enrolment_run")._trigger()
        return True
