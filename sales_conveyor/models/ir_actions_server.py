from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class IrActionsServer(models.Model):
    """*Enrol in cadence* as a kind of server action, and the mark that lets
    cadences run an action."""

    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[("conveyor_enrol", "Enrol in Cadence"), ("object_copy",)], ondelete={"conveyor_enrol": "cascade"})
    conveyor_cadence_id = fields.Many2one("conveyor.cadence", "Cadence", ondelete="restrict", index="btree_not_null")
    conveyor_allowed = fields.Boolean(
        "For Cadences", help="Sales managers may use this action as a step of a cadence. It runs with the rights of the "
                             "person who is responsible for the client.")

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("conveyor_allowed") for vals in vals_list):
            self._check_may_allow()
        return super().create(vals_list)

    def write(self, vals):
        if "conveyor_allowed" in vals:
            self._check_may_allow()
        return super().write(vals)

    def _check_may_allow(self):
        if not (self.env.su or self.env.is_system()):
            raise AccessError(self.env._("Only administrators may mark a server action for cadences. Ask one of them."))

    @api.constrains("state", "conveyor_cadence_id", "model_id")
    def _check_cadence(self):
        for action in self.filtered(lambda action: action.state == "conveyor_enrol"):
            if not action.conveyor_cadence_id:
                raise ValidationError(self.env._("%(action)s: choose the cadence to enrol in.", action=action.name))
            if action.model_name not in ("crm.lead", action.conveyor_cadence_id.target_model):
                raise ValidationError(self.env._(
                    "%(action)s: %(cadence)s leads other records than those this action runs on. Choose another cadence.",
                    action=action.name, cadence=action.conveyor_cadence_id.name))

    @api.depends("state")
    def _compute_available_model_ids(self):
        mine = self.filtered(lambda action: action.state == "conveyor_enrol")
        mine.available_model_ids = self.env["ir.model"]._get("crm.lead") | self.env["ir.model"]._get("res.partner")
        super(IrActionsServer, self - mine)._compute_available_model_ids()

    @api.onchange("conveyor_cadence_id")
    def _onchange_conveyor_cadence_id(self):
        """No dependency of the name: with the field Odoo would also remove
        what depends on it and is inherited, the names of scheduled actions."""
        self._compute_name()

    def _generate_action_name(self):
        if self.state == "conveyor_enrol" and self.conveyor_cadence_id:
            return self.env._("Enrol in %(cadence)s", cadence=self.conveyor_cadence_id.name)
        return super()._generate_action_name()

    def _run_action_conveyor_enrol_multi(self, eval_context=None):
        """Enrol the records; the cadence must be switched on."""
        records = (eval_context or {}).get("records") or (eval_context or {}).get("record")
        cadence = self.sudo().conveyor_cadence_id  # an automation runs for whoever changed the record
        if not (records and cadence.is_on and cadence.active):
            self._say(records.ids if records else [], self.env._("The cadence %(cadence)s is switched off.", cadence=cadence.name))
            return False
        for key, mine in self._by_cycle(records).items():
            cadence._enrol_shared(cadence._targets(mine) if mine._name == "crm.lead" else mine, key=key)
        return False

    def _by_cycle(self, records):
        """``{key: records}``: the same change of a customer's rhythm leads into a cadence once."""
        signals = self.env.context.get("conveyor_signals")
        if not signals:
            return {None: records}
        return records.grouped(lambda record: f"{signals[record.id]['to_status'] or signals[record.id]['kind']}-{signals[record.id]['date']}")
