from odoo import models
from odoo.tools import SQL, split_every

from ..engine import cadence as engine

BATCH = 1000


class _Undo(Exception):
    """Takes the rehearsal of a change back."""


class ConveyorCadence(models.Model):
    """What a change of the steps means for the clients inside."""

    _inherit = "conveyor.cadence"

    def write(self, vals):
        """A form saves many steps at once: the clients inside go on by the new ones once."""
        if "step_ids" not in vals:
            return super().write(vals)
        with self._steps_told() as cadences:
            result = super(ConveyorCadence, cadences.with_context(conveyor_steps_later=True)).write(vals)
        self._steps_changed()
        return result

    def _steps_changed(self):
        """Those inside go on by the steps as they are now."""
        if self.env.context.get("conveyor_steps_later"):
            return
        self.env.flush_all()
        inside = self.env["conveyor.enrolment"].sudo().search(  # whoever's clients they are
            [("cadence_id", "in", self.ids), ("state", "in", ("running", "snoozed"))])
        for ids in split_every(BATCH, inside.ids):
            inside.browse(ids)._replan()

    def preview_change(self, vals):
        """What saving these values would mean for the clients inside. Writes nothing.

        :param dict vals: as for ``write``, with commands for ``step_ids``
        :return: False when nobody is inside or nothing changes for them, else
            ``{"summary", "rows": [{"count", "before", "after", "changed"}], "note"}``
        """
        self.ensure_one()
        self.check_access("write")
        groups = self._progress_groups()
        if not groups:
            return False
        before = self._next_steps(groups)
        after = self._rehearsed(vals, lambda: self._next_steps(groups))
        if before == after:
            return False
        return self._preview_words(groups, before, after)

    def _rehearsed(self, vals, ask):
        """What ``ask`` says once ``vals`` are written, which is taken back."""
        answer = None
        try:
            with self.env.cr.savepoint():
                self.with_context(conveyor_steps_later=True, conveyor_steps_told=True).write({"step_ids": vals.get("step_ids", [])})
                self.env.flush_all()
                answer = ask()
                raise _Undo
        except _Undo:
            self.env.invalidate_all(flush=False)
        return answer

    def _progress_groups(self):
        """Clients inside who have been through the same: (count, Progress)."""
        for name in ("conveyor.enrolment", "conveyor.step.run"):
            self.env[name].flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT count(*), loop, done, max(start_date), max(last_date) FROM (
                   SELECT e.id, e.loop, e.start_date, e.last_date, COALESCE((
                       SELECT array_agg(r.step_id ORDER BY r.step_id) FROM conveyor_step_run r
                        WHERE r.enrolment_id = e.id AND r.loop = e.loop AND r.state <> 'planned'), '{}') AS done
                     FROM conveyor_enrolment e WHERE e.cadence_id = %s AND e.state IN ('running', 'snoozed')) inside
                GROUP BY loop, done, last_date IS NULL ORDER BY loop, count(*) DESC""", self.id))
        return [(count, engine.Progress(start, last, loop or 0, None, frozenset(done)))
                for count, loop, done, start, last in rows]

    def _next_steps(self, groups):
        """The next step of each group: (its words, its words with the delay)."""
        steps = self._plan_steps()[self.id]
        words = {step.id: (step.display_name, step._words_with_delay()) for step in self.step_ids}
        places = [engine.next_place(steps, progress) for _count, progress in groups]
        end = self.env._("the end")
        return [words[place[0].id] if place else (end, end) for place in places]

    def _preview_words(self, groups, before, after):
        counts = {}
        for (count, _progress), old, new in zip(groups, before, after):
            is_same_step_later = old[0] == new[0] and old != new
            row = (old[1], new[1]) if is_same_step_later else (old[0], new[0])
            counts[row] = counts.get(row, 0) + count
        moved = sum(count for (old, new), count in counts.items() if old != new)
        return {
            "summary": self.env._(
                "Clients in this cadence: %(count)s. The next touch becomes another one for: %(moved)s.",
                count=sum(counts.values()), moved=moved),
            "rows": [{"count": count, "before": old, "after": new, "changed": old != new}
                     for (old, new), count in counts.items()],
            "note": self.env._(
                "They go on by the new steps from where they stand: no touch is repeated and none is lost. Steps that clients "
                "have been through are kept in the archive."),
        }
