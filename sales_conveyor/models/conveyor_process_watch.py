from datetime import timedelta

from odoo import api, fields, models

from .conveyor_process import MINERS

MONTHS = {"month": 1, "quarter": 3}


class ConveyorProcess(models.Model):
    """Watching: history is read again on a schedule, and the owner is told when
    the process no longer runs as its current version says."""

    _inherit = "conveyor.process"

    schedule = fields.Selection(
        [("none", "Never"), ("month", "Every month"), ("quarter", "Every quarter")], "Compare with History", default="none", required=True,
        help="History is read again and compared with the current version; the owner gets an activity when it is different. "
             "A new version is never made by itself.")
    next_date = fields.Date("Next Comparison", compute="_compute_next_date", store=True, readonly=False)

    @api.depends("schedule")
    def _compute_next_date(self):
        for process in self:
            process.next_date = process._date_after(process._today()) if process.schedule in MONTHS else False

    def _date_after(self, day):
        return fields.Date.add(day, months=MONTHS[self.schedule])

    @api.model
    def _cron_watch(self, today=None):
        """Ask for the comparisons that are due.

        :param today: as of this day
        """
        today = today or fields.Date.context_today(self)
        for process in self.search([("schedule", "in", list(MONTHS)), ("next_date", "<=", today)]):
            if process.current_version_id:
                process._ask_to_watch(today)
            process.next_date = process._date_after(today)

    def _ask_to_watch(self, today):
        """The same length of time until yesterday, with the eyes that the current version was read with."""
        version = self.current_version_id
        last = today - timedelta(days=1)
        self.env["conveyor.process.mining"]._ask(
            self, "watch", last - (version.date_to - version.date_from), last, self._watcher(version), version.company_ids)

    def _watcher(self, version):
        """Who documented the version, while he may; else the owner."""
        return next((user for user in (version.user_id, self.owner_id) if user.active and user.has_group(MINERS)),
                    self.env.ref("base.user_root"))

    def _compare_with_current(self, mined):
        """Tell the owner what is different, in his language; nothing if nothing is, or with too few leads.

        :param mined: as :meth:`conveyor.process.miner._mine` gives it
        """
        process = self.sudo()  # the difference is the owner's to know, whoever's eyes it was read with
        process = process.with_context(lang=process.owner_id.lang or self.env.lang)
        version = process.current_version_id
        sentences = process.env["conveyor.process.change"]._sentences(version.picture or {}, mined["picture"])
        if sentences:
            process._tell_owner(version, sentences)

    def _tell_owner(self, version, sentences):
        """One open activity, with the newest difference."""
        summary = self.env._("%(process)s no longer runs as version %(number)s says", process=self.name, number=version.number)
        note = self.env["conveyor.process.change"]._as_list(sentences)
        kind = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        told = self.activity_ids.filtered(lambda activity: activity.conveyor_is_process_watch)
        if told:
            told.write({"summary": summary, "note": note})
        elif self.owner_id.active:
            self.activity_schedule(activity_type_id=kind.id if kind else False, user_id=self.owner_id.id, conveyor_channel=False,
                                   summary=summary, note=note, conveyor_is_process_watch=True)


class MailActivity(models.Model):
    _inherit = "mail.activity"

    conveyor_is_process_watch = fields.Boolean(readonly=True, help="Told by the watch over first-sale processes.")
