from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .res_company_norms import TEAM_LIMITS, check_limits


class CrmTeam(models.Model):
    """Norms of a team that can be kept."""

    _inherit = "crm.team"

    conveyor_window_sentence = fields.Char(compute="_compute_conveyor_window_sentence")

    @api.depends("conveyor_window_days", "company_id")
    def _compute_conveyor_window_sentence(self):
        windows = self._origin._conveyor_window()
        for team in self:
            team.conveyor_window_sentence = self.env.company._conveyor_window_words(windows.get(team._origin.id))

    @api.constrains(*TEAM_LIMITS)
    def _check_conveyor_norms(self):
        check_limits(self, TEAM_LIMITS)
        for team in self.filtered("conveyor_norm_touches"):
            if team.conveyor_norm_conversations > team.conveyor_norm_touches:
                raise ValidationError(self.env._(
                    "The team %(team)s asks for %(conversations)s conversations among %(touches)s touches. "
                    "Ask for more touches, or for fewer conversations.",
                    team=team.name, conversations=team.conveyor_norm_conversations,
                    touches=team.conveyor_norm_touches))

    def _conveyor_window(self):
        """``{team id: engine.window.Window}``: in how many days most of its clients decide."""
        windows = self.env["conveyor.window"]._windows()
        return {team.id: windows[(team.company_id or self.env.company).id, team.id] for team in self}
