from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 5000
KEPT_DAYS = 400  # a signal that is answered is of use no longer than the report over it


class ConveyorSignal(models.Model):
    """Signals are handed out to the rules that wait for them; what is to be done
    is then a row of ``conveyor.reactivation`` for each of them, in the same transaction."""

    _inherit = "conveyor.signal"

    @api.model
    def _emit(self, vals_list):
        """As above; when a rule waits for such a signal, it is handed out at once."""
        signals = super()._emit(vals_list)
        if signals and self.env["base.automation"]._conveyor_kinds() & {vals["kind"] for vals in vals_list}:
            # no rights are needed for what happens anyway some minutes later
            self.env.ref("sales_conveyor.cron_signal_dispatch").sudo()._trigger()
        return signals

    @api.model
    def _cron_dispatch(self, now=None):
        """Hand out all signals, then do what is to be done now.

        :param now: naive UTC; the present
        """
        now = now or fields.Datetime.now()
        signals = self.sudo()  # the cron acts for everybody
        while ids := signals._lock_waiting():
            signals._hand_out(ids, now)
            if not signals._commit_batch(len(ids)):
                return  # time is out; the cron comes back at once
        self.env["conveyor.reactivation"].sudo()._run_waiting(now)

    @api.model
    def _commit_batch(self, processed, remaining=1):
        """Commit what is done, when the cron runs; whether there is time left."""
        if not self.env.context.get("ir_cron_progress_id"):
            return True
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining) > 0

    @api.model
    def _lock_waiting(self):
        """Ids of the next signals that nobody else works on, the oldest first."""
        self.flush_model()
        return [signal_id for signal_id, in self.env.execute_query(SQL(
            "SELECT id FROM conveyor_signal WHERE state = 'waiting' ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED", BATCH))]

    @api.model
    def _hand_out(self, ids, now):
        """Each signal once to each rule; then it is handled."""
        self.env["conveyor.reactivation"]._ask(ids, now)
        self.env["conveyor.reactivation"]._note_returns(ids)
        self.env.cr.execute(SQL(
            "UPDATE conveyor_signal SET state = 'done', handled_date = %s WHERE id = ANY(%s)", now, ids))
        self.invalidate_model(["state", "handled_date"], flush=False)

    @api.autovacuum
    def _gc_signals(self):
        """Signals answered long ago."""
        self.sudo().search([
            ("state", "=", "done"), ("handled_date", "<", fields.Datetime.now() - timedelta(days=KEPT_DAYS))], limit=50_000).unlink()


class ConveyorReactivation(models.Model):
    _inherit = "conveyor.reactivation"

    @api.model
    def _note_failures(self):
        """A signal whose answer failed for good says so."""
        self.flush_model()
        self.env.cr.execute(SQL(
            """UPDATE conveyor_signal s SET state = 'failed', error = r.error FROM conveyor_reactivation r
                WHERE r.id = ANY(%s) AND r.signal_id = s.id AND r.state = 'failed'""", self.ids))
        self.env["conveyor.signal"].invalidate_model(["state", "error"], flush=False)
