"""Rhythms of all customers by one statement, of who bought today, and what an order's confirmation costs."""

from .bench import Result, compare
from .odoo_side import call
from .seed_purchases import purchases

FULL_GOAL, SELECT_GOAL, DAILY_GOAL, QUERIES = 1.3, 4.5, 0.03, 4
SHARE = 0.003  # of the customers buy in a day
FLOOR = """
    SELECT count(*), sum(n), sum(last - DATE '2000-01-01'), sum(first - DATE '2000-01-01') FROM (
        SELECT partner_id, count(*) AS n, min(date_order)::date AS first, max(date_order)::date AS last
          FROM sale_order WHERE state = 'sale' GROUP BY partner_id) c"""
STATISTICS = """avg(gap) AS mean, stddev_samp(gap) AS sd, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median"""
ASKED = "count(*), sum(n), sum(last - DATE '2000-01-01'), sum(first - DATE '2000-01-01'), sum(mean), sum(sd), sum(median)"
# gaps over whole days, in the index's own order: how much of the bare SELECT is the statistics alone. All of it is asked for:
# PostgreSQL leaves out what nobody reads, and the sort and the window with it
GAPS = f"""
    SELECT {ASKED} FROM (
        SELECT partner_id, count(*) AS n, min(day) AS first, max(day) AS last, {STATISTICS}
          FROM (SELECT partner_id, day, (day - lag(day) OVER (PARTITION BY partner_id ORDER BY date_order))::float8 AS gap
                  FROM (SELECT partner_id, date_order, date_order::date AS day FROM sale_order WHERE state = 'sale') o) g
         WHERE gap IS DISTINCT FROM 0 GROUP BY partner_id) c"""
# what a rhythm is made of: the same statistics of purchases, those of the customer's contacts with his own, by local days,
# with their money. Nothing is judged, nothing is written
BARE = f"""
    SELECT {ASKED}, sum(amount) FROM (
        SELECT partner_id, count(*) AS n, min(day) AS first, max(day) AS last, {STATISTICS}, sum(amount) AS amount
          FROM (SELECT partner_id, day, amount, (day - lag(day) OVER (PARTITION BY partner_id ORDER BY day))::float8 AS gap
                  FROM (SELECT p.commercial_partner_id AS partner_id, (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE '{{tz}}')::date AS day, sum(o.amount_untaxed) AS amount
                          FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
                         WHERE o.state = 'sale' AND o.amount_untaxed > 0 GROUP BY 1, 2) d) g
         GROUP BY partner_id) c"""
KEPT = "SELECT count(*), sum(purchase_count), sum(last_date - DATE '2000-01-01') FROM conveyor_rhythm"


def rhythm(load):
    """All ratios of rhythm, on orders that are there meanwhile."""
    with purchases(load):
        with load.ours.environment(commit=True) as env:
            env["conveyor.rhythm"]._recompute()
        return [*_full(load), *_daily(load), *_unchanged(load), *_confirmation(load)]


def _sql(load, query):
    def side():
        with load.ours.environment() as env:
            _many(env)
            asked = query.format(tz=env.company._conveyor_tz())
            return load.ours.timed(env, lambda: _fetch(env, asked))
    return side


def _many(env):
    """As planned for many, which is how the module asks for many."""
    env.cr.execute("SET LOCAL work_mem = '256MB'")


def _fetch(env, query):
    env.cr.execute(query)
    return tuple(map(int, env.cr.fetchone()[:3]))


def _full(load):
    whole, times = load.scale.customers, load.scale.repetitions(4)

    def ours():
        with load.ours.environment() as env:
            env.cr.execute("TRUNCATE conveyor_rhythm")
            env.invalidate_all()
            seconds, _none = load.ours.timed(env, env["conveyor.rhythm"]._recompute)
            return seconds, _fetch(env, KEPT)

    warm = not load.scale.is_large
    return [
        compare(f"rhythm of {whole:,} customers, written, by the bare SELECT with median", ours, _sql(load, BARE), times, FULL_GOAL, warm=warm),
        compare("bare SELECT with median, by count and first and last", _sql(load, BARE), _sql(load, FLOOR), times, SELECT_GOAL,
                same=lambda one, other: True, warm=warm),
        compare("gaps alone, by count and first and last", _sql(load, GAPS), _sql(load, FLOOR), times, same=_same_customers, warm=warm)]


def _same_customers(one, other):
    """As many, with the same last days; several orders on one day are one."""
    return (one[0], one[2]) == (other[0], other[2])


def _again(load, seen):
    """Everything once more, nothing having changed."""
    def side():
        with load.ours.environment() as env:
            env.cr.execute("SELECT pg_current_xact_id()::text::bigint & 4294967295")
            mine = env.cr.fetchone()[0]
            seconds, _none = load.ours.timed(env, env["conveyor.rhythm"]._recompute)
            env.cr.execute("SELECT count(*) FROM conveyor_rhythm WHERE xmin::text::bigint = %s", (mine,))
            seen.append(env.cr.fetchone()[0])
            return seconds, None
    return side


def _daily(load):
    """Orders of a day, and the rhythms of those customers, by the rhythms of all."""
    count = max(1, round(load.scale.customers * SHARE))

    def ours():
        with load.ours.environment() as env:
            env.cr.execute("""
                UPDATE sale_order SET date_order = now() AT TIME ZONE 'UTC' - interval '1 hour' WHERE id IN (
                    SELECT max(id) FROM sale_order WHERE state = 'sale' GROUP BY partner_id ORDER BY hashint8(partner_id) LIMIT %s)
                RETURNING (SELECT commercial_partner_id FROM res_partner p WHERE p.id = partner_id)""", (count,))
            ids = [partner for partner, in env.cr.fetchall()]
            seconds, _none = load.ours.timed(env, lambda: env["conveyor.rhythm"]._recompute(env["res.partner"].browse(ids)))
            return seconds, None

    return [compare(f"rhythm of {count:,} customers who bought today, by that of all", ours, _again(load, []), load.scale.repetitions(4),
                    DAILY_GOAL, warm=not load.scale.is_large)]


def _unchanged(load):
    seen = []
    seconds, _none = _again(load, seen)()
    return [Result("rhythm of all, nothing changed", seconds), Result("rows written where nothing changed", seen[0], goal=0, unit="rows")]


# ------------------------------------------------------------ an order
def _confirmation(load):
    """Queries of confirming an order of a customer with a past, by Odoo without the module."""
    counts = []
    for site in (load.ours, load.plain):
        with site.environment(2, allowed_company_ids=[1]) as env:
            first, order = _quotation(env), _quotation(env)
            _confirm(env, first)  # what is looked up once a process is no cost of an order
            counts.append(_confirm(env, order))
    ours, plain = counts
    return [Result("queries more for confirming an order", ours - plain, goal=QUERIES, unit="queries")]


def _confirm(env, order):
    """The number of queries until the commit."""
    env.flush_all()
    env.cr.precommit.run()
    env.invalidate_all()
    before = env.cr.sql_log_count
    call(env, "sale.order", "action_confirm", [order])
    env.flush_all()
    env.cr.precommit.run()
    return env.cr.sql_log_count - before


def _quotation(env):
    customer, = _fetch(env, "SELECT min(partner_id) FROM sale_order WHERE state = 'sale' AND opportunity_id IS NULL")
    product = env["product.product"].create({"name": "Lamp", "type": "service", "list_price": 100})
    return env["sale.order"].create({"partner_id": customer, "order_line": [(0, 0, {"product_id": product.id})]}).id
