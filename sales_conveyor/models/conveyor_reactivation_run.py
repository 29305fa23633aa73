import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import cache, partial
from hashlib import sha256

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import clock
from .conveyor_reactivation import SILENT

_logger = logging.getLogger(__name__)

BATCH = 1000
MAX_FAILURES = 5
FIRST_PAUSE = timedelta(minutes=5)  # before the first repetition; four times as long before each further one
SINGLE_FAILURES = 20  # in a row, then the fault is hardly one of the records


class Happened(dict):
    """What happened to one record; ``explanation`` is worked out when it is asked for, for all of them."""

    def __init__(self, facts, explain):
        super().__init__(facts)
        self._explain = explain

    def __missing__(self, name):
        if name != "explanation":
            raise KeyError(name)
        return self._explain()


class Signals(Mapping):
    """``{record id: what happened}`` for server actions, in the context as ``conveyor_signals``.

    ``kind``, ``date``, ``from_status``, ``to_status``, ``quality``, ``amount``
    and ``explanation`` (the rhythm in words) of each record that the action
    runs on. What an action has to say of a record it says with :meth:`say`.

    It is compared by identity: contexts are compared often, and this one is large.
    """

    def __init__(self, facts, explanations):
        """
        :param explanations: gives ``{record id: sentence}``, called once at most
        """
        self.said, self._explanations = {}, cache(explanations)
        self._rows = {record_id: Happened(known, partial(self._explained, record_id)) for record_id, known in facts.items()}

    def _explained(self, record_id):
        return self._explanations().get(record_id, "")

    def __getitem__(self, record_id):
        return self._rows[record_id]

    def __iter__(self):
        return iter(self._rows)

    def __len__(self):
        return len(self._rows)

    __eq__, __hash__ = object.__eq__, object.__hash__

    def say(self, record_id, sentence):
        """A sentence for the log of what was done."""
        self.said.setdefault(record_id, []).append(sentence)


class ConveyorReactivation(models.Model):
    """Doing what waits: batches of one rule and company, most money first, one
    ``run()`` of each server action for all records of a batch.

    A batch is locked, done and noted in one transaction, so a process killed
    at any moment has done it wholly or not at all. What fails is found by
    halving the batch, keeps its cause and is tried again later.
    """

    _inherit = "conveyor.reactivation"

    @api.model
    def _run_waiting(self, now):
        """All that is to be done now."""
        signals = self.env["conveyor.signal"]
        for automation_id, company_id in self._waiting_groups(now):
            while batch := self._lock_batch(automation_id, company_id, now):
                if not batch._process_safely(now):
                    break
                if not signals._commit_batch(len(batch)):
                    return
        signals._commit_batch(0, remaining=0)

    @api.model
    def _waiting_groups(self, now):
        """(automation id, company id) with something to do; what is switched off waits."""
        for name in ("conveyor.reactivation", "base.automation", "conveyor.reactivation.rule"):
            self.env[name].flush_model()
        return self.env.execute_query(SQL(
            """SELECT DISTINCT w.automation_id, w.company_id
                 FROM conveyor_reactivation w JOIN base_automation a ON a.id = w.automation_id AND a.active
                 LEFT JOIN conveyor_reactivation_rule r ON r.id = w.rule_id
                WHERE w.state = 'waiting' AND w.next_date <= %s AND (r.id IS NULL OR r.is_on AND r.active) ORDER BY 1, 2""", now))

    @api.model
    def _lock_batch(self, automation_id, company_id, now):
        """The next rows of the group; of several about one record the first, the others come after it."""
        self.flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT id, model, COALESCE(CASE model WHEN 'crm.lead' THEN lead_id ELSE partner_id END, res_id)
                 FROM conveyor_reactivation
                WHERE automation_id = %s AND company_id IS NOT DISTINCT FROM %s AND state = 'waiting' AND next_date <= %s
                ORDER BY amount DESC NULLS LAST, id LIMIT %s FOR UPDATE SKIP LOCKED""",
            automation_id, company_id or None, now, BATCH))
        first = {}
        for row_id, model, res_id in sorted(rows):
            first.setdefault((model, res_id), row_id)
        chosen = set(first.values())
        return self.browse(row_id for row_id, _model, _res_id in rows if row_id in chosen)

    def _process_safely(self, now):
        """Process; False when another transaction was quicker and the batch is looked at afresh later."""
        try:
            self._process(now)
        except OperationalError:
            if not self.env.context.get("ir_cron_progress_id"):
                raise
            _logger.info("Another transaction was quicker: %s reactions again", len(self))
            self.env.cr.rollback()
            return False
        return True

    def _process(self, now):
        try:
            with self.env.cr.savepoint():
                ready = self._admit(now)
        except OperationalError:
            raise
        except Exception as error:  # the rule's own filter, for instance
            _logger.warning("The rule of %s cannot be read", self[:1], exc_info=True)
            return self._fail(error, now)
        return ready._act(now, Counter())

    def _act(self, now, failures):
        """Do it together; if that fails, find out whose fault it is."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._run_actions(now)
        except OperationalError:  # the database's own trouble is nobody's fault: all of it again later
            raise
        except Exception as error:
            if len(self) == 1 or failures[str(error)] >= SINGLE_FAILURES:
                failures[str(error)] += 1
                _logger.warning("Reaction %s failed", self.ids[:1], exc_info=True)
                self._fail(error, now)
            else:
                middle = len(self) // 2
                self[:middle]._act(now, failures)
                self[middle:]._act(now, failures)

    def _run_actions(self, now):
        automation, company = self.automation_id, self.company_id
        by_record = {row._record_id(): row for row in self}
        signals = Signals({record_id: row._prepare_facts() for record_id, row in by_record.items()}, self._explanations)
        ids = list(by_record)
        context = {
            "active_model": automation.model_name, "active_ids": ids, "active_id": ids[0], "conveyor_signals": signals,
            "conveyor_automation_id": automation.id, "conveyor_responsible_id": self.rule_id.user_id.id}
        if company:
            context["allowed_company_ids"] = company.ids
        for action in automation.action_server_ids:
            action.with_context(**context).run()
        self._note_done(now, {by_record[record_id].id: " ".join(sentences) for record_id, sentences in signals.said.items()})

    def _record_id(self):
        return (self.lead_id if self.model == "crm.lead" else self.partner_id).id or self.res_id

    def _prepare_facts(self):
        return {name: self[name] for name in ("kind", "date", "from_status", "to_status", "quality", "amount")}

    def _explanations(self):
        """``{record id: his rhythm in words}``"""
        rhythms = self.env["conveyor.rhythm"].search([
            ("partner_id", "in", self.partner_id.commercial_partner_id.ids), ("company_id", "=", self.company_id.id)])
        words = {rhythm.partner_id: rhythm.explanation for rhythm in rhythms}
        return {row._record_id(): words.get(row.partner_id.commercial_partner_id, "") for row in self}

    def _note_done(self, now, said):
        self.write({"state": "done", "done_date": now, "next_date": False, "error": False, "explanation": False})
        for row_id, sentence in said.items():
            self.browse(row_id).explanation = sentence

    # ------------------------------------------------------------ who is acted on today
    def _admit(self, now):
        """Those whom the rule is for, now, within what a person can do a day.

        The others leave the queue, or wait for another day.
        """
        by_record = {row._record_id(): row for row in self}
        fitting = self.automation_id._conveyor_fitting(self.env[self[:1].model].browse(by_record), now)
        ready = self.browse(by_record[record_id].id for record_id in by_record if record_id in set(fitting.ids))
        (self - ready).unlink()
        if not ready.rule_id:
            return ready
        return ready._without_overtaken()._without_held_out(now)._within_limit(now)

    def _without_overtaken(self):
        """A customer who has bought, or has slipped further, needs another word."""
        if self[:1].to_status not in SILENT:
            return self
        rhythms = self.env["conveyor.rhythm"].search([
            ("partner_id", "in", self.partner_id.commercial_partner_id.ids), ("company_id", "=", self.company_id.id)])
        status = {rhythm.partner_id.id: rhythm.status for rhythm in rhythms}
        gone = self.filtered(
            lambda row: status.get(row.partner_id.commercial_partner_id.id, row.to_status) != row.to_status)
        gone.write({"state": "dropped", "next_date": False, "explanation": self.env._("His rhythm is another one by now.")})
        return self - gone

    def _without_held_out(self, now):
        """The company's share of customers who are left alone, the same ones always."""
        share = self.company_id.conveyor_holdout_share
        if not share or self[:1].to_status not in SILENT:
            return self
        held = self.filtered(lambda row: self._draw(row.partner_id.commercial_partner_id.id) < share)
        held.write({"state": "done", "is_held_out": True, "done_date": now, "next_date": False,
                    "explanation": self.env._("Held out, to see what happens without the rule.")})
        return self - held

    @api.model
    def _draw(self, partner_id):
        """A number from 0 to 99 that belongs to the customer."""
        return int(sha256(f"holdout:p{partner_id}".encode()).hexdigest()[:12], 16) % 100

    def _within_limit(self, now):
        """So many a day and person; these are in the order of their money."""
        rule, company = self.rule_id, self.company_id or self.env.company
        if not rule.daily_limit:
            return self
        zone = company._conveyor_tz()
        today = clock.local_day(now, zone)
        done = Counter(dict(self._read_group(
            [("rule_id", "=", rule.id), ("state", "=", "done"), ("is_held_out", "=", False),
             ("done_date", ">=", self._midnight(today, zone))], ["user_id"], ["__count"])))
        ready = self.browse()
        for row in self:
            done[row.user_id] += 1
            if done[row.user_id] <= rule.daily_limit:
                ready |= row
        (self - ready).write({
            "next_date": self._midnight(today + timedelta(days=1), zone),
            "explanation": self.env._("No more than %(limit)s a day; those with more money come first.", limit=rule.daily_limit)})
        return ready

    @api.model
    def _midnight(self, day, zone):
        return clock.utc(datetime.combine(day, time.min), zone)

    # ------------------------------------------------------------ failures
    def _fail(self, error, now):
        """Keep the cause and try again later; after the limit give up and tell."""
        cause = f"{type(error).__name__}: {error}"[:2000]
        for attempts, rows in self.grouped("attempts").items():
            final = attempts + 1 >= MAX_FAILURES
            rows.write({
                "attempts": attempts + 1, "error": cause, "state": "failed" if final else "waiting",
                "next_date": False if final else now + FIRST_PAUSE * 4 ** attempts,
                "explanation": self.env._("It failed %(times)s times.", times=attempts + 1)})
            if final:
                rows._note_failures()
                rows._tell_failure(cause, now)

    def _tell_failure(self, cause, now):
        """One open activity a rule for whoever answers for it."""
        rule, automation = self.rule_id, self.automation_id
        owner = rule or automation
        user = rule.user_id or automation.create_uid.filtered(lambda user: user.id != self.env.ref("base.user_root").id) \
            or self.env.ref("base.user_admin", raise_if_not_found=False)
        summary = self.env._("%(rule)s: what it should do fails", rule=owner.name)
        if not user or owner.activity_ids.filtered(lambda activity: activity.summary == summary):
            return
        kind = self.env.ref("mail.mail_activity_data_warning", raise_if_not_found=False)
        owner.activity_schedule(
            activity_type_id=kind.id if kind else False, user_id=user.id, date_deadline=now.date(), summary=summary,
            note=self.env._("%(client)s: %(cause)s", client=(self.partner_id or self.lead_id)[:1].display_name, cause=cause))

    def action_retry(self):
        """Once more, from the beginning."""
        self.check_access("read")
        self.env["conveyor.reactivation.rule"].check_access("write")
        failed = self.sudo().filtered(lambda row: row.state == "failed")  # the rows are nobody's to edit
        failed.write({"state": "waiting", "attempts": 0, "next_date": fields.Datetime.now(), "error": False, "explanation": False})
        failed.signal_id.write({"state": "done", "error": False})
        self.env.ref("sales_conveyor.cron_signal_dispatch").sudo()._trigger()  # no rights are needed for what comes anyway
        return {"type": "ir.actions.client", "tag": "soft_reload"}
