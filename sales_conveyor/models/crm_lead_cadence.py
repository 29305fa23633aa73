from odoo import api, models


class CrmLead(models.Model):
    """What happens to a lead lets it enter cadences."""

    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        on = self.env["conveyor.cadence"]._triggers_on()
        if on & {"create", "stage"} and not self.env.context.get("conveyor_no_cadence"):
            new = leads.filtered(lambda lead: lead.won_status == "pending")
            new._enter_cadences("create")
            new._enter_cadences("stage")
        return leads

    def _conveyor_moved(self, steps, by_person):
        result = super()._conveyor_moved(steps, by_person)
        if self.env["conveyor.cadence"]._triggers_on() and not self.env.context.get("conveyor_no_cadence"):
            self.browse(lead.id for lead, before, after in steps if before[0] != after[0])._enter_cadences("stage")
            for outcome in ("won",) if self.env.context.get("conveyor_losing") else ("won", "lost"):
                self.browse(lead.id for lead, before, after in steps
                            if after[1] == outcome != before[1])._enter_cadences(outcome)
        return result

    def action_set_lost(self, **additional_values):
        """Odoo writes the lost reason after the loss; cadences ask for it."""
        was_open = self.filtered(lambda lead: lead.won_status != "lost")
        result = super(CrmLead, self.with_context(conveyor_losing=True)).action_set_lost(**additional_values)
        was_open.filtered(lambda lead: lead.won_status == "lost")._enter_cadences("lost")
        return result

    def _enter_cadences(self, trigger):
        """These leads, or their customers, enter the cadences that wait for it."""
        for cadence, records in self.env["conveyor.cadence"]._entering(self, trigger):
            self.env["conveyor.enrolment"].sudo()._enrol(cadence, records, supersede=False)  # whoever moved the lead
