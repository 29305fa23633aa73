from odoo import api, models


class CrmLead(models.Model):
    """What happens to a lead that is in a cadence."""

    _inherit = "crm.lead"

    def _conveyor_moved(self, steps, by_person):
        Enrolment = self.env["conveyor.enrolment"]
        for outcome in ("won", "lost"):
            Enrolment._on_leads_closed(self.browse(
                lead.id for lead, before, after in steps if after[1] == outcome != before[1]), outcome)
        return super()._conveyor_moved(steps, by_person)

    def action_set_lost(self, **additional_values):
        """Odoo archives first, and says afterwards that the lead is lost."""
        return super(CrmLead, self.with_context(conveyor_losing=True)).action_set_lost(**additional_values)

    def _conveyor_written(self, vals):
        result = super()._conveyor_written(vals)
        if "active" in vals and not vals["active"] and not self.env.context.get("conveyor_losing"):
            self.env["conveyor.enrolment"]._on_leads_archived(self.sudo())  # the write may have taken them out of sight
        return result

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Salespeople follow their leads already: planning a batch does not ask again."""
        if self.env.context.get("conveyor_planning"):
            return True
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """As for leads."""
        if self.env.context.get("conveyor_planning"):
            return True
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_confirm(self):
        result = super().action_confirm()
        self.env["conveyor.enrolment"]._on_orders(self.filtered(lambda order: order.state == "sale"))
        return result


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        self.env["conveyor.enrolment"]._on_meetings(events)
        return events


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        resumed = self.filtered("conveyor_sending_stopped") if vals.get("conveyor_sending_stopped") is False else self.browse()
        result = super().write(vals)
        self.env["conveyor.enrolment"]._on_sending_resumed(resumed)
        return result
