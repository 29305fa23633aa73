"""What people did with the leads and customers: messages, done activities, meetings held."""

TABLES = ("mail_message_res_partner_rel", "calendar_event")
MEETINGS = 0.1  # a lead
QUIET = 2  # hours before the load in which nothing happened
TO_CUSTOMERS = 8  # every so manyth message is on the customer, not on a lead
# up to which share: sent by the composer, answered by mail, sent from the chatter; the rest is notes among colleagues
SENT, ANSWERED, CHATTED = 0.55, 0.70, 0.78


def messages(load, scale):
    """Over half of them sent by mail, some answered, some sent from the chatter, the others internal notes."""
    load.table("seed_owner", f"""
        SELECT n - 1 AS place, 'crm.lead' AS model, l.id, l.create_date AS since, COALESCE(l.user_id, 2) AS user_id,
               u.partner_id AS author, l.partner_id AS client, l.email_normalized AS email
          FROM seed_plan CROSS JOIN seed_lead JOIN crm_lead l ON l.id = seed_lead.base + n
          JOIN res_users u ON u.id = COALESCE(l.user_id, 2)
        UNION ALL
        SELECT -n, 'res.partner', p.id, now() AT TIME ZONE 'UTC' - interval '5 years' * pg_temp.u(n, 80), u.id, u.partner_id, p.id, p.email
          FROM generate_series(1, {scale.customers}) n CROSS JOIN seed_customer
          JOIN res_partner p ON p.id = seed_customer.base + n JOIN res_users u ON u.id = COALESCE(p.user_id, 2)""")
    values = {"base": load.base("mail_message"), **{
        name: load.value("SELECT res_id FROM ir_model_data WHERE module = 'mail' AND name = %s", f"mt_{name}")
        for name in ("note", "comment")}}
    dated = f"""SELECT n, kind, o.*, date_trunc('second', since + power(pg_temp.u(n, 84), 2) * LEAST(
                       now() AT TIME ZONE 'UTC' - interval '{QUIET} hours' - since, interval '150 days')) AS date
                  FROM generate_series(1, {scale.messages}) n CROSS JOIN LATERAL (SELECT pg_temp.u(n, 81) AS kind) k
                  JOIN seed_owner o ON o.place = (
                       CASE WHEN n %% {TO_CUSTOMERS} = 0 THEN -1 - floor({scale.customers} * pg_temp.u(n, 82))
                            ELSE floor({scale.leads} * pg_temp.u(n, 83)) END)::int"""
    load.insert("mail_message", _message(), f"({dated}) m", values)
    load.insert("mail_message_res_partner_rel", {"mail_message_id": "%(base)s + n", "res_partner_id": "client"},
                f"({dated}) m WHERE client IS NOT NULL AND kind >= {ANSWERED} AND kind < {CHATTED}", values)
    load.align_sequence("mail_message")


def _message():
    """Columns over ``n``, ``kind``, ``date`` and the owner."""
    return {
        "id": "%(base)s + n", "model": "model", "res_id": "id", "date": "date",
        "message_type": f"CASE WHEN kind < {SENT} THEN 'email_outgoing' WHEN kind < {ANSWERED} THEN 'email' ELSE 'comment' END",
        "subtype_id": f"CASE WHEN kind < {CHATTED} THEN %(comment)s ELSE %(note)s END",
        "author_id": f"CASE WHEN kind BETWEEN {SENT} AND {ANSWERED} THEN client ELSE author END",
        "subject": "'About our offer'", "body": "''", "email_from": "email", "reply_to": "email",
        "message_id": "'<' || n || '@post.example.com>'", "is_internal": f"kind >= {CHATTED}", "create_uid": "user_id",
        "write_uid": "user_id", "create_date": "date", "write_date": "date"}


def done_activities(load, scale):
    """One a lead, on the average: calls, mails, meetings, tasks."""
    kinds = load.values("SELECT id FROM mail_activity_type WHERE active AND res_model IS NULL ORDER BY id")
    load.insert("mail_activity", {
        "res_model_id": "(SELECT id FROM ir_model WHERE model = 'crm.lead')", "res_model": "'crm.lead'", "res_id": "id",
        "res_name": "name", "activity_type_id": "pg_temp.among(place, 85, %(kinds)s)", "user_id": "user_id",
        "summary": "'Follow up'", "active": "false", "automated": "false", "date_deadline": "date::date",
        "date_done": "date::date", "create_uid": "2", "write_uid": "user_id", "create_date": "date", "write_date": "date",
    }, f"""(SELECT l.id * 2 + k AS place, l.id, l.name, COALESCE(l.user_id, 2) AS user_id, {_moment("l.id * 2 + k", 86)} AS date
              FROM crm_lead l CROSS JOIN generate_series(1, 2) k WHERE pg_temp.u(l.id * 2 + k, 87) < 0.5) done""",
                {"kinds": kinds})


def meetings(load, scale):
    """Held with one lead in ten."""
    load.insert("calendar_event", {
        "name": "'Meeting'", "start": "date", "stop": "date + interval '1 hour'", "duration": "1", "allday": "false",
        "active": "true", "show_as": "'busy'", "opportunity_id": "id", "user_id": "user_id", "res_model": "'crm.lead'",
        "res_id": "id", "res_model_id": "(SELECT id FROM ir_model WHERE model = 'crm.lead')", "create_uid": "2",
        "write_uid": "2", "create_date": "date", "write_date": "date",
    }, f"""(SELECT l.id, COALESCE(l.user_id, 2) AS user_id, {_moment("l.id", 88)} - interval '1 hour' AS date
              FROM crm_lead l WHERE pg_temp.u(l.id, 89) < {MEETINGS}) held""")


def _moment(number, salt):
    """In the lead's life, up to some hours ago."""
    return (f"date_trunc('second', l.create_date + (LEAST(COALESCE(l.date_closed, now() AT TIME ZONE 'UTC'), now() AT TIME ZONE "
            f"'UTC' - interval '{QUIET} hours') - l.create_date) * pg_temp.u({number}, {salt}))")
