import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

BATCH = 500
NEXT_DAY = timedelta(days=1)


class ConveyorFollowup(models.Model):
    """The cron: plans for whom something has changed, and on its day hands each
    follow-up to its cadence, in batches that several hosts may share.

    The key that goes with it to the enrolment is the follow-up's own, so that a
    second run, or one after a crash, touches nobody twice.
    """

    _inherit = "conveyor.followup"

    @api.model
    def _cron_run(self, now=None, today=None):
        """Plan and ask for all that is due.

        :param now: naive UTC; the present
        :param today: the company's day; that of ``now``
        """
        rows, now = self.sudo(), now or fields.Datetime.now()  # the cron acts for everybody
        if not rows._plan_marked(today):
            return  # time is out; the cron comes back at once
        rows._close_finished(today or self._today(self.env.company))
        seen = set()
        while batch := rows._lock_due(today, seen):
            seen.update(batch.ids)
            rows._safely(batch.ids, lambda ids: rows.browse(ids)._ask(now, today))
            if not rows._commit_run(len(batch)):
                return
        rows._commit_run(0, remaining=0)

    @api.model
    def _plan_marked(self, today):
        """Plan for whom something has changed; those that failed are noted for the next run.

        :return: whether there is time left
        """
        marks, failed, has_time = self.env["conveyor.followup.mark"], [], True
        while has_time and (partner_ids := marks._take(BATCH)):
            failed += self._safely(partner_ids, lambda ids: self._plan(ids, today))
            has_time = self._commit_run(len(partner_ids))
        marks._note(failed)
        return has_time

    @api.model
    def _commit_run(self, processed, remaining=1):
        """Commit the batch, when the cron runs; whether there is time left."""
        if not self.env.context.get("ir_cron_progress_id"):
            return True
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining) > 0

    @api.model
    def _lock_due(self, today, without):
        """The next ones whose day has come and whom nobody else works on; those of a
        cadence that is off wait, and nothing of them is read again and again."""
        self.env.flush_all()
        day = today or max(self._today(company) for company in self.env["res.company"].sudo().search([]))
        return self.browse(row_id for row_id, in self.env.execute_query(SQL(
            """SELECT f.id FROM conveyor_followup f JOIN conveyor_followup_rule r ON r.id = f.rule_id
                 JOIN conveyor_cadence c ON c.id = r.cadence_id
                WHERE f.state = 'planned' AND f.due_date <= %s AND r.is_on AND c.is_on AND c.active AND f.id <> ALL(%s)
                ORDER BY f.due_date, f.id LIMIT %s FOR UPDATE OF f SKIP LOCKED""", day, list(without), BATCH)))

    @api.model
    def _safely(self, ids, act):
        """Act on all of them together; if that fails, find out whose fault it is.

        :return: ids of those that failed
        """
        if not ids:
            return []
        try:
            with self.env.cr.savepoint():
                act(ids)
            return []
        except OperationalError:  # the database's own trouble is nobody's fault: all of it again later
            raise
        except Exception:
            if len(ids) == 1:
                _logger.exception("Follow-ups: %s left for later", ids)
                return list(ids)
            middle = len(ids) // 2
            return self._safely(ids[:middle], act) + self._safely(ids[middle:], act)

    # ------------------------------------------------------------ asking
    def _ask(self, now, today=None):
        """Each becomes one touch through its cadence, if the facts still say so."""
        for company, mine in self.grouped("company_id").items():
            day = today or self._today(company)
            mine._plan(mine.partner_id.commercial_partner_id.ids, day, company)
            due = mine.filtered(lambda one, day=day: one.state == "planned" and one.due_date <= day).sorted(
                lambda one: (one.due_date, one.rule_id.sequence, one.id))
            due = due._without_doubled()._without_displeased(day)._one_a_day(day)
            (due - due.filtered("is_marketing"))._clear_the_way(day)
            for cadence, group in due.grouped(lambda one: one.rule_id.cadence_id).items():
                group._enter(cadence, day, now)

    def _without_displeased(self, today):
        """A customer with an open complaint gets service, and no marketing."""
        complaining = self.env["conveyor.gate.facts"]._complaining(self.partner_id.commercial_partner_id)
        held = self.filtered(lambda one: one.is_marketing and one.partner_id.commercial_partner_id.id in complaining)
        held._wait(today, self.env._("Waits until the customer's complaint is settled."))
        return self - held

    def _one_a_day(self, today):
        """Two marketing follow-ups of a customer never come on one day."""
        marketing, kept = self.filtered("is_marketing"), self - self.filtered("is_marketing")
        taken = set(self.search([
            ("partner_id.commercial_partner_id", "in", marketing.partner_id.commercial_partner_id.ids), ("is_marketing", "=", True),
            ("asked_date", "=", today), ("state", "in", ("asked", "done"))]).partner_id.commercial_partner_id.ids)
        later = self.browse()
        for one in marketing:
            client = one.partner_id.commercial_partner_id.id
            if client in taken:
                later |= one
            else:
                taken.add(client)
                kept |= one
        later._wait(today, self.env._("Another message goes to the customer on that day."))
        return kept.sorted(lambda one: (one.due_date, one.rule_id.sequence, one.id))

    def _clear_the_way(self, today):
        """Service does not wait behind marketing that somebody has not got round to."""
        standing = self.search([
            ("partner_id.commercial_partner_id", "in", self.partner_id.commercial_partner_id.ids), ("state", "=", "asked"),
            ("is_marketing", "=", True)])
        if standing:
            standing.enrolment_id._stop("superseded", self.env._("Makes way for a service message."))
            self._close_finished(today)

    def _enter(self, cadence, today, now):
        """The enrolment's door; who is held by another follow-up comes tomorrow."""
        keys = {one.partner_id.id: one._enrolment_key() for one in reversed(self)}
        entered = self.env["conveyor.enrolment"]._enrol(cadence, self.partner_id, key=keys, supersede=False, now=now).sudo()
        by_key = {(row.client_key, row.cycle_key): row for row in entered}
        clients = self.env["conveyor.client"]._keys_of_partners(self.partner_id)
        waiting = self.browse()
        for one in self:
            row = by_key.get((clients[one.partner_id.id], one._enrolment_key()))
            if row:
                one.write({"state": "asked", "asked_date": today, "enrolment_id": row.id, "note": False})
            elif cadence.reentry == "never" and entered.filtered(lambda row, key=clients[one.partner_id.id]: row.client_key == key):
                one._drop("once")
            else:
                waiting |= one
        waiting._wait(today, self.env._("Waits for another follow-up of this customer."))

    def _enrolment_key(self):
        return f"followup-{self.id}-{self.attempt}" if self.attempt else f"followup-{self.id}"

    def _wait(self, today, note):
        """Looked at again tomorrow; the engine drops what waits too long."""
        self.write({"due_date": today + NEXT_DAY, "not_before": today + NEXT_DAY, "note": note})
