from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, hash_sign

MAX_ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=5)
HOPELESS = ("mail_email_invalid", "mail_email_missing", "mail_bl", "mail_optout", "mail_dup")
OPT_OUT_SCOPE = "sales_conveyor opt-out"


class MailMail(models.Model):
    _inherit = "mail.mail"

    conveyor_run_id = fields.Many2one("conveyor.step.run", "Cadence Step", ondelete="set null", index="btree_not_null", readonly=True)
    conveyor_attempts = fields.Integer(readonly=True)
    conveyor_retry_date = fields.Datetime(readonly=True)


class SmsSms(models.Model):
    _inherit = "sms.sms"

    conveyor_run_id = fields.Many2one("conveyor.step.run", "Cadence Step", ondelete="set null", index="btree_not_null", readonly=True)


class ConveyorEnrolment(models.Model):
    """Mails that the server did not take are tried again, ever more rarely."""

    _inherit = "conveyor.enrolment"

    @api.model
    def _retry_mails(self, now):
        mails = self.env["mail.mail"].sudo().search([  # the cron sends for everybody
            ("conveyor_run_id", "!=", False), ("state", "=", "exception"), ("conveyor_attempts", "<=", MAX_ATTEMPTS),
            "|", ("conveyor_retry_date", "=", False),
            ("conveyor_retry_date", "<=", now)], limit=1000)
        lost = mails.filtered(lambda mail: mail.failure_type in HOPELESS or mail.conveyor_attempts >= MAX_ATTEMPTS)
        for mail in mails - lost:
            self._note_failure(mail, "done")
            mail.write({
                "state": "outgoing", "conveyor_attempts": mail.conveyor_attempts + 1,
                "conveyor_retry_date": now + FIRST_PAUSE * 4 ** mail.conveyor_attempts})
        for mail in lost:
            self._note_failure(mail, "failed")
            run = mail.conveyor_run_id
            self._not_made(run)
            run.enrolment_id._tell_failure(run.explanation, now)
            mail.conveyor_attempts = MAX_ATTEMPTS + 1
        if mails - lost:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    @api.model
    def _note_failure(self, mail, state):
        cause = mail.failure_reason or mail.failure_type or ""
        mail.conveyor_run_id.write({
            "state": state, "attempts": mail.conveyor_attempts + 1, "error": cause, "rule": "failed",
            "explanation": self.env._("The mail server did not take it: %(cause)s", cause=cause[:300])})

    @api.model
    def _heal(self, now=None):
        """Daily: running enrolments that nobody holds and nothing will wake
        (rows restored, activities deleted by SQL) are planned anew."""
        now = now or fields.Datetime.now()
        ids = [row_id for row_id, in self.env.execute_query(SQL(
            """SELECT e.id FROM conveyor_enrolment e WHERE e.state = 'running' AND e.next_date IS NULL AND NOT EXISTS (
                   SELECT 1 FROM conveyor_step_run r JOIN mail_activity a ON a.id = r.activity_id
                    WHERE r.enrolment_id = e.id AND r.state = 'planned' AND a.active)
               LIMIT 10000"""))]
        self.sudo().browse(ids)._plan(now)  # the cron acts for everybody


class ConveyorEnrollable(models.AbstractModel):
    _inherit = "conveyor.enrollable"

    def _conveyor_opt_out_url(self, channel, enrolment):
        """The signed link with which this lead or customer opts out of a channel;
        the enrolment finds him again when the lead is merged into another one."""
        self.ensure_one()
        token = hash_sign(self.sudo().env, OPT_OUT_SCOPE, [self._name, self.id, channel, enrolment.id])  # the key is the database's
        return f"{self.get_base_url()}/conveyor/opt-out/{token}"
