from odoo import api, fields, models
from odoo.tools import SQL

from .conveyor_rhythm import STATUSES


class ConveyorRhythmChange(models.Model):
    """A customer's rhythm changed: facts with their dates, written once, never edited."""

    _name = "conveyor.rhythm.change"
    _description = "Change of Purchase Rhythm"
    _inherit = "conveyor.rhythm.access"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one("res.company", "Company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, index=True, readonly=True)
    from_status = fields.Selection(STATUSES, "From", readonly=True)
    to_status = fields.Selection(STATUSES, "To", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="Money at risk; of a customer who is back, what he bought.")
    is_back = fields.Boolean("Back Again", readonly=True)
    is_history = fields.Boolean("From History", readonly=True, help="Found when the rhythm was first computed; nothing was done about it.")

    @api.model
    def _record(self, events):
        """The one writer: a statement that notes all changes of status among ``events``.

        :param events: FROM item with partner_id, company_id, date, from_status, status, amount, is_change, is_back, is_history
        """
        return SQL("""
            INSERT INTO conveyor_rhythm_change (
                partner_id, company_id, date, from_status, to_status, amount, is_back, is_history,
                create_uid, write_uid, create_date, write_date)
            SELECT partner_id, company_id, date, from_status, status, amount, is_back, is_history, %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM %(events)s e WHERE is_change
        """, events=events, uid=self.env.uid, now=self.env.cr.now())
