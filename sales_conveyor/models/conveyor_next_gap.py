from odoo import api, fields, models
from odoo.tools import SQL

from .conveyor_work_item import CHANNELS

COUNTED = 100  # the menu's counter says "99+" from here on
PLANNED = 500  # proposals planned with one click


class ConveyorNextGap(models.Model):
    """Open leads, lost leads that are kept, and customers without a next touch:
    a list that must be empty. One client stands in it once: his open lead, else
    the customer, else his last lost lead. A reply that his salesperson has to
    answer is a next touch.
    """

    _name = "conveyor.next.gap"
    _description = "Without a Next Touch"
    _inherit = "conveyor.access.mixin"
    _partner_owns = True
    _auto = False
    _order = "kind_order, value desc, id desc"
    _rec_name = "name"
    _depends = {
        "crm.lead": ["name", "contact_name", "partner_name", "active", "won_status", "partner_id", "user_id", "team_id", "company_id", "stage_id",
                     "expected_revenue", "lost_reason_id"],
        "crm.lost.reason": ["conveyor_kind"],
        "res.partner": ["name", "complete_name", "active", "commercial_partner_id", "user_id", "company_id"],
        "sale.order": ["partner_id", "state"],
        "conveyor.rhythm": ["partner_id"],
        "conveyor.touch.line": ["lead_id", "partner_id", "next_touch_date", "answer_due_date", "last_touch_date", "touch_count"],
    }

    kind = fields.Selection([("open", "Open lead"), ("lost", "Lost, kept"), ("customer", "Customer")], "Who", readonly=True)
    kind_order = fields.Integer(readonly=True)
    name = fields.Char("Client", readonly=True)
    lead_id = fields.Many2one("crm.lead", "Lead", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    company_id = fields.Many2one("res.company", "Company", readonly=True)
    stage_id = fields.Many2one("crm.stage", "Section", readonly=True)
    value = fields.Float("Expected Revenue", readonly=True)
    last_touch_date = fields.Datetime("Last Touch", readonly=True)
    touch_count = fields.Integer("Touches", readonly=True)
    proposed_date = fields.Datetime("Proposed", compute="_compute_proposed")
    proposed_channel = fields.Selection(CHANNELS, "Channel", compute="_compute_proposed")
    proposed_reason_id = fields.Many2one("conveyor.reason", "Reason", compute="_compute_proposed")
    proposed_why = fields.Char("Why So", compute="_compute_proposed")

    @property
    def _table_query(self):
        return SQL("%s UNION ALL %s", self._select_leads(), self._select_customers())

    @api.model
    def _select_leads(self):
        return SQL("""
            SELECT l.id * 2 AS id, CASE WHEN l.won_status = 'lost' THEN 'lost' ELSE 'open' END AS kind,
                   CASE WHEN l.won_status = 'lost' THEN 2 ELSE 0 END AS kind_order,
                   COALESCE(c.complete_name, l.contact_name, l.partner_name, l.name) AS name, l.id AS lead_id, l.partner_id,
                   l.user_id, l.team_id, l.company_id, l.stage_id, l.expected_revenue AS value, t.last_touch_date,
                   COALESCE(t.touch_count, 0) AS touch_count
              FROM crm_lead l LEFT JOIN conveyor_touch_line t ON t.lead_id = l.id LEFT JOIN res_partner c ON c.id = l.partner_id
             WHERE t.next_touch_date IS NULL AND (t.answer_due_date IS NULL OR l.user_id IS NULL)
               AND (l.active AND l.won_status = 'pending' OR l.won_status = 'lost' AND NOT EXISTS (
                        SELECT FROM crm_lost_reason r WHERE r.id = l.lost_reason_id AND r.conveyor_kind <> 'nurture')
                    AND NOT EXISTS (SELECT FROM crm_lead o WHERE o.partner_id = l.partner_id AND (
                        o.active AND o.won_status = 'pending' OR o.won_status = 'won' OR o.won_status = 'lost' AND o.id > l.id))
                    AND NOT EXISTS (SELECT FROM sale_order b WHERE b.partner_id = l.partner_id AND b.state = 'sale')
                    AND NOT EXISTS (SELECT FROM conveyor_rhythm y WHERE y.partner_id = c.commercial_partner_id))""")

    @api.model
    def _select_customers(self):
        """Whoever has bought, in whichever way, and has no open lead that stands for him."""
        return SQL("""
            SELECT p.id * 2 + 1, 'customer', 1, p.name, NULL, p.id, p.user_id, NULL, p.company_id, NULL, NULL,
                   t.last_touch_date, COALESCE(t.touch_count, 0)
              FROM res_partner p LEFT JOIN conveyor_touch_line t ON t.partner_id = p.id
             WHERE t.next_touch_date IS NULL AND (t.answer_due_date IS NULL OR p.user_id IS NULL) AND p.active AND p.commercial_partner_id = p.id
               AND (EXISTS (SELECT FROM conveyor_rhythm y WHERE y.partner_id = p.id)
                    OR EXISTS (SELECT FROM res_partner m JOIN sale_order o ON o.partner_id = m.id AND o.state = 'sale'
                                WHERE m.commercial_partner_id = p.id))
               AND NOT EXISTS (SELECT FROM res_partner m JOIN crm_lead o ON o.partner_id = m.id
                                WHERE m.commercial_partner_id = p.id AND o.active AND o.won_status = 'pending')""")

    def _search(self, *args, **kwargs):
        self.env["conveyor.rhythm"]._settle()
        self.env["conveyor.touch.line"]._settle()
        return super()._search(*args, **kwargs)

    def _compute_proposed(self):
        plans = {}
        for records in (self.lead_id, self._customers()):
            plans.update({(records._name, key): plan for key, plan in records._propose_next().items()})
        for gap in self:
            plan = plans.get(("crm.lead", gap.lead_id.id) if gap.lead_id else ("res.partner", gap.partner_id.id))
            gap.proposed_date, gap.proposed_channel, gap.proposed_reason_id, gap.proposed_why = plan[:4] if plan else (False,) * 4

    def _customers(self):
        return self.filtered(lambda gap: not gap.lead_id).partner_id

    # ------------------------------------------------------------ counting
    @api.model
    def get_count(self):
        """How many of one's own clients have no next touch, for the menu; it stops counting at 100."""
        return self.search_count([("user_id", "=", self.env.uid)], limit=COUNTED)

    # ------------------------------------------------------------ planning
    def action_plan(self):
        """Plan what is proposed for these clients, not more a day than a person can do."""
        leads, customers = self.lead_id, self._customers()
        for records in (leads, customers):
            records.check_access("write" if records._name == "crm.lead" else "read")
        self.env["conveyor.next"]._plan_spread(leads, customers)
        return {"type": "ir.actions.client", "tag": "display_notification", "params": {
            "type": "success", "className": "o_conveyor_notice",
            "message": self.env._("Planned: %(count)s", count=len(leads) + len(customers)),
            "next": {"type": "ir.actions.client", "tag": "soft_reload"}}}

    def action_plan_all(self):
        """The chosen ones, or all of one's own."""
        return (self or self.search([("user_id", "=", self.env.uid)], limit=PLANNED)).action_plan()

    def action_open(self):
        """The lead or the customer."""
        self.ensure_one()
        record = self.lead_id or self.partner_id
        return {"type": "ir.actions.act_window", "res_model": record._name, "res_id": record.id,
                "views": [(False, "form")], "name": record.display_name}
