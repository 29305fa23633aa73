"""Money by source of a year: all tables of the screen, by the bare SQL of the sums by source."""

from datetime import date

from .bench import compare
from .odoo_side import call

GOAL = 5  # seven tables, with margins by products' costs, cohorts and touches, by the sums of one of them
SPENT = "SELECT source_id, sum(amount) FROM conveyor_spend WHERE company_id = 1 AND date_from >= %(first)s AND date_to <= %(last)s GROUP BY 1"
LEADS = """SELECT source_id, sum(reached)::int FROM conveyor_funnel_month
            WHERE counting = 'cohort' AND grain = 'source' AND stage_id IS NULL AND month BETWEEN %(first)s AND %(last)s
              AND (company_id = 1 OR company_id IS NULL) GROUP BY 1"""
# Customers with the source of their first lead, of those without any order their won leads; what they bought then and later.
SALES = """
    WITH lead AS MATERIALIZED (
        SELECT COALESCE(p.commercial_partner_id, -f.lead_id) AS client, f.lead_id, f.entry_date, f.pass_date, f.value, f.source_id
          FROM conveyor_funnel_fact f JOIN crm_lead l ON l.id = f.lead_id LEFT JOIN res_partner p ON p.id = l.partner_id
         WHERE f.stage_id IS NULL),
    first AS (SELECT DISTINCT ON (client) client, entry_date, source_id FROM lead ORDER BY client, entry_date, lead_id),
    won AS (SELECT client, pass_date AS day, sum(value) AS amount FROM lead l WHERE pass_date IS NOT NULL
               AND NOT EXISTS (SELECT FROM conveyor_rhythm r WHERE r.partner_id = l.client AND r.company_id = 1) GROUP BY 1, 2),
    buyer AS (SELECT partner_id AS client, first_date FROM conveyor_rhythm WHERE company_id = 1 AND first_date IS NOT NULL
               UNION ALL SELECT client, min(day) FROM won GROUP BY 1),
    customer AS MATERIALIZED (
        SELECT b.client, b.first_date, f.source_id FROM buyer b LEFT JOIN first f ON f.client = b.client AND f.entry_date <= b.first_date
         WHERE COALESCE(f.entry_date, b.first_date) BETWEEN %(first)s AND %(last)s),
    bought AS (
        SELECT p.commercial_partner_id AS client, (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day, sum(o.amount_untaxed) AS amount
          FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
         WHERE o.state = 'sale' AND o.company_id = 1 AND o.amount_untaxed > 0 GROUP BY 1, 2
         UNION ALL SELECT client, day, amount FROM won)
    SELECT c.source_id, count(DISTINCT c.client), sum(b.amount) FILTER (WHERE b.day = c.first_date), sum(b.amount) FILTER (WHERE b.day > c.first_date)
      FROM customer c LEFT JOIN bought b ON b.client = c.client AND b.day >= c.first_date GROUP BY 1
"""


def money(load):
    """A year of spend on every source, and what it brought."""
    first, last = _year()
    filters = {"date_from": first.isoformat(), "date_to": last.isoformat(), "counting": "cohort"}
    made = _spend(load, first)

    def ours():
        with load.ours.environment(load.manager, allowed_company_ids=[1]) as env:
            seconds, answer = load.ours.timed(env, lambda: call(env, "conveyor.money", "get_tables", filters))
            table = {one["key"]: one for one in answer["tables"]}["money_source"]
            return seconds, {row["key"]: [round(row["cells"][name] or 0, 2) for name in ("spend", "leads", "first_sales", "revenue_first", "revenue_later")]
                             for row in table["rows"]}

    def reference():
        with load.ours.environment() as env:
            values = {"first": first, "last": last, "tz": env["res.company"].browse(1)._conveyor_tz()}

            def work():
                return [_rows(env, statement, values) for statement in (SPENT, LEADS, SALES)]
            seconds, (spent, leads, sales) = load.ours.timed(env, work)
            found = {}
            for place, rows in enumerate((spent, leads, sales)):
                for source, *numbers in rows:
                    cells = found.setdefault(str(source or 0), [0, 0, 0, 0, 0])
                    cells[place:place + len(numbers)] = [round(float(number or 0), 2) for number in numbers]
            return seconds, {key: cells for key, cells in found.items() if any(cells)}

    try:
        return [compare("money by source of a year, by the bare SQL", ours, reference, load.scale.repetitions(5), GOAL)]
    finally:
        with load.ours.environment(commit=True) as env:
            env["conveyor.spend"].browse(made).unlink()


def _rows(env, statement, values):
    env.cr.execute(statement, values)
    return env.cr.fetchall()


def _year():
    """The last twelve whole months and this one, as the screen's *last 12 months*."""
    today = date.today()
    year, month = divmod(today.year * 12 + today.month - 1 - 11, 12)
    last = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    return date(year, month + 1, 1), date.fromordinal(last.toordinal() - 1)


def _spend(load, first):
    """Ids of spend on each source for each of the twelve months."""
    with load.ours.environment(commit=True) as env:
        months = [divmod(first.year * 12 + first.month - 1 + number, 12) for number in range(13)]
        days = [date(year, month + 1, 1) for year, month in months]
        return env["conveyor.spend"].create([{
            "source_id": source.id, "amount": 100 + source.id, "date_from": begin, "date_to": date.fromordinal(end.toordinal() - 1), "company_id": 1}
            for source in env["utm.source"].search([], limit=12, order="id") for begin, end in zip(days, days[1:])]).ids
