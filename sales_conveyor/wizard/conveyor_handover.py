from odoo import api, fields, models
from odoo.exceptions import UserError


class ConveyorHandover(models.TransientModel):
    """Clients of somebody who leaves move on, with their next touches: shared out evenly, the most money first."""

    _name = "conveyor.handover"
    _description = "Hand Over Clients"

    from_user_id = fields.Many2one("res.users", "Who Leaves", required=True, context={"active_test": False}, domain=[("share", "=", False)])
    to_user_ids = fields.Many2many("res.users", string="Who Takes Over", domain=[("share", "=", False), ("active", "=", True)],
                                   help="Several: clients are shared out evenly, the most money first.")
    with_customers = fields.Boolean("Customers as Well", default=True, help="Those whose account manager he is.")
    lead_count = fields.Integer("Open Leads", compute="_compute_counts")
    customer_count = fields.Integer("Customers", compute="_compute_counts")
    touch_count = fields.Integer("Planned Touches", compute="_compute_counts", help="They go with their clients, on the same day.")

    @api.depends("from_user_id")
    def _compute_counts(self):
        for wizard in self:
            leads, customers = wizard._leads(), wizard._customers()
            wizard.lead_count, wizard.customer_count = len(leads), len(customers)
            wizard.touch_count = len(wizard._activities(leads)) + len(wizard._activities(customers))

    def _leads(self):
        return self.env["crm.lead"].search([("user_id", "=", self.from_user_id.id), ("won_status", "=", "pending")],
                                           order="expected_revenue desc, id") if self.from_user_id else self.env["crm.lead"]

    def _customers(self):
        if not self.from_user_id:
            return self.env["res.partner"]
        rhythms = self.env["conveyor.rhythm"].search([("partner_id.user_id", "=", self.from_user_id.id)], order="revenue_year desc, id")
        return rhythms.partner_id

    def _activities(self, records):
        return self.env["mail.activity"].search([
            ("res_model", "=", records._name), ("res_id", "in", records.ids), ("user_id", "=", self.from_user_id.id)])

    def action_hand_over(self):
        """Give each client to one of those who take over, with all that is planned."""
        self.ensure_one()
        people = self.to_user_ids - self.from_user_id
        if not people:
            raise UserError(self.env._("Choose who takes over: somebody else than %(name)s.", name=self.from_user_id.name))
        leads, customers = self._leads(), self._customers() if self.with_customers else self.env["res.partner"]
        for records in (leads, customers):
            for place, person in enumerate(people):
                self._give(records[place::len(people)], person)
        return {"type": "ir.actions.client", "tag": "display_notification", "params": {
            "type": "success", "message": self.env._("Handed over: %(leads)s leads, %(customers)s customers.", leads=len(leads), customers=len(customers)),
            "next": {"type": "ir.actions.act_window_close"}}}

    def _give(self, records, person):
        if not records:
            return
        activities = self._activities(records)
        records.write({"user_id": person.id})
        activities.write({"user_id": person.id})
        self.env["conveyor.enrolment"]._hand_over(records, self.from_user_id, person)
