from odoo import Command, fields, models

# norm of a set: field of a team, field of the company
NORMS = {
    "norm_touches": ("conveyor_norm_touches", "conveyor_norm_touches"),
    "norm_conversations": ("conveyor_norm_conversations", "conveyor_norm_conversations"),
    "window_days": ("conveyor_window_days", "conveyor_window_days"),
    "daily_capacity": ("conveyor_daily_capacity", "conveyor_daily_capacity"),
    "weekly_cap": (None, "conveyor_weekly_cap"),
}


class ConveyorTradeSet(models.Model):
    """The norms of touches that go with a trade, and its cadences."""

    _inherit = "conveyor.trade.set"

    norm_touches = fields.Integer("Norm of Touches", help="Before a lead may be given up. 0: the set says nothing.")
    norm_conversations = fields.Integer("Norm of Conversations")
    window_days = fields.Integer("Decision Window, Days")
    daily_capacity = fields.Integer("Touches by Hand a Day and Person")
    weekly_cap = fields.Integer("Marketing Messages a Week and Client")
    cadence_ids = fields.One2many("conveyor.cadence", "trade_set_id", "Cadences")
    reason_count = fields.Integer(compute="_compute_reason_count")

    def _compute_reason_count(self):
        counts = dict(self.env["conveyor.reason"].with_context(active_test=False)._read_group(
            [("trade_set_id", "in", self.ids)], ["trade_set_id"], ["__count"]))
        for trade_set in self:
            trade_set.reason_count = counts.get(trade_set._origin, 0)

    def _norm_changes(self, teams):
        """What taking the norms over would write: only where nobody has decided otherwise.

        :param teams: none for the whole company
        :return: list of ``{"model", "id", "field", "before", "after"}``
        """
        self.ensure_one()
        owners = teams or self.env.company
        defaults = {} if teams else self.env["res.company"].default_get([name for _team, name in NORMS.values()])
        changes = []
        for name, (of_team, of_company) in NORMS.items():
            field = of_team if teams else of_company
            if not field or not self[name]:
                continue
            changes += [
                {"model": owner._name, "id": owner.id, "field": field, "before": owner[field], "after": self[name]}
                for owner in owners if owner[field] == defaults.get(field, 0) != self[name]]
        return changes


class ConveyorTradeApplication(models.Model):
    """Norms that an application has taken over go back with it."""

    _inherit = "conveyor.trade.application"

    norm_changes = fields.Json(readonly=True, help="Norms of teams or the company, before and after.")

    def _take_norms(self):
        changes = self.set_id._norm_changes(self.team_ids)
        self.norm_changes = changes
        for change in changes:
            # a sales manager applies sets, and these norms are sales managers' own
            self.env[change["model"]].sudo().browse(change["id"])[change["field"]] = change["after"]

    def _link_cadences(self):
        """The set's cadences that are still off get the sections and teams they are for."""
        stages = self.env["crm.stage"].search([("trade_section_id.set_id", "=", self.set_id.id)])
        for cadence in self.set_id.cadence_ids.filtered(lambda cadence: not cadence.is_on):
            mine = stages.filtered(lambda stage, c=cadence: stage.trade_section_id in c.trade_section_ids)
            cadence.write({
                "stage_ids": [Command.link(stage.id) for stage in mine if cadence.trigger == "stage"],
                "team_ids": [Command.link(team.id) for team in self.team_ids]})

    def action_undo(self):
        result = super().action_undo()
        for change in self.norm_changes or []:
            owner = self.env[change["model"]].sudo().browse(change["id"]).exists()  # as when they were taken
            if owner and owner[change["field"]] == change["after"]:
                owner[change["field"]] = change["before"]
        return result
