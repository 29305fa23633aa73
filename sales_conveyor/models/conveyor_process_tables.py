from datetime import date

from odoo import api, models

from ..engine.table import DATE, DAYS, DECIMAL, INTEGER, MONEY, PERCENT, TEXT, Column, Row, Table
from .conveyor_process import MINERS

DAY = 86400
LEAD_CONTEXT = {"active_test": False}


def days(seconds):
    return None if seconds is None else seconds / DAY


class ConveyorProcessVersion(models.Model):
    """The figures of a version as finished tables, the same for screen, PDF and workbook.

    Everything is read from the snapshot; the leads behind a number are looked up
    when it is opened, as they are then.
    """

    _inherit = "conveyor.process.version"

    # ------------------------------------------------------------ entry points
    def _tables(self):
        """``{key: Table}`` in the order in which they are shown, in the reader's language."""
        self.ensure_one()
        picture, labels = self._picture(), self._labels()
        label = lambda key: labels.get(key, key)  # noqa: E731
        tables = (
            self._figure_table(),
            self._step_table(picture, label),
            self._way_table(picture, label),
            self._variant_table(picture, label),
            self._wait_table(picture, label),
            self._loss_table(picture, label),
            self._first_contact_table(picture),
            self._contact_table(picture, label),
            *([self._people_table(picture, label)] if self._sees_all() else []),
            self._feature_table(picture),
            self._month_table(picture),
            *([self._kind_table(picture)] if self._sees_all() else []),
        )
        return {table.key: table for table in tables}

    @api.model
    def _sees_all(self):
        return self.env.su or self.env.user.has_group(MINERS)

    @api.readonly
    def get_tables(self, keys=None):
        """The same as plain data, for the screen.

        :param keys: of the tables that are wanted, in this order; all without
        """
        if not self:
            return []
        tables = self._tables()
        return [tables[key].as_dict() for key in keys or tables if key in tables]

    # ------------------------------------------------------------ how they are made
    def _make_table(self, key, title, columns, rows, notes=(), total=None):
        drill = {"model": "crm.lead", "field": "", "domain": [], "context": LEAD_CONTEXT}
        currency = self.currency_id
        return Table(key, title, tuple(columns), tuple(rows), tuple(notes), total,
                     {"id": currency.id, "name": currency.name, "symbol": currency.symbol}, drill)

    def _walk(self, what, *keys):
        """Conditions of the leads that went so."""
        return (self.env["conveyor.process.walk"]._walk(self, what, *keys),)

    @api.model
    def _contact_words(self, row):
        return self.env["conveyor.process.label"]._words()[f"touch:{row['channel']}:{row['direction']}"]

    # ------------------------------------------------------------ figures
    def _figure_words(self):
        """``{key: (label, type, definition)}`` of what a process achieves."""
        env = self.env
        return {
            "leads_in": (env._("Leads in"), INTEGER, env._("Leads of first sales that entered in the period.")),
            "sales_out": (env._("Sales out"), INTEGER, env._("Of these leads, how many were won until the day of documenting.")),
            "conversion": (env._("Conversion"), PERCENT, env._("Sales out, of leads in; open leads have not said yet.")),
            "average_check": (env._("Average check"), MONEY, env._("Volume, by the number of sales.")),
            "volume": (env._("Volume"), MONEY, env._("Value of the won leads.")),
            "median_days": (env._("Days to the first sale"), DAYS, env._(
                "Half of the won leads took no longer, from entering to winning; days of the calendar.")),
            "touches_per_sale": (env._("Touches per sale"), DECIMAL, env._("Mean number of touches that counted on won leads.")),
        }

    def _figure_table(self):
        drills = {"leads_in": self._walk("all"), "sales_out": self._walk("won")}
        hidden = () if self._sees_all() else ("average_check", "volume")
        few = {"median_days", "touches_per_sale", "average_check"} if not self.sales_out else ()
        rows = [
            Row(key, {"figure": label, "value": None if key in few or key == "conversion" and not self.leads_in else self[key]},
                drills={"value": drills.get(key)}, types={"value": kind}, note=note)
            for key, (label, kind, note) in self._figure_words().items() if key not in hidden]
        columns = Column("figure", self.env._("Figure")), Column("value", self.env._("Result"), DECIMAL)
        return self._make_table("figures", self.env._("Efficiency"), columns, rows)

    # ------------------------------------------------------------ steps
    def _step_table(self, picture, label):
        env = self.env
        columns = (
            Column("step", env._("Step")),
            Column("leads", env._("Leads"), INTEGER, env._("Leads that came to this step.")),
            Column("share", env._("Of all"), PERCENT, env._("Of all leads of the period.")),
            Column("passed", env._("Went on"), PERCENT, env._(
                "Of the leads that came to it, how many left it onwards; of quotations and orders, how many were won.")),
            Column("stay", env._("Days here"), DAYS, env._("Half of the leads stayed no longer.")),
            Column("norm", env._("Norm, days"), DECIMAL, env._("How long it may take, as people have written.")),
            Column("rework", env._("Came again"), INTEGER, env._("How often leads came to it once more.")),
            Column("lost", env._("Lost here"), INTEGER, env._("Lost leads that had come no further.")),
            Column("contacts", env._("Contacts"), TEXT, env._("What was done most while leads were here.")),
        )
        passed = {row["key"]: row["conversion"] for row in picture.get("key_steps", ())}
        norms = {step["key"]: step["norm_days"] for step in (self.sudo().texts or {}).get("steps", ())}  # norms are for everybody
        rows = [Row(step["key"], {
            "step": label(step["key"]), "leads": step["count"], "share": step["share"], "passed": passed.get(step["key"]),
            "stay": days(step["stay"]), "norm": norms.get(step["key"]), "rework": step["rework"] or None,
            "lost": step["lost"] or None, "contacts": self._contacts_in_words(step),
        }, drills={"leads": self._walk("reached", step["key"]), "rework": self._walk("again", step["key"]),
                   "lost": self._walk("lost_at", step["key"])}) for step in picture.get("steps", ())]
        return self._make_table("steps", env._("Steps"), columns, rows, (self._as_of(),))

    def _contacts_in_words(self, step, most=3):
        return ", ".join(self.env._("%(contact)s: %(count)s", contact=self._contact_words(row), count=row["count"])
                         for row in step["touches"][:most])

    def _as_of(self):
        return self.env._("Numbers are those of the day of documenting; the leads behind them open as they are now.")

    # ------------------------------------------------------------ in time, and of both kinds
    def _efficiency_columns(self, first):
        hidden = () if self._sees_all() else ("average_check", "volume")
        return (first, *(Column(key, label, kind, note) for key, (label, kind, note) in self._figure_words().items() if key not in hidden))

    def _month_table(self, picture):
        rows = [Row(row["month"], {**row, "month": date.fromisoformat(row["month"])}) for row in picture.get("months", ())]
        columns = self._efficiency_columns(Column("month", self.env._("Month"), DATE, self.env._("In which the leads entered.")))
        return self._make_table("months", self.env._("Months"), columns, rows)

    def _kind_table(self, picture):
        """Repeat sales stand beside the first ones; they are in no other table."""
        first = {key: self[key] for key in self._figure_words()}
        rows = [Row("first", {"kind": self.env._("First sales"), **first}),
                Row("repeat", {"kind": self.env._("Repeat sales"), **(picture.get("repeat") or {})})]
        columns = self._efficiency_columns(Column("kind", self.env._("Kind of sale")))
        return self._make_table("kinds", self.env._("First and Repeat Sales"), columns, rows)
