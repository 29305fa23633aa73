from odoo import fields, models
from odoo.tools import SQL

from ..engine.discipline import SLOT, WEEK, closings, worked

FEW = 3  # touches after which the typical salesperson stops
# what must be so of every lead that was left behind: for whoever asks for these alone, what is slow to see is not looked up of the others
LEFT = SQL("l.touches < l.norm AND l.next_touch_date IS NULL AND l.kind IS DISTINCT FROM 'final' AND l.won_status <> 'won'")
# for whoever asks for nothing that is counted in working minutes: reading calendars takes longer than the rest
NO_HOURS = SQL("SELECT NULL::int AS company_id, NULL::text AS tz, NULL::int AS turn, NULL::int[] AS worked, NULL::timestamp[] AS closed_from,"
               " NULL::timestamp[] AS closed_to, NULL::int[] AS lost WHERE FALSE")
SILENT_DAYS = 30  # an open lead without touch and without next touch is dropped after so many days
GROUPS = [*((f"{number:02}", str(number)) for number in range(7)), ("07", "7 to 9"), ("10", "10 and more")]  # sorted as text


class ConveyorDisciplineReport(models.Model):
    """Where touches stop: one row a lead, for pivot, graph and list.

    *Dropped* is a lead that was lost (not for an exempt reason, and not because
    the client refused), or one that is open, untouched for 30 days and without
    a next touch. *Left behind* is a dropped one with fewer touches than its
    norm, without a next touch, not gone for good. What others dropped is seen
    by everybody else so many days later as the company says.

    The SQL reads as a table of contents from the bottom up: ``_judged`` on
    ``_stopped`` on ``_leads``. A column that nobody asks for costs nothing.
    """

    _name = "conveyor.discipline.report"
    _inherit = "conveyor.access.mixin"
    _description = "Where Touches Stop"
    _auto = False
    _rec_name = "lead_id"
    _order = "dropped_date desc, lead_id desc"

    lead_id = fields.Many2one("crm.lead", "Lead", readonly=True)
    company_id = fields.Many2one("res.company", "Company", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    source_id = fields.Many2one("utm.source", "Source", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", "Campaign", readonly=True)
    stage_id = fields.Many2one("crm.stage", "Section", readonly=True)
    lost_reason_id = fields.Many2one("crm.lost.reason", "Lost Reason", readonly=True)
    won_status = fields.Selection(
        [("won", "Won"), ("lost", "Lost"), ("pending", "Open")], "Won/Lost", readonly=True)
    touches = fields.Integer("Touches", aggregator="avg", readonly=True, help="Counted towards the norm.")
    touch_group = fields.Selection(GROUPS, "After so Many Touches", readonly=True)
    norm = fields.Integer("Norm", aggregator="avg", readonly=True)
    last_touch_date = fields.Datetime("Last Touch", readonly=True)
    next_touch_date = fields.Datetime("Next Touch", readonly=True, help="What is planned, else until when a reply is to be answered.")
    dropped_how = fields.Selection(
        [("lost", "Lost"), ("silent", "Left without a word")], "Dropped", readonly=True,
        help="Lost, or open and untouched for 30 days without a next touch.")
    entry_date = fields.Date("Entered the Conveyor", readonly=True)
    dropped_date = fields.Date("Dropped on", readonly=True)
    is_dropped = fields.Integer("Dropped Leads", readonly=True)
    is_dropped_early = fields.Integer("Dropped at Three or Fewer", readonly=True)
    early_share = fields.Float("Share Dropped at Three or Fewer", aggregator="avg", readonly=True, help="Of the dropped leads.")
    is_left = fields.Integer("Left Behind", readonly=True, help="Dropped with fewer touches than the norm, and nothing is planned.")
    value_left = fields.Monetary("Value Left Behind", currency_field="currency_id", readonly=True)
    value = fields.Monetary("Expected Revenue", currency_field="currency_id", readonly=True)
    currency_id = fields.Many2one("res.currency", "Currency", readonly=True)
    silence_days = fields.Integer("Days of Silence", aggregator="max", readonly=True, help="Of open and dropped leads without a next touch.")
    window_share = fields.Float(
        "Share Touched to the Norm in the Decision Window", aggregator="avg", readonly=True,
        help="Of leads whose window is over, or that were touched so often already.")
    is_judged = fields.Integer("Window Over or Norm Reached", readonly=True)
    is_attempted = fields.Integer("Attempted", readonly=True)
    attempt_norm = fields.Integer("Norm of Working Minutes", aggregator="avg", readonly=True)
    is_attempt_due = fields.Integer("Attempted or Overdue", readonly=True)
    first_attempt_minutes = fields.Float("Working Minutes to the First Attempt", aggregator="avg", readonly=True)
    first_attempt_share = fields.Float(
        "Share Attempted in Time", aggregator="avg", readonly=True,
        help="Within the company's norm of working minutes. Leads that still may be are not counted.")

    @property
    def _table_query(self):
        self.env["conveyor.touch.line"]._settle()
        self.env.flush_all()
        hours = NO_HOURS if self.env.context.get("conveyor_without_hours") else self._hours()
        return SQL("WITH hours AS MATERIALIZED (%s) %s", hours, self._judged())

    # ------------------------------------------------------------ what is shown
    def _judged(self):
        """Every lead, judged; what is not to be seen yet is not dropped yet."""
        return SQL("""
            SELECT s.id, s.id AS lead_id, s.company_id, s.team_id, s.user_id, s.source_id, s.campaign_id, s.stage_id,
                   s.lost_reason_id, s.won_status, s.touches, s.norm, s.last_touch_date, s.next_touch_date,
                   s.value, s.currency_id, (%(entry)s AT TIME ZONE 'UTC' AT TIME ZONE s.tz)::date AS entry_date,
                   CASE WHEN s.touches >= 10 THEN '10' WHEN s.touches >= 7 THEN '07' ELSE '0' || s.touches END AS touch_group,
                   CASE WHEN s.seen THEN s.dropped_how END AS dropped_how,
                   CASE WHEN s.seen THEN s.dropped_at::date END AS dropped_date, s.seen::int AS is_dropped,
                   (s.seen AND s.touches <= %(few)s)::int AS is_dropped_early,
                   CASE WHEN s.seen THEN (s.touches <= %(few)s)::int END::float8 AS early_share,
                   (s.seen AND s.alive)::int AS is_left, CASE WHEN s.seen AND s.alive THEN s.value ELSE 0 END AS value_left,
                   CASE WHEN s.won_status <> 'won' AND s.next_touch_date IS NULL
                        THEN %(now)s::date - COALESCE(s.last_touch_date, %(entry)s)::date END AS silence_days,
                   %(window_share)s AS window_share, (%(window_share)s IS NOT NULL)::int AS is_judged,
                   s.attempt_norm, %(minutes)s AS first_attempt_minutes, (s.first_touch_date IS NOT NULL)::int AS is_attempted,
                   (%(due)s)::int AS is_attempt_due,
                   CASE WHEN %(due)s THEN (%(minutes)s <= s.attempt_norm AND s.first_touch_date IS NOT NULL)::int END::float8
                   AS first_attempt_share
              FROM (%(stopped)s) s
        """, few=FEW, now=self._now(), entry=self._entry(SQL("s")), window_share=self._window_share(),
                   minutes=self._minutes(), stopped=self._stopped(),
                   due=SQL("(s.first_touch_date IS NOT NULL OR %s > s.attempt_norm)", self._minutes()))

    def _now(self):
        return SQL("(%s::timestamp)", fields.Datetime.now())

    def _window_share(self):
        """1 if the norm was reached within the window, 0 if it is over, nothing while it runs."""
        reached = SQL("(SELECT t.date FROM conveyor_touch t WHERE t.lead_id = s.id AND t.is_counted"
                      " ORDER BY t.date OFFSET GREATEST(s.norm, 1) - 1 LIMIT 1)")
        end = SQL("%s + make_interval(days => s.window_days)", self._entry(SQL("s")))
        return SQL("CASE WHEN s.touches >= s.norm AND %(reached)s <= %(end)s THEN 1 WHEN %(end)s < %(now)s THEN 0 END::float8",
                   reached=reached, end=end, now=self._now())

    def _minutes(self):
        """Working minutes from the lead's first moment to its first attempt, or until now."""
        return SQL("round(((%s - %s) / 60)::numeric, 1)::float8", self._worked(SQL("COALESCE(s.first_touch_date, %s)", self._now())),
                   self._worked(SQL("LEAST(COALESCE(s.first_touch_date, %s), %s)", self._now(), self._entry(SQL("s")))))

    def _worked(self, moment):
        """Working seconds of the lead's company until a moment, from one and the same Monday on (of a first week, as
        Odoo counts those of two-week calendars).

        A closed time is as if it had not been: whoever is inside it stands at its beginning.
        """
        return SQL("""
            (SELECT floor(m.week) * h.worked[h.turn / %(size)s + 1] + h.worked[m.slot + 1]
                    + (h.worked[m.slot + 2] - h.worked[m.slot + 1]) * (m.rest / %(size)s - m.slot) - c.lost
               FROM hours h, LATERAL (SELECT width_bucket(%(moment)s, h.closed_from) AS place OFFSET 0) b,
                    LATERAL (SELECT %(moment)s < h.closed_to[b.place] AS inside OFFSET 0) i,
                    LATERAL (SELECT CASE WHEN i.inside THEN h.closed_from[b.place] ELSE %(moment)s END AS moment,
                                    h.lost[b.place - i.inside::int] AS lost OFFSET 0) c,
                    LATERAL (SELECT (extract(epoch FROM c.moment AT TIME ZONE 'UTC' AT TIME ZONE h.tz)::float8
                                     - 345600) / h.turn AS week OFFSET 0) w,
                    LATERAL (SELECT w.week, (w.week - floor(w.week)) * h.turn AS rest,
                                    floor((w.week - floor(w.week)) * h.turn / %(size)s)::int AS slot OFFSET 0) m
              WHERE h.company_id = s.own_company_id)""", moment=moment, size=SLOT)

    # ------------------------------------------------------------ who was dropped
    def _stopped(self):
        """Every lead with how and when it was dropped, whether it is alive, and
        whether the reader may see it by now."""
        return SQL("""
            SELECT d.*, COALESCE(d.dropped_at IS NOT NULL AND (d.user_id IS NULL OR d.user_id = %(user)s
                        OR d.dropped_at <= %(now)s - make_interval(days => d.delay)), FALSE) AS seen,
                   d.touches < d.norm AND d.next_touch_date IS NULL AND d.kind IS DISTINCT FROM 'final' AS alive
              FROM (SELECT l.*, CASE l.dropped_how WHEN 'lost' THEN l.lost_at WHEN 'silent' THEN %(silent_since)s END AS dropped_at
                      FROM (SELECT l.*, %(how)s AS dropped_how FROM (%(leads)s) l WHERE %(asked)s) l) d
        """, asked=LEFT if self.env.context.get("conveyor_left_only") else SQL("TRUE"), user=self.env.uid, now=self._now(), how=self._how(), silent_since=self._silent_since(), leads=self._leads())

    def _how(self):
        return SQL("""
            CASE WHEN l.won_status = 'lost' THEN CASE WHEN COALESCE((
                     SELECT t.outcome FROM conveyor_touch t WHERE t.lead_id = l.id
                        AND t.outcome IN ('refused', 'reached', 'later', 'held', 'replied')
                      ORDER BY t.date DESC, t.id DESC LIMIT 1), '') <> 'refused' THEN 'lost' END
                 WHEN l.won_status = 'pending' AND l.next_touch_date IS NULL AND l.is_awake AND %s <= %s THEN 'silent' END
        """, self._silent_since(), self._now())

    def _silent_since(self):
        return SQL("COALESCE(l.last_touch_date, %s) + make_interval(days => %s)", self._entry(SQL("l")), SILENT_DAYS)

    def _entry(self, lead):
        """The lead's first moment on the conveyor."""
        return SQL("COALESCE((SELECT min(c.date) FROM conveyor_transition c WHERE c.lead_id = %(lead)s.id), %(lead)s.create_date)",
                   lead=lead)

    # ------------------------------------------------------------ the leads
    def _leads(self):
        """Leads that count: not archived without a loss, not lost for an exempt reason."""
        windows = self.env["conveyor.window"]._windows()
        return SQL("""
            SELECT l.id, l.company_id, l.team_id, l.user_id, l.source_id, l.campaign_id, l.stage_id, l.lost_reason_id, l.won_status,
                   l.expected_revenue AS value, l.create_date, COALESCE(l.date_closed, l.write_date) AS lost_at, r.conveyor_kind AS kind,
                   COALESCE(l.snooze_until, '-infinity') <= %(now)s::date AS is_awake,
                   COALESCE(n.touch_count, 0) AS touches, n.first_touch_date, n.last_touch_date,
                   COALESCE(n.next_touch_date, CASE WHEN l.user_id IS NOT NULL THEN n.answer_due_date END) AS next_touch_date,
                   o.id AS own_company_id, COALESCE(o.conveyor_tz, k.tz, 'UTC') AS tz, o.currency_id, o.conveyor_discipline_delay AS delay, o.conveyor_first_attempt_minutes AS attempt_norm,
                   COALESCE(NULLIF(e.min_touches, 0), NULLIF(t.conveyor_norm_touches, 0), o.conveyor_norm_touches) AS norm, w.days AS window_days
              FROM crm_lead l LEFT JOIN crm_team t ON t.id = l.team_id
              JOIN res_company o ON o.id = COALESCE(l.company_id, t.company_id, %(company)s)
              LEFT JOIN resource_calendar k ON k.id = o.resource_calendar_id
              JOIN unnest(%(companies)s, %(teams)s, %(days)s) AS w (company_id, team_id, days)
                ON w.company_id = o.id AND w.team_id = COALESCE(l.team_id, 0)
              LEFT JOIN conveyor_touch_line n ON n.lead_id = l.id
              LEFT JOIN crm_lost_reason r ON r.id = l.lost_reason_id AND l.won_status = 'lost'
              LEFT JOIN (%(norms)s) e ON e.lead_id = l.id
             WHERE (l.active OR l.won_status IN ('won', 'lost')) AND r.conveyor_kind IS DISTINCT FROM 'exempt'
        """, now=self._now(), company=self.env.company.id, norms=self._cadence_norms(), days=[item.days for item in windows.values()],
                   companies=[company for company, _team in windows], teams=[team for _company, team in windows])

    def _cadence_norms(self):
        return SQL("""
            SELECT DISTINCT ON (e.lead_id) e.lead_id, c.min_touches
              FROM conveyor_enrolment e JOIN conveyor_cadence c ON c.id = e.cadence_id
             WHERE e.purpose = 'decision' AND e.lead_id IS NOT NULL
             ORDER BY e.lead_id, e.state IN ('running', 'snoozed') DESC, e.start_date DESC, e.id DESC""")

    def _hours(self):
        """The working week (or two that take turns, ``turn`` seconds) of each company as ``engine.discipline.worked``
        adds it up, and when it is closed.

        The first closed time is nothing, before all others.
        """
        companies = self.env["res.company"].sudo().search([])  # of the leads' companies, whoever reads
        return SQL(" UNION ALL ").join(self._company_hours(company, *self._spans(company.resource_calendar_id)) for company in companies)

    def _company_hours(self, company, spans, weeks):
        return SQL(
            "SELECT %s AS company_id, %s AS tz, %s AS turn, %s::int[] AS worked, '-infinity'::timestamp || %s::timestamp[] AS closed_from,"
            " '-infinity'::timestamp || %s::timestamp[] AS closed_to, 0 || %s::int[] AS lost",
            company.id, company._conveyor_tz(), weeks * WEEK, worked(spans, weeks), *self._closed(company, spans, weeks))

    def _spans(self, calendar):
        """``(spans, weeks)`` as of ``engine.discipline.worked``."""
        rows = self.env.execute_query(SQL("""
            SELECT ((w.week * 7 + a.dayofweek::int) * 24 + a.hour_from) * 3600, ((w.week * 7 + a.dayofweek::int) * 24 + a.hour_to) * 3600,
                   k.two_weeks_calendar
              FROM resource_calendar k JOIN resource_calendar_attendance a ON a.calendar_id = k.id,
                   generate_series(0, COALESCE(k.two_weeks_calendar, FALSE)::int) AS w (week)
             WHERE k.id = %s AND a.display_type IS NULL AND a.day_period <> 'lunch'
               AND (k.two_weeks_calendar IS NOT TRUE OR a.week_type IS NULL OR a.week_type::int = w.week)
             ORDER BY 1""", calendar.id or None))
        return [row[:2] for row in rows], 2 if rows and rows[0][2] else 1

    def _closed(self, company, spans, weeks):
        """Public holidays and closed hours, as three lists: from, to, working seconds lost by then."""
        _holidays, closed = company._conveyor_leaves(company.resource_calendar_id, company._conveyor_hours())
        found = closings(spans, company._conveyor_tz(), closed, weeks)
        return [list(column) for column in zip(*found)] or [[], [], []]

    def action_open_lead(self):
        """Open the lead behind a row."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "crm.lead", "res_id": self.lead_id.id,
                "view_mode": "form", "views": [(False, "form")]}

    def action_resume(self):
        """Plan a touch for each lead that was left behind."""
        return self.env["conveyor.discipline"].resume(self.lead_id.ids)
