from odoo import api, models

from ..engine.table import DAYS, DECIMAL, PERCENT, Column, Row
from .conveyor_process_tables import days


class ConveyorProcessVersion(models.Model):
    """Two versions side by side, in figures."""

    _inherit = "conveyor.process.version"

    def action_compare(self):
        """The dialog, with the version before this one chosen."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Compare Versions"), "res_model": "conveyor.process.compare",
            "views": [(False, "form")], "target": "new", "context": {"default_version_id": self.id, "dialog_size": "extra-large"}}

    @api.readonly
    def get_comparison(self, other_id):
        """Tables of this version beside another one of the process, for the screen; the older one stands at the left."""
        self.ensure_one()
        other = self.search([("id", "=", other_id), ("id", "!=", self.id), ("process_id", "=", self.process_id.id)])
        if not other:
            return []
        older, newer = (self | other).sorted("number")
        return [table.as_dict() for table in newer._comparison_tables(older).values()]

    def _comparison_tables(self, other):
        """``{key: Table}``; differences are this version minus the other one."""
        pictures = other._picture(), self._picture()
        tables = (self._compared_figures(other), self._compared_steps(other, *pictures), self._compared_waits(other, *pictures))
        return {table.key: table for table in tables}

    def _compared(self, other, key, title, first, kind, rows):
        columns = (
            first, Column("other", self.env._("Version %(number)s", number=other.number), kind),
            Column("own", self.env._("Version %(number)s", number=self.number), kind),
            Column("difference", self.env._("Difference"), kind, self.env._("The right one minus the left one; of shares in percentage points.")))
        return self._make_table(key, title, columns, rows)

    @api.model
    def _compared_row(self, key, name, old, new, kind=None):
        known = old is not None and new is not None
        types = dict.fromkeys(("other", "own", "difference"), kind) if kind else {}
        return Row(key, {"name": name, "other": old, "own": new, "difference": new - old if known else None}, types=types)

    def _compared_figures(self, other):
        old, new = (version._figure_table() for version in (other, self))
        rows = [self._compared_row(row.key, row.cells["figure"], old.value(row.key, "value"), row.cells["value"], row.types["value"])
                for row in new.rows]
        return self._compared(other, "figures", self.env._("Efficiency"), Column("name", self.env._("Figure")), DECIMAL, rows)

    def _compared_steps(self, other, before, now):
        labels = {**other._labels(), **self._labels()}
        old, new = ({step["key"]: step["share"] for step in picture.get("steps", ())} for picture in (before, now))
        keys = [*new, *(key for key in old if key not in new)]
        rows = [self._compared_row(key, labels[key], old.get(key, 0.0), new.get(key, 0.0)) for key in keys]
        title, first = self.env._("Share of Leads That Came to a Step"), Column("name", self.env._("Step"))
        return self._compared(other, "steps", title, first, PERCENT, rows)

    def _compared_waits(self, other, before, now):
        labels = {**other._labels(), **self._labels()}
        old, new = ({(arc["source"], arc["target"]): days(arc["median_wait"]) for arc in picture.get("arcs", ())} for picture in (before, now))
        rows = [self._compared_row(f"{source}>{target}", f"{labels[source]} → {labels[target]}", old[source, target], value)
                for (source, target), value in new.items() if (source, target) in old and (value or old[source, target])]
        title, first = self.env._("Days between Steps, Half Take No Longer"), Column("name", self.env._("Between"))
        return self._compared(other, "waits", title, first, DAYS, rows)
