from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..engine import clock, gate

NO_WORD = ("auto_reply", "bounced", "rated")  # inward, but no word that a person has to answer


class ConveyorGateFacts(models.AbstractModel):
    """The facts that the gate asks for, each read once for a whole batch."""

    _name = "conveyor.gate.facts"
    _description = "Facts for the Gate"

    @api.model
    def _read(self, touches, now):
        """``{enrolment id: engine.gate.Facts}`` of touches that are due.

        :param touches: with ``row`` (an enrolment) and ``due``
        """
        rows = self.env["conveyor.enrolment"].sudo().browse(touch.row.id for touch in touches)
        rows.lead_id.mapped("won_status"), rows._client().mapped("email_normalized")  # one read for all of them
        known = self._keys(rows)
        read = {
            "replied": self._replied(rows, known), "refused": self._refused(rows, known), "bought": self._bought(rows),
            "meeting": self._meetings(rows, now), "closed": self.env["conveyor.consent"]._channels(rows),
            "blacklist": self._blacklisted(rows), "complaint": self._complaints(rows),
            "debt": self._debts(rows, now), "week": self._week(rows, now, known), "calendars": rows._calendars_of(),
            "channels": self._channels_of(rows.cadence_id)}
        return {touch.row.id: self._facts(touch, read, now) for touch in touches}

    @api.model
    def _facts(self, touch, read, now):
        row, due = touch.row, touch.due
        lead, client, company = row.lead_id, row._client(), row.company_id or self.env.company
        step = self.env["conveyor.cadence.step"].browse(due.step.id)
        given, withdrawn = read["closed"][row.id]
        return gate.Facts(
            **self._standing(row, lead, client),
            is_refused=row.id in read["refused"],
            has_bought=self._since(read["bought"].get(row.id), row.start_date) is not None,
            is_off=not (row.cadence_id.is_on and row.cadence_id.active),
            is_sending_stopped=company.conveyor_sending_stopped,
            replied=self._since(read["replied"].get(row.id), row.start_date),
            meeting_until=read["meeting"].get(row.id),
            snoozed_until=self._snoozed(lead, company),
            closed_channels=withdrawn, only_channels=read["channels"][row.cadence_id.id],
            has_address=bool(step.server_action_id) or self._has_address(step.channel, lead, client),
            is_blacklisted=(step.channel, row.id) in read["blacklist"],
            is_bounced=step.channel == gate.EMAIL and bool(lead.message_bounce or client.message_bounce),
            needs_consent=row.cadence_id.needs_consent, has_consent=step.channel in given,
            has_complaint=client.commercial_partner_id.id in read["complaint"],
            has_overdue_debt=(client.commercial_partner_id.id, company.id) in read["debt"],
            cap=company.conveyor_weekly_cap, week=tuple(read["week"].get(row.id, ())),
            day_start=clock.start_of_day(now, read["calendars"][row.id].automatic.tz),
            window=clock.next_allowed(now, read["calendars"][row.id].automatic, due.step.part))

    @api.model
    def _standing(self, row, lead, client):
        """Whether the record is still there, and as it was when it entered."""
        closed = bool(lead) and lead.won_status != row.entry_status
        return {
            "is_gone": not (lead or client),
            "is_won": closed and lead.won_status == "won", "is_lost": closed and lead.won_status == "lost",
            "is_archived": not lead.active and lead.won_status == "pending" if lead else not client.active}

    @api.model
    def _since(self, moment, start):
        return moment if moment and moment >= start else None

    @api.model
    def _snoozed(self, lead, company):
        if not lead.snooze_until:
            return None
        return clock.utc(clock.datetime.combine(lead.snooze_until, clock.datetime.min.time()), company._conveyor_tz())

    @api.model
    def _channels_of(self, cadences):
        return {cadence.id: frozenset(cadence.step_ids.mapped("channel")) for cadence in cadences}

    @api.model
    def _has_address(self, channel, lead, client):
        if channel == "email":
            return bool(lead.email_normalized or client.email_normalized)
        if channel == "sms":
            return bool(lead.phone_sanitized or client.phone_sanitized)
        if channel == "letter":
            return bool((lead.street and lead.city) or (client.street and client.city))
        return True

    # ------------------------------------------------------------ one query each
    @api.model
    def _keys(self, rows):
        """``{enrolment id: client keys}``: his own, and those under which somebody
        with the same e-mail address is known, as a lead without a customer or as one."""
        emails = {row.id: row._emails() for row in rows}
        self.env["res.partner"].flush_model(["email_normalized", "commercial_partner_id", "active"])
        partners = defaultdict(set)
        for email, partner_id in self.env.execute_query(SQL(
                "SELECT email_normalized, commercial_partner_id FROM res_partner WHERE email_normalized = ANY(%s) AND active",
                list(set().union(*emails.values())))):
            partners[email].add(f"p{partner_id}")
        return {row.id: {row.client_key}.union(*({f"e{email}", *partners[email]} for email in emails[row.id])) for row in rows}

    @api.model
    def _latest(self, rows, keys, condition):
        """``{enrolment id: date of the client's last touch that meets the condition}``"""
        self.env["conveyor.touch"].flush_model()
        last = dict(self.env.execute_query(SQL(
            "SELECT client_key, max(date) FROM conveyor_touch WHERE client_key = ANY(%s) AND date >= %s AND %s GROUP BY client_key",
            list(set().union(*keys.values())), self._earliest(rows), condition)))
        return {row_id: max(dates) for row_id, own in keys.items() if (dates := [last[key] for key in own if key in last])}

    @api.model
    def _replied(self, rows, keys):
        """``{enrolment id: last word of the client}``"""
        return self._latest(rows, keys, SQL("direction = 'in' AND COALESCE(outcome, '') <> ALL(%s)", list(NO_WORD)))

    @api.model
    def _earliest(self, rows):
        return min(rows.mapped("start_date"), default=None)

    @api.model
    def _refused(self, rows, keys):
        """Ids of enrolments whose client has refused since he entered."""
        said = self._latest(rows, keys, SQL("outcome = 'refused'"))
        return {row.id for row in rows if self._since(said.get(row.id), row.start_date) or (
            row.lead_id.won_status == "lost" and row.lead_id.lost_reason_id.conveyor_kind == "final")}

    @api.model
    def _bought(self, rows):
        """``{enrolment id: date of the last confirmed order}``, of the customer or of the lead."""
        self.env["sale.order"].flush_model(["state", "partner_id", "opportunity_id", "date_order"])
        found = {}
        for row_id, date in self.env.execute_query(SQL(
                """SELECT e.id, max(o.date_order) FROM conveyor_enrolment e
                     LEFT JOIN crm_lead l ON l.id = e.lead_id
                     JOIN res_partner c ON c.id = COALESCE(l.partner_id, e.partner_id)
                     JOIN res_partner p ON p.commercial_partner_id = c.commercial_partner_id
                     JOIN sale_order o ON o.partner_id = p.id AND o.state = 'sale'
                    WHERE e.id = ANY(%(ids)s) GROUP BY e.id
                    UNION ALL
                   SELECT e.id, max(o.date_order) FROM conveyor_enrolment e
                     JOIN sale_order o ON o.opportunity_id = e.lead_id AND o.state = 'sale'
                    WHERE e.id = ANY(%(ids)s) GROUP BY e.id""", ids=rows.ids)):
            found[row_id] = max(date, found.get(row_id, date))
        return found

    @api.model
    def _meetings(self, rows, now):
        """``{enrolment id: end of the next meeting}``, those that are a step of a cadence left out."""
        self.env["calendar.event"].flush_model()
        return dict(self.env.execute_query(SQL(
            """SELECT m.id, min(v.stop) FROM (
                   SELECT e.id, v.id AS event_id FROM conveyor_enrolment e JOIN calendar_event v ON v.opportunity_id = e.lead_id
                    WHERE e.id = ANY(%(ids)s)
                    UNION ALL
                   SELECT e.id, r.calendar_event_id FROM conveyor_enrolment e LEFT JOIN crm_lead l ON l.id = e.lead_id
                     JOIN calendar_event_res_partner_rel r ON r.res_partner_id = COALESCE(l.partner_id, e.partner_id)
                    WHERE e.id = ANY(%(ids)s)) m
                 JOIN calendar_event v ON v.id = m.event_id AND v.active AND v.stop > %(now)s
                WHERE NOT EXISTS (
                      SELECT 1 FROM mail_activity a WHERE a.calendar_event_id = v.id AND a.conveyor_run_id IS NOT NULL)
                GROUP BY m.id""", ids=rows.ids, now=now)))

    @api.model
    def _blacklisted(self, rows):
        """(channel, enrolment id) of addresses on Odoo's blacklists."""
        # only who manages them may read the blacklists; everybody has to respect them
        emails = {row.id: row._emails() for row in rows}
        phones = {row.id: {row.lead_id.phone_sanitized, row._client().phone_sanitized} - {False} for row in rows}
        listed = {
            "email": set(self.env["mail.blacklist"].sudo().search(
                [("email", "in", list(set().union(*emails.values())))]).mapped("email")),
            "sms": set(self.env["phone.blacklist"].sudo().search(
                [("number", "in", list(set().union(*phones.values())))]).mapped("number"))}
        return {(channel, row_id) for channel, values in (("email", emails), ("sms", phones))
                for row_id, own in values.items() if own & listed[channel]}

    @api.model
    def _complaints(self, rows):
        """Ids of the clients' commercial partners with an open complaint."""
        return self._complaining(rows._client().commercial_partner_id)

    @api.model
    def _complaining(self, companies):
        """Ids among these commercial partners with an open complaint: said so, or a bad
        rating that is younger than the last settlement; of an order only the customer's own."""
        self.env["res.partner"].flush_model()
        self.env["rating.rating"].flush_model()
        return {partner_id for partner_id, in self.env.execute_query(SQL(
            """SELECT c.id FROM res_partner c WHERE c.id = ANY(%(ids)s) AND (c.conveyor_complaint OR COALESCE((
                   SELECT r.stars BETWEEN 1 AND 3 AND r.date > COALESCE(c.conveyor_complaint_settled, '-infinity')
                     FROM (SELECT id, partner_id, COALESCE(conveyor_answered, write_date) AS date, CASE WHEN res_model = 'sale.order'
                                  THEN conveyor_stars WHEN consumed THEN rating END AS stars FROM rating_rating) r
                     JOIN res_partner p ON p.id = r.partner_id
                    WHERE p.commercial_partner_id = c.id AND r.stars > 0 ORDER BY r.date DESC, r.id DESC LIMIT 1), FALSE))""", ids=companies.ids))}

    @api.model
    def _debts(self, rows, now):
        """(commercial partner id, company id) with an invoice that is overdue."""
        groups = self.env["account.move"].sudo()._read_group([  # that something is overdue, not how much
            ("commercial_partner_id", "in", rows._client().commercial_partner_id.ids), ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"), ("payment_state", "in", ("not_paid", "partial")),
            ("invoice_date_due", "<", now.date())], ["commercial_partner_id", "company_id"])
        return {(partner.id, company.id) for partner, company in groups}

    @api.model
    def _week(self, rows, now, keys):
        """``{enrolment id: [moments of marketing messages of cadences in the last week]}``"""
        moments = defaultdict(list)
        for key, date in self.env.execute_query(SQL(
                """SELECT t.client_key, t.date FROM conveyor_touch t
                     JOIN conveyor_step_run r ON r.id = t.run_id JOIN conveyor_cadence_step s ON s.id = r.step_id
                    WHERE t.client_key = ANY(%s) AND t.date > %s AND t.date <= %s AND t.is_automatic
                      AND t.direction = 'out' AND s.is_service IS NOT TRUE""",
                list(set().union(*keys.values())), now - timedelta(days=7), now)):
            moments[key].append(date)
        return {row_id: [date for key in own for date in moments[key]] for row_id, own in keys.items()}


class ConveyorEnrolment(models.Model):
    _inherit = "conveyor.enrolment"

    @api.model
    def _gate_facts(self, touches, now):
        return self.env["conveyor.gate.facts"]._read(touches, now) if touches else {}
