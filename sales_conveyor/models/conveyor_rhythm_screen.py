from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..engine.rhythm import LATE, LOST, NEW, SLEEPING, STEADY

ORDER = (LATE, SLEEPING, LOST, NEW, STEADY)
PURCHASES = {  # setting of the company: (model, conditions)
    "order": ("sale.order", [("state", "=", "sale")]),
    "invoice": ("account.move", [("move_type", "in", ("out_invoice", "out_refund")), ("state", "=", "posted")]),
}


class ConveyorRhythm(models.Model):
    """What can be done from the list, the cards and the form of customers by rhythm."""

    _inherit = "conveyor.rhythm"

    status = fields.Selection(group_expand="_expand_status")
    purchase_chart = fields.Json("Purchases over Time", compute="_compute_purchase_chart")
    hint = fields.Char("In Few Words", compute="_compute_hint")
    is_large = fields.Boolean(
        "Large Amounts", compute="_compute_is_large", search="_search_is_large",
        help="One of the tenth of the company's customers who have bought for most.")
    lead_ids = fields.Many2many("crm.lead", string="Leads", compute="_compute_lead_ids", search="_search_lead_ids",
                                help="Of the customer and of his people.")

    def _compute_hint(self):
        for row in self:
            row.hint = row._hint()

    def _compute_purchase_chart(self):
        """Few records at once: only forms show it."""
        for row in self:
            row.purchase_chart = row._card_chart()

    @api.model
    def _expand_status(self, _statuses, _domain):
        """All of them, those first about whom something must be done."""
        return list(ORDER)

    # ------------------------------------------------------------ to search by
    def _compute_is_large(self):
        large = self.search([("id", "in", self.ids), ("is_large", "=", True)])
        for row in self:
            row.is_large = row in large

    @api.model
    def _search_is_large(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", SQL("""(
            SELECT r.id FROM conveyor_rhythm r JOIN (
                SELECT company_id, percentile_cont(0.9) WITHIN GROUP (ORDER BY revenue_total) AS amount
                  FROM conveyor_rhythm GROUP BY company_id) most ON most.company_id = r.company_id
             WHERE r.revenue_total >= most.amount)"""))

    def _compute_lead_ids(self):
        leads = self.env["crm.lead"].with_context(active_test=False).search([("partner_id", "child_of", self.partner_id.ids)])
        found = leads.grouped(lambda lead: lead.partner_id.commercial_partner_id)
        for row in self:
            row.lead_ids = found.get(row.partner_id, False)

    @api.model
    def _search_lead_ids(self, operator, value):
        if operator != "any":
            return NotImplemented
        leads = value if isinstance(value, Query) else self.env["crm.lead"].with_context(active_test=False)._search(value)
        return Domain("partner_id", "in", SQL(
            "(SELECT p.commercial_partner_id FROM crm_lead l JOIN res_partner p ON p.id = l.partner_id WHERE l.id IN %s)", leads.subselect()))

    # ------------------------------------------------------------ following a row
    def action_open_partner(self):
        """The contact, with everything about him."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "res.partner", "res_id": self.partner_id.id,
                "views": [(False, "form")], "name": self.partner_id.display_name}

    def action_open_purchases(self):
        """The documents that are counted as his purchases."""
        self.ensure_one()
        model, conditions = PURCHASES[self.company_id.sudo().conveyor_purchase_source]
        domain = Domain(conditions) & Domain("partner_id", "child_of", self.partner_id.ids) & Domain("company_id", "=", self.company_id.id)
        return {
            "type": "ir.actions.act_window", "res_model": model, "domain": list(domain), "context": {"create": False},
            "views": [(False, "list"), (False, "kanban"), (False, "form"), (False, "pivot"), (False, "graph")],
            "name": self.env._("Purchases of %(customer)s", customer=self.partner_id.display_name)}

    def action_open_changes(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_rhythm_change_action")
        return {**action, "domain": [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)],
                "context": {}, "display_name": self.partner_id.display_name}

    # ------------------------------------------------------------ doing something about it
    def action_log_touch(self):
        self.ensure_one()
        return self.partner_id.action_open_touch_log()

    def action_plan_touches(self):
        """Plan what is proposed for those of the selected customers who have no next touch."""
        customers = self.partner_id
        lines = customers._next_lines()
        bare = customers.filtered(lambda partner: partner.id not in lines or not lines[partner.id].next_touch_date)
        bare.action_plan_proposed()
        message = self.env._("%(count)s touches are planned.", count=len(bare))
        if len(bare) < len(customers):
            message = self.env._("%(count)s touches are planned; the other customers have a next touch already.", count=len(bare))
        return {"type": "ir.actions.client", "tag": "display_notification", "params": {
            "type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}}}

    def action_enrol(self):
        """The dialog that enrols the selected customers in a cadence."""
        return self.partner_id.action_conveyor_enrol()
