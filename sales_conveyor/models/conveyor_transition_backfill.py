from contextlib import nullcontext

from odoo import api, models
from odoo.tools import SQL

from .conveyor_bulk import without_keys


class ConveyorTransition(models.Model):
    """The history of an existing database, read once from Odoo's tracking."""

    _inherit = "conveyor.transition"

    @api.model
    def _backfill(self):
        """Write the past of every lead that has no transition yet, set-based.

        Read are the tracked stage and won/lost changes; the creation from the
        lead itself, and what was never tracked from the state in which the
        lead stands. Running it again adds nothing.

        :return: number of transitions written
        """
        self.env.flush_all()
        is_new = not self.env.execute_query(SQL("SELECT FROM conveyor_transition LIMIT 1"))
        with without_keys(self.env, self._table) if is_new else nullcontext():
            self.env.cr.execute(self._history())
            written = self.env.cr.rowcount
        self.invalidate_model(flush=False)
        return written

    @api.model
    def _history(self):
        return SQL("""
            WITH %(lead)s, %(tracked)s, %(event)s, %(chained)s
            INSERT INTO conveyor_transition (lead_id, from_stage_id, to_stage_id, date, user_id, kind, is_history,
                                             origin, at_creation, create_uid, write_uid, create_date, write_date)
            SELECT c.lead_id, was.id, now_in.id, c.date, c.user_id,
                   CASE WHEN c.kind <> 'move' THEN c.kind
                        WHEN now_in.is_won THEN 'won'
                        WHEN s.pos IS NULL OR t.pos IS NULL OR t.pos = s.pos + 1 THEN 'forward'
                        WHEN t.pos < s.pos THEN CASE WHEN was.is_won THEN 'reopen' ELSE 'back' END
                        ELSE 'skip' END,
                   TRUE, 'history', FALSE, %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM chained c
              LEFT JOIN crm_stage was ON was.id = c.source
              LEFT JOIN crm_stage now_in ON now_in.id = c.target
              LEFT JOIN (%(pipeline)s) s ON s.team_id = c.team_id AND s.stage_id = c.source
              LEFT JOIN (%(pipeline)s) t ON t.team_id = c.team_id AND t.stage_id = c.target
             ORDER BY c.lead_id, c.date, c.place
        """, lead=self._history_leads(), tracked=self._history_tracked(), event=self._history_events(),
            chained=self._history_chained(), pipeline=self._history_pipelines(),
            uid=self.env.uid, now=self.env.cr.now())

    @api.model
    def _history_leads(self):
        return SQL("""
            lead AS MATERIALIZED (
                SELECT l.id, COALESCE(l.team_id, 0) AS team_id, l.stage_id, l.won_status, l.create_date,
                       l.create_uid, COALESCE(l.date_closed, l.write_date, l.create_date) AS closed,
                       COALESCE(l.date_last_stage_update, l.write_date, l.create_date) AS moved,
                       l.write_uid
                  FROM crm_lead l
                 WHERE NOT EXISTS (SELECT FROM conveyor_transition t WHERE t.lead_id = l.id))""")

    @api.model
    def _history_tracked(self):
        """Tracked changes of stage and of won/lost; of each of the two the first and the last are known."""
        fields_of = self.env["ir.model.fields"]._get
        labels = SQL(
            "SELECT name.value FROM ir_model_fields_selection s, jsonb_each_text(s.name) AS name "
            "WHERE s.field_id = %s AND s.value = 'lost'", fields_of("crm.lead", "won_status").id)
        return SQL("""
            change AS (
                SELECT l.id AS lead_id, l.team_id, m.date, v.id AS place, m.create_uid AS user_id,
                       CASE WHEN v.field_id = %(stage)s THEN 'move'
                            WHEN v.new_value_char IN (%(labels)s) THEN 'lost'
                            WHEN v.old_value_char IN (%(labels)s) THEN 'reopen' END AS kind,
                       CASE WHEN v.field_id = %(stage)s THEN v.old_value_integer END AS source,
                       CASE WHEN v.field_id = %(stage)s THEN v.new_value_integer END AS target
                  FROM mail_tracking_value v
                  JOIN mail_message m ON m.id = v.mail_message_id AND m.model = 'crm.lead'
                  JOIN lead l ON l.id = m.res_id
                 WHERE v.field_id IN (%(stage)s, %(status)s)),
            tracked AS MATERIALIZED (
                SELECT *, row_number() OVER w = 1 AS is_first, lead(place) OVER w IS NULL AS is_last
                  FROM change WHERE kind IS NOT NULL
                WINDOW w AS (PARTITION BY lead_id, kind = 'move' ORDER BY date, place))""",
            stage=fields_of("crm.lead", "stage_id").id, status=fields_of("crm.lead", "won_status").id, labels=labels)

    @api.model
    def _history_events(self):
        """Creation, what was tracked, and what the lead's present state adds."""
        return SQL("""
            event AS (
                SELECT l.id AS lead_id, l.team_id, date_trunc('second', l.create_date) AS date, -1 AS place, l.create_uid AS user_id,
                       'enter' AS kind, COALESCE(first.source, l.stage_id) AS target
                  FROM lead l LEFT JOIN tracked first ON first.lead_id = l.id AND first.kind = 'move' AND first.is_first
                UNION ALL
                SELECT lead_id, team_id, date, place, user_id, kind, target FROM tracked
                UNION ALL
                SELECT l.id, l.team_id, GREATEST(l.moved, l.create_date), 2000000000, l.write_uid, 'move', l.stage_id
                  FROM lead l JOIN tracked last ON last.lead_id = l.id AND last.kind = 'move' AND last.is_last
                 WHERE last.target IS DISTINCT FROM l.stage_id
                UNION ALL
                SELECT l.id, l.team_id, GREATEST(l.closed, l.create_date), 2000000001, l.write_uid,
                       l.won_status, NULL
                  FROM lead l
                  LEFT JOIN tracked last ON last.lead_id = l.id AND last.kind = 'move' AND last.is_last
                  LEFT JOIN tracked status ON status.lead_id = l.id AND status.kind <> 'move' AND status.is_last
                  LEFT JOIN crm_stage g ON g.id = last.target
                 WHERE (l.won_status = 'lost' AND status.kind IS DISTINCT FROM 'lost')
                    OR (l.won_status = 'won' AND NOT (COALESCE(g.is_won, FALSE) AND last.target = l.stage_id)))""")

    @api.model
    def _history_chained(self):
        """Each event from the section where the one before ended.

        An event without a section of its own happens in the last one named:
        the highest of (place in the order, section), packed into one number.
        """
        return SQL("""
            numbered AS (
                SELECT e.*, row_number() OVER w AS n FROM event e
                WINDOW w AS (PARTITION BY lead_id ORDER BY date, place)),
            known AS (
                SELECT lead_id, team_id, date, place, user_id, kind,
                       (max((n << 32) + target) OVER w & 4294967295)::int AS target FROM numbered
                WINDOW w AS (PARTITION BY lead_id ORDER BY date, place)),
            chained AS (
                SELECT known.*, CASE WHEN kind <> 'enter' THEN lag(target) OVER w END AS source FROM known
                WINDOW w AS (PARTITION BY lead_id ORDER BY date, place))""")

    @api.model
    def _history_pipelines(self):
        """Place of each section in each team's pipeline."""
        teams = self.env["crm.team"].with_context(active_test=False).sudo().search([])
        places = [(team_id or 0, stage_id, place) for team_id in (False, *teams.ids)
                  for place, stage_id in enumerate(self.env["crm.stage"]._pipeline(team_id))]
        return SQL("SELECT * FROM unnest(%s::int[], %s::int[], %s::int[]) AS p(team_id, stage_id, pos)",
                   *(list(column) for column in zip(*places))) if places else SQL(
                   "SELECT 0 AS team_id, 0 AS stage_id, 0 AS pos")
