from odoo import fields, models

from .conveyor_cadence import PURPOSES

STATES = [("running", "Running"), ("snoozed", "Waiting"), ("done", "Done"), ("stopped", "Stopped")]
STOP_REASONS = [
    ("replied", "The client replied"), ("bought", "The client bought"), ("meeting", "A meeting is booked"),
    ("refused", "The client refused"), ("opted_out", "The client opted out"), ("blacklisted", "Address on the blacklist"),
    ("bounced", "Mail comes back"), ("won", "Won"), ("lost", "Lost"), ("moved", "No longer fits"),
    ("superseded", "Another cadence took over"), ("merged", "Merged into another record"), ("archived", "Archived"),
    ("failed", "Failed too often"), ("manual", "Stopped by hand"),
]


class ConveyorEnrolment(models.Model):
    """One lead or customer going through one cadence: the only door to a client."""

    _name = "conveyor.enrolment"
    _description = "Enrolment in a Cadence"
    _inherit = "conveyor.access.mixin"
    _partner_owns = True
    _order = "next_date, id"
    _rec_name = "cadence_id"

    cadence_id = fields.Many2one("conveyor.cadence", "Cadence", required=True, ondelete="cascade", index=True)
    purpose = fields.Selection(PURPOSES, required=True, readonly=True)
    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade", index="btree_not_null")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade", index="btree_not_null")
    client_key = fields.Char("Client Key", required=True, readonly=True)
    company_id = fields.Many2one("res.company", "Company", ondelete="cascade")
    user_id = fields.Many2one("res.users", "Salesperson", ondelete="set null", index="btree_not_null")
    cycle_key = fields.Char("Cycle", required=True, readonly=True, help="The same key enters the same cadence once.")
    state = fields.Selection(STATES, default="running", required=True, readonly=True)
    stop_reason = fields.Selection(STOP_REASONS, "Why Stopped", readonly=True)
    explanation = fields.Char(readonly=True, help="Why it waits or has stopped.")
    step_id = fields.Many2one("conveyor.cadence.step", "Next Step", ondelete="set null", readonly=True)
    loop = fields.Integer(readonly=True, help="How many times the cadence has begun again.")
    next_date = fields.Datetime("Next Touch", readonly=True)
    start_date = fields.Datetime("Entered", required=True, default=fields.Datetime.now, readonly=True)
    last_date = fields.Datetime("Last Touch", readonly=True)
    end_date = fields.Datetime("Ended", readonly=True)
    waits_for_id = fields.Many2one(
        "conveyor.enrolment", "Waits for", ondelete="set null", readonly=True,
        help="The stronger cadence of the same client; this one goes on after it.")
    run_ids = fields.One2many("conveyor.step.run", "enrolment_id", "Steps Done and Planned")

    _client_purpose_unique = models.UniqueIndex("(client_key, purpose) WHERE state IN ('running', 'snoozed')")
    _cycle_unique = models.UniqueIndex("(cadence_id, client_key, cycle_key)")
    _due_idx = models.Index("(next_date) WHERE state = 'running' AND next_date IS NOT NULL")
