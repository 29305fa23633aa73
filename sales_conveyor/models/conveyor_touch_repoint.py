from odoo import api, models
from odoo.tools import SQL


class ConveyorTouch(models.Model):
    """Touches follow their clients."""

    _inherit = "conveyor.touch"

    @api.model
    def _repoint(self, lead_ids, partner_ids):
        """Give touches the client that their lead, or else their customer, has now."""
        moves = []
        if lead_ids:
            moves.append(self._rekey(SQL(
                "SELECT l.id AS lead_id, l.partner_id, %s AS key FROM crm_lead l"
                " LEFT JOIN res_partner p ON p.id = l.partner_id WHERE l.id = ANY(%s)",
                self.env["conveyor.client"]._key_sql(), list(lead_ids)), SQL("t.lead_id = k.lead_id")))
        if partner_ids:
            moves.append(self._rekey(SQL(
                "SELECT p.id AS partner_id, 'p' || p.commercial_partner_id AS key"
                " FROM res_partner p WHERE p.id = ANY(%s)", list(partner_ids)),
                SQL("t.lead_id IS NULL AND t.partner_id = k.partner_id")))
        changed = {key for rows in moves for row in rows for key in row}
        if changed:
            self.invalidate_model(["client_key", "partner_id"], flush=False)
            self.env["conveyor.touch.line"]._mark(
                partner_ids=self.env["conveyor.client"]._partners_of_keys(changed))

    @api.model
    def _rekey(self, keys, match):
        """:return: (old key, new key) of the touches that changed"""
        return self.env.execute_query(SQL("""
            WITH k AS (%(keys)s), moved AS (
                SELECT t.id, t.client_key AS was, k.key, k.partner_id FROM conveyor_touch t JOIN k ON %(match)s
                 WHERE (t.client_key, t.partner_id) IS DISTINCT FROM (k.key, k.partner_id))
            UPDATE conveyor_touch t SET client_key = m.key, partner_id = m.partner_id
              FROM moved m WHERE m.id = t.id RETURNING m.was, m.key
        """, keys=keys, match=match))
