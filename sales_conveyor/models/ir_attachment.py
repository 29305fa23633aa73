from odoo import api, models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._settle_documents()
        return attachments

    def write(self, vals):
        result = super().write(vals)
        if "res_id" in vals or "res_model" in vals:
            self._settle_documents()
        return result

    def _settle_documents(self):
        """A document attached to a lead proves its next piece of work that wants
        one; what comes with a message waits until the message is there."""
        if self.env.context.get("conveyor_posting"):
            return
        on_leads = self.sudo().filtered(
            lambda file: file.res_model == "crm.lead" and file.res_id and not file.res_field)
        if on_leads and self.env["conveyor.work.item"]._stages_with_work():
            leads = self.env["crm.lead"].sudo().browse(on_leads.mapped("res_id")).exists()
            self.env["conveyor.work"]._settle(leads)
