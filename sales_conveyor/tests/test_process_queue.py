"""History is read in the background, once; the schedule compares and tells; versions have states."""

from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import conveyor_process_mining
from .process_common import DAY, MARCH, ProcessCase


@tagged("post_install", "-at_install")
class TestProcessQueue(ProcessCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(30):
            cls.usual(MARCH + number % 20 * DAY, is_won=number % 3 > 0)
        cls.jobs = cls.env["conveyor.process.mining"]

    @classmethod
    def usual(cls, start, is_won=True, days=10, detour=()):
        return cls.story((0, "new"), (2, "needs"), (3, "offer"), *detour, (days, "won" if is_won else "lost"), start=start)

    def ask(self, process=None):
        return self.jobs._ask((process or self.process).with_user(self.manager), "document", date(2026, 3, 1), date(2026, 3, 31))

    def run_cron(self, name="cron_process_mining"):
        self.facts._refresh()  # what the end of a transaction does
        with self.enter_registry_test_mode():
            self.env.ref(f"sales_conveyor.{name}").method_direct_trigger()
        self.env.invalidate_all()

    # ------------------------------------------------------------ queue
    def test_the_cron_makes_the_version(self):
        job = self.ask()
        self.assertEqual(self.process.mining_state, "waiting")
        self.run_cron()
        self.assertEqual((job.state, job.progress, self.process.mining_state), ("done", 1, "idle"))
        self.assertEqual((job.version_id.leads_in, job.version_id.sales_out, job.version_id.user_id), (30, 20, self.manager))
        self.run_cron()
        self.assertEqual(len(self.process.version_ids), 1)

    def test_one_open_job_a_process(self):
        self.assertEqual(self.ask(), self.ask())
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.jobs.create({"process_id": self.process.id, "purpose": "watch", "date_from": "2026-03-01",
                              "date_to": "2026-03-31", "user_id": self.manager.id})

    def test_a_job_whose_server_died_begins_anew_and_is_done_once(self):
        job = self.ask()
        job.write({"state": "running", "progress": 0.5, "tries": 1})
        self.run_cron()
        self.assertEqual((job.state, job.tries, len(self.process.version_ids)), ("done", 2, 1))

    @mute_logger("odoo.addons.sales_conveyor.models.conveyor_process_mining")
    def test_a_failure_is_told_and_keeps_nobody_else_from_being_read(self):
        other = self.env["conveyor.process"].create({"name": "Everybody", "owner_id": self.manager.id})
        failing, working = self.ask(), self.ask(other)
        self.manager.group_ids = [Command.unlink(self.env.ref("sales_team.group_sale_manager").id)]
        working.user_id = self.env.ref("base.user_admin")
        self.jobs._cron_mine()
        self.assertEqual((failing.state, working.state), ("failed", "done"))
        self.assertEqual(self.process.mining_state, "failed")
        self.assertTrue(self.process.mining_error)

    @mute_logger("odoo.addons.sales_conveyor.models.conveyor_process_mining")
    def test_a_passing_trouble_is_tried_again_and_given_up_in_the_end(self):
        job = self.ask()
        with patch.object(self.env.registry["conveyor.process.miner"], "_assemble", side_effect=RuntimeError("disk full")):
            for state in ("waiting", "waiting", "failed"):
                self.jobs._cron_mine()
                self.assertEqual((job.state, job.error), (state, "disk full"))
        self.assertFalse(self.process.version_ids)

    def test_the_button_queues_many_leads(self):
        self.patch(conveyor_process_mining, "SYNCHRONOUS", 5)
        self.env.cr.execute("UPDATE conveyor_process SET period_months = 120")
        self.env.invalidate_all()
        action = self.process.with_user(self.manager).action_document()
        self.assertEqual((action["tag"], self.process.mining_state), ("soft_reload", "waiting"))
        self.patch(conveyor_process_mining, "SYNCHRONOUS", 500)
        self.assertEqual(self.process.with_user(self.manager).action_document()["res_model"], "conveyor.process.version")

    # ------------------------------------------------------------ states
    def test_one_current_version(self):
        first, second = self.document(), self.document()
        self.assertEqual((first.number, second.number), (1, 2))
        first.action_make_current()
        second.action_make_current()
        self.assertEqual((first.state, second.state, self.process.current_version_id), ("old", "current", second))
        with self.assertRaisesRegex(UserError, "not a draft"):
            first.action_make_current()
        with self.assertRaisesRegex(UserError, "stays on record"):
            second.unlink()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            first.sudo().state = "current"
            self.env.flush_all()
        self.document().unlink()
        self.assertEqual(self.document().number, 4)

    def test_texts_are_copied(self):
        step = self.env["conveyor.process.step"].create({
            "process_id": self.process.id, "stage_id": self.needs.id, "said": "What do you <need>?", "script": "Ask."})
        version = self.document()
        step.said = "Tell me all."
        version.action_make_current()
        self.assertIn("Tell me all.", version.text)
        step.said = "Later."
        self.process.name = "Renamed"
        self.assertIn("Tell me all.", version.text)
        self.assertEqual((version.texts["name"], version.texts["steps"][0]["said"], version.texts["steps"][0]["key"]),
                         ("Leads of the Fair", "Tell me all.", f"stage:{self.needs.id}"))
        step.said = "<script>alert(1)</script>"
        self.assertNotIn("<script>", self.document().text)

    def test_differences_in_words(self):
        self.document().action_make_current()
        for number in range(60):
            self.usual(MARCH.replace(month=5) + number % 20 * DAY, is_won=number % 3 == 0, days=30, detour=[(5, "needs"), (6, "offer")])
        changed = self.document(first="2026-05-01", last="2026-05-31")
        self.assertIn("Won of the closed leads: 33 %, before 67 %", changed.changes)
        self.assertIn("Half of the won leads take no longer than 30.0 d, before 10.0 d.", changed.changes)
        self.assertIn("Nothing is different beyond chance.", self.document().changes)
        self.assertIn("too few leads", self.document(first="2026-03-01", last="2026-03-02").changes)

    # ------------------------------------------------------------ watching
    def watch(self, today):
        self.process.write({"schedule": "month", "next_date": today})
        self.env["conveyor.process"]._cron_watch(today)
        self.run_cron()
        return self.process.activity_ids

    def test_the_owner_is_told_what_is_different(self):
        self.document().action_make_current()
        self.assertFalse(self.watch(date(2026, 4, 1)))
        self.assertEqual(self.process.next_date, date(2026, 5, 1))
        for number in range(60):
            self.usual(MARCH.replace(month=5) + number % 20 * DAY, is_won=number % 3 == 0, days=30)
        activity = self.watch(date(2026, 6, 1))
        self.assertEqual((len(activity), activity.user_id), (1, self.manager))
        self.assertIn("Won of the closed leads: 33 %, before 67 %", activity.note)
        self.assertEqual(len(self.process.version_ids), 1)
        self.assertEqual(self.watch(date(2026, 6, 1)), activity)

    def test_the_real_cron_watches(self):
        self.process.write({"schedule": "quarter", "next_date": "2026-01-01"})
        self.document().action_make_current()
        self.run_cron("cron_process_watch")
        job = self.jobs.search([("process_id", "=", self.process.id)])
        self.assertEqual((job.purpose, job.state), ("watch", "waiting"))
        self.run_cron()
        self.assertEqual((job.state, len(self.process.version_ids)), ("done", 1))

    # ------------------------------------------------------------ automation
    def test_an_automation_rule_documents(self):
        model = self.env["ir.model"]._get("crm.lead")
        self.env["base.automation"].create({
            "name": "Won", "model_id": model.id, "trigger": "on_create_or_write", "filter_domain": "[('name', '=', 'Document')]",
            "action_server_ids": [Command.create({
                "name": "Document", "model_id": model.id, "state": "document_process", "usage": "base_automation"})]})
        lead = self.lead(source_id=self.fair.id)
        lead.with_user(self.seller).name = "Document"
        job = self.jobs.search([("process_id", "=", self.process.id)])
        self.assertEqual((job.purpose, job.user_id), ("document", self.manager))
        self.run_cron()
        self.assertEqual(len(self.process.version_ids), 1)
        lead.with_user(self.seller).write({"name": "Other"})
        lead.with_user(self.seller).write({"name": "Document"})
        self.assertEqual(len(self.jobs.search([("process_id", "=", self.process.id)])), 1)
