from odoo import fields, models
from odoo.exceptions import UserError


class ConveyorEnrollable(models.AbstractModel):
    """Leads and customers can be enrolled, and show what they are in."""

    _name = "conveyor.enrollable"
    _description = "May be Enrolled in a Cadence"

    def action_enrol(self, cadence_id):
        """Enrol these leads or customers in a cadence.

        A client who is in another cadence of the same purpose leaves it; one
        who is in this one stays in it.

        :param int cadence_id: id of the cadence
        :return: ids of the enrolments, new and standing
        :raise UserError: the cadence is off, or not for such records
        """
        self.check_access("write")
        cadence = self.env["conveyor.cadence"].browse(cadence_id).exists()
        if not cadence:
            raise UserError(self.env._("This cadence does not exist any more. Choose another one."))
        cadence.check_access("read")
        self._check_enrollable(cadence)
        return cadence._enrol_shared(self).ids

    def action_record_consent(self):
        """The form for what the client has said about being written to."""
        self.ensure_one()
        owner = {"default_lead_id": self.id, "default_partner_id": self.partner_id.id} if self._name == "crm.lead" \
            else {"default_partner_id": self.id}
        return {"type": "ir.actions.act_window", "res_model": "conveyor.consent", "view_mode": "form", "target": "new",
                "name": self.env._("Consent"), "context": {**owner, "default_email": self.email_normalized}}

    def _check_enrollable(self, cadence):
        if not cadence.active or not cadence.is_on:
            raise UserError(self.env._(
                "The cadence %(cadence)s is switched off. Ask a sales manager to switch it on, or choose another one.",
                cadence=cadence.display_name))
        if cadence.target == "lead" and self._name != "crm.lead":
            raise UserError(self.env._(
                "The cadence %(cadence)s is for leads. Choose one for customers, or enrol the customer's lead.",
                cadence=cadence.display_name))
        if cadence.company_id and (foreign := self.filtered(
                lambda record: record.company_id and record.company_id != cadence.company_id)):
            raise UserError(self.env._(
                "%(record)s belongs to another company than the cadence %(cadence)s.",
                record=foreign[0].display_name, cadence=cadence.display_name))
        if cadence.target == "customer" and self._name == "crm.lead" and not all(lead.partner_id for lead in self):
            raise UserError(self.env._(
                "%(lead)s has no customer yet: the cadence %(cadence)s is for customers. Set the customer first.",
                lead=next(lead.display_name for lead in self if not lead.partner_id), cadence=cadence.display_name))


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "conveyor.enrollable"]

    enrolment_ids = fields.One2many("conveyor.enrolment", "lead_id", "Cadences", readonly=True, copy=False)
    consent_ids = fields.One2many("conveyor.consent", "lead_id", "Consents", readonly=True, copy=False)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "conveyor.enrollable"]

    enrolment_ids = fields.One2many("conveyor.enrolment", "partner_id", "Cadences", readonly=True, copy=False)
    consent_ids = fields.One2many("conveyor.consent", "partner_id", "Consents", readonly=True, copy=False)
