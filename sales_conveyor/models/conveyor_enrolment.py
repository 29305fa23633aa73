from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import cadence as engine
from .conveyor_cadence import PURPOSES

STATES = [("running", "Running"), ("snoozed", "Waiting"), ("done", "Done"), ("stopped", "Stopped")]
OPEN = ("running", "snoozed")
SERVICE = "service"  # a confirmation waits for nobody, and nobody for it; a client may have several
STRENGTH = ("decision", "reactivation", "followup", "account", "nurture")  # the strongest first
STOP_REASONS = [
    ("replied", "The client replied"), ("bought", "The client bought"), ("meeting", "A meeting is booked"),
    ("refused", "The client refused"), ("opted_out", "The client opted out"), ("blacklisted", "Address on the blacklist"),
    ("bounced", "Mail comes back"), ("won", "Won"), ("lost", "Lost"), ("moved", "No longer fits"),
    ("superseded", "Another cadence took over"), ("merged", "Merged into another record"), ("archived", "Archived"),
    ("failed", "Failed too often"), ("manual", "Stopped by hand"),
]


class ConveyorEnrolment(models.Model):
    """One lead or customer going through one cadence: the only door to a client.

    ``_enrol`` is the only way in. ``next_date`` says when the cron has to look
    at it: empty while a person's turn, a stronger cadence or the end holds it.
    """

    _name = "conveyor.enrolment"
    _description = "Enrolment in a Cadence"
    _inherit = "conveyor.access.mixin"
    _partner_owns = True
    _order = "next_date, id"
    _rec_name = "cadence_id"

    cadence_id = fields.Many2one("conveyor.cadence", "Cadence", required=True, ondelete="cascade", index=True, readonly=True)
    purpose = fields.Selection(PURPOSES, required=True, readonly=True)
    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade", index="btree_not_null", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade", index="btree_not_null", readonly=True)
    client_key = fields.Char("Client Key", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", "Company", ondelete="cascade", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", ondelete="set null", index="btree_not_null", readonly=True)
    cycle_key = fields.Char("Cycle", required=True, readonly=True, help="The same key enters the same cadence once.")
    state = fields.Selection(STATES, default="running", required=True, readonly=True)
    stop_reason = fields.Selection(STOP_REASONS, "Why Stopped", readonly=True)
    rule = fields.Char(readonly=True, help="The rule of the gate that lets it wait.")
    explanation = fields.Char(readonly=True, help="Why it waits or has stopped.")
    step_id = fields.Many2one("conveyor.cadence.step", "Next Step", ondelete="set null", readonly=True)
    loop = fields.Integer(readonly=True, help="How many times the cadence has begun again.")
    loop_start_date = fields.Datetime(readonly=True)
    next_date = fields.Datetime("Next Step on", readonly=True)
    start_date = fields.Datetime("Entered", required=True, default=fields.Datetime.now, readonly=True)
    last_date = fields.Datetime("Last Step", readonly=True)
    not_before = fields.Datetime("Not before", readonly=True)
    end_date = fields.Datetime("Ended", readonly=True)
    entry_status = fields.Char(readonly=True, help="Whether the lead was open, won or lost when it entered.")
    attempts = fields.Integer("Failures in a Row", readonly=True)
    waits_for_id = fields.Many2one(
        "conveyor.enrolment", "Waits for", ondelete="set null", readonly=True, index="btree_not_null",
        help="The stronger cadence of the same client; this one goes on after it.")
    run_ids = fields.One2many("conveyor.step.run", "enrolment_id", "Steps Done and Planned", readonly=True)

    _client_purpose_unique = models.UniqueIndex("(client_key, purpose) WHERE state IN ('running', 'snoozed') AND purpose <> 'service'")
    _cycle_unique = models.UniqueIndex("(cadence_id, client_key, cycle_key)")
    _due_idx = models.Index("(next_date) WHERE next_date IS NOT NULL")

    @api.model
    def _enrol(self, cadence, records, key=None, supersede=True, now=None):
        """Leads or partners into a cadence, by its re-entry policy. The only way in.

        :param records: leads or partners; leads enter a cadence of customers
            as their partner
        :param key: idempotency key; the same key enters the same client once. A
            dictionary gives each record, by its id, a key of its own
        :param supersede: a running cadence of the same purpose ends; else it
            stays and the client does not enter
        :return: the clients' enrolments in this cadence, new and standing
        """
        now = now or fields.Datetime.now()
        enrolments = self.sudo()  # a fact of what people and rules do; rights were checked where they did it
        clients = enrolments._clients_of(cadence, records)
        before = enrolments.search([("cadence_id", "=", cadence.id), ("client_key", "in", list(clients))])
        standing = before.filtered(lambda row: row._answers(self._key_of(key, clients[row.client_key])))
        if not (cadence.is_on and cadence.active):
            return standing.with_env(self.env)
        fresh = {client: record for client, record in clients.items() if client not in set(standing.mapped("client_key"))}
        fresh = enrolments._make_room(cadence, fresh, supersede)
        new = enrolments._insert(cadence, fresh, key, before, now)
        enrolments._rank(new.mapped("client_key"), now)
        if any(row.next_date and row.next_date <= now for row in new):
            self.env.ref("sales_conveyor.cron_enrolment_run").sudo()._trigger()  # it does no more than it does by itself
        return (standing | new).with_env(self.env)

    @api.model
    def _clients_of(self, cadence, records):
        """``{client key: lead or partner}``, one a client, in the order given."""
        records = records.sudo()
        if cadence.target == "customer" and records._name == "crm.lead":
            records = records.partner_id
        if (records._name == "crm.lead") != (cadence.target == "lead"):
            raise UserError(self.env._(
                "The cadence %(cadence)s is for leads. Choose one for customers, or enrol the customer's lead.",
                cadence=cadence.display_name))
        clients = {}
        keys = self.env["conveyor.client"]._keys(records) if cadence.target == "lead" \
            else self.env["conveyor.client"]._keys_of_partners(records)
        for record in records:
            clients.setdefault(keys[record.id], record)
        return clients

    def _answers(self, key):
        """Whether this enrolment, of the same client and cadence, is the answer
        to a new call: the client is in it, or may not enter again."""
        policy = self.cadence_id.reentry
        if policy == "never" or self.cycle_key == self._cycle(key, policy):
            return True
        return self.state in OPEN and (policy != "each_cycle" or not key)

    @api.model
    def _key_of(self, key, record):
        return key.get(record.id) if isinstance(key, dict) else key

    @api.model
    def _cycle(self, key, policy):
        return str(key) if key is not None else {"never": "once"}.get(policy)

    @api.model
    def _make_room(self, cadence, clients, supersede):
        """End what runs for the same purpose, or leave out whom it keeps."""
        if cadence.purpose == SERVICE:
            return clients
        held = self.search([
            ("client_key", "in", list(clients)), ("purpose", "=", cadence.purpose), ("state", "in", OPEN)])
        if supersede:
            held._stop("superseded", self.env._("%(cadence)s took over.", cadence=cadence.name))
            return clients
        kept = set(held.mapped("client_key"))
        return {client: record for client, record in clients.items() if client not in kept}

    @api.model
    def _insert(self, cadence, clients, key, before, now):
        """New rows, safe against others who enrol the same clients now."""
        if not clients:
            return self.browse()
        rows = self._prepare_rows(cadence, clients, key, before, now)
        names = list(rows[0])
        self.flush_model()
        ids = [row_id for row_id, in self.env.execute_query(SQL(
            "INSERT INTO conveyor_enrolment (%s) VALUES %s ON CONFLICT DO NOTHING RETURNING id",
            SQL(", ").join(map(SQL.identifier, names)),
            SQL(", ").join(SQL("%s", tuple(row.values())) for row in rows)))]
        for name in ("crm.lead", "res.partner"):
            self.env[name].invalidate_model(["enrolment_ids"], flush=False)
        new = self.browse(ids)
        new._mark_lines()
        return new

    @api.model
    def _prepare_rows(self, cadence, clients, key, before, now):
        steps = cadence._plan_steps()[cadence.id]
        numbers = before.grouped("client_key")
        calendars, keys = self._calendars((self._company_of(cadence, record), self._partner_of(record)) for record in clients.values())
        starts, rows = self._entry_progress(cadence, clients, steps, now), []
        for (client, record), calendar in zip(clients.items(), keys):
            is_lead = record._name == "crm.lead"
            cycle = self._cycle(self._key_of(key, record), cadence.reentry) or self._next_number(numbers.get(client, self))
            answer = engine.due(steps, starts[client], now, calendars[calendar])
            ahead = None if isinstance(answer, engine.Stop) else answer
            rows.append({
                "cadence_id": cadence.id, "purpose": cadence.purpose, "client_key": client, "cycle_key": cycle,
                "lead_id": record.id if is_lead else None, "partner_id": self._partner_of(record).id or None,
                "company_id": self._company_of(cadence, record).id or None, "user_id": record.user_id.id or None,
                "state": "running", "start_date": now, "loop": 0, "attempts": 0,
                "step_id": ahead and ahead.step.id, "next_date": getattr(ahead, "until", None) or now,
                "entry_status": record.won_status if is_lead else None,
                "create_uid": self.env.uid, "write_uid": self.env.uid, "create_date": now, "write_date": now})
        return rows

    @api.model
    def _partner_of(self, record):
        return record.partner_id if record._name == "crm.lead" else record

    @api.model
    def _company_of(self, cadence, record):
        return record.company_id or cadence.company_id or self.env.company

    @api.model
    def _next_number(self, before):
        return str(1 + max((int(row.cycle_key) for row in before if row.cycle_key.isdigit()), default=0))

    def _mark_lines(self):
        """The touch lines of these leads and customers are to be made anew."""
        self.env["conveyor.touch.line"]._mark(self.lead_id.ids, self.partner_id.ids, counts=False)
