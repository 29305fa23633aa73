from odoo import api, fields, models
from odoo.tools import SQL

TRIAL_STATES = [("trial", "Bought a trial"), ("full", "Bought a trial, then in full")]


class CrmLead(models.Model):
    """From a trial (entry products only) to the full sale."""

    _inherit = "crm.lead"

    trial_state = fields.Selection(
        TRIAL_STATES, "Trial", compute="_compute_trial_state", search="_search_trial_state",
        help="A trial: a confirmed order of this opportunity with entry products only. In full: the customer "
             "confirmed an order with other products after it.")

    @api.depends("order_ids.state")
    def _compute_trial_state(self):
        states = {}
        if self.ids and self.env["product.template"]._has_entry_products():
            self.env.flush_all()
            states = dict(self.env.execute_query(SQL(
                "SELECT lead_id, state FROM (%s) trial WHERE lead_id = ANY(%s)", self._trial_sql(), self.ids)))
        for lead in self:
            lead.trial_state = states.get(lead._origin.id, False)

    def _search_trial_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env.flush_all()
        found = SQL("(SELECT lead_id FROM (%s) trial WHERE state = ANY(%s))",
                    self._trial_sql(), [state for state in value if state])
        domain = [("id", "in", found)]
        if False in value:
            none = SQL("(SELECT lead_id FROM (%s) trial)", self._trial_sql())
            return ["|", ("id", "not in", none), *domain]
        return domain

    @api.model
    def _trial_sql(self):
        """Rows (lead_id, state) of the leads with a trial."""
        return SQL("""
            WITH bought AS (
                SELECT o.id, o.opportunity_id, o.date_order, p.commercial_partner_id AS client,
                       bool_and(t.is_entry_product IS TRUE) AS is_trial
                  FROM sale_order o
                  JOIN res_partner p ON p.id = o.partner_id
                  JOIN sale_order_line s ON s.order_id = o.id AND s.display_type IS NULL
                  JOIN product_product v ON v.id = s.product_id
                  JOIN product_template t ON t.id = v.product_tmpl_id
                 WHERE o.state = 'sale' GROUP BY o.id, p.commercial_partner_id),
            trial AS (
                SELECT DISTINCT ON (opportunity_id) opportunity_id AS lead_id, client, date_order, id FROM bought
                 WHERE is_trial AND opportunity_id IS NOT NULL ORDER BY opportunity_id, date_order, id)
            SELECT t.lead_id, CASE WHEN EXISTS (
                       SELECT FROM bought b WHERE b.client = t.client AND NOT b.is_trial
                          AND (b.date_order, b.id) > (t.date_order, t.id)) THEN 'full' ELSE 'trial' END AS state
              FROM trial t
        """)
