from odoo import api, fields, models


class ConveyorProcessDocument(models.TransientModel):
    """Which leads a new version is made from."""

    _name = "conveyor.process.document"
    _description = "Document a First-Sale Process"

    process_id = fields.Many2one("conveyor.process", required=True, ondelete="cascade")
    date_from = fields.Date("From", required=True, compute="_compute_dates", store=True, readonly=False, precompute=True)
    date_to = fields.Date("To", required=True, compute="_compute_dates", store=True, readonly=False, precompute=True)
    lead_count = fields.Integer("Leads", compute="_compute_lead_count")

    @api.depends("process_id")
    def _compute_dates(self):
        for wizard in self:
            wizard.date_from, wizard.date_to = wizard.process_id._period_of() if wizard.process_id else (False, False)

    @api.depends("process_id", "date_from", "date_to")
    def _compute_lead_count(self):
        for wizard in self:
            known = wizard.process_id and wizard.date_from and wizard.date_to
            wizard.lead_count = wizard.process_id._origin._entered_count(wizard.date_from, wizard.date_to) if known else 0

    def action_document(self):
        self.ensure_one()
        return self.process_id.action_document(self.date_from, self.date_to)
