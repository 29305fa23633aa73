from odoo import fields, models
from odoo.tools import SQL, formatLang

from ..engine import split, statistics
from .conveyor_reactivation import SILENT


class ConveyorReactivationRule(models.Model):
    """What came of the rule, against the customers who were left alone on purpose."""

    _inherit = "conveyor.reactivation.rule"

    woken_count = fields.Integer("Woken", compute="_compute_result")
    woken_amount = fields.Float("Bought for", compute="_compute_result")
    result = fields.Text("What Came of It", compute="_compute_result")

    def _compute_result(self):
        counts = self._result_counts()
        none = dict.fromkeys(("clients", "woken", "amount", "woken_ever", "amount_ever"), 0)
        for rule in self:
            acted, held = (counts.get((rule._origin.id, is_held), none) for is_held in (False, True))
            rule.woken_count, rule.woken_amount = acted["woken_ever"], acted["amount_ever"]
            rule.result = rule._result_words(acted, held) if rule.to_status in SILENT and acted["clients"] else False

    def _result_counts(self):
        """``{(rule id, held out): {"clients", "woken", "amount", "woken_ever", "amount_ever"}}``

        A customer counts once, with the first time. The first three are of those whose window is over, whether they bought or
        not: who buys early must not count before those who have not bought yet.
        """
        self.env["conveyor.reactivation"].flush_model()
        self.env["conveyor.reactivation.rule"].flush_model(["window_days"])
        rows = self.env.execute_query_dict(SQL(
            """
            WITH first AS (
                SELECT DISTINCT ON (r.rule_id, r.partner_id) r.rule_id, r.is_held_out, r.woken_date, r.woken_amount, r.done_date,
                       u.window_days
                  FROM conveyor_reactivation r JOIN conveyor_reactivation_rule u ON u.id = r.rule_id
                 WHERE r.rule_id = ANY(%(rules)s) AND r.state = 'done' AND r.to_status IN %(silent)s AND r.partner_id IS NOT NULL
                 ORDER BY r.rule_id, r.partner_id, r.done_date, r.id)
            SELECT rule_id, COALESCE(is_held_out, FALSE) AS held, count(*) FILTER (WHERE %(over)s) AS clients,
                   count(woken_date) FILTER (WHERE %(over)s) AS woken,
                   COALESCE(sum(woken_amount) FILTER (WHERE %(over)s), 0) AS amount,
                   count(woken_date) AS woken_ever, COALESCE(sum(woken_amount), 0) AS amount_ever
              FROM first GROUP BY 1, 2
            """, rules=self.ids, silent=SILENT, over=SQL("done_date::date + window_days < %s", fields.Date.today())))
        return {(row.pop("rule_id"), row.pop("held")): row for row in rows}

    def _result_words(self, acted, held):
        text = self.env._(
            "%(woken)s of %(clients)s customers have bought within %(days)s days, for %(amount)s.", woken=acted["woken"],
            clients=acted["clients"], days=self.window_days,
            amount=formatLang(self.env, acted["amount"], currency_obj=(self.company_id or self.env.company).currency_id))
        if not held["clients"]:
            return text + " " + self.env._(
                "Nobody was held out, so nobody knows how many would have come by themselves. The share is a setting of the company.")
        if min(acted["clients"], held["clients"]) < split.ENOUGH:
            return text + " " + self.env._(
                "%(held)s were held out. Below %(enough)s on each side the difference says nothing yet.",
                held=held["clients"], enough=split.ENOUGH)
        gap, low, high = statistics.difference(acted["woken"], acted["clients"], held["woken"], held["clients"])
        return text + " " + self.env._(
            "Of %(held)s held out, %(came)s came by themselves. The rule makes a difference of %(gap)s of a hundred, "
            "between %(low)s and %(high)s.", held=held["clients"], came=held["woken"],
            gap=round(gap * 100), low=round(low * 100), high=round(high * 100))
