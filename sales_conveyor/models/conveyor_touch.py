from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from .conveyor_work_item import CHANNELS

OUTCOMES = [
    ("sent", "Sent"), ("reached", "Reached"), ("no_answer", "No answer"), ("later", "Asked for later"),
    ("refused", "Refused"), ("held", "Held"), ("replied", "Replied"), ("auto_reply", "Automatic reply"),
    ("bounced", "Bounced"),
]
KINDS = [("attempt", "Attempt"), ("message", "Message"), ("conversation", "Conversation")]


class ConveyorTouch(models.Model):
    """One contact with a client. ``_record`` is the only writer.

    A touch owns what it knows, so that it outlives the message or the
    activity that it was read from.
    """

    _name = "conveyor.touch"
    _description = "Touch"
    _inherit = "conveyor.access.mixin"
    _partner_owns = True
    _order = "date desc, id desc"
    _rec_name = "subject"

    event_key = fields.Char(required=True, readonly=True, help="What makes two records one event.")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Client", ondelete="set null", index="btree_not_null")
    client_key = fields.Char(
        "Client Key", readonly=True, index="btree_not_null",
        help="Who was touched: the commercial partner, else the e-mail address, else the lead.")
    company_id = fields.Many2one("res.company", "Company", ondelete="set null", readonly=True)
    user_id = fields.Many2one("res.users", "By", ondelete="set null", index="btree_not_null")
    channel = fields.Selection(CHANNELS, required=True)
    direction = fields.Selection([("out", "To the client"), ("in", "From the client")], default="out", required=True)
    outcome = fields.Selection(OUTCOMES, "Result")
    kind = fields.Selection(
        KINDS, help="An attempt reached nobody, a message was sent without an answer, a conversation had two sides.")
    is_counted = fields.Boolean("Counts", default=True, help="Counts towards the norm of touches.")
    is_automatic = fields.Boolean("By Itself", readonly=True, help="Sent by a cadence or an automation, not by a person.")
    subject = fields.Char()
    note = fields.Text()
    reason_id = fields.Many2one("conveyor.reason", "Reason", ondelete="set null", index="btree_not_null")
    run_id = fields.Many2one("conveyor.step.run", "Cadence Step", ondelete="set null", readonly=True, index="btree_not_null")
    message_id = fields.Many2one("mail.message", ondelete="set null", readonly=True)
    is_history = fields.Boolean("From History", readonly=True, help="Read from the database when Sales Conveyor was installed.")

    _event_key_unique = models.UniqueIndex("(event_key)")
    _message_unique = models.UniqueIndex("(message_id) WHERE message_id IS NOT NULL")
    _lead_date_idx = models.Index("(lead_id, date)")
    _client_date_idx = models.Index("(client_key, date)")

    @api.model
    def _record(self, vals_list):
        """Write touches; the same event (``event_key``) twice is one touch.

        :param vals_list: dictionaries of this model's fields; ``event_key``,
            ``channel``, and ``lead_id`` or ``partner_id`` at least, ``date`` in UTC
        :return: the touches written now
        """
        rows = {vals["event_key"]: {"user_id": self.env.uid, **vals} for vals in vals_list}
        touches = self.sudo()  # facts come from what people do, nobody writes them
        known = set(touches.search([("event_key", "in", list(rows))]).mapped("event_key"))
        created = touches.create([vals for key, vals in rows.items() if key not in known])
        leads = created.lead_id
        self.env["conveyor.work"]._settle(leads)
        self.env["conveyor.funnel.fact"]._mark(leads.ids)
        return created

    @api.model
    def _dates_by_channel(self, leads):
        """``{lead id: [(channel, date)]}`` of all touches of the leads."""
        dates = defaultdict(list)
        if leads:
            self.flush_model()
            for lead_id, channel, date in self.env.execute_query(SQL(
                    "SELECT lead_id, channel, date FROM conveyor_touch WHERE lead_id = ANY(%s)", leads.ids)):
                dates[lead_id].append((channel, date))
        return dates
