"""The screens of first-sale processes: figures open the leads that they count, conformance, the line on a lead."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .process_common import DAY, MARCH, ProcessCase


class ScreenCase(ProcessCase):
    """Twenty leads are won the usual way, twenty are lost after the needs, twenty leave the needs out and are lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usual = [cls.story((0, "new"), (1, "call"), (2, "needs"), (5, "offer"), (6, "meeting"), (10, "won"),
                               start=MARCH + number * DAY / 2, user_id=cls.manager.id) for number in range(20)]
        cls.short = [cls.story((0, "new"), (2, "needs"), (9, "lost"), start=MARCH + number * DAY / 2, user_id=cls.seller.id)
                     for number in range(20)]
        cls.over = [cls.story((0, "new"), (4, "offer"), (8, "lost"), start=MARCH + number * DAY / 2, user_id=cls.manager.id) for number in range(20)]
        cls.version = cls.document()

    def table(self, key, version=None):
        return (version or self.version)._tables()[key]

    def leads_behind(self, table, row, column, user=None):
        domain = table.drill_domain(table.row(row), column)
        return self.env["crm.lead"].with_user(user or self.manager).with_context(active_test=False).search(domain)

    def as_manager(self):
        return self.version.with_user(self.manager)


@tagged("post_install", "-at_install")
class TestProcessTables(ScreenCase):

    def test_every_number_that_opens_opens_as_many_leads(self):
        opened = 0
        for table in self.as_manager()._tables().values():
            for row in table.rows:
                for column in table.columns:
                    if row.cells.get(column.key) and table.drill_domain(row, column.key) is not None and column.key != "rework":
                        self.assertEqual(len(self.leads_behind(table, row.key, column.key)), row.cells[column.key],
                                         (table.key, row.key, column.key))
                        opened += 1
        self.assertGreater(opened, 15)

    def test_the_right_leads_open(self):
        ways = self.table("ways")
        skipped = self.leads_behind(ways, f"stage:{self.new.id}>stage:{self.offer.id}", "leads")
        self.assertEqual(set(skipped.ids), {lead.id for lead in self.over})
        lost = self.leads_behind(self.table("losses"), f"stage:{self.needs.id}", "count")
        self.assertEqual(set(lost.ids), {lead.id for lead in self.short})

    def test_figures_have_definitions(self):
        table = self.table("figures")
        self.assertEqual(table.value("leads_in", "value"), 60)
        self.assertTrue(all(row.note for row in table.rows))

    def test_steps_carry_the_norm_that_people_wrote(self):
        self.process.step_ids = [(0, 0, {"stage_id": self.needs.id, "norm_days": 4, "script": "What for?"})]
        version = self.document()
        self.assertEqual(self.table("steps", version).value(f"stage:{self.needs.id}", "norm"), 4)

    def test_what_won_leads_had_is_claimed_only_with_enough(self):
        table = self.table("features")
        self.assertEqual(table.value("touch:meeting:out", "verdict"), "Won leads have it more often")
        self.assertEqual(table.value("touch:meeting:out", "won_count"), "20 of 20")
        few = self.document(last="2026-03-03")
        self.assertLess(few.sales_out, 20)
        table = self.table("features", few)
        self.assertEqual({row.cells["verdict"] for row in table.rows}, {"Too few leads to say"})
        self.assertNotIn("low", [column.key for column in table.columns])
        self.assertIn("Nothing is claimed", table.notes[0])

    def test_a_salesperson_sees_no_money_and_no_colleagues(self):
        self.as_manager().action_make_current()
        tables = self.version.with_user(self.seller)._tables()
        self.assertNotIn("people", tables)
        self.assertNotIn("kinds", tables)
        self.assertNotIn("volume", [row.key for row in tables["figures"].rows])
        self.assertNotIn("average_check", [column.key for column in tables["months"].columns])
        self.assertNotIn("performers", str(self.version.with_user(self.seller).get_tables()))

    def test_drafts_open_nothing_for_salespeople(self):
        domain = self.table("figures").drill_domain(self.table("figures").row("leads_in"), "value")
        self.assertFalse(self.env["crm.lead"].with_user(self.seller).search(domain))

    def test_a_walk_that_is_none_is_said_so(self):
        with self.assertRaisesRegex(UserError, "from the figures of the process"):
            self.env["crm.lead"].search([("process_walk", "=", "anything")])

    def test_comparison_side_by_side(self):
        later = self.document(first="2026-03-05")
        tables = later.with_user(self.manager)._comparison_tables(self.version)
        row = tables["figures"].row("leads_in")
        self.assertEqual(row.cells["difference"], later.leads_in - self.version.leads_in)
        self.assertEqual(len(later.get_comparison(self.version.id)), 3)
        wizard = self.env["conveyor.process.compare"].with_user(self.manager).create({"version_id": later.id})
        self.assertEqual(wizard.other_id, self.version)
        self.assertIn("Compared with version 1", wizard.words)

    def test_other_processes_versions_are_not_compared(self):
        other = self.process.copy({"name": "Other", "source_ids": self.sources[1].ids})
        self.assertEqual(self.version.get_comparison(self.document(other).id), [])


@tagged("post_install", "-at_install")
class TestProcessDialog(ScreenCase):

    def test_the_dialog_proposes_the_last_year_and_counts(self):
        wizard = self.env["conveyor.process.document"].with_user(self.manager).create({"process_id": self.process.id})
        self.assertEqual(fields.Date.add(wizard.date_to, months=-12, days=1), wizard.date_from)
        wizard.write({"date_from": "2026-03-01", "date_to": "2026-03-31"})
        self.assertEqual(wizard.lead_count, 60)
        action = wizard.action_document()
        self.assertEqual(action["res_model"], "conveyor.process.version")
        self.assertEqual(self.env[action["res_model"]].browse(action["res_id"]).leads_in, 60)

    def test_many_leads_are_read_in_the_background_and_the_draft_opens(self):
        self.patch(type(self.process), "action_document_as_is", None)  # at once would fail
        from ..models import conveyor_process_mining
        self.patch(conveyor_process_mining, "SYNCHRONOUS", 10)
        process = self.process.with_user(self.manager)
        process.action_document("2026-03-01", "2026-03-31")
        self.assertEqual(process.get_mining()["state"], "waiting")
        self.env["conveyor.process.mining"]._cron_mine()
        process.invalidate_recordset()
        answer = process.get_mining()
        self.assertEqual((answer["state"], answer["action"]["res_model"]), ("idle", "conveyor.process.version"))

    def test_uncovered_leads_are_counted_and_listed(self):
        before = self.env["conveyor.process"].get_uncovered()
        self.lead(source_id=self.sources[1].id)
        self.assertEqual(self.env["conveyor.process"].get_uncovered(), before + 1)
        action = self.env["conveyor.process"].action_open_uncovered()
        leads = self.env["crm.lead"].with_context(**action["context"]).search(action["domain"])
        self.assertEqual(len(leads), before + 1)
        self.env["conveyor.process"].create({"name": "All the others"})
        self.assertEqual(self.env["conveyor.process"].get_uncovered(), 0)

    def test_the_button_adds_a_line_for_each_step_once(self):
        self.as_manager().action_make_current()
        process = self.process.with_user(self.manager)
        process.step_ids.unlink()
        process.action_add_steps()
        self.assertEqual(process.step_ids.stage_id, self.new | self.needs | self.offer)
        process.action_add_steps()
        self.assertEqual(len(process.step_ids), 3)


@tagged("post_install", "-at_install")
class TestConformance(ScreenCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.version.action_make_current()

    def tables(self, user=None, first=None, last=None):
        version = self.version.with_user(user or self.manager)
        return version._conformance_tables(fields.Date.to_date(first or "2026-03-01"), fields.Date.to_date(last or "2026-03-31"))

    def test_how_many_went_the_documented_way(self):
        table = self.tables()["fit"]
        self.assertEqual({key: table.value(key, "value") for key in ("leads", "fitting", "deviating")},
                         {"leads": 60, "fitting": 40, "deviating": 20})  # the short ones as far as they came
        self.assertEqual({lead.id for lead in self.over}, set(self.leads_behind(table, "deviating", "value").ids))

    def test_what_a_deviation_costs(self):
        table = self.tables()["deviations"]
        row = table.row(f"skipped:stage:{self.needs.id}")
        self.assertEqual((row.cells["leads"], row.cells["with"], row.cells["without"]), (20, 0, 1))  # of those that came past it
        self.assertLess(row.cells["high"], 0)
        self.assertEqual({lead.id for lead in self.over}, set(self.leads_behind(table, row.key, "leads").ids))

    def test_nothing_is_claimed_from_few(self):
        tables = self.tables(last="2026-03-04")
        self.assertEqual([row.key for row in tables["fit"].rows], ["leads", "fitting", "deviating", "share"])
        self.assertIn("too few", tables["fit"].notes[0])
        self.assertEqual({row.cells["verdict"] for row in tables["deviations"].rows}, {"Too few leads to say"})

    def test_salespeople_see_themselves(self):
        everybody, own = self.tables(), self.tables(self.seller)
        self.assertGreater(len(everybody["people"].rows), 0)
        self.assertLess(own["fit"].value("leads", "value"), 60)
        self.assertEqual([row.key for row in own["people"].rows], [str(self.seller.id)])
        behind = self.leads_behind(own["people"], str(self.seller.id), "leads", self.seller)
        self.assertEqual(behind.user_id, self.seller)

    def test_without_a_current_version_it_says_what_to_do(self):
        other = self.process.copy({"name": "Other", "source_ids": self.sources[1].ids})
        self.assertEqual(other.get_conformance()["tables"], [])
        self.assertIn("make the draft current", other.get_conformance()["sentence"])


@tagged("post_install", "-at_install")
class TestLeadLine(ScreenCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.process.step_ids = [(0, 0, {"stage_id": cls.needs.id, "script": "What is it for?", "mistakes": "Prices at once"})]
        cls.open = cls.story((0, "new"), (1, "call"), (3, "needs"), start=MARCH + 20 * DAY, user_id=cls.seller.id)

    def line(self, user=None):
        return self.open.with_user(user or self.seller).get_process_line()

    def test_no_line_without_a_current_version(self):
        self.assertFalse(self.line())

    def test_where_it_stands_and_what_comes_next(self):
        self.version.action_make_current()
        line = self.line()
        self.assertEqual(line["step"], f"Step 2 of 3: {self.needs.name}")
        self.assertIn(self.offer.name, line["next"])
        self.assertIn("half of the times within 3.0 d", line["next"])
        self.assertIn("(5 of 10)", line["next"])  # twenty went on, twenty were lost
        self.assertEqual([text["text"] for text in line["texts"]], ["What is it for?", "Prices at once"])

    def test_no_line_of_closed_leads_and_of_other_sources(self):
        self.version.action_make_current()
        self.assertFalse(self.usual[0].get_process_line())
        self.assertFalse(self.lead(source_id=self.sources[1].id).get_process_line())

    def test_who_may_not_read_the_lead_gets_nothing(self):
        self.version.action_make_current()
        stranger = new_test_user(self.env, "stranger", groups="sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.line(stranger)

    def test_it_costs_few_queries(self):
        self.version.action_make_current()
        for _warm in range(2):
            self.line()
            self.env.invalidate_all()
        with self.assertQueryCount(12):
            self.line()

    def test_off_it_costs_none_but_the_lead(self):
        self.line()
        self.env.invalidate_all()
        self.env["conveyor.process"]._is_documented()
        with self.assertQueryCount(2):
            self.line()
