from odoo import models

from ..engine.mining_picture import ENOUGH
from ..engine.table import INTEGER, PERCENT, TEXT, Column, Row


class ConveyorProcessVersion(models.Model):
    """Tables of a version: contacts, who does what, and what went together with winning."""

    _inherit = "conveyor.process.version"

    def _first_contact_table(self, picture):
        env = self.env
        columns = (
            Column("contact", env._("First contact")), Column("count", env._("Leads"), INTEGER),
            Column("won", env._("Won"), INTEGER),
            Column("share", env._("Won, of these"), PERCENT, env._("Open leads have not said yet.")),
        )
        rows = [Row(f"touch:{row['channel']}:{row['direction']}", {
            "contact": self._contact_words(row), "count": row["count"], "won": row["won"],
            "share": row["won"] / row["count"] if row["count"] else None,
        }) for row in picture.get("first_contacts", ())]
        return self._make_table("first_contacts", env._("First Contacts"), columns, rows)

    def _contact_table(self, picture, label):
        env = self.env
        columns = (
            Column("step", env._("At the step")), Column("contact", env._("What was done")),
            Column("count", env._("Times"), INTEGER, env._("How often, repeats counted.")),
            Column("leads", env._("Leads"), INTEGER, env._("With how many leads.")),
            Column("share", env._("Of those there"), PERCENT, env._("Of the leads that came to the step.")),
        )
        rows = [Row(f"{step['key']}>{row['channel']}:{row['direction']}", {
            "step": label(step["key"]), "contact": self._contact_words(row), "count": row["count"], "leads": row["leads"],
            "share": row["leads"] / step["count"] if step["count"] else None,
        }) for step in picture.get("steps", ()) for row in step["touches"]]
        return self._make_table("contacts", env._("Contacts at Each Step"), columns, rows)

    def _people_table(self, picture, label):
        env = self.env
        columns = (
            Column("step", env._("Step")), Column("person", env._("Who")),
            Column("count", env._("Times"), INTEGER, env._("How often it was done by this person.")),
            Column("share", env._("Of all times"), PERCENT),
        )
        steps = picture.get("steps", ())
        names = {user.id: user.name for user in env["res.users"].sudo().browse(  # names of colleagues are no secret
            {row["user_id"] for step in steps for row in step.get("performers", ())}).exists()}
        rows = [Row(f"{step['key']}>{row['user_id']}", {
            "step": label(step["key"]), "person": names.get(row["user_id"], env._("Somebody who is gone")), "count": row["count"],
            "share": row["count"] / step["visits"] if step["visits"] else None,
        }) for step in steps for row in step.get("performers", ())]
        return self._make_table("people", env._("Who Does What"), columns, rows)

    # ------------------------------------------------------------ won and lost
    def _feature_words(self):
        return {
            **self.env["conveyor.process.label"]._words(),
            "touched_within_a_day": self.env._("Touched within a day of coming"),
            "seven_touches": self.env._("Seven touches or more"),
            "section_again": self.env._("Came to a section once more"),
        }

    def _feature_table(self, picture):
        env, rows = self.env, picture.get("features", ())
        columns = (
            Column("feature", env._("What they had")),
            Column("won", env._("Of the won"), PERCENT, env._("Share of the won leads that had it.")),
            Column("won_count", env._("Won leads"), TEXT),
            Column("lost", env._("Of the lost"), PERCENT, env._("Share of the lost leads that had it.")),
            Column("lost_count", env._("Lost leads"), TEXT),
            Column("low", env._("Difference, at least"), PERCENT, env._("With 95 % certainty, over all rows of the table together.")),
            Column("high", env._("at most"), PERCENT),
            Column("verdict", env._("What it says"), TEXT, env._("What went together, not what caused what.")),
        )
        names = self._labels()
        words = self._feature_words()
        table = self._make_table("features", env._("What Won Leads Had and Lost Ones Lacked"), columns, [
            self._feature_row(row, words.get(row["feature"]) or names.get(row["feature"], row["feature"])) for row in rows],
            self._feature_notes(rows))
        return table if any(row.cells["low"] is not None for row in table.rows) else table.without("low", "high")

    def _feature_row(self, row, name):
        enough = min(row["won"], row["lost"]) >= ENOUGH
        of = self.env._("%(with)s of %(all)s")
        return Row(row["feature"], {
            "feature": name, "won": row["won_with"] / row["won"] if row["won"] else None,
            "lost": row["lost_with"] / row["lost"] if row["lost"] else None,
            "won_count": of % {"with": row["won_with"], "all": row["won"]},
            "lost_count": of % {"with": row["lost_with"], "all": row["lost"]},
            "low": row["low"] if enough else None, "high": row["high"] if enough else None, "verdict": self._verdict(row, enough)})

    def _verdict(self, row, enough):
        if not enough:
            return self.env._("Too few leads to say")
        if not row["claim"]:
            return self.env._("No difference beyond chance")
        return self.env._("Won leads have it more often") if row["difference"] > 0 else self.env._("Lost leads have it more often")

    def _feature_notes(self, rows):
        if rows and min(rows[0]["won"], rows[0]["lost"]) < ENOUGH:
            return (self.env._(
                "Nothing is claimed: it takes %(enough)s won and %(enough)s lost leads, and there are %(won)s and %(lost)s.",
                enough=ENOUGH, won=rows[0]["won"], lost=rows[0]["lost"]),)
        return (self.env._("It says what went together, not what caused what: whoever is won stays longer and is spoken to more often."),)
