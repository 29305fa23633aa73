from dataclasses import astuple

from odoo import api, models
from odoo.tools import SQL

from ..engine import touch


class ConveyorTouch(models.Model):
    """Past events as SQL: rows of (event_key, date, lead_id, partner_id, user_id,
    channel, direction, outcome, is_automatic, subject, message_id), by the same
    keys as live capture gives them."""

    _inherit = "conveyor.touch"

    @api.model
    def _messages_sql(self):
        """Messages to and from clients. Who was reached is known from the
        recipients and from the notifications that were kept."""
        return SQL("""
            WITH outside AS (
                SELECT r.mail_message_id AS id FROM mail_message_res_partner_rel r
                  JOIN res_partner p ON p.id = r.res_partner_id AND p.partner_share
                 UNION
                SELECT n.mail_message_id FROM mail_notification n
                  JOIN res_partner p ON p.id = n.res_partner_id AND p.partner_share),
            colleague AS (
                SELECT DISTINCT ON (partner_id) partner_id, id FROM res_users WHERE NOT share ORDER BY partner_id, id)
            SELECT 'message-' || m.id AS event_key, LEAST(m.date, %(now)s) AS date,
                   COALESCE(l.id, o.opportunity_id) AS lead_id,
                   CASE m.model WHEN 'res.partner' THEN m.res_id WHEN 'sale.order' THEN o.partner_id END AS partner_id,
                   CASE WHEN a.is_in THEN NULL ELSE COALESCE(u.id, m.create_uid) END AS user_id,
                   CASE m.message_type WHEN 'sms' THEN 'sms' WHEN 'snailmail' THEN 'letter' ELSE 'email' END AS channel,
                   CASE WHEN a.is_in THEN 'in' ELSE 'out' END AS direction,
                   CASE WHEN a.is_in THEN 'replied' ELSE 'sent' END AS outcome,
                   NOT a.is_in AND (m.message_type = 'auto_comment' OR m.author_id = %(robot)s) AS is_automatic,
                   m.subject, m.id AS message_id
              FROM mail_message m
              LEFT JOIN crm_lead l ON m.model = 'crm.lead' AND l.id = m.res_id
              LEFT JOIN sale_order o ON m.model = 'sale.order' AND o.id = m.res_id
              LEFT JOIN res_partner c ON m.model = 'res.partner' AND c.id = m.res_id AND c.partner_share
              LEFT JOIN res_partner author ON author.id = m.author_id
              LEFT JOIN colleague u ON u.partner_id = m.author_id
              CROSS JOIN LATERAL (SELECT COALESCE(author.partner_share, TRUE) AS is_in) a
             WHERE m.model IN ('crm.lead', 'res.partner', 'sale.order') AND COALESCE(l.id, o.id, c.id) IS NOT NULL
               AND CASE WHEN a.is_in THEN m.message_type IN ('email', 'comment') AND NOT COALESCE(m.is_internal, FALSE)
                        WHEN m.message_type IN ('email_outgoing', 'sms', 'snailmail') THEN TRUE
                        WHEN m.message_type IN ('comment', 'auto_comment', 'email')
                        THEN m.outgoing_email_to IS NOT NULL OR m.id IN (SELECT id FROM outside) END
        """, now=self.env.cr.now(), robot=self.env.ref("base.partner_root").id)

    @api.model
    def _activities_sql(self):
        """Done activities; of those of one meeting the first. Of the time of day
        Odoo keeps only when the row was last written. Those that we planned are
        recorded when they are done; archived, they were done in another way."""
        return SQL("""
            SELECT DISTINCT ON (event_key) * FROM (
                SELECT CASE WHEN e.id IS NULL THEN 'activity-' || a.id ELSE 'event-' || e.id END AS event_key,
                       CASE WHEN e.id IS NOT NULL THEN LEAST(e.start, a.write_date)
                            WHEN a.write_date::date = a.date_done THEN a.write_date
                            ELSE a.date_done + interval '12 hours' END AS date,
                       COALESCE(l.id, o.opportunity_id) AS lead_id,
                       CASE a.res_model WHEN 'res.partner' THEN a.res_id WHEN 'sale.order' THEN o.partner_id END AS partner_id,
                       COALESCE(a.user_id, a.write_uid) AS user_id, COALESCE(a.conveyor_channel, k.conveyor_channel) AS channel,
                       'out' AS direction,
                       CASE WHEN COALESCE(a.conveyor_channel, k.conveyor_channel) = 'meeting' THEN 'held' END AS outcome,
                       FALSE AS is_automatic, COALESCE(a.summary, k.name->>'en_US') AS subject, NULL::int AS message_id
                  FROM mail_activity a
                  JOIN mail_activity_type k ON k.id = a.activity_type_id
                  LEFT JOIN calendar_event e ON e.id = a.calendar_event_id
                  LEFT JOIN crm_lead l ON a.res_model = 'crm.lead' AND l.id = a.res_id
                  LEFT JOIN sale_order o ON a.res_model = 'sale.order' AND o.id = a.res_id
                  LEFT JOIN res_partner c ON a.res_model = 'res.partner' AND c.id = a.res_id AND c.partner_share
                 WHERE a.date_done IS NOT NULL AND NOT a.active AND COALESCE(l.id, o.id, c.id) IS NOT NULL
                   AND COALESCE(a.conveyor_channel, k.conveyor_channel) IS NOT NULL AND a.conveyor_run_id IS NULL
                   AND NOT EXISTS (SELECT FROM conveyor_work w WHERE w.activity_id = a.id)) done
             ORDER BY event_key, date
        """)

    @api.model
    def _meetings_sql(self):
        """Meetings whose time is over, with a lead or with a client among the
        guests; not the calls that wait in a calendar to be made."""
        return SQL("""
            SELECT 'event-' || e.id AS event_key, e.start AS date, l.id AS lead_id, c.id AS partner_id, e.user_id,
                   'meeting' AS channel, 'out' AS direction, 'held' AS outcome, FALSE AS is_automatic,
                   CASE WHEN e.privacy IS DISTINCT FROM 'private' THEN e.name END AS subject, NULL::int AS message_id
              FROM calendar_event e
              LEFT JOIN sale_order o ON e.res_model = 'sale.order' AND o.id = e.res_id
              LEFT JOIN crm_lead l ON l.id = COALESCE(
                    e.opportunity_id, CASE WHEN e.res_model = 'crm.lead' THEN e.res_id END, o.opportunity_id)
              LEFT JOIN LATERAL (
                SELECT p.id FROM calendar_attendee a JOIN res_partner p ON p.id = a.partner_id AND p.partner_share
                 WHERE a.event_id = e.id AND a.state IS DISTINCT FROM 'declined'
                   AND (EXISTS (SELECT FROM crm_lead x JOIN res_partner y ON y.id = x.partner_id
                                 WHERE y.commercial_partner_id = p.commercial_partner_id)
                        OR EXISTS (SELECT FROM sale_order x WHERE x.partner_id = p.id))
                 ORDER BY a.id LIMIT 1) guest ON l.id IS NULL
              LEFT JOIN res_partner c ON l.id IS NULL AND c.partner_share AND c.id = COALESCE(
                    CASE WHEN e.res_model = 'res.partner' THEN e.res_id END, o.partner_id, guest.id)
             WHERE e.active AND e.stop <= %s AND COALESCE(l.id, c.id) IS NOT NULL
               AND NOT EXISTS (SELECT FROM mail_activity a JOIN mail_activity_type k ON k.id = a.activity_type_id
                                WHERE a.calendar_event_id = e.id
                                  AND COALESCE(a.conveyor_channel, k.conveyor_channel, 'meeting') NOT IN ('meeting', 'visit'))
        """, self.env.cr.now())

    @api.model
    def _cron_held_meetings(self):
        """Meetings that are over by now are conversations."""
        self.env.flush_all()
        rows = self.env.execute_query_dict(SQL(
            "SELECT * FROM (%s) meeting WHERE date > %s::timestamp - interval '30 days'"
            " AND NOT EXISTS (SELECT FROM conveyor_touch t WHERE t.event_key = meeting.event_key)",
            self._meetings_sql(), self.env.cr.now()))
        return self._record(rows)

    # ------------------------------------------------------------ what the engine says, in SQL
    @api.model
    def _kind_sql(self):
        """:func:`engine.touch.kind` of the columns ``channel`` and ``outcome``."""
        return SQL(
            "CASE WHEN outcome = ANY(%s) THEN 'conversation' WHEN channel = ANY(%s) THEN 'message'"
            " WHEN channel = ANY(%s) AND outcome IS NULL THEN 'conversation' ELSE 'attempt' END",
            sorted(touch.TWO_SIDED), sorted(touch.WRITTEN), sorted(touch.FACE_TO_FACE))

    @api.model
    def _rules_sql(self):
        """(company_id, kinds, gap, tz) of all companies."""
        rules = [(company.id, *astuple(company._touch_rule())) for company in self.env["res.company"].sudo().search([])]
        return SQL("SELECT * FROM unnest(%s::int[], %s::varchar[], %s::varchar[], %s::varchar[])"
                   " AS rule(company_id, kinds, gap, tz)", *(list(column) for column in zip(*rules)))
