from odoo import Command, fields, models

TAKEN = ("sequence", "name_words", "filter_domain", "expected_gap", "shortest", "longest", "lost_after", "day_kind")


class ConveyorRhythmRule(models.Model):
    """Rules of ready sets are templates, archived; a company that applies the set gets rules of its own from them."""

    _inherit = "conveyor.rhythm.rule"

    template_id = fields.Many2one("conveyor.rhythm.rule", "Made from", ondelete="set null", copy=False, readonly=True, index="btree_not_null")

    def _make_from(self, company):
        """The company's own rules from these templates, below its own special rules and above its general one."""
        standing = self.search([("company_id", "=", company.id)])
        special = standing.filtered(lambda rule: not rule.is_general)
        last = max(special.mapped("sequence"), default=0)
        rules = self.create([{**template._prepare_rule(company), "sequence": last + 10 * place} for place, template in enumerate(self, 1)])
        for rule, template in zip(rules, self):
            rule._copy_terms(template)
        general = standing - special
        general.filtered(lambda rule: rule.sequence <= last + 10 * len(self)).sequence = last + 10 * len(self) + 10
        return rules

    def _prepare_rule(self, company):
        return {
            **{name: self[name] for name in TAKEN}, "name": self.with_context(lang=None).name, "company_id": company.id, "active": True,
            "template_id": self.id, "trade_set_id": self.trade_set_id.id, "category_ids": [Command.set(self.category_ids.ids)]}

    def _copy_terms(self, template):
        self.update_field_translations("name", {
            lang: template.with_context(lang=lang).name for lang, _name in self.env["res.lang"].get_installed()})

    def _is_as_made(self):
        return self.active and not self.pause_ids and self.category_ids == self.template_id.category_ids and all(
            self[name] == self.template_id[name] for name in TAKEN if name != "sequence")


class ConveyorTradeSet(models.Model):
    """The rules of purchase rhythm that go with a trade."""

    _inherit = "conveyor.trade.set"

    def _rhythm_templates(self):
        return self.env["conveyor.rhythm.rule"].with_context(active_test=False).search(
            [("trade_set_id", "in", self.ids), ("template_id", "=", False), ("company_id", "=", False)])

    def action_open_rhythm_templates(self):
        return {
            "type": "ir.actions.act_window", "name": self.env._("Purchase Rhythm"), "res_model": "conveyor.rhythm.rule",
            "views": [(False, "list"), (False, "form")], "domain": [("id", "in", self._rhythm_templates().ids)],
            "context": {"active_test": False, "default_trade_set_id": self.id, "default_active": False, "default_company_id": False}}

    def _rhythm_to_take(self, company):
        """Templates whose rules the company lacks: nothing twice, and no second rule for everybody else."""
        rules = self.env["conveyor.rhythm.rule"]
        made = rules.with_context(active_test=False).search([("company_id", "=", company.id)]).template_id
        has_general = bool(rules._general(company))
        return (self._rhythm_templates() - made).filtered(lambda template: not (has_general and template.is_general))


class ConveyorTradeApplication(models.Model):
    """Rules of purchase rhythm that an application has brought go with it."""

    _inherit = "conveyor.trade.application"

    rhythm_rule_ids = fields.Many2many("conveyor.rhythm.rule", string="Rules of Purchase Rhythm Made", readonly=True)

    def _take_rhythm(self):
        templates = self.set_id._rhythm_to_take(self.env.company)
        self.rhythm_rule_ids = templates.with_context(active_test=True)._make_from(self.env.company)

    def action_undo(self):
        result = super().action_undo()
        rules = self.with_context(active_test=False).rhythm_rule_ids.exists()
        as_made = rules.filtered(lambda rule: rule._is_as_made())
        (rules - as_made).write({"active": False, "template_id": False})  # somebody has worked on it: kept in the archive
        as_made.unlink()
        return result
