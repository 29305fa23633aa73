from odoo import api, fields, models


class ConveyorProcessCompare(models.TransientModel):
    """Two versions side by side, in words and figures."""

    _name = "conveyor.process.compare"
    _description = "Comparison of Two Versions"

    version_id = fields.Many2one("conveyor.process.version", "This Version", required=True, ondelete="cascade")
    process_id = fields.Many2one(related="version_id.process_id")
    other_id = fields.Many2one(
        "conveyor.process.version", "Compared with", compute="_compute_other_id", store=True, readonly=False, ondelete="cascade",
        domain="[('process_id', '=', process_id), ('id', '!=', version_id)]")
    words = fields.Html(compute="_compute_words", sanitize=False)

    @api.depends("version_id")
    def _compute_other_id(self):
        for wizard in self:
            wizard.other_id = wizard.version_id._before() or (wizard.process_id.version_ids - wizard.version_id)[:1]

    @api.depends("version_id", "other_id")
    def _compute_words(self):
        for wizard in self:
            older, newer = (wizard.version_id | wizard.other_id).sorted("number") if wizard.other_id else (None, None)
            wizard.words = newer and newer._changes_html(older)
