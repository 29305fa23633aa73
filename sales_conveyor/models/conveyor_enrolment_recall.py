from datetime import timedelta

from odoo import api, fields, models

from .conveyor_enrolment_queue import MAX_ATTEMPTS

LATER = timedelta(hours=1)  # when a held mail is looked at again


class ConveyorEnrolment(models.Model):
    """What stands in the queues of Odoo is still asked about: the client may
    have opted out, bought, or answered since it was written."""

    _inherit = "conveyor.enrolment"

    @api.model
    def _recalled(self, runs):
        """Steps whose message is not wanted any more: ``{run: rule}``."""
        rows = runs.enrolment_id
        closed, blacklist = self.env["conveyor.consent"]._channels(rows), self.env["conveyor.gate.facts"]._blacklisted(rows)
        found = {}
        for run in runs:
            row = run.enrolment_id
            if (run.channel, row.id) in blacklist:
                found[run] = "blacklisted"
            elif run.step_id.is_service:
                continue
            elif run.channel in closed[row.id][1]:
                found[run] = "opted_out"
            elif row.state == "stopped":
                found[run] = row.stop_reason
        return found

    @api.model
    def _take_back(self, recalled, now):
        """:param recalled: {run: rule}"""
        for run, rule in recalled.items():
            run.write({"state": "skipped", "rule": rule, "explanation": run._sentence(rule), "done_date": now})
        self._not_made(self.env["conveyor.step.run"].union(*recalled))

    @api.model
    def _not_made(self, runs):
        """Nothing of these steps has reached the client: what was noted as sent does not count."""
        touches = self.env["conveyor.touch"].sudo().search([("run_id", "in", runs.ids), ("is_automatic", "=", True)])  # a fact
        touches.write({"outcome": "bounced", "is_counted": False})
        touches.flush_recordset()
        self.env["conveyor.funnel.fact"]._mark(touches.lead_id.ids)
        self.env["conveyor.touch"]._tell(touches)

    @api.model
    def _held_runs(self, runs):
        """Steps of companies that have stopped all automatic sending."""
        return runs.filtered(lambda run: (run.enrolment_id.company_id or self.env.company).conveyor_sending_stopped)


class MailMail(models.Model):
    _inherit = "mail.mail"

    def send(self, *args, **kwargs):
        return super(MailMail, self._conveyor_wanted()).send(*args, **kwargs)

    def _conveyor_wanted(self):
        """Without the mails of cadences that are not to go, or not now."""
        mine = self.filtered("conveyor_run_id")
        if not mine:
            return self
        enrolments, now = self.env["conveyor.enrolment"].sudo(), fields.Datetime.now()  # the queue sends for everybody
        recalled = enrolments._recalled(mine.conveyor_run_id.sudo())
        gone = mine.filtered(lambda mail: mail.conveyor_run_id in recalled)
        gone.write({"state": "cancel", "conveyor_attempts": MAX_ATTEMPTS + 1})
        enrolments._take_back(recalled, now)
        held_runs = enrolments._held_runs((mine - gone).conveyor_run_id.sudo())
        held = mine.filtered(lambda mail: mail.conveyor_run_id in held_runs)
        held.write({"scheduled_date": now + LATER})
        return self - gone - held


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _send(self, *args, **kwargs):
        wanted = self._conveyor_wanted()
        return super(SmsSms, wanted)._send(*args, **kwargs) if wanted else None

    def _conveyor_wanted(self):
        """As for mails; those that are held stay in the queue."""
        mine = self.filtered("conveyor_run_id")
        if not mine:
            return self
        enrolments = self.env["conveyor.enrolment"].sudo()  # the queue sends for everybody
        recalled = enrolments._recalled(mine.conveyor_run_id.sudo())
        gone = mine.filtered(lambda sms: sms.conveyor_run_id in recalled)
        gone.write({"state": "canceled"})
        enrolments._take_back(recalled, fields.Datetime.now())
        held_runs = enrolments._held_runs((mine - gone).conveyor_run_id.sudo())
        return self - gone - mine.filtered(lambda sms: sms.conveyor_run_id in held_runs)


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        """Mails that were held may go as soon as sending is on again."""
        result = super().write(vals)
        if vals.get("conveyor_sending_stopped") is False:
            held = self.env["mail.mail"].sudo().search([  # the company's own decision
                ("conveyor_run_id.enrolment_id.company_id", "in", [*self.ids, False]), ("state", "=", "outgoing"),
                ("scheduled_date", ">", fields.Datetime.now())])
            held.write({"scheduled_date": False})
        return result
