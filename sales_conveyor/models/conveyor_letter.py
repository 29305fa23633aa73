from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError


class ConveyorStepRun(models.Model):
    """Letters: written by the cadence, printed by people, then touches."""

    _inherit = "conveyor.step.run"

    def action_print_letters(self):
        """Print the letters; those that waited for it are on their way now.

        :return: the report action
        """
        self.check_access("read")
        letters = self.sudo().filtered(lambda run: run.attachment_id)  # whoever may see the client may print
        if not letters:
            raise UserError(self.env._("There is no letter among the chosen steps."))
        letters.filtered(lambda run: run.state == "planned")._letters_printed()
        return self.env.ref("sales_conveyor.conveyor_letter_report").report_action(letters, config=False)

    def _letters_printed(self):
        now = fields.Datetime.now()
        self.write({"state": "done", "done_date": now, "explanation": False})
        self.env["conveyor.touch"]._record([{
            "event_key": f"run-{run.id}", "run_id": run.id, "date": now, "channel": "letter", "lead_id": run.lead_id.id,
            "partner_id": run.partner_id.id, "outcome": "sent", "is_automatic": True, "reason_id": run.reason_id.id,
            "subject": run.step_id.name or run.reason_id.name} for run in self])

    def _letter_html(self):
        """The letter as it was written."""
        self.ensure_one()
        return Markup((self.sudo().attachment_id.raw or b"").decode())  # sanitised when it was written

    def _letter_address(self):
        """(name, lines of the address)"""
        self.ensure_one()
        lead, partner = self.lead_id, self.lead_id.partner_id if self.lead_id else self.partner_id
        owner = partner if partner.street or not lead else lead
        name = partner.display_name or lead.contact_name or lead.partner_name or lead.name
        lines = [owner.street, owner.street2, f"{owner.zip or ''} {owner.city or ''}".strip(), owner.country_id.name]
        return name, [line for line in lines if line]
