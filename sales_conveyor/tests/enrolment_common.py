"""Cadences with few steps, and days that pass."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command

from .common import ConveyorCase

MONDAY = datetime(2026, 6, 15, 10)  # in working hours of the company


class EnrolmentCase(ConveyorCase):
    """All cadences of the database are off; the company works Monday to Friday,
    9 to 18 in UTC, and ``self.now`` is the present."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["conveyor.cadence"].search([]).is_on = False
        cls.env["conveyor.reason"].with_context(active_test=False).search([]).active = False
        cls.env["conveyor.enrolment"].search([]).unlink()
        calendar = cls.env["resource.calendar"].create({
            "name": "Office", "tz": "UTC", "attendance_ids": [Command.clear()] + [Command.create({
                "name": f"{day}", "dayofweek": str(day), "hour_from": 9, "hour_to": 18}) for day in range(5)]})
        cls.env.company.write({
            "resource_calendar_id": calendar.id, "conveyor_tz": "UTC", "conveyor_send_from": 9, "conveyor_send_to": 20,
            "conveyor_weekly_cap": 0})
        cls.template = cls.env["mail.template"].create({
            "name": "Case", "model_id": cls.env["ir.model"]._get_id("crm.lead"), "subject": "A case for {{ object.name }}",
            "body_html": "<p>Same task, solved so.</p>", "email_to": "{{ object.email_from }}", "auto_delete": False})

    def setUp(self):
        super().setUp()
        self.now = MONDAY
        clock = patch.object(fields.Datetime, "now", lambda *_args: self.now)
        clock.start()
        self.addCleanup(clock.stop)

    # ------------------------------------------------------------ factories
    @classmethod
    def cadence(cls, *steps, **values):
        """Steps: (channel, delay in days) or dictionaries."""
        rows = [step if isinstance(step, dict) else {"channel": step[0], "delay": step[1]} for step in steps]
        return cls.env["conveyor.cadence"].create({
            "name": "Decision", "reason_policy": "none", "user_id": cls.manager.id, "step_ids": [
                Command.create({"name": f"Step {number}", "sequence": number, **row}) for number, row in enumerate(rows, 1)],
            **values})

    @classmethod
    def mail(cls, delay=0, **values):
        return {"channel": "email", "delay": delay, "is_automatic": True, "mail_template_id": cls.template.id, **values}

    @classmethod
    def leads(cls, count=1, **values):
        return cls.env["crm.lead"].create([{
            "name": f"Lamp {number}", "type": "opportunity", "team_id": cls.team.id, "user_id": cls.seller.id,
            "stage_id": cls.new.id, "email_from": f"client{number}@example.com", **values} for number in range(count)])

    def enrol(self, cadence, records, **values):
        return self.env["conveyor.enrolment"]._enrol(cadence, records, **values)

    # ------------------------------------------------------------ time
    def run_at(self, moment=None):
        """The cron at a moment; now."""
        self.now = moment or self.now
        self.env["conveyor.enrolment"]._cron_run(now=self.now)

    def day(self, number, hour=10):
        return MONDAY.replace(hour=hour) + timedelta(days=number)

    # ------------------------------------------------------------ what is there
    def runs(self, enrolment):
        """(step, loop, state, rule) in the order of the plan."""
        rows = self.env["conveyor.step.run"].search([("enrolment_id", "=", enrolment.id)], order="planned_date, id")
        return [(run.step_id.name, run.loop, run.state, run.rule or None) for run in rows]

    def activity(self, record):
        return record.activity_ids.filtered("conveyor_run_id")

    def mails(self, enrolments):
        return self.env["mail.mail"].search([("conveyor_run_id", "in", enrolments.run_ids.ids)])

    def touches(self, record):
        return self.env["conveyor.touch"].search([("lead_id", "=", record.id)], order="date, id")

    def reply(self, lead, **values):
        return self.env["conveyor.touch"]._record([{
            "event_key": f"reply-{lead.id}-{self.now}", "lead_id": lead.id, "channel": "email", "direction": "in",
            "outcome": "replied", "date": self.now, **values}])
