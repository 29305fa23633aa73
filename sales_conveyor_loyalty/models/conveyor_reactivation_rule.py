from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ConveyorReactivationRule(models.Model):
    _inherit = "conveyor.reactivation.rule"

    program_id = fields.Many2one("loyalty.program", ondelete="set null", groups="base.group_system")
    offer_program_id = fields.Many2one(
        "conveyor.offer.program", "Coupons of", compute="_compute_offer_program", inverse="_inverse_offer_program")
    offer_days = fields.Integer("Valid, Days", default=30, help="0: as long as the program.")

    @api.depends("program_id")
    def _compute_offer_program(self):
        for rule in self:
            rule.offer_program_id = self.env["conveyor.offer.program"].browse(rule.sudo().program_id.id or [])  # its name only

    def _inverse_offer_program(self):
        for rule in self:
            rule.sudo().program_id = rule.offer_program_id.id  # one of those that are offered to everybody

    @api.constrains("offer_days", "program_id", "company_id")
    def _check_offer(self):
        for rule in self:
            if rule.offer_days < 0:
                raise ValidationError(self.env._("%(rule)s: an offer is valid for 0 days or more.", rule=rule.name))
            program = rule.sudo().program_id  # whose it is
            if program.company_id and rule.company_id and program.company_id != rule.company_id:
                raise ValidationError(self.env._(
                    "%(rule)s: the program %(program)s is of another company. Choose another one.", rule=rule.name, program=program.name))

    def _problem(self):
        return super()._problem() or (self.env._("Choose the program whose coupons are given.")
                                      if self.deed == "offer" and not self.sudo().program_id else "")  # whether there is one

    def _synced_fields(self):
        return super()._synced_fields() | {"program_id", "offer_days"}

    def _prepare_offer(self):
        return {**super()._prepare_offer(), "conveyor_program_id": self.program_id.id, "conveyor_offer_days": self.offer_days}
