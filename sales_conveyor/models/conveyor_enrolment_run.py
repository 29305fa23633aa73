import logging
from collections import Counter, defaultdict
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import cadence as engine
from .conveyor_enrolment import OPEN

_logger = logging.getLogger(__name__)

BATCH = 500
MAX_PASSES = 50  # of one enrolment in one run; steps without any delay among them
MAX_FAILURES = 5
FIRST_PAUSE = timedelta(minutes=5)  # before the first repetition; four times as long before each further one


class ConveyorEnrolment(models.Model):
    """The cron: whatever is due, in batches that several hosts may share.

    A batch is locked, decided and written in one transaction, mails queued in
    it as well, so that a process killed at any moment has done a batch wholly
    or not at all. What fails is found by halving the batch and tried again later.
    """

    _inherit = "conveyor.enrolment"

    @api.model
    def _cron_run(self, now=None):
        """Do all that is due.

        :param now: naive UTC; the present
        """
        now = now or fields.Datetime.now()
        enrolments, passes = self.sudo(), Counter()  # the cron acts for everybody
        enrolments._retry_mails(now)
        while batch := enrolments._lock_due(now, [row_id for row_id, count in passes.items() if count >= MAX_PASSES]):
            passes.update(batch.ids)
            batch._process_safely(now)
            if not enrolments._commit_run(len(batch)):
                return  # time is out; the cron comes back at once
        enrolments._commit_run(0, remaining=0)

    @api.model
    def _commit_run(self, processed, remaining=1):
        """Commit the batch, when the cron runs; whether there is time left."""
        if not self.env.context.get("ir_cron_progress_id"):
            return True
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining) > 0

    @api.model
    def _lock_due(self, now, without=()):
        """The next batch of enrolments whose time has come, and whom nobody else works on."""
        for _attempt in range(5):
            try:
                self.flush_model()
                self.env["conveyor.cadence"].flush_model(["is_on", "active"])
                return self.browse(row_id for row_id, in self.env.execute_query(self._due_query(now, list(without))))
            except OperationalError:  # another host has just finished one of them
                if not self.env.context.get("ir_cron_progress_id"):
                    raise
                self.env.cr.rollback()
        return self.browse()

    @api.model
    def _due_query(self, now, without):
        return SQL(
            """SELECT e.id FROM conveyor_enrolment e JOIN conveyor_cadence c ON c.id = e.cadence_id
                WHERE e.next_date <= %s AND e.state IN %s AND c.is_on AND c.active AND e.id <> ALL(%s)
                ORDER BY e.next_date, e.id LIMIT %s FOR UPDATE OF e SKIP LOCKED""", now, OPEN, without, BATCH)

    def _process_safely(self, now):
        """Process; what another host was quicker with is looked at afresh."""
        try:
            self._process(now)
        except OperationalError:
            if not self.env.context.get("ir_cron_progress_id"):
                raise
            _logger.info("Another transaction was quicker: %s enrolments again", len(self))
            self.env.cr.rollback()

    def _process(self, now):
        """Advance them together; if that fails, find out whose fault it is."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._advance(now)
        except OperationalError:  # the database's own trouble is nobody's fault: all of it again later
            raise
        except Exception as error:
            if len(self) == 1:
                _logger.warning("Enrolment %s failed", self.id, exc_info=True)
                self._fail_safely(error, now)
            else:
                middle = len(self) // 2
                self[:middle]._process(now)
                self[middle:]._process(now)

    def _advance(self, now):
        """Each one step further, or to the moment when it is to be looked at again."""
        rows = self._wake(now)
        answers = rows._next(now)
        due = {row: answers[row.id] for row in rows if isinstance(answers[row.id], engine.Due)}
        rows._write_next({row_id: (answer.step.id, answer.until) for row_id, answer in answers.items()
                          if isinstance(answer, engine.Wait)})
        rows.filtered(lambda row: isinstance(answers[row.id], engine.Stop))._finish(now)
        self._perform(self._passing(due, now), now)

    def _wake(self, now):
        """Snoozed ones go on; those whose step is in people's hands wait for them."""
        self.filtered(lambda row: row.state == "snoozed").write({
            "state": "running", "not_before": False, "rule": False, "explanation": False})
        held = self._held_by_people()
        (self & held).write({"next_date": False})
        return self - held

    # ------------------------------------------------------------ rows of what was done
    @api.model
    def _write_runs(self, rows):
        """Runs of (enrolment, step, loop), written or brought up to date.

        :param rows: dictionaries of the run's columns, all with the same keys
        :return: ``{enrolment id: run id}`` without those that are done already
        """
        if not rows:
            return {}
        names = list(rows[0])
        changing = [name for name in names if name not in ("enrolment_id", "step_id", "loop")]
        self.env["conveyor.step.run"].flush_model()
        written = self.env.execute_query(SQL(
            """INSERT INTO conveyor_step_run (%s) VALUES %s
               ON CONFLICT (enrolment_id, step_id, loop) DO UPDATE SET %s
                WHERE conveyor_step_run.state = 'planned' RETURNING enrolment_id, id""",
            SQL(", ").join(map(SQL.identifier, names)),
            SQL(", ").join(SQL("%s", tuple(row.values())) for row in rows),
            SQL(", ").join(SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name)) for name in changing)))
        self.env["conveyor.step.run"].invalidate_model(flush=False)
        self.env["conveyor.enrolment"].invalidate_model(["run_ids"], flush=False)
        return dict(written)

    def _prepare_run(self, due, now, **values):
        return {
            "enrolment_id": self.id, "step_id": due.step.id, "loop": due.loop, "lead_id": self.lead_id.id or None,
            "partner_id": self.partner_id.id or None, "user_id": self.user_id.id or None,
            "channel": self.env["conveyor.cadence.step"].browse(due.step.id).channel, "is_automatic": due.step.is_automatic,
            "planned_date": due.planned, "create_date": now, "write_date": now, "create_uid": self.env.uid,
            "write_uid": self.env.uid, "state": "planned", "done_date": None, "reason_id": None, "rule": None,
            "explanation": None, "attempts": 0, "error": None, **values}

    @api.model
    def _pass(self, moments, now):
        """These steps are behind their clients.

        :param moments: {enrolment: (loop, moment)}
        """
        if not moments:
            return
        self.flush_model()
        self.env.cr.execute(SQL(
            """UPDATE conveyor_enrolment e SET attempts = 0, rule = NULL, explanation = NULL, last_date = v.moment,
                      loop_start_date = CASE WHEN v.loop > e.loop THEN COALESCE(e.last_date, v.moment) ELSE e.loop_start_date END,
                      loop = v.loop, not_before = NULL
                 FROM unnest(%s::int[], %s::int[], %s::timestamp[]) AS v(id, loop, moment) WHERE e.id = v.id""",
            [row.id for row in moments], [loop for loop, _moment in moments.values()],
            [moment for _loop, moment in moments.values()]))
        rows = self.browse(row.id for row in moments)
        rows.invalidate_recordset(flush=False)
        rows._plan(now)

    # ------------------------------------------------------------ failures
    def _fail_safely(self, error, now):
        """One enrolment that cannot even be planned again holds up nobody else."""
        try:
            with self.env.cr.savepoint():
                self._fail(error, now)
        except OperationalError:
            raise
        except Exception:
            _logger.exception("Enrolment %s cannot be planned", self.id)
            self._stop("failed", str(error)[:500], now)

    def _fail(self, error, now):
        """Keep the cause and try again later; after the limit go on with the next step."""
        answer = self._next(now)[self.id]
        if isinstance(answer, engine.Stop):
            return self._stop("failed", str(error)[:500], now)
        attempts = self.attempts + 1
        final = attempts >= MAX_FAILURES
        cause = str(error)[:500] or type(error).__name__
        sentence = self.env._("It failed once: %(cause)s", cause=cause) if attempts == 1 else self.env._(
            "It failed %(times)s times: %(cause)s", times=attempts, cause=cause)
        due = engine.Due(answer.step, answer.loop, self.next_date or now)
        self._write_runs([self._prepare_run(
            due, now, state="failed" if final else "planned", rule="failed", explanation=sentence,
            attempts=attempts, error=f"{type(error).__name__}: {error}", done_date=now if final else None)])
        if final:
            self._pass({self: (answer.loop, now)}, now)
            return self._tell_failure(sentence, now)
        return self.write({"attempts": attempts, "rule": "failed", "explanation": sentence, "step_id": answer.step.id,
                           "next_date": now + FIRST_PAUSE * 4 ** (attempts - 1)})

    def _tell_failure(self, sentence, now):
        """One open activity a cadence for whoever is responsible for it."""
        cadence = self.cadence_id
        user, kind = cadence._owner(), self.env.ref("mail.mail_activity_data_warning", raise_if_not_found=False)
        summary = self.env._("Steps of %(cadence)s fail", cadence=cadence.name)
        if not user or cadence.activity_ids.filtered(lambda activity: activity.summary == summary):
            return
        cadence.activity_schedule(
            activity_type_id=kind.id if kind else False, user_id=user.id, date_deadline=now.date(), summary=summary,
            note=self.env._("%(client)s: %(cause)s", client=self._record_of().display_name, cause=sentence))

    def _record_of(self):
        """The lead or customer that is going through the cadence."""
        return self.lead_id or self.partner_id

    @api.model
    def _by_step(self, touches):
        """``{step: [touch]}`` of touches with a ``due``."""
        groups = defaultdict(list)
        for touch in touches:
            groups[touch.due.step.id].append(touch)
        return {self.env["conveyor.cadence.step"].browse(step_id): group for step_id, group in groups.items()}
