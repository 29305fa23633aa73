from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import touch
from .conveyor_work_item import CHANNELS

BATCH = 1000  # rows a statement
COLUMNS = (
    "event_key", "date", "lead_id", "partner_id", "client_key", "company_id", "user_id", "channel", "direction",
    "outcome", "kind", "is_counted", "is_automatic", "is_history", "subject", "note", "reason_id", "run_id", "message_id",
    "create_uid", "write_uid", "create_date", "write_date",
)

OUTCOMES = [
    ("sent", "Sent"), ("reached", "Reached"), ("no_answer", "No answer"), ("later", "Asked for later"),
    ("refused", "Refused"), ("held", "Held"), ("replied", "Replied"), ("auto_reply", "Automatic reply"),
    ("bounced", "Bounced"), ("rated", "Rated"),
]
KINDS = [("attempt", "Attempt"), ("message", "Message"), ("conversation", "Conversation")]


class ConveyorTouch(models.Model):
    """One contact with a client. ``_record`` is the only writer.

    A touch owns what it knows, so that it outlives the message or the
    activity that it was read from.
    """

    _name = "conveyor.touch"
    _description = "Touch"
    _inherit = "conveyor.access.mixin"
    _partner_owns = True
    _order = "date desc, id desc"
    _rec_name = "subject"

    event_key = fields.Char(required=True, readonly=True, help="What makes two records one event.")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Client", ondelete="set null", index="btree_not_null")
    client_key = fields.Char(
        "Client Key", readonly=True,
        help="Who was touched: the commercial partner, else the e-mail address, else the lead.")
    company_id = fields.Many2one("res.company", "Company", ondelete="set null", readonly=True)
    user_id = fields.Many2one("res.users", "By", ondelete="set null", index="btree_not_null")
    channel = fields.Selection(CHANNELS, required=True)
    direction = fields.Selection([("out", "To the client"), ("in", "From the client")], default="out", required=True)
    outcome = fields.Selection(OUTCOMES, "Result")
    kind = fields.Selection(
        KINDS, help="An attempt reached nobody, a message was sent without an answer, a conversation had two sides.")
    is_counted = fields.Boolean("Counts", default=True, help="Counts towards the norm of touches.")
    is_automatic = fields.Boolean("By Itself", readonly=True, help="Sent by a cadence or an automation, not by a person.")
    subject = fields.Char()
    note = fields.Text()
    reason_id = fields.Many2one("conveyor.reason", "Reason", ondelete="set null", index="btree_not_null")
    run_id = fields.Many2one("conveyor.step.run", "Cadence Step", ondelete="set null", readonly=True, index="btree_not_null")
    message_id = fields.Many2one("mail.message", ondelete="set null", readonly=True)
    is_history = fields.Boolean("From History", readonly=True, help="Read from the database when Sales Conveyor was installed.")

    _event_key_unique = models.UniqueIndex("(event_key)")
    _message_unique = models.UniqueIndex("(message_id) WHERE message_id IS NOT NULL")
    _lead_date_idx = models.Index("(lead_id, date)")
    _client_date_idx = models.Index("(client_key, date)")

    @api.model
    def _record(self, vals_list):
        """Write touches; the same event (``event_key``) twice is one touch.

        What follows from them follows at once: standard work that they prove,
        the funnel, the touch lines, and the enrolments of their clients.

        :param vals_list: dictionaries of this model's fields; ``event_key``,
            ``channel``, and ``lead_id`` or ``partner_id`` at least, ``date`` in UTC
        :return: the touches written now; of an event given twice the first one
        """
        first = {vals["event_key"]: vals for vals in reversed(vals_list)}
        rows = [self._defaults(vals) for vals in reversed(first.values())]
        self._complete(rows)
        inserted = [row for start in range(0, len(rows), BATCH) for row in self._insert(rows[start:start + BATCH])]
        written = {key: touch_id for touch_id, key, _is_enrolled in inserted}
        touches = self.sudo().browse(written.values())  # facts come from what people do, nobody writes them
        if touches:
            self._remember(touches, [row for row in rows if row["event_key"] in written], written)
            self._tell(touches, any(is_enrolled for _id, _key, is_enrolled in inserted))
        return touches

    @api.model
    def _defaults(self, vals):
        date = fields.Datetime.to_datetime(vals.get("date")) or fields.Datetime.now()
        return {
            "user_id": self.env.uid, "direction": "out", "outcome": None,
            "is_automatic": False, "is_history": False, **vals, "date": date.replace(microsecond=0),
        }

    @api.model
    def _insert(self, rows):
        """One statement; what is there already stays. The funnel is told with it.

        :return: (id, event key, whether any of the new touches' clients is in a cadence) of the new touches
        """
        now = self.env.cr.now()
        log = {"create_uid": self.env.uid, "write_uid": self.env.uid, "create_date": now, "write_date": now}
        values = SQL(", ").join(SQL("(%s)", SQL(", ").join(
            SQL("%s", {**log, **row}.get(name) if row.get(name) is not False or name.startswith("is_") else None)
            for name in COLUMNS)) for row in rows)
        return self.env.execute_query(SQL(
            "WITH new AS (INSERT INTO conveyor_touch (%s) VALUES %s ON CONFLICT DO NOTHING"
            " RETURNING id, event_key, lead_id, client_key, is_counted),"
            " stale AS (INSERT INTO conveyor_funnel_stale (lead_id)"
            " SELECT DISTINCT lead_id FROM new WHERE is_counted AND lead_id IS NOT NULL)"
            " SELECT id, event_key, %s FROM new",
            SQL(", ").join(map(SQL.identifier, COLUMNS)), values,
            self.env["conveyor.enrolment"]._any_open_sql(SQL("SELECT client_key FROM new"))))

    @api.model
    def _remember(self, touches, rows, written):
        """What was just written need not be read again."""
        place = {touch_id: place for place, touch_id in enumerate(touches._ids)}
        rows = sorted(rows, key=lambda row: place[written[row["event_key"]]])
        for name in COLUMNS[:-4]:
            field = self._fields[name]
            field._insert_cache(touches, [
                field.convert_to_cache(row.get(name) or None, touch, validate=False) for touch, row in zip(touches, rows)])

    @api.model
    def _tell(self, touches, is_enrolled=True):
        """Let everybody know who goes by touches; ``is_enrolled``: whether a client of them may be in a cadence."""
        leads = touches.lead_id
        self.env["conveyor.work"]._settle(leads)
        self.env["conveyor.touch.line"]._mark(
            leads.ids, self.env["conveyor.client"]._partners_of_keys(touches.mapped("client_key")),
            next_touch="in" in touches.mapped("direction"))
        if is_enrolled:
            self.env["conveyor.enrolment"]._on_touches(touches)

    # ------------------------------------------------------------ what is known
    @api.model
    def _complete(self, rows):
        """Fill in client, company, kind, and whether each row counts."""
        leads = self.env["crm.lead"].sudo().browse({row["lead_id"] for row in rows if row.get("lead_id")})
        partners = self.env["res.partner"].sudo().browse({  # whose touch it is, whoever makes it
            row["partner_id"] for row in rows if row.get("partner_id") and not row.get("lead_id")})
        Client = self.env["conveyor.client"]
        lead_keys, partner_keys = Client._keys(leads), Client._keys_of_partners(partners)
        for row in rows:
            if row.get("lead_id"):
                lead = leads.browse(row["lead_id"])
                owner, row["partner_id"], row["client_key"] = lead, lead.partner_id.id, lead_keys[lead.id]
            else:
                owner = partners.browse(row["partner_id"])
                row["client_key"] = partner_keys[owner.id]
            row["company_id"] = row.get("company_id") or owner.company_id.id
            row["kind"] = row.get("kind") or touch.kind(row["channel"], row["outcome"])
        self._judge(rows)

    @api.model
    def _judge(self, rows):
        """Set ``is_counted``: by the company's rule, and of attempts in a row the first one."""
        attempts = any(row["kind"] == touch.ATTEMPT for row in rows)
        rules = {company_id: self.env["res.company"].browse(company_id or self.env.company.id)._touch_rule(attempts)
                 for company_id in {row["company_id"] for row in rows}}
        slots = {}
        for row in sorted(rows, key=lambda row: row["date"]):
            rule = rules[row["company_id"]]
            row["is_counted"] = rule.counts(row["direction"], row["outcome"], row["kind"], row["is_automatic"])
            if row["is_counted"] and row["kind"] == touch.ATTEMPT:
                slots.setdefault(self._slot(rule, row), []).append(row)
        taken = self._taken_slots(slots, rules)
        for slot, attempts in slots.items():
            for row in attempts[slot not in taken:] if slot[2] else ():
                row["is_counted"] = False

    @api.model
    def _slot(self, rule, row):
        """(whose, channel, stretch of time) of an attempt."""
        return row.get("lead_id") or row["client_key"], row["channel"], rule.slot(row["date"])

    @api.model
    def _taken_slots(self, slots, rules):
        """Slots of attempts that are on record and count already."""
        attempts = [row for found in slots.values() for row in found]
        if not attempts:
            return set()
        dates = [row["date"] for row in attempts]
        day = timedelta(days=1)
        known = self.env.execute_query_dict(SQL(
            "SELECT lead_id, client_key, channel, date, company_id FROM conveyor_touch"
            " WHERE (lead_id = ANY(%(leads)s) OR (lead_id IS NULL AND client_key = ANY(%(keys)s)))"
            " AND is_counted AND kind = 'attempt' AND date BETWEEN %(first)s AND %(last)s",
            leads=[row["lead_id"] for row in attempts if row.get("lead_id")],
            keys=[row["client_key"] for row in attempts if not row.get("lead_id")],
            first=min(dates) - day, last=max(dates) + day))
        return {self._slot(rules.get(row["company_id"]) or next(iter(rules.values())), row) for row in known}

    @api.model
    def _dates_by_channel(self, leads):
        """``{lead id: [(channel, date)]}`` of the leads' touches that came to something."""
        dates = defaultdict(list)
        if leads:
            self.flush_model()
            for lead_id, channel, date in self.env.execute_query(SQL(
                    "SELECT lead_id, channel, date FROM conveyor_touch WHERE lead_id = ANY(%s)"
                    " AND COALESCE(outcome, '') NOT IN ('bounced', 'auto_reply')", leads.ids)):
                dates[lead_id].append((channel, date))
        return dates
