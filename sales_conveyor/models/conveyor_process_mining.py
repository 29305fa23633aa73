import logging
from contextlib import nullcontext

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .conveyor_process import SYNCHRONOUS

_logger = logging.getLogger(__name__)

OPEN = ("waiting", "running")
TRIES = 3  # after so many failures for other reasons than a person's mistake it is given up
KEPT_DAYS = 90


class ConveyorProcessMining(models.Model):
    """The queue of the reading of history: one row a job, at most one open job a process.

    A job's phases are committed one by one, so that everybody sees how far it
    is. What it makes is written in one transaction with its end, so it is made
    once: a job whose server died begins anew with the next run.
    """

    _name = "conveyor.process.mining"
    _description = "Reading of a Process's History"
    _order = "id"

    process_id = fields.Many2one("conveyor.process", required=True, ondelete="cascade", index=True)
    purpose = fields.Selection([("document", "New version"), ("watch", "Comparison with the current version")], required=True)
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade", help="With whose rights the leads are read.")
    company_list = fields.Json(help="Ids of the companies that are active then.")
    state = fields.Selection([("waiting", "Waiting"), ("running", "Running"), ("done", "Done"), ("failed", "Failed")],
                             default="waiting", required=True)
    progress = fields.Float(default=0, help="0 to 1.")
    error = fields.Char()
    tries = fields.Integer(default=0)
    version_id = fields.Many2one("conveyor.process.version", ondelete="set null")

    _one_open = models.UniqueIndex("(process_id) WHERE state IN ('waiting', 'running')",
                                   "The history of this process is being read already.")

    # ------------------------------------------------------------ asking
    @api.model
    def _ask(self, process, purpose, first, last, user=None, companies=None):
        """Have the history read soon; an open job of the process is answer enough."""
        jobs = self.sudo()  # whoever may ask was checked by who calls
        job = jobs.search([("process_id", "=", process.id), ("state", "in", OPEN)], limit=1)
        if not job:
            job = jobs.create({
                "process_id": process.id, "purpose": purpose, "date_from": first, "date_to": last,
                "user_id": (user or process.env.user).id, "company_list": (companies or process.env.companies).ids})
        self.env.ref("sales_conveyor.cron_process_mining").sudo()._trigger()
        return job

    # ------------------------------------------------------------ working
    @api.model
    def _cron_mine(self):
        """Read what is asked for, one process after the other."""
        jobs = self.search([("state", "in", OPEN)])
        for place, job in enumerate(jobs, 1):
            if job._lock():
                try:
                    if job._is_open_now():
                        job._work()
                finally:
                    job._unlock()
            if not self._commit(len(jobs) - place):
                return  # time is out; the cron comes back at once

    def _lock(self):
        """Nobody else works on this job while this connection lives; commits do not end that."""
        [(taken,)] = self.env.execute_query(SQL("SELECT pg_try_advisory_lock(hashtext(%s), %s)", self._name, self.id))
        return taken

    def _unlock(self):
        self.env.cr.execute(SQL("SELECT pg_advisory_unlock(hashtext(%s), %s)", self._name, self.id))

    def _is_open_now(self):
        """Not done by somebody else meanwhile: a new transaction sees that."""
        if self._is_cron():
            self.env.cr.commit()
        self.invalidate_recordset()
        return self.exists().state in OPEN

    def _work(self):
        try:
            self.write({"state": "running", "progress": 0, "error": False, "tries": self.tries + 1})
            self._commit(1)
            with nullcontext() if self._is_cron() else self.env.cr.savepoint():  # the cron's commits would end it
                self._answer()
        except Exception as error:  # one process must not keep the others from being read
            self._fail(error)

    def _answer(self):
        process = self._as_asker()
        process._check_may_mine()
        mined = process.env["conveyor.process.miner"]._mine(process, self.date_from, self.date_to, self._tell)
        if self.purpose == "watch":
            process._compare_with_current(mined)
        else:
            self.version_id = process._make_version(self.date_from, self.date_to, mined)
        self.write({"state": "done", "progress": 1})

    def _as_asker(self):
        """The process in the eyes of who asked, in his language."""
        return self.process_id.with_user(self.user_id).with_context(
            allowed_company_ids=self.company_list, lang=self.user_id.lang)

    def _tell(self, share):
        """How far it is; seen by others at once when the cron works."""
        self.progress = share
        self.flush_recordset(["progress"])
        self._commit(1)

    def _fail(self, error):
        _logger.warning("Reading the history of process %s failed", self.process_id.id, exc_info=True)
        if self._is_cron():
            self.env.cr.rollback()
        self.env["conveyor.process.log"]._drop_log()
        if not self._is_open_now():
            return
        is_final = isinstance(error, (UserError, AccessError)) or self.tries >= TRIES
        self.write({"state": "failed" if is_final else "waiting", "error": str(error)[:500]})

    @api.model
    def _is_cron(self):
        return bool(self.env.context.get("ir_cron_progress_id"))

    @api.model
    def _commit(self, remaining):
        """Commit, when the cron runs; whether there is time left."""
        return not self._is_cron() or self.env["ir.cron"]._commit_progress(0, remaining=remaining) > 0

    @api.autovacuum
    def _gc_jobs(self):
        self.search([("state", "in", ("done", "failed")), (
            "write_date", "<", fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS))], limit=10000).unlink()


class ConveyorProcess(models.Model):
    _inherit = "conveyor.process"

    mining_state = fields.Selection(
        [("idle", "Idle"), ("waiting", "Waiting"), ("running", "Running"), ("failed", "Failed")], "Reading", compute="_compute_mining")
    mining_progress = fields.Float("Progress", compute="_compute_mining")
    mining_error = fields.Char("Why Reading Failed", compute="_compute_mining")

    def _compute_mining(self):
        jobs = self.env["conveyor.process.mining"].sudo().search([("process_id", "in", self.ids)])  # of all askers, how far it is
        last = {job.process_id.id: job for job in jobs}
        for process in self:
            job = last.get(process.id)
            state = job.state if job else "idle"
            process.mining_state = "idle" if state == "done" else state
            process.mining_progress = job.progress if job and state == "running" else 0
            process.mining_error = job.error if job and state == "failed" else False

    def action_document(self, date_from=None, date_to=None):
        """The button: a new version, at once, or in the background when there are many leads."""
        self.ensure_one()
        self._check_may_mine()
        first, last = self._period_of(date_from, date_to)
        if self._entered_count(first, last) <= SYNCHRONOUS:
            return self.action_document_as_is(first, last).get_formview_action()
        self.env["conveyor.process.mining"]._ask(self, "document", first, last)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def get_mining(self):
        """How far the reading is, for the screen; at its end the action that opens what came of it."""
        self.ensure_one()
        self.check_access("read")
        job = self.env["conveyor.process.mining"].sudo().search([("process_id", "=", self.id)])[-1:]  # of all askers, how far it is
        made = self.env["conveyor.process.version"].search([("id", "=", job.version_id.id)])  # if the reader may see it
        return {"state": self.mining_state, "progress": self.mining_progress,
                "action": made.get_formview_action() if job.state == "done" and made else False}
