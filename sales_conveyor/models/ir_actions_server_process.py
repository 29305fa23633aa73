from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .conveyor_process import MINERS

MODELS = ("crm.lead", "conveyor.process")


class IrActionsServer(models.Model):
    """*Document a first-sale process* as a kind of server action."""

    _inherit = "ir.actions.server"

    state = fields.Selection(selection_add=[("document_process", "Document a First-Sale Process"), ("object_copy",)],
                             ondelete={"document_process": "cascade"})
    conveyor_process_id = fields.Many2one(
        "conveyor.process", "Process", ondelete="cascade", help="Empty: the process of the leads, or the processes themselves.")

    @api.constrains("state", "model_id")
    def _check_process_kind(self):
        for action in self.filtered(lambda action: action.state == "document_process" and action.model_name not in MODELS):
            raise ValidationError(self.env._(
                "%(action)s documents processes. Choose the model Lead or First-Sale Process.", action=action.name))

    @api.depends("state")
    def _compute_available_model_ids(self):
        mine = self.filtered(lambda action: action.state == "document_process")
        mine.available_model_ids = self.env["ir.model"].browse(self.env["ir.model"]._get(name).id for name in MODELS)
        super(IrActionsServer, self - mine)._compute_available_model_ids()

    def _generate_action_name(self):
        if self.state == "document_process":
            return self.env._("Document a first-sale process")
        return super()._generate_action_name()

    def _run_action_document_process_multi(self, eval_context=None):
        """Ask for a new version in the background, at most one a day and process."""
        records = (eval_context or {}).get("records") or (eval_context or {}).get("record")
        for process in self._processes_of(records):
            process._document_soon()
        return False

    def _processes_of(self, records):
        if chosen := self.sudo().conveyor_process_id:  # an automation runs for whoever changed the record
            return chosen
        if records is None or records._name == "conveyor.process":
            return (records if records is not None else self.env["conveyor.process"]).sudo()
        found = self.env["conveyor.process"]._process_of(records)
        return self.env["conveyor.process"].sudo().browse(sorted(set(filter(None, found.values()))))


class ConveyorProcess(models.Model):
    _inherit = "conveyor.process"

    def _document_soon(self):
        """As an automation asks: with the owner's eyes, for whoever caused it may see only his own leads."""
        today = fields.Date.today()
        done = self.version_ids.filtered(lambda version: version.date.date() == today)
        if self.active and not done:
            owner = self.owner_id if self.owner_id.active and self.owner_id.has_group(MINERS) else self.env.ref("base.user_root")
            companies = self.company_id or (self.owner_id.company_ids if owner == self.owner_id else self.env["res.company"].search([]))
            self.env["conveyor.process.mining"]._ask(self, "document", *self._period_of(), owner, companies)
