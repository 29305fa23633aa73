"""The funnel's tables: the same by rollup and by facts, every number opens its leads, rights hold."""

import json
import random
from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import new_test_user, tagged

from ..engine.period import month_end, next_month
from ..models.conveyor_funnel_reader import Scope
from .test_funnel_facts import FunnelCase

PERIODS = (
    {}, {"date_from": "2025-12-01", "date_to": "2026-02-28"}, {"date_from": "2025-12-09", "date_to": "2026-03-17"},
    {"date_from": "2026-01-05", "date_to": "2026-01-20"}, {"date_from": "2025-12-24"}, {"date_to": "2026-02-02"},
)


def plain(tables):
    """Tables without what is said of the reading itself, money to the cent."""
    return {key: [(row.key, {name: round(value, 6) if isinstance(value, float) else value
                             for name, value in row.cells.items()}) for row in (*table.rows, table.total) if row]
            for key, table in tables.items() if key != "definitions"}


@tagged("post_install", "-at_install")
class TestFunnelTables(FunnelCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = random.Random(4711)
        cls.leads = cls.env["crm.lead"].union(*(cls.wild_lead(chance) for _number in range(120)))
        cls.filters = (
            {}, {"team_ids": cls.team.ids}, {"source_ids": [cls.sources[0].id, False]}, {"sale_kind": "repeat"},
            {"user_ids": [cls.seller.id, 0]}, {"campaign_ids": cls.campaign.ids}, {"lead_ids": cls.leads[:50].ids})
        cls.facts._refresh()
        cls.env.cr.execute("ANALYZE crm_lead, conveyor_funnel_fact, conveyor_funnel_month, conveyor_funnel_histogram")

    def some_filters(self):
        """Every fifth combination: each period, each filter and both ways of counting occur."""
        return list(self.all_filters())[::5]

    def all_filters(self):
        for counting in ("cohort", "period"):
            for days in PERIODS:
                for others in self.filters:
                    yield {"counting": counting, "team_ids": [*self.team.ids, *self.other_team.ids], **days, **others}

    def test_rollup_and_facts_give_the_same_numbers(self):
        for filters in self.all_filters():
            rolled = plain(self.funnel._tables(filters))
            with patch.object(Scope, "has_rollup", lambda scope, dimensions: False):
                self.assertEqual(rolled, plain(self.funnel._tables(filters)), filters)

    def test_every_number_opens_its_leads(self):
        leads = self.env["crm.lead"].with_context(active_test=False)
        checked = 0
        for filters in self.some_filters():
            for table in self.funnel._tables(filters).values():
                for row in (*table.rows, *filter(None, [table.total])):
                    for column in table.columns:
                        domain = table.drill_domain(row, column.key)
                        if domain is None or table.type_of(row, column.key) != "integer":
                            continue
                        if "touches" in (column.key, row.key):
                            self.assertEqual(bool(leads.search_count(domain, limit=1)), bool(row.cells[column.key]))
                            continue
                        checked += 1
                        self.assertEqual(leads.search_count(domain), row.cells[column.key],
                                         f"{filters}: {table.key}, {row.key}, {column.key}")
        self.assertGreater(checked, 400)

    def test_money_is_that_of_the_leads_behind_it(self):
        leads = self.env["crm.lead"].with_context(active_test=False)
        for filters in self.some_filters():
            table = self.funnel._tables(filters)["funnel"]
            for row in table.rows:
                for key in ("value_reached", "value_lost"):
                    behind = leads.search(table.drill_domain(row, key))
                    self.assertAlmostEqual(sum(behind.mapped("expected_revenue")), row.cells[key], 2)

    def test_periods_add_up_over_months(self):
        """Twelve months read one by one are the year: nothing is counted twice, nothing falls between."""
        for counting in ("cohort", "period"):
            whole = self.read("2025-11-01", "2026-10-31", counting)
            day, parts = date(2025, 11, 1), []
            while day < date(2026, 11, 1):
                parts.append(self.read(day, month_end(day), counting))
                day = next_month(day)
            halves = [self.read("2025-11-01", "2026-02-13", counting), self.read("2026-02-14", "2026-10-31", counting)]
            for key, numbers in whole.items():
                self.assertEqual([sum(column) for column in zip(*(part.get(key, (0, 0, 0)) for part in parts))],
                                 list(numbers), (counting, key))
                self.assertEqual([sum(column) for column in zip(*(part.get(key, (0, 0, 0)) for part in halves))],
                                 list(numbers), (counting, key))

    def read(self, first, last, counting):
        table = self.funnel._tables({"date_from": first, "date_to": last, "counting": counting,
                                     "team_ids": [self.team.id, self.other_team.id]})["funnel"]
        return {row.key: (row.cells["reached"], row.cells["passed"], row.cells["lost"]) for row in table.rows}

    def test_conversions_never_exceed_one(self):
        for filters in self.all_filters():
            for row in self.funnel._tables(filters)["funnel"].rows:
                for key in ("conversion_previous", "conversion_start"):
                    self.assertLessEqual(row.cells[key] or 0, 1, (filters, row.key, key))

    def test_medians_of_the_histogram_agree_within_the_bucket(self):
        from ..models import conveyor_funnel_reader
        for filters in self.all_filters():
            exact = self.funnel._tables(filters)
            with patch.object(conveyor_funnel_reader, "EXACT_LIMIT", 0):
                rough = self.funnel._tables(filters)
            for row in exact["funnel"].rows:
                median = row.cells["median_days"]
                if median is None:
                    self.assertIsNone(rough["funnel"].value(row.key, "median_days"))
                else:
                    self.assertAlmostEqual(rough["funnel"].value(row.key, "median_days"), median,
                                           delta=median * 0.1 + 0.001, msg=(filters, row.key))

    # ------------------------------------------------------------ shape
    def test_the_whole_pipeline_is_shown(self):
        rows = self.funnel._tables({"team_ids": self.team.ids, "date_from": "2001-01-01", "date_to": "2001-12-31"})
        self.assertEqual([row.cells["section"] for row in rows["funnel"].rows], ["New", "Needs", "Offer", "Won"])
        self.assertEqual({row.cells["reached"] for row in rows["funnel"].rows}, {0})
        self.assertNotIn("team", [column.key for column in rows["funnel"].columns], "one pipeline")

    def test_mixed_pipelines_name_their_team(self):
        table = self.funnel._tables({"team_ids": [self.team.id, self.other_team.id]})["funnel"]
        teams = {row.cells["section"]: row.cells["team"] for row in table.rows}
        self.assertEqual((teams["Needs"], teams["Sample"]), ("Shop", "Wholesale"))

    def test_leads_have_rows_of_their_own_before_the_opportunities(self):
        lead = self.past(self.lead(type="lead"), (datetime(2026, 1, 1), "enter", None, self.needs))
        rows = self.funnel._tables({"lead_ids": lead.ids, "team_ids": self.team.ids})["funnel"].rows
        self.assertEqual([(row.cells["section"], row.cells["phase"], row.cells["reached"]) for row in rows], [
            ("Needs (leads)", "Lead Generation", 1), ("New", "Lead Generation", 0), ("Needs", "First Sale", 0),
            ("Offer", "First Sale", 0), ("Won", "First Sale", 0)])

    def test_nobody_and_no_reason_have_a_name(self):
        lead = self.past(self.lead(user_id=False), (datetime(2026, 1, 1), "enter", None, self.new),
                         (datetime(2026, 1, 2), "lost", self.new, self.new), status="lost")
        tables = self.funnel._tables({"lead_ids": lead.ids})
        self.assertEqual(tables["by_salesperson"].rows[0].cells["salesperson"], "Unassigned")
        self.assertEqual(tables["by_source"].rows[0].cells["source"], "No source")
        self.assertEqual(tables["lost_reasons"].rows[0].cells["reason"], "No reason given")
        self.assertEqual(tables["funnel"].value(f"{self.new.id}:lead_generation", "lost_reasons"), "No reason given 1")

    @freeze_time("2026-11-21")
    def test_months_have_no_gaps_and_are_clipped(self):
        table = self.funnel._tables({"date_from": "2025-11-25", "date_to": "2026-03-10", "counting": "period"})["by_month"]
        months = [row.cells["month"] for row in table.rows]
        self.assertEqual(months, [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)])
        self.assertIn(("reach_date", ">=", "2025-11-25"), table.rows[0].drills["leads"])
        self.assertIn(("reach_date", "<=", "2026-03-10"), table.rows[-1].drills["leads"])

    def test_get_tables_is_plain_data(self):
        data = self.funnel.with_user(self.manager).get_tables({"counting": "period", "date_from": "2026-01-01"})
        self.assertEqual(json.loads(json.dumps(data)), data)
        self.assertEqual([table["key"] for table in data["tables"]], [
            "summary", "funnel", "by_source", "by_salesperson", "by_month", "lost_reasons", "definitions"])
        self.assertEqual(data["period"], {"date_from": "2026-01-01", "date_to": None})

    def test_get_tables_needs_no_write(self):
        self.facts._refresh()
        self.env.cr.execute("SAVEPOINT before; SET TRANSACTION READ ONLY")
        self.funnel.with_user(self.manager).get_tables({})
        self.env.cr.execute("ROLLBACK TO SAVEPOINT before")

    def test_definitions_name_what_was_counted(self):
        table = self.funnel._tables({"team_ids": self.team.ids, "date_from": "2026-01-01", "sale_kind": "first"})["definitions"]
        words = {row.cells["name"]: row.cells["text"] for row in table.rows[:13]}
        self.assertEqual((words["Sales teams"], words["First or repeat sale"]), ("Shop", "First sale"))
        self.assertIn("2026", words["Period"])
        self.assertIn("By cohort", words["Counting"])

    def test_filters_that_cannot_be_understood(self):
        for filters, part in (
                ({"date_from": "yesterday"}, "“date_from” cannot be yesterday: it is not a date"),
                ({"counting": "weekly"}, "“counting” cannot be weekly"), ({"teams": [1]}, "there is no such filter"),
                ({"date_from": "2026-02-01", "date_to": "2026-01-01"}, "it lies before date_from"),
                ({"team_ids": 3}, "give a list such as [1, 2]"), ({"company_ids": [999999]}, "“company_ids” names companies")):
            with self.assertRaisesRegex(UserError, part.replace("[", r"\[").replace("]", r"\]")):
                self.funnel._tables(filters)

    # ------------------------------------------------------------ access
    def test_a_salesperson_counts_his_own_leads(self):
        own = self.env["crm.lead"].with_user(self.seller).with_context(active_test=False).search(
            [("id", "in", self.leads.ids)])
        self.assertTrue(0 < len(own) < len(self.leads))
        filters = {"lead_ids": self.leads.ids}
        tables = self.funnel.with_user(self.seller)._tables(filters)
        self.assertEqual(tables["summary"].value("leads", "value"), len(own))
        self.assertEqual(plain(tables), plain(self.funnel._tables({"lead_ids": own.ids})))
        columns, rows = self.funnel.with_user(self.seller)._lead_rows(filters)
        self.assertEqual({row[0] for row in rows}, set(own.ids))
        report = self.env["conveyor.funnel.report"].with_user(self.seller)
        self.assertEqual(set(report.search([("lead_id", "in", self.leads.ids)]).lead_id.ids),
                         set(own.funnel_fact_ids.filtered("stage_id").lead_id.ids))

    def test_rules_that_a_company_customised_hold(self):
        self.assertTrue(self.funnel.with_user(self.manager)._sees_all(self.env.company.ids))
        self.env["ir.rule"].create({
            "name": "No fairs", "model_id": self.env["ir.model"]._get_id("crm.lead"),
            "domain_force": f"[('source_id', '!=', {self.sources[0].id})]"})
        self.assertFalse(self.funnel.with_user(self.manager)._sees_all(self.env.company.ids))
        fair = self.leads.filtered(lambda lead: lead.source_id == self.sources[0])
        tables = self.funnel.with_user(self.manager)._tables({"lead_ids": self.leads.ids})
        self.assertEqual(tables["summary"].value("leads", "value"), len(self.leads) - len(fair))
        self.assertNotIn("Fair", [row.cells["source"] for row in tables["by_source"].rows])

    def test_who_may_not_read_leads_gets_no_figures(self):
        stranger = new_test_user(self.env, "conveyor_stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self.funnel.with_user(stranger)._tables({})
        with self.assertRaises(AccessError):
            self.env["conveyor.funnel.report"].with_user(stranger).search([])

    # ------------------------------------------------------------ companies
    def test_companies_are_counted_apart_and_together(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        other = self.env["res.company"].create({"name": "Abroad", "currency_id": euro.id})
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create([
            {"currency_id": euro.id, "company_id": self.env.company.id, "name": "2026-01-20", "inverse_company_rate": 2},
            {"currency_id": euro.id, "company_id": self.env.company.id, "name": "2026-02-20", "inverse_company_rate": 3}])
        self.manager.company_ids = [Command.link(other.id)]
        team = self.env["crm.team"].create({"name": "Abroad", "company_id": other.id})
        here, abroad, later, nowhere = (
            self.past(self.lead(expected_revenue=100, user_id=False, team_id=team.id), (day, "enter", None, self.new))
            for day in (datetime(2026, 1, 5), datetime(2026, 1, 5), datetime(2026, 2, 5), datetime(2026, 1, 5)))
        for lead, company in ((here, self.env.company), (abroad, other), (later, other), (nowhere, None)):
            self.env.cr.execute("UPDATE crm_lead SET company_id = %s WHERE id = %s", [company and company.id, lead.id])
        self.env.invalidate_all()
        self.facts._mark((here + abroad + later + nowhere).ids)
        self.facts._refresh()

        def value(companies, **filters):
            funnel = self.funnel.with_user(self.manager).with_context(allowed_company_ids=companies.ids)
            summary = funnel._tables({"team_ids": team.ids, **filters})["summary"]
            return summary.value("leads", "value"), round(summary.value("value_open", "value"), 2), summary.notes
        self.assertEqual(value(self.env.company)[:2], (2, 200), "one's own, and the one without a company")
        self.assertEqual(value(other)[:2], (3, 300), "in euro")
        leads, amount, notes = value(self.env.company + other)
        self.assertEqual((leads, amount), (4, 100 + 100 + 100 * 2 + 100 * 3), "at the rate of the month's last day")
        self.assertIn("Several companies together", " ".join(notes))
        self.assertIn("converted", " ".join(notes))
        self.assertEqual(value(self.env.company + other, lead_ids=(here + abroad).ids)[1], 300, "by facts as well")
        self.assertEqual(value(self.env.company + other, company_ids=other.ids)[0], 3)

    # ------------------------------------------------------------ report
    def test_the_report_says_the_same_as_the_funnel(self):
        table = self.funnel._tables({"lead_ids": self.leads.ids})["funnel"]
        rows = self.env["conveyor.funnel.report"]._read_group(
            Domain("lead_id", "in", self.leads.ids), ["stage_id", "phase"],
            ["reached:sum", "passed:sum", "lost_here:sum", "in_now:sum", "touches:sum", "value:sum"])
        self.assertTrue(rows)
        for stage, phase, *numbers in rows:
            cells = table.row(f"{stage.id}:{phase}").cells
            self.assertEqual(numbers, [cells[key] for key in (
                "reached", "passed", "lost", "in_now", "touches", "value_reached")])

    def test_the_reports_views_load_for_a_salesperson(self):
        report = self.env["conveyor.funnel.report"].with_user(self.seller)
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_funnel_report_action")
        for kind in (*action["view_mode"].split(","), "search"):
            self.assertIn(f"<{kind}", report.get_views([(False, kind)])["views"][kind]["arch"])
        menus = self.env["ir.ui.menu"].with_user(self.seller)._visible_menu_ids()
        self.assertIn(self.env.ref("sales_conveyor.menu_conveyor_funnel_report").id, menus)

    def test_the_report_opens_its_lead(self):
        row = self.env["conveyor.funnel.report"].search([("lead_id", "=", self.leads[0].id)], limit=1)
        self.assertEqual(row.action_open_lead()["res_id"], self.leads[0].id)

    def test_raw_rows_follow_the_filters(self):
        for filters in self.all_filters():
            if filters["counting"] == "cohort":
                _columns, rows = self.funnel._lead_rows(filters)
                self.assertEqual(len(list(rows)), self.funnel._tables(filters)["summary"].value("leads", "value"), filters)
