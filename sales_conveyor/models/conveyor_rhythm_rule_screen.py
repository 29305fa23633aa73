from odoo import api, fields, models

from .conveyor_rhythm_rule_match import pattern_of


class ConveyorRhythmRule(models.Model):
    """The screen of rules: whom each covers, and its sentence."""

    _inherit = "conveyor.rhythm.rule"

    customer_count = fields.Integer("Customers", compute="_compute_customer_count", help="Judged by this rule when last looked at.")
    is_general = fields.Boolean("For Everybody Else", compute="_compute_is_general")
    sentence = fields.Char("What It Says", compute="_compute_sentence")

    def _compute_customer_count(self):
        counts = dict(self.env["conveyor.rhythm"]._read_group([("rule_id", "in", self.ids)], ["rule_id"], ["__count"]))
        for rule in self:
            rule.customer_count = counts.get(rule._origin, 0)

    @api.depends("category_ids", "name_words", "filter_domain")
    def _compute_is_general(self):
        for rule in self:
            rule.is_general = not rule.category_ids and not pattern_of(rule.name_words) and (rule.filter_domain or "[]").strip() == "[]"

    @api.depends("expected_gap", "shortest", "longest", "lost_after", "day_kind")
    def _compute_sentence(self):
        for rule in self:
            parts = [rule._part(*part) for part in rule._parts() if part[1]]
            rule.sentence = "; ".join(parts) or self.env._("by their own rhythm alone")

    def _parts(self):
        """(sentence, days) in order; days of 0 say nothing."""
        return (
            (self.env._("expected every %(days)s"), self.expected_gap),
            (self.env._("not late before %(days)s"), self.shortest),
            (self.env._("late after %(days)s at the latest"), self.longest),
            (self.env._("lost after %(days)s"), self.lost_after))

    def _part(self, sentence, days):
        unit = self.env._("%(days)s open days") if self.day_kind == "open" else self.env._("%(days)s days")
        return sentence % {"days": unit % {"days": f"{days:g}"}}

    def copy_data(self, default=None):
        return [{**vals, "name": self.env._("%(name)s (copy)", name=rule.name)} for rule, vals in zip(self, super().copy_data(default))]

    # ------------------------------------------------------------ windows
    def action_open_customers(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Customers judged by %(rule)s", rule=self.name),
            "res_model": "conveyor.rhythm", "views": [(False, "list"), (False, "form")], "domain": [("rule_id", "=", self.id)]}

    def action_judge_again(self):
        """Now, in the background; said so."""
        self.check_access("write")
        self._changed()
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {"type": "info", "message": self.env._(
                "All customers are judged anew in the background. What has changed by the rules alone sets nothing going: no "
                "message, no task.")}}

