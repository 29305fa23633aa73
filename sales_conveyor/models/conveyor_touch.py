from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from .conveyor_work_item import CHANNELS


class ConveyorTouch(models.Model):
    """One contact with a client. ``_record`` is the only writer.

    A touch owns what it knows, so that it outlives the message or the
    activity that it was read from.
    """

    _name = "conveyor.touch"
    _description = "Touch"
    _inherit = "conveyor.access.mixin"
    _order = "date desc, id desc"
    _rec_name = "subject"

    event_key = fields.Char(required=True, readonly=True, help="What makes two records one event.")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Client", ondelete="set null", index="btree_not_null")
    user_id = fields.Many2one("res.users", "By", ondelete="set null")
    channel = fields.Selection(CHANNELS, required=True)
    direction = fields.Selection([("out", "To the client"), ("in", "From the client")], default="out", required=True)
    outcome = fields.Char()
    subject = fields.Char()
    is_counted = fields.Boolean("Counts", default=True)
    message_id = fields.Many2one("mail.message", ondelete="set null", readonly=True)

    _event_key_unique = models.UniqueIndex("(event_key)")
    _message_unique = models.UniqueIndex("(message_id) WHERE message_id IS NOT NULL")
    _lead_date_idx = models.Index("(lead_id, date)")

    @api.model
    def _record(self, vals_list):
        """Write touches; the same event (``event_key``) twice is one touch.

        :param vals_list: dictionaries of this model's fields; ``event_key``,
            ``lead_id`` and ``channel`` at least, ``date`` in UTC
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
