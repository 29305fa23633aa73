"""What a malicious or clumsy colleague, or a program with RPC, would try with first-sale processes."""

import json
from datetime import timedelta
from io import BytesIO

import openpyxl
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .process_common import DAY, MARCH, ProcessCase

REPORT = "sales_conveyor.conveyor_process_document"
PERIODS = (  # absurd ones
    ("0001-01-01", "9999-12-31"), ("1969-12-31", "2026-03-31"), ("2026-03-01", "2100-01-01"), ("9999-12-01", "9999-12-31"),
    ("2026-03-31", "2026-03-01"))


class AttackCase(ProcessCase):
    """Ten leads are won, five of the seller and five of the manager; two are lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leads = [cls.story((0, "new"), (1, "call"), (2, "needs"), (5, "offer"), (10, "won"), start=MARCH + number * DAY,
                               user_id=(cls.seller if number % 2 else cls.manager).id) for number in range(10)]
        for _number in range(2):
            cls.story((0, "new"), (3, "offer"), (6, "lost"), user_id=cls.manager.id)
        cls.version = cls.document()
        cls.mine = cls.version.with_user(cls.seller)

    def walk(self, what="all", version=None, first="2026-03-01", last="2026-03-31", keys=()):
        return ("process_walk", "=", json.dumps({
            "version": (version or self.version).id, "from": first, "to": last, "what": what, "keys": list(keys)}))

    def paper(self, version):
        return version.env["ir.actions.report"]._render_qweb_html(REPORT, version.ids)[0].decode()

    def everything_of(self, version):
        """Whatever a version can show; the document as HTML."""
        version.get_tables()
        version.read(["belt", "text", "changes", "display_name"])
        stream = BytesIO()
        version._write_workbook(stream)
        openpyxl.load_workbook(stream)
        return self.paper(version)


@tagged("post_install", "-at_install")
class TestAttackProcesses(AttackCase):

    # ------------------------------------------------------------ reading
    def test_a_draft_is_read_by_no_way(self):
        for attempt in (
                lambda: self.mine.read(["leads_in", "conversion"]), lambda: self.mine.get_tables(["figures"]),
                lambda: self.mine.get_comparison(self.version.id), lambda: self.mine.read(["belt"]), lambda: self.mine._guide(),
                lambda: self.mine.action_download_workbook(), lambda: self.paper(self.mine), lambda: self.mine.action_make_current()):
            with self.assertRaises(AccessError):
                attempt()
        process = self.process.with_user(self.seller)
        self.assertFalse(process.version_ids or process.current_version_id or process.current_belt)
        self.assertFalse(self.env["conveyor.process.version"].with_user(self.seller).search([("process_id", "=", self.process.id)]))
        self.assertFalse(self.env["crm.lead"].with_user(self.seller).search([self.walk()]))

    def test_of_the_current_one_money_and_persons_stay_hidden(self):
        self.version.with_user(self.manager).action_make_current()
        for name in ("picture", "texts", "volume", "average_check"):
            with self.assertRaises(AccessError):
                self.mine.read([name])
            with self.assertRaises(AccessError):
                self.mine.search([(name, "!=", False)])
        for model, name in (("conveyor.process.version", "volume:sum"), ("conveyor.process.version", "average_check:max")):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.seller).formatted_read_group([], [], [name])
        shown = json.dumps(self.mine.get_tables()) + self.everything_of(self.mine)
        shown = shown.replace(f"{self.manager.name}</td>", "")  # as owner and author he is named
        for hidden in ("volume", "average_check", "Volume", "Average check", self.manager.name):
            self.assertNotIn(hidden, shown)

    def test_a_way_opens_ones_own_leads_only(self):
        self.version.with_user(self.manager).action_make_current()
        leads = self.env["crm.lead"].with_user(self.seller).with_context(active_test=False)
        own = {lead.id for lead in self.leads[1::2]}
        self.assertEqual(set(leads.search([self.walk()]).ids), own)
        self.assertEqual(set(leads.search(["!", self.walk("lost")]).ids) & {lead.id for lead in self.leads}, own)
        touches = self.env["conveyor.touch"].with_user(self.seller).search([("lead_id.process_walk", "=", self.walk()[2])])
        self.assertEqual(set(touches.lead_id.ids), own)

    def test_ways_that_are_none_are_refused(self):
        leads = self.env["crm.lead"].with_user(self.manager)
        for text in ("", "[]", "{}", "null", '{"version": "1; DROP TABLE crm_lead"}', "9" * 5000, json.dumps({"version": {"a": 1}})):
            with self.assertRaises(UserError):
                leads.search([("process_walk", "=", text or "0")])
        for what, keys in (("unheard of", ()), ("reached", ()), ("arc", ("created",)), ("__class__", ("x",))):
            with self.assertRaises(UserError):
                leads.search([self.walk(what, keys=keys)])
        self.assertFalse(leads.search([self.walk("reached", keys=("stage:1' OR 1=1 --",))]))

    # ------------------------------------------------------------ writing
    def test_a_salesperson_changes_nothing(self):
        step = self.env["conveyor.process.step"].create({"process_id": self.process.id, "stage_id": self.needs.id})
        process, env = self.process.with_user(self.seller), self.env(user=self.seller)
        values = {"process_id": self.process.id, "date_from": "2026-03-01", "date_to": "2026-03-31"}
        for attempt in (
                lambda: process.write({"name": "Mine"}), lambda: process.copy(), lambda: process.unlink(),
                lambda: step.with_user(self.seller).write({"script": "Lie"}), lambda: env["conveyor.process.step"].create({
                    "process_id": self.process.id, "stage_id": self.offer.id}),
                lambda: process.action_document(), lambda: process.action_document_as_is(), lambda: process.action_ask_period(),
                lambda: process.action_add_steps(), lambda: self.mine.unlink(), lambda: self.mine.action_make_standard(),
                lambda: env["conveyor.process.mining"].search([]), lambda: env["conveyor.process.mining"].create({
                    **values, "purpose": "document", "user_id": self.manager.id}),
                lambda: env["conveyor.process.document"].create(values), lambda: env["conveyor.event.log"].create(values),
                lambda: env["conveyor.process.compare"].create({"version_id": self.version.id}),
                lambda: env["conveyor.process.standard"].create({"version_id": self.version.id})):
            with self.assertRaises(AccessError):
                attempt()

    def test_even_a_manager_writes_no_figures(self):
        version = self.version.with_user(self.manager)
        version.action_make_current()
        for attempt in (
                lambda: version.write({"state": "draft"}), lambda: self.process.with_user(self.manager).write(
                    {"version_ids": [(1, version.id, {"sales_out": 999})]}),
                lambda: self.process.with_user(self.manager).write({"version_ids": [(0, 0, {"number": 9})]})):
            with self.assertRaises(AccessError):
                attempt()
        with self.assertRaisesRegex(UserError, "stays on record"):
            version.unlink()
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.process.with_user(self.manager).unlink()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.document().sudo().write({"state": "current"})
            self.env.flush_all()

    # ------------------------------------------------------------ companies
    def test_another_companys_process_is_not_mined(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.env["conveyor.process"].create({"name": "Theirs", "company_id": company.id})
        log = self.env["conveyor.event.log"].with_user(self.manager)
        values = {"date_from": "2026-03-01", "date_to": "2026-03-31"}
        for attempt in (
                lambda: theirs.with_user(self.manager).action_document_as_is(), lambda: theirs.with_user(self.manager).get_conformance(),
                lambda: theirs.with_user(self.manager).get_mining(),
                lambda: log.create({"process_id": theirs.id, **values}).action_download(),
                lambda: log.create({"process_id": self.process.id, "company_list": [company.id], **values})._write_file(BytesIO())):
            with self.assertRaises(AccessError):
                attempt()

    def test_a_lead_that_moves_to_another_company_leaves_the_process(self):
        self.version.with_user(self.manager).action_make_current()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        gone = self.leads[0]
        self.env.cr.execute("UPDATE crm_lead SET company_id = %s, team_id = NULL WHERE id = %s", [company.id, gone.id])
        self.env.invalidate_all()
        self.facts._mark([gone.id])
        self.assertFalse(gone.conveyor_process_id)
        self.assertEqual((self.version.leads_in, self.document().leads_in), (12, 11), "what was documented stays")
        leads = self.env["crm.lead"].with_user(self.manager).with_context(active_test=False)
        self.assertNotIn(gone.id, leads.search([self.walk()]).ids)
        tables = self.version.with_user(self.manager)._conformance_tables(self.version.date_from, self.version.date_to)
        self.assertEqual(tables["fit"].value("leads", "value"), 11)

    # ------------------------------------------------------------ odd data
    def test_absurd_periods_are_refused(self):
        self.version.with_user(self.manager).action_make_current()
        process, leads = self.process.with_user(self.manager), self.env["crm.lead"].with_user(self.manager)
        for first, last in PERIODS:
            log = self.env["conveyor.event.log"].with_user(self.manager).create(
                {"process_id": self.process.id, "date_from": first, "date_to": last})
            for attempt in (
                    lambda: process.action_document_as_is(first, last), lambda: process.action_document(first, last),
                    lambda: process.get_conformance(first, last), lambda: leads.search([self.walk(first=first, last=last)]),
                    log.action_download):
                with self.assertRaisesRegex(UserError, "exchange the two dates|out of this world"):
                    attempt()
        self.assertEqual(len(self.process.version_ids), 1)

    def test_the_longest_period_in_foreign_money(self):
        company = self.env["res.company"].create({"name": "Elsewhere", "currency_id": self.env.ref("base.CHF").id})
        self.manager.company_ids += company
        everybody = self.env["conveyor.process"].create({"name": "All"}).with_user(self.manager).with_context(
            allowed_company_ids=[self.env.company.id, company.id])
        self.assertGreaterEqual(everybody.action_document_as_is("1970-01-01", "2099-12-31").leads_in, 0)

    def test_a_process_without_leads_shows_that_it_has_none(self):
        empty = self.env["conveyor.process"].create({"name": "Nobody comes", "source_ids": self.sources[1].ids})
        version = self.document(empty).with_user(self.manager)
        version.action_make_current()
        self.assertIn("Nobody comes", self.everything_of(version))
        self.assertFalse(version._belt_svg() or version.action_make_standard().get("error"))
        with self.assertRaisesRegex(UserError, "knows no way to a sale"):
            empty.with_user(self.manager).get_conformance()
        empty.with_user(self.manager).action_add_steps()
        lead = self.lead(source_id=self.sources[1].id)
        self.assertFalse(lead.with_user(self.seller).get_process_line())

    def test_a_process_whose_sections_are_gone(self):
        self.env["conveyor.process.step"].create([
            {"process_id": self.process.id, "stage_id": stage.id, "script": f"Of {stage.name}"} for stage in (self.needs, self.offer)])
        version = self.version.with_user(self.manager)
        version.action_make_current()
        open_lead = self.story((0, "new"), (1, "needs"), user_id=self.seller.id)
        leads = self.env["crm.lead"].with_context(active_test=False).search([("stage_id", "in", (self.needs + self.offer).ids)])
        leads.stage_id = self.new
        (self.needs + self.offer).unlink()
        self.env.invalidate_all()
        paper = self.everything_of(version)
        self.assertIn("Of Offer", paper)
        self.assertIn("Needs", paper, "as it was called then")
        version._conformance_tables(version.date_from, version.date_to)
        self.assertFalse(version.env["conveyor.process.standard"].create({"version_id": version.id}).line_ids.filtered(
            lambda line: line.stage_id not in self.new))
        self.process.with_user(self.manager).action_add_steps()
        open_lead.with_user(self.seller).get_process_line()
        again = self.document().with_user(self.manager)
        self.everything_of(again)
        self.assertIn("Compared with version 1", again.changes)
        self.assertEqual(len(again.get_comparison(version.id)), 3)

    def test_who_asked_is_gone_before_it_is_read(self):
        job = self.env["conveyor.process.mining"]._ask(
            self.process.with_user(self.manager), "document", self.version.date_from, self.version.date_to)
        self.manager.group_ids -= self.env.ref("sales_team.group_sale_manager")
        self.manager.group_ids -= self.env.ref("sales_team.group_sale_salesman_all_leads")
        with mute_logger("odoo.addons.sales_conveyor.models.conveyor_process_mining"):
            self.env["conveyor.process.mining"]._cron_mine()
        self.assertEqual((job.state, len(self.process.version_ids)), ("failed", 1))
        self.assertIn("not allowed", job.error)

    def test_two_who_press_at_once_wait_for_one_reading(self):
        days = self.version.date_from, self.version.date_to - timedelta(days=1)
        jobs = [self.env["conveyor.process.mining"]._ask(self.process.with_user(user), "document", *days)
                for user in (self.manager, self.env.ref("base.user_admin"))]
        self.assertEqual(len(set(jobs)), 1)
        self.env["conveyor.process.mining"]._cron_mine()
        self.assertEqual(self.process.version_ids.mapped("number"), [2, 1])
