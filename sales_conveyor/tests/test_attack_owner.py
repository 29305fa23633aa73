"""What a malicious salesperson by RPC, a stranger, or a careless administrator would try with the owner's view."""

import json
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO

import openpyxl
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import DataError, IntegrityError

from .common import ConveyorCase
from .money_common import MoneyCase
from .report_common import ReportCase
from .test_counter import NOW, TEN, CounterCase

ABSURD = (  # filters that are answered with a sentence
    "everything", ["date_from"], {"date_from": "0001-01-01"}, {"date_to": "9999-12-31"}, {"date_from": 5}, {"date_from": ["2026-01-01"]},
    {"date_from": "2026-06-30", "date_to": "2026-06-01"}, {"team_ids": "1); DROP TABLE crm_lead; --"}, {"user_ids": {"id": 1}},
    {"user_ids": [[1]]}, {"source_ids": ["1 OR TRUE"]}, {"team_ids": [1.5]}, {"company_ids": [10 ** 9]}, {"sale_kind": ["first"]},
    {"counting": ["cohort"]}, {"nonsense": 1}, {"lead_ids": [-1]})
ODD = (  # filters that mean something
    {"date_from": "0002-01-01", "date_to": "9998-12-31"}, {"date_from": "9998-12-01"}, {"date_to": "0002-01-02"}, {"user_ids": [10 ** 30]},
    {"team_ids": [2 ** 31, 2 ** 63]}, {"source_ids": [0, True]}, {"campaign_ids": list(range(1, 5000))}, {"lead_ids": [10 ** 30, 0]})
NUMBERS = (float("nan"), float("inf"), -float("inf"))


REFUSALS = (UserError, IntegrityError, DataError)


class FilterCase:
    """What is asked for by a screen, asked for by a program."""

    def screens(self, user, **context):
        env = self.env(user=user, context={**self.env.context, **context})
        dashboard = env["conveyor.dashboard"]
        yield from ((name, lambda filters, name=name: dashboard.get_part(name, filters)) for name in dashboard._parts())
        yield "visitors", env["conveyor.counter.tables"].get_tables
        if env["conveyor.spend"].has_access("read"):
            yield "money", env["conveyor.money"].get_tables

    @contextmanager
    def refused(self, also=()):
        """In words, or by the database."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                yield
                self.env.flush_all()
        except (*REFUSALS, *also):
            return
        self.fail("It was accepted")

    def answers(self, call, *arguments):
        """Data that a browser can read, or a sentence for a person; no trace."""
        try:
            with self.env.cr.savepoint():
                return json.dumps(call(*arguments), default=str, allow_nan=False)
        except UserError as error:
            return str(error)


@tagged("post_install", "-at_install")
class TestAttackFilters(FilterCase, ConveyorCase):

    def test_absurd_filters_are_answered_with_a_sentence(self):
        for user in (self.seller, self.manager):
            for name, call in self.screens(user):
                for filters in ABSURD:
                    with self.subTest(name, user=user.name, filters=filters), self.assertRaises(UserError), self.env.cr.savepoint():
                        call(filters)

    def test_odd_filters_are_answered(self):
        self.lead(partner_id=self.customer().id).action_set_won()
        self.env["conveyor.counter"].create({"name": "Door"})
        for user in (self.seller, self.manager):
            for name, call in self.screens(user):
                for filters in ODD:
                    with self.subTest(name, user=user.name, filters=str(filters)[:60]):
                        self.assertTrue(self.answers(call, filters))

    def test_a_forged_context_shows_nothing_more(self):
        mine, other = self.lead(name="Mine", expected_revenue=10), self.lead(name="Hidden", expected_revenue=10, user_id=self.manager.id)
        (mine + other).action_set_won()
        forged = {"conveyor_is_fresh": True, "conveyor_without_hours": True, "tz": "Mars/Olympus", "force_company": 999, "active_test": False,
                  "import_file": True, "ir_cron_progress_id": 10 ** 8, "uid": self.manager.id, "su": True}
        for name, call in self.screens(self.seller, **forged):
            with self.subTest(name):
                plain = dict(self.screens(self.seller))[name]({})
                self.assertEqual(json.dumps(call({}), default=str, sort_keys=True), json.dumps(plain, default=str, sort_keys=True))
        other_company = self.env["res.company"].create({"name": "Elsewhere"})
        for name, call in self.screens(self.seller, allowed_company_ids=[other_company.id]):
            with self.subTest(name), self.assertRaises(AccessError):
                call({})

    def test_who_has_no_crm_gets_nothing(self):
        for groups in ("base.group_portal", "base.group_user", "base.group_public"):
            user = new_test_user(self.env, f"stranger_{groups[-6:]}", groups)
            for name, call in self.screens(user):
                with self.subTest(name, groups=groups), self.assertRaises(AccessError):
                    call({})
            assignment = self.env["conveyor.assignment"].with_user(user)
            for model in ("crm.lead", "res.partner"):
                with self.refused():
                    assignment.assign(model, (self.lead() if model == "crm.lead" else self.customer()).id)

    def test_money_of_others_is_counted_for_nobody(self):
        leads = self.lead(expected_revenue=70) + self.lead(expected_revenue=900, user_id=self.colleague.id)
        for lead in leads:
            lead.partner_id = self.customer(lead.user_id.name)
        leads.action_set_won()
        for filters in ({}, {"user_ids": [self.colleague.id]}, {"lead_ids": leads.ids}, {"user_ids": [0, self.colleague.id, self.seller.id]}):
            top = self.env["conveyor.dashboard"].with_user(self.seller).get_part("top", filters)
            sales = {row["key"]: row["cells"]["value"] for row in top["tables"][0]["rows"]}
            self.assertIn(sales["first_money"], (0, 70), filters)
        for method in (self.env["conveyor.money"].get_tables, self.env["conveyor.money.customer"].search_count, self.env["conveyor.money.sale"].search_count,
                       self.env["conveyor.spend"].search_count):
            with self.assertRaises(AccessError):
                method.__func__(method.__self__.with_user(self.seller), [] if method.__name__ == "search_count" else {})


@tagged("post_install", "-at_install")
class TestAttackAssign(ConveyorCase):

    def assign(self, record, user=None):
        service = self.env["conveyor.assignment"].with_user(user or self.seller)
        return service.browse(service.assign(record._name, record.id)["id"])

    def test_what_one_cannot_see_is_assigned_by_nobody(self):
        hidden = self.lead(user_id=self.manager.id)
        with self.assertRaises(AccessError):
            self.assign(hidden)
        for model, number in (("crm.lead", 10 ** 30), ("crm.lead", -1), ("crm.lead", 0), ("crm.lead", "1"), ("crm.lead", [1]), ("crm.lead", None),
                              ("crm.lead", 1.5), ("crm.lead", True), ("crm.lead", {}), ("res.users", 1), (None, 1), (["crm.lead"], 1), ({}, 1)):
            with self.subTest((model, number)), self.assertRaises(UserError), self.env.cr.savepoint():
                self.env["conveyor.assignment"].with_user(self.seller).assign(model, number)

    def test_another_s_is_taken_back_by_managers_only(self):
        lead = self.lead()
        theirs = self.assign(lead, self.manager)
        with self.assertRaises(AccessError):
            theirs.with_user(self.seller).undo()
        for vals in ({"create_uid": self.seller.id}, {"activity_id": False}, {"date": NOW}):
            with self.assertRaises(AccessError):
                theirs.with_user(self.seller).write(vals)
        theirs.with_user(self.manager).undo()
        self.assertFalse(lead._planned_touches())

    def test_won_lost_and_archived_ones(self):
        won, lost = self.lead(), self.lead()
        won.action_set_won()
        lost.action_set_lost()
        for lead in (won, lost):
            assignment = self.assign(lead)
            self.assertEqual(len(lead._planned_touches()), 1)
            self.assertEqual(self.assign(lead), assignment)
            assignment.undo()
            self.assertFalse(lead._planned_touches())
            self.assertTrue(assignment.undo(), "twice is once")

    def test_undo_does_not_bring_back_a_day_of_somebody_else_s_later_plan(self):
        lead = self.lead()
        lead.next_touch_date = NOW + timedelta(days=300)
        self.env.flush_all()
        before = lead._planned_touches().date_deadline
        assignment = self.assign(lead)
        self.assertNotEqual(lead._planned_touches().date_deadline, before)
        assignment.undo()
        self.assertEqual(lead._planned_touches().date_deadline, before)


@tagged("post_install", "-at_install")
class TestAttackCounter(FilterCase, CounterCase):

    def test_a_typist_types_in_his_counter_only_and_only_what_can_be(self):
        other = self.env["conveyor.counter"].create({"name": "Back door", "tz": "America/New_York"})
        self.door.typist_ids = other_typist = self.seller
        self.assertTrue(other_typist)
        with self.assertRaises(AccessError):
            other.with_user(self.seller).save_grid([["2026-11-20 10:00:00", 5]])
        mine = self.door.with_user(self.seller)
        self.env["conveyor.counter.reading"].create({"counter_id": other.id, "hour": TEN, "visitors": 3})
        for cell in (["2026-11-20 10:00:00", -5], ["2026-11-20 10:00:00", 10 ** 9], ["2026-11-20 10:30:00", 5], ["2026-11-21 10:00:00", 5],
                     ["2026-11-20 10:00:00", "5"], ["2026-11-20 10:00:00", True], ["2026-11-20 10:00:00", 5.0], ["2026-11-20 10:00:00", float("nan")],
                     ["0001-01-01 00:00:00", 5], ["1850-01-01 00:00:00", 5], ["nonsense", 5], ["2026-13-45 99:00:00", None], [None, 5], [[], 5], [5, 5],
                     [], ["2026-11-20 10:00:00"], ["2026-11-20 10:00:00", 5, 6], "ab", None, 7, {"hour": 1}):
            with self.subTest(cell), self.assertRaises(UserError), self.env.cr.savepoint():
                mine.save_grid([cell])
        for cells in (5, "cells", None, {"a": 1}):
            with self.subTest(cells), self.assertRaises(UserError), self.env.cr.savepoint():
                mine.save_grid(cells)
        mine.save_grid([["2026-11-20 08:00:00", None]])
        self.assertEqual(self.env["conveyor.counter.reading"].search_count([("counter_id", "=", other.id)]), 1)
        for values in ({"visitors": 7}, {"counter_id": self.door.id}):
            with self.assertRaises(AccessError):
                self.env["conveyor.counter.reading"].with_user(self.seller).search([]).write(values)

    def test_a_week_that_is_none(self):
        for day in ("nonsense", "0001-01-01", "9999-12-31", 5, [], {}, "2026-99-99", "1800-01-01"):
            with self.subTest(day):
                self.assertTrue(self.answers(self.door.with_user(self.seller).get_grid, day))

    def test_hours_of_other_ages_spoil_no_screen(self):
        doors = self.door + self.door.create([{"name": zone, "tz": zone} for zone in ("America/New_York", "Pacific/Kiritimati")])
        reading = self.env["conveyor.counter.reading"].with_user(self.manager)
        for counter in doors:
            for hour in ("0001-01-01 00:00:00", "9999-12-31 23:00:00", "2026-11-30 10:00:00", "1850-01-01 00:00:00"):
                with self.subTest(hour, zone=counter.tz), self.refused():
                    reading.create({"counter_id": counter.id, "hour": hour, "visitors": 5})
            for wall in ("0001-01-01 00:00", "9999-12-31 23:00", "2026-11-20 25:00", "2026-02-30 10:00", "٢٠٢٦-11-20 10:00", "x" * 10000, "\0"):
                with self.subTest(wall[:20], zone=counter.tz), self.refused():
                    reading.create({"counter_id": counter.id, "local_hour": wall, "visitors": 5})
        doors.invalidate_recordset()
        doors.read(["last_reading_text", "state"])

    def test_a_clock_that_is_none(self):
        self.read((0, 5))
        for zone in ("Mars/Olympus", "", "UTC; DROP TABLE res_users", "+99"):
            with self.subTest(zone), self.refused():
                self.door.with_user(self.manager).tz = zone
        self.door.invalidate_recordset()
        self.assertTrue(self.door.last_reading_text)

    def test_days_back_that_are_absurd_refuse_no_post(self):
        body = b'{"readings": [{"hour": "2026-11-20T08:00:00Z", "visitors": 12}]}'
        for days in (2 ** 31 - 1, 10 ** 7, 0, -5):
            with self.subTest(days), self.env.cr.savepoint():
                try:
                    self.env.company.conveyor_counter_days = days
                    self.env.flush_all()
                except (ValidationError, IntegrityError):
                    continue
                _counter, rules = self.posting()
                self.assertEqual(self.door._receive(body, rules)["received"], 1)

    def posting(self):
        token = self.door.with_user(self.manager).action_new_token()["params"]["token"]
        self.env.flush_all()
        return self.env["conveyor.counter"].sudo()._of_token(self.door.id, token)

    def test_the_token_is_nobody_s_to_read_and_dies_with_the_counter(self):
        token = self.door.with_user(self.manager).action_new_token()["params"]["token"]
        for attempt in (lambda door: door.read(["token_hash"]), lambda door: door.search([("token_hash", "like", "a")]),
                        lambda door: door.write({"token_hash": "a"}), lambda door: door.formatted_read_group([], ["token_hash"])):
            for user in (self.seller, self.manager):
                with self.assertRaises(AccessError):
                    attempt(self.door.with_user(user))
        for attempt in (lambda door: door.action_new_token(), lambda door: door.action_revoke_token()):
            with self.assertRaises(AccessError):
                attempt(self.door.with_user(self.seller))
        self.door.active = False
        self.env.flush_all()
        self.assertIsNone(self.env["conveyor.counter"].sudo()._of_token(self.door.id, token))

    def test_an_owner_without_crm_stops_no_watch(self):
        outsider = new_test_user(self.env, "counter_outsider", "base.group_user")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        away = new_test_user(self.env, "counter_away", "sales_team.group_sale_manager", company_id=elsewhere.id, company_ids=[Command.set(elsewhere.ids)])
        doors = self.door.create([{"name": owner.name, "owner_id": owner.id, "tz": "UTC"} for owner in (outsider, away)])
        for door in doors + self.door:
            self.read(*((-hour, 1) for hour in range(60)), counter=door)
        self.env.cr.execute("UPDATE conveyor_counter_reading SET create_date = hour")
        self.env["conveyor.counter"]._cron_watch(NOW + timedelta(days=60))
        self.assertTrue(self.door.is_silent and all(doors.mapped("is_silent")))

    def test_absurd_counters_in_the_filter(self):
        tables = self.env["conveyor.counter.tables"].with_user(self.seller)
        for counters in ("1); --", "abc", ["x"], 5, {"a": 1}, [[1]], [None], [10 ** 30], [1.5], True, list(range(5000))):
            with self.subTest(str(counters)[:40]):
                self.assertTrue(self.answers(tables.get_tables, {"counter_ids": counters}))
                for model, method in (("conveyor.report.set", "open_from_filters"), ("conveyor.workbook", "create_from_filters")):
                    self.assertTrue(self.answers(getattr(self.env[model].with_user(self.manager), method), {"counter_ids": counters}))


@tagged("post_install", "-at_install")
class TestAttackReports(FilterCase, ReportCase):

    def own_delivery(self, **values):
        report = self.env["conveyor.report.set"].with_user(self.seller).create({"name": "Mine"})
        return self.env["conveyor.report.delivery"].with_user(self.seller).create({"set_id": report.id, "user_ids": self.seller.ids, "tz": "UTC", **values})

    def test_a_forged_owner_lets_nobody_write_to_colleagues(self):
        delivery = self.own_delivery()
        for vals in ({"owner_id": self.manager.id, "user_ids": [Command.set((self.seller + self.colleague).ids)]},
                     {"user_ids": [Command.link(self.colleague.id)]}):
            with self.subTest(vals), self.assertRaises(ValidationError), self.env.cr.savepoint():
                delivery.write(vals)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.own_delivery(owner_id=self.manager.id, user_ids=[Command.set(self.colleague.ids)])
        delivery.write({"owner_id": self.manager.id})
        self.assertEqual(self.own_delivery(owner_id=self.manager.id).owner_id, self.seller)
        self.assertEqual(delivery.owner_id, self.seller)

    def test_a_forged_due_time_stops_nobody_s_reports(self):
        delivery = self.own_delivery()
        delivery.write({"tz": "America/New_York", "next_date": "0001-01-01 00:00:00"})
        self.env.flush_all()
        self.make_due()
        self.deliver()
        self.assertEqual(self.log(self.manager).state, "sent")
        self.assertGreater(delivery.next_date, self.now)
        for hour in (*NUMBERS, -1, 24, 1e300):
            with self.subTest(hour), self.refused():
                delivery.hour = hour

    def test_sets_deliveries_and_logs_of_others(self):
        self.make_due()
        self.deliver()
        report, delivery, log = (record.with_user(self.colleague) for record in (self.report, self.delivery, self.log(self.seller)))
        for attempt in (lambda: report.read(["name"]), lambda: report.write({"name": "x"}), lambda: report.unlink(), lambda: report.action_download(),
                        lambda: delivery.read(["hour"]), lambda: delivery.unlink(), lambda: delivery.action_send_now(), lambda: delivery.action_send_test(),
                        lambda: log.read(["state"]), lambda: log.unlink(), lambda: log.action_retry(), lambda: delivery.action_pause()):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt()
        own = self.own_delivery()
        for vals in ({"set_id": self.report.id}, {"log_ids": [Command.create({"user_id": self.colleague.id, "due_date": self.now})]}):
            with self.subTest(vals), self.assertRaises(AccessError), self.env.cr.savepoint():
                own.write(vals)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            own.set_id.write({"user_id": self.manager.id})
        self.report.is_shared = True
        self.log(self.seller).state = "failed"
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.log(self.seller).with_user(self.seller).action_retry()

    def test_a_set_of_another_tells_nothing_to_who_may_export(self):
        self.report.name = "Whom we dismiss"
        for user in (self.seller, self.colleague):
            user.group_ids += self.env.ref("base.group_allow_export")
            with self.assertRaises(AccessError):
                self.report.with_user(user).action_download()
        self.assertFalse(self.env["conveyor.workbook"].with_user(self.seller).search([]))

    def test_who_is_no_recipient_any_more_gets_no_second_try(self):
        self.make_due()
        self.server.is_refusing = True
        self.deliver()
        self.assertEqual(self.log(self.seller).state, "waiting")
        self.server.is_refusing = False
        self.delivery.user_ids -= self.seller
        self.deliver(self.now + timedelta(hours=1))
        self.assertEqual((self.log(self.seller).state, self.log(self.manager).state), ("skipped", "sent"))
        self.assertEqual(len(self.server.mails), 1)

    def test_who_was_made_a_salesperson_writes_to_himself_only(self):
        self.manager.group_ids = [Command.unlink(self.env.ref("sales_team.group_sale_manager").id), Command.link(
            self.env.ref("sales_team.group_sale_salesman").id)]
        self.make_due()
        self.deliver()
        self.assertEqual(self.log(self.manager).state, "sent")
        self.assertEqual(self.log(self.seller).state, "skipped")
        self.assertEqual(len(self.server.mails), 1)

    def test_the_file_behind_a_link_is_its_recipient_s(self):
        self.env["ir.config_parameter"].set_param("sales_conveyor.report_mail_megabytes", "0.000001")
        self.make_due()
        self.deliver()
        file = self.log(self.manager).sudo().attachment_id
        self.assertTrue(file and not file.public and not file.access_token)
        for user in (self.seller, self.colleague, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                file.with_user(user).read(["raw"])
            with self.assertRaises(AccessError):
                file.with_user(user).generate_access_token()
            self.assertFalse(self.env["ir.attachment"].with_user(user).search([("id", "=", file.id)]))
        with self.assertRaises(AccessError):
            self.log(self.manager).with_user(self.manager).read(["attachment_id"])

    def test_names_that_would_write_headers_and_scripts(self):
        self.report.name = "Figures\r\nBcc: victim@example.com <script>alert(1)</script> ../../etc/passwd"
        self.leads[3].name = "<img src=x onerror=alert(1)>"
        self.make_due()
        self.deliver()
        self.assertEqual(self.log(self.manager).state, "sent", self.log(self.manager).error)
        mail = self.mail_to(self.manager)
        self.assertNotIn("Bcc", mail)
        self.assertNotIn("<script>alert", self.html(mail))
        self.assertNotIn("<img src=x", self.html(mail))

    def test_a_salesperson_s_file_has_no_rows_of_others(self):
        self.make_due()
        self.deliver()
        book = self.book(self.mail_to(self.seller))
        text = json.dumps([[str(cell) for cell in row if cell is not None] for sheet in book for row in sheet.iter_rows(values_only=True)])
        self.assertIn("Client 1", text)
        for hidden in self.leads.filtered(lambda lead: lead.user_id != self.seller):
            self.assertNotIn(f'"{hidden.name}"', text)
            self.assertNotIn(hidden.partner_id.name, text)

    def test_a_forged_workbook_is_a_sentence_and_shows_nothing_more(self):
        books = self.env["conveyor.workbook"].with_user(self.seller)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.leads.filtered(lambda lead: lead.user_id == self.manager)
        for vals in ({"or_none": ["nonsense"]}, {"or_none": "x"}, {"or_none": 5}, {"or_none": {"a": 1}}, {"lead_domain": "nonsense"}, {"lead_domain": [["nonsense", "=", 1]]},
                     {"lead_domain": 5}, {"lead_domain": [["id", "=", [10 ** 30]]]}, {"company_ids": elsewhere.ids}, {"company_id": elsewhere.id},
                     {"date_from": "9999-12-31"}, {"date_to": "0001-01-01"}, {"date_from": "2026-06-30", "date_to": "2026-06-01"}, {"name": "a\r\nb/../c" * 99},
                     {"lead_ids": hidden.ids}, {"lead_domain": [["id", "in", hidden.ids]]}, {"user_ids": self.manager.ids}):
            with self.subTest(str(vals)):
                def written(vals=vals):
                    book = books.create(vals)
                    book.action_download()
                    stream = BytesIO()
                    book._write_file(stream)
                    text = json.dumps([[str(cell) for cell in row] for sheet in openpyxl.load_workbook(stream) for row in sheet.iter_rows(values_only=True)])
                    self.assertFalse([lead.name for lead in hidden if f'"{lead.name}"' in text])
                self.answers(written)
        self.assertTrue(books.create_from_filters({"lead_ids": [0]}))
        mine = books.create({"name": "Mine"})
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            mine.with_user(self.manager).action_download()

    def test_a_forged_cron_in_the_context_is_none(self):
        delivery = self.own_delivery().with_context(ir_cron_progress_id=10 ** 8, cron_end_time=1e18)
        self.assertEqual(delivery.action_send_test()["params"]["type"], "success")


@tagged("post_install", "-at_install")
class TestAttackSpend(FilterCase, MoneyCase):

    def bad(self, **values):
        with self.refused(also=(ValueError, OverflowError)):  # Odoo rounds no NaN
            self.env["conveyor.spend"].with_user(self.manager).with_company(self.company).create({
                "source_id": self.ads.id, "date_from": "2026-06-01", "date_to": "2026-06-30", "amount": 100, "company_id": self.company.id, **values})

    def test_spend_that_cannot_be(self):
        for amount in (*NUMBERS, 0, 1e300, 0.0001):
            with self.subTest(amount):
                self.bad(amount=amount)
        for first, last in (("2026-06-30", "2026-06-01"), ("1926-01-01", "2026-01-01"), ("0001-01-01", "0001-01-31"), ("9999-12-01", "9999-12-31"),
                            ("9026-06-01", "9026-06-30"), ("0206-06-01", "0206-06-30")):
            with self.subTest(first):
                self.bad(date_from=first, date_to=last)

    def test_odd_spend_spoils_no_screen(self):
        pound = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "GBP")])
        pound.active = True
        pound.rate_ids.unlink()
        self.spend(self.ads, "2026-06-01", amount=-500)
        self.spend(self.ads, "2026-06-01", amount=99, currency_id=pound.id)
        self.spend(self.fair, "2016-06-01", "2026-06-01", amount=99_999_999_999)
        self.spend(self.magazine, "2036-12-31", amount=3)
        for name, call in self.screens(self.manager, allowed_company_ids=self.company.ids):
            for filters in ({}, {"date_from": "0002-01-01", "date_to": "9998-12-31"}, {"source_ids": [0, self.fair.id]}):
                with self.subTest(name, filters=filters):
                    self.assertNotIn("cannot", self.answers(call, filters))

    def test_what_a_bill_says_is_forged_by_nobody(self):
        spend = self.spend(self.ads, "2026-06-01").with_user(self.manager)
        spend.write({"origin": "bill", "amount_company": 1, "is_period_own": True})
        self.env.flush_all()
        spend.invalidate_recordset()
        self.assertEqual((spend.origin, spend.amount_company, spend.is_period_own), ("hand", 100, False))
        with self.refused():
            self.ads.unlink()

    def test_of_two_companies_each_has_its_own(self):
        self.spend(self.ads, "2026-06-01")
        here = self.env["conveyor.spend"].with_user(self.manager)
        main = self.manager.company_ids - self.company
        self.assertTrue(here.with_context(allowed_company_ids=self.company.ids).search_count([]))
        self.assertFalse(here.with_context(allowed_company_ids=main.ids).search_count([("company_id", "=", self.company.id)]))
        with self.assertRaises(UserError):
            self.env["conveyor.money"].with_user(self.manager).with_context(allowed_company_ids=main.ids).get_tables({"company_ids": self.company.ids})

    def test_merged_customers_stay_one_sale(self):
        one, other = self.customer("One"), self.customer("Other")
        self.came(datetime(2026, 5, 1).date(), self.ads, one)
        self.bought(one, datetime(2026, 5, 5).date())
        self.bought(other, datetime(2026, 5, 9).date())
        self.assertEqual(self.figures(self.money()["money_source"], "total", "first_sales", "revenue_first", "revenue_later"), [2, 200, 0])
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge((one + other).ids, one)
        self.env.flush_all()
        self.assertEqual(self.figures(self.money()["money_source"], "total", "first_sales", "revenue_first", "revenue_later"), [1, 100, 100])
