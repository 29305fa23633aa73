from odoo import api, fields, models

from .conveyor_work_item import CHANNELS

RUN_STATES = [("planned", "Planned"), ("done", "Done"), ("skipped", "Left out"), ("failed", "Failed")]


class ConveyorStepRun(models.Model):
    """What became of one step of a cadence for one client."""

    _name = "conveyor.step.run"
    _description = "Step of an Enrolment"
    _inherit = "conveyor.access.mixin"
    _partner_owns = True
    _order = "planned_date desc, id desc"
    _rec_name = "step_id"

    enrolment_id = fields.Many2one("conveyor.enrolment", "Enrolment", required=True, ondelete="cascade", readonly=True)
    step_id = fields.Many2one("conveyor.cadence.step", "Step", required=True, ondelete="cascade", readonly=True, index=True)
    cadence_id = fields.Many2one(related="enrolment_id.cadence_id", string="Cadence")
    loop = fields.Integer(readonly=True)
    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade", readonly=True, index="btree_not_null")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade", readonly=True, index="btree_not_null")
    user_id = fields.Many2one("res.users", "Salesperson", ondelete="set null", readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    is_automatic = fields.Boolean("By Itself", readonly=True)
    state = fields.Selection(RUN_STATES, default="planned", required=True, readonly=True)
    rule = fields.Char("Rule", readonly=True, help="The rule of the gate that decided.")
    explanation = fields.Char(readonly=True)
    planned_date = fields.Datetime("Planned for", readonly=True)
    done_date = fields.Datetime("Done on", readonly=True)
    reason_id = fields.Many2one("conveyor.reason", "Reason", ondelete="set null", readonly=True, index="btree_not_null")
    activity_id = fields.Many2one("mail.activity", ondelete="set null", readonly=True, index="btree_not_null")
    message_id = fields.Many2one("mail.message", ondelete="set null", readonly=True, index="btree_not_null")
    attachment_id = fields.Many2one("ir.attachment", "Letter", ondelete="set null", readonly=True, index="btree_not_null")
    attempts = fields.Integer(readonly=True)
    error = fields.Text(readonly=True)

    _enrolment_step_loop_unique = models.UniqueIndex("(enrolment_id, step_id, loop)")
    _to_print_idx = models.Index("(id) WHERE state = 'planned' AND attachment_id IS NOT NULL")

    def _is_open(self):
        """Whether it is a person's turn: its activity is open."""
        self.ensure_one()
        return self.state == "planned" and self.activity_id.active

    def _leave_out(self, rule, explanation, now=None):
        """Not done, and why; its activity goes."""
        self.write({"state": "skipped", "rule": rule, "explanation": explanation, "done_date": now or fields.Datetime.now()})
        self._drop_activities()

    def _forget(self):
        """As if it had not been planned yet."""
        self._drop_activities()
        self.unlink()

    def _drop_activities(self):
        """Activities that only the cadence wanted go; standard work keeps its own."""
        activities = self.activity_id.filtered("active")
        shared = self.env["conveyor.work"].sudo().search(  # only to learn whose the activities are
            [("activity_id", "in", activities.ids), ("state", "=", "todo")]).activity_id
        shared.write({"conveyor_run_id": False})
        self.filtered(lambda run: run.activity_id in shared).activity_id = False
        (activities - shared).with_context(conveyor_run_closing=True).unlink()

    @api.model
    def _sentence(self, code, **facts):
        """What a rule of the gate, or a reason to stop, is called for people."""
        sentence = self._sentences().get(code)
        return sentence % facts if sentence and facts else sentence or code or False

    @api.model
    def _sentences(self):
        _ = self.env._
        return {
            "merged": _("The lead was merged into another one or deleted."),
            "refused": _("The client refused: nothing more is sent or planned."),
            "bought": _("The client has bought."),
            "won": _("The lead is won."),
            "lost": _("The lead is lost."),
            "archived": _("The record is archived."),
            "replied": _("The client has replied: now it is a person's turn."),
            "meeting": _("A meeting with the client is booked."),
            "paused": _("The cadence is switched off."),
            "snoozed": _("The client asked for a later date."),
            "sending_stopped": _("All automatic sending is stopped by the company."),
            "opted_out": _("The client has opted out of this channel."),
            "no_address": _("There is no address for this channel."),
            "blacklisted": _("The address is on the blacklist."),
            "bounced": _("Mail to this address comes back."),
            "no_consent": _("No consent of the client is on record."),
            "complaint": _("The client has an open complaint."),
            "overdue_debt": _("The client owes an overdue invoice."),
            "weekly_cap": _("The client has had enough marketing messages this week."),
            "one_a_day": _("Another message has gone to the client today."),
            "closed_hours": _("Outside the client's working hours, or a holiday."),
            "condition": _("The client does not meet the step's condition."),
            "no_reason": _("No unused reason is left for this client."),
            "cancelled": _("Its activity was cancelled."),
            "superseded": _("Another cadence took over."),
            "moved": _("The client no longer fits the cadence."),
            "manual": _("Stopped by hand."),
            "failed": _("It failed too often."),
        }
