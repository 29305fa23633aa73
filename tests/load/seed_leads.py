"""Leads, the way that each went over the sections, and what hangs on them.

A lead's way: it enters the first section, goes on to its deepest one (some jump over the third), some go back one and
return, and it ends there: open, lost, or, in the last section, won. ``seed_plan`` has one row a lead, ``seed_step`` one
row an event, and everything else is read from these two.
"""

from .seed_people import LOG, NAME

TABLES = ("crm_lead", "crm_tag_rel", "mail_message", "mail_tracking_value", "mail_followers",
          "mail_followers_mail_message_subtype_rel", "mail_activity", "sale_order")
OPEN, LOST = 0.36, 0.76  # up to this share open, from there to this one lost, the rest won
WON = 7                  # the place of the won section


def plan(load, scale):
    """``seed_stage`` (place, id), ``seed_plan`` and ``seed_step``."""
    load.table("seed_stage", "SELECT row_number() OVER (ORDER BY sequence, id)::int AS place, id, name->>'en_US' AS name "
                             "FROM crm_stage ORDER BY sequence, id LIMIT 7")
    load.table("seed_plan", f"""
        SELECT r.*, LEAST(6 + 240 * pg_temp.u(n, 26), age * 24 / 10.5) * interval '1 hour' AS pace
          FROM (SELECT q.*, date_trunc('second', current_date - age * interval '1 day') AS entry,
                       CASE WHEN depth >= 4 AND pg_temp.u(n, 24) < 0.15 THEN 3 END AS skipped,
                       depth BETWEEN 3 AND 6 AND pg_temp.u(n, 25) < 0.08 AS returned
                  FROM (SELECT p.*, CASE WHEN status = 'won' THEN {WON}
                                    ELSE 1 + floor(power(pg_temp.u(n, 22), 1.2) * 6)::int END AS depth,
                               CASE WHEN status = 'pending' THEN 1 + 300 * pg_temp.u(n, 23)
                                    ELSE 40 + 1780 * pg_temp.u(n, 23) END AS age
                          FROM (SELECT n, CASE WHEN pg_temp.u(n, 21) < {OPEN} THEN 'pending'
                                               WHEN pg_temp.u(n, 21) < {LOST} THEN 'lost' ELSE 'won' END AS status
                                  FROM generate_series(1, {scale.leads}) n) p) q) r""")
    load.table("seed_step", """
        SELECT s.*, date_trunc('second', p.entry + (step - 1) * p.pace) AS date
          FROM (SELECT n, row_number() OVER (PARTITION BY n ORDER BY part, place) AS step,
                       lag(place) OVER (PARTITION BY n ORDER BY part, place) AS source, place AS target, lost
                  FROM (SELECT n, 1 AS part, generate_series(1, depth) AS place, skipped, false AS lost FROM seed_plan
                        UNION ALL SELECT n, 2, depth - 1, NULL, false FROM seed_plan WHERE returned
                        UNION ALL SELECT n, 3, depth, NULL, false FROM seed_plan WHERE returned
                        UNION ALL SELECT n, 4, depth, NULL, true FROM seed_plan WHERE status = 'lost') visit
                 WHERE place IS DISTINCT FROM skipped) s
          JOIN seed_plan p USING (n)""")


def leads(load, scale):
    base = load.base("crm_lead")
    load.table("seed_way", "SELECT n, max(date) FILTER (WHERE NOT lost) AS moved, max(date) AS ended FROM seed_step GROUP BY n")
    load.insert("crm_lead", {
        "id": "%(base)s + n", "name": "'Opportunity ' || n", "type": "CASE WHEN pg_temp.u(n, 31) < 0.05 THEN 'lead' "
        "ELSE 'opportunity' END", "active": "status <> 'lost'", "won_status": "status", "stage_id": "stage.id",
        "probability": "CASE status WHEN 'won' THEN 100 WHEN 'lost' THEN 0 ELSE 10 * depth END",
        "automated_probability": "CASE status WHEN 'won' THEN 100 WHEN 'lost' THEN 0 ELSE 10 * depth END",
        "priority": "floor(4 * power(pg_temp.u(n, 32), 2))::text", "color": "0", "company_id": "1", **_who(),
        "team_id": "team.id", "partner_id": "partner.id", "partner_name": "NULL", "contact_name": NAME,
        "email_from": "partner.email", "email_normalized": "partner.email", "email_domain_criterion": "'@example.com'",
        "phone": "partner.phone", "phone_sanitized": "partner.phone_sanitized", "email_state": "'correct'",
        "phone_state": "'correct'", "city": "'Berlin'", "country_id": "partner.country_id",
        "source_id": "pg_temp.among(n, 33, %(sources)s, 3)", "medium_id": "pg_temp.among(n, 34, %(mediums)s)",
        "campaign_id": "CASE WHEN pg_temp.u(n, 35) < 0.6 THEN pg_temp.among(n, 36, %(campaigns)s) END",
        "lost_reason_id": "CASE WHEN status = 'lost' THEN pg_temp.among(n, 37, %(reasons)s) END",
        "expected_revenue": "round((200 + 9800 * power(pg_temp.u(n, 38), 3))::numeric, 2)",
        "prorated_revenue": "0", "recurring_revenue": "0", "recurring_revenue_monthly": "0",
        "date_deadline": "(entry + interval '90 days')::date", "date_open": "entry", "day_open": "0",
        "date_last_stage_update": "moved", "date_closed": "CASE WHEN status <> 'pending' THEN ended END",
        "day_close": "CASE WHEN status <> 'pending' THEN extract(epoch FROM ended - entry) / 86400 END",
        "create_uid": "2", "write_uid": "2", "create_date": "entry", "write_date": "ended",
    }, """seed_plan JOIN seed_way USING (n) JOIN seed_stage stage ON stage.place = depth CROSS JOIN seed_customer
          LEFT JOIN res_partner partner ON partner.id = seed_customer.base + 1 + floor(%(customers)s
               * power(pg_temp.u(n, 39), 1.5)) AND pg_temp.u(n, 40) < 0.95
          LEFT JOIN crm_team_member team_member ON team_member.user_id = CASE WHEN pg_temp.u(n, 30) < 0.95
               THEN seed_customer.users - 1 + pg_temp.pick(n, 29, %(users)s) END
          LEFT JOIN crm_team team ON team.id = team_member.crm_team_id""", {
        "base": base, "users": scale.users, "customers": scale.customers, **{
            f"{name}s": load.values(f"SELECT id FROM {table} ORDER BY id") for name, table in (
                ("source", "utm_source"), ("medium", "utm_medium"), ("campaign", "utm_campaign"),
                ("reason", "crm_lost_reason"))}})
    load.insert("crm_tag_rel", {"lead_id": "%(base)s + n", "tag_id": "pg_temp.among(n, 41, %(tags)s)"},
                "seed_plan WHERE pg_temp.u(n, 42) < 0.6",
                {"base": base, "tags": load.values("SELECT id FROM crm_tag ORDER BY id")})
    load.align_sequence("crm_lead")
    load.cr.execute("CREATE TEMP TABLE seed_lead AS SELECT %s AS base; ANALYZE crm_lead", (base,))


def _who():
    """The salesperson; one lead in twenty has none."""
    return {"user_id": "team_member.user_id"}


def history(load, scale):
    """Odoo's tracking of every move and of every loss, oldest first, with other tracked fields among it."""
    messages, values = load.base("mail_message"), load.base("mail_tracking_value")
    field = "SELECT id FROM ir_model_fields WHERE model = 'crm.lead' AND name = %s"
    stage, status, revenue = (load.value(field, name) for name in ("stage_id", "won_status", "expected_revenue"))
    load.table("seed_message", """
        SELECT s.*, row_number() OVER (ORDER BY s.date, s.n, s.step) AS number, l.user_id, u.partner_id AS author
          FROM seed_step s CROSS JOIN seed_lead JOIN crm_lead l ON l.id = seed_lead.base + s.n
          JOIN res_users u ON u.id = COALESCE(l.user_id, 2) WHERE s.step > 1""")
    ids = {"messages": messages, "values": values, "stage": stage, "status": status, "revenue": revenue,
           "note": load.value("SELECT res_id FROM ir_model_data WHERE module = 'mail' AND name = 'mt_note'")}
    load.insert("mail_message", {
        "id": "%(messages)s + number", "model": "'crm.lead'", "res_id": "seed_lead.base + n", "date": "date",
        "message_type": "'notification'", "subtype_id": "%(note)s", "author_id": "author", "body": "''",
        "email_from": "'\"Seller\" <seller@example.com>'", "reply_to": "'\"Seller\" <seller@example.com>'",
        "message_id": "'<' || number || '@conveyor.example.com>'", "is_internal": "false",
        "create_uid": "COALESCE(user_id, 2)", "write_uid": "COALESCE(user_id, 2)", "create_date": "date",
        "write_date": "date"}, "seed_message CROSS JOIN seed_lead", ids)
    load.insert("mail_tracking_value", {
        "id": "%(values)s + row_number() OVER (ORDER BY number, field)", "mail_message_id": "%(messages)s + number",
        "field_id": "field", "old_value_integer": "old_id", "new_value_integer": "new_id", "old_value_char": "old_text",
        "new_value_char": "new_text", "old_value_float": "old_amount", "new_value_float": "new_amount",
        "create_uid": "COALESCE(user_id, 2)", "write_uid": "COALESCE(user_id, 2)", "create_date": "date",
        "write_date": "date"}, """
        seed_message JOIN seed_stage a ON a.place = source JOIN seed_stage b ON b.place = target CROSS JOIN LATERAL (
            SELECT %(stage)s AS field, a.id AS old_id, b.id AS new_id, a.name AS old_text, b.name AS new_text,
                   NULL::float8 AS old_amount, NULL::float8 AS new_amount WHERE NOT lost
            UNION ALL SELECT %(status)s, NULL, NULL, 'Pending', CASE WHEN lost THEN 'Lost' ELSE 'Won' END, NULL, NULL
             WHERE lost OR target = """ + str(WON) + """
            UNION ALL SELECT %(revenue)s, NULL, NULL, NULL, NULL, 100, 100 * step
             WHERE pg_temp.u(number, 51) < 0.3) value""", ids)
    for table in ("mail_message", "mail_tracking_value"):
        load.align_sequence(table)


def followers(load, scale):
    """The salesperson follows his open leads."""
    base = load.base("mail_followers")
    load.insert("mail_followers", {
        "id": "%(base)s + row_number() OVER (ORDER BY l.id)", "res_model": "'crm.lead'", "res_id": "l.id",
        "partner_id": "u.partner_id"}, "crm_lead l JOIN res_users u ON u.id = l.user_id WHERE l.won_status = 'pending'",
        {"base": base})
    load.insert("mail_followers_mail_message_subtype_rel", {"mail_followers_id": "f.id", "mail_message_subtype_id": "s.id"},
                "mail_followers f CROSS JOIN mail_message_subtype s WHERE f.id > %(base)s AND s.default AND NOT s.internal "
                "AND COALESCE(s.res_model, 'crm.lead') = 'crm.lead'", {"base": base})
    load.align_sequence("mail_followers")


def activities(load, scale):
    """1.2 for an open lead on the average: some have none, some two; overdue, today and to come."""
    kinds = load.values("SELECT id FROM mail_activity_type WHERE active AND res_model IS NULL ORDER BY id")
    load.insert("mail_activity", {
        "res_model_id": "(SELECT id FROM ir_model WHERE model = 'crm.lead')", "res_model": "'crm.lead'", "res_id": "l.id",
        "res_name": "l.name", "activity_type_id": "pg_temp.among(l.id * 2 + k, 61, %(kinds)s)",
        "user_id": "COALESCE(l.user_id, 2)", "summary": "'Follow up'", "active": "true", "automated": "false",
        "date_deadline": "current_date - 10 + pg_temp.pick(l.id * 2 + k, 62, 35)", **LOG,
    }, """crm_lead l CROSS JOIN generate_series(1, 2) k WHERE l.won_status = 'pending'
          AND pg_temp.u(l.id, 63) < CASE k WHEN 1 THEN 0.9 ELSE 0.3 END""", {"kinds": kinds})


def orders(load, scale):
    """Every other won lead has its order; the rest are other orders of the customers, most of them confirmed."""
    load.insert("sale_order", {
        "name": "'S' || (100000 + n)", "company_id": "1", "partner_id": "partner", "partner_invoice_id": "partner",
        "partner_shipping_id": "partner", "state": "state", "date_order": "date", "opportunity_id": "lead",
        "currency_id": "(SELECT currency_id FROM res_company WHERE id = 1)", "currency_rate": "1", "user_id": "seller",
        "amount_untaxed": "amount", "amount_total": "amount", "amount_tax": "0", "invoice_status": "'no'",
        "access_token": "NULL", "create_uid": "2", "write_uid": "2", "create_date": "date", "write_date": "date",
    }, f"""(
        SELECT -l.id AS n, l.partner_id AS partner, 'sale' AS state, l.date_closed AS date, l.id AS lead,
               l.user_id AS seller, l.expected_revenue AS amount
          FROM crm_lead l WHERE l.won_status = 'won' AND l.partner_id IS NOT NULL AND pg_temp.u(l.id, 71) < 0.5
        UNION ALL
        SELECT n, seed_customer.base + pg_temp.pick(n, 72, {scale.customers}),
               CASE WHEN pg_temp.u(n, 73) < 0.85 THEN 'sale' ELSE 'cancel' END,
               date_trunc('second', current_date - (1 + 1820 * pg_temp.u(n, 74)) * interval '1 day'), NULL, NULL,
               round((50 + 1000 * pg_temp.u(n, 75))::numeric, 2)
          FROM generate_series(1, {scale.orders} * 9 / 10) n CROSS JOIN seed_customer) o""")
