from odoo import api, fields, models
from odoo.tools import SQL


class ConveyorFollowupMark(models.Model):
    """Customers whose purchases, answers or wishes have changed.

    Whoever confirms an order does not wait for its follow-ups: the customer is
    noted here, and the cron plans within minutes.
    """

    _name = "conveyor.followup.mark"
    _description = "Customer whose Follow-ups are to be Planned"
    _log_access = False

    partner_id = fields.Integer(required=True)

    @api.model
    def _note(self, partner_ids):
        """One statement, and none where nobody has switched a rule on or noted an interest."""
        if not partner_ids:
            return
        for name in ("conveyor.followup.rule", "conveyor.interest"):
            self.env[name].flush_model()
        self.env.cr.execute(self._note_sql(partner_ids))

    @api.model
    def _note_sql(self, partner_ids):
        return SQL(
            """INSERT INTO conveyor_followup_mark (partner_id) SELECT DISTINCT p.id FROM unnest(%s) AS p(id)
                WHERE EXISTS (SELECT FROM conveyor_followup_rule WHERE is_on AND active)
                   OR EXISTS (SELECT FROM conveyor_interest WHERE state = 'open')""", list(partner_ids))

    @api.model
    def _take(self, limit):
        """Commercial partners of some notes, which are gone then; what others work on is left to them."""
        return [partner_id for partner_id, in self.env.execute_query(SQL(
            """WITH taken AS (
                   DELETE FROM conveyor_followup_mark WHERE id IN (
                       SELECT id FROM conveyor_followup_mark ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING partner_id)
               SELECT DISTINCT p.commercial_partner_id FROM taken t JOIN res_partner p ON p.id = t.partner_id""", limit))]


class ConveyorRhythm(models.Model):
    _inherit = "conveyor.rhythm"

    @api.model
    def _asides(self, partner_ids):
        """Whatever changes a customer's purchases may change what follows them."""
        return {**super()._asides(partner_ids), "noted": self.env["conveyor.followup.mark"]._note_sql(partner_ids)}
