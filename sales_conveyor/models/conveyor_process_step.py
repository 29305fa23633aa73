from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ConveyorProcessStep(models.Model):
    """What people say about one step: the text of the document, beside the figures."""

    _name = "conveyor.process.step"
    _description = "Step of a First-Sale Process"
    _order = "process_id, sequence, id"

    process_id = fields.Many2one("conveyor.process", "Process", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    key = fields.Char(compute="_compute_key", store=True, readonly=False, required=True, precompute=True,
                      help="Of a section: stage:<its number>; else created, quotation, order, won, lost or touch:<channel>:<direction>.")
    stage_id = fields.Many2one("crm.stage", "Section", ondelete="set null", index="btree_not_null")
    name = fields.Char("Step", compute="_compute_name")
    said = fields.Text("What Is Said", translate=True)
    script = fields.Text(translate=True)
    who = fields.Char(translate=True)
    mistakes = fields.Text("Mistakes to Avoid", translate=True)
    norm_days = fields.Float("Norm, Days", help="How long the step may take.")

    _once = models.Constraint("UNIQUE (process_id, key)", "This step has its text already: change it there.")

    @api.depends("stage_id")
    def _compute_key(self):
        for step in self:
            step.key = f"stage:{step.stage_id.id}" if step.stage_id else step.key

    @api.depends("key")
    @api.depends_context("lang")
    def _compute_name(self):
        labels = self.env["conveyor.process.label"]._labels(step.key for step in self if step.key)
        for step in self:
            step.name = labels.get(step.key, "")

    @api.constrains("key")
    def _check_key(self):
        for step in self:
            if not self.env["conveyor.process.label"]._is_key(step.key):
                raise ValidationError(self.env._(
                    "“%(key)s” is no step of a process. Choose a section, or write created, quotation, order, won, lost or "
                    "touch:call:out.", key=step.key))
