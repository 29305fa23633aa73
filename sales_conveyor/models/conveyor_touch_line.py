from odoo import api, fields, models
from odoo.tools import SQL

from .conveyor_touch_join import LINE_FIELDS
from .conveyor_work_item import CHANNELS

PENDING = "sales_conveyor.touch_line"  # key of what is marked in the cursor's precommit data
COUNTS = (  # columns that come from touches
    "touch_count", "attempt_count", "message_count", "conversation_count", "first_touch_date", "last_touch_date",
    "last_reply_date", "channels", "has_paper",
)


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
    conversation_count = fields.Integer(
        "Conversations", readonly=True, help="Calls that reached the client, meetings, visits, and what he answered.")
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
    next_activity_id = fields.Many2one("mail.activity", ondelete="set null", readonly=True, index="btree_not_null")
    next_enrolment_id = fields.Many2one("conveyor.enrolment", ondelete="set null", readonly=True, index="btree_not_null")

    _lead_unique = models.UniqueIndex("(lead_id) WHERE lead_id IS NOT NULL")
    _partner_unique = models.UniqueIndex("(partner_id) WHERE partner_id IS NOT NULL")
    _next_idx = models.Index("(next_touch_user_id, next_touch_date)")

    # ------------------------------------------------------------ what changed
    @api.model
    def _mark(self, lead_ids=(), partner_ids=(), next_touch=True, counts=True):
        """Note leads and customers whose line may have changed; contacts of a
        company mean the company.

        :param next_touch: False: only touches were added, nothing planned has changed
        :param counts: False: only what is planned has changed
        """
        pending = self._pending()
        for part in [part for part, wanted in (("counts", counts), ("next", next_touch)) if wanted]:
            pending[part]["crm.lead"].update(filter(None, lead_ids))
            pending[part]["res.partner"].update(filter(None, partner_ids))
        for records in (self.env["crm.lead"].browse(lead_ids), self.env["res.partner"].browse(partner_ids)):
            records.invalidate_recordset(LINE_FIELDS, flush=False)

    @api.model
    def _pending(self):
        data = self.env.cr.precommit.data
        if PENDING not in data:
            data[PENDING] = {part: {"crm.lead": set(), "res.partner": set()} for part in ("counts", "next")}
            self.env.cr.precommit.add(self.sudo()._settle)
        return data[PENDING]

    @api.model
    def _settle(self):
        """Bring the marked lines up to date: before the transaction ends, and
        before somebody reads them in it."""
        pending = self.env.cr.precommit.data.pop(PENDING, None)
        if pending and any(ids for part in pending.values() for ids in part.values()):
            self = self.sudo()  # lines are derived, nobody writes them
            lead_ids, partner_ids = (sorted(pending["counts"][model]) for model in ("crm.lead", "res.partner"))
            for owed_lead, owed_partner in self._refresh_counts(lead_ids, partner_ids) if lead_ids or partner_ids else ():
                pending["next"]["crm.lead"].update(filter(None, [owed_lead]))
                pending["next"]["res.partner"].update(filter(None, [owed_partner]))
            if any(pending["next"].values()):
                self._refresh_next(sorted(pending["next"]["crm.lead"]), sorted(pending["next"]["res.partner"]))
            self.invalidate_model(flush=False)

    @api.model
    def _forget_customers(self, partner_ids):
        """Partners that are about to be merged into another have no line of their own."""
        self.env.cr.execute(SQL("DELETE FROM conveyor_touch_line WHERE partner_id = ANY(%s)", list(partner_ids)))
        self.invalidate_model(flush=False)

    # ------------------------------------------------------------ counts
    @api.model
    def _refresh_counts(self, lead_ids, partner_ids):
        """Make the part of the lines that comes from touches anew; one statement.

        :return: (lead id, partner id) of the lines that owe an answer, which
            this touch may be
        """
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return self.env.execute_query(SQL(
            "WITH of_lead AS (%s RETURNING lead_id, partner_id, answer_due_date),"
            " of_partner AS (%s RETURNING lead_id, partner_id, answer_due_date)"
            " SELECT lead_id, partner_id FROM of_lead WHERE answer_due_date IS NOT NULL"
            " UNION ALL SELECT lead_id, partner_id FROM of_partner WHERE answer_due_date IS NOT NULL",
            self._upsert_counts("lead_id", SQL(
                "crm_lead o LEFT JOIN conveyor_touch t ON t.lead_id = o.id WHERE o.id = ANY(%s)", list(lead_ids))),
            self._upsert_counts("partner_id", SQL(
                "res_partner o LEFT JOIN conveyor_touch t ON t.client_key = 'p' || o.id WHERE o.id IN ("
                "SELECT commercial_partner_id FROM res_partner WHERE id = ANY(%s))", list(partner_ids)))))

    @api.model
    def _upsert_counts(self, owner, source):
        owner = SQL.identifier(owner)
        columns = SQL(", ").join(map(SQL.identifier, COUNTS))
        return SQL("""
            INSERT INTO conveyor_touch_line AS line (%(owner)s, %(columns)s)
            SELECT o.id, %(counts)s FROM %(source)s GROUP BY o.id
            ON CONFLICT (%(owner)s) WHERE %(owner)s IS NOT NULL DO UPDATE SET (%(columns)s) = ROW(%(excluded)s)
             WHERE (%(line)s) IS DISTINCT FROM (%(excluded)s)
        """, owner=owner, columns=columns, counts=self._count_sql(), source=source,
            excluded=SQL(", ").join(SQL.identifier("excluded", name) for name in COUNTS),
            line=SQL(", ").join(SQL.identifier("line", name) for name in COUNTS))

    @api.model
    def _count_sql(self):
        """The columns ``COUNTS`` of the touches ``t`` of one owner."""
        return SQL("""
            count(*) FILTER (WHERE t.is_counted),
            count(*) FILTER (WHERE t.is_counted AND t.kind = 'attempt'),
            count(*) FILTER (WHERE t.is_counted AND t.kind = 'message'),
            count(*) FILTER (WHERE t.kind = 'conversation' AND (t.is_counted OR t.direction = 'in')),
            min(t.date) FILTER (WHERE t.direction = 'out' AND t.outcome IS DISTINCT FROM 'bounced'),
            max(t.date) FILTER (WHERE t.direction = 'out' AND t.outcome IS DISTINCT FROM 'bounced'),
            max(t.date) FILTER (WHERE t.direction = 'in' AND COALESCE(t.outcome, '') NOT IN ('auto_reply', 'rated')),
            string_agg(DISTINCT t.channel, ',' ORDER BY t.channel) FILTER (WHERE t.outcome IS DISTINCT FROM 'auto_reply'),
            COALESCE(bool_or(t.channel = 'letter' AND t.direction = 'out'), FALSE)""")
