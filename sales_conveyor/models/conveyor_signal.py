from odoo import api, fields, models
from odoo.tools import SQL

COLUMNS = ("kind", "model", "res_id", "partner_id", "lead_id", "company_id", "date", "from_status", "to_status", "quality",
           "amount", "key")


class ConveyorSignal(models.Model):
    """What happened that automation rules may wait for: noted once, answered in batches."""

    _name = "conveyor.signal"
    _description = "Signal for Automation Rules"
    _order = "id desc"
    _rec_name = "key"

    kind = fields.Selection([
        ("rhythm", "Purchase rhythm changed"), ("first_purchase", "First purchase"), ("quality", "Quality reached"),
        ("touches_out", "Touches run out")], required=True, readonly=True)
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="model", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade", index="btree_not_null", readonly=True)
    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade", index="btree_not_null", readonly=True)
    company_id = fields.Many2one("res.company", "Company", ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(readonly=True, help="The day on which it happened.")
    from_status = fields.Char("From", readonly=True)
    to_status = fields.Selection(
        [("late", "Late"), ("sleeping", "Sleeping"), ("lost", "Lost"), ("back", "Back again")], "To", readonly=True)
    quality = fields.Selection([
        ("bought", "Bought"), ("bought_more", "Bought more"), ("returned", "Came back"),
        ("referred", "Brought another"), ("recommended", "Recommended us")], readonly=True)
    amount = fields.Monetary(readonly=True)
    key = fields.Char(required=True, readonly=True, help="What makes two signals one event.")
    state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Done"), ("failed", "Failed")], default="waiting", required=True, readonly=True)
    handled_date = fields.Datetime("Handled", readonly=True)
    error = fields.Text(readonly=True)

    _key_unique = models.UniqueIndex("(key)")
    _waiting_idx = models.Index("(id) WHERE state = 'waiting'")

    @api.model
    def _emit(self, vals_list):
        """Note what happened; an event that is noted already is left as it is.

        :param vals_list: dicts of ``COLUMNS``; ``model`` and ``res_id`` are the partner's, or else the lead's, if not given
        :return: the new signals
        """
        rows = [self._row(vals) for vals in vals_list]
        if not rows:
            return self.browse()
        return self.browse(signal_id for signal_id, in self.env.execute_query(SQL(
            """
            INSERT INTO conveyor_signal (%s, state, create_uid, write_uid, create_date, write_date)
            SELECT v.*, 'waiting', %s, %s, %s, %s FROM (VALUES %s) v ON CONFLICT (key) DO NOTHING RETURNING id
            """,
            SQL(", ").join(map(SQL.identifier, COLUMNS)), self.env.uid, self.env.uid, self.env.cr.now(), self.env.cr.now(),
            SQL(", ").join(rows))))

    @api.model
    def _row(self, vals):
        """The values with their types, which PostgreSQL cannot guess of nothing."""
        owner = ("res.partner", vals["partner_id"]) if vals.get("partner_id") else ("crm.lead", vals.get("lead_id"))
        vals = {"model": owner[0], "res_id": owner[1], **vals}
        return SQL("(%s)", SQL(", ").join(
            SQL("%s::%s", vals.get(name) or None, SQL(self._fields[name].column_type[1])) for name in COLUMNS))

    @api.model
    def _rekey(self, partner_ids, partner_id):
        """Signals of these customers count as those of another one; where he has the same, both stay."""
        self.flush_model()
        self.env.cr.execute(SQL(
            """
            WITH moved AS (
                SELECT DISTINCT ON (s.fresh) s.id, s.fresh FROM (
                    SELECT id, regexp_replace(key, '^([a-z_]+:[0-9]+):[0-9]+', '\\1:' || %(target)s) AS fresh
                      FROM conveyor_signal WHERE partner_id = ANY(%(source)s)) s
                 WHERE NOT EXISTS (SELECT FROM conveyor_signal o WHERE o.key = s.fresh) ORDER BY s.fresh, s.id)
            UPDATE conveyor_signal s SET key = m.fresh FROM moved m WHERE m.id = s.id
            """, source=list(partner_ids), target=str(partner_id)))
        self.env.cr.execute(SQL("UPDATE conveyor_signal SET res_id = %s WHERE model = 'res.partner' AND res_id = ANY(%s)",
                                partner_id, list(partner_ids)))
        self.invalidate_model(flush=False)
