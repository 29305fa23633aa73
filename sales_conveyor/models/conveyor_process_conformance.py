from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine.mining_conformance import EXTRA, REPEATED, SKIPPED, WRONG_ORDER, fit
from ..engine.mining_lift import LOST_MORE, NOT_ENOUGH, SAME, WON_MORE
from ..engine.mining_picture import ENOUGH, Variant
from ..engine.statistics import wilson
from ..engine.table import DAYS, DECIMAL, INTEGER, PERCENT, TEXT, Column, Row
from .conveyor_process_label import CLOSING, LOST, WON
from .conveyor_process_tables import days

COUNTS = SQL("user_id, outcome, count(*), COALESCE(sum(seconds), 0)::float8")
DEVIATIONS_LISTED = 30


class ConveyorProcess(models.Model):
    """Whether leads go the documented way: the usual way to a sale of the current version."""

    _inherit = "conveyor.process"

    def get_conformance(self, date_from=None, date_to=None):
        """Tables of the leads that entered within these days, for the screen; only those that the reader may see.

        :return: ``{"tables": […], "sentence": …}``; no tables without a current version
        """
        self.ensure_one()
        self.check_access("read")
        version = self.current_version_id
        if not version:
            return {"tables": [], "sentence": self.env._(
                "No version of this process is current. Document it as it is today, and make the draft current.")}
        first, last = self._period_of(date_from, date_to)
        tables = version._conformance_tables(first, last)
        return {"tables": [table.as_dict() for table in tables.values()], "sentence": version._documented_sentence(),
                "date_from": first.isoformat(), "date_to": last.isoformat()}


class ConveyorProcessVersion(models.Model):
    """Conformance: the ways of leads laid beside the documented one."""

    _inherit = "conveyor.process.version"

    def _documented_path(self):
        """Keys of the usual way to a sale."""
        return tuple((self._picture().get("typical") or {}).get("path", ()))

    def _documented_sentence(self):
        labels = self._labels()
        steps = " → ".join(labels.get(key, key) for key in self._documented_path() if key not in CLOSING)
        return self.env._("Documented way, version %(number)s: %(steps)s", number=self.number, steps=steps)

    def _conformance_tables(self, first, last):
        """``{key: Table}`` of the leads that entered within these days.

        :raise UserError: the version knows no way to a sale
        """
        if not self._documented_path():
            raise UserError(self.env._("This version knows no way to a sale: there were no leads. Document a period with leads."))
        self.env["conveyor.funnel.fact"]._refresh()
        people = self._paths_by_person(first, last)
        everybody = self._fit([variant for variants in people.values() for variant in variants])
        scope = first, last
        tables = (self._fit_table(everybody, scope), self._deviation_table(everybody, scope), self._person_table(people, scope))
        return {table.key: table for table in tables}

    def _paths_by_person(self, first, last):
        """``{user id: variants}``; of each path the won, the lost and the open ones apart."""
        rows = self.env["conveyor.process.walk"]._read_paths(self.process_id, first, last, COUNTS)
        people = defaultdict(list)
        for path, user_id, outcome, count, seconds in rows:
            people[user_id].append(Variant(
                path, count, count if outcome == WON else 0, count if outcome == LOST else 0,
                won_seconds=seconds if outcome == WON else 0.0))
        return people

    def _fit(self, variants):
        return fit(variants, self._documented_path(), CLOSING)

    # ------------------------------------------------------------ how many
    def _went(self, scope, what, *keys):
        return (self.env["conveyor.process.walk"]._walk(self, what, *keys, first=scope[0], last=scope[1]),)

    def _fit_table(self, found, scope):
        env = self.env
        low, high = wilson(found.fitting, found.cases)
        sure = found.cases >= ENOUGH
        figures = (
            ("leads", env._("Leads"), INTEGER, found.cases, env._("Leads of first sales that entered in the period."), "all"),
            ("fitting", env._("Went the documented way"), INTEGER, found.fitting, env._(
                "Without leaving out, repeating, turning round or adding a step; of open and lost leads as far as they came."), "fits"),
            ("deviating", env._("Went otherwise"), INTEGER, found.cases - found.fitting, env._("Leads with any deviation."), "deviates"),
            ("share", env._("Share that fits"), PERCENT, found.share, env._("Of all these leads."), None),
            *((("low", env._("surely at least"), PERCENT, low, env._("Wilson's interval of 95 %."), None),
               ("high", env._("and at most"), PERCENT, high, env._("Wilson's interval of 95 %."), None)) if sure else ()),
        )
        rows = [Row(key, {"figure": label, "value": value}, drills={"value": self._went(scope, what) if what else None},
                    types={"value": kind}, note=note) for key, label, kind, value, note, what in figures]
        columns = Column("figure", env._("Figure")), Column("value", env._("Result"), DECIMAL)
        return self._make_table("fit", env._("Conformance"), columns, rows, () if sure else (self._too_few(found.cases),))

    def _too_few(self, cases):
        return self.env._("%(cases)s leads are too few to say what holds in general: it takes %(enough)s.", cases=cases, enough=ENOUGH)

    # ------------------------------------------------------------ in which way
    def _deviation_words(self):
        return {SKIPPED: self.env._("Left out: %(step)s"), REPEATED: self.env._("Once more: %(step)s"),
                WRONG_ORDER: self.env._("At another place: %(step)s"), EXTRA: self.env._("Added: %(step)s")}

    def _verdict_words(self):
        return {WON_MORE: self.env._("Goes with more sales"), LOST_MORE: self.env._("Goes with fewer sales"),
                SAME: self.env._("No difference beyond chance"), NOT_ENOUGH: self.env._("Too few leads to say")}

    def _deviation_table(self, found, scope):
        env = self.env
        columns = (
            Column("deviation", env._("Deviation")),
            Column("leads", env._("Leads"), INTEGER, env._("Leads with it.")),
            Column("share", env._("Of all"), PERCENT, env._("Of all leads of the period.")),
            Column("with", env._("Conversion with it"), PERCENT, env._("Won, of the closed leads with it.")),
            Column("without", env._("Conversion without"), PERCENT, env._(
                "Won, of the closed leads without it; of a step left out, of those that went on after it.")),
            Column("low", env._("Difference, at least"), PERCENT, env._("With 95 % certainty, over all rows of the table together.")),
            Column("high", env._("at most"), PERCENT),
            Column("days_with", env._("Days to win with it"), DAYS, env._("Mean of the won leads.")),
            Column("days_without", env._("Days without it"), DAYS, env._("Mean of the won leads.")),
            Column("verdict", env._("What it says"), TEXT, env._("What went together, not what caused what.")),
        )
        listed = found.deviations[:DEVIATIONS_LISTED]
        words, label = self._deviation_words(), self._label_of(row.activity for row in listed)
        rows = [self._deviation_row(row, words[row.kind] % {"step": label[row.activity]}, scope) for row in listed]
        table = self._make_table("deviations", env._("How They Went Otherwise"), columns, rows)
        return table if any(row.verdict != NOT_ENOUGH for row in listed) else table.without("low", "high")

    def _label_of(self, keys):
        return self.env["conveyor.process.label"]._labels_or(set(keys), self._names_then(self._picture()))

    def _deviation_row(self, row, name, scope):
        sure = row.verdict != NOT_ENOUGH
        return Row(f"{row.kind}:{row.activity}", {
            "deviation": name, "leads": row.cases, "share": row.share, "with": row.conversion_with, "without": row.conversion_without,
            "low": row.low if sure else None, "high": row.high if sure else None, "days_with": days(row.won_seconds_with),
            "days_without": days(row.won_seconds_without), "verdict": self._verdict_words()[row.verdict],
        }, drills={"leads": self._went(scope, row.kind, row.activity)})

    # ------------------------------------------------------------ by whom
    def _person_table(self, people, scope):
        env = self.env
        columns = (
            Column("person", env._("Salesperson")), Column("leads", env._("Leads"), INTEGER),
            Column("fitting", env._("Documented way"), INTEGER), Column("share", env._("Share that fits"), PERCENT),
            Column("conversion", env._("Conversion"), PERCENT, env._("Won, of the closed leads.")),
            Column("common", env._("Most common deviation")),
            Column("common_leads", env._("Leads with it"), INTEGER),
        )
        names = {user.id: user.name for user in env["res.users"].sudo().browse(filter(None, people)).exists()}  # no secret
        rows = [self._person_row(user_id, names.get(user_id, env._("Unassigned")), variants, scope) for user_id, variants in people.items()]
        rows.sort(key=lambda row: (-row.cells["leads"], row.cells["person"]))
        return self._make_table("people", env._("By Salesperson"), columns, rows)

    def _person_row(self, user_id, name, variants, scope):
        found, whose = self._fit(variants), (("user_id", "=", user_id or False),)
        won, lost = sum(variant.won for variant in variants), sum(variant.lost for variant in variants)
        common = found.deviations[0] if found.deviations else None
        label = self._label_of([common.activity])[common.activity] if common else ""
        return Row(str(user_id or 0), {
            "person": name, "leads": found.cases, "fitting": found.fitting, "share": found.share,
            "conversion": won / (won + lost) if won + lost else None,
            "common": self._deviation_words()[common.kind] % {"step": label} if common else None,
            "common_leads": common.cases if common else None,
        }, whose, {"leads": self._went(scope, "all"), "fitting": self._went(scope, "fits"),
                   "common_leads": self._went(scope, common.kind, common.activity) if common else None})
