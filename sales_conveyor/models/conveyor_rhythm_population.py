from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import rhythm

MOVED = 0.02  # log units, two per cent of a gap: less is left as it is
MOVED_SPREAD = 0.05  # of the spread


class ConveyorRhythmPopulation(models.Model):
    """What is usual among the customers of a company or of a product category:
    mean and variance of their log gaps, from thirty repeat buyers on.

    Kept, so that a customer who buys is judged without looking at all others.
    Those who are counted in open days are a population of their own.
    """

    _name = "conveyor.rhythm.population"
    _description = "Population of Purchase Rhythms"
    _log_access = False

    company_id = fields.Many2one("res.company", "Company", required=True, ondelete="cascade", readonly=True)
    category_id = fields.Many2one("product.category", "Product Category", ondelete="cascade", readonly=True, help="Empty: the whole company.")
    is_open_days = fields.Boolean(readonly=True)
    buyer_count = fields.Integer("Repeat Buyers", readonly=True)
    mu = fields.Float("Mean Log Gap", readonly=True)
    s2 = fields.Float("Variance", readonly=True)

    _whose_unique = models.UniqueIndex("(company_id, COALESCE(category_id, 0), is_open_days)")

    @api.model
    def _moments_sql(self, rows):
        """SELECT (company_id, category_id, is_open_days, buyer_count, mu, s2) of ``engine.rhythm.population``.

        Customers with as many gaps weigh the same, so these are added up first: few rows are left for the rest.

        :param rows: SELECT (company_id, category_id, is_open_days, gap_count, log_sum, log_squares), one row a customer
        """
        return SQL("""
            WITH repeat AS MATERIALIZED (
                SELECT company_id, category_id, is_open_days, gap_count::float8 AS x, count(*)::float8 AS k, sum(log_sum) AS total,
                       sum(log_sum * log_sum) / gap_count AS squares, sum(GREATEST(log_squares - log_sum * log_sum / gap_count, 0)) AS within
                  FROM (%(rows)s) r WHERE gap_count >= 1 GROUP BY company_id, category_id, is_open_days, gap_count),
            sums AS (
                SELECT company_id, category_id, is_open_days, GROUPING(category_id) AS of_company, sum(k) AS k,
                       sum(k * x) AS n, sum(k * x * x) AS weight, sum(total) AS total, sum(squares) AS squares, sum(within) AS within
                  FROM repeat GROUP BY GROUPING SETS ((company_id, is_open_days), (company_id, is_open_days, category_id))
                HAVING sum(k) >= %(enough)s AND (GROUPING(category_id) = 1 OR category_id IS NOT NULL)),
            spread AS (
                SELECT *, CASE WHEN n > k THEN GREATEST(within / (n - k), %(least)s) ELSE %(spread)s END AS s2 FROM sums),
            moment AS (
                SELECT *, GREATEST(((squares - total * total / n) / (k - 1) - s2) / ((n - weight / n) / (k - 1)),
                                   %(least)s * s2) AS tau2 FROM spread)
            SELECT m.company_id, m.category_id, m.is_open_days, m.k::int AS buyer_count,
                   sum(r.total / r.x / (m.tau2 + m.s2 / r.x)) / sum(r.k / (m.tau2 + m.s2 / r.x)) AS mu, m.s2
              FROM moment m JOIN repeat r ON r.company_id = m.company_id AND r.is_open_days = m.is_open_days
               AND (m.of_company = 1 OR r.category_id = m.category_id)
             GROUP BY m.company_id, m.category_id, m.is_open_days, m.k, m.s2
        """, rows=rows, enough=rhythm.ENOUGH, least=rhythm.LEAST_SPREAD, spread=rhythm.SPREAD)

    @api.model
    def _write_sql(self, source):
        """Statement that keeps the populations of ``source``, a FROM item."""
        return SQL("""
            INSERT INTO conveyor_rhythm_population AS own (company_id, category_id, is_open_days, buyer_count, mu, s2)
            SELECT company_id, category_id, is_open_days, buyer_count, mu, s2 FROM %s AS fresh
            ON CONFLICT (company_id, COALESCE(category_id, 0), is_open_days) DO UPDATE
               SET buyer_count = excluded.buyer_count, mu = excluded.mu, s2 = excluded.s2
        """, source)

    @api.model
    def _refresh(self, today):
        """Count the populations anew from the stored rhythms. Where one has moved, its customers
        are judged anew in the next run.

        :return: number of populations that moved
        """
        rows = self.env.execute_query(SQL(
            """
            WITH fresh AS MATERIALIZED (%(moments)s),
            moved AS (
                SELECT f.* FROM fresh f LEFT JOIN conveyor_rhythm_population p
                    ON p.company_id = f.company_id AND p.is_open_days = f.is_open_days
                   AND p.category_id IS NOT DISTINCT FROM f.category_id
                 WHERE p.id IS NULL OR abs(p.mu - f.mu) > %(mean)s OR abs(p.s2 / f.s2 - 1) > %(spread)s),
            gone AS (
                DELETE FROM conveyor_rhythm_population p WHERE NOT EXISTS (
                    SELECT FROM fresh f WHERE p.company_id = f.company_id AND p.is_open_days = f.is_open_days
                       AND p.category_id IS NOT DISTINCT FROM f.category_id)
                RETURNING company_id, category_id, is_open_days),
            kept AS (%(write)s),
            other AS (SELECT company_id, category_id, is_open_days FROM moved UNION SELECT * FROM gone),
            due AS (
                UPDATE conveyor_rhythm r SET next_status_date = %(today)s FROM other o
                 WHERE r.company_id = o.company_id AND r.is_open_days = o.is_open_days
                   AND (o.category_id IS NULL OR o.category_id = r.category_id)
                   AND (r.next_status_date IS NULL OR r.next_status_date > %(today)s))
            SELECT company_id FROM other
            """,
            moments=self._moments_sql(SQL(
                "SELECT company_id, category_id, is_open_days, gap_count, log_sum, log_squares FROM conveyor_rhythm")),
            write=self._write_sql(SQL("moved")), mean=MOVED, spread=MOVED_SPREAD, today=today))
        self.invalidate_model(flush=False)
        return len(rows)
