from odoo import api, fields, models

VALUES = ("expected_gap", "shortest", "longest", "lost_after", "day_kind")  # of the rule for everybody else


class ResConfigSettings(models.TransientModel):
    """Where purchases come from, and the rule of purchase rhythm for whomever no other one fits."""

    _inherit = "res.config.settings"

    conveyor_purchase_source = fields.Selection(related="company_id.conveyor_purchase_source", readonly=False, required=True)
    conveyor_rhythm_expected_gap = fields.Float("Expected Gap, Days")
    conveyor_rhythm_shortest = fields.Float("Shortest Critical Silence, Days")
    conveyor_rhythm_longest = fields.Float("Longest Critical Silence, Days")
    conveyor_rhythm_lost_after = fields.Float("Lost after so Many Days")
    conveyor_rhythm_day_kind = fields.Selection([("calendar", "Calendar days"), ("open", "Open days")], "Days of Purchase Rhythm", default="calendar")
    conveyor_rhythm_rules = fields.Integer(compute="_compute_conveyor_rhythm_rules", string="Rules of Purchase Rhythm")

    @api.depends("company_id")
    def _compute_conveyor_rhythm_rules(self):
        for settings in self:
            settings.conveyor_rhythm_rules = self.env["conveyor.rhythm.rule"].search_count(
                [("company_id", "in", [False, settings.company_id.id]), ("active", "=", True)])

    @api.model
    def get_values(self):
        rule = self.env["conveyor.rhythm.rule"]._general(self.env.company)
        return {**super().get_values(), **{f"conveyor_rhythm_{name}": rule[name] for name in VALUES if rule}}

    def set_values(self):
        super().set_values()
        self.env["conveyor.rhythm.rule"]._set_general(self.env.company, {name: self[f"conveyor_rhythm_{name}"] for name in VALUES})

    def action_conveyor_rhythm_rules(self):
        return self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_rhythm_rule_action")

    def action_conveyor_backtest(self):
        return self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_backtest_action")


class ConveyorRhythmRule(models.Model):
    _inherit = "conveyor.rhythm.rule"

    @api.model
    def _general(self, company):
        """The company's rule for everybody else, its own before one of all companies; may be none."""
        rules = self.search([("company_id", "in", [False, company.id]), ("active", "=", True)]).filtered("is_general")
        return rules.filtered("company_id")[:1] or rules[:1]

    @api.model
    def _set_general(self, company, values):
        """Keep these values, in a rule of the company's own when there is none or it is everybody's."""
        rule = self._general(company)
        said = {name: rule[name] if rule else 0 for name in values} | {"day_kind": rule.day_kind or "calendar"}
        if said == values:
            return
        if not rule.company_id:
            last = self.search([("active", "=", True)], order="sequence DESC", limit=1).sequence
            rule = self.create({"name": self.env._("Everybody else"), "company_id": company.id, "sequence": last + 10, **values})
        rule.write(values)
