"""Orders of customers with rhythms of their own, in both databases: ten a customer, one in seven of them cancelled.

Each customer's gaps are log-logistic around his usual gap; the last purchase lies a gap of his back, or more.
"""

from contextlib import contextmanager

from .bulk import Loader
from .databases import connect, vacuum

PREFIX = "RB"  # of the orders' names
EACH = 10  # orders a customer, on average
ORDERS = """(
    SELECT n, step, base + n - (n %% 4 = 2)::int AS partner, current_date - 1 - LEAST(sum(gap) OVER (PARTITION BY n ORDER BY step), 5400)::int
           AS day FROM (
        SELECT n, step, base, exp(2.3 + 2.2 * pg_temp.u(n, 501)) * power(odds / (1 - odds), 1 / 2.4) AS gap FROM (
            SELECT n, step, c.base, 0.02 + 0.96 * pg_temp.u(n * 64 + step, 502) AS odds
              FROM generate_series(1, %(customers)s) n CROSS JOIN bench_base c
              CROSS JOIN LATERAL generate_series(1, 1 + floor(%(most)s * pg_temp.u(n, 503))::int) step) g) d) o"""


@contextmanager
def purchases(load):
    """Inside the block the orders are there, in both databases, and no rhythm yet."""
    sites = (load.plain, load.ours)
    try:
        for site in sites:
            _add(site.database, load.scale)
        yield
    finally:
        if load.databases.keep:
            for site in sites:
                _remove(site.database)


def _add(database, scale):
    connection = connect(database)
    with connection, connection.cursor() as cr:
        loader = Loader(cr)
        loader.table("bench_base", "SELECT min(id) - 1 AS base FROM res_partner WHERE email = 'client1@example.com'")
        with loader.without_checks(("sale_order",)):
            loader.insert("sale_order", {
                "name": f"'{PREFIX}' || n || '/' || step", "company_id": "1", "partner_id": "partner", "partner_invoice_id": "partner",
                "partner_shipping_id": "partner", "state": "CASE WHEN pg_temp.u(n * 64 + step, 504) < 0.85 THEN 'sale' ELSE 'cancel' END",
                "date_order": "day + interval '9 hours'", "currency_id": "(SELECT currency_id FROM res_company WHERE id = 1)",
                "currency_rate": "1", "amount_untaxed": "20 + n %% 400", "amount_total": "20 + n %% 400", "amount_tax": "0",
                "invoice_status": "'no'", "create_uid": "2", "write_uid": "2", "create_date": "day", "write_date": "day",
            }, ORDERS, {"customers": scale.customers, "most": 2 * EACH - 1})
            if database.endswith("_conveyor"):
                cr.execute("TRUNCATE conveyor_rhythm, conveyor_rhythm_change, conveyor_rhythm_population")
    connection.close()
    vacuum(database, "(ANALYZE) sale_order")


def _remove(database):
    connection = connect(database)
    with connection, connection.cursor() as cr:
        cr.execute("DELETE FROM sale_order WHERE name LIKE %s", (f"{PREFIX}%/%",))
    connection.close()
    vacuum(database, "(FULL, ANALYZE) sale_order")
