from odoo import fields, models
from odoo.tools import SQL


class ConveyorOfferProgram(models.Model):
    """The programs whose coupons rules may give: their names only, for sales managers,
    who may not be allowed to read programs."""

    _name = "conveyor.offer.program"
    _description = "Program of Coupons"
    _auto = False
    _order = "name, id"
    _depends = {"loyalty.program": ["name", "active", "program_type", "company_id"]}

    name = fields.Char(translate=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)

    @property
    def _table_query(self):
        return SQL("SELECT id, name, company_id FROM loyalty_program WHERE active AND program_type IN ('coupons', 'next_order_coupons')")
