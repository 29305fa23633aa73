"""Report sets: whose they are, what they mean, and what a salesperson may do."""

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .report_common import ReportCase


@tagged("post_install", "-at_install")
class TestReportSet(ReportCase):

    def test_the_workbook_has_the_sheets_and_filters_of_the_set(self):
        self.report.write({"with_touches": False, "with_rows": False, "sale_kind": "first", "user_ids": self.seller.ids})
        workbook = self.report.with_user(self.manager)._workbook(fields.Date.to_date("2026-02-17"))
        self.assertEqual(workbook._groups(), ("dashboard", "funnel", "customers", "visitors", "money"))
        filters = workbook._filters()
        self.assertEqual({name: filters[name] for name in ("date_from", "date_to", "counting", "sale_kind", "team_ids", "user_ids")}, {
            "date_from": fields.Date.to_date("2026-02-01"), "date_to": fields.Date.to_date("2026-02-28"), "counting": "period",
            "sale_kind": "first", "team_ids": self.team.ids, "user_ids": self.seller.ids})
        self.assertEqual(workbook._filename(), "Monday's figures 2026-02-01 2026-02-28.xlsx")

    def test_downloading(self):
        action = self.report.with_user(self.manager).action_download()
        self.assertRegex(action["url"], r"^/sales_conveyor/workbook/\d+$")
        with self.assertRaisesRegex(AccessError, "take them away"):
            self.report.is_shared = True
            self.report.with_user(self.colleague).action_download()

    def test_from_a_screen(self):
        action = self.env["conveyor.report.set"].with_user(self.manager).open_from_filters(
            {"team_ids": [self.team.id, 0], "sale_kind": "repeat", "counting": "period"}, "this_quarter")
        with Form(self.env["conveyor.report.set"].with_user(self.manager).with_context(**action["context"])) as form:
            form.name = "From the screen"
        made = form.record
        self.assertEqual((made.team_ids, made.sale_kind, made.counting, made.period), (self.team, "repeat", "period", "this_quarter"))

    def test_one_s_own_and_shared_ones_are_seen(self):
        sets = self.env["conveyor.report.set"].with_user(self.seller)
        self.assertFalse(sets.search([("id", "=", self.report.id)]))
        self.report.is_shared = True
        shared = sets.search([("id", "=", self.report.id)])
        self.assertTrue(shared)
        with self.assertRaises(AccessError):
            shared.name = "Mine now"
        with self.assertRaises(AccessError):
            self.env["conveyor.report.delivery"].with_user(self.seller).create({"set_id": shared.id, "user_ids": self.seller.ids})

    def test_a_salesperson_makes_sets_for_himself_alone(self):
        own = self.env["conveyor.report.set"].with_user(self.seller).create({"name": "Mine"})
        deliveries = self.env["conveyor.report.delivery"].with_user(self.seller)
        mine = deliveries.create({"set_id": own.id, "user_ids": self.seller.ids})
        with self.assertRaisesRegex(ValidationError, "no sales manager"):
            deliveries.create({"set_id": own.id, "user_ids": (self.seller + self.manager).ids})
        with self.assertRaises(AccessError):
            mine.set_id = self.report.id
            mine.flush_recordset()
        with self.assertRaises(AccessError):
            own.user_id = self.manager
        with self.assertRaises(AccessError):
            self.env["conveyor.report.set"].with_user(self.seller).create({"name": "His", "user_id": self.manager.id})

    def test_logs_are_seen_by_recipient_owner_and_managers(self):
        log = self.delivery._plan(self.now, "schedule", self.manager)
        logs = self.env["conveyor.report.log"]
        self.assertFalse(logs.with_user(self.seller).search([("id", "=", log.id)]))
        self.assertTrue(logs.with_user(self.manager).search([("id", "=", log.id)]))
        log = self.delivery._plan(self.now, "schedule", self.seller)
        self.assertTrue(logs.with_user(self.seller).search([("id", "=", log.id)]))
        with self.assertRaises(AccessError):
            log.with_user(self.manager).state = "sent"

    def test_recipients_are_colleagues(self):
        portal = self.env["res.users"].create({"name": "Portal", "login": "rep_portal", "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)]})
        for users, words in ((portal, "no internal user"), (self.env["res.users"], "no recipients")):
            with self.assertRaisesRegex(ValidationError, words):
                self.delivery.user_ids = users
                self.env.flush_all()

    def test_a_set_without_sheets_is_none(self):
        with self.assertRaisesRegex(ValidationError, "has no sheets"):
            self.report.write({f"with_{group}": False for group in ("dashboard", "funnel", "touches", "customers", "visitors", "money", "rows")})

    def test_the_form_of_a_delivery_tells_when_it_comes_next(self):
        with Form(self.report.with_user(self.manager)) as form:
            with form.delivery_ids.new() as line:
                line.frequency, line.month_day, line.hour, line.tz = "monthly", "0", 18, "UTC"
        made = self.report.delivery_ids - self.delivery
        self.assertEqual((made.user_ids, made.next_date.hour), (self.manager, 18))
        self.assertEqual((made.next_date.date().replace(day=28) - made.next_date.date()).days <= 0, True)
        self.assertEqual(self.report.next_date, min(self.report.delivery_ids.mapped("next_date")))
