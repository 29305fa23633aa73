from contextlib import contextmanager, nullcontext

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import section

KINDS = [
    ("enter", "Entered"), ("forward", "Forward"), ("skip", "Skipped ahead"), ("back", "Back"),
    ("won", "Won"), ("lost", "Lost"), ("reopen", "Reopened"),
]
MANY = 200  # leads from which on a statement is planned for many


class ConveyorTransition(models.Model):
    """What happened to a client on the conveyor, one row an event.

    ``_record`` is the only writer. Rows come from the hooks of ``crm.lead``
    as things happen (``live``), from Odoo's tracking at installation
    (``history``), or from a file (``import``).
    """

    _name = "conveyor.transition"
    _description = "Section Transition"
    _inherit = "conveyor.access.mixin"
    _order = "date desc, id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one("crm.lead", "Lead", required=True, ondelete="cascade", index=True)
    from_stage_id = fields.Many2one("crm.stage", "From Section", ondelete="set null")
    to_stage_id = fields.Many2one("crm.stage", "To Section", ondelete="set null")
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one("res.users", "By", ondelete="set null")
    kind = fields.Selection(KINDS, required=True)
    is_history = fields.Boolean(
        "From History", help="Read from Odoo's tracking when Sales Conveyor was installed.")
    origin = fields.Selection(
        [("live", "As it happened"), ("history", "Odoo's tracking"), ("import", "Imported")],
        required=True, default="live", readonly=True)
    at_creation = fields.Boolean(
        readonly=True, help="Written by itself when the lead was created; imported transitions replace it.")

    _lead_date_idx = models.Index("(lead_id, date, id)")

    # ------------------------------------------------------------ writing
    @api.model_create_multi
    def create(self, vals_list):
        """Import and RPC arrive here; see ``_import``."""
        self.browse().check_access("create")
        leads = self.env["crm.lead"].browse({vals["lead_id"] for vals in vals_list if vals.get("lead_id")})
        leads.check_access("write")
        return self._import(vals_list).with_env(self.env)

    @api.model
    def _record(self, vals_list):
        """Write transitions. The only writer.

        :param vals_list: dictionaries with ``lead_id``, ``kind`` and, where
            they differ from the default, ``from_stage_id``, ``to_stage_id``,
            ``date`` (UTC, naive; now), ``user_id`` (the current user),
            ``origin``, ``is_history``, ``at_creation``
        :return: the transitions, in order. The same event twice (lead, kind,
            date, section) is one transition.
        """
        facts = self.sudo()  # salespeople make facts by acting, they do not write them
        rows = [{"user_id": self.env.uid, "date": fields.Datetime.now(), **vals} for vals in vals_list]
        known = facts._known_events({row["lead_id"] for row in rows if row.get("origin") == "import"})
        created = super(ConveyorTransition, facts).create(
            [row for row in rows if facts._event(row) not in known])
        known.update({facts._event(row): row.id for row in created})
        self.env["conveyor.funnel.fact"]._mark({row["lead_id"] for row in rows})
        return self.browse(known[facts._event(row)] for row in rows)

    @api.model
    def _event(self, row):
        value = (lambda name: row[name].id) if isinstance(row, models.BaseModel) else row.get
        return (value("lead_id"), row["kind"], fields.Datetime.to_datetime(row["date"]), value("to_stage_id") or False)

    @api.model
    def _known_events(self, lead_ids):
        rows = self.search([("lead_id", "in", list(lead_ids))]) if lead_ids else self
        return {self._event(row): row.id for row in rows}

    def write(self, vals):
        leads = self.lead_id
        result = super().write(vals)
        if vals.keys() & {"lead_id", "date", "kind", "from_stage_id", "to_stage_id"}:
            self._follow_up(leads | self.lead_id)
        return result

    def unlink(self):
        leads = self.lead_id
        result = super().unlink()
        self.env["conveyor.funnel.fact"]._mark(leads.ids)
        return result

    # ------------------------------------------------------------ import
    @api.model
    def _import(self, vals_list):
        """Past transitions from a file: they replace what was written by itself
        at the lead's creation, are chained anew, and closing dates follow."""
        rows = [{"kind": self._guess_kind(vals), **vals, "origin": "import"} for vals in vals_list]
        for row in rows:
            if not row.get("lead_id"):
                raise UserError(self.env._("A transition needs its lead: fill the column Lead."))
            if row["kind"] in ("enter", "forward", "skip", "back") and not row.get("to_stage_id"):
                raise UserError(self.env._(
                    "A transition of %(lead)s has no section: fill the column To Section.",
                    lead=self.env["crm.lead"].browse(row["lead_id"]).display_name))
        transitions = self._record(rows)
        facts = transitions.sudo()  # the rows are the caller's own, checked in create()
        facts._replace_automatic()
        facts._follow_up(facts.lead_id)
        return transitions

    @api.model
    def _guess_kind(self, vals):
        if not vals.get("to_stage_id"):
            return vals.get("kind") or "lost"
        stage = self.env["crm.stage"].browse(vals["to_stage_id"])
        if stage.is_won:
            return "won"
        return "forward" if vals.get("from_stage_id") else "enter"

    def _replace_automatic(self):
        """Drop what the creation of these leads wrote by itself. A lead whose
        file has no *enter* keeps its own, moved to its first known moment."""
        automatic = self.search([("lead_id", "in", self.lead_id.ids), ("at_creation", "=", True)])
        imported = self.search(
            [("lead_id", "in", automatic.lead_id.ids), ("origin", "=", "import")], order="date, id").grouped("lead_id")
        obsolete = self.browse()
        for row in automatic:
            rows = imported[row.lead_id]
            if row.kind != "enter" or "enter" in rows.mapped("kind"):
                obsolete += row if row.kind in ("enter", *rows.mapped("kind")) else self.browse()
            elif rows[0].date < row.date:
                super(ConveyorTransition, row).write({
                    "date": rows[0].date, "to_stage_id": (rows[0].from_stage_id or rows[0].to_stage_id).id})
        super(ConveyorTransition, obsolete).unlink()

    @api.model
    def _follow_up(self, leads):
        self._rechain(leads)
        self._date_leads(leads)
        leads._refresh_sale_kind()
        self.env["conveyor.funnel.fact"]._mark(leads.ids)

    @api.model
    def _rechain(self, leads):
        """Every transition starts in the section where the one before ended."""
        self.env.flush_all()
        with self._planned_for(leads):
            self.env.cr.execute(self._rechain_sql(leads))
        self.invalidate_model(["from_stage_id", "to_stage_id"])

    @api.model
    def _planned_for(self, leads):
        """Many leads are joined by hashing: PostgreSQL does not know yet how many
        transitions a fresh import has, and would loop over all pairs."""
        if len(leads) < MANY:
            return nullcontext()
        return self.env["conveyor.funnel.builder"]._planned_for_many()

    @api.model
    def _rechain_sql(self, leads):
        return SQL("""
            WITH filled AS (
                SELECT id, lead_id, date, kind, to_stage_id,
                       count(to_stage_id) OVER (PARTITION BY lead_id ORDER BY date, id) AS piece
                  FROM conveyor_transition WHERE lead_id = ANY(%(leads)s)),
            known AS (
                SELECT id, lead_id, date, kind,
                       max(to_stage_id) OVER (PARTITION BY lead_id, piece) AS stage FROM filled),
            chained AS (
                SELECT id, stage, CASE WHEN kind <> 'enter' THEN
                       lag(stage) OVER (PARTITION BY lead_id ORDER BY date, id) END AS previous FROM known)
            UPDATE conveyor_transition t
               SET from_stage_id = COALESCE(c.previous, CASE WHEN t.kind = 'lost' THEN c.stage END),
                   to_stage_id = COALESCE(t.to_stage_id, c.stage)
              FROM chained c WHERE c.id = t.id AND t.lead_id = ANY(%(leads)s)
        """, leads=leads.ids)

    @api.model
    def _date_leads(self, leads):
        """Closing and last-move dates of closed leads follow their transitions."""
        with self._planned_for(leads):
            self.env.cr.execute(self._date_leads_sql(leads))
        leads.invalidate_recordset(["date_closed", "day_close", "date_last_stage_update"])

    @api.model
    def _date_leads_sql(self, leads):
        return SQL("""
            WITH closing AS (
                SELECT lead_id, max(date) FILTER (WHERE kind IN ('won', 'lost')) AS closed, max(date) AS moved
                  FROM conveyor_transition WHERE lead_id = ANY(%(leads)s) GROUP BY lead_id)
            UPDATE crm_lead l SET date_last_stage_update = c.moved,
                   date_closed = CASE WHEN l.won_status IN ('won', 'lost') THEN COALESCE(c.closed, l.date_closed) END,
                   day_close = CASE WHEN l.won_status IN ('won', 'lost') THEN
                       trunc(abs(extract(epoch FROM COALESCE(c.closed, l.date_closed) - l.create_date)) / 86400) END
              FROM closing c WHERE c.lead_id = l.id AND l.id = ANY(%(leads)s)
        """, leads=leads.ids)

    # ------------------------------------------------------------ capture
    @api.model
    @contextmanager
    def _watch(self, leads):
        """Record what happens to ``leads`` inside the block, once.

        The last known state is kept on the cursor, so that a write inside a
        write (an automation, a recompute) first records the step made so far,
        then its own, and the outer one only what is left.
        """
        by_person = leads._moved_by_person()
        leads = leads.sudo()  # one's own write may take a lead out of one's sight
        known = self.env.cr.cache.setdefault("conveyor_watch", {})
        self._note(leads.filtered(lambda lead: lead.id in known), known, by_person)
        fresh = {lead.id: lead._conveyor_state() for lead in leads if lead.id not in known}
        known.update(fresh)
        try:
            yield
            self._note(leads, known, by_person)
        finally:
            for lead_id in fresh:
                known.pop(lead_id, None)

    @api.model
    def _note(self, leads, known, by_person):
        """Record the steps from the known states to the present ones."""
        steps = []
        for lead in leads:
            before, after = known[lead.id], lead._conveyor_state()
            if before != after:
                known[lead.id] = after
                steps.append((lead, before, after))
        if steps:
            leads._conveyor_moved(steps, by_person)

    @api.model
    def _record_steps(self, steps):
        """Transitions of ``steps``: (lead, (section, status) before, after)."""
        return self._record([
            {"lead_id": lead.id, "kind": kind, "from_stage_id": source, "to_stage_id": target}
            for lead, before, after in steps
            for kind, source, target in self._kinds(lead, before, after)
        ])

    @api.model
    def _kinds(self, lead, before, after):
        (source, was), (target, now) = before, after
        if was == "lost" and now != "lost":
            yield "reopen", source, source
        if now == "won" and was != "won":
            yield "won", source, target
        elif source != target:
            move = section.classify(lead._conveyor_pipeline(), source, target)
            yield "reopen" if was == "won" and move.kind == section.BACK else move.kind, source, target
        if now == "lost" and was != "lost":
            yield "lost", target, target

    @api.model
    def _record_created(self, leads):
        """The first transitions of new leads; one may be born won or lost."""
        rows = []
        for lead in leads:
            stage, status = lead._conveyor_state()
            row = {"lead_id": lead.id, "to_stage_id": stage, "at_creation": True}
            rows.append({**row, "kind": "enter"})
            if status in ("won", "lost"):
                rows.append({**row, "kind": status, "from_stage_id": stage})
        return self._record(rows)
