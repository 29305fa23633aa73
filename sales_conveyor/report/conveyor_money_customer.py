from odoo import fields, models
from odoo.tools import SQL


class ConveyorMoneyCustomer(models.Model):
    """First sales: one row a customer and company, with the source that he belongs to (``conveyor.money``)."""

    _name = "conveyor.money.customer"
    _inherit = "conveyor.money.buyer"
    _description = "First Sale"
    _auto = False
    _rec_name = "partner_id"
    _order = "first_date desc, id desc"

    came_date = fields.Date("Came", readonly=True, help="When the first lead came; without one, when he bought first.")
    first_date = fields.Date("First Sale", readonly=True)
    revenue = fields.Monetary("Revenue until Now", readonly=True)

    @property
    def _table_query(self):
        has_leads = self.env.context.get("conveyor_has_client_leads")  # the CTE stands in the statement already
        return SQL("SELECT c.* FROM (%s) c", self.env["conveyor.money"]._customers_sql(has_leads=has_leads))
