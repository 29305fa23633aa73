from odoo import fields, models

from .conveyor_work_item import CHANNELS


class ConveyorTouchLine(models.Model):
    """Where a lead or a customer stands with his touches: one light row each,
    derived from touches, activities and enrolments, never edited.

    Leads and customers show, sort and filter by it through a join, so that
    ``crm_lead`` and ``res_partner`` are not written when a client is touched.
    """

    _name = "conveyor.touch.line"
    _description = "Touch Line"
    _inherit = "conveyor.access.mixin"
    _partner_owns = True
    _log_access = False

    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade", readonly=True)
    touch_count = fields.Integer("Touches", readonly=True, help="Counted towards the norm.")
    attempt_count = fields.Integer("Attempts", readonly=True)
    message_count = fields.Integer("Messages", readonly=True)
    conversation_count = fields.Integer("Conversations", readonly=True)
    first_touch_date = fields.Datetime("First Touch", readonly=True)
    last_touch_date = fields.Datetime("Last Touch", readonly=True)
    last_reply_date = fields.Datetime("Last Word from the Client", readonly=True)
    channels = fields.Char("Channels Used", readonly=True, help="Separated by commas.")
    has_paper = fields.Boolean("Paper Sent", readonly=True)
    next_touch_date = fields.Datetime("Next Touch", readonly=True)
    next_touch_user_id = fields.Many2one("res.users", "Next Touch by", ondelete="set null", readonly=True)
    next_touch_channel = fields.Selection(CHANNELS, "Next Channel", readonly=True)
    next_touch_reason_id = fields.Many2one("conveyor.reason", "Next Reason", ondelete="set null", readonly=True)
    next_touch_automatic = fields.Boolean("Next by Itself", readonly=True)
    next_activity_id = fields.Many2one("mail.activity", ondelete="set null", readonly=True)
    next_enrolment_id = fields.Many2one("conveyor.enrolment", ondelete="set null", readonly=True)

    _lead_unique = models.UniqueIndex("(lead_id) WHERE lead_id IS NOT NULL")
    _partner_unique = models.UniqueIndex("(partner_id) WHERE partner_id IS NOT NULL")
    _next_idx = models.Index("(next_touch_user_id, next_touch_date)")
