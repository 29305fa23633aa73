from odoo import api, models
from odoo.tools import SQL

from ..engine.mining_conformance import conform
from ..engine.mining_picture import ENOUGH
from .conveyor_process_label import CLOSING, CREATED

USUALLY = 0.3  # from this share on the most common follower is said to be usual
SPOKEN = ("script", "said", "who", "mistakes")


class CrmLead(models.Model):
    """One line on a lead's form: where it stands in its documented process, and what usually comes next.

    The form asks for it by itself, so lists and saves pay nothing for it.
    """

    _inherit = "crm.lead"

    def get_process_line(self):
        """``{"process", "step", "next", "basis", "texts"}`` for the screen; False of closed leads, and
        without a current version."""
        self.ensure_one()
        if not self.env["conveyor.process"]._is_documented() or self.won_status != "pending":
            return False
        version = self._current_process_version()
        guide = version and version._guide()
        if not guide or not guide["path"]:
            return False
        keys = self._process_keys()
        belt = [key for key in keys if not key.startswith("touch:")]
        usual = version._usually_next(keys[-1], guide) if keys else None
        here = self._documented_place(belt, guide["path"])
        words = self.env["conveyor.process.label"]._labels({here and here[0], usual and usual["target"]} - {None})
        return {
            "process": version.display_name, "texts": version.process_id._step_texts(belt[-1]) if belt else [],
            "step": self._step_words(here, words), "next": self._usual_words(usual, words),
            "basis": usual and self.env._("It came next %(count)s of %(all)s times.", count=usual["count"], all=usual["of"])}

    def _current_process_version(self):
        process_id = self.env["conveyor.process"]._process_of(self).get(self.id)
        return process_id and self.env["conveyor.process.version"].search(
            [("process_id", "=", process_id), ("state", "=", "current")], limit=1)

    def _process_keys(self):
        """What happened to the lead, in order."""
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            "SELECT code FROM (%s) e ORDER BY at, rank, ord",
            self.env["conveyor.process.log"]._events_sql(SQL("(SELECT %s::int AS lead_id)", self.id))))
        return [self.env["conveyor.process.label"]._key(code) for code, in rows]

    @api.model
    def _documented_place(self, belt, path):
        """(step, its number, how many there are), None before the first one."""
        aside = {CREATED, *CLOSING}
        steps = [key for key in path if key not in aside]
        here = next((key for key in reversed(belt) if key in steps), None)
        if here is None:
            return None
        place = conform(tuple(belt), tuple(steps), False, aside).position
        return (steps[place - 1] if place else here), place or steps.index(here) + 1, len(steps)

    def _step_words(self, here, words):
        return bool(here) and self.env._("Step %(place)s of %(all)s: %(step)s", step=words[here[0]], place=here[1], all=here[2])

    def _usual_words(self, usual, words):
        if not usual:
            return False
        step, often = words[usual["target"]], round(10 * usual["share"])
        if not usual["wait"]:
            return self.env._("Then usually: %(step)s (%(often)s of 10)", step=step, often=often)
        return self.env._("Then usually: %(step)s, half of the times within %(time)s (%(often)s of 10)", step=step, often=often,
                          time=self.env["conveyor.process.change"]._duration(usual["wait"]))


class ConveyorProcessVersion(models.Model):
    _inherit = "conveyor.process.version"

    def _guide(self):
        """What a lead's line needs of the picture; the rest of it is not read."""
        self.ensure_one()
        self.check_access("read")
        [(path, arcs, ends)] = self.env.execute_query(SQL(
            "SELECT picture->'typical'->'path', picture->'full'->'arcs', picture->'full'->'ends'"
            " FROM conveyor_process_version WHERE id = %s", self.id))
        return {"path": path or [], "arcs": arcs or [], "ends": ends or {}}

    @api.model
    def _usually_next(self, key, guide):
        """The usual follower of what happened last; ``None`` of too few leads, or where nothing is usual."""
        followers = [arc for arc in guide["arcs"] if arc["source"] == key]
        times = sum(arc["count"] for arc in followers) + guide["ends"].get(key, 0)
        usual = max((arc for arc in followers if arc["target"] not in CLOSING), key=lambda arc: arc["count"], default=None)
        if not usual or times < ENOUGH or usual["count"] < USUALLY * times:
            return None
        return {"target": usual["target"], "wait": usual["median_wait"], "count": usual["count"], "of": times,
                "share": usual["count"] / times}


class ConveyorProcess(models.Model):
    _inherit = "conveyor.process"

    def _step_texts(self, key):
        """``[{"title", "text"}]``: what people say about a step, in the reader's language."""
        step = self.env["conveyor.process.step"].search([("process_id", "=", self.id), ("key", "=", key)], limit=1)
        return [{"title": step._fields[name]._description_string(self.env), "text": step[name]} for name in SPOKEN if step[name]]
