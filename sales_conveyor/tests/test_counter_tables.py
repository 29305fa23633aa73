"""Visitors against leads and purchases. Expected numbers are counted by hand of the few facts of each test."""

from datetime import date, datetime, timedelta
from io import BytesIO

import openpyxl
from odoo.tests import tagged

from ..engine.counter import Reading
from .test_counter import TEN, CounterCase

FILTERS = {"date_from": "2026-11-01", "date_to": "2026-11-30"}


@tagged("post_install", "-at_install")
class TestTables(CounterCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.conveyor_tz = "Europe/Sofia"
        cls.env["sale.order"].search([("state", "=", "sale"), ("date_order", ">=", "2026-10-31"), ("date_order", "<", "2026-12-02")]).state = "cancel"
        cls.env.cr.execute("UPDATE conveyor_transition SET date = date - interval '5 years' WHERE date >= '2026-10-31' AND date < '2026-12-02'")
        cls.env.invalidate_all()

    def tables(self, user=None, counters=None, **filters):
        model = self.env["conveyor.counter.tables"].with_user(user or self.manager)
        return model._tables({**FILTERS, **filters}, counters)

    def sell(self, hours, **values):
        order = self.order(self.customer(), TEN + timedelta(hours=hours, minutes=20))
        order.write(values)
        return order

    def come(self, hours, **values):
        lead = self.lead(**values)
        self.env["conveyor.transition"].search([("lead_id", "=", lead.id)]).write({"date": TEN + timedelta(hours=hours, minutes=5)})
        return lead

    def numbers(self, table, row):
        cells = table.row(row).cells
        return [cells[name] for name in ("visitors", "leads", "purchases", "conversion")]

    def test_by_weekday_and_hour(self):
        self.read((0, 10), (1, 30), (-7 * 24, 20))  # two Fridays at ten, one at eleven
        self.sell(0)
        self.sell(-7 * 24)
        self.sell(1)
        self.sell(5)  # nobody counted then
        self.come(0)
        tables = self.tables()
        heat = tables["counter_hours"]
        self.assertEqual([column.key for column in heat.columns], ["weekday", "h10", "h11"])
        self.assertEqual((heat.value("4", "weekday"), heat.value("4", "h10"), heat.value("4", "h11")), ("Friday", 15, 30))
        self.assertEqual(heat.row("4").levels, {"h10": 0, "h11": 5})
        self.assertEqual(self.numbers(tables["counter_hour"], "10"), [30, 1, 2, 2 / 30])
        self.assertEqual(tables["counter_conversion"].value("4", "h11"), 1 / 30)
        self.assertAlmostEqual(tables["counter_losses"].value("4-11", "missed"), 30 * 3 / 60 - 1)
        self.assertEqual(len(tables["counter_losses"].rows), 1)
        summary = tables["counter_summary"]
        self.assertEqual([summary.value(key, "value") for key in ("visitors", "leads", "purchases", "conversion", "busiest", "worst")],
                         [60, 1, 3, 3 / 60, "Friday, 11:00 – 12:00", "No hour for certain"])
        self.assertTrue(any("1" in note and "without a reading" in note for note in heat.notes))

    def behind(self, table, row, column):
        base, domain = table.base(row, column), table.drill_domain(row, column)
        return domain and self.env[base["model"]].with_user(self.manager).with_context(**base["context"]).search(domain)

    def test_numbers_of_hours_that_lose_most_open_what_is_behind_them(self):
        """By the counter's own clock, of the hours that were counted and are no holiday."""
        self.env["resource.calendar.leaves"].create({
            "name": "Holiday", "company_id": self.env.company.id, "calendar_id": False,
            "date_from": datetime(2026, 11, 12, 22), "date_to": datetime(2026, 11, 13, 21, 59, 59)})
        self.read((0, 10), (1, 30), (1 - 7 * 24, 30), (1 - 14 * 24, 20))
        lead, lost, _elsewhere, _on_holiday, _uncounted = [self.come(hours) for hours in (1, 1 - 14 * 24, 0, 1 - 7 * 24, 1 + 7 * 24)]
        lost.action_set_lost()
        self.sell(0)
        order = self.sell(1)
        self.sell(1, team_id=self.env["crm.team"].create({"name": "Wholesale"}).id)
        table = self.tables()["counter_losses"]
        row = table.row("4-11")
        self.assertEqual((row.cells["visitors"], row.cells["leads"], row.cells["purchases"]), (50, 2, 2))
        self.assertEqual(self.behind(table, row, "leads"), lead + lost)
        self.assertEqual(sum(self.behind(table, row, "visitors").mapped("visitors")), 50)
        self.assertEqual(len(self.behind(table, row, "days")), row.cells["days"])
        orders = self.behind(table, row, "purchases")
        if len(self.env["conveyor.purchase"]._hour_sources(True)) == 1:
            self.assertIn(order, orders)
            self.assertEqual(len(orders), 2)
        else:  # tills count too, and are no orders
            self.assertIsNone(orders)

    def test_what_is_behind_an_hour_obeys_counters_and_filters(self):
        tokyo = self.env["conveyor.counter"].create({"name": "Tokyo", "tz": "Asia/Tokyo"})
        self.door.team_id = self.team
        self.read((0, 10), (1, 30), (24, 5))
        self.read((-6, 4), counter=tokyo)  # 02:00 UTC is eleven o'clock there
        lead = self.come(1, user_id=self.seller.id)
        self.come(1, team_id=self.env["crm.team"].create({"name": "Wholesale"}).id, stage_id=False)
        self.sell(0, team_id=self.team.id, user_id=self.seller.id)
        table = self.tables(counters=self.door.ids)["counter_losses"]
        self.assertEqual(self.behind(table, table.row("4-11"), "leads"), lead)
        table = self.tables(user_ids=[self.seller.id])["counter_losses"]
        self.assertEqual(table.row("4-11").cells["visitors"], 34)
        self.assertEqual(sum(self.behind(table, table.row("4-11"), "visitors").mapped("visitors")), 34)

    def test_the_hour_that_loses_most_is_no_chance(self):
        self.read((0, 40), (1, 40))
        for _number in range(10):
            self.sell(0)
        self.assertEqual(self.tables()["counter_summary"].value("worst", "value"), "Friday, 11:00 – 12:00")

    def test_holidays_stand_apart(self):
        self.env["resource.calendar.leaves"].create({
            "name": "Holiday", "company_id": self.env.company.id, "calendar_id": False,
            "date_from": datetime(2026, 11, 18, 22), "date_to": datetime(2026, 11, 19, 21, 59, 59)})
        self.read((0, 10), (-24, 50), (-8 * 24, 8))
        self.sell(-24)
        tables = self.tables()
        self.assertEqual(tables["counter_summary"].value("visitors", "value"), 18)
        [row] = tables["counter_holidays"].rows
        self.assertEqual((row.cells["day"], row.cells["visitors"], row.cells["purchases"], row.cells["usual"]), (date(2026, 11, 19), 50, 1, 8))

    def test_each_counter_by_its_own_clock_and_days(self):
        tokyo = self.env["conveyor.counter"].create({"name": "Tokyo", "tz": "Asia/Tokyo"})
        self.read((0, 10))
        self.read((8, 4), counter=tokyo)  # 16:00 UTC is one o'clock on Saturday
        heat = self.tables()["counter_hours"]
        self.assertEqual((heat.value("4", "h10"), heat.value("5", "h01")), (10, 4))
        self.assertEqual(self.tables(counters=tokyo.ids)["counter_summary"].value("visitors", "value"), 4)
        november = self.tables(date_from="2026-11-21", date_to="2026-11-21")
        self.assertEqual(november["counter_summary"].value("visitors", "value"), 4)

    def test_what_a_counter_counted_opens_its_readings_of_these_days(self):
        self.read((-11, 7), (-10, 5), (13, 3), (14, 2))  # on either side of each midnight in Sofia
        [row] = self.tables(date_from="2026-11-20", date_to="2026-11-20")["counter_list"].rows
        behind = self.env["conveyor.counter.reading"].search([*row.drills["hours"]])
        self.assertEqual((row.cells["visitors"], row.cells["hours"]), (sum(behind.mapped("visitors")), len(behind)))
        self.assertEqual(row.cells["visitors"], 8)
        self.assertFalse(self.env["conveyor.counter.reading"].search([*row.drills["visitors"]]) - behind)

    def test_two_doors_are_added_up(self):
        self.read((0, 10))
        self.read((0, 4), counter=self.door.copy())
        self.assertEqual(self.numbers(self.tables()["counter_hour"], "10")[0], 14)

    def test_a_counter_of_a_team_sees_the_purchases_of_that_team(self):
        self.door.team_id = self.team
        other = self.env["crm.team"].create({"name": "Wholesale"})
        self.read((0, 10))
        self.sell(0, team_id=self.team.id)
        self.sell(0, team_id=other.id)
        self.come(0)
        self.come(0, team_id=other.id, stage_id=False)
        self.assertEqual(self.numbers(self.tables(counters=self.door.ids)["counter_hour"], "10"), [10, 1, 1, 0.1])
        self.assertEqual(self.numbers(self.tables()["counter_hour"], "10")[2], 2)

    def test_a_counter_of_a_source(self):
        source = self.env["utm.source"].create({"name": "Window"})
        self.door.source_id = source
        self.read((0, 10))
        lead = self.come(0, source_id=source.id)
        self.sell(0, opportunity_id=lead.id)
        self.sell(0)
        self.assertEqual(self.numbers(self.tables(counters=self.door.ids)["counter_hour"], "10"), [10, 1, 1, 0.1])

    def test_a_salesperson_counts_his_own_against_all_visitors(self):
        self.read((0, 10))
        self.sell(0, user_id=self.seller.id)
        self.sell(0, user_id=self.colleague.id)
        self.come(0, user_id=self.seller.id)
        self.come(0, user_id=self.colleague.id)
        tables = self.tables(self.seller)
        self.assertEqual(self.numbers(tables["counter_hour"], "10"), [10, 1, 1, 0.1])
        self.assertIn("Your own leads", tables["counter_hours"].notes[1])
        self.assertEqual(self.numbers(self.tables()["counter_hour"], "10"), [10, 2, 2, 0.2])

    def test_nothing_counted_nothing_shown(self):
        self.assertFalse(self.tables()["counter_hours"].rows)
        answer = self.env["conveyor.counter.tables"].with_user(self.seller).get_tables({**FILTERS, "counter_ids": self.door.ids})
        self.assertEqual((answer["has_counters"], answer["may_make"]), (True, False))

    def test_the_workbook_has_the_same_figures_and_native_colours(self):
        self.read((0, 10), (1, 30))
        self.sell(0)
        stream = BytesIO()
        self.env["conveyor.workbook"].with_user(self.manager).create(FILTERS)._write_file(stream)
        book = openpyxl.load_workbook(stream)
        sheet = book["Visitors"]
        heat = self.tables()["counter_hours"]
        self.assertEqual([[cell.value for cell in row] for row in sheet["A1:C2"]],
                         [[column.label for column in heat.columns], ["Friday", 10, 30]])
        [rule] = [rule for rules in sheet.conditional_formatting for rule in rules.rules]
        self.assertEqual(rule.type, "colorScale")
        self.assertIn("Hours that Lose Most", book.sheetnames)

    def test_a_year_of_readings_costs_few_queries(self):
        start = TEN - timedelta(days=300)
        self.env["conveyor.counter.reading"]._record(
            self.door, [Reading(start + timedelta(hours=hour), hour % 7) for hour in range(24 * 300)], "device")
        model = self.env["conveyor.counter.tables"].with_user(self.manager)
        model._tables({})
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            tables = model._tables({})
        self.assertEqual(tables["counter_summary"].value("visitors", "value"), sum(hour % 7 for hour in range(24 * 300)))
