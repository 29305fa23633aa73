from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .trade_common import TradeCase


@tagged("post_install", "-at_install")
class TestTradeSetMapping(TradeCase):
    def mapped(self, stage, use, section=None, **kwargs):
        wizard = self.wizard(**kwargs)
        wizard.action_next()
        self.line(wizard, stage).write({"use": use, "section_id": section and section.id})
        return wizard

    def test_kept_section_stays_behind_its_neighbour_untouched(self):
        wizard = self.mapped(self.offer, "keep")
        wizard.action_next()
        wizard.action_apply()
        names = self.pipeline().mapped("name")
        self.assertEqual(names[names.index("Contact") + 1], "Proposition")
        self.assertIn("Presentation", names)
        self.assertFalse(self.offer.work_item_ids or self.offer.trade_section_id or self.offer.norm_days)

    def test_name_is_kept_when_asked(self):
        wizard = self.wizard()
        wizard.action_next()
        self.line(wizard, self.offer).rename = False
        wizard.action_next()
        self.assertIn("Proposition", wizard.place_ids.mapped("name"))
        wizard.action_apply()
        self.assertEqual(self.offer.name, "Proposition")
        self.assertEqual(self.offer.trade_section_id.name, "Presentation")

    def test_what_cannot_be_is_refused_in_words(self):
        needs = self.env.ref("sales_conveyor.trade_section_general_needs")
        presentation = self.env.ref("sales_conveyor.trade_section_general_presentation")
        cases = [
            (self.won, "reuse", needs, "is a won section"),
            (self.offer, "won", None, "is no won section"),
            (self.offer, "reuse", None, "Choose which section"),
            (self.qualified, "reuse", presentation, "Two sections are to become Presentation"),
            (self.offer, "limit", None, "no other teams"),
        ]
        for stage, use, section, message in cases:
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self.mapped(stage, use, section).action_next()

    def test_the_form_leaves_it_to_these_words_to_say_what_is_missing(self):
        """The web client would only say that required fields are missing, and not which."""
        form = self.env["conveyor.trade.apply"].get_view(view_type="form")["arch"]
        self.assertNotIn("required=\"scope", form)
        self.assertNotIn("required=\"use", form)
        with self.assertRaisesRegex(UserError, "Choose the teams that"):
            wizard = self.wizard()
            wizard.scope = "teams"
            wizard.action_next()

    def test_team_gets_its_own_sections_and_leaves_the_others(self):
        wizard = self.preview(teams=self.team)
        self.assertEqual(wizard.stage_ids.mapped(lambda line: (line.stage_id.name, line.use)), [
            ("New", "reuse"), ("Qualified", "limit"), ("Proposition", "limit"), ("Won", "won")])
        wizard.action_apply()
        self.assertEqual(self.pipeline(self.team).mapped("name"), [
            "New", "Contact", "Needs", "Trial", "Presentation", "Objections", "Closing", "Won",
            "Welcome", "Bigger purchase", "Regular", "Recommends"])
        self.assertEqual(self.pipeline(self.other_team).mapped("name"), ["New", "Qualified", "Proposition", "Won"])
        self.assertEqual(self.env["crm.stage"]._pipeline(self.other_team.id),
                         tuple((self.new + self.qualified + self.offer + self.won).ids))

    def test_team_twice_then_another_team_shares_the_sections(self):
        self.apply(teams=self.team)
        before = self.counts()
        self.apply(teams=self.team)
        self.assertEqual(self.counts(), before)
        self.apply(teams=self.other_team)
        self.assertEqual(self.counts(), before)
        contact = self.env["crm.stage"].search([("name", "=", "Contact")])
        self.assertEqual(contact.team_ids, self.team | self.other_team)

    def test_team_first_then_the_company_makes_nothing_twice(self):
        self.apply(teams=self.team)
        before = self.counts()
        self.apply()
        self.assertEqual(self.counts(), before)
        self.assertFalse(self.env["crm.stage"].search([("trade_section_id", "!=", False)]).team_ids)

    def test_limit_is_refused_while_leads_stand_there(self):
        self.env["crm.lead"].create([
            {"name": f"Shelf {number}", "team_id": self.team.id, "stage_id": self.offer.id} for number in range(3)])
        wizard = self.mapped(self.offer, "limit", teams=self.team)
        self.assertRegex(self.line(wizard, self.offer).note, "3 open leads of Kitchens")
        with self.assertRaisesRegex(UserError, "Proposition: 3 open leads of Kitchens"):
            wizard.action_next()

    def test_section_with_the_teams_leads_is_proposed_for_reuse_under_its_name(self):
        self.env["crm.lead"].create({"name": "Shelf", "team_id": self.team.id, "stage_id": self.offer.id})
        wizard = self.wizard(teams=self.team)
        wizard.action_next()
        line = self.line(wizard, self.offer)
        self.assertEqual((line.use, line.section_id.name, line.rename), ("reuse", "Presentation", False))
        self.assertRegex(line.note, "Sofas")

    def test_leads_without_a_team_keep_an_open_section(self):
        with self.assertRaisesRegex(UserError, "Leads without a team"):
            self.mapped(self.new, "limit", teams=self.team).action_next()

    def test_with_several_companies_a_set_goes_to_teams(self):
        company = self.env["res.company"].create({"name": "Second"})
        team = self.env["crm.team"].create({"name": "Second's", "company_id": company.id})
        with self.assertRaisesRegex(UserError, "choose the teams"):
            self.wizard().action_next()
        self.assertEqual(Form(self.env["conveyor.trade.apply"].with_user(self.manager)).scope, "teams")
        self.apply(teams=self.team)
        self.assertNotIn("Contact", self.pipeline(team).mapped("name"))

    def test_other_teams_order_is_untouched(self):
        self.env["crm.stage"].create({"name": "Sofa test", "sequence": 2, "team_ids": self.other_team.ids})
        order = self.pipeline(self.other_team)
        self.apply(teams=self.team)
        self.assertEqual(self.pipeline(self.other_team).filtered(lambda stage: stage in order), order)


@tagged("post_install", "-at_install")
class TestTradeSetTakenBack(TradeCase):
    def test_all_is_as_before(self):
        before = self.counts(), self.env["crm.stage"].search([])._snapshot()
        application = self.apply()
        application.with_user(self.manager).action_undo()
        self.assertEqual((self.counts(), self.env["crm.stage"].search([])._snapshot()), before)
        with self.assertRaisesRegex(UserError, "already"):
            application.action_undo()

    def test_sections_that_leads_stand_in_or_passed_stay(self):
        application = self.apply()
        needs, trial, closing = (
            self.env["crm.stage"].search([("name", "=", name)]) for name in ("Needs", "Trial", "Closing"))
        lead = self.env["crm.lead"].create({"name": "Shelf", "stage_id": needs.id})
        lead.stage_id = trial
        notice = application.action_undo()
        self.assertEqual(application.stage_ids.exists(), needs | trial)
        self.assertFalse(closing.exists())
        self.assertIn("Needs, Trial", notice["params"]["message"])
        self.assertEqual(len(needs.work_item_ids), 2)

    def test_what_people_changed_since_stays(self):
        application = self.apply()
        self.offer.norm_days = 12
        application.action_undo()
        self.assertEqual((self.offer.norm_days, self.offer.name), (12, "Proposition"))

    def test_done_work_goes_into_the_archive(self):
        lead = self.env["crm.lead"].create({"name": "Shelf", "stage_id": self.qualified.id})
        application = self.apply()
        work = lead.work_ids.filtered(lambda work: work.item_id.name == "Who decides")
        work.with_user(self.manager).answer = "His wife"
        self.assertEqual(work.state, "done")
        application.action_undo()
        self.assertEqual(work.exists().item_id.active, False)

    def test_teams_are_given_back(self):
        application = self.apply(teams=self.team)
        self.assertEqual(self.qualified.team_ids & self.team, self.no_team)
        application.action_undo()
        self.assertFalse(self.qualified.team_ids)
