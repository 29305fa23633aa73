from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.window import ENOUGH, HISTORY

# field: lowest and highest value that makes sense
LIMITS = {
    "conveyor_norm_touches": (0, 100), "conveyor_norm_conversations": (0, 100), "conveyor_window_days": (1, 730),
    "conveyor_first_attempt_minutes": (1, 10080), "conveyor_reply_minutes": (1, 10080),
    "conveyor_daily_capacity": (1, 1000), "conveyor_weekly_cap": (0, 50), "conveyor_nurture_days": (1, 31),
    "conveyor_account_days": (1, 31),
    "conveyor_discipline_delay": (0, 90), "conveyor_send_from": (0, 24), "conveyor_send_to": (0, 24),
}
TEAM_LIMITS = {  # 0: as the company says
    "conveyor_norm_touches": (0, 100), "conveyor_norm_conversations": (0, 100), "conveyor_window_days": (0, 730),
    "conveyor_daily_capacity": (0, 1000),
}


def check_limits(records, limits):
    """Raise an error that names the first value outside of its limits."""
    for record in records:
        for name, (low, high) in limits.items():
            if not low <= record[name] <= high:
                raise ValidationError(record.env._(
                    "%(field)s of %(record)s: %(value)g is not possible. Choose from %(low)s to %(high)s.",
                    field=record._fields[name]._description_string(record.env), record=record.display_name,
                    value=record[name], low=low, high=high))


class ResCompany(models.Model):
    """Norms that can be kept: what cannot be is refused when it is entered."""

    _inherit = "res.company"

    conveyor_window_by_history = fields.Boolean(
        "From Your Own History", default=True,
        help="From 50 won clients on, the time in which 80 % of them had decided, by team or else by company.")

    @api.constrains(*LIMITS)
    def _check_conveyor_norms(self):
        check_limits(self, LIMITS)
        for company in self:
            if company.conveyor_norm_conversations > company.conveyor_norm_touches:
                raise ValidationError(self.env._(
                    "%(company)s asks for %(conversations)s conversations among %(touches)s touches. "
                    "Ask for more touches, or for fewer conversations.",
                    company=company.name, conversations=company.conveyor_norm_conversations,
                    touches=company.conveyor_norm_touches))
            if company.conveyor_send_from >= company.conveyor_send_to:
                raise ValidationError(self.env._(
                    "%(company)s: automatic touches would never go out. Let their day begin before it ends.",
                    company=company.name))

    def _conveyor_window(self):
        """``{company id: engine.window.Window}``: in how many days most of its clients decide."""
        windows = self.env["conveyor.window"]._windows(self, self.env["crm.team"])
        return {company.id: windows[company.id, 0] for company in self}

    def _conveyor_window_sentence(self):
        """What the decision window is made of, in words."""
        return self._conveyor_window_words(self._conveyor_window()[self.id])

    @api.model
    def _conveyor_window_words(self, window):
        if not window:
            return False
        if window.basis == HISTORY:
            if window.days == 1:
                return self.env._("One day by your own history: 80 %% of %(wins)s won clients had decided by then.", wins=window.wins)
            return self.env._(
                "%(days)s days by your own history: 80 %% of %(wins)s won clients had decided by then.",
                wins=window.wins, days=window.days)
        if window.days == 1:
            return self.env._(
                "One day as set here; your own history decides from %(enough)s won clients on, there are %(wins)s.",
                enough=ENOUGH, wins=window.wins)
        return self.env._(
            "%(days)s days as set here; your own history decides from %(enough)s won clients on, there are %(wins)s.",
            days=window.days, enough=ENOUGH, wins=window.wins)
