from odoo import api, fields, models
from odoo.tools import SQL

STATES = [("waiting", "Waiting"), ("done", "Done"), ("dropped", "Not needed any more"), ("failed", "Failed")]
SILENT = ("late", "sleeping", "lost")


class ConveyorReactivation(models.Model):
    """What one automation rule does about one signal: asked for once, done once.

    The row waits, is done, or says why not. Of customers whose rhythm broke it
    also keeps why they were silent, and whether they have bought since.
    ``conveyor_reactivation_run`` does what waits, ``conveyor_reactivation_result``
    looks at what came of it.
    """

    _name = "conveyor.reactivation"
    _description = "Reactivation"
    _inherit = "conveyor.rhythm.access"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    rule_id = fields.Many2one("conveyor.reactivation.rule", "Rule", ondelete="set null", index="btree_not_null", readonly=True)
    automation_id = fields.Many2one(
        "base.automation", "Automation Rule", ondelete="set null", index="btree_not_null", readonly=True, groups="base.group_system")
    signal_id = fields.Many2one("conveyor.signal", "Signal", ondelete="set null", readonly=True)
    kind = fields.Char(readonly=True)
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="model", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade", index="btree_not_null", readonly=True)
    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade", index="btree_not_null", readonly=True)
    company_id = fields.Many2one("res.company", "Company", ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", "Account Manager", ondelete="set null", index="btree_not_null", readonly=True)
    date = fields.Date("Happened on", required=True, readonly=True)
    from_status = fields.Char("From", readonly=True)
    to_status = fields.Selection(
        [("late", "Late"), ("sleeping", "Sleeping"), ("lost", "Lost"), ("back", "Back again")], "Rhythm", readonly=True)
    quality = fields.Char(readonly=True)
    amount = fields.Monetary("Money at Risk", readonly=True)
    state = fields.Selection(STATES, default="waiting", required=True, readonly=True)
    is_held_out = fields.Boolean(
        "Held out", readonly=True, help="Left alone on purpose, to see what happens without the rule.")
    next_date = fields.Datetime("Not before", readonly=True)
    done_date = fields.Datetime("Done on", readonly=True)
    explanation = fields.Char(readonly=True, help="Why it waits, or what was done.")
    attempts = fields.Integer(readonly=True)
    error = fields.Text("Cause", readonly=True)

    _signal_unique = models.UniqueIndex("(signal_id, automation_id) WHERE signal_id IS NOT NULL")
    _waiting_idx = models.Index("(automation_id, company_id, next_date) WHERE state = 'waiting'")
    _done_idx = models.Index("(automation_id, done_date) WHERE state = 'done'")

    @api.model
    def _ask(self, signal_ids, now):
        """One row for each of these signals and each rule that waits for it."""
        for name in ("base.automation", "conveyor.reactivation.rule", "res.partner", "res.company"):
            self.env[name].flush_model()
        return [row_id for row_id, in self.env.execute_query(SQL(
            """
            INSERT INTO conveyor_reactivation (
                signal_id, automation_id, rule_id, kind, model, res_id, partner_id, lead_id, company_id, user_id, date, from_status,
                to_status, quality, amount, state, next_date, attempts, is_held_out, create_uid, write_uid, create_date, write_date)
            SELECT s.id, a.id, r.id, s.kind, s.model, s.res_id, s.partner_id, s.lead_id, s.company_id,
                   COALESCE(p.user_id, l.user_id, c.conveyor_am_user_id, r.user_id), COALESCE(s.date, %(now)s::date), s.from_status,
                   s.to_status, s.quality, s.amount, 'waiting', %(now)s, 0, FALSE, %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM conveyor_signal s JOIN base_automation a ON a.active AND a.trigger = 'conveyor_' || s.kind
              JOIN ir_model m ON m.id = a.model_id AND m.model = s.model
              LEFT JOIN conveyor_reactivation_rule r ON r.automation_id = a.id
              LEFT JOIN res_partner p ON p.id = s.partner_id LEFT JOIN crm_lead l ON l.id = s.lead_id
              LEFT JOIN res_company c ON c.id = s.company_id
             WHERE s.id = ANY(%(ids)s) AND s.create_date >= COALESCE(r.on_date, a.create_date)
               AND (a.conveyor_company_id IS NULL OR a.conveyor_company_id = s.company_id)
               AND (a.conveyor_from_status IS NULL OR a.conveyor_from_status = s.from_status)
               AND (a.conveyor_to_status IS NULL OR a.conveyor_to_status = s.to_status)
               AND (a.conveyor_quality IS NULL OR a.conveyor_quality = s.quality)
               AND COALESCE(s.amount, 0) >= COALESCE(a.conveyor_min_amount, 0)
               AND (r.id IS NULL OR r.is_on AND r.active)
             ORDER BY s.id, a.id ON CONFLICT DO NOTHING RETURNING id
            """, ids=list(signal_ids), now=now, uid=self.env.uid))]

    def action_open(self):
        """The customer or the lead."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": self.model, "res_id": self.res_id, "views": [(False, "form")],
                "name": self.env[self.model].browse(self.res_id).display_name}
