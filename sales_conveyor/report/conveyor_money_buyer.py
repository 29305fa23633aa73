from odoo import api, fields, models


class ConveyorMoneyBuyer(models.AbstractModel):
    """What the lists behind money by source share: who bought, and to whom and what he belongs (``conveyor.money``)."""

    _name = "conveyor.money.buyer"
    _description = "Who Bought"

    client = fields.Integer(readonly=True, aggregator=None)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    lead_id = fields.Many2one("crm.lead", "First Lead", readonly=True)
    company_id = fields.Many2one("res.company", "Company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    source_id = fields.Many2one("utm.source", "Source", readonly=True, help="Of the first lead; Referral of whoever was brought by somebody.")
    medium_id = fields.Many2one("utm.medium", "Medium", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", "Campaign", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, active_test=True, bypass_access=False):
        """:param context: ``conveyor_is_fresh``: facts were brought up to date already"""
        if not self.env.context.get("conveyor_is_fresh"):
            self.env["conveyor.funnel.fact"]._refresh()
        self.env["conveyor.rhythm"]._settle()
        self.env.flush_all()
        return super()._search(domain, offset, limit, order, active_test=active_test, bypass_access=bypass_access)

    def action_open(self):
        """The customer, or the lead of who is no contact yet."""
        self.ensure_one()
        record = self.partner_id or self.lead_id
        if not record:  # won without a contact
            record = self.env["crm.lead"].browse(-self.client)
        return {"type": "ir.actions.act_window", "res_model": record._name, "res_id": record.id, "views": [(False, "form")]}
