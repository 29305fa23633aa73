import logging
import re
import smtplib
from datetime import timedelta
from tempfile import TemporaryFile

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import clock, schedule
from ..exceptions import NotEntitled
from .conveyor_report_set import MANAGER

_logger = logging.getLogger(__name__)

MAIL_TROUBLE = (MailDeliveryException, smtplib.SMTPException)
ANSWER = re.compile(r"\((\d{3}), b?'([^']*)'")  # as smtplib writes it
MAX_TRIES = 6  # within a day and a half
SURELY_DEAD = timedelta(minutes=2)  # so long nobody leaves a row unlocked that he is sending


class ConveyorReportLog(models.Model):
    """The cron: plan what is due, make each file as its recipient, send it once.

    A row is locked while its file is made: whoever is killed then has done
    nothing, and another begins anew. Before the mail server is asked, the row is
    committed as *on its way* and locked again; a row that is found on its way
    without a lock belongs to a process that died in the conversation with the
    mail server. Whether that mail went out nobody knows, so it is not sent twice but told.
    """

    _inherit = "conveyor.report.log"

    @api.model
    def _cron_deliver(self, now=None):
        """Send all that is due.

        :param now: naive UTC; the present
        """
        now = now or fields.Datetime.now()
        logs = self.sudo()  # rows are the system's; files are made as their recipients
        logs._tell_lost(now)
        while delivery := logs._lock_first(logs._due_deliveries(now), "conveyor.report.delivery"):
            delivery._plan(schedule.latest_due(delivery._schedule(), delivery.next_date, now), "schedule")
            delivery.next_date = schedule.next_due(delivery._schedule(), now)
            logs._commit_run()
        while log := logs._lock_first(logs._waiting(now), "conveyor.report.log"):
            log._send_safely(now)
            if not logs._commit_run(1):
                return  # time is out; the cron comes back at once
        logs._commit_run(0, remaining=0)

    @api.model
    def _is_cron(self):
        return bool(self.env.context.get("ir_cron_progress_id"))

    @api.model
    def _commit_run(self, processed=0, remaining=1):
        """Commit, when the cron runs; whether there is time left."""
        return not self._is_cron() or self.env["ir.cron"]._commit_progress(processed, remaining=remaining) > 0

    # ------------------------------------------------------------ whose turn it is
    @api.model
    def _due_deliveries(self, now):
        return SQL(
            """SELECT d.id FROM conveyor_report_delivery d JOIN conveyor_report_set s ON s.id = d.set_id
                WHERE d.next_date <= %s AND NOT COALESCE(d.is_paused, FALSE) AND s.active
                ORDER BY d.next_date, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED""", now)

    @api.model
    def _waiting(self, now):
        return SQL("""SELECT id FROM conveyor_report_log WHERE state = 'waiting' AND retry_date <= %s
                       ORDER BY retry_date, id LIMIT 1 FOR UPDATE SKIP LOCKED""", now)

    @api.model
    def _lock_first(self, query, model):
        """The record whose id the locking query gives; none when nothing is left for us."""
        for _try in range(5):
            try:
                self.env.flush_all()
                return self.env[model].browse(row[0] for row in self.env.execute_query(query))
            except OperationalError:  # another worker has just finished it
                if not self._is_cron():
                    raise
                self.env.cr.rollback()
        return self.env[model]

    @api.model
    def _tell_lost(self, now):
        """Mails of processes that died while they spoke with the mail server."""
        self.env.flush_all()
        lost = self.browse(row[0] for row in self.env.execute_query(SQL(
            "SELECT id FROM conveyor_report_log WHERE state = 'sending' AND write_date < %s FOR UPDATE SKIP LOCKED", now - SURELY_DEAD)))
        if lost:
            lost._close("failed", error=self.env._(
                "The server stopped while this mail was on its way. It may have arrived: ask, and try again if it has not."))
        self._commit_run()

    # ------------------------------------------------------------ one mail
    def _send_safely(self, now):
        """Send; the database's own trouble undoes it, and it is tried again later."""
        try:
            self._send(now)
        except OperationalError as error:
            if not self._is_cron():
                raise
            self.env.cr.rollback()
            if self.exists().state == "waiting":
                self._fail(error, now)

    def _send(self, now):
        """Make the file, send the mail, write down what became of it. Whatever goes wrong is tried again later."""
        self.ensure_one()
        log = self.with_context(lang=self.owner_id.lang or "en_US")  # the log is read by whoever owns the report
        try:
            with self.env.cr.savepoint():
                log._check_entitled()
                letter = log._letter()
            log._on_its_way()
            with self.env.cr.savepoint():
                log._hand_over(letter)
            log._close("sent", sent_date=now, error=False)
        except NotEntitled as why:
            log._close("skipped", error=str(why))
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 a template, a figure, the mail server: the log says it, and the next mail goes on
            log._fail(error, now)

    def _on_its_way(self):
        """Say so for all to see, and hold the row: see the class."""
        if self._is_cron():
            self.state = "sending"
            self._commit_run()
            self.lock_for_update()

    def _close(self, state, **values):
        """The end of it; a file is kept only where a link in a mail leads to it."""
        self.write({"state": state, "retry_date": False, **values})
        self.filtered(lambda log: log.state != "sent" or not log.is_link)._drop_file()

    def _drop_file(self):
        self.attachment_id.unlink()

    def _fail(self, error, now):
        """Write down why, and try again later, or give up."""
        _logger.warning("Report mail %s failed", self.id, exc_info=not isinstance(error, (*MAIL_TROUBLE, UserError)))
        attempts = self.attempts + 1
        self._drop_file()
        self.write({"attempts": attempts, "error": self._in_words(error)})
        if attempts >= MAX_TRIES or self.kind == "test":
            self._close("failed")
            return
        self.write({"state": "waiting", "retry_date": now + schedule.pause(attempts)})
        self.env.ref("sales_conveyor.cron_report_deliver")._trigger(at=self.retry_date)

    def _in_words(self, error):
        if isinstance(error, MAIL_TROUBLE):
            return self.env._("The mail server did not take it: %(why)s", why=self._last_words(error))
        if isinstance(error, UserError):
            return str(error)
        return self.env._("It could not be made: %(why)s", why=f"{type(error).__name__}: {error}")

    @api.model
    def _last_words(self, error):
        """What a mail server answered, such as "451 try again later", or why it was not reached."""
        text = str(error.args[-1]).strip() if error.args else type(error).__name__
        answer = ANSWER.search(text)
        return f"{answer[1]} {answer[2]}" if answer else text.splitlines()[-1] if text else type(error).__name__

    # ------------------------------------------------------------ the letter
    def _letter(self):
        """Values of the mail, with the file, made as its recipient."""
        report = self._as_recipient()
        workbook = report._workbook(clock.local_day(self.due_date, self.delivery_id.tz))
        with TemporaryFile() as stream:
            workbook._write_file(stream)
            self.megabytes = stream.tell() / 2**20
            stream.seek(0)
            # without a record that it belongs to, only who made it opens it: the recipient
            self.attachment_id = report.env["ir.attachment"].create({"name": workbook._filename(), "raw": stream.read()}).id
        self.is_link = self.megabytes > self._largest()
        return self._mail_values(report, workbook)

    @api.model
    def _largest(self):
        return float(self.env["ir.config_parameter"].get_param("sales_conveyor.report_mail_megabytes") or 10)

    def _as_recipient(self):
        """The set as its recipient reads it: his rights, his language, his companies. The set itself is no secret of his."""
        user, companies = self.user_id, self.set_id._companies(self.user_id)
        return self.set_id.with_user(user).with_context(lang=user.lang or "en_US", tz=user.tz, allowed_company_ids=companies.ids)

    def _check_entitled(self):
        """:raise NotEntitled: in words, why he gets nothing"""
        user, env = self.user_id, self.env
        if not user.active:
            raise NotEntitled(env._("%(name)s is archived.", name=user.name))
        if user.share or not env["crm.lead"].with_user(user).has_access("read"):
            raise NotEntitled(env._("%(name)s has no access to CRM any more.", name=user.name))
        if self.kind != "test" and user not in self.delivery_id.with_context(active_test=False).user_ids:
            raise NotEntitled(env._("%(name)s is no recipient of this report any more.", name=user.name))
        if user != self.owner_id and not self.owner_id.has_group(MANAGER):
            raise NotEntitled(env._("%(owner)s is no sales manager any more and gets his own reports only.", owner=self.owner_id.name))
        if not user.has_group("base.group_allow_export"):
            raise NotEntitled(env._("%(name)s may not take figures away: the right to export is missing.", name=user.name))
        if not self.set_id._companies(user):
            raise NotEntitled(env._("%(name)s works in none of the companies of this report.", name=user.name))

    def _hand_over(self, values):
        """Give the mail to the mail server.

        :raise MailDeliveryException: it did not take it
        """
        mail = self.env["mail.mail"].create(values)
        mail.send(raise_exception=True)
        if mail.state == "exception":
            raise MailDeliveryException(mail.failure_reason or mail.failure_type)
        mail.unlink()
