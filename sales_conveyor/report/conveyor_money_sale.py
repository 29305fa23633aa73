from odoo import fields, models


class ConveyorMoneySale(models.Model):
    """Sales as money by source counts them: one row a customer, company and day on which he bought; of a client
    without any document, one a won lead and day."""

    _name = "conveyor.money.sale"
    _inherit = "conveyor.money.buyer"
    _description = "Sale"
    _auto = False
    _rec_name = "partner_id"
    _order = "date desc, id desc"

    date = fields.Date("Bought on", readonly=True)
    kind = fields.Selection([("first", "First sale"), ("repeat", "Repeat sale")], "First or Repeat", readonly=True)
    amount = fields.Monetary("Revenue", readonly=True, help="Untaxed, net of credit notes.")
    margin = fields.Monetary(readonly=True, help="Empty where it is not known of everything that was bought.")

    @property
    def _table_query(self):
        return self.env["conveyor.money"]._sales_sql()
