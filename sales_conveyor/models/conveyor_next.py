from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.mail import email_normalize

from ..engine import clock, next_touch

GOLDEN = 0.6180339887498949  # multiples of it spread as evenly as can be
ACTIVITY_TYPES = {
    "call": "mail.mail_activity_data_call", "email": "mail.mail_activity_data_email",
    "meeting": "mail.mail_activity_data_meeting",
}


class Proposal(NamedTuple):
    """A touch to plan: ``date`` is naive UTC, ``why`` a sentence for the salesperson.
    A promise stays on its day, whatever else there is to do."""

    date: datetime
    channel: str
    reason_id: int | bool = False
    why: str = ""
    is_promise: bool = False


class ConveyorNext(models.AbstractModel):
    """Proposes next touches: reads facts in batch, asks the engine, names a reason."""

    _name = "conveyor.next"
    _description = "Next Touches"

    @api.model
    def _propose(self, records, outcome=None):
        """``{record id: Proposal}``; ``outcome``: result of the touch that is being
        logged at this moment, on all of them."""
        return self._propose_after(records, [outcome])[outcome]

    @api.model
    def _propose_after(self, records, outcomes):
        """``{outcome: {record id: Proposal}}``: what follows each result of a touch made now."""
        now = self.env.cr.now().replace(microsecond=0)
        facts, reasons, companies = self._facts(records, now), self._reasons(records, now), self._companies(records)
        hours = {company: company._conveyor_hours() for company in set(companies.values())}
        proposals = {}
        for outcome in outcomes:
            after = {"last_touch": now, "outcome": outcome} if outcome else {}
            proposals[outcome] = {}
            for record in records:
                known = replace(facts[record.id], **after)
                found = next_touch.propose(known, now, hours[companies[record.id]])
                proposals[outcome][record.id] = Proposal(
                    found.date, found.channel, reasons.get(record.id, False), self._say(found, known))
        return proposals

    @api.model
    def _companies(self, records):
        company = self.env.company
        return {record.id: record.company_id or company for record in records.sudo()}

    def _say(self, found, facts):
        """Why this day and this channel, in a sentence."""
        day = {
            next_touch.NEVER: self.env._("Not touched yet."),
            next_touch.UNANSWERED: self.env._("Not reached last time."),
            next_touch.REPLIED: self.env._("The client has written."),
            next_touch.NORM: self.env._("The usual gap of this section."),
            next_touch.ASKED: self.env._("Asked to be called later."),
            next_touch.NURTURE: self.env._("Every day, so that we are not forgotten.") if round(facts.nurture) == 1 else self.env._(
                "Every %(days)s days, so that we are not forgotten.", days=round(facts.nurture)),
        }[found.why]
        channel = {
            next_touch.ANSWERS: self.env._("Answers in this channel."),
            next_touch.UNTRIED: self.env._("This channel was not tried yet."),
        }.get(found.channel_why, "")
        return f"{day} {channel}".strip()

    # ------------------------------------------------------------ facts
    @api.model
    def _facts(self, records, now):
        touches = self._touches(records)
        leads = records._name == "crm.lead"
        facts = {}
        for record in records.sudo():  # touches of one's own clients, means of reaching them
            company = record.company_id or self.env.company
            mine = touches.get(record.id, {})
            facts[record.id] = next_touch.Facts(
                kind=record._next_kind(), last_touch=mine.get("last"), outcome=mine.get("outcome"),
                answered=mine.get("answered", {}), tried=mine.get("tried", {}),
                means=self._means(record), interval=record._next_interval() if leads else company.conveyor_account_days,
                nurture=company.conveyor_nurture_days if leads else company.conveyor_account_days, share=self._share(record))
        return facts

    @api.model
    def _share(self, record):
        """Where in a working day the record stands, from 0 to 1; ids in a row stand far apart."""
        return (record._origin.id or 0) * GOLDEN % 1  # a form's record has no number of its own

    @api.model
    def _means(self, record):
        partner = record.partner_id if record._name == "crm.lead" else record
        means = {
            "phone": record.phone or partner.phone, "address": partner.city,
            "email": email_normalize(record.email_from if record._name == "crm.lead" else record.email)}
        return frozenset(name for name, value in means.items() if value)

    @api.model
    def _touches(self, records):
        """``{record id: {last, outcome, answered, tried}}`` in one statement."""
        self.env["conveyor.touch"].flush_model()
        line = self.env["conveyor.touch.line"]
        rows = self.env.execute_query(SQL(
            """
            SELECT s.owner, t.channel, count(*) FILTER (WHERE %(answer)s), count(*) FILTER (WHERE t.direction = 'out'),
                   max(t.date), (array_agg(CASE WHEN t.direction = 'in' THEN 'replied' ELSE t.outcome END ORDER BY t.date DESC, t.id DESC))[1]
              FROM (%(scope)s) s JOIN conveyor_touch t ON t.%(column)s = s.member
             WHERE COALESCE(t.outcome, '') NOT IN ('auto_reply', 'bounced') GROUP BY s.owner, t.channel
            """,
            answer=SQL("t.direction = 'in' OR t.outcome IN ('reached', 'held', 'later', 'replied')"),
            scope=line._scope(records._name, records.ids),
            column=SQL.identifier("lead_id" if records._name == "crm.lead" else "partner_id")))
        found = defaultdict(lambda: {"last": None, "outcome": None, "answered": {}, "tried": {}})
        for owner, channel, answered, tried, last, outcome in rows:
            mine = found[owner]
            mine["tried"][channel] = tried
            if answered:
                mine["answered"][channel] = answered
            if mine["last"] is None or last > mine["last"]:
                mine.update(last=last, outcome=outcome or "sent")
        return found

    @api.model
    def _reasons(self, records, now):
        """``{record id: reason id}``: the next one in the library that the client has not heard."""
        library = self.env["conveyor.reason"].sudo().search([])  # what was told to a client is nobody's right
        if not library:
            return {}
        leads = records if records._name == "crm.lead" else self.env["crm.lead"]
        partners = records if records._name == "res.partner" else self.env["res.partner"]
        fitting = library._fitting(self.env["conveyor.cadence"], leads.sudo(), partners.sudo(), now)
        client = self.env["conveyor.client"]
        keys = client._keys(records) if leads else client._keys_of_partners(records)
        used = library._used_on(list(keys.values()))
        chosen = {}
        for reason, (lead_ids, partner_ids) in fitting.items():
            for record_id in (lead_ids if leads else partner_ids):
                if record_id not in chosen and reason._is_free(used.get((keys.get(record_id), reason.id)), now):
                    chosen[record_id] = reason.id
        return chosen

    # ------------------------------------------------------------ limits in working time
    @api.model
    def _deadlines(self, rows, field):
        """When ``field`` working minutes of the company have passed.

        :param rows: (company id, moment) pairs
        """
        company_ids = {company_id or self.env.company.id for company_id, _moment in rows}
        companies = {company.id: company for company in self.env["res.company"].sudo().browse(company_ids)}
        hours = {company_id: company._conveyor_hours() for company_id, company in companies.items()}
        return [clock.add_working_minutes(moment, companies[own][field], hours[own])
                for own, moment in ((company_id or self.env.company.id, moment) for company_id, moment in rows)]

    @api.model
    def _answer_due(self, rows):
        """Until when replies should be answered; ``rows``: (company id, date of the reply)."""
        return self._deadlines(rows, "conveyor_reply_minutes")

    # ------------------------------------------------------------ planning
    @api.model
    def _activity_types(self):
        """``{channel: activity type id}``: a type of this channel, else a to-do."""
        types = {}
        for kind in self.env["mail.activity.type"].search(
                [("conveyor_channel", "!=", False), ("res_model", "in", [False, "crm.lead"])]):
            types.setdefault(kind.conveyor_channel, kind.id)
        for channel, xmlid in ACTIVITY_TYPES.items():
            if kind := self.env.ref(xmlid, raise_if_not_found=False):
                types[channel] = kind.id
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        return defaultdict(lambda: todo.id if todo else False, types)

    @api.model
    def _plan(self, records, plans, note=False, come_back=False):
        """Plan touches by hand, as activities of those who lead the clients, in one batch."""
        types = self._activity_types()
        model_id = self.env["ir.model"]._get_id(records._name)
        reasons = self.env["conveyor.reason"].browse(
            {plan.reason_id for plan in plans.values() if plan.reason_id}).sudo()
        names = {reason.id: reason.name for reason in reasons}
        rows = []
        for record in records.filtered(lambda record: record.id in plans):
            plan = plans[record.id]
            user = record.user_id if record.user_id.active else self.env.user
            rows.append({
                "res_model_id": model_id, "res_id": record.id, "activity_type_id": types[plan.channel],
                "conveyor_channel": plan.channel, "conveyor_reason_id": plan.reason_id, "user_id": user.id,
                "date_deadline": self._local_day(plan.date, user), "conveyor_at": plan.date,
                "summary": names.get(plan.reason_id) or (come_back and plan.why) or False, "note": note,
                "conveyor_come_back": come_back, "conveyor_movable": not (come_back or plan.is_promise),
                "conveyor_put_off_date": come_back and fields.Datetime.now()})
        rows.sort(key=lambda row: row["user_id"])  # a person's counters are told once
        return self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(rows)

    @api.model
    def _zone(self, user):
        return user.tz or (user.company_id or self.env.company)._conveyor_tz()

    @api.model
    def _local_day(self, moment, user):
        return clock.local_day(moment, self._zone(user))

    @api.model
    def _morning(self, day, user):
        """When the company's day begins, on a local day, in UTC."""
        hour = (user.company_id or self.env.company).conveyor_send_from
        return clock.utc(datetime.combine(day, time(int(hour), int(hour % 1 * 60))), self._zone(user))
