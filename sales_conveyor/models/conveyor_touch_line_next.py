from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 50000
TOLD = 20  # people told of replies by one transaction; in bulk nobody is
REPLY_DAYS = 30  # an older reply is no longer waited for
NEXT_COLUMNS = (
    "next_touch_date", "next_touch_user_id", "next_touch_channel", "next_touch_reason_id", "next_touch_automatic",
    "next_activity_id", "next_enrolment_id", "answer_due_date", "answer_user_id",
)


class ConveyorTouchLine(models.Model):
    """The next touch: the earliest of planned activities and of automatic
    steps; and the reply that waits for an answer."""

    _inherit = "conveyor.touch.line"

    answer_due_date = fields.Datetime(
        "Answer until", readonly=True, help="The client has written and nobody has answered yet.")
    answer_user_id = fields.Many2one("res.users", "Answer by", ondelete="set null", readonly=True)

    _answer_idx = models.Index("(answer_user_id, answer_due_date) WHERE answer_due_date IS NOT NULL")

    @api.model
    def _refresh_next(self, lead_ids, partner_ids):
        """Make the next touches of these records anew, set-based."""
        self._flush_sources()
        if lead_ids:
            self._upsert_next("crm.lead", sorted(lead_ids))
        if partner_ids:
            ids = sorted(partner_ids)
            rows = self.env.execute_query(SQL(
                "SELECT DISTINCT commercial_partner_id FROM res_partner WHERE id = ANY(%s)", ids))
            self._upsert_next("res.partner", sorted({*ids, *(row[0] for row in rows if row[0])}))
        self.invalidate_model(NEXT_COLUMNS)

    @api.model
    def _rebuild_next(self):
        """The next touches of all records, from nothing."""
        for model, column in (("crm.lead", "lead_id"), ("res.partner", "partner_id")):
            rows = self.env.execute_query(SQL(
                "SELECT res_id FROM mail_activity WHERE res_model = %(model)s AND active AND conveyor_channel IS NOT NULL"
                " UNION SELECT %(column)s FROM conveyor_enrolment WHERE state IN ('running', 'snoozed')"
                " AND %(column)s IS NOT NULL UNION SELECT %(column)s FROM conveyor_touch_line"
                " WHERE %(column)s IS NOT NULL AND last_reply_date > %(recent)s",
                model=model, column=SQL.identifier(column), recent=self._recent()))
            ids = sorted(row[0] for row in rows)
            for start in range(0, len(ids), BATCH):
                batch = ids[start:start + BATCH]
                self._refresh_next(*((batch, ()) if model == "crm.lead" else ((), batch)))

    @api.model
    def _flush_sources(self):
        self.env["mail.activity"].flush_model()
        self.env["conveyor.enrolment"].flush_model()
        self.env["conveyor.cadence"].flush_model(["is_on", "active"])
        self.env["conveyor.cadence.step"].flush_model(["is_automatic", "channel", "reason_policy", "reason_id"])
        self.env["conveyor.touch"].flush_model()
        self.env["calendar.event"].flush_model(["start", "allday"])
        self.env["crm.lead"].flush_model(["user_id", "company_id"])
        self.env["res.partner"].flush_model(["commercial_partner_id", "user_id"])

    # ------------------------------------------------------------ the one write
    @api.model
    def _upsert_next(self, model, ids):
        column = SQL.identifier("lead_id" if model == "crm.lead" else "partner_id")
        self.env.cr.execute(SQL(
            """
            WITH scope AS MATERIALIZED (%(scope)s), planned AS (%(activities)s UNION ALL %(enrolments)s),
            next AS (SELECT DISTINCT ON (owner) * FROM planned ORDER BY owner, date, automatic, activity_id),
            answer AS (%(answers)s)
            INSERT INTO conveyor_touch_line (%(column)s, %(columns)s)
            SELECT o.owner, n.date, n.user_id, n.channel, n.reason_id, COALESCE(n.automatic, FALSE),
                   n.activity_id, n.enrolment_id, a.due, a.user_id
              FROM (SELECT DISTINCT owner FROM scope) o LEFT JOIN next n USING (owner) LEFT JOIN answer a USING (owner)
             WHERE n.owner IS NOT NULL OR a.owner IS NOT NULL
                OR EXISTS (SELECT FROM conveyor_touch_line l WHERE l.%(column)s = o.owner)
            ON CONFLICT (%(column)s) WHERE %(column)s IS NOT NULL DO UPDATE SET (%(columns)s) = ROW(%(excluded)s)
             WHERE (%(current)s) IS DISTINCT FROM (%(excluded)s)
            """,
            scope=self._scope(model, ids), activities=self._activities(model), enrolments=self._enrolments(column),
            answers=self._answers(model, ids), column=column, columns=self._next_columns(),
            excluded=self._next_columns("excluded"), current=self._next_columns("conveyor_touch_line")))

    @api.model
    def _next_columns(self, alias=None):
        return SQL(", ").join(
            SQL.identifier(alias, name) if alias else SQL.identifier(name) for name in NEXT_COLUMNS)

    @api.model
    def _scope(self, model, ids):
        """(owner, member): whose touches count for whom; a company's are its contacts' too."""
        if model == "crm.lead":
            return SQL("SELECT id AS owner, id AS member, user_id, company_id FROM crm_lead WHERE id = ANY(%s)", ids)
        return SQL(
            "SELECT id AS owner, id AS member, user_id, company_id FROM res_partner WHERE id = ANY(%(ids)s) UNION "
            "SELECT p.commercial_partner_id, p.id, c.user_id, c.company_id FROM res_partner p JOIN res_partner c "
            "ON c.id = p.commercial_partner_id WHERE p.commercial_partner_id = ANY(%(ids)s)", ids=ids)

    @api.model
    def _activities(self, model):
        """Planned by hand: at the meeting's time, the agreed time, or when the day begins."""
        return SQL(
            """
            SELECT s.owner, %(date)s AS date, COALESCE(a.user_id, s.user_id) AS user_id, a.conveyor_channel AS channel,
                   a.conveyor_reason_id AS reason_id, FALSE AS automatic, a.id AS activity_id, NULL::int4 AS enrolment_id
              FROM scope s JOIN mail_activity a ON a.res_id = s.member AND a.res_model = %(model)s
              LEFT JOIN calendar_event m ON m.id = a.calendar_event_id
              LEFT JOIN res_users u ON u.id = COALESCE(a.user_id, s.user_id) LEFT JOIN res_company c ON c.id = u.company_id
             WHERE a.active AND a.conveyor_channel IS NOT NULL
            """, model=model, date=self._activity_date())

    @api.model
    def _activity_date(self):
        """The moment of activity ``a`` with meeting ``m`` and company ``c``, in UTC."""
        zone = SQL("COALESCE(a.user_tz, c.conveyor_tz, %s)", self.env.company._conveyor_tz())
        return SQL(
            "CASE WHEN NOT m.allday THEN m.start"
            " WHEN (a.conveyor_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date = a.date_deadline THEN a.conveyor_at"
            " ELSE (a.date_deadline + COALESCE(c.conveyor_send_from, 9) * INTERVAL '1 hour')"
            " AT TIME ZONE %(zone)s AT TIME ZONE 'UTC' END", zone=zone)

    @api.model
    def _enrolments(self, column):
        """The next step of a cadence that is switched on: by itself, or by
        hand and not planned as an activity yet."""
        return SQL(
            """
            SELECT s.owner, e.next_date, COALESCE(e.user_id, s.user_id), t.channel,
                   CASE WHEN t.reason_policy = 'fixed' THEN t.reason_id END, t.is_automatic, NULL, e.id
              FROM scope s JOIN conveyor_enrolment e ON e.%(column)s = s.member
              JOIN conveyor_cadence_step t ON t.id = e.step_id JOIN conveyor_cadence c ON c.id = e.cadence_id
             WHERE e.state IN ('running', 'snoozed') AND e.waits_for_id IS NULL AND e.next_date IS NOT NULL
               AND c.is_on AND c.active
            """, column=column)

    # ------------------------------------------------------------ replies
    @api.model
    def _recent(self):
        return fields.Datetime.subtract(self.env.cr.now().replace(microsecond=0), days=REPLY_DAYS)

    @api.model
    def _answers(self, model, ids):
        """(owner, due, user_id) of replies that wait for an answer."""
        rows = self.env.execute_query(SQL(
            """
            WITH scope AS (%(scope)s)
            SELECT s.owner, min(s.user_id), min(s.company_id), max(t.date) FILTER (WHERE t.direction = 'in') AS reply
              FROM scope s JOIN conveyor_touch t ON t.%(column)s = s.member
             WHERE t.date > %(recent)s AND %(of_customer)s AND (t.direction = 'out' AND NOT t.is_automatic OR t.direction = 'in'
                   AND COALESCE(t.outcome, 'replied') = 'replied' AND t.channel IN ('email', 'sms', 'messenger'))
             GROUP BY s.owner HAVING max(t.date) FILTER (WHERE t.direction = 'in')
                  > COALESCE(max(t.date) FILTER (WHERE t.direction = 'out'), '-infinity')
            """,
            scope=self._scope(model, ids), recent=self._recent(),
            column=SQL.identifier("lead_id" if model == "crm.lead" else "partner_id"),
            of_customer=SQL("TRUE" if model == "crm.lead" else "t.lead_id IS NULL")))
        self._tell_replies({user_id for _owner, user_id, _company, _reply in rows if user_id})
        due = self.env["conveyor.next"]._answer_due([(company_id, reply) for _o, _u, company_id, reply in rows])
        return SQL(
            "SELECT * FROM unnest(%s::int4[], %s::timestamp[], %s::int4[]) AS t(owner, due, user_id)",
            [row[0] for row in rows], due, [row[1] for row in rows])

    @api.model
    def _tell_replies(self, user_ids):
        """Whoever has *My touches today* open sees the reply at its top at once."""
        if len(user_ids) <= TOLD:
            for user in self.env["res.users"].browse(user_ids):
                user._bus_send("conveyor.day/changed", {})


class ConveyorCadence(models.Model):
    """A cadence that is switched on or off has, or has no longer, the next touch of its clients."""

    _inherit = "conveyor.cadence"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"is_on", "active"}:
            rows = self.env["conveyor.enrolment"].sudo().search([  # of clients of all salespeople
                ("cadence_id", "in", self.ids), ("state", "in", ["running", "snoozed"])])
            rows._mark_next()
        return result


class ConveyorEnrolment(models.Model):
    """Enrolments that are written through the ORM tell whose next touch may be another one now."""

    _inherit = "conveyor.enrolment"

    @api.model_create_multi
    def create(self, vals_list):
        enrolments = super().create(vals_list)
        enrolments._mark_next()
        return enrolments

    def write(self, vals):
        self._mark_next()
        result = super().write(vals)
        if vals.keys() & {"lead_id", "partner_id"}:
            self._mark_next()
        return result

    def unlink(self):
        self._mark_next()
        return super().unlink()

    def _mark_next(self):
        self.env["conveyor.touch.line"]._mark(self.sudo().lead_id.ids, self.sudo().partner_id.ids, counts=False)
