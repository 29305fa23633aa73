from odoo import api, fields, models


class ConveyorSendingHealth(models.TransientModel):
    """Whether cadences do their work: one look, and the buttons to help."""

    _name = "conveyor.sending.health"
    _description = "Health of Sending"

    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, readonly=True)
    is_sending_stopped = fields.Boolean(related="company_id.conveyor_sending_stopped")
    last_run = fields.Datetime("Last Run", compute="_compute_health")
    is_cron_off = fields.Boolean(compute="_compute_health")
    running = fields.Integer("Clients in Cadences", compute="_compute_health")
    backlog = fields.Integer("Due and not Done", compute="_compute_health", help="Steps whose time has come.")
    oldest_due = fields.Datetime("Oldest of Them", compute="_compute_health")
    failing = fields.Integer("Failing Steps", compute="_compute_health", help="They are tried again.")
    failed = fields.Integer("Steps Given up", compute="_compute_health", help="In the last 30 days.")
    mails_waiting = fields.Integer("Mails in the Queue", compute="_compute_health")
    mails_failed = fields.Integer("Mails that the Server Refused", compute="_compute_health")
    letters = fields.Integer("Letters to Print", compute="_compute_health")

    def _compute_display_name(self):
        self.display_name = self.env._("Health of Sending")

    def _compute_health(self):
        now = fields.Datetime.now()
        Enrolment, Run = self.env["conveyor.enrolment"], self.env["conveyor.step.run"]
        Mail = self.env["mail.mail"].sudo()  # how many, not which
        cron = self.env.ref("sales_conveyor.cron_enrolment_run").sudo()  # when it ran last is no secret
        due = [("next_date", "<=", now), ("state", "in", ("running", "snoozed")), ("cadence_id.is_on", "=", True)]
        month = fields.Datetime.subtract(now, days=30)
        for health in self:
            health.last_run = cron.lastcall
            health.is_cron_off = not cron.active
            health.running = Enrolment.search_count([("state", "=", "running")])
            health.backlog = Enrolment.search_count(due)
            health.oldest_due = Enrolment.search(due, order="next_date", limit=1).next_date
            health.failing = Run.search_count([("state", "=", "planned"), ("rule", "=", "failed")])
            health.failed = Run.search_count([("state", "=", "failed"), ("done_date", ">=", month)])
            health.mails_waiting = Mail.search_count([("conveyor_run_id", "!=", False), ("state", "=", "outgoing")])
            health.mails_failed = Mail.search_count([("conveyor_run_id", "!=", False), ("state", "=", "exception")])
            health.letters = Run.search_count([("state", "=", "planned"), ("attachment_id", "!=", False)])

    @api.model
    def action_open(self):
        """The page, with today's figures."""
        return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": self.create({}).id,
                "name": self.env._("Health of Sending"), "view_mode": "form", "views": [(False, "form")], "target": "current"}

    def action_run_now(self):
        """Let the cron do what is due, at once."""
        self.check_access("write")
        self.env.ref("sales_conveyor.cron_enrolment_run").sudo()._trigger()  # it does no more than it does by itself
        return {"type": "ir.actions.client", "tag": "display_notification", "params": {
            "type": "success", "message": self.env._("What is due is being done. Open this page again in a minute.")}}

    def action_retry_failed(self):
        """All failing and given up steps of the last 30 days again."""
        self.check_access("write")
        month = fields.Datetime.subtract(fields.Datetime.now(), days=30)
        self.env["conveyor.step.run"].search([
            ("rule", "=", "failed"), ("state", "!=", "skipped"), "|", ("done_date", "=", False), ("done_date", ">=", month)]).action_retry()
        return self.action_open()

    def _open(self, name, model, domain):
        return {"type": "ir.actions.act_window", "name": name, "res_model": model, "view_mode": "list,form", "domain": domain}

    def action_open_backlog(self):
        """The enrolments that are due."""
        name = self.env._("Due and not Done")
        return self._open(name, "conveyor.enrolment", [
            ("next_date", "<=", fields.Datetime.now()), ("state", "in", ("running", "snoozed")), ("cadence_id.is_on", "=", True)])

    def action_open_failures(self):
        """The steps that fail and are tried again."""
        name = self.env._("Failing Steps")
        return self._open(name, "conveyor.step.run", [("rule", "=", "failed"), ("state", "=", "planned")])

    def action_open_given_up(self):
        """The steps that were given up in the last 30 days."""
        return self._open(self.env._("Steps Given up"), "conveyor.step.run", [
            ("state", "=", "failed"), ("done_date", ">=", fields.Datetime.subtract(fields.Datetime.now(), days=30))])

    def action_open_letters(self):
        """The letters that wait to be printed."""
        return self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_letter_action")
