"""The touch log: what capturing costs, what it saves, and reading the years before."""

from unittest.mock import patch

from .bench import Result, compare
from .odoo_side import call

POST_GOAL, FOREIGN_GOAL, LAST_GOAL, DAILY_GOAL, SHARE = 1.1, 1.02, 1 / 40, 0.02, 0.003
FACTS = ("event_key, date, lead_id, partner_id, client_key, user_id, channel, direction, outcome, kind, is_counted, "
         "is_automatic, message_id")
LINES = ("lead_id, partner_id, touch_count, attempt_count, message_count, conversation_count, first_touch_date, "
         "last_touch_date, last_reply_date, channels, has_paper")
# The same touches of data that are known to be whole: one company, one rule, nothing there twice, nobody a robot.
CLIENT = "COALESCE('p' || p.commercial_partner_id, 'e' || l.email_normalized, 'l' || l.id)"
BARE_TOUCHES = f"""
    INSERT INTO bench_touch ({FACTS}, company_id, is_history, subject, create_uid, write_uid, create_date, write_date)
    SELECT x.event_key, x.date, x.lead_id, p.id, {CLIENT}, x.user_id, x.channel, x.direction, x.outcome, x.kind, x.is_counted,
           FALSE, x.message_id, CASE WHEN l.id IS NULL THEN p.company_id ELSE l.company_id END, TRUE, x.subject,
           1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
      FROM (SELECT 'message-' || m.id AS event_key, m.date, CASE m.model WHEN 'crm.lead' THEN m.res_id END AS lead_id,
                   CASE m.model WHEN 'res.partner' THEN m.res_id END AS partner_id,
                   CASE WHEN m.message_type <> 'email' THEN m.create_uid END AS user_id, 'email' AS channel,
                   CASE m.message_type WHEN 'email' THEN 'in' ELSE 'out' END AS direction,
                   CASE m.message_type WHEN 'email' THEN 'replied' ELSE 'sent' END AS outcome,
                   CASE m.message_type WHEN 'email' THEN 'conversation' ELSE 'message' END AS kind,
                   m.message_type <> 'email' AS is_counted, m.id AS message_id, m.subject
              FROM mail_message m LEFT JOIN mail_message_res_partner_rel r ON r.mail_message_id = m.id
             WHERE m.model IN ('crm.lead', 'res.partner')
               AND (m.message_type IN ('email', 'email_outgoing')
                    OR m.message_type = 'comment' AND r.res_partner_id IS NOT NULL)
            UNION ALL
            SELECT 'event-' || e.id, e.start, e.opportunity_id, NULL, e.user_id, 'meeting', 'out', 'held', 'conversation', TRUE,
                   NULL, e.name FROM calendar_event e WHERE e.opportunity_id IS NOT NULL AND e.stop < now() AT TIME ZONE 'UTC'
            UNION ALL
            SELECT 'activity-' || a.id, a.write_date, a.res_id, NULL, a.user_id, k.conveyor_channel, 'out',
                   CASE k.conveyor_channel WHEN 'meeting' THEN 'held' END,
                   CASE k.conveyor_channel WHEN 'meeting' THEN 'conversation' WHEN 'call' THEN 'attempt' ELSE 'message' END,
                   k.conveyor_channel <> 'call' OR row_number() OVER (
                       PARTITION BY a.res_id, k.conveyor_channel,
                                    date_bin('12 hours', a.write_date AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s, '2000-01-01')
                       ORDER BY a.write_date, 'activity-' || a.id) = 1,
                   NULL, a.summary
              FROM mail_activity a JOIN mail_activity_type k ON k.id = a.activity_type_id
             WHERE a.date_done IS NOT NULL AND a.res_model = 'crm.lead' AND k.conveyor_channel IS NOT NULL) x
      LEFT JOIN crm_lead l ON l.id = x.lead_id LEFT JOIN res_partner p ON p.id = COALESCE(l.partner_id, x.partner_id)"""
COUNTS = """count(*) FILTER (WHERE is_counted), count(*) FILTER (WHERE is_counted AND kind = 'attempt'),
    count(*) FILTER (WHERE is_counted AND kind = 'message'),
    count(*) FILTER (WHERE kind = 'conversation' AND (is_counted OR direction = 'in')),
    min(date) FILTER (WHERE direction = 'out'), max(date) FILTER (WHERE direction = 'out'),
    max(date) FILTER (WHERE direction = 'in'), string_agg(DISTINCT channel, ',' ORDER BY channel), FALSE"""
BARE_LINES = (
    f"INSERT INTO bench_line ({LINES}) SELECT lead_id, NULL::int, {COUNTS} FROM conveyor_touch WHERE lead_id IS NOT NULL "
    "GROUP BY lead_id",
    f"INSERT INTO bench_line ({LINES}) SELECT NULL::int, substr(client_key, 2)::int, {COUNTS} FROM conveyor_touch "
    "WHERE client_key LIKE 'p%' GROUP BY client_key")


def backfill(load):
    """All touches of the years before, and the touch lines of them."""
    once = {"repetitions": load.scale.repetitions(2), "warm": not load.scale.is_large}
    return [compare("touches of the years before", _touches(load), _bare_touches(load), goal=2, **once),
            compare("touch lines from all touches", _lines(load), _bare_lines(load), goal=2, **once)]


def _touches(load):
    def side():
        from odoo.addons.sales_conveyor.models.conveyor_touch_backfill import ConveyorTouchLine

        with load.ours.environment() as env, patch.object(ConveyorTouchLine, "_rebuild", lambda self: None):
            env.cr.execute("TRUNCATE conveyor_touch")
            seconds, _rows = load.ours.timed(env, env["conveyor.touch"]._backfill)
            return seconds, _digest(env, "conveyor_touch", FACTS)
    return side


def _bare_touches(load):
    """With the same indexes, made at the end as well."""
    def side():
        with load.ours.environment() as env:
            env.cr.execute("CREATE TABLE bench_touch (LIKE conveyor_touch INCLUDING ALL EXCLUDING INDEXES)")
            env.cr.execute("SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'conveyor_touch'::regclass")
            indexes = [definition.replace("conveyor_touch", "bench_touch") for definition, in env.cr.fetchall()]

            def work():
                env.cr.execute(BARE_TOUCHES, {"tz": env.company._conveyor_tz()})
                for definition in indexes:
                    env.cr.execute(definition)
            seconds, _none = load.ours.timed(env, work)
            return seconds, _digest(env, "bench_touch", FACTS)
    return side


def _lines(load):
    def side():
        with load.ours.environment() as env:
            env.cr.execute("TRUNCATE conveyor_touch_line")
            lines = env["conveyor.touch.line"]
            with patch.object(type(lines), "_rebuild_next", lambda self: None):
                seconds, _none = load.ours.timed(env, lines._rebuild)
            return seconds, _digest(env, "conveyor_touch_line", LINES)
    return side


def _bare_lines(load):
    def side():
        with load.ours.environment() as env:
            env.cr.execute("CREATE TABLE bench_line (LIKE conveyor_touch_line INCLUDING ALL)")
            seconds, _none = load.ours.timed(env, lambda: [env.cr.execute(query) for query in BARE_LINES])
            return seconds, _digest(env, "bench_line", LINES)
    return side


def _digest(env, table, columns):
    """Number of rows, and a sum that changes with any of them."""
    env.cr.execute(f"SELECT count(*), sum(hashtextextended(row({columns})::text, 0)) FROM {table}")
    return env.cr.fetchone()


# ---------------------------------------------------------------- reading
def last_touch(load):
    """When each lead was touched last; of the messages it would not even be all."""
    whole = "SELECT count(*), sum(extract(epoch FROM last)) FROM ({}) lead"

    def side(query):
        def measured():
            with load.ours.environment() as env:
                return load.ours.timed(env, lambda: env.execute_query(_sql(whole.format(query)))[0])
        return measured

    line = side("SELECT lead_id, last_touch_date AS last FROM conveyor_touch_line "
                "WHERE lead_id IS NOT NULL AND last_touch_date IS NOT NULL")
    messages = side("SELECT res_id, max(date) AS last FROM mail_message WHERE model = 'crm.lead' AND (message_type = "
                    "'email_outgoing' OR message_type = 'comment' AND NOT is_internal) GROUP BY res_id")
    # activities and meetings are touches too: ours are never fewer, and never earlier
    return [compare("last touch of all leads, by the messages", line, messages, load.scale.repetitions(3), LAST_GOAL,
                    same=lambda ours, reference: ours[0] >= reference[0] and ours[1] >= reference[1])]


def daily(load):
    """The lines of the leads that a day touches, by all lines counted anew."""
    ids = [lead for lead, in load.ours.sql(
        "SELECT lead_id FROM (SELECT lead_id, max(date) AS date FROM conveyor_touch WHERE lead_id IS NOT NULL "
        "GROUP BY lead_id) t ORDER BY date DESC, lead_id LIMIT %s", max(1, round(load.scale.leads * SHARE)))]

    def ours():
        with load.ours.environment() as env:
            env.cr.execute("UPDATE conveyor_touch_line SET touch_count = -1 WHERE lead_id = ANY(%s)", (ids,))
            seconds, _none = load.ours.timed(env, lambda: env["conveyor.touch.line"]._refresh_counts(ids, []))
            return seconds, _total(env, "SELECT touch_count FROM conveyor_touch_line WHERE lead_id IS NOT NULL")

    def bulk():
        with load.ours.environment() as env:
            query = (f"SELECT count(*), sum(touch_count) FROM (SELECT lead_id, {COUNTS} FROM conveyor_touch "
                     "WHERE lead_id IS NOT NULL GROUP BY lead_id) t (lead_id, touch_count)")
            return load.ours.timed(env, lambda: env.execute_query(_sql(query))[0])

    return [compare(f"lines of {len(ids):,} leads touched in a day, by a scan of all", ours, bulk, load.scale.repetitions(5),
                    DAILY_GOAL, same=lambda one, other: one[1] == other[1])]


def _total(env, query):
    return env.execute_query(_sql(f"SELECT count(*), sum(touch_count) FROM ({query}) line"))[0]


def _sql(query):
    from odoo.tools import SQL

    return SQL(query.replace("%", "%%"))


# ---------------------------------------------------------------- capture
def capture(load):
    """Posting to a client on a lead, which is a touch; and a note on something that is no business of ours."""
    (lead, seller, client), = load.plain.sql(
        "SELECT l.id, l.user_id, l.partner_id FROM crm_lead l JOIN res_users u ON u.id = l.user_id "
        "WHERE l.won_status = 'pending' AND l.partner_id IS NOT NULL ORDER BY l.id DESC LIMIT 1")
    results = []
    for name, user, model, record, goal, values in (
            ("posting to a client on a lead", seller, "crm.lead", lead, POST_GOAL, {"partner_ids": [client]}),
            ("a note on a lead", seller, "crm.lead", lead, POST_GOAL, {"subtype_xmlid": "mail.mt_note"}),
            ("a note on a sales team", 2, "crm.team", _first_team(load), FOREIGN_GOAL, {"subtype_xmlid": "mail.mt_note"})):
        act = _post(model, record, **{"subtype_xmlid": "mail.mt_comment", **values})
        look = _messages_of(model, record)
        results.append(compare(name, load.ours.request(user, act, look), load.plain.request(user, act, look),
                               load.scale.repetitions(40), goal))
    return results


def _first_team(load):
    return load.plain.sql("SELECT min(id) FROM crm_team")[0][0]


def _post(model, record, **values):
    def act(env):
        call(env, model, "message_post", [record], body="Our offer stands until Friday.", message_type="comment", **values)
    return act


def _messages_of(model, record):
    def look(env):
        return env["mail.message"].sudo().search_count([("model", "=", model), ("res_id", "=", record)])
    return look
