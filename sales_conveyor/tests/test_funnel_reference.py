"""The funnel of a public CRM export shows its published figures.

Authority: "CRM Sales Opportunities" of Maven Analytics, figures as given in the
README of the data folder beside the repository. Skipped where it is missing.
"""

import csv
from datetime import datetime
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import SQL

from .test_funnel_facts import FunnelCase

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "crm" / "sales_pipeline.csv"


@tagged("post_install", "-at_install")
class TestFunnelReference(FunnelCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not DATA.exists():
            cls.skipTest(cls, f"reference data missing: {DATA}")
        cls.prospecting, cls.engaging, cls.closed = cls.stages(
            ("Prospecting", {}), ("Engaging", {}), ("Won", {"is_won": True}), team=cls.other_team, start=3000)
        cls.far[0].team_ids = cls.far[1].team_ids = cls.team
        with DATA.open(encoding="utf-8", newline="") as file:
            cls.load(list(csv.DictReader(file)))

    @classmethod
    def load(cls, rows):
        """Leads and transitions as an import leaves them, by SQL; the import
        itself has tests of its own."""
        partners = cls.env["res.partner"].create([{"name": name, "is_company": True} for name in sorted(
            {row["account"] for row in rows} - {""})])
        accounts = {partner.name: partner.id for partner in partners}
        stages = {"Prospecting": cls.prospecting, "Engaging": cls.engaging, "Won": cls.closed, "Lost": cls.engaging}
        cls.env.flush_all()
        lead_ids = cls.insert("crm_lead", [{
            "name": row["opportunity_id"], "type": "opportunity", "team_id": cls.other_team.id,
            "partner_id": accounts.get(row["account"]), "stage_id": stages[row["deal_stage"]].id,
            "expected_revenue": float(row["close_value"] or 0), "active": row["deal_stage"] != "Lost",
            "won_status": {"Won": "won", "Lost": "lost"}.get(row["deal_stage"], "pending"),
            "date_closed": cls.moment(row["close_date"]), "create_date": datetime(2018, 1, 1),
            "problem_state": "unknown", "time_state": "unknown", "money_state": "unknown", "sale_kind": "first",
        } for row in rows])
        cls.insert("conveyor_transition", [
            {"lead_id": lead_id, "origin": "import", **step}
            for lead_id, row in zip(lead_ids, rows) for step in cls.steps(row)])
        cls.env.invalidate_all()
        cls.env["res.partner"]._refresh_sale_kind_of(partners.ids)
        cls.facts._mark(lead_ids)

    @classmethod
    def insert(cls, table, rows):
        """Ids of new rows, in order."""
        names = SQL(", ").join(map(SQL.identifier, rows[0]))
        ids = []
        for start in range(0, len(rows), 1000):
            values = SQL(", ").join(SQL("%s", tuple(row.values())) for row in rows[start:start + 1000])
            cls.env.cr.execute(SQL("INSERT INTO %s (%s) VALUES %s RETURNING id", SQL.identifier(table), names, values))
            ids += [row_id for row_id, in cls.env.cr.fetchall()]
        return ids

    @staticmethod
    def moment(text):
        return datetime.strptime(text, "%m/%d/%Y") if text else None

    @classmethod
    def steps(cls, row):
        engage, close = cls.moment(row["engage_date"]), cls.moment(row["close_date"])
        yield {"kind": "enter", "from_stage_id": None, "date": engage or datetime(2018, 1, 1),
               "to_stage_id": (cls.engaging if engage else cls.prospecting).id}
        if close:
            yield {"kind": row["deal_stage"].lower(), "from_stage_id": cls.engaging.id, "date": close,
                   "to_stage_id": (cls.closed if row["deal_stage"] == "Won" else cls.engaging).id}

    def tables(self, **filters):
        return self.funnel._tables({"team_ids": self.other_team.ids, **filters})

    def test_reference_figures(self):
        tables = self.tables()
        figures = {key: tables["summary"].value(key, "value") for key in (
            "leads", "won", "lost", "value_won", "median_days_won", "median_days_lost", "won_first", "won_repeat")}
        self.assertEqual(figures, {
            "leads": 8800, "won": 4238, "lost": 2473, "value_won": 10005534.0,
            "median_days_won": 57.0, "median_days_lost": 14.0, "won_first": 85, "won_repeat": 4153})
        self.assertAlmostEqual(tables["summary"].value("mean_days_won", "value"), 51.78, 2)
        self.assertAlmostEqual(tables["summary"].value("mean_days_lost", "value"), 41.48, 2)

    def test_sections(self):
        rows = {row.cells["section"]: row.cells for row in self.tables()["funnel"].rows}
        self.assertEqual([(name, rows[name]["reached"], rows[name]["passed"], rows[name]["lost"], rows[name]["in_now"])
                          for name in ("Prospecting", "Engaging", "Won")],
                         [("Prospecting", 500, 0, 0, 500), ("Engaging", 8300, 4238, 2473, 1589), ("Won", 4238, 4238, 0, 0)])

    def test_the_decision_window_is_what_history_tells(self):
        """Of the 4,238 won, 80.2 % had decided within 93 days, 79.1 % a day earlier."""
        window = self.other_team._conveyor_window()[self.other_team.id]
        self.assertEqual((window.wins, window.days, window.basis), (4238, 93, "history"))
        self.env["conveyor.window"]._cron_recompute()
        self.assertEqual(self.env["conveyor.window"].search([("team_id", "=", self.other_team.id)]).days, 93)

    def test_months_add_up(self):
        """By period the won of the months are all won; so are the lost."""
        table = self.tables(counting="period", date_from="2016-10-01", date_to="2017-12-31")["by_month"]
        self.assertEqual((table.total.cells["won"], table.total.cells["lost"]), (4238, 2473))
        self.assertEqual(sum(row.cells["won"] for row in table.rows), 4238)
        by_year = [self.tables(counting="period", date_from=first, date_to=last)["summary"].value("won", "value")
                   for first, last in (("2016-10-01", "2017-06-14"), ("2017-06-15", "2017-12-31"))]
        self.assertEqual(sum(by_year), 4238)

    def test_the_histogram_is_right_within_its_bucket(self):
        from ..models import conveyor_funnel_reader
        self.patch(conveyor_funnel_reader, "EXACT_LIMIT", 10)
        summary = self.tables()["summary"]
        for key, exact in (("median_days_won", 57), ("median_days_lost", 14)):
            self.assertLess(abs(summary.value(key, "value") / exact - 1), 0.05, key)

    def test_rebuild_and_increments_agree(self):
        self.assert_all_agree("reference data")

    def test_raw_rows(self):
        columns, rows = self.funnel._lead_rows({"team_ids": self.other_team.ids})
        place = {column.key: index for index, column in enumerate(columns)}
        count, value = 0, 0.0
        for row in rows:
            count += 1
            value += row[place["value"]] if row[place["won_date"]] else 0
        self.assertEqual((count, value), (8800, 10005534.0))
        self.env.cr.execute(SQL("SELECT count(*) FROM pg_cursors WHERE name LIKE 'conveyor%%'"))
        self.assertEqual(self.env.cr.fetchone()[0], 0, "the cursor is closed")
