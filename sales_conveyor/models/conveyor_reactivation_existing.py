from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .conveyor_reactivation import SILENT


class ConveyorReactivationRule(models.Model):
    """Whom the rule would have acted on, and whom it finds when it is switched on."""

    _inherit = "conveyor.reactivation.rule"

    def _changes_since(self, day, now):
        """``[(commercial partner id, date, amount)]`` that the rule would have answered, the last ones
        first; as the automation rule behind it stands now."""
        self.ensure_one()
        rule = self.sudo()  # the automation rule is not a manager's to read; what it says is
        automation = rule.automation_id
        for name in ("conveyor.rhythm.change", "base.automation"):
            self.env[name].flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT c.partner_id, c.date, COALESCE(c.amount, 0) FROM conveyor_rhythm_change c JOIN base_automation a ON a.id = %s
                WHERE c.date >= %s AND (a.conveyor_company_id IS NULL OR a.conveyor_company_id = c.company_id)
                  AND c.company_id = ANY(%s)
                  AND (a.conveyor_from_status IS NULL OR a.conveyor_from_status = c.from_status)
                  AND (a.conveyor_to_status IS NULL OR a.conveyor_to_status = CASE WHEN c.is_back THEN 'back' ELSE c.to_status END)
                  AND COALESCE(c.amount, 0) >= COALESCE(a.conveyor_min_amount, 0)
                ORDER BY c.date DESC, c.id DESC""", automation.id, day, self._company_ids()))
        fitting = set(automation._conveyor_fitting(self.env["res.partner"].sudo().browse({row[0] for row in rows}), now).ids)
        return [row for row in rows if row[0] in fitting]

    def _standing(self, now):
        """Domain of the rhythms that are in that status now, of customers whom the rule is for."""
        self.ensure_one()
        automation = self.sudo().automation_id  # as above
        if self.to_status not in SILENT:
            return Domain.FALSE
        return (
            Domain("status", "=", automation.conveyor_to_status or self.to_status)
            & Domain("company_id", "in", (automation.conveyor_company_id or self.env["res.company"].browse(self._company_ids())).ids)
            & Domain("money_at_risk", ">=", automation.conveyor_min_amount)
            & Domain("partner_id", "any", Domain("active", "=", True) & automation._conveyor_domain(now)))

    def _count_standing(self, now):
        """(how many customers, money at risk)"""
        rhythms = self.env["conveyor.rhythm"].sudo()  # the rule acts on everybody's customers
        [(count, amount)] = rhythms._read_group(self._standing(now), [], ["__count", "money_at_risk:sum"])
        return count, amount or 0

    def _company_ids(self):
        return self.company_id.ids or self.env.companies.ids


class ConveyorReactivation(models.Model):
    _inherit = "conveyor.reactivation"

    @api.model
    def _ask_existing(self, rule, limit, now):
        """Customers whose rhythm broke before the rule was on, because somebody has asked for it.

        :param limit: so many of those with most money at risk, None for all
        """
        rows = self.sudo()  # the log is nobody's to edit, and the rule acts on everybody's customers
        rhythms = rows.env["conveyor.rhythm"].search(rule._standing(now), order="money_at_risk desc, id", limit=limit)
        return rows.create([{
            "rule_id": rule.id, "automation_id": rule.sudo().automation_id.id, "kind": "rhythm", "model": "res.partner",
            "res_id": rhythm.partner_id.id, "partner_id": rhythm.partner_id.id, "company_id": rhythm.company_id.id,
            "user_id": (rhythm.partner_id.user_id or rhythm.company_id.conveyor_am_user_id or rule.user_id).id,
            "date": now.date(), "to_status": rhythm.status, "amount": rhythm.money_at_risk, "next_date": now} for rhythm in rhythms])
