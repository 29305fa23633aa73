from contextlib import contextmanager

from odoo import api, models
from odoo.tools import SQL

from .conveyor_funnel_fact import DIMENSIONS


class ConveyorFunnelBuilder(models.AbstractModel):
    """The funnel's definitions as set-based SQL, for many leads at once.

    It says the same as ``engine/funnel.py``, whose docstring is the reference;
    a property test holds both equal. Read :meth:`_facts` as the table of
    contents: each part is a CTE that the later ones use.
    """

    _name = "conveyor.funnel.builder"
    _description = "Funnel Facts by SQL"

    @api.model
    def _facts(self, among):
        """SELECT of all facts of some leads, columns as in the fact table.

        :param among: function that makes a condition on the column it is
            given, which holds lead ids; every part narrows itself by it
        """
        parts = {
            "zone": self._zone(), "pipe": self._pipe(), "client": self._client(among),
            "entry": self._entry(among), "step": self._step(among), "ending": self._ending(),
            "event": self._event(), "won_event": self._won_event(), "dated": self._dated(),
            "stay": self._stay(), "spent": self._spent(), "touched": self._touched(among),
        }
        return SQL("WITH %s %s", SQL(", ").join(
            SQL("%s AS MATERIALIZED (%s)", SQL.identifier(name), part) for name, part in parts.items()), self._rows())

    @api.model
    @contextmanager
    def _planned_for_many(self, **more):
        """Let PostgreSQL join by hashing within the block: it cannot know how
        many rows a CTE will hold, guesses one, and would loop over all pairs.

        :param more: further settings of the planner
        """
        settings = {"enable_nestloop": "off", "jit": "off", "work_mem": "64MB", **more}
        names = ", ".join(["current_setting(%s)"] * len(settings))
        [before] = self.env.execute_query(SQL(f"SELECT {names}", *settings))
        self._set(settings)
        try:
            yield
        finally:
            self._set(dict(zip(settings, before, strict=True)))

    @api.model
    def _set(self, settings):
        """Set the planner's settings ``{name: value}`` for this transaction."""
        self.env.cr.execute(SQL("SELECT %s", SQL(", ").join(
            SQL("set_config(%s, %s, true)", name, value) for name, value in settings.items())))

    @api.model
    def _lead_ranges(self, size):
        """Ranges of ids that hold about ``size`` leads with transitions each."""
        self.env.cr.execute("SELECT min(id), max(id), count(*) FROM crm_lead")
        low, high, count = self.env.cr.fetchone()
        width = max(1, (high - low + 1) * size // count) if count else 1
        return [(start, start + width - 1) for start in range(low, high + 1, width)] if count else []

    @api.model
    def _zone(self):
        zones = self.env["conveyor.funnel.fact"]._ground()["zones"]
        return SQL("SELECT * FROM unnest(%s::int[], %s::text[]) AS z(company_id, tz)",
                   list(zones), list(zones.values()))

    @api.model
    def _pipe(self):
        """Place of each section in the pipeline of each team (0: of no team)."""
        field = self.env["crm.stage"]._fields["team_ids"]
        return SQL(
            """
            SELECT t.id AS team, s.id AS stage, row_number() OVER (PARTITION BY t.id ORDER BY s.sequence, s.id) AS idx
              FROM (SELECT id FROM crm_team UNION ALL SELECT 0) t
              JOIN crm_stage s ON NOT EXISTS (SELECT FROM %(rel)s r WHERE r.%(stage)s = s.id)
                               OR EXISTS (SELECT FROM %(rel)s r WHERE r.%(stage)s = s.id AND r.%(team)s = t.id)
            """,
            rel=SQL.identifier(field.relation), stage=SQL.identifier(field.column1),
            team=SQL.identifier(field.column2))

    @api.model
    def _client(self, among):
        """The leads: dimensions, and what the definitions ask of a lead."""
        return SQL(
            """
            SELECT l.id AS lead_id, %s, COALESCE(l.expected_revenue, 0) AS value, COALESCE(l.team_id, 0) AS team,
                   (SELECT tz FROM zone z WHERE z.company_id = COALESCE(l.company_id, 0)) AS tz,
                   l.type = 'lead' AS is_lead, CASE WHEN l.type <> 'lead' THEN l.date_conversion END AS converted,
                   CASE WHEN l.active AND COALESCE(l.won_status, 'pending') = 'pending' THEN l.stage_id END AS standing
              FROM crm_lead l
             WHERE %s
            """,
            SQL(", ").join(SQL.identifier("l", name) for name in DIMENSIONS), among(SQL("l.id")))

    @api.model
    def _entry(self, among):
        return SQL("""
            SELECT t.lead_id, min(t.date) AS date
              FROM conveyor_transition t JOIN client USING (lead_id)
             WHERE %s GROUP BY t.lead_id""", among(SQL("t.lead_id")))

    @api.model
    def _step(self, among):
        """Transitions, with the conversion put in where it happened; ``f`` and
        ``s`` are source and target, ``fi`` and ``si`` their places in the pipeline."""
        return SQL("""
            SELECT m.*, c.team, pf.idx AS fi, ps.idx AS si,
                   c.is_lead OR COALESCE(m.date < c.converted, false) AS as_lead,
                   row_number() OVER w AS n, lead(m.date) OVER w AS next_date, lag(m.kind) OVER w AS before
              FROM (SELECT t.lead_id, t.date, t.id, t.kind, t.from_stage_id AS f, t.to_stage_id AS s
                      FROM conveyor_transition t JOIN client USING (lead_id) WHERE %s
                    UNION ALL
                    SELECT c.lead_id, c.converted, 0, 'convert', p.to_stage_id, p.to_stage_id
                      FROM client c JOIN entry e ON e.lead_id = c.lead_id AND c.converted > e.date
                      CROSS JOIN LATERAL (
                           SELECT t.to_stage_id FROM conveyor_transition t
                            WHERE t.lead_id = c.lead_id AND t.date < c.converted
                            ORDER BY t.date DESC, t.id DESC LIMIT 1) p) m
              JOIN client c USING (lead_id)
              LEFT JOIN pipe pf ON pf.team = c.team AND pf.stage = m.f
              LEFT JOIN pipe ps ON ps.team = c.team AND ps.stage = m.s
            WINDOW w AS (PARTITION BY m.lead_id ORDER BY m.date, m.id)""", among(SQL("t.lead_id")))

    @api.model
    def _ending(self):
        """The step with which each closed lead ended."""
        return SQL("""
            SELECT DISTINCT ON (s.lead_id) s.*, st.conveyor_phase
              FROM (SELECT lead_id, max(n) FILTER (WHERE kind = 'lost') AS lost,
                           COALESCE(max(n) FILTER (WHERE kind NOT IN ('lost', 'convert')), 0) AS unlost,
                           COALESCE(max(n) FILTER (WHERE kind IN ('back', 'reopen', 'lost')), 0) AS unwon
                      FROM step GROUP BY lead_id) t
              JOIN client c USING (lead_id)
              JOIN step s ON s.lead_id = t.lead_id AND s.kind = COALESCE(c.won_status, s.kind)
                         AND (s.kind = 'lost' AND s.n = t.lost AND s.n > t.unlost OR s.kind = 'won' AND s.n > t.unwon)
              LEFT JOIN crm_stage st ON st.id = s.s
             ORDER BY s.lead_id, s.n""")

    @api.model
    def _event(self):
        """Reaches and passes of all moves; what a win does comes after."""
        return SQL("""
            SELECT lead_id, n, as_lead, s AS stage, date, false AS is_pass FROM step WHERE kind <> 'won' AND s IS NOT NULL
            UNION ALL
            SELECT lead_id, n, as_lead OR kind = 'convert', f, date, true
              FROM step WHERE kind IN ('forward', 'skip', 'convert') AND f IS NOT NULL
            UNION ALL
            SELECT s.lead_id, s.n, s.as_lead, p.stage, s.date, true
              FROM step s JOIN pipe p ON p.team = s.team AND p.idx > s.fi AND p.idx < s.si
             WHERE s.kind IN ('forward', 'skip') AND s.si > s.fi + 1""")

    @api.model
    def _won_event(self):
        """Passes by the win: from the earliest section on, and all reached before."""
        return SQL("""
            WITH win AS (
                SELECT e.lead_id, e.n, e.date, e.as_lead, e.team, e.f, e.s, e.si,
                       LEAST(e.fi, min(LEAST(s.fi, s.si))) AS first
                  FROM ending e LEFT JOIN step s ON s.lead_id = e.lead_id AND s.n < e.n AND s.as_lead = e.as_lead
                 WHERE e.kind = 'won' GROUP BY e.lead_id, e.n, e.date, e.as_lead, e.team, e.f, e.s, e.si, e.fi)
            SELECT w.lead_id, w.as_lead, p.stage, w.date
              FROM win w JOIN pipe p ON p.team = w.team AND p.idx >= w.first
                                    AND (p.idx <= w.si OR COALESCE(w.si < w.first, true))
            UNION ALL
            SELECT w.lead_id, w.as_lead, x.stage, w.date
              FROM win w CROSS JOIN LATERAL (VALUES (w.f), (w.s)) x(stage) WHERE x.stage IS NOT NULL
            UNION ALL
            SELECT e.lead_id, e.as_lead, e.stage, w.date FROM event e JOIN win w ON w.lead_id = e.lead_id AND e.n < w.n
            UNION ALL
            SELECT s.lead_id, s.as_lead, s.s, s.date FROM step s JOIN win w ON w.lead_id = s.lead_id AND s.n > w.n
             WHERE s.kind = 'won' AND s.s IS NOT NULL""")

    @api.model
    def _dated(self):
        """First reach and first pass of each lead, section and phase."""
        return SQL("""
            SELECT e.lead_id, e.stage, p.phase, min(e.date) AS reached, min(e.date) FILTER (WHERE e.is_pass) AS passed
              FROM (SELECT lead_id, as_lead, stage, date, is_pass FROM event
                    UNION ALL SELECT lead_id, as_lead, stage, date, true FROM won_event) e
              JOIN crm_stage st ON st.id = e.stage
              CROSS JOIN LATERAL (SELECT CASE WHEN e.as_lead THEN 'lead_generation' ELSE st.conveyor_phase END) p(phase)
             GROUP BY e.lead_id, e.stage, p.phase""")

    @api.model
    def _stay(self):
        """Visits while the clock runs; the first one's touches have no begin."""
        return SQL("""
            SELECT s.lead_id, s.s AS stage, s.date AS begin, CASE WHEN s.n > 1 THEN s.date END AS touch_begin,
                   s.next_date AS finish, CASE WHEN s.as_lead THEN 'lead_generation' ELSE st.conveyor_phase END AS phase
              FROM step s JOIN crm_stage st ON st.id = s.s
             WHERE CASE WHEN s.kind = 'convert' THEN s.before ELSE s.kind END NOT IN ('won', 'lost')""")

    @api.model
    def _spent(self):
        return SQL("""
            SELECT lead_id, stage, phase, max(begin) FILTER (WHERE finish IS NULL) AS since,
                   sum(floor(extract(epoch FROM finish - begin)))::int8 AS seconds
              FROM stay GROUP BY lead_id, stage, phase""")

    @api.model
    def _touched(self, among):
        return SQL("""
            SELECT s.lead_id, s.stage, s.phase, count(*)::int4 AS touches
              FROM stay s JOIN conveyor_touch t ON t.lead_id = s.lead_id AND t.is_counted
                          AND (s.touch_begin IS NULL OR t.date > s.touch_begin)
                          AND (s.finish IS NULL OR t.date <= s.finish)
             WHERE %s GROUP BY s.lead_id, s.stage, s.phase""", among(SQL("t.lead_id")))

    @api.model
    def _rows(self):
        """The sections, and the lead on the whole conveyor."""
        lead = SQL("c.lead_id")
        dimensions = SQL(", ").join(SQL.identifier("c", name) for name in (*DIMENSIONS, "value"))
        day = "(%s AT TIME ZONE 'UTC' AT TIME ZONE c.tz)::date"
        entry, reached, passed, ended = (
            SQL(day, SQL(moment)) for moment in ("en.date", "d.reached", "d.passed", "e.date"))
        return SQL(
            """
            SELECT %(lead)s, d.stage, d.phase, %(dimensions)s, %(entry)s, %(reached)s, %(passed)s,
                   CASE WHEN e.kind = 'lost' AND e.s = d.stage AND d.phase =
                        CASE WHEN e.as_lead THEN 'lead_generation' ELSE e.conveyor_phase END THEN %(ended)s END,
                   sp.seconds, CASE WHEN now.is_here THEN sp.since END, COALESCE(t.touches, 0), now.is_here::int::int2
              FROM client c JOIN entry en USING (lead_id) JOIN dated d USING (lead_id)
              JOIN crm_stage st ON st.id = d.stage
              LEFT JOIN ending e USING (lead_id)
              LEFT JOIN spent sp ON (sp.lead_id, sp.stage, sp.phase) = (d.lead_id, d.stage, d.phase)
              LEFT JOIN touched t ON (t.lead_id, t.stage, t.phase) = (d.lead_id, d.stage, d.phase)
              CROSS JOIN LATERAL (SELECT COALESCE(c.standing = d.stage AND d.phase =
                   CASE WHEN c.is_lead THEN 'lead_generation' ELSE st.conveyor_phase END, false)) now(is_here)
            UNION ALL
            SELECT %(lead)s, NULL, NULL, %(dimensions)s, %(entry)s, %(entry)s,
                   CASE WHEN e.kind = 'won' THEN %(ended)s END, CASE WHEN e.kind = 'lost' THEN %(ended)s END,
                   floor(extract(epoch FROM e.date - en.date))::int8,
                   CASE WHEN e.kind IS NULL AND c.standing IS NOT NULL THEN en.date END,
                   COALESCE(t.touches, 0), (c.standing IS NOT NULL)::int::int2
              FROM client c JOIN entry en USING (lead_id)
              LEFT JOIN ending e USING (lead_id)
              LEFT JOIN (SELECT lead_id, sum(touches)::int4 AS touches FROM touched GROUP BY lead_id) t USING (lead_id)
            """,
            lead=lead, dimensions=dimensions, entry=entry, reached=reached, passed=passed, ended=ended)
