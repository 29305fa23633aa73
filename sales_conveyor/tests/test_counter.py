"""Counters and their readings: rights, hours on the wall, the grid, import, silence."""

from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Datetime
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger
from psycopg2 import IntegrityError

from ..engine.counter import Reading
from .common import ConveyorCase

NOW = datetime(2026, 11, 20, 12, 30)  # a Friday
TEN = datetime(2026, 11, 20, 8)  # ten o'clock in Sofia


class CounterCase(ConveyorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["conveyor.counter"].search([]).active = False  # the database's own
        cls.door = cls.env["conveyor.counter"].create({
            "name": "Door", "tz": "Europe/Sofia", "owner_id": cls.manager.id, "open_from": 9, "open_to": 20})

    def setUp(self):
        super().setUp()
        clock = freeze_time(NOW)
        clock.start()
        self.addCleanup(clock.stop)

    def read(self, *pairs, origin="device", counter=None, **options):
        """Record ``(hours from TEN on, visitors)``."""
        return self.env["conveyor.counter.reading"]._record(
            counter or self.door, [Reading(TEN + timedelta(hours=hour), visitors) for hour, visitors in sorted(pairs)], origin, **options)

    def found(self, counter=None):
        """{hours from TEN on: (visitors, origin)}"""
        return {(row.hour - TEN) // timedelta(hours=1): (row.visitors, row.origin)
                for row in self.env["conveyor.counter.reading"].search([("counter_id", "=", (counter or self.door).id)])}


@tagged("post_install", "-at_install")
class TestReading(CounterCase):

    def test_an_hour_is_counted_once(self):
        self.assertEqual(self.read((0, 5), (1, 7)), {"created": 2, "updated": 0, "unchanged": 0, "kept": 0})
        self.assertEqual(self.read((0, 5), (1, 8), (2, 1)), {"created": 1, "updated": 1, "unchanged": 1, "kept": 0})
        self.assertEqual(self.found(), {0: (5, "device"), 1: (8, "device"), 2: (1, "device")})
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["conveyor.counter.reading"].create({"counter_id": self.door.id, "hour": TEN, "visitors": 1})

    def test_what_a_person_typed_stands_against_a_device(self):
        self.read((0, 5), origin="hand")
        self.read((1, 6), origin="import")
        self.assertEqual(self.read((0, 9), (1, 9), (2, 9)), {"created": 1, "updated": 0, "unchanged": 0, "kept": 2})
        self.assertEqual(self.read((0, 9), replaces_people=True)["updated"], 1)
        self.assertEqual(self.read((2, 4), origin="hand")["updated"], 1)
        self.assertEqual(self.found(), {0: (9, "device"), 1: (6, "import"), 2: (4, "hand")})

    def test_only_whole_hours_and_numbers_that_can_be(self):
        for values in ({"hour": TEN + timedelta(minutes=30)}, {"visitors": -1}, {"visitors": 100_001}):
            with self.subTest(values), mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.env["conveyor.counter.reading"].create({"counter_id": self.door.id, "hour": TEN, "visitors": 1, **values})

    def test_salespeople_read_and_managers_write(self):
        self.read((0, 5))
        reading = self.env["conveyor.counter.reading"].search([("counter_id", "=", self.door.id)])
        self.assertEqual(reading.with_user(self.seller).visitors, 5)
        self.assertEqual(self.door.with_user(self.seller).visitors_today, 5)
        for model, act in ((reading, lambda record: record.write({"visitors": 1})), (self.door, lambda record: record.write({"name": "X"})),
                           (self.door, lambda record: record.action_new_token()), (self.door, lambda record: record.action_revoke_token())):
            with self.assertRaises(AccessError):
                act(model.with_user(self.seller))
        reading.with_user(self.manager).visitors = 6
        self.assertEqual(self.found(), {0: (6, "hand")})

    def test_another_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["conveyor.counter"].create({"name": "Theirs", "company_id": other.id, "tz": "UTC"})
        self.read((0, 5), counter=theirs)
        self.assertNotIn(theirs, self.env["conveyor.counter"].with_user(self.manager).search([]))
        self.assertFalse(self.env["conveyor.counter.reading"].with_user(self.manager).search([("counter_id", "=", theirs.id)]))

    def test_figures_are_those_of_the_days_on_its_wall(self):
        midnight = -10  # 22:00 UTC is midnight in Sofia
        self.read((midnight, 3), (midnight - 1, 100), (0, 4), (midnight - 7 * 24, 10), (midnight - 7 * 24 - 1, 1000))
        self.assertEqual((self.door.visitors_today, self.door.visitors_week), (7, 110))
        self.assertEqual(self.door.last_reading, TEN)
        self.assertIn("10:00", self.door.last_reading_text)
        self.assertEqual(self.door.state, "alive")

    def test_the_hour_on_the_wall_can_be_written(self):
        reading = self.env["conveyor.counter.reading"].create({"counter_id": self.door.id, "local_hour": "2026-11-20 9:00", "visitors": 2})
        self.assertEqual((reading.hour, reading.local_hour), (TEN - timedelta(hours=1), "2026-11-20 09:00"))
        reading.local_hour = "2026-11-20 10:00"
        self.assertEqual(reading.hour, TEN)
        with self.assertRaisesRegex(ValidationError, "no hour “2026-03-29 03:00”"):
            reading.local_hour = "2026-03-29 03:00"


@tagged("post_install", "-at_install")
class TestImport(CounterCase):

    def load(self, *rows, fields=("id", "counter_id", "local_hour", "visitors")):
        model = self.env["conveyor.counter.reading"].with_user(self.manager).with_context(import_file=True)
        return model.load(list(fields), [list(row) for row in rows])

    def test_a_sheet_with_external_ids_comes_twice(self):
        result = self.load(("r1", "Door", "2026-11-20 10:00", "5"), ("r2", "Door", "2026-11-20 11:00", "6"))
        self.assertEqual((result["messages"], len(result["ids"])), ([], 2))
        self.load(("r1", "Door", "2026-11-20 10:00", "8"))
        self.assertEqual(self.found(), {0: (8, "import"), 1: (6, "import")})

    def test_a_sheet_without_ids_replaces_its_hours(self):
        self.read((0, 1), (3, 4))
        rows = [("Door", "2026-11-20 10:00:00", "5"), ("Door", "2026-11-20 11:00:00", "6"), ("Door", "2026-11-20 11:00:00", "7")]
        for _time in range(2):
            result = self.load(*rows, fields=("counter_id", "local_hour", "visitors"))
            self.assertFalse(result["messages"])
        self.assertEqual(self.found(), {0: (5, "import"), 1: (7, "import"), 3: (4, "device")})

    def test_the_template_can_be_imported(self):
        [template] = self.env["conveyor.counter.reading"].get_import_templates()
        self.door.name = "Shop door"
        with file_open(template["template"].removeprefix("/"), "rb") as file:
            wizard = self.env["base_import.import"].with_user(self.manager).create({
                "res_model": "conveyor.counter.reading", "file": file.read(), "file_type": "text/csv", "file_name": "readings.csv"})
        options = {"quoting": '"', "separator": ",", "has_headers": True, "encoding": "utf-8"}
        preview = wizard.parse_preview(options)
        fields = [preview["matches"].get(index, [False])[0] for index in range(3)]
        self.assertEqual(fields, ["counter_id", "local_hour", "visitors"])
        result = wizard.execute_import(fields, preview["headers"], options)
        self.assertEqual((result["messages"], len(result["ids"])), ([], 2))

    def test_a_bad_hour_names_itself(self):
        result = self.load(("r1", "Door", "tomorrow", "5"))
        self.assertIn("no hour “tomorrow”", result["messages"][0]["message"])
        self.assertFalse(self.found())


@tagged("post_install", "-at_install")
class TestGrid(CounterCase):

    def grid(self, day=None, **options):
        return self.door.with_user(self.manager).get_grid(day, **options)

    def cell(self, grid, row, column):
        return next(item for item in grid["rows"] if item["key"] == row)["cells"][column]

    def test_a_week_by_open_hours(self):
        self.read((0, 5), (-24, 3), (12, 1))
        grid = self.grid()
        self.assertEqual([day["date"] for day in grid["days"]][::6], ["2026-11-16", "2026-11-22"])
        self.assertEqual([row["key"] for row in grid["rows"]], [*(f"{hour:02}:00" for hour in range(9, 20)), "22:00"])
        self.assertEqual(self.cell(grid, "10:00", 4), {"hour": "2026-11-20 08:00:00", "visitors": 5, "origin": "device", "is_open": True})
        self.assertFalse(self.cell(grid, "15:00", 4)["is_open"])
        self.assertEqual([day["total"] for day in grid["days"]], [None, None, None, 3, 6, None, None])
        self.assertEqual(grid["total"], 9)
        self.assertTrue(grid["week"]["is_last"])

    def test_days_when_clocks_change(self):
        autumn = self.grid("2026-10-21", all_hours=True)
        self.assertEqual(len(autumn["rows"]), 25)
        again = next(row for row in autumn["rows"] if row["key"] == "03:00 again")
        self.assertEqual([bool(cell) for cell in again["cells"]], [False] * 6 + [True])
        self.assertEqual(again["cells"][6]["hour"], "2026-10-25 01:00:00")
        spring = self.grid("2026-03-25", all_hours=True)
        self.assertIsNone(self.cell(spring, "03:00", 6))

    def test_typing_writes_takes_away_and_answers_with_the_grid(self):
        self.read((0, 5))
        grid = self.door.with_user(self.manager).save_grid([["2026-11-20 08:00:00", 7], ["2026-11-20 09:00:00", 0]])
        self.assertEqual(self.found(), {0: (7, "hand"), 1: (0, "hand")})
        self.assertEqual(grid["total"], 7)
        self.door.with_user(self.manager).save_grid([["2026-11-20 09:00:00", None]])
        self.assertEqual(self.found(), {0: (7, "hand")})

    def test_what_cannot_be_typed(self):
        for hour, visitors in (("2026-11-20 13:00:00", 1), ("2026-11-20 08:00:00", -1), ("2026-11-20 08:00:00", "7"), ("2026-11-20 08:30:00", 1)):
            with self.subTest(hour=hour, visitors=visitors), self.assertRaises(UserError):
                self.door.with_user(self.manager).save_grid([[hour, visitors]])
        self.assertFalse(self.found())

    def test_who_may_type(self):
        with self.assertRaisesRegex(AccessError, "May Type"):
            self.door.with_user(self.seller).save_grid([["2026-11-20 08:00:00", 7]])
        self.assertFalse(self.door.with_user(self.seller).get_grid()["may_type"])
        self.door.typist_ids = [Command.link(self.seller.id)]
        self.assertEqual(self.door.with_user(self.seller).save_grid([["2026-11-20 08:00:00", 7]])["total"], 7)

    def test_a_public_holiday_is_marked(self):
        self.env["resource.calendar.leaves"].create({
            "name": "Holiday", "company_id": self.env.company.id, "calendar_id": False,
            "date_from": datetime(2026, 11, 17, 22), "date_to": datetime(2026, 11, 18, 21, 59, 59)})
        self.assertEqual([day["is_holiday"] for day in self.grid()["days"]], [False, False, True] + [False] * 4)


@tagged("post_install", "-at_install")
class TestSilence(CounterCase):

    def heard(self, days):
        """Readings of the open hours of so many days before today, each written when its hour was over."""
        moments = [datetime(2026, 11, 20 - day, hour) for day in range(1, days + 1) for hour in range(7, 18)]
        self.env["conveyor.counter.reading"]._record(self.door, [Reading(moment, 3) for moment in sorted(moments)], "device")
        self.env.cr.execute("UPDATE conveyor_counter_reading SET create_date = hour + interval '1 hour' WHERE counter_id = %s", [self.door.id])

    def watch(self, moment):
        self.env["conveyor.counter"]._cron_watch(now=moment)

    def test_the_owner_is_told_once_and_when_it_is_heard_again(self):
        self.heard(10)
        self.watch(datetime(2026, 11, 20, 7, 30))
        self.assertFalse(self.door.is_silent)
        for hour in (12, 13, 14):
            self.watch(datetime(2026, 11, 20, hour))
        self.assertEqual((self.door.is_silent, self.door.silent_since), (True, datetime(2026, 11, 19, 18)))
        self.assertEqual(self.door.state, "silent")
        activity = self.door.activity_ids
        self.assertEqual((len(activity), activity.user_id), (1, self.manager))
        self.assertIn("Door counts no visitors any more", activity.summary)
        self.read((4, 2))
        self.assertFalse(self.door.is_silent)
        self.watch(Datetime.now())
        self.assertFalse(self.door.activity_ids)

    def test_the_owner_is_told_in_his_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.manager.lang = "ru_RU"
        self.heard(10)
        self.watch(datetime(2026, 11, 20, 14))
        activity = self.door.activity_ids
        self.assertNotIn("visitors", activity.summary)
        self.assertIn("19.11.2026 20:00", activity.note)  # as Russians write it, in words of theirs
        self.assertNotIn("device", activity.note)

    def test_closed_days_are_no_silence(self):
        self.heard(10)
        self.door.calendar_id = self.env["resource.calendar"].create({"name": "Not on Fridays", "tz": "Europe/Sofia", "attendance_ids": [
            Command.clear(), *(Command.create({"name": "x", "dayofweek": str(day), "hour_from": 9, "hour_to": 20, "day_period": "morning"})
                               for day in (0, 1, 2, 3, 5, 6))]})
        self.watch(datetime(2026, 11, 20, 17))
        self.assertFalse(self.door.is_silent)

    def test_it_is_a_practice_of_the_inventory(self):
        self.heard(10)
        self.env["conveyor.practice"]._refresh(today=NOW.date())
        practice = self.env["conveyor.practice"].search([("counter_id", "=", self.door.id)])
        self.assertEqual((practice.kind, practice.name, practice.volume, practice.owner_id), ("counter", "Door", 110, self.manager))
