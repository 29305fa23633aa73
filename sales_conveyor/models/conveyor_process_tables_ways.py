from odoo import models

from ..engine.table import DAYS, INTEGER, PERCENT, TEXT, Column, Row
from .conveyor_process_tables import days


class ConveyorProcessVersion(models.Model):
    """Tables of a version: the ways between steps, whole ways, waiting and losing."""

    _inherit = "conveyor.process.version"

    def _way_words(self):
        return {"forward": self.env._("Onwards"), "skip": self.env._("Over a section"), "back": self.env._("Back"),
                "loss": self.env._("Lost"), "win": self.env._("Won")}

    def _way_table(self, picture, label):
        env, kinds = self.env, self._way_words()
        columns = (
            Column("source", env._("From")), Column("target", env._("To")), Column("kind", env._("Way")),
            Column("count", env._("Times"), INTEGER, env._("How often it happened.")),
            Column("leads", env._("Leads"), INTEGER, env._("To how many leads.")),
            Column("median", env._("Days between"), DAYS, env._("Half of the times it took no longer.")),
            Column("p90", env._("9 of 10 within"), DAYS, env._("Days within which nine of ten came.")),
        )
        rows = [Row(f"{arc['source']}>{arc['target']}", {
            "source": label(arc["source"]), "target": label(arc["target"]), "kind": kinds[arc["kind"]], "count": arc["count"],
            "leads": arc["leads"], "median": days(arc["median_wait"]), "p90": days(arc["p90_wait"]),
        }, drills={"leads": self._walk("arc", arc["source"], arc["target"])}) for arc in picture.get("arcs", ())]
        return self._make_table("ways", env._("From Step to Step"), columns, rows)

    def _variant_table(self, picture, label):
        env = self.env
        columns = (
            Column("path", env._("Way")),
            Column("count", env._("Leads"), INTEGER, env._("Leads that went exactly this way.")),
            Column("share", env._("Of all"), PERCENT, env._("Of all leads of the period.")),
            Column("won", env._("Won"), INTEGER), Column("lost", env._("Lost"), INTEGER), Column("open", env._("Open"), INTEGER),
            Column("conversion", env._("Conversion"), PERCENT, env._("Won, of those that are closed.")),
            Column("days", env._("Days"), DAYS, env._("Half of the leads took no longer, from the first to the last event.")),
        )
        rows = [Row(str(place), {
            "path": " → ".join(map(label, row["path"])), "days": days(row["median_seconds"]),
            **{name: row[name] for name in ("count", "share", "won", "lost", "open", "conversion")},
        }, drills={"count": self._walk("path", *row["path"])}) for place, row in enumerate(picture.get("variants", ()), 1)]
        return self._make_table("variants", env._("Ways of the Leads"), columns, rows, self._variant_notes(picture))

    def _variant_notes(self, picture):
        rest = picture.get("variant_rest") or 0
        return (self.env._("The most common ways; %(count)s leads went other ones.", count=rest),) if rest else ()

    def _wait_table(self, picture, label):
        env = self.env
        columns = (
            Column("way", env._("Between")),
            Column("total", env._("Days of all leads"), DAYS, env._("All waiting together: where most time can be won.")),
            Column("median", env._("Days"), DAYS, env._("Half of the times it took no longer.")),
            Column("count", env._("Times"), INTEGER),
        )
        rows = [Row(f"{row['source']}>{row['target']}", {
            "way": f"{label(row['source'])} → {label(row['target'])}", "total": days(row["total"]), "median": days(row["median"]),
            "count": row["count"],
        }, drills={"count": self._walk("arc", row["source"], row["target"])}) for row in picture.get("waits", ())]
        return self._make_table("waits", env._("Where Leads Wait"), columns, rows)

    def _loss_table(self, picture, label):
        env = self.env
        columns = (
            Column("step", env._("Lost after")),
            Column("count", env._("Leads"), INTEGER, env._("Lost leads that had come no further.")),
            Column("share", env._("Of all lost"), PERCENT),
            Column("reasons", env._("Reasons for the loss"), TEXT, env._("As salespeople gave them.")),
        )
        rows = [Row(row["key"], {
            "step": label(row["key"]), "count": row["count"], "share": row["share"], "reasons": self._reasons_in_words(row["reasons"]),
        }, drills={"count": self._walk("lost_at", row["key"])}) for row in picture.get("losses", ())]
        return self._make_table("losses", env._("Where Leads Are Lost"), columns, rows)

    def _reasons_in_words(self, reasons):
        return ", ".join(self.env._("%(reason)s: %(count)s", reason=row["name"] or self.env._("no reason given"), count=row["count"])
                         for row in reasons)
