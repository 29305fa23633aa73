"""Reading an existing database once: the past of all leads, and first or repeat sale."""

from .bench import Result, compare
from .databases import vacuum

FACTS = "lead_id, from_stage_id, to_stage_id, date, user_id, kind"
# The same rows for data that are known to be whole: every move was tracked, no section is gone, one pipeline.
BARE = """
    INSERT INTO {table} (lead_id, from_stage_id, to_stage_id, date, user_id, kind, is_history, origin, at_creation,
                         create_uid, write_uid, create_date, write_date)
    WITH stage AS (SELECT id, is_won, row_number() OVER (ORDER BY sequence, id) AS place FROM crm_stage),
    moves AS MATERIALIZED (
        SELECT m.res_id AS lead_id, v.old_value_integer AS source, v.new_value_integer AS target, m.date, m.create_uid, v.id
          FROM mail_tracking_value v JOIN mail_message m ON m.id = v.mail_message_id AND m.model = 'crm.lead'
         WHERE v.field_id = {stage}),
    first AS (SELECT DISTINCT ON (lead_id) lead_id, source FROM moves ORDER BY lead_id, date, id)
    SELECT e.*, true, 'history', false, 1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC' FROM (
        SELECT l.id, NULL::int AS source, COALESCE(f.source, l.stage_id), l.create_date AS date, l.create_uid, 'enter'
          FROM crm_lead l LEFT JOIN first f ON f.lead_id = l.id
        UNION ALL
        SELECT m.lead_id, m.source, m.target, m.date, m.create_uid,
               CASE WHEN b.is_won THEN 'won' WHEN b.place < a.place THEN 'back'
                    WHEN b.place = a.place + 1 THEN 'forward' ELSE 'skip' END
          FROM moves m JOIN stage a ON a.id = m.source JOIN stage b ON b.id = m.target
        UNION ALL
        SELECT l.id, l.stage_id, l.stage_id, m.date, m.create_uid, 'lost'
          FROM mail_tracking_value v JOIN mail_message m ON m.id = v.mail_message_id AND m.model = 'crm.lead'
          JOIN crm_lead l ON l.id = m.res_id
         WHERE v.field_id = {status} AND v.new_value_char = 'Lost') e
     ORDER BY 1, date"""
# The definition word by word: another sale of the same customer came before this one.
JUDGED = """
    WITH client AS (SELECT id, commercial_partner_id AS client FROM res_partner),
    sold AS (SELECT c.client, o.opportunity_id, o.date_order AS date FROM sale_order o JOIN client c ON c.id = o.partner_id
              WHERE o.state = 'sale'),
    own AS (SELECT opportunity_id, min(date) AS date FROM sold GROUP BY opportunity_id),
    case_of AS MATERIALIZED (
        SELECT l.id, c.client, l.won_status, CASE l.won_status WHEN 'won' THEN LEAST(l.date_closed, own.date)
               WHEN 'lost' THEN l.date_closed ELSE 'infinity' END AS date
          FROM crm_lead l JOIN client c ON c.id = l.partner_id LEFT JOIN own ON own.opportunity_id = l.id)
    UPDATE crm_lead SET sale_kind = 'repeat' FROM (
        SELECT l.id FROM case_of l JOIN sold o ON o.client = l.client AND o.opportunity_id IS DISTINCT FROM l.id
         WHERE o.date < l.date
        UNION
        SELECT l.id FROM case_of l JOIN case_of w ON w.client = l.client AND w.id <> l.id AND w.won_status = 'won'
         WHERE (w.date, w.id) < (l.date, l.id)) repeat
     WHERE repeat.id = crm_lead.id"""


def install(load):
    """The module into the seeded database, by Odoo's command line: its past and the funnel's tables included."""
    seconds = load.databases.install_seconds
    return [] if seconds is None else [Result(f"installing the module on {load.scale.leads:,} leads", seconds)]


def backfill(load):
    """The transitions of all leads out of Odoo's tracking."""
    def ours():
        with load.ours.environment() as env:
            env.cr.execute("TRUNCATE conveyor_transition")
            seconds, _rows = load.ours.timed(env, env["conveyor.transition"]._backfill)
            return seconds, _digest(env, "conveyor_transition", FACTS)

    def bare():
        with load.ours.environment() as env:
            fields = env["ir.model.fields"]
            env.cr.execute("CREATE TABLE bench_transition (LIKE conveyor_transition INCLUDING ALL)")
            query = BARE.format(table="bench_transition", stage=fields._get("crm.lead", "stage_id").id,
                                status=fields._get("crm.lead", "won_status").id)
            seconds, _rows = load.ours.timed(env, lambda: env.cr.execute(query))
            return seconds, _digest(env, "bench_transition", FACTS)

    return [compare("history backfill", ours, bare, load.scale.repetitions(2), 2, warm=not load.scale.is_large)]


def sale_kind(load):
    """First or repeat of all leads."""
    def side(work):
        def measured():
            with load.ours.environment() as env:
                env.cr.execute("UPDATE crm_lead SET sale_kind = 'first' WHERE sale_kind <> 'first'")
                seconds, _none = load.ours.timed(env, lambda: work(env))
                return seconds, _digest(env, "crm_lead", "id, sale_kind")
        return measured

    again = side(lambda env: env["res.partner"]._refresh_sale_kind_of(None))
    filled = side(lambda env: env["res.partner"]._fill_sale_kind())
    bare = side(lambda env: env.cr.execute(JUDGED))
    results = [compare(name, ours, bare, load.scale.repetitions(2), 2, warm=not load.scale.is_large) for name, ours in (
        ("first or repeat of all leads", again), ("first or repeat of all leads, at installation", filled))]
    if load.databases.keep:  # what was written and undone would slow the next run down
        vacuum(load.ours.database, "(FULL, ANALYZE) crm_lead")
    return results


def _digest(env, table, columns):
    """Number of rows, and a sum that changes with any of them."""
    env.cr.execute(f"SELECT count(*), sum(hashtextextended(row({columns})::text, 0)) FROM {table}")
    return env.cr.fetchone()
