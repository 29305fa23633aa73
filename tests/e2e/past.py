"""A company's past as a person prepares it for import, and the figures it must give.

The file is the CRM export of the shared data (Maven Analytics, "CRM Sales
Opportunities"). The figures are computed here from the file alone.
"""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean, median

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "crm"
SECTION = {"Won": "Closed Won", "Lost": "Engaging", "Engaging": "Engaging", "Prospecting": "Prospecting"}
STATUS = {"Won": ("1", "100"), "Lost": ("0", "0")}  # active, probability


def day(text):
    """The file's month/day/year."""
    month, number, year = map(int, text.split("/"))
    return date(year, month, number)


@dataclass
class Past:
    """A part of the export, with names of its own (``key``) so that it can be imported again and again."""

    key: str
    rows: list

    @classmethod
    def every(cls, step, key):
        """Every so many-th row of the file."""
        with (DATA / "sales_pipeline.csv").open(newline="", encoding="utf-8") as file:
            return cls(key, list(csv.DictReader(file))[::step])

    # ------------------------------------------------------------ import files
    @property
    def agents(self):
        return sorted({row["sales_agent"] for row in self.rows})

    def named(self, name):
        return f"{name} {self.key}"

    def write_customers(self, path):
        names = sorted({row["account"] for row in self.rows if row["account"]})
        return self._write(path, ["name", "is_company"], [[self.named(name), "1"] for name in names])

    def write_leads(self, path):
        header = ["id", "name", "type", "partner_id", "user_id", "team_id", "stage_id", "expected_revenue", "active",
                  "probability"]
        return self._write(path, header, map(self._lead, self.rows))

    def write_transitions(self, path):
        return self._write(path, ["lead_id/id", "date", "kind", "to_stage_id"],
                           [step for row in self.rows for step in self._steps(row)])

    def _lead(self, row):
        return [self._id(row), self.named(f"{row['product']} {row['opportunity_id']}"), "opportunity",
                self.named(row["account"]) if row["account"] else "", self.named(row["sales_agent"]),
                self.named("Shop"), self.named(SECTION[row["deal_stage"]]), row["close_value"] or "0",
                *STATUS.get(row["deal_stage"], ("1", "20"))]

    def _steps(self, row):
        if row["engage_date"]:
            yield [self._id(row), f"{day(row['engage_date'])} 00:00:00", "enter", self.named("Engaging")]
        if row["close_date"]:
            yield [self._id(row), f"{day(row['close_date'])} 00:00:00", row["deal_stage"].lower(),
                   self.named(SECTION[row["deal_stage"]])]

    def _id(self, row):
        return f"__import__.{row['opportunity_id']}_{self.key.replace('-', '_')}"

    @staticmethod
    def _write(path, header, rows):
        """:return: (path, number of rows)"""
        rows = list(rows)
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        return path, len(rows)

    # ------------------------------------------------------------ figures
    def of(self, status, rows=None):
        return [row for row in (self.rows if rows is None else rows) if row["deal_stage"] == status]

    def figures(self):
        """Of the whole conveyor, by the keys of the screen's tiles."""
        won, lost = self.of("Won"), self.of("Lost")
        buyers = {row["account"] for row in won}
        return {
            "leads": len(self.rows), "won": len(won), "lost": len(lost),
            "open": len(self.rows) - len(won) - len(lost), "value_won": self.value(won),
            "won_first": len(buyers), "won_repeat": len(won) - len(buyers),
        }

    def days(self, status):
        """Mean and median of the days from engaging to the end."""
        days = [(day(row["close_date"]) - day(row["engage_date"])).days for row in self.of(status)]
        return fmean(days), median(days)

    @staticmethod
    def value(rows):
        return sum(int(row["close_value"]) for row in rows)

    def by_agent(self):
        """``{agent: (leads, won, lost, value won)}``"""
        groups = defaultdict(list)
        for row in self.rows:
            groups[self.named(row["sales_agent"])].append(row)
        return {agent: (len(rows), len(self.of("Won", rows)), len(self.of("Lost", rows)),
                        self.value(self.of("Won", rows))) for agent, rows in groups.items()}

    def by_month(self):
        """``{first day of the month: leads that engaged in it}``"""
        return Counter(day(row["engage_date"]).replace(day=1) for row in self.rows if row["engage_date"])

    def between(self, first, last):
        """What happened in these days: engaged, won, lost."""
        def within(rows, field):
            return sum(bool(row[field]) and first <= day(row[field]) <= last for row in rows)
        return {"reached": within(self.rows, "engage_date"), "won": within(self.of("Won"), "close_date"),
                "lost": within(self.of("Lost"), "close_date")}
