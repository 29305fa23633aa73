from odoo import models
from odoo.exceptions import AccessError, UserError


class ConveyorCadence(models.Model):
    """What the buttons of a cadence open."""

    _inherit = "conveyor.cadence"

    def action_switch_on(self):
        """Ask what becomes of leads that are there already, then switch on."""
        self._check_ready()
        return self._open_wizard("conveyor.cadence.switch", self.env._("Switch On"), {"default_turn": "on"})

    def action_switch_off(self):
        """Say what becomes of those inside, then switch off."""
        return self._open_wizard("conveyor.cadence.switch", self.env._("Switch Off"), {"default_turn": "off"})

    def action_dry_run(self):
        return self._open_wizard("conveyor.dry.run", self.env._("Dry Run"), {"dialog_size": "extra-large"})

    def action_test(self):
        return self._open_wizard("conveyor.cadence.test", self.env._("Test on Myself"), {})

    def action_choose_clients(self):
        """The list of leads or customers, to be enrolled from there."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": self.target_model, "views": [(False, "list"), (False, "form")],
            "name": self.env._("Choose Clients, then Actions > Enrol in Cadence"), "context": {"conveyor_cadence_id": self.id}}

    def _open_wizard(self, model, name, context):
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("Only sales managers may do this with %(cadence)s. Ask one of them.", cadence=self.name))
        return {
            "type": "ir.actions.act_window", "res_model": model, "name": name, "target": "new", "views": [(False, "form")],
            "context": {**self.env.context, "default_cadence_id": self.id, **context}}

    def _check_ready(self):
        """Refuse to switch on what could not run."""
        for cadence in self:
            if not cadence.step_ids:
                raise UserError(self.env._("%(cadence)s has no steps yet. Add the first one.", cadence=cadence.name))
            has_sections = cadence.stage_ids or self.env["crm.stage"].search_count(
                [("trade_section_id", "in", cadence.trade_section_ids.ids)], limit=1)
            if cadence.trade_section_ids and not has_sections:
                raise UserError(self.env._(
                    "%(cadence)s begins in %(sections)s, which your pipeline does not have. Choose your own sections under "
                    "Who Enters, or apply the ready set %(set)s first.", cadence=cadence.name,
                    sections=", ".join(cadence.trade_section_ids.mapped("name")), set=cadence.trade_set_id.name or ""))

    # ------------------------------------------------------------ clients
    def action_open_inside(self):
        return self._open_enrolments(["running"])

    def action_open_waiting(self):
        return self._open_enrolments(["snoozed"])

    def action_open_through(self):
        return self._open_enrolments(["done", "stopped"])

    def _open_enrolments(self, states):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "conveyor.enrolment", "name": self.name,
            "views": [(False, "list"), (False, "form")], "domain": [("cadence_id", "=", self.id), ("state", "in", states)]}
