"""Reports by mail, received over real SMTP: by the cron, once, with everybody's own rights, language and figures."""

import re
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..hooks import uninstall_hook
from .report_common import ReportCase

MUTED = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server", "odoo.addons.sales_conveyor.models.conveyor_report_log_send")


@tagged("post_install", "-at_install")
class TestReportDelivery(ReportCase):

    # ------------------------------------------------------------ once
    def test_the_cron_sends_each_recipient_his_own_once(self):
        self.make_due()
        cron = self.env.ref("sales_conveyor.cron_report_deliver")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.assertEqual(sorted(mail["To"] for mail in self.server.mails), ['Mia Manager <mia@example.com>', 'Sam Seller <sam@example.com>'])
        self.assertEqual(self.logs.mapped("state"), ["sent", "sent"])
        self.assertGreater(self.delivery.next_date, self.now)
        self.assertEqual(self.delivery.last_date, max(self.logs.mapped("sent_date")))

    def test_running_twice_is_sending_once(self):
        self.make_due()
        self.deliver()
        self.deliver()
        self.deliver(self.now + timedelta(hours=1))
        self.assertEqual(len(self.server.mails), 2)

    def test_the_same_due_time_again_is_no_second_mail(self):
        self.make_due()
        self.deliver()
        self.make_due()
        self.deliver()
        self.assertEqual(len(self.server.mails), 2, "the log has a row of it already")

    def test_a_server_that_slept_for_weeks_sends_one(self):
        self.make_due(timedelta(days=30))
        self.deliver()
        self.assertEqual(len(self.server.mails), 2)

    def test_nothing_before_its_time_nor_while_paused_nor_archived(self):
        self.deliver()
        self.make_due()
        self.delivery.is_paused = True
        self.delivery.next_date = self.now - timedelta(minutes=1)
        self.deliver()
        self.delivery.action_resume()
        self.assertGreater(self.delivery.next_date, self.now, "what was due meanwhile is not made up for")
        self.make_due()
        self.report.active = False
        self.deliver()
        self.assertFalse(self.server.mails)
        self.report.active = True
        self.assertGreater(self.delivery.next_date, self.now)

    @mute_logger(*MUTED)
    def test_what_waits_when_it_is_paused_is_not_sent_later(self):
        self.make_due()
        self.server.is_refusing = True
        self.deliver()
        self.delivery.with_user(self.manager).action_pause()
        self.assertEqual({(log.state, log.error) for log in self.logs}, {("skipped", "It was paused before this could be sent.")})
        self.server.is_refusing = False
        self.delivery.action_resume()
        self.deliver(self.now + timedelta(hours=1))
        self.assertFalse(self.server.mails)

    def test_a_copy_of_a_set_sends_nothing(self):
        self.assertFalse(self.report.copy().delivery_ids)

    def test_a_process_that_died_with_the_mail_server_is_told_not_repeated(self):
        log = self.delivery._plan(self.now - timedelta(hours=1), "schedule", self.manager)
        log.state = "sending"
        self.env.flush_all()
        self.env.cr.execute("UPDATE conveyor_report_log SET write_date = %s WHERE id = %s", (self.now - timedelta(minutes=30), log.id))
        log.invalidate_recordset()
        self.deliver()
        self.assertEqual((log.state, self.server.mails), ("failed", []))
        self.assertIn("It may have arrived", log.error)

    # ------------------------------------------------------------ trouble
    @mute_logger(*MUTED)
    def test_a_server_that_refuses_is_asked_again_later(self):
        self.make_due()
        self.server.is_refusing = True
        self.deliver()
        log = self.log(self.manager)
        self.assertEqual((log.state, log.attempts, log.retry_date), ("waiting", 1, self.now + timedelta(minutes=5)))
        self.assertEqual(log.error, "The mail server did not take it: 451 try again later")
        self.assertFalse(self.env["mail.mail"].search([("subject", "ilike", self.report.name)]), "the queue has nothing to send beside us")
        self.deliver(self.now + timedelta(minutes=4))
        self.assertEqual(log.attempts, 1)
        self.server.is_refusing = False
        self.deliver(self.now + timedelta(minutes=6))
        self.assertEqual((log.state, log.error), ("sent", False))
        self.assertEqual(len(self.server.mails), 2)

    @mute_logger(*MUTED)
    def test_it_gives_up_after_six_tries_and_can_be_asked_again(self):
        self.make_due()
        self.mail_server.smtp_port = 1  # nobody listens there
        self.delivery.user_ids = self.manager
        self.deliver()
        [log] = self.logs
        for hours in range(48):
            self.deliver(self.now + timedelta(hours=hours))
        self.assertEqual((log.state, log.attempts), ("failed", 6))
        self.assertRegex(log.error, "did not take it: .*refused")
        self.assertEqual(self.delivery.failed_count, 1)
        self.mail_server.smtp_port = self.server.port
        log.with_user(self.manager).action_retry()
        self.deliver(fields.Datetime.now())
        self.assertEqual(log.state, "sent")
        own = self.delivery._plan(self.now, "schedule", self.seller)
        own.state = "failed"
        with self.assertRaises(AccessError):
            own.with_user(self.seller).action_retry()

    @mute_logger(*MUTED)
    def test_what_fails_for_one_does_not_hold_up_the_other(self):
        self.make_due()
        made = type(self.env["conveyor.workbook"])._write_file

        def break_for_one(workbook, stream):
            if workbook.env.user == self.manager:
                raise ZeroDivisionError("a figure")
            return made(workbook, stream)
        with patch.object(type(self.env["conveyor.workbook"]), "_write_file", break_for_one):
            self.deliver()
        self.assertEqual([mail["To"] for mail in self.server.mails], ['Sam Seller <sam@example.com>'])
        self.assertIn("ZeroDivisionError: a figure", self.log(self.manager).error)

    # ------------------------------------------------------------ what is in it
    def test_a_salesperson_s_workbook_holds_only_his_own(self):
        self.make_due()
        self.deliver()
        whole, own = self.book(self.mail_to(self.manager)), self.book(self.mail_to(self.seller))
        self.assertEqual((len(self.rows(whole)), len(self.rows(own))), (6, 2))
        self.assertEqual([row[0] for row in self.rows(own, "By Salesperson")][:2], ["Sam Seller", "Total"])
        self.assertEqual([row[1] for row in self.rows(own, "Definitions") if row[0] == "Made by"], ["Sam Seller"])

    def test_the_figures_of_the_mail_are_the_dashboard_s(self):
        self.make_due()
        self.deliver()
        first, last = self.report._days(self.now.date())
        filters = {"date_from": first, "date_to": last, "team_ids": self.team.ids, "company_ids": self.env.company.ids}
        for user, expected in ((self.manager, "3"), (self.seller, "2")):
            html = self.html(self.mail_to(user))
            self.assertEqual(re.search(r'data-key="first".*?bold">([^<]*)<', html, re.S)[1].strip(), expected)
            part = self.env["conveyor.dashboard"].with_user(user).get_part("belt", filters)
            self.assertIn(part["sentence"], html.replace("&amp;", "&"))
            for one in self.env["conveyor.dashboard"].with_user(user).get_part("lists", filters)["lists"]:
                self.assertIn(one["title"], html)
        self.assertNotIn("Lead 3", self.html(self.mail_to(self.seller)))

    def test_the_link_opens_the_dashboard_with_the_same_filters(self):
        self.report.sale_kind = "first"
        self.make_due()
        self.deliver()
        first, last = self.report._days(self.now.date())
        html = self.html(self.mail_to(self.manager)).replace("&amp;", "&")
        self.assertIn(f"/odoo/conveyor?period=custom&date_from={first}&date_to={last}&team_ids={self.team.id}&sale_kind=first", html)

    def test_everybody_gets_it_in_his_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.manager.lang = "fr_FR"
        self.make_due()
        self.deliver()
        subject = self.mail_to(self.manager)["Subject"]
        self.assertTrue(re.search(r"\d{2}/\d{2}/\d{4} – \d{2}/\d{2}/\d{4}", subject), subject)
        dates = {cell.number_format for cell in self.book(self.mail_to(self.manager))["Leads"][2]}
        self.assertIn("dd/mm/yyyy", dates)

    # ------------------------------------------------------------ who gets nothing
    def test_who_may_not_gets_nothing_and_the_log_says_why(self):
        gone, lost, still = self.user("rep_gone", "sales_team.group_sale_salesman", "base.group_allow_export"), self.user(
            "rep_lost", "sales_team.group_sale_salesman", "base.group_allow_export"), self.user("rep_still")
        self.delivery.user_ids = gone + lost + still
        gone.active = False
        lost.group_ids = self.env.ref("base.group_user")
        self.make_due()
        self.deliver()
        self.assertFalse([mail["Subject"] for mail in self.server.mails])
        for user, words in ((gone, "is archived"), (lost, "no access to CRM"), (still, "right to export")):
            self.assertEqual(self.log(user).state, "skipped")
            self.assertIn(words, self.log(user).error)

    def test_who_works_in_another_company_gets_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.user("rep_other", "sales_team.group_sale_manager", "base.group_allow_export",
                             company_id=other.id, company_ids=[(6, 0, other.ids)])
        self.delivery.user_ids = stranger
        self.make_due()
        self.deliver()
        self.assertEqual(self.log(stranger).state, "skipped")
        self.assertIn("none of the companies", self.log(stranger).error)

    # ------------------------------------------------------------ by hand
    def test_send_now_is_beside_the_schedule(self):
        due = self.delivery.next_date
        self.delivery.with_user(self.manager).action_send_now()
        self.deliver(fields.Datetime.now())
        self.assertEqual(len(self.server.mails), 2)
        self.assertEqual(self.delivery.next_date, due)

    @mute_logger(*MUTED)
    def test_a_test_goes_to_oneself_and_says_what_became_of_it(self):
        answer = self.delivery.with_user(self.manager).action_send_test()
        self.assertEqual(answer["params"]["type"], "success")
        [mail] = self.server.mails
        self.assertIn("mia@example.com", mail["To"])
        self.assertIn("This is a test", self.html(mail))
        self.server.is_refusing = True
        self.logs.due_date = self.now - timedelta(hours=1)
        answer = self.delivery.with_user(self.manager).action_send_test()
        self.assertEqual(answer["params"]["type"], "danger")
        self.assertIn("did not take it", answer["params"]["message"])
        self.assertEqual({log.state for log in self.logs}, {"sent", "failed"}, "a test is not tried again")


@tagged("post_install", "-at_install")
class TestReportLink(ReportCase, HttpCase):
    """A file too large for a mail is a link that only its recipient opens."""

    def test_a_large_workbook_is_a_link_of_its_recipient(self):
        self.env["ir.config_parameter"].set_param("sales_conveyor.report_mail_megabytes", "0.001")
        self.make_due()
        self.deliver()
        mail = self.mail_to(self.seller)
        self.assertFalse(list(mail.iter_attachments()))
        path = re.search(r'href="[^"]*(/web/content/\d+)', self.html(mail))[1]
        other = self.user("rep_reader", "sales_team.group_sale_manager", "base.group_allow_export", password="rep_reader")
        self.env.flush_all()
        self.authenticate(other.login, other.login)
        self.assertEqual(self.url_open(path).status_code, 404, "not even a sales manager")
        self.authenticate(self.seller.login, self.seller.login)
        answer = self.url_open(path)
        self.assertEqual((answer.status_code, answer.content[:2]), (200, b"PK"))
        self.assertTrue(self.log(self.seller).is_link)

    def test_a_small_one_leaves_no_file_behind(self):
        before = self.env["ir.attachment"].search_count([])
        self.make_due()
        self.deliver()
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)
        self.assertFalse(self.logs.attachment_id)

    def test_files_behind_links_go_after_two_months(self):
        self.env["ir.config_parameter"].set_param("sales_conveyor.report_mail_megabytes", "0.001")
        self.make_due()
        self.deliver()
        self.logs.due_date = self.now - timedelta(days=61)
        self.assertEqual(len(self.logs.attachment_id), 2)
        self.env["conveyor.report.log"]._gc_reports()
        self.assertFalse(self.logs.attachment_id.exists())

    def test_files_behind_links_go_with_their_set_and_with_the_module(self):
        for leave in (lambda: uninstall_hook(self.env), lambda: self.report.with_user(self.manager).unlink()):
            self.env["ir.config_parameter"].set_param("sales_conveyor.report_mail_megabytes", "0.001")
            self.make_due()
            self.now += timedelta(minutes=5)
            self.deliver()
            files = self.logs.attachment_id
            self.assertEqual(len(files), 2)
            leave()
            self.assertFalse(files.exists())
