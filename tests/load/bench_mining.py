"""Mining of a year's leads, against the bare SQL that aggregates the same pairs of events; conformance, against mining."""

from datetime import date, timedelta

from .bench import compare

GOAL = 2.0
# Events of the year's leads, what followed what directly, and of each pair how often, with how many leads, and exact
# quantiles of the wait: with touches (equal ones in a row as one) and without.
BARE = """
    WITH lead AS MATERIALIZED (
        SELECT lead_id FROM conveyor_funnel_fact
         WHERE stage_id IS NULL AND sale_kind = 'first' AND entry_date BETWEEN %(first)s AND %(last)s),
    event AS (
        SELECT t.lead_id, min(t.date) AS at, 0 AS rank, 0 AS ord, 'created' AS code
          FROM lead JOIN conveyor_transition t USING (lead_id) GROUP BY 1
        UNION ALL
        SELECT t.lead_id, t.date, CASE t.kind WHEN 'enter' THEN 1 ELSE 5 END, t.id,
               CASE WHEN t.kind IN ('won', 'lost') THEN t.kind ELSE 'stage:' || t.to_stage_id END
          FROM lead JOIN conveyor_transition t USING (lead_id)
         WHERE t.kind IN ('won', 'lost') OR t.to_stage_id IS NOT NULL
           AND NOT (t.kind = 'enter' AND t.to_stage_id IN (SELECT id FROM crm_stage WHERE is_won))
        UNION ALL
        SELECT t.lead_id, t.date, 2, t.id, 'touch:' || t.channel || ':' || t.direction
          FROM lead JOIN conveyor_touch t USING (lead_id) WHERE COALESCE(t.outcome, '') NOT IN ('bounced', 'auto_reply')
        UNION ALL
        SELECT o.opportunity_id, LEAST(o.create_date, CASE WHEN o.state = 'sale' THEN o.date_order END), 3, o.id, 'quotation'
          FROM lead JOIN sale_order o ON o.opportunity_id = lead_id WHERE o.state IN ('sent', 'sale')
        UNION ALL
        SELECT o.opportunity_id, o.date_order, 4, o.id, 'order'
          FROM lead JOIN sale_order o ON o.opportunity_id = lead_id WHERE o.state = 'sale'),
    ordered AS (
        SELECT *, lag(code) OVER (PARTITION BY lead_id ORDER BY at, rank, ord) AS before FROM event),
    pair AS (
        SELECT 'full' AS level, lead_id, code, lead(code) OVER w AS next_code, lead(at) OVER w - at AS wait
          FROM ordered WHERE code IS DISTINCT FROM before OR code NOT LIKE 'touch:%%'
        WINDOW w AS (PARTITION BY lead_id ORDER BY at, rank, ord)
        UNION ALL
        SELECT 'belt', lead_id, code, lead(code) OVER w, lead(at) OVER w - at
          FROM event WHERE code NOT LIKE 'touch:%%'
        WINDOW w AS (PARTITION BY lead_id ORDER BY at, rank, ord))
    SELECT level, code, next_code, count(*), count(DISTINCT lead_id),
           percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM wait)::float8)
      FROM pair WHERE next_code IS NOT NULL GROUP BY level, code, next_code"""


def mining(load):
    """The year with the most leads, as *Document as it is today* reads it: the belt, the touches, variants, all of it."""
    first, last = _year(load)

    def ours():
        seconds, mined = _read(load, first, last)
        picture = mined["picture"]
        return seconds, {(level, arc["source"], arc["target"]): (arc["count"], arc["leads"], round(arc["median_wait"]))
                         for level, rows in (("belt", picture["arcs"]), ("full", picture["full"]["arcs"])) for arc in rows}

    def bare():
        from odoo.tools import SQL

        with load.ours.environment() as env:
            with env["conveyor.funnel.builder"]._planned_for_many(enable_mergejoin="off"):  # as ours is planned, which helps it as well
                seconds, rows = load.ours.timed(env, lambda: env.execute_query(SQL(BARE, first=first, last=last)))
            return seconds, {(level, source, target): (count, leads, round(quantiles[1]))
                             for level, source, target, count, leads, quantiles in rows}

    return [compare("mining one year, by the bare SQL of its pairs", ours, bare, load.scale.repetitions(3), GOAL)]


def conformance(load):
    """How the leads of that year kept to the way that was found in it, against the reading that found it."""
    first, last = _year(load)
    found = {}  # by the last reading

    def ours():
        with load.ours.environment() as env:
            version = _process(env)._make_version(first, last, found)
            env.flush_all()
            seconds, tables = load.ours.timed(env, lambda: version._conformance_tables(first, last))
            return seconds, (tables["fit"].value("leads", "value"), sum(row.cells["leads"] for row in tables["people"].rows))

    def reading():
        seconds, mined = _read(load, first, last)
        found.update(mined)
        return seconds, (mined["picture"]["facts"]["leads"],) * 2

    return [compare("conformance of one year, by its mining", ours, reading, load.scale.repetitions(3), GOAL)]


def _read(load, first, last):
    """``(seconds, values of a version)``"""
    with load.ours.environment() as env:
        process = _process(env)
        return load.ours.timed(env, lambda: env["conveyor.process.miner"]._mine(process, first, last))


def _process(env):
    process = env["conveyor.process"].create({"name": "All"})
    env.flush_all()
    return process


def _year(load):
    """The twelve months until the last lead came."""
    with load.ours.environment() as env:
        env.cr.execute("SELECT max(entry_date) FROM conveyor_funnel_fact WHERE stage_id IS NULL")
        last = env.cr.fetchone()[0] or date.today()
        return last - timedelta(days=364), last
