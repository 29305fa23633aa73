from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class ConveyorEnrol(models.TransientModel):
    """Enrol leads or customers in a cadence, one or many, from a list or a form."""

    _name = "conveyor.enrol"
    _description = "Enrol in a Cadence"

    res_model = fields.Char(required=True, default=lambda self: self.env.context.get("active_model", "crm.lead"))
    lead_ids = fields.Many2many("crm.lead", string="Leads", context={"active_test": False})
    partner_ids = fields.Many2many("res.partner", string="Customers")
    cadence_id = fields.Many2one(
        "conveyor.cadence", "Cadence", required=True, ondelete="cascade",
        domain="[('is_on', '=', True), ('target', '=', target)]",
        default=lambda self: self.env.context.get("conveyor_cadence_id"))
    target = fields.Selection([("lead", "Leads"), ("customer", "Customers")], compute="_compute_target")
    timeline = fields.Json(related="cadence_id.timeline")
    count = fields.Integer("Chosen", compute="_compute_count")
    inside_count = fields.Integer("Inside Already", compute="_compute_count")
    other_count = fields.Integer("In Another One", compute="_compute_count")
    closed_count = fields.Integer(
        "Won or Lost for Good", compute="_compute_count", help="Lost for a reason after which nobody is kept in touch.")
    with_closed = fields.Boolean("Enrol Them too")
    per_day = fields.Integer("Begin a Day", help="So many begin each day. 0: all at once.")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        ids = self.env.context.get("active_ids") or []
        if self.env.context.get("active_model") == "crm.lead":
            values["lead_ids"] = [Command.set(ids)]
        elif self.env.context.get("active_model") == "res.partner":
            values["partner_ids"] = [Command.set(self.env["res.partner"].browse(ids).commercial_partner_id.ids)]
        return values

    @api.depends("res_model")
    def _compute_target(self):
        for wizard in self:
            wizard.target = "customer" if wizard.res_model == "res.partner" else "lead"

    @api.depends("lead_ids", "partner_ids", "cadence_id", "with_closed")
    def _compute_count(self):
        for wizard in self:
            wizard.closed_count = len(wizard._closed())
            records = wizard._records()
            name = "lead_id" if wizard.target == "lead" else "partner_id"
            standing = self.env["conveyor.enrolment"].search([
                (name, "in", records.ids), ("state", "in", ("running", "snoozed")), ("purpose", "=", wizard.cadence_id.purpose)])
            wizard.count = len(records)
            wizard.inside_count = len(standing.filtered(lambda row, w=wizard: row.cadence_id == w.cadence_id))
            wizard.other_count = len(standing) - wizard.inside_count

    def _records(self):
        """Who is enrolled: whoever was chosen, without the won and the finally lost."""
        if self.target == "customer":
            return self.partner_ids._origin
        return self.lead_ids._origin if self.with_closed else self.lead_ids._origin - self._closed()

    def _closed(self):
        """The chosen leads that are won, or lost for good."""
        return self.lead_ids._origin.filtered(lambda lead: lead.won_status == "won" or (
            lead.won_status == "lost" and lead.lost_reason_id.conveyor_kind in ("final", "exempt")))

    def action_enrol(self):
        """Enrol them; a stronger or running cadence of a client is respected by the cadence's own rules."""
        self.ensure_one()
        records = self._records()
        if not records and self.closed_count:
            raise UserError(self.env._("All chosen leads are won or lost for good. Tick Enrol Them too, or choose others."))
        if not records:
            raise UserError(self.env._("Choose at least one lead or customer in the list first."))
        records.check_access("write")
        if not self.cadence_id.is_on:
            raise UserError(self.env._("%(cadence)s is switched off. Switch it on first.", cadence=self.cadence_id.name))
        ordered = self.cadence_id._by_investment(records)
        enrolments = self.cadence_id.sudo()._enrol_existing(  # salespeople enrol their own clients; checked above
            ordered.sudo(), self.per_day, fields.Datetime.now())
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {"type": "success", "next": {"type": "ir.actions.act_window_close"}, "message": self._words(len(enrolments))}}

    def _words(self, count):
        cadence = self.cadence_id.name
        if count == 1:
            return self.env._("One client is in %(cadence)s.", cadence=cadence)
        return self.env._("%(count)s clients are in %(cadence)s.", count=count, cadence=cadence)
