import random
from datetime import datetime, time, timedelta

from markupsafe import Markup

from odoo import fields, models

from ..engine import clock
from ..models.conveyor_next import Proposal
from . import touch_story
from .conveyor_demo_cadence import SPREAD

LEFT_WITHOUT = 2  # open leads without a next touch
NEW_PRICE = 1990


class ConveyorDemo(models.AbstractModel):
    """What the team finds when it opens Odoo today."""

    _inherit = "conveyor.demo"

    def _make_today(self, deals, leads):
        taken = set()
        for seller, section, hours, text in touch_story.TODAY:
            self._client_writes(self._pick(deals, leads, seller, section, taken), hours, text)
        for seller, section, hour, text in touch_story.PROMISES:
            self._promise(self._pick(deals, leads, seller, section, taken), hour, text)
        seller, section, days, text = touch_story.SNOOZE
        self._pick(deals, leads, seller, section, taken).action_snooze(fields.Date.today() + timedelta(days=days), text)
        self._make_meetings(deals, leads, taken)
        self._plan_work(deals, leads)

    def _pick(self, deals, leads, seller, section, taken):
        """The first lead of the seller in the section that nothing else happens to today."""
        lead = next(lead for deal, lead in zip(deals, leads) if (deal.seller, deal.section) == (seller, section)
                    and not deal.lost_reason and lead.id not in taken)
        taken.add(lead.id)
        return lead

    def _client_writes(self, lead, hours, text):
        """An answer by mail, as it comes through the gateway."""
        lead.message_post(
            body=Markup("<p>%s</p>") % text, subject=f"Re: {lead.name}", message_type="email", subtype_xmlid="mail.mt_comment",
            author_id=lead.partner_id.id, email_from=lead.partner_id.email_formatted,
            date=fields.Datetime.now() - timedelta(hours=hours))

    def _local(self, day, hour, user):
        return clock.utc(datetime.combine(day, time(hour)), self.env["conveyor.next"]._zone(user))

    def _promise(self, lead, hour, text):
        """The client asked to be called; the time was agreed."""
        planned = lead._planned_touches().filtered(lambda activity: activity.conveyor_channel == "call")[:1]
        self.env["conveyor.touch"]._record([{
            "event_key": f"activity-{planned.id}" if planned else f"demo-{lead.id}-later", "lead_id": lead.id, "user_id": lead.user_id.id, "channel": "call",
            "outcome": "later", "note": text, "date": self._moment(2, random.Random(lead.name))}])
        lead._plan_touches({lead.id: Proposal(
            self._local(fields.Date.today(), hour, lead.user_id), "call", is_promise=True)}, note=text)

    # ------------------------------------------------------------ meetings
    def _make_meetings(self, deals, leads, taken):
        """Some were held, and are touches by themselves; one is booked."""
        Event = self.env["calendar.event"].with_context(no_mail_to_attendees=True, dont_notify=True)
        held = Event.create([
            self._prepare_meeting(self._pick(deals, leads, seller, section, set()), self._working_day(days), 10)
            for seller, section, days in touch_story.HELD])
        self.env["conveyor.touch"]._cron_held_meetings()
        seller, section, name = touch_story.BOOKED
        lead = self._pick(deals, leads, seller, section, taken)
        coming = -self._working_day_ahead()
        activity = lead._plan_touches({lead.id: Proposal(
            self._local(self._working_day(coming), 11, lead.user_id), "meeting", is_promise=True)}, note=name)
        booked = Event.create([{
            **self._prepare_meeting(lead, self._working_day(coming), 11), "name": name, "activity_ids": [(4, activity.id)]}])
        self._set_names("meeting", held + booked)

    def _working_day_ahead(self):
        """Days until the next working day."""
        return {4: 3, 5: 2}.get(fields.Date.today().weekday(), 1)

    def _prepare_meeting(self, lead, day, hour):
        start = self._local(day, hour, lead.user_id)
        return {
            "name": f"{lead.partner_id.name}: {lead.name}", "start": start, "stop": start + timedelta(hours=1),
            "user_id": lead.user_id.id, "opportunity_id": lead.id, "res_model": "crm.lead", "res_id": lead.id,
            "partner_ids": [(6, 0, (lead.partner_id | lead.user_id.partner_id).ids)]}

    # ------------------------------------------------------------ what comes next
    def _plan_work(self, deals, leads):
        """The next standard work of those whom no cadence has a touch for, spread
        over the next days; a touch for the rest, but for two."""
        open_leads = leads.browse(
            lead.id for deal, lead in zip(deals, leads) if lead.won_status == "pending" and not deal.is_forgotten)
        open_leads.filtered(lambda lead: not lead.next_touch_date)[LEFT_WITHOUT:]._plan_next_work()
        works = self.env["conveyor.work"].search([("lead_id", "in", open_leads.ids), ("activity_id", "!=", False)])
        for number, activity in enumerate(works.activity_id):
            activity.date_deadline = fields.Date.today() + timedelta(days=number % SPREAD)
        bare = open_leads.filtered(lambda lead: not lead.next_touch_date)
        bare[LEFT_WITHOUT:].action_plan_proposed()

    def _look_back(self):
        """What the nightly and weekly jobs would have found."""
        Suggestion, Practice = self.env["conveyor.reason.suggestion"], self.env["conveyor.practice"]
        Suggestion._cron_suggest()
        self._demo("product_wardrobe").list_price = NEW_PRICE
        self._set_names("suggestion", Suggestion._cron_suggest())
        Practice._refresh()
        Practice.search([("kind", "=", "channel"), ("channel", "=", "letter")]).status = "alive"  # as four months ago
        Practice._refresh(tell=True)
