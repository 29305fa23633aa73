from odoo import api, models
from odoo.tools import SQL

from .conveyor_purchase import PAID

WITHOUT = "conveyor_without_pos"  # context: as if this addon were gone already


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.readonly
    def get_conveyor_pos_hint(self):
        """A few words on the rhythm of the customer at the till, without money; empty of who has not bought yet."""
        self.ensure_one()
        self.check_access("read")
        return self._conveyor_hint().get(self.id, "")

    def _sale_sources(self):
        """What was paid at the till, and not all given back, is a sale; what settles a sales order is that order's."""
        if self.env.context.get(WITHOUT):
            return super()._sale_sources()
        own = SQL("s.sale_order_origin_id IS NULL") if "sale_order_origin_id" in self.env["pos.order.line"]._fields else SQL("TRUE")
        return [*super()._sale_sources(), SQL("""
            SELECT p.commercial_partner_id, o.date_order, o.id, NULL::int
              FROM client c JOIN res_partner p ON p.commercial_partner_id = c.id
              JOIN pos_order o ON o.partner_id = p.id AND o.state IN %(paid)s
             WHERE EXISTS (SELECT FROM pos_order_line s WHERE s.order_id = o.id AND s.refunded_orderline_id IS NULL AND %(own)s
                              AND s.qty > COALESCE((SELECT sum(abs(b.qty)) FROM pos_order_line b JOIN pos_order g ON g.id = b.order_id
                                                     WHERE b.refunded_orderline_id = s.id AND g.state IN %(paid)s), 0))
        """, paid=PAID, own=own)]

    @api.model
    def _conveyor_till_buyers(self):
        """Whoever has ever paid at the till, commercial partners."""
        return [partner_id for partner_id, in self.env.execute_query(SQL("""
            SELECT DISTINCT p.commercial_partner_id FROM pos_order o JOIN res_partner p ON p.id = o.partner_id WHERE o.state IN %s
        """, PAID))]
