from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache
from odoo.tools.safe_eval import datetime, dateutil, safe_eval

from .conveyor_rhythm import STATUSES

# trigger: the model that its rules stand on; the rest of the name is the kind of the signal
TRIGGER_MODELS = {
    "conveyor_rhythm": "res.partner", "conveyor_first_purchase": "res.partner", "conveyor_quality": "res.partner",
    "conveyor_touches_out": "crm.lead",
}


class BaseAutomation(models.Model):
    """Triggers of our own: they fire from ``conveyor.signal``, in batches, never from a write."""

    _inherit = "base.automation"

    trigger = fields.Selection(selection_add=[
        ("conveyor_rhythm", "Purchase rhythm changed"), ("conveyor_first_purchase", "First purchase"),
        ("conveyor_quality", "Quality reached"), ("conveyor_touches_out", "Touches run out")],
        ondelete=dict.fromkeys(TRIGGER_MODELS, "cascade"))
    conveyor_from_status = fields.Selection(STATUSES, "From", tracking=True, help="Empty: whatever it was before.")
    conveyor_to_status = fields.Selection(
        [("late", "Late"), ("sleeping", "Sleeping"), ("lost", "Lost"), ("back", "Back again")], "To", tracking=True,
        help="Empty: any of them.")
    conveyor_quality = fields.Selection([
        ("bought", "Bought"), ("bought_more", "Bought more"), ("returned", "Came back"),
        ("referred", "Brought another"), ("recommended", "Recommended us")], "Quality", tracking=True, help="Empty: any of them.")
    conveyor_min_amount = fields.Float(
        "Amount from", tracking=True, help="In the currency of the customer's company: the money at risk, or what was bought.")
    conveyor_company_id = fields.Many2one("res.company", "Only in Company", ondelete="cascade", help="Empty: in all companies.")
    conveyor_failed_count = fields.Integer("Failures", compute="_compute_conveyor_failed_count")

    def _compute_conveyor_failed_count(self):
        counts = dict(self.env["conveyor.reactivation"]._read_group(
            [("automation_id", "in", self.ids), ("state", "=", "failed")], ["automation_id"], ["__count"]))
        for automation in self:
            automation.conveyor_failed_count = counts.get(automation._origin, 0)

    @api.constrains("trigger", "model_id")
    def _check_conveyor_model(self):
        for automation in self:
            wanted = TRIGGER_MODELS.get(automation.trigger)
            if wanted and automation.model_name != wanted:
                raise ValidationError(self.env._(
                    "%(rule)s: this trigger is one of %(model)s. Choose that model, or another trigger.",
                    rule=automation.name, model=self.env["ir.model"]._get(wanted).name))

    def action_conveyor_failures(self):
        """What could not be done, with the cause."""
        self.ensure_one()
        return {**self.env["ir.actions.act_window"]._for_xml_id("sales_conveyor.conveyor_reactivation_failed_action"),
                "domain": [("automation_id", "=", self.id), ("state", "=", "failed")]}

    # ------------------------------------------------------------ who listens
    @api.model
    @ormcache()
    def _conveyor_kinds(self):
        """Kinds of signals that some rule waits for."""
        rules = self.sudo().with_context(active_test=True).search([("trigger", "in", list(TRIGGER_MODELS))])
        return frozenset(rule.trigger.removeprefix("conveyor_") for rule in rules)

    @api.model_create_multi
    def create(self, vals_list):
        ours = all(vals.get("trigger") in TRIGGER_MODELS for vals in vals_list)
        rules = super(BaseAutomation, self.with_context(conveyor_unhooked=True) if ours else self).create(vals_list)
        self.env.registry.clear_cache()
        return rules.with_env(self.env)

    def write(self, vals):
        unhooked = self._conveyor_is_unhooked() and vals.get("trigger", "conveyor_rhythm") in TRIGGER_MODELS
        result = super(BaseAutomation, self.with_context(conveyor_unhooked=True) if unhooked else self).write(vals)
        if vals.keys() & {"active", "trigger"}:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        unhooked = self._conveyor_is_unhooked()
        self.env.registry.clear_cache()
        return super(BaseAutomation, self.with_context(conveyor_unhooked=True) if unhooked else self).unlink()

    def _conveyor_is_unhooked(self):
        """No method of a model is patched for rules of ours, so no worker need load its registry anew."""
        return all(rule.trigger in TRIGGER_MODELS for rule in self)

    def _update_registry(self):
        if not self.env.context.get("conveyor_unhooked"):
            super()._update_registry()

    # ------------------------------------------------------------ whom it is for
    def _conveyor_domain(self, now):
        """The rule's filter, as it is on that day."""
        self.ensure_one()
        if not self.filter_domain:
            return Domain.TRUE
        return Domain(safe_eval(self.filter_domain, {
            **self._get_eval_context(), "context_today": lambda: now.date(), "datetime": datetime,
            "relativedelta": dateutil.relativedelta.relativedelta, "current_date": now.date().isoformat()}))

    def _conveyor_fitting(self, records, now):
        """Those of the records, still there and not archived, that the rule is for: one search."""
        domain = self._conveyor_domain(now)
        return records.search(domain & Domain("id", "in", records.ids))
