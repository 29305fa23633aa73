from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_date, formatLang

from ..engine.mining_compare import compare
from ..engine.mining_picture import ENOUGH, Picture
from .conveyor_process_label import CLOSING

MINUTE, HOUR, DAY = 60, 3600, 86400


class ConveyorProcessChange(models.AbstractModel):
    """What the engine found different between two pictures, in words."""

    _name = "conveyor.process.change"
    _description = "Differences of a Process in Words"

    @api.model
    def _sentences(self, old, new):
        """Sentences of what is materially different; ``None`` where there are too few leads to say.

        :param old, new: pictures of versions
        """
        if not old.get("engine") or not new.get("engine"):
            return None
        comparison = compare(Picture.from_dict(old["engine"]), Picture.from_dict(new["engine"]), CLOSING)
        if not comparison.is_enough:
            return None
        label = self._labeller(comparison.changes, old, new)
        return [self._sentence(change, label) for change in comparison.changes]

    @api.model
    def _labeller(self, changes, old, new):
        keys = set()
        for change in changes:
            if change.subject is not None:
                keys.update([change.subject] if isinstance(change.subject, str) else change.subject)
        then = self.env["conveyor.process.version"]._names_then
        return self.env["conveyor.process.label"]._labels_or(keys, {**then(old), **then(new)}).__getitem__

    @api.model
    def _sentence(self, change, label):
        wording, figure = self._wordings()[change.code]
        subject = change.subject
        names = {"step": "", "source": "", "target": ""}
        if change.code == "wait":
            names.update(source=label(subject[0]), target=label(subject[1]))
        elif change.code == "typical_path":
            names["step"] = " → ".join(map(label, subject))
        elif subject:
            names["step"] = label(subject)
        return wording % {**names, "old": figure(change.old.value), "new": figure(change.new.value),
                          "old_of": change.old.of, "new_of": change.new.of}

    @api.model
    def _wordings(self):
        percent, duration = self._percent, self._duration
        return {
            "new_step": (self.env._("New step: %(step)s, with %(new)s of the leads (before: %(old)s)."), percent),
            "dropped_step": (self.env._("Step that is hardly done any more: %(step)s, with %(new)s of the leads (before: %(old)s)."), percent),
            "step_share": (self.env._("%(step)s: with %(new)s of the leads, before with %(old)s."), percent),
            "typical_path": (self.env._("The usual way to a sale is now: %(step)s (%(new)s of the won leads, before %(old)s)."), percent),
            "conversion": (self.env._("Won of the closed leads: %(new)s, before %(old)s (%(new_of)s and %(old_of)s leads)."), percent),
            "step_conversion": (self.env._("%(step)s: of the closed leads with it %(new)s are won, before %(old)s."), percent),
            "time_to_win": (self.env._("Half of the won leads take no longer than %(new)s, before %(old)s."), duration),
            "wait": (self.env._("From %(source)s to %(target)s half take no longer than %(new)s, before %(old)s."), duration),
        }

    # ------------------------------------------------------------ figures
    @api.model
    def _percent(self, share):
        return self.env._("%(number)s %%", number=self._number(share * 100, 0 if share >= 0.1 or not share else 1))

    @api.model
    def _duration(self, seconds):
        """For instance *3.5 days*, *2 hours*."""
        if seconds >= DAY:
            return self.env._("%(number)s d", number=self._number(seconds / DAY))
        if seconds >= HOUR:
            return self.env._("%(number)s h", number=self._number(seconds / HOUR))
        return self.env._("%(number)s min", number=self._number(seconds / MINUTE, 0))

    @api.model
    def _number(self, value, digits=1):
        return formatLang(self.env, value, digits=digits)

    @api.model
    def _as_list(self, sentences):
        if sentences is None:
            return Markup("<p>%s</p>") % self.env._("There are too few leads to compare: fewer than %(enough)s.", enough=ENOUGH)
        if not sentences:
            return Markup("<p>%s</p>") % self.env._("Nothing is different beyond chance.")
        return Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % sentence for sentence in sentences)


class ConveyorProcessVersion(models.Model):
    _inherit = "conveyor.process.version"

    def _before(self):
        """The version that this one is compared with: the current one, else the last one before it."""
        self.ensure_one()
        others = self.process_id.version_ids - self
        current = others.filtered(lambda version: version.state == "current")
        return current or others.filtered(lambda version: version.number < self.number).sorted("number")[-1:]

    def _say_changes(self):
        """Write what is different from the version before, in the language of the environment."""
        for version in self:
            if before := version._before():
                version.changes = version._changes_html(before)

    def _changes_html(self, before):
        sentences = self.env["conveyor.process.change"]._sentences(before.picture or {}, self.picture or {})
        against = Markup("<p>%s</p>") % self.env._(
            "Compared with version %(number)s, of leads from %(first)s to %(last)s:", number=before.number,
            first=format_date(self.env, before.date_from), last=format_date(self.env, before.date_to))
        return against + self.env["conveyor.process.change"]._as_list(sentences)
