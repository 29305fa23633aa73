from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .conveyor_followup_rule import KINDS

STATES = [("planned", "Planned"), ("asked", "Under Way"), ("done", "Done"), ("dropped", "Dropped")]
WHY = [
    ("bought", "Bought meanwhile"), ("returned", "The goods were returned"), ("bad_review", "After a bad review"),
    ("late", "Too late"), ("gone", "The purchase is gone"), ("off", "The rule was switched off"), ("hand", "By hand"),
    ("stopped", "The cadence stopped"), ("once", "The cadence takes him only once"), ("reminded", "The visit's own reminder speaks of it"),
    ("cadence", "A cadence follows this purchase"),
]
OPEN = ("planned", "asked")


class ConveyorFollowup(models.Model):
    """What follows one purchase of one customer, on its day.

    Planned by ``conveyor_followup_plan``; on its day it asks the enrolment for
    one touch (``conveyor_followup_ask``), never touching anybody itself.
    """

    _name = "conveyor.followup"
    _description = "Follow-up of a Purchase"
    _inherit = "conveyor.rhythm.access"
    _of_contacts = True
    _order = "due_date, id"
    _rec_name = "rule_id"

    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one("res.company", "Company", required=True, ondelete="cascade", readonly=True)
    rule_id = fields.Many2one("conveyor.followup.rule", "Rule", required=True, ondelete="cascade", index=True, readonly=True)
    kind = fields.Selection(KINDS, "What", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", ondelete="set null", index="btree_not_null", readonly=True)
    order_id = fields.Many2one("sale.order", "Order", ondelete="set null", index="btree_not_null", readonly=True)
    product_id = fields.Many2one("product.product", "Bought", ondelete="set null", index="btree_not_null", readonly=True)
    offer_id = fields.Many2one("product.product", "To Offer", ondelete="set null", index="btree_not_null", readonly=True)
    interest_id = fields.Many2one("conveyor.interest", "Interest", ondelete="set null", index="btree_not_null", readonly=True)
    visit_number = fields.Integer(readonly=True, help="The visit that it reminds of.")
    purchase_date = fields.Date("Purchase", readonly=True)
    wanted_date = fields.Date(readonly=True, help="By the rule, before it made room for others.")
    due_date = fields.Date("Due", required=True, readonly=True)
    not_before = fields.Date(readonly=True)
    state = fields.Selection(STATES, default="planned", required=True, readonly=True)
    why = fields.Selection(WHY, "Why Dropped", readonly=True)
    note = fields.Char(readonly=True, help="Why it waits.")
    is_marketing = fields.Boolean("Marketing", readonly=True)
    asked_date = fields.Date("Asked on", readonly=True)
    attempt = fields.Integer(default=0, readonly=True, help="How often it had to make way for another one.")
    enrolment_id = fields.Many2one("conveyor.enrolment", "Enrolment", ondelete="set null", index="btree_not_null", readonly=True)
    key = fields.Char(required=True, readonly=True)

    # one row a rule, customer and occasion; a word, not a field of the partner: Odoo's merge of
    # partners would delete all rows of a constraint with partner_id
    _key_unique = models.UniqueIndex("(key)")
    _due_idx = models.Index("(due_date) WHERE state = 'planned'")
    _asked_idx = models.Index("(enrolment_id) WHERE state = 'asked'")

    @api.depends("kind", "product_id", "offer_id", "partner_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for followup in self:
            followup.display_name = f"{followup.partner_id.display_name or ''}: {kinds.get(followup.kind, '')}"

    # ------------------------------------------------------------ states
    def _drop(self, why, note=False):
        """It is not made any more, and it is said why."""
        self.filtered(lambda followup: followup.state in OPEN).write({"state": "dropped", "why": why, "note": note})

    def action_drop(self):
        """A person knows better: this one is not made."""
        self.check_access("read")
        planned = self.filtered(lambda followup: followup.state == "planned")
        if not planned:
            raise UserError(self.env._(
                "%(followup)s is under way or over already. Stop its cadence on the customer instead.",
                followup=self[:1].display_name))
        planned.partner_id.check_access("write")
        planned.sudo()._drop("hand")  # whoever may change the customer decides what he gets
        return True

    def action_open_customer(self):
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "res.partner", "res_id": self.partner_id.id, "views": [(False, "form")]}

    @api.model
    def _close_finished(self, today):
        """Those whose cadence has ended are done, or dropped with its words; those that
        had to make way before anything was said come again tomorrow."""
        for name in ("conveyor.enrolment", "conveyor.step.run"):
            self.env[name].flush_model()
        self.flush_model()
        self.env.cr.execute(SQL(
            """WITH ended AS (
                   SELECT f.id, COALESCE(max(r.explanation), e.explanation) AS explanation, CASE
                          WHEN bool_or(r.state = 'done') THEN 'done' WHEN e.stop_reason = 'superseded' THEN 'planned'
                          ELSE 'dropped' END AS state
                     FROM conveyor_followup f JOIN conveyor_enrolment e ON e.id = f.enrolment_id
                     LEFT JOIN conveyor_step_run r ON r.enrolment_id = e.id
                    WHERE f.state = 'asked' AND e.state IN ('done', 'stopped') GROUP BY f.id, e.id)
               UPDATE conveyor_followup f SET
                      state = n.state, why = CASE n.state WHEN 'dropped' THEN 'stopped' END,
                      note = CASE n.state WHEN 'done' THEN NULL ELSE n.explanation END,
                      due_date = CASE n.state WHEN 'planned' THEN %(tomorrow)s ELSE f.due_date END,
                      not_before = CASE n.state WHEN 'planned' THEN %(tomorrow)s ELSE f.not_before END,
                      asked_date = CASE n.state WHEN 'planned' THEN NULL ELSE f.asked_date END,
                      enrolment_id = CASE n.state WHEN 'planned' THEN NULL ELSE f.enrolment_id END,
                      attempt = COALESCE(f.attempt, 0) + CASE n.state WHEN 'planned' THEN 1 ELSE 0 END
                 FROM ended n WHERE n.id = f.id""", tomorrow=today + timedelta(1)))
        if self.env.cr.rowcount:
            self.invalidate_model(flush=False)
