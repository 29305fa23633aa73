from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import gate
from .conveyor_enrolment import OPEN, SERVICE
from .conveyor_gate_facts import NO_WORD


class ConveyorEnrolment(models.Model):
    """What happens between two runs of the cron acts at once."""

    _inherit = "conveyor.enrolment"

    @api.model
    def _on_touches(self, touches):
        """A word from the client ends or halts what is planned for him; a touch
        by a person takes the place of the one that was planned in its channel."""
        rows = self._open_of_clients(touches.mapped("client_key"))
        if not rows:
            return
        now = fields.Datetime.now()
        facts = touches.sudo().filtered(lambda touch: not touch.is_history)
        talks = rows.filtered(lambda row: row.purpose != SERVICE)  # what is confirmed is confirmed, whatever he says
        self._on_words(talks, facts.filtered(lambda touch: touch.direction == "in" and touch.outcome not in NO_WORD), now)
        self._on_refusals(talks, facts.filtered(lambda touch: touch.outcome == "refused"), now)
        rows._fulfil(facts.filtered(lambda touch: touch.direction == "out" and not touch.is_automatic), now)

    @api.model
    def _any_open_sql(self, client_keys):
        """Whether any client of this query of keys is in a cadence: for the statement that writes the touches."""
        self.flush_model(["client_key", "state"])
        return SQL("EXISTS (SELECT FROM conveyor_enrolment WHERE client_key IN (%s) AND state IN %s)", client_keys, OPEN)

    @api.model
    def _open_of_clients(self, client_keys):
        if not client_keys:
            return self.sudo().browse()
        self.flush_model(["client_key", "state", "next_date"])
        return self.sudo().browse(row_id for row_id, in self.env.execute_query(SQL(  # whoever has made the touch
            "SELECT id FROM conveyor_enrolment WHERE client_key = ANY(%s) AND state IN %s ORDER BY next_date, id",
            client_keys, OPEN)))

    @api.model
    def _on_words(self, rows, words, now):
        for touch in words:
            mine = rows.filtered(lambda row: (
                row.client_key == touch.client_key and row.state in OPEN and touch.date >= row.start_date))
            selling = mine.filtered(lambda row: row.purpose in gate.SELLING)
            selling._stop("replied", now=now)
            selling[:1]._ask_for_answer(now)
            until = touch.date + gate.AFTER_REPLY
            if until > now:
                (mine - selling).filtered(lambda row: row.state == "running")._snooze(
                    until, self.env["conveyor.step.run"]._sentence("replied"), now)

    @api.model
    def _on_refusals(self, rows, refusals, now):
        for touch in refusals:
            rows.filtered(lambda row: row.client_key == touch.client_key and touch.date >= row.start_date)._stop("refused", now=now)

    def _fulfil(self, touches, now):
        """Touches by people: the activity of the step, or another way in its channel."""
        open_rows = self.filtered(lambda row: row.state in OPEN)
        planned = open_rows._planned_runs().filtered(lambda run: not run.is_automatic and run.activity_id)
        moments = {}
        for touch in touches:
            run = planned.filtered(lambda run: (
                run == touch.run_id or not touch.run_id and run.channel == touch.channel
                and run.enrolment_id.client_key == touch.client_key))[:1]
            if run:
                planned -= run
                run._done_by(touch, now)
                moments[run.enrolment_id] = (run.loop, min(touch.date, now))
        self._pass({row: moment for row, moment in moments.items() if row.state == "running"}, now)

    @api.model
    def _move_to_keys(self, moved):
        """Clients became one: of their cadences the strongest runs."""
        super()._move_to_keys(moved)
        self._rank(list(moved.values()))

    # ------------------------------------------------------------ leads, orders, meetings
    @api.model
    def _on_leads_closed(self, leads, outcome):
        """:param str outcome: ``won`` or ``lost``"""
        rows = self._open_of_leads(leads).filtered(lambda row: row.entry_status != outcome)
        kinds = gate.HUNTING if outcome == "won" else {gate.DECISION}
        rows.filtered(lambda row: row.purpose in kinds)._stop(outcome)
        if outcome == "lost":
            rows.filtered(lambda row: row.state in OPEN and row.lead_id.lost_reason_id.conveyor_kind == "final")._stop("refused")

    @api.model
    def _on_leads_archived(self, leads):
        self._open_of_leads(leads.filtered(lambda lead: not lead.active and lead.won_status == "pending"))._stop("archived")

    @api.model
    def _open_of_leads(self, leads):
        if not leads:
            return self.sudo().browse()
        return self.sudo().search([("lead_id", "in", leads.ids), ("state", "in", OPEN)])  # whoever closed the lead

    @api.model
    def _on_orders(self, orders):
        """Confirmed orders: what wanted the client to buy has reached its aim."""
        partners = orders.partner_id.commercial_partner_id
        keys = set(self.env["conveyor.client"]._keys_of_partners(partners).values())
        rows = self.sudo().search([("purpose", "in", list(gate.HUNTING)), ("state", "in", OPEN),  # whoever sells
                                   "|", ("client_key", "in", list(keys)), ("lead_id", "in", orders.opportunity_id.ids)])
        rows._stop("bought")

    @api.model
    def _on_meetings(self, events):
        """Meetings booked: the client talks to a person now; steps of a cadence that are meetings do not count."""
        now = fields.Datetime.now()
        events = events.filtered(lambda event: event.active and event.stop > now and not event.sudo().activity_ids.conveyor_run_id)
        partners, leads = events.partner_ids.filtered("partner_share"), events.opportunity_id
        if not (partners or leads):
            return
        keys = set(self.env["conveyor.client"]._keys_of_partners(partners).values()) | set(
            self.env["conveyor.client"]._keys(leads).values())
        self.sudo().search([  # whoever books the meeting
            ("client_key", "in", list(keys)), ("purpose", "in", list(gate.SELLING)), ("state", "in", OPEN)])._stop("meeting")

    @api.model
    def _on_sending_resumed(self, companies):
        """What waited for the kill switch may go at once."""
        if companies:
            self.sudo().search([  # the company's own decision
                ("company_id", "in", companies.ids), ("state", "=", "running"), ("rule", "=", "sending_stopped"),
            ]).write({"next_date": fields.Datetime.now()})


class ConveyorStepRun(models.Model):
    _inherit = "conveyor.step.run"

    def _done_by(self, touch, now):
        """A person has made the touch; an activity that is still open is closed without another one."""
        self.write({"state": "done", "done_date": min(touch.date, now), "message_id": touch.message_id.id,
                    "explanation": False, "rule": False})
        if not touch.run_id:
            touch.write({"run_id": self.id, "reason_id": touch.reason_id.id or self.reason_id.id})
        shared = self.env["conveyor.work"].sudo().search_count(  # standard work settles by the touch itself
            [("activity_id", "=", self.activity_id.id), ("state", "=", "todo")], limit=1)
        if self.activity_id.active and not shared:
            self.activity_id.with_context(conveyor_run_closing=True).action_archive()

    def _cancelled(self, now=None):
        """The activity was deleted by a person: the step is left out, the cadence goes on."""
        now = now or fields.Datetime.now()
        runs = self.sudo().filtered(lambda run: run.state == "planned")  # whoever may cancel the activity
        runs.write({"state": "skipped", "rule": "cancelled", "explanation": self._sentence("cancelled"), "done_date": now})
        self.env["conveyor.enrolment"].sudo()._pass(
            {run.enrolment_id: (run.loop, now) for run in runs if run.enrolment_id.state == "running"}, now)
