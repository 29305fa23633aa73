"""Years of real records through Odoo's own import, to the figures known from outside.

Origin and figures: README of the shared data (Maven Analytics, "CRM Sales
Opportunities").
"""

import csv
import io
import unittest
from pathlib import Path

from odoo.modules import get_module_path
from odoo.tests import tagged

from .common import ConveyorCase

DATA = Path(get_module_path("sales_conveyor")).resolve().parents[1] / "shared" / "data" / "crm"
MIDNIGHT = " 00:00:00"


def rows_of(name):
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def iso(date):
    """The file's month/day/year as Odoo's import expects it."""
    month, day, year = map(int, date.split("/"))
    return f"{year:04}-{month:02}-{day:02}{MIDNIGHT}"


@tagged("post_install", "-at_install")
class TestImportReference(ConveyorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not DATA.is_dir():
            raise unittest.SkipTest(f"no real data at {DATA}")
        for stage in cls.env["crm.stage"].search([]):
            stage.name = f"Other {stage.id}"
        cls.prospecting, cls.engaging, cls.won_stage = cls.stages(
            ("Prospecting", {"conveyor_phase": "lead_generation"}), ("Engaging", {}), ("Closed Won", {"is_won": True}),
            start=1)
        cls.env.company.conveyor_tz = "UTC"
        for agent in {row["sales_agent"] for row in rows_of("sales_teams.csv")}:
            cls.env["res.users"].with_context(no_reset_password=True).create(
                {"name": agent, "login": agent.replace(" ", ".").lower(), "lang": "en_US"})
        cls.rows = rows_of("sales_pipeline.csv")

    def load_file(self, model, header, rows):
        """Through base_import: the very file, parsed and matched as on the screen."""
        stream = io.StringIO()
        csv.writer(stream).writerows([header, *rows])
        wizard = self.env["base_import.import"].with_user(self.manager).create({
            "res_model": model, "file": stream.getvalue().encode(), "file_name": "past.csv", "file_type": "text/csv"})
        result = wizard.execute_import(header, header, {
            "has_headers": True, "quoting": '"', "separator": ",", "encoding": "utf-8", "date_format": "%Y-%m-%d",
            "datetime_format": "%Y-%m-%d %H:%M:%S", "float_thousand_separator": "", "float_decimal_separator": ".",
        })
        self.assertFalse(result["messages"], result["messages"][:1])
        return result["ids"]

    def import_everything(self):
        self.load_file("res.partner", ["name", "is_company"], [
            [name, "1"] for name in sorted({row["account"] for row in self.rows if row["account"]})])
        stage = {"Won": "Closed Won", "Lost": "Engaging", "Engaging": "Engaging", "Prospecting": "Prospecting"}
        self.load_file(
            "crm.lead",
            ["id", "name", "type", "partner_id", "user_id", "team_id", "stage_id", "expected_revenue", "active", "probability"],
            [[f"__import__.{row['opportunity_id']}", f"{row['product']} {row['opportunity_id']}", "opportunity",
              row["account"], row["sales_agent"], "Shop", stage[row["deal_stage"]], row["close_value"] or "0",
              "0" if row["deal_stage"] == "Lost" else "1",
              {"Won": "100", "Lost": "0"}.get(row["deal_stage"], "20")] for row in self.rows])
        steps = []
        for row in self.rows:
            lead = f"__import__.{row['opportunity_id']}"
            if row["engage_date"]:
                steps.append([lead, iso(row["engage_date"]), "enter", "Engaging"])
            if row["close_date"]:
                won = row["deal_stage"] == "Won"
                steps.append([lead, iso(row["close_date"]), "won" if won else "lost", "Closed Won" if won else "Engaging"])
        self.load_file("conveyor.transition", ["lead_id/id", "date", "kind", "to_stage_id"], steps)

    def test_the_funnel_shows_the_reference_figures(self):
        self.import_everything()
        tables = self.env["conveyor.funnel"].with_user(self.manager)._tables({"team_ids": self.team.ids})
        summary = {row.key: row.cells["value"] for row in tables["summary"].rows}
        funnel = {row.cells["section"]: row.cells for row in tables["funnel"].rows}
        for what, expected, found in (
            ("leads", 8800, summary["leads"]), ("won", 4238, summary["won"]), ("lost", 2473, summary["lost"]),
            ("value won", 10005534, summary["value_won"]),
            ("engaging now", 1589, funnel["Engaging"]["in_now"]),
            ("prospecting now", 500, funnel["Prospecting"]["in_now"]),
            ("lost in engaging", 2473, funnel["Engaging"]["lost"]),
            ("reached won", 4238, funnel["Closed Won"]["reached"]),
            ("mean days to win", 51.78, round(summary["mean_days_won"], 2)),
            ("median days to win", 57, summary["median_days_won"]),
            ("mean days to loss", 41.48, round(summary["mean_days_lost"], 2)),
            ("median days to loss", 14, summary["median_days_lost"]),
            ("first sales", 85, summary["won_first"]), ("repeat sales", 4153, summary["won_repeat"]),
        ):
            with self.subTest(what):
                self.assertEqual(found, expected)
        without_account = self.env["crm.lead"].search_count([("team_id", "=", self.team.id), ("partner_id", "=", False)])
        self.assertEqual(without_account, 1425)

    def test_a_name_that_is_spelled_otherwise_is_told_and_nothing_is_half_done(self):
        self.env["crm.tag"].create({"name": "GTX Pro"})
        result = self.env["crm.lead"].with_user(self.manager).with_context(import_file=True).load(
            ["name", "tag_ids"], [["Fine", "GTX Pro"], ["Misspelled", "GTXPro"]])
        self.assertFalse(result["ids"])
        self.assertIn("GTXPro", result["messages"][0]["message"])
        self.assertFalse(self.env["crm.lead"].search([("name", "=", "Fine")]))
