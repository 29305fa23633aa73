from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import practice
from .conveyor_practice import WHICH


class ConveyorPractice(models.Model):
    """How the inventory is made: two set-based readings a kind, the engine, one upsert.

    Events of a kind are rows (key, company_id, date, lead_id, user_id).
    """

    _inherit = "conveyor.practice"

    @api.model
    def _cron_refresh(self):
        self._refresh(tell=True)

    @api.model
    def _refresh(self, today=None, tell=False):
        """Count all practices anew.

        :param today: as of this day
        :param tell: tell the owners of practices that were alive and have stopped since
        """
        today = today or fields.Date.context_today(self)
        self.env.flush_all()
        before = {row.id: row.status for row in self.search([])}
        for kind, events in self._events().items():
            rows = [self._row(kind, key, company, totals, counts, today)
                    for (key, company), totals, counts in self._read(events, today)]
            self._upsert(self._to_leaders(rows) if kind == "salesperson" else rows)
        self.invalidate_model()
        if tell:
            stopped = self.search([("status", "=", "stopped"), ("is_measured", "=", True)]).filtered(
                lambda row: before.get(row.id) == "alive" and row.decision != "remove" and row.kind != "counter")  # told by the hour
            stopped._ask_owner(self.env._("%(name)s has stopped: was that meant?"))

    @api.model
    def _row(self, kind, key, company_id, totals, counts, today):
        first, last, volume, leads, sales, owner_id = totals
        rhythm = practice.assess(counts, today)
        return {
            "kind": kind, "key": key, "company_id": company_id, WHICH[kind]: key if kind == "channel" else int(key),
            "date_from": first, "date_to": last, "volume": volume, "lead_count": leads, "sale_count": sales,
            "sale_share": sales / leads if leads else 0.0, "usual_gap": float(rhythm.usual_gap or 0), "silence": rhythm.silence,
            "is_measured": rhythm.is_measured, "status": rhythm.status, "owner_id": owner_id, "decision": "undecided",
            "stopped_date": today if rhythm.status == practice.STOPPED else None,
        }

    @api.model
    def _to_leaders(self, rows):
        """Somebody's own touches are watched by his team's leader."""
        users = self.env["res.users"].browse(row["user_id"] for row in rows)
        leaders = {user.id: user.sale_team_id.user_id.id or user.id for user in users}
        return [{**row, "owner_id": leaders[row["user_id"]]} for row in rows]

    # ------------------------------------------------------------ reading
    @api.model
    def _read(self, events, today):
        """``((key, company), totals, {week: count})`` of one kind, until the end of the day."""
        end = fields.Date.add(today, days=1)
        counts = defaultdict(dict)
        for key, company, week, count in self.env.execute_query(SQL(
                "SELECT key, company_id, date_trunc('week', date)::date, count(*) FROM (%s) e"
                " WHERE date < %s GROUP BY 1, 2, 3", events, end)):
            counts[key, company][week] = count
        totals = self.env.execute_query(SQL(
            """
            SELECT e.key, e.company_id, min(e.date)::date, max(e.date)::date, count(*), count(DISTINCT e.lead_id),
                   count(DISTINCT e.lead_id) FILTER (WHERE l.won_status = 'won'), mode() WITHIN GROUP (ORDER BY u.id)
              FROM (%s) e LEFT JOIN crm_lead l ON l.id = e.lead_id
              LEFT JOIN res_users u ON u.id = e.user_id AND u.active AND NOT u.share
             WHERE e.date < %s GROUP BY 1, 2
            """, events, end))
        return [((key, company), values, counts[key, company]) for key, company, *values in totals]

    @api.model
    def _events(self):
        """``{kind: SELECT of its events}``."""
        touches = SQL("""SELECT t.*, COALESCE(t.company_id, %s) AS own_company_id FROM conveyor_touch t
                          WHERE t.direction = 'out' AND t.outcome IS DISTINCT FROM 'bounced'""", self._only_company())
        touched = SQL("t.own_company_id AS company_id, t.date, t.lead_id, t.user_id FROM (%s) t", touches)
        return {
            "channel": SQL("SELECT t.channel AS key, %s", touched),
            "salesperson": SQL("SELECT t.user_id::varchar AS key, %s JOIN res_users s ON s.id = t.user_id"
                               " WHERE t.is_automatic IS NOT TRUE AND NOT s.share AND s.id <> %s", touched, self.env.ref("base.user_root").id),
            "cadence": SQL("""SELECT n.cadence_id::varchar AS key, %s JOIN conveyor_step_run r ON r.id = t.run_id
                                JOIN conveyor_enrolment n ON n.id = r.enrolment_id""", touched),
            "source": self._source_events(),
            "activity_type": self._activity_events(),
            "mail_template": SQL("SELECT p.id::varchar AS key, %s JOIN unnest(%s, %s) AS p (id, pattern)"
                                 " ON t.subject LIKE p.pattern WHERE t.channel = 'email'", touched, *self._patterns()),
            "counter": SQL("""SELECT c.id::varchar AS key, c.company_id, r.hour AS date, NULL::int AS lead_id, c.owner_id AS user_id
                                FROM conveyor_counter_reading r JOIN conveyor_counter c ON c.id = r.counter_id WHERE c.active"""),
        }

    @api.model
    def _only_company(self):
        """What belongs to no company is that one's, where there is only one."""
        companies = self.env["res.company"].sudo().with_context(active_test=False).search([], limit=2)
        return companies.id if len(companies) == 1 else None

    @api.model
    def _source_events(self):
        return SQL("""
            SELECT l.source_id::varchar AS key, COALESCE(l.company_id, t.company_id, %s) AS company_id,
                   COALESCE((SELECT min(c.date) FROM conveyor_transition c WHERE c.lead_id = l.id), l.create_date) AS date,
                   l.id AS lead_id, t.user_id
              FROM crm_lead l LEFT JOIN crm_team t ON t.id = l.team_id WHERE l.source_id IS NOT NULL""", self._only_company())

    @api.model
    def _activity_events(self):
        """Done activities leave a message that names their type."""
        return SQL("""
            SELECT m.mail_activity_type_id::varchar AS key, COALESCE(l.company_id, o.company_id, p.company_id, %s) AS company_id,
                   m.date, COALESCE(l.id, o.opportunity_id) AS lead_id, m.create_uid AS user_id
              FROM mail_message m
              LEFT JOIN crm_lead l ON m.model = 'crm.lead' AND l.id = m.res_id
              LEFT JOIN sale_order o ON m.model = 'sale.order' AND o.id = m.res_id
              LEFT JOIN res_partner p ON m.model = 'res.partner' AND p.id = m.res_id
             WHERE m.mail_activity_type_id IS NOT NULL AND m.model IN ('crm.lead', 'sale.order', 'res.partner')""", self._only_company())

    @api.model
    def _patterns(self):
        """Ids of the templates for clients, and the patterns of their subjects in each language."""
        templates = self.env["mail.template"].sudo().with_context(active_test=False).search(
            [("model", "in", ["crm.lead", "sale.order", "res.partner"]), ("subject", "!=", False)])
        templates.flush_model(["subject"])
        found = {
            (template_id, pattern) for template_id, subjects in self.env.execute_query(SQL(
                "SELECT id, subject FROM mail_template WHERE id = ANY(%s)", templates.ids))
            for subject in (subjects or {}).values() if subject and (pattern := practice.pattern(subject))}
        return [template_id for template_id, _pattern in found], [pattern for _template_id, pattern in found]

    # ------------------------------------------------------------ the one write
    @api.model
    def _upsert(self, rows):
        """Write what was counted; owner and decision stay people's."""
        if not rows:
            return
        names = list(rows[0])
        kept = {"kind", "key", "company_id", "owner_id", "decision", "stopped_date", WHICH[rows[0]["kind"]]}
        counted = [name for name in names if name not in kept]
        self.env.cr.execute(SQL(
            """
            INSERT INTO conveyor_practice AS own (%(names)s, create_uid, create_date)
            SELECT v.*, %(user)s, %(now)s FROM (VALUES %(rows)s) v
            ON CONFLICT (kind, key, COALESCE(company_id, 0)) DO UPDATE
               SET (%(counted)s) = ROW(%(excluded)s), owner_id = COALESCE(own.owner_id, excluded.owner_id),
                   stopped_date = CASE WHEN excluded.status = 'stopped' THEN COALESCE(own.stopped_date, excluded.stopped_date) END
            """,
            names=SQL(", ").join(map(SQL.identifier, names)), user=self.env.uid, now=fields.Datetime.now(),
            rows=SQL(", ").join(self._typed(row) for row in rows),
            counted=SQL(", ").join(map(SQL.identifier, counted)),
            excluded=SQL(", ").join(SQL.identifier("excluded", name) for name in counted)))

    @api.model
    def _typed(self, row):
        """Values of a row with their types, which PostgreSQL cannot guess of nothing."""
        return SQL("(%s)", SQL(", ").join(
            SQL("%s::%s", value, SQL(self._fields[name].column_type[1])) for name, value in row.items()))
