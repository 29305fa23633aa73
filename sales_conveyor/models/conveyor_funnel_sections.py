from dataclasses import dataclass

from odoo import api, models

from ..engine.funnel import LEAD_GENERATION, Tally, conversions, ratio
from ..engine.table import DAYS, DECIMAL, INTEGER, MONEY, PERCENT, Column, Row
from .conveyor_funnel_month import REASON
from .conveyor_funnel_reader import WHOLE

MAIN_REASONS = 3


@dataclass(frozen=True)
class SectionRow:
    """A row of the funnel: a section in a phase. ``as_lead``: where leads of
    Odoo's type *lead* stand, apart from the section's own row."""

    stage_id: int
    phase: str
    name: str
    team_ids: frozenset
    team_names: str
    as_lead: bool
    norm_days: int
    is_won: bool

    @property
    def key(self):
        return (self.stage_id, self.phase)

    def follows(self, other):
        """May ``other`` be the section before, for all whose pipeline this is in?"""
        covered = not other.team_ids or bool(self.team_ids) and self.team_ids <= other.team_ids
        return covered and other.as_lead == self.as_lead


class ConveyorFunnelSections(models.AbstractModel):
    """The funnel section by section, and why leads are lost where."""

    _inherit = "conveyor.funnel"

    # ------------------------------------------------------------ pipeline
    @api.model
    def _chosen_teams(self, scope):
        """Teams whose whole pipeline is shown; ``False`` stands for no team."""
        if scope.filters.team_ids:
            known = self.env["crm.team"].sudo().browse(filter(None, scope.filters.team_ids)).exists()  # only their ids
            return [*known.ids, *[False] * (0 in scope.filters.team_ids)]
        teams = self.env["crm.team"].sudo().search([("company_id", "in", [*scope.filters.company_ids, False])])
        return [False, *teams.ids]

    @api.model
    def _section_rows(self, scope, keys):
        """Rows of these ``(section, phase)`` and of the chosen teams' pipelines, in order."""
        pipelines = {self.env["crm.stage"]._pipeline(team_id) for team_id in self._chosen_teams(scope)}
        ids = {*(stage_id for pipeline in pipelines for stage_id in pipeline), *(stage_id for stage_id, _phase in keys)}
        stages = self.env["crm.stage"].sudo().search_fetch(
            [("id", "in", list(ids))], ["name", "sequence", "conveyor_phase", "norm_days", "is_won", "team_ids"], order="sequence, id")
        rows = [self._section_row(stage, LEAD_GENERATION) for stage in stages
                if (stage.id, LEAD_GENERATION) in keys and stage.conveyor_phase != LEAD_GENERATION]
        rows += [self._section_row(stage, stage.conveyor_phase) for stage in stages]
        return rows, len(pipelines) > 1

    @api.model
    def _section_row(self, stage, phase):
        as_lead = stage.conveyor_phase != phase
        name = self.env._("%(section)s (leads)", section=stage.name) if as_lead else stage.name
        return SectionRow(stage.id, phase, name, frozenset(stage.team_ids.ids),
                          ", ".join(stage.team_ids.mapped("name")) or self.env._("All teams"), as_lead,
                          0 if as_lead else stage.norm_days, stage.is_won)

    @api.model
    def _previous(self, rows):
        """For each row the index of the one before it in its pipeline.

        The first section of a pipeline follows the leads that stood there before
        their conversion. Behind the won section a path of its own begins: the
        accounts there are no longer the leads that were won.
        """
        previous = []
        for index, row in enumerate(rows):
            before = next((place for place in range(index - 1, -1, -1) if row.follows(rows[place])), None)
            if before is None:
                before = next((place for place in range(index) if rows[place].stage_id == row.stage_id), None)
            previous.append(None if before is not None and rows[before].is_won and not row.is_won else before)
        return previous

    @api.model
    def _phase_names(self):
        return dict(self.env["crm.stage"]._fields["conveyor_phase"]._description_selection(self.env))

    # ------------------------------------------------------------ funnel
    @api.model
    def _funnel_table(self, scope):
        sums = self._sums(scope, ("stage_id", "phase"))
        rows, is_mixed = self._section_rows(scope, {key for key, tally in sums.items() if tally != Tally()})
        counted = self._sums(scope, (), where=WHOLE).get((), Tally()).reached
        shares = conversions([sums.get(row.key, Tally()) for row in rows], self._previous(rows), counted, scope.counting)
        medians = self._medians(scope, ("stage_id", "phase"))
        reasons = self._main_reasons(scope)
        table = self._make_table(
            scope, "funnel", self.env._("Funnel"), self._funnel_columns(scope),
            [self._funnel_row(scope, row, sums.get(row.key, Tally()), share, medians.get(row.key), reasons.get(row.key))
             for row, share in zip(rows, shares)])
        return table.without(*[] if is_mixed else ["team"], *[] if any(row.norm_days for row in rows) else ["norm_days"])

    @api.model
    def _funnel_columns(self, scope):
        drill = {measure: self._behind(scope, measure) for measure in ("reached", "passed", "lost", "in_now", "left")}
        words = self._definitions(scope.counting)
        return (
            Column("section", self.env._("Section")),
            Column("phase", self.env._("Phase")),
            Column("team", self.env._("Team")),
            Column("reached", self.env._("Reached"), INTEGER, words["reached"], drill["reached"]),
            Column("passed", self.env._("Passed"), INTEGER, words["passed"], drill["passed"]),
            Column("lost", self.env._("Lost here"), INTEGER, words["lost_here"], drill["lost"]),
            Column("lost_reasons", self.env._("Main reasons"), note=words["lost_reasons"], drill=drill["lost"]),
            Column("in_now", self.env._("In it now"), INTEGER, words["in_now"], drill["in_now"]),
            Column("conversion_previous", self.env._("From previous"), PERCENT, words["conversion_previous"],
                   drill["reached"]),
            Column("conversion_start", self.env._("From start"), PERCENT, words["conversion_start"], drill["reached"]),
            Column("mean_days", self.env._("Days, mean"), DAYS, words["days"], drill["left"]),
            Column("median_days", self.env._("Days, median"), DAYS, words["median"], drill["left"]),
            Column("norm_days", self.env._("Days, norm"), INTEGER, words["norm_days"]),
            Column("touches", self.env._("Touches"), INTEGER, words["touches"], self._touched(scope)),
            Column("touches_per_lead", self.env._("Touches per lead"), DECIMAL, words["touches_per_lead"],
                   self._touched(scope)),
            Column("value_reached", self.env._("Value reached"), MONEY, words["value"], drill["reached"]),
            Column("value_lost", self.env._("Value lost"), MONEY, words["value"], drill["lost"]),
        )

    @api.model
    def _funnel_row(self, scope, row, tally, share, median, reasons):
        return Row(
            f"{row.stage_id}:{row.phase}", {
                "section": row.name, "phase": self._phase_names()[row.phase], "team": row.team_names,
                "reached": tally.reached, "passed": tally.passed, "lost": tally.lost,
                "lost_reasons": reasons, "in_now": tally.in_now,
                "conversion_previous": share.previous, "conversion_start": share.start,
                "mean_days": tally.mean_days, "median_days": median, "norm_days": row.norm_days or None,
                "touches": tally.touches,
                "touches_per_lead": tally.effort(scope.counting),
                "value_reached": tally.value_reached, "value_lost": tally.value_lost,
                "bar_length": max(tally.reached, tally.passed + tally.lost + tally.in_now),  # no column: drawn only
            }, domain=(("stage_id", "=", row.stage_id), ("phase", "=", row.phase)), kind="section")

    # ------------------------------------------------------------ lost reasons
    @api.model
    def _lost_by_reason(self, scope):
        """``[(section key, reason id, Tally)]``, the most frequent first."""
        sums = self._sums(scope, ("stage_id", "phase", "lost_reason_id"), REASON)
        lost = [((stage, phase), reason, tally) for (stage, phase, reason), tally in sums.items() if tally.lost]
        return sorted(lost, key=lambda item: (-item[2].lost, item[1] or 0))

    @api.model
    def _reason_names(self, lost):
        return {None: self.env._("No reason given"),
                **self._names("crm.lost.reason", {reason for _key, reason, _tally in lost})}

    @api.model
    def _main_reasons(self, scope):
        lost = self._lost_by_reason(scope)
        names, texts = self._reason_names(lost), {}
        for key, reason, tally in lost:
            texts.setdefault(key, []).append(f"{names.get(reason, names[None])} {tally.lost}")
        return {key: ", ".join(parts[:MAIN_REASONS]) for key, parts in texts.items()}

    @api.model
    def _lost_reason_table(self, scope):
        lost = self._lost_by_reason(scope)
        names, all_lost = self._reason_names(lost), sum(tally.lost for _key, _reason, tally in lost)
        sections, _is_mixed = self._section_rows(scope, {key for key, _reason, _tally in lost})
        rows = [
            self._lost_reason_row(section, reason, names.get(reason, names[None]), tally, all_lost)
            for section in sections for key, reason, tally in lost if key == section.key]
        words, behind = self._definitions(scope.counting), self._behind(scope, "lost")
        columns = (
            Column("section", self.env._("Section")),
            Column("phase", self.env._("Phase")),
            Column("reason", self.env._("Lost reason")),
            Column("lost", self.env._("Lost here"), INTEGER, words["lost_here"], behind),
            Column("share", self.env._("Share of all lost"), PERCENT, words["share"], behind),
            Column("value_lost", self.env._("Value lost"), MONEY, words["value"], behind),
        )
        total = Row("total", {
            "section": self.env._("Total"), "lost": all_lost, "share": ratio(all_lost, all_lost),
            "value_lost": sum(tally.value_lost for _key, _reason, tally in lost),
        }, (("stage_id", "!=", False),), kind="total")
        return self._make_table(scope, "lost_reasons", self.env._("Lost Reasons"), columns, rows, total)

    @api.model
    def _lost_reason_row(self, section, reason, name, tally, all_lost):
        return Row(
            f"{section.stage_id}:{section.phase}:{reason or 0}", {
                "section": section.name, "phase": self._phase_names()[section.phase], "reason": name,
                "lost": tally.lost, "share": ratio(tally.lost, all_lost), "value_lost": tally.value_lost,
            }, domain=(("stage_id", "=", section.stage_id), ("phase", "=", section.phase),
                       ("lost_reason_id", "=", reason or False)))
