from time import monotonic

from odoo import api, models

from ..engine.mining_lift import LOST_MORE, WON_MORE, lifts
from ..engine.mining_picture import ENOUGH
from ..engine.mining_typical import longest_waits, order, typical
from .conveyor_process_counts import VARIANTS_LISTED
from .conveyor_process_label import CLOSING, CREATED, LOST, MILESTONES, WON
from .conveyor_process_log import BELT, EVENTS

FORMAT = 1
KINDS = {CREATED: "start", WON: "won", LOST: "lost"}
FIGURES = ("leads_in", "sales_out", "conversion", "average_check", "volume", "median_days", "touches_per_sale")
ARCS_LISTED = 400  # of the level with touches, the most common ones


class ConveyorProcessMiner(models.AbstractModel):
    """From the history of a process to its picture: the database counts, the engine judges.

    :meth:`_phases` is the table of contents. The picture is plain JSON, see
    :meth:`_assemble`; times are seconds of the calendar, shares 0 to 1.
    """

    _name = "conveyor.process.miner"
    _description = "Miner of First-Sale Processes"
    _inherit = ["conveyor.process.log", "conveyor.process.counts"]

    @api.model
    def _mine(self, process, first, last, progress=None):
        """Figures and picture of the leads that entered within these days.

        :param progress: function that is told the share done after each phase; it may commit
        :return: values of a ``conveyor.process.version``
        """
        started, found = monotonic(), {}
        phases = self._phases(process, first, last)
        for place, (name, work) in enumerate(phases, 1):
            with self.env["conveyor.funnel.builder"]._planned_for_many():  # for the transaction, and each phase may be one
                found[name] = work()
            if progress:
                progress(place / len(phases))
        self._drop_log()
        return self._assemble(process, found, monotonic() - started)

    @api.model
    def _phases(self, process, first, last):
        return [
            ("key_steps", lambda: self._make_log(process, first, last) or self._key_steps()),  # of one moment
            ("belt", lambda: self._picture_of(BELT)),
            ("full", lambda: self._picture_of(EVENTS)),
            ("stays", self._stays),
            ("touches", self._touches_by_step),
            ("first_contacts", self._first_contacts),
            ("features", self._features),
            ("efficiency", self._efficiency),
        ]

    # ------------------------------------------------------------ the picture
    @api.model
    def _assemble(self, process, found, seconds):
        belt, full = found["belt"], found["full"]
        sequence = self._sequence(belt)
        whole = found["efficiency"].get(("first", None), self._figures())
        picture = {
            "format": FORMAT,
            "steps": self._steps(belt, sequence, found),
            "arcs": self._arc_rows(belt, sequence),
            "variants": self._variant_rows(belt), **self._variant_counts(belt),
            "typical": self._typical(belt),
            "starts": belt.starts, "ends": belt.ends,
            "full": {"arcs": self._arc_rows(full, sequence)[:ARCS_LISTED], "variants": self._variant_rows(full),
                     **self._variant_counts(full), "typical": self._typical(full), "starts": full.starts, "ends": full.ends},
            "first_contacts": found["first_contacts"],
            "key_steps": [{"key": key, **found["key_steps"][key]} for key in sequence if key in found["key_steps"]],
            "months": [{"month": month.isoformat(), **row} for (kind, month), row in found["efficiency"].items()
                       if kind == "first" and month],
            "repeat": found["efficiency"].get(("repeat", None), self._figures()),
            "waits": self._waits(belt),
            "losses": self._loss_rows(belt, sequence),
            "features": self._feature_rows(full, found["features"]),
            "facts": self._facts(process, belt, full, seconds),
            "engine": belt.as_dict(),
        }
        return {**{name: whole[name] or 0 for name in FIGURES}, "picture": picture}

    @api.model
    def _facts(self, process, belt, full, seconds):
        company = process.company_id or self.env.company
        return {"timezone": company._conveyor_tz(), "working_time": False, "leads": belt.cases, "events": full.events,
                "seconds_of_mining": round(seconds, 2), "small": belt.won + belt.lost < ENOUGH}

    # ------------------------------------------------------------ order
    @api.model
    def _sequence(self, belt):
        """Keys of the belt in order: sections as in the pipeline, what lies between where it usually comes."""
        stages = self.env["crm.stage"].browse(self._stage_ids(belt)).exists().sorted(lambda stage: (stage.sequence, stage.id))
        known = [f"stage:{stage.id}" for stage in stages]
        usual = [key for key in order(belt) if key not in CLOSING]
        sequence = [key for key in (CREATED, *known) if key in usual]
        for place, key in enumerate(usual):
            if key not in sequence:
                before = next((other for other in reversed(usual[:place]) if other in sequence), None)
                sequence.insert(sequence.index(before) + 1 if before else 0, key)
        return [*sequence, *CLOSING]

    @api.model
    def _stage_ids(self, picture):
        return [stage_id for activity in picture.activities
                if (stage_id := self.env["conveyor.process.label"]._stage_id(activity.name))]

    # ------------------------------------------------------------ steps
    @api.model
    def _steps(self, belt, sequence, found):
        labels = self.env["conveyor.process.label"]._labels(sequence)
        stages = {f"stage:{stage.id}": stage for stage in self.env["crm.stage"].browse(self._stage_ids(belt)).exists()}
        losses, path = self._losses_by_step(belt), self._typical(belt)["path"]
        return [{
            "key": key, "label": labels[key], "kind": KINDS.get(key, "milestone" if key in MILESTONES else "section"),
            "phase": stages[key].conveyor_phase if key in stages else None, "order": place,
            **self._step_counts(belt, belt.activity(key)), "stay": found["stays"].get(key),
            "lost": sum(row["count"] for row in losses.get(key, ())), "lost_reasons": losses.get(key, []),
            "touches": found["touches"].get(key, []), "performers": self._performer_rows(belt, key), "on_path": key in path,
        } for place, key in enumerate(sequence)]

    @api.model
    def _step_counts(self, belt, activity):
        return {"count": activity.cases, "share": activity.cases / belt.cases if belt.cases else None,
                "visits": activity.count, "rework": activity.count - activity.cases,
                "leads_won": activity.won, "leads_lost": activity.lost}

    @api.model
    def _performer_rows(self, belt, key):
        return [{"user_id": row.performer, "count": row.count} for row in belt.performers if row.activity == key]

    @api.model
    def _losses_by_step(self, belt):
        names = self._reason_names(belt)
        losses = {}
        for loss in belt.losses:
            losses.setdefault(loss.activity, []).append(
                {"id": loss.reason, "name": names.get(loss.reason), "count": loss.count})
        return losses

    @api.model
    def _reason_names(self, belt):
        reasons = self.env["crm.lost.reason"].sudo().with_context(active_test=False).browse(  # archived ones were given once
            {loss.reason for loss in belt.losses if loss.reason}).exists()
        return {reason.id: reason.name for reason in reasons}

    # ------------------------------------------------------------ arcs and variants
    @api.model
    def _arc_rows(self, picture, sequence):
        place = {key: number for number, key in enumerate(sequence)}
        teams = self._teams(sequence)
        return [{
            "source": arc.source, "target": arc.target, "count": arc.count, "leads": arc.cases,
            "median_wait": arc.median_wait, "p90_wait": arc.wait.p90, "kind": self._arc_kind(arc, place, sequence, teams),
        } for arc in picture.arcs]

    @api.model
    def _teams(self, sequence):
        """``{key of a section: ids of its teams, empty of all}``."""
        ids = list(filter(None, map(self.env["conveyor.process.label"]._stage_id, sequence)))
        return {f"stage:{stage.id}": set(stage.team_ids.ids) for stage in self.env["crm.stage"].browse(ids).exists()}

    @api.model
    def _arc_kind(self, arc, place, sequence, teams):
        if arc.target in CLOSING:
            return "win" if arc.target == WON else "loss"
        if arc.source not in place or arc.target not in place:
            return "forward"  # from or to a touch
        source, target = place[arc.source], place[arc.target]
        if target <= source or arc.source in CLOSING:
            return "back"
        between = [key for key in sequence[source + 1:target] if key in teams]
        mine = (teams.get(arc.source) or set()) | (teams.get(arc.target) or set())
        return "skip" if any(not teams[key] or not mine or teams[key] & mine for key in between) else "forward"

    @api.model
    def _variant_rows(self, picture):
        return [{
            "path": list(variant.path), "count": variant.count, "share": variant.share, "won": variant.won, "lost": variant.lost,
            "open": variant.open, "conversion": variant.conversion, "median_seconds": variant.median_duration,
        } for variant in picture.variants]

    @api.model
    def _variant_counts(self, picture):
        return {"variant_count": picture.variant_count, "variant_rest": picture.cases - picture.listed_cases}

    @api.model
    def _typical(self, picture):
        found = typical(picture)
        if not found:
            return {"path": [], "rule": None, "count": 0, "won": 0, "share_won": None, "share_all": None}
        return {"path": list(found.path), "rule": found.rule, "count": found.cases, "won": found.won,
                "share_won": found.share_won, "share_all": found.share_cases}

    # ------------------------------------------------------------ what stands out
    @api.model
    def _waits(self, belt):
        return [{"source": arc.source, "target": arc.target, "total": arc.wait.total, "median": arc.median_wait,
                 "count": arc.count} for arc in longest_waits(belt, least=1, most=VARIANTS_LISTED)]

    @api.model
    def _loss_rows(self, belt, sequence):
        rows = [{"key": key, "count": sum(reason["count"] for reason in reasons), "reasons": reasons}
                for key, reasons in self._losses_by_step(belt).items()]
        return [{**row, "share": row["count"] / belt.lost} for row in sorted(
            rows, key=lambda row: (-row["count"], sequence.index(row["key"])))]

    @api.model
    def _feature_rows(self, full, beside):
        features = [(activity.name, activity.won, activity.lost) for activity in full.activities
                    if activity.name not in (CREATED, *CLOSING)]
        return [{
            "feature": lift.feature, "won_with": lift.won_with, "won": lift.won, "lost_with": lift.lost_with,
            "lost": lift.lost, "difference": lift.gap, "low": lift.low, "high": lift.high,
            "claim": lift.verdict in (WON_MORE, LOST_MORE),
        } for lift in lifts([*features, *beside], full.won, full.lost)]
