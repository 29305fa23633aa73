from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain

from ..engine import gate, rehearsal
from .conveyor_domain import read_domain

SAMPLE = 500  # clients that a dry run looks at


class ConveyorCadence(models.Model):
    """What the cadence would have done with the clients of a past period."""

    _inherit = "conveyor.cadence"

    def _rehearse(self, date_from, date_to):
        """Play the cadence on those who would have entered. Writes nothing.

        :param date_from, date_to: naive UTC
        :return: (number who would have entered, list of (lead or partner, [engine.rehearsal.Played]))
        """
        self.ensure_one()
        entries = self._past_entries(date_from, date_to)
        played = self._even_sample(entries)
        steps = self._plan_steps()[self.id]
        touches = {step.id: gate.Touch(self.purpose, step.channel, step.is_automatic, step.is_service) for step in self.step_ids}
        enrolments = self.env["conveyor.enrolment"]
        found, keys = enrolments._calendars((self._company_of(record), self._partner_of(record)) for record, _moment in played)
        facts = self._past_facts([record for record, _moment in played])
        return len(entries), [(record, list(rehearsal.play(
            steps, touches, moment, date_to, facts[record], found[key]))) for (record, moment), key in zip(played, keys)]

    @staticmethod
    def _even_sample(entries):
        if len(entries) <= SAMPLE:
            return entries
        return [entries[place * len(entries) // SAMPLE] for place in range(SAMPLE)]

    def _company_of(self, record):
        return record.company_id or self.company_id or self.env.company

    @staticmethod
    def _partner_of(record):
        return record.partner_id if record._name == "crm.lead" else record

    # ------------------------------------------------------------ who would have entered
    def _past_entries(self, date_from, date_to):
        """[(lead or customer, moment)] in the order of the moments."""
        leads = self.env["crm.lead"].with_context(active_test=False)
        domain = self._entry_domain(self.trigger)
        if self.target == "lead":
            domain &= read_domain(self.env, self.filter_domain, fields.Datetime.now())
        if self.trigger in ("create", "manual"):
            found = leads.search(domain & Domain("create_date", ">=", date_from) & Domain("create_date", "<=", date_to), order="create_date, id")
            moments = [(lead, lead.create_date) for lead in found]
        else:
            moments = self._past_moves(leads, domain, date_from, date_to)
        if self.target == "lead":
            return moments
        first = {}
        for lead, moment in moments:
            if customer := lead.partner_id.commercial_partner_id:
                first.setdefault(customer, moment)
        fitting = self.env["res.partner"].union(*first).filtered_domain(read_domain(self.env, self.filter_domain, fields.Datetime.now()))
        return [(customer, moment) for customer, moment in first.items() if customer in fitting]

    def _past_moves(self, leads, domain, date_from, date_to):
        """By the transitions: entering a section, winning, losing. The sections
        and lost reasons are those of that move, other filters as they are today."""
        kinds = {"won": ["won"], "lost": ["lost"]}.get(self.trigger, ["enter", "forward", "skip", "back", "reopen"])
        wanted = Domain("kind", "in", kinds) & Domain("date", ">=", date_from) & Domain("date", "<=", date_to)
        stages = self.stage_ids or self.env["crm.stage"].search([("trade_section_id", "in", self.trade_section_ids.ids)])
        if self.trigger == "stage" and stages:
            wanted &= Domain("to_stage_id", "in", stages.ids)
            domain = domain.map_conditions(
                lambda condition: Domain.TRUE if condition.field_expr.startswith("stage_id") else condition)
        first = {}
        for move in self.env["conveyor.transition"].search(wanted, order="date, id"):
            first.setdefault(move.lead_id.id, move.date)
        found = leads.search(domain & Domain("id", "in", list(first)), order="id")
        return sorted(((lead, first[lead.id]) for lead in found), key=lambda entry: (entry[1], entry[0].id))

    # ------------------------------------------------------------ what was known then
    def _past_facts(self, records):
        """``{record: function(moment) -> engine.gate.Facts}``."""
        if not records:
            return {}
        keys = self._client_keys(self.env[self.target_model].union(*records))
        touches = defaultdict(list)
        for touch in self.env["conveyor.touch"].search_fetch(
                [("client_key", "in", list(keys.values()))], ["client_key", "date", "direction", "outcome", "is_automatic"], order="date"):
            touches[touch.client_key].append(touch)
        closed = self._past_closings(records)
        today = self._facts_of_today(records)
        return {record: self._facts_function(touches[keys[record.id]], closed.get(record.id, {}), today[record]) for record in records}

    def _past_closings(self, records):
        """``{lead id: {"won": date, "lost": date}}``"""
        if self.target != "lead":
            return {}
        closings = defaultdict(dict)
        for move in self.env["conveyor.transition"].search(
                [("lead_id", "in", [record.id for record in records]), ("kind", "in", ["won", "lost"])], order="date desc"):
            closings[move.lead_id.id][move.kind] = move.date
        return closings

    def _facts_of_today(self, records):
        """What has no history is taken as it is now: addresses, blacklist, mail that comes back."""
        blacklisted = set(self.env["mail.blacklist"].sudo().search([]).mapped("email"))  # salespeople cannot read it
        facts = {}
        for record in records:
            email = record.email_normalized
            facts[record] = {"is_blacklisted": bool(email) and email in blacklisted,
                             "is_bounced": bool(record.message_bounce), "has_address": bool(email or record.phone)}
        return facts

    def _facts_function(self, touches, closings, today):
        cap = self._company_of(self).conveyor_weekly_cap
        heard = [touch.date for touch in touches if touch.direction == "in" and touch.outcome not in ("auto_reply", "bounced")]
        sent = tuple(touch.date for touch in touches if touch.direction == "out" and touch.is_automatic)

        def facts_at(moment):
            replied = max((date for date in heard if date <= moment), default=None)
            return gate.Facts(
                is_won="won" in closings and closings["won"] <= moment,
                is_lost="lost" in closings and closings["lost"] <= moment,
                replied=replied, cap=cap, week=sent, **today)
        return facts_at
