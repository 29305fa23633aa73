from datetime import timedelta

from odoo import api, fields, models

KEPT_DAYS = 400
FILE_DAYS = 60  # a file that was sent as a link is kept so long


class ConveyorReportLog(models.Model):
    """One mail of a report: who gets it, of which due time, and what became of it."""

    _name = "conveyor.report.log"
    _description = "Report Sent by Mail"
    _order = "due_date desc, id desc"
    _rec_name = "set_id"

    delivery_id = fields.Many2one("conveyor.report.delivery", "Delivery", required=True, readonly=True, ondelete="cascade")
    set_id = fields.Many2one(related="delivery_id.set_id", store=True, index=True)
    company_id = fields.Many2one(related="delivery_id.company_id", store=True)
    owner_id = fields.Many2one(related="delivery_id.owner_id", string="Owner", store=True)
    user_id = fields.Many2one("res.users", "Recipient", required=True, readonly=True, ondelete="cascade", index=True)
    due_date = fields.Datetime("Due", required=True, readonly=True)
    kind = fields.Selection(
        [("schedule", "By schedule"), ("now", "By hand"), ("test", "Test")], "Why", required=True, default="schedule", readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("sending", "On its way"), ("sent", "Sent"), ("failed", "Failed"), ("skipped", "Not sent")],
        required=True, default="waiting", readonly=True, index=True)
    attempts = fields.Integer("Tries", readonly=True)
    retry_date = fields.Datetime("Try at", readonly=True, help="Not before it is tried, or tried again.")
    sent_date = fields.Datetime("Sent at", readonly=True)
    error = fields.Text("What Happened", readonly=True)
    megabytes = fields.Float("Size (MB)", readonly=True, digits=(16, 2))
    is_link = fields.Boolean("As a Link", readonly=True, help="The file was too large for a mail. Only its recipient opens the link.")
    attachment_id = fields.Many2one("ir.attachment", "File", readonly=True, ondelete="set null", groups="base.group_system")

    _once_idx = models.UniqueIndex("(delivery_id, user_id, due_date)", "This report has been planned for him already.")
    _waiting_idx = models.Index("(retry_date) WHERE state IN ('waiting', 'sending')")

    def action_retry(self):
        """Try those that failed once more, with all their tries."""
        failed = self.filtered(lambda log: log.state in ("failed", "skipped"))
        failed.delivery_id.check_access("write")
        failed.sudo().write({"state": "waiting", "attempts": 0, "retry_date": fields.Datetime.now(), "error": False})
        if failed:
            self.env.ref("sales_conveyor.cron_report_deliver").sudo()._trigger()

    def unlink(self):
        self.sudo().attachment_id.unlink()
        return super().unlink()

    @api.autovacuum
    def _gc_reports(self):
        """Files behind links go after two months, the log itself after a year."""
        now = fields.Datetime.now()
        self.sudo().search([("due_date", "<", now - timedelta(days=FILE_DAYS)), ("attachment_id", "!=", False)]).attachment_id.unlink()
        self.sudo().search([("due_date", "<", now - timedelta(days=KEPT_DAYS))], limit=10_000).unlink()
