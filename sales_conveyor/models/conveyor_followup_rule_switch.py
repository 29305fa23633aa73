from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

SWITCH = {"is_on", "date_on"}


class ConveyorFollowupRule(models.Model):
    """The switch of a follow-up rule: off until a sales manager has seen what it would have made."""

    _inherit = "conveyor.followup.rule"

    def action_switch_on(self):
        """Say what it would have made, then switch it on."""
        self.ensure_one()
        self._check_ready()
        return {
            "type": "ir.actions.act_window", "res_model": "conveyor.followup.switch", "target": "new", "views": [(False, "form")],
            "name": self.env._("Switch On"), "context": {**self.env.context, "default_rule_id": self.id}}

    def _check_ready(self):
        self._check_manager()
        if problem := self._problem():
            raise UserError(problem)

    def action_switch_off(self):
        """What is planned is dropped; what was asked for goes on."""
        self._check_manager()
        self._switch(False)
        self.env["conveyor.followup"].sudo().search([  # whoever's customers they are
            ("rule_id", "in", self.ids), ("state", "=", "planned")])._drop("off")
        return True

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_switch({name: value for name, value in vals.items() if value})
        return super().create(vals_list)

    def write(self, vals):
        self._check_switch(vals)
        return super().write(vals)

    @api.model
    def _check_switch(self, vals):
        """Whoever switches a rule on has seen what it would have made, and it begins today: only its buttons do that."""
        if not self.env.su and vals.keys() & SWITCH:
            raise UserError(self.env._(
                "A follow-up rule is switched by its buttons Switch On and Switch Off: Switch On says first what it would have made, "
                "and the rule begins on that day. Leave out “Switched On” and “On Since”, then use the button."))

    def _switch(self, is_on):
        """The only writer of the switch; a rule begins on the day it is switched on."""
        changed = self.filtered(lambda rule: rule.is_on != is_on)
        changed.check_access("write")
        changed.sudo().write({"is_on": is_on, **({"date_on": self._today()} if is_on else {})})  # users do not write it themselves
        if is_on:
            changed._mark_start()
        return changed

    def _mark_start(self):
        """Whoever has bought today, or has a visit to come, is planned for."""
        today = self._today()
        self.env.flush_all()
        partner_ids = [partner_id for partner_id, in self.env.execute_query(SQL(
            "SELECT DISTINCT partner_id FROM (%s) d WHERE day >= %s", self.env["conveyor.purchase"]._days_sql(), today))]
        if "visit" in self.mapped("kind") and "conveyor.visit" in self.env:
            partner_ids += self.env["conveyor.visit"].sudo().search([  # whoever books them
                ("state", "=", "booked")]).partner_id.ids
        self.env["conveyor.followup.mark"]._note(partner_ids)

    @api.model
    def _today(self):
        return self.env["conveyor.followup"]._today(self.env.company)

    def _check_manager(self):
        if not (self.env.su or self.env.user.has_group("sales_team.group_sale_manager")):
            raise AccessError(self.env._("Only sales managers may switch follow-up rules. Ask one of them."))
