from odoo import api, models
from odoo.tools import SQL

from .conveyor_spend import BILL
from .conveyor_spend_rule import DAY, MONTH

BILLS = ("in_invoice", "in_refund", "in_receipt")
SAID = ("source_id", "medium_id", "campaign_id", "company_id", "currency_id", "amount", "amount_company", "name")


class ConveyorSpend(models.Model):
    """Spend from vendor bills: one statement holds it equal to what the posted bills and the rules say."""

    _inherit = "conveyor.spend"

    @api.model
    def _sync_bills(self, move_ids=None):
        """Make the spend of these bills, or of all, what bills and rules say now; running it again changes nothing.

        :return: number of rows that were made, changed or taken away
        """
        self = self.sudo()  # whoever posts a bill; what is read is only what a sales manager's rule asks for
        self.env.flush_all()
        of_moves = SQL("TRUE") if move_ids is None else SQL("m.id = ANY(%s)", list(move_ids))
        [(changed,)] = self.env.execute_query(SQL(
            """
            WITH %(wanted)s,
            gone AS (
                DELETE FROM conveyor_spend s USING account_move_line i JOIN account_move m ON m.id = i.move_id
                 WHERE i.id = s.move_line_id AND %(of_moves)s
                   AND NOT EXISTS (SELECT FROM wanted w WHERE w.move_line_id = s.move_line_id AND w.rule_id = s.rule_id) RETURNING s.id),
            made AS (
                INSERT INTO conveyor_spend AS s (move_line_id, rule_id, date_from, date_to, %(said)s, origin, create_date, write_date, create_uid, write_uid)
                SELECT move_line_id, rule_id, date_from, date_to, %(said)s, %(bill)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', %(uid)s, %(uid)s FROM wanted
                    ON CONFLICT (move_line_id, rule_id) DO UPDATE SET (%(said)s) = ROW(%(excluded)s), write_date = EXCLUDED.write_date,
                       date_from = CASE WHEN s.is_period_own THEN s.date_from ELSE EXCLUDED.date_from END,
                       date_to = CASE WHEN s.is_period_own THEN s.date_to ELSE EXCLUDED.date_to END
                 WHERE (%(own)s) IS DISTINCT FROM (%(excluded)s)
                    OR s.is_period_own IS NOT TRUE AND (s.date_from, s.date_to) <> (EXCLUDED.date_from, EXCLUDED.date_to) RETURNING s.id)
            SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM made)
            """,
            wanted=self._wanted_sql(of_moves), of_moves=of_moves, bill=BILL, uid=self.env.uid, said=self._names(SAID),
            excluded=self._names(SAID, "excluded"), own=self._names(SAID, "s")))
        self.invalidate_model()
        return changed

    @api.model
    def _names(self, names, alias=None):
        return SQL(", ").join(SQL.identifier(alias, name) if alias else SQL.identifier(name) for name in names)

    @api.model
    def _wanted_sql(self, of_moves):
        """CTEs up to ``wanted``: a row for each line of a posted bill and rule that takes part of it.

        A line may be shared out among analytic accounts; of each of these shares the first rule
        takes it, and a product's rule what is left. Credit notes are negative as they are booked.
        """
        return SQL(
            """
            line AS MATERIALIZED (
                SELECT i.id, m.company_id, i.currency_id, i.amount_currency, i.balance, i.product_id, i.analytic_distribution,
                       COALESCE(m.invoice_date, m.date) AS day, concat_ws(' · ', m.name, i.name) AS name
                  FROM account_move m JOIN account_move_line i ON i.move_id = m.id AND i.display_type = 'product'
                 WHERE m.state = 'posted' AND m.move_type IN %(bills)s AND %(of_moves)s
                   AND m.company_id IN (SELECT company_id FROM conveyor_spend_rule WHERE active)),
            by_account AS (
                SELECT l.id, r.id AS rule_id, sum(d.percent::numeric) / 100 AS share
                  FROM line l CROSS JOIN LATERAL jsonb_each_text(
                       CASE jsonb_typeof(l.analytic_distribution) WHEN 'object' THEN l.analytic_distribution END) AS d (accounts, percent)
                  CROSS JOIN LATERAL (
                       SELECT r.id FROM conveyor_spend_rule r
                        WHERE r.active AND r.company_id = l.company_id
                          AND r.analytic_account_id::text = ANY(string_to_array(d.accounts, ','))
                        ORDER BY r.sequence, r.id LIMIT 1) r
                 GROUP BY l.id, r.id),
            by_product AS (
                SELECT l.id, r.id AS rule_id, 1 - COALESCE((SELECT sum(a.share) FROM by_account a WHERE a.id = l.id), 0) AS share
                  FROM line l JOIN conveyor_spend_rule r ON r.active AND r.company_id = l.company_id AND r.product_id = l.product_id),
            wanted AS (
                SELECT l.id AS move_line_id, r.id AS rule_id, r.source_id, r.medium_id, r.campaign_id, l.company_id, l.currency_id,
                       round(l.amount_currency * p.share, u.decimal_places) AS amount, round(l.balance * p.share, h.decimal_places) AS amount_company,
                       l.name, CASE r.period WHEN %(day)s THEN l.day WHEN %(month)s THEN date_trunc('month', l.day)::date
                                    ELSE (date_trunc('month', l.day) - interval '1 month')::date END AS date_from,
                       CASE r.period WHEN %(day)s THEN l.day WHEN %(month)s THEN (date_trunc('month', l.day) + interval '1 month - 1 day')::date
                            ELSE (date_trunc('month', l.day) - interval '1 day')::date END AS date_to
                  FROM (SELECT * FROM by_account UNION ALL SELECT * FROM by_product) p
                  JOIN line l ON l.id = p.id JOIN conveyor_spend_rule r ON r.id = p.rule_id
                  JOIN res_currency u ON u.id = l.currency_id
                  JOIN res_company c ON c.id = l.company_id JOIN res_currency h ON h.id = c.currency_id
                 WHERE p.share > 0 AND round(l.balance * p.share, 6) <> 0)
            """, bills=BILLS, of_moves=of_moves, day=DAY, month=MONTH)

    # ------------------------------------------------------------ kept in step
    @api.model
    def _cron_sync(self):
        """Nightly: what was changed on posted bills, and rates of exchange that came late."""
        self._sync_bills()
        foreign = self.search([("move_line_id", "=", False)]).filtered(lambda spend: spend.currency_id != spend.company_currency_id)
        foreign._compute_amount_company()

    @api.model
    def action_sync_bills(self):
        """The button: read the vendor bills now."""
        self.check_access("write")
        changed = self._sync_bills()
        message = self.env._("Vendor bills have been read: %(count)s lines are new, changed or gone.", count=changed) if changed else (
            self.env._("Vendor bills have been read: nothing has changed.") if self.env["conveyor.spend.rule"].search_count([], limit=1) else
            self.env._("No rule says yet which lines of vendor bills are marketing spend. Make one under Configuration: an analytic account or a product."))
        return {"type": "ir.actions.client", "tag": "display_notification", "params": {
            "message": message, "type": "success" if changed else "info", "next": {"type": "ir.actions.client", "tag": "soft_reload"}}}
