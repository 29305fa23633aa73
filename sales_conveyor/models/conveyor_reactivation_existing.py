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
        """Rhythms of the customers who are in that status now, most money first."""
        self.ensure_one()
        rhythms = self.env["conveyor.rhythm"].sudo()  # the rule acts on everybody's customers
        if self.to_status not in SILENT:
            return rhythms
        automation = self.sudo().automation_id  # as above
        found = rhythms.search(Domain("status", "=", automation.conveyor_to_status or self.to_status)
                               & Domain("company_id", "in", self._company_ids()))
        fitting = set(automation._conveyor_fitting(found.partner_id, now).ids)
        return found.filtered(lambda rhythm: (
            rhythm.partner_id.id in fitting and rhythm.money_at_risk >= automation.conveyor_min_amount
        )).sorted("money_at_risk", reverse=True)

    def _company_ids(self):
        return self.company_id.ids or self.env.companies.ids


class ConveyorReactivation(models.Model):
    _inherit = "conveyor.reactivation"

    @api.model
    def _ask_existing(self, rule, rhythms, now):
        """Customers whose rhythm broke before the rule was on, because somebody has asked for it."""
        rows = self.sudo()  # the log is nobody's to edit
        company = rule.company_id
        return rows.create([{
            "rule_id": rule.id, "automation_id": rule.sudo().automation_id.id, "kind": "rhythm", "model": "res.partner",
            "res_id": rhythm.partner_id.id, "partner_id": rhythm.partner_id.id, "company_id": (company or rhythm.company_id).id,
            "user_id": (rhythm.partner_id.user_id or rhythm.company_id.conveyor_am_user_id or rule.user_id).id,
            "date": now.date(), "to_status": rhythm.status, "amount": rhythm.money_at_risk, "next_date": now} for rhythm in rhythms])
