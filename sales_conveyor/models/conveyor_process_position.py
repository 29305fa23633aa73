from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.mining_conformance import conform
from .conveyor_process_label import CLOSING, WON

NEXT_LISTED = 3
TEXTS = ("said", "script", "who", "mistakes", "norm_days")


class ConveyorProcess(models.Model):
    """Where leads stand in their process, and leads that have none."""

    _inherit = "conveyor.process"

    uncovered_count = fields.Integer("Leads Without a Process", compute="_compute_uncovered_count")

    # ------------------------------------------------------------ position
    @api.model
    def _position(self, leads):
        """Where each lead stands in the current version of its process.

        :return: ``{lead id: position}``; leads without a process, or whose process has no
            current version, are left out. A position has ``process_id``, ``version_id``,
            ``path`` (keys of what happened), ``step`` (the last one), ``index`` of ``steps``
            (how many documented steps lie behind, and how many there are), ``expected`` (the
            documented step that comes now, or None), ``next`` (what usually follows the
            step: ``key``, ``share``, ``median_wait`` in seconds), ``deviations`` (``kind``,
            ``key``, ``after``), the texts of the step in the reader's language, and ``labels``
        """
        leads.check_access("read")
        process_of, paths = self._process_of(leads), self._paths(leads)
        versions = {version.process_id.id: version for version in self.env["conveyor.process.version"].search(
            [("process_id", "in", list(set(process_of.values()) - {None})), ("state", "=", "current")])}
        known = {process_id: version._picture() for process_id, version in versions.items()}
        return {lead.id: self._place(lead, versions[process_id], known[process_id], paths.get(lead.id, ()))
                for lead in leads if (process_id := process_of.get(lead.id)) in known}

    @api.model
    def _place(self, lead, version, picture, path):
        documented = tuple(picture["typical"]["path"])
        found = conform(path, documented, lead.won_status == WON, CLOSING)
        step = path[-1] if path else None
        following = self._usually_next(picture, step)
        deviations = [{"kind": one.kind, "key": one.activity, "after": one.after} for one in found.deviations]
        keys = {*path, *documented, *(row["key"] for row in following)}
        return {
            "process_id": version.process_id.id, "version_id": version.id, "path": list(path), "step": step,
            "index": found.position, "steps": len([key for key in documented if key not in CLOSING]), "expected": found.next,
            "next": following, "deviations": deviations, **self._texts_of(version.process_id, step),
            "labels": self.env["conveyor.process.label"]._labels_or(keys, version._names_then(picture)),
        }

    @api.model
    def _usually_next(self, picture, step):
        """What came most often directly after the step, of all times that something did."""
        arcs = [arc for arc in picture["arcs"] if arc["source"] == step]
        total = sum(arc["count"] for arc in arcs)
        return [{"key": arc["target"], "share": arc["count"] / total, "median_wait": arc["median_wait"]}
                for arc in sorted(arcs, key=lambda arc: -arc["count"])[:NEXT_LISTED]]

    @api.model
    def _texts_of(self, process, step):
        own = process.step_ids.filtered(lambda line: line.key == step)[:1]
        return {name: own[name] or False for name in TEXTS}

    @api.model
    def _paths(self, leads):
        """``{lead id: keys of what happened to it, in order}``, without touches."""
        self.env.flush_all()
        log, key = self.env["conveyor.process.log"], self.env["conveyor.process.label"]._key
        chosen = SQL("(SELECT unnest(%s::int[]) AS lead_id)", leads.ids)
        return {lead_id: tuple(map(key, codes)) for lead_id, codes in self.env.execute_query(SQL(
            "SELECT lead_id, array_agg(code ORDER BY at, rank, ord) FROM (%s) e GROUP BY lead_id",
            log._events_sql(chosen, with_touches=False)))}

    # ------------------------------------------------------------ without a process
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_uncovered_count(self):
        for months, processes in self.grouped("period_months").items():
            count = self._counts_since(self._first_day(months)).get(None, 0)
            for process in processes:
                process.uncovered_count = count

    def action_open_uncovered(self):
        """The leads of the last period (or of a year) that belong to no process."""
        first = self._first_day(self[:1].period_months or 12)
        return {
            "type": "ir.actions.act_window", "name": self.env._("Leads Without a Process"), "res_model": "crm.lead",
            "views": [[False, "list"], [False, "form"]], "context": {"active_test": False},
            "domain": [("sale_kind", "=", "first"), ("conveyor_process_id", "=", False),
                       ("funnel_fact_ids", "any", [("stage_id", "=", False), ("entry_date", ">=", first.isoformat())])]}
