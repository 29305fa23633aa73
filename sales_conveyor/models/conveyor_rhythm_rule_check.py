from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .conveyor_domain import check_domain

DAYS = ("expected_gap", "shortest", "longest", "lost_after")  # each not longer than the next, those of silence
LONGEST = 36500


class ConveyorRhythmRule(models.Model):
    """What a rule of purchase rhythm must not say."""

    _inherit = "conveyor.rhythm.rule"

    @api.constrains(*DAYS)
    def _check_days(self):
        for rule in self:
            for name in DAYS:
                if not 0 <= rule[name] <= LONGEST:
                    raise ValidationError(self.env._(
                        "%(rule)s, %(field)s: %(days)s days are not possible. Choose from 0 to %(most)s; 0 says nothing.",
                        rule=rule.name, field=rule._label(name), days=f"{rule[name]:g}", most=LONGEST))
            for less, more in (("shortest", "longest"), ("shortest", "lost_after"), ("longest", "lost_after")):
                if rule[less] and rule[more] and rule[less] > rule[more]:
                    raise ValidationError(self.env._(
                        "%(rule)s: %(less)s (%(less_days)s) is more than %(more)s (%(more_days)s). Change one of the two.",
                        rule=rule.name, less=rule._label(less), more=rule._label(more),
                        less_days=f"{rule[less]:g}", more_days=f"{rule[more]:g}"))

    def _label(self, name):
        return self._fields[name]._description_string(self.env)

    @api.constrains("filter_domain")
    def _check_filter_domain(self):
        check_domain(self, "filter_domain", lambda rule: "res.partner", fields.Datetime.now())


class ConveyorRhythmPause(models.Model):
    """What a closing period must not be."""

    _inherit = "conveyor.rhythm.pause"

    @api.constrains("date_from", "date_to", "is_yearly")
    def _check_dates(self):
        for pause in self:
            if pause.date_to < pause.date_from:
                raise ValidationError(self.env._(
                    "%(rule)s: the closing period %(pause)s ends before it begins. Change one of the two dates.",
                    rule=pause.rule_id.name, pause=pause._words()))
            if pause.is_yearly and pause.date_to - pause.date_from >= timedelta(days=360):
                raise ValidationError(self.env._(
                    "%(rule)s: the closing period %(pause)s is every year and lasts the whole year. Make it shorter.",
                    rule=pause.rule_id.name, pause=pause._words()))

    def _words(self):
        return self.name or f"{self.date_from} – {self.date_to}"
