import random
from datetime import datetime, time, timedelta

from odoo import fields, models
from odoo.tools import SQL

from . import story, touch_story

NOON = time(12, 30)  # UTC: working hours wherever the story may be told
MOST_PASSES = 600
KEPT = ("silent", "late")  # lost reasons after which the client is kept
NURTURE_SINCE = 98  # days: who was lost before began then, one a day; Ivan had invested too little to be among them
FIRST_STEPS = 30  # numbers of the steps that everybody does at once
IVAN_LOST_LATELY = 40
SPREAD = 5  # days over which standard work is planned


class ConveyorDemo(models.AbstractModel):
    """Clients enter cadences on the day they came or were lost; then the days
    pass as they do in life: the cron runs, people do what is planned for them.
    """

    _inherit = "conveyor.demo"

    def _lead_through(self, deals, leads):
        self._make_consents(deals, leads)
        enrolments = self.env["conveyor.enrolment"]
        decision, nurture = self._cadences()
        for number, (deal, lead) in enumerate(zip(deals, leads)):
            if self._is_led(deal):
                enrolments._enrol(decision, lead, now=lead.create_date + timedelta(minutes=5))
            elif deal.lost_reason in KEPT and (deal.seller != "ivan" or deal.lost_day < IVAN_LOST_LATELY):
                day = min(deal.lost_day, NURTURE_SINCE - number % 4)
                enrolments._enrol(nurture, lead, now=self._moment(day, random.Random(lead.name), 90))
        self._enrol_customers(deals, leads)
        self._live_on()
        self._mails_have_gone()

    def _make_consents(self, deals, leads):
        """All but one of the lost said yes to news; one does not want SMS."""
        lost = [lead for deal, lead in zip(deals, leads) if deal.lost_reason in KEPT]
        Consent = self.env["conveyor.consent"]
        Consent.create([{
            "lead_id": lead.id, "partner_id": lead.partner_id.id, "state": "given", "date": lead.create_date,
            "source": "Form in the showroom", "text": "Oak & Linen may write to me about furniture, at most once a month.",
            "user_id": lead.user_id.id} for lead in lost[1:]])
        Consent.create([{
            "lead_id": lost[2].id, "partner_id": lost[2].partner_id.id, "state": "withdrawn", "channel": "sms",
            "source": "Said on the phone", "text": "Mail is fine, but please no SMS.", "user_id": lost[2].user_id.id,
            "date": self._moment(12, random.Random("sms"))}])

    def _enrol_customers(self, deals, leads):
        """The catalogue to those who have bought, by post or by mail: a split
        test, in which two had it by post from the start."""
        sold = leads.browse(
            lead.id for deal, lead in zip(deals, leads) if deal.section in ("won", *story.ACCOUNT) and not deal.lost_reason)
        for lead in sold:
            lead.partner_id.user_id = lead.user_id
        bought = sold.partner_id - self.env["conveyor.enrolment"].search([("state", "=", "running")]).partner_id
        by_post, began = self._demo("cadence_post"), datetime.combine(self._working_day(2), NOON)
        for cadence, customers in [(by_post, bought[:2]), *by_post._share_out(bought[2:])]:
            self.env["conveyor.enrolment"]._enrol(cadence, customers, now=began)

    def _working_day(self, back):
        """The last day so many days ago, or before, that is no weekend."""
        day = fields.Date.today() - timedelta(days=back)
        return day - timedelta(days=max(day.weekday() - 4, 0))

    # ------------------------------------------------------------ the days
    def _live_on(self, with_people=True):
        now = fields.Datetime.now()
        self.env.flush_all()
        for _number in range(MOST_PASSES):
            moment = self._next_moment(now)
            if not moment:
                break
            self.env["conveyor.enrolment"]._cron_run(now=moment)
            if with_people:
                self._people_work(moment, now)

    def _next_moment(self, now):
        """When something is due next: noon of its day, or when it is due later."""
        self.env["conveyor.enrolment"].flush_model()
        [(due,)] = self.env.execute_query(SQL(
            "SELECT min(e.next_date) FROM conveyor_enrolment e JOIN conveyor_cadence c ON c.id = e.cadence_id"
            " WHERE e.state IN ('running', 'snoozed') AND c.is_on AND e.next_date <= %s", now))
        return due and min(max(due, datetime.combine(due.date(), NOON)), now)

    def _people_work(self, moment, now):
        """The planned touches of that day, as far as the seller is diligent."""
        runs = self.env["conveyor.step.run"].search([
            ("state", "=", "planned"), ("activity_id.active", "=", True), ("enrolment_id.state", "=", "running")], order="id")
        letters = runs.filtered(lambda run: run.channel == "letter")
        letters.activity_id.with_context(conveyor_run_closing=True).unlink()
        letters._cancelled(moment)  # nobody writes letters any more
        self.env["conveyor.touch"]._record([
            self._prepare_done(run, moment) for run in runs - letters if self._is_done(run, moment, now)])

    def _is_done(self, run, moment, now):
        seller, lead = run.user_id.login, run.lead_id
        lies = touch_story.DILIGENCE.get(seller, 1) if run.step_id.sequence > FIRST_STEPS else 1
        if not lead or moment.date() >= self._working_day(lies):
            return False
        if run.cadence_id.purpose == "nurture":
            return moment < now - timedelta(days=9)
        if seller == "ivan":
            return lead.touch_count < touch_story.IVAN_STOPS_AFTER[lead.id % len(touch_story.IVAN_STOPS_AFTER)]
        return True

    def _prepare_done(self, run, moment):
        rng = random.Random(f"{run.lead_id.name} {run.step_id.sequence} {run.loop}")
        outcome, text = touch_story.answer(rng, run.channel)
        return {
            "event_key": f"activity-{run.activity_id.id}", "lead_id": run.lead_id.id, "user_id": run.user_id.id,
            "channel": run.channel, "outcome": outcome, "note": text, "subject": run.step_id.name,
            "reason_id": run.reason_id.id, "run_id": run.id, "date": moment + timedelta(minutes=rng.randint(5, 80))}

    # ------------------------------------------------------------ mails
    def _mails_have_gone(self):
        """There is no mail server: the mails of the past are taken as sent on
        their days, but for one whose address is wrong."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE mail_message m SET date = t.date FROM conveyor_touch t WHERE t.message_id = m.id AND t.run_id IS NOT NULL"))
        self.env["mail.message"].invalidate_model(["date"])
        mails = self.env["mail.mail"].search([("conveyor_run_id.lead_id", "in", self._named("lead", "crm.lead").ids)], order="id")
        wrong = mails.filtered(lambda mail: mail.conveyor_run_id.cadence_id.purpose == "nurture")[-1:]
        wrong.write({"state": "exception", "failure_type": "mail_email_invalid", "failure_reason": "550 5.1.1 No such user here"})
        self.env["conveyor.enrolment"]._retry_mails(fields.Datetime.now())
        self.env["mail.mail"].search([("conveyor_run_id", "!=", False)]).unlink()
