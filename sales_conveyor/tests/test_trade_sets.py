from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .trade_common import TradeCase

NAMES = {  # section names of TRADE_SETS, in order
    "general": ["New lead", "Contact", "Needs", "Trial", "Presentation", "Objections", "Closing",
                "Welcome", "Bigger purchase", "Regular", "Recommends"],
    "coffee": ["Passers-by", "Guest", "First cup", "Second visit", "Office order",
               "Higher check", "Regular guest", "Brings friends"],
    "furniture": ["Enquiry or visit", "Needs", "Measuring", "Design and quote", "Doubts and choice",
                  "Contract and deposit", "Delivery and fitting", "Completing the room", "Returns", "Recommends"],
    "beauty": ["Request", "Booked", "First visit", "Rebooked", "Second service", "Course or pass", "Regular",
               "Brings friend"],
    "dental": ["Enquiry", "Consultation booked", "Examination and plan", "Plan agreed", "First stage",
               "Treatment by plan", "Prevention", "Extended care", "Family and friends"],
    "b2b": ["Target company", "Qualified", "Deciders", "Needs and sample", "Offer", "Negotiation",
            "Contract, first order", "Start", "Wider range", "Regular orders", "Recommends"],
}


@tagged("post_install", "-at_install")
class TestTradeSetContent(TradeCase):
    def test_six_sets_with_their_sections(self):
        for slug, names in NAMES.items():
            sections = self.env.ref(f"sales_conveyor.trade_set_{slug}").section_ids
            self.assertEqual(sections.mapped("name"), names, slug)

    def test_at_most_two_required_items_and_each_provable_by_a_fact(self):
        for section in self.env["conveyor.trade.section"].search([]):
            required = section.work_ids.filtered("required")
            self.assertLessEqual(len(required), 2, section.name)
            self.assertNotIn("done", required.mapped("proof"), section.name)
            self.assertEqual(section.gate_mode, "inherit")

    def test_every_section_and_work_says_what_it_is_for(self):
        sections = self.env["conveyor.trade.section"].search([])
        self.assertTrue(all(section.client_change for section in sections))
        self.assertTrue(all(work.instructions and work.activity_type_id for work in sections.work_ids))
        self.assertEqual(set(sections.filtered(lambda section: not section.work_ids).mapped("name")), {"Passers-by"})

    def test_everything_is_translated(self):
        self.env["res.lang"]._activate_lang("bg_BG")
        self.env["ir.module.module"]._load_module_terms(["sales_conveyor"], ["ru_RU", "bg_BG"])
        texts = {"conveyor.trade.set": ["name", "description"], "conveyor.trade.section": ["name", "client_change"],
                 "conveyor.trade.work": ["name", "instructions"]}
        for model, names in texts.items():
            for record in self.env[model].search([]):
                for name in names:
                    terms = record._fields[name]._get_stored_translations(record)
                    for lang in ("ru_RU", "bg_BG"):
                        self.assertRegex(terms.get(lang, ""), "[а-яА-Я]", f"{lang} {model} {name}: {terms['en_US']}")


@tagged("post_install", "-at_install")
class TestTradeSetApplication(TradeCase):
    def test_nothing_is_written_before_apply(self):
        before = self.counts(), self.env["crm.stage"].search([])._snapshot()
        self.preview()
        self.assertEqual(before, (self.counts(), self.env["crm.stage"].search([])._snapshot()))

    def test_company_gets_the_whole_pipeline_in_order(self):
        self.apply()
        self.assertEqual(self.pipeline().mapped("name"), [*NAMES["general"][:7], "Won", *NAMES["general"][7:]])
        self.assertEqual(self.pipeline().mapped("conveyor_phase"),
                         ["lead_generation", *["first_sale"] * 7, *["account_management"] * 4])
        self.assertEqual(self.pipeline().filtered("is_won"), self.won)
        sequences = self.pipeline().mapped("sequence")
        self.assertEqual(sequences, sorted(set(sequences)))

    def test_reused_section_keeps_its_id_and_leads(self):
        lead = self.env["crm.lead"].create({"name": "Shelf", "stage_id": self.offer.id})
        self.offer.fold = True
        self.apply()
        self.assertEqual(lead.stage_id, self.offer)
        self.assertEqual((self.offer.name, self.offer.fold, self.offer.norm_days), ("Presentation", True, 5))
        self.assertTrue(self.offer.client_change)
        self.assertEqual(self.offer.work_item_ids.mapped("name"), ["Offer in writing", "Offer walked through live"])
        self.assertEqual(lead.work_ids.item_id, self.offer.work_item_ids)

    def test_twice_makes_nothing_twice(self):
        self.apply()
        before = self.counts()
        application = self.apply()
        self.assertEqual(self.counts(), before)
        self.assertFalse(application.stage_ids or application.item_ids or application.changes)

    def test_twice_after_people_changed_the_sections(self):
        self.apply()
        self.offer.write({"name": "Showing", "norm_days": 9, "client_change": "He is glad"})
        item, shown = self.offer.work_item_ids
        item.active = False
        shown.name = "Shown"
        before = self.counts()
        application = self.apply()
        self.assertEqual(self.counts(), before)
        self.assertFalse(application.changes)
        self.assertEqual((self.offer.name, self.offer.norm_days, item.active), ("Showing", 9, False))

    def test_preview_is_the_result(self):
        self.env["crm.stage"].create({"name": "Something of ours", "sequence": 50})
        for trade_set in self.env["conveyor.trade.set"].search([]):
            wizard = self.preview(trade_set)
            shown = wizard.place_ids.filtered(lambda place: place.origin != "limited").mapped(
                lambda place: (place.name, place.phase, place.norm_days, place.norm_touches,
                               place.work.count("•") if place.work else 0))
            wizard.action_apply()
            self.assertEqual(shown, [
                (stage.name, stage.conveyor_phase, stage.norm_days, stage.norm_touches, len(stage.work_item_ids))
                for stage in self.pipeline()], trade_set.name)

    def test_preview_of_changed_sections_is_shown_anew(self):
        wizard = self.preview()
        self.env["crm.stage"].create({"name": "Something of ours", "sequence": 50})
        before = self.counts()
        wizard.action_apply()
        self.assertTrue(wizard.has_changed)
        self.assertEqual(self.counts(), before)
        self.assertIn("Something of ours", wizard.place_ids.mapped("name"))
        wizard.action_apply()
        self.assertGreater(self.counts(), before)

    def test_won_section_is_made_where_there_is_none(self):
        self.won.unlink()
        self.apply()
        won = self.pipeline().filtered("is_won")
        self.assertEqual(won.mapped("name"), ["Won"])
        self.assertEqual(self.pipeline().ids.index(won.id), 7)
        before = self.counts()
        self.apply()
        self.assertEqual(self.counts(), before)

    def test_set_with_a_won_section_of_its_own(self):
        own = self.env["conveyor.trade.set"].create({"name": "Ours", "section_ids": [
            Command.create({"name": "Ask", "phase": "lead_generation", "sequence": 1}),
            Command.create({"name": "Sold", "is_won": True, "sequence": 2}),
            Command.create({"name": "Care", "phase": "account_management", "sequence": 3})]})
        self.apply(own)
        self.assertEqual(self.pipeline().filtered("is_won"), self.won)
        self.assertEqual(self.won.name, "Sold")

    def test_sections_may_be_left_out(self):
        wizard = self.wizard()
        wizard.section_ids -= self.env.ref("sales_conveyor.trade_section_general_trial")
        wizard.action_next()
        wizard.action_next()
        wizard.action_apply()
        self.assertNotIn("Trial", self.pipeline().mapped("name"))

    def test_russian_pipeline_is_recognised(self):
        self.new.name = "Входящие"
        self.offer.name = "Коммерческое предложение"
        wizard = self.wizard()
        wizard.action_next()
        self.assertEqual(self.line(wizard, self.offer).section_id.name, "Presentation")
        self.assertEqual(self.line(wizard, self.new).section_id.name, "New lead")

    def test_texts_come_in_every_language(self):
        self.env["ir.module.module"]._load_module_terms(["sales_conveyor"], ["ru_RU"])
        self.won.unlink()
        self.apply()
        russian = self.pipeline().with_context(lang="ru_RU")
        self.assertEqual(russian.mapped("name")[:3], ["Новый лид", "Установление контакта", "Выявление потребностей"])
        self.assertEqual(russian[2].work_item_ids[0].name, "Задача, срок, деньги")
        self.assertRegex(russian[2].work_item_ids[0].instructions, "Спрашивайте")
        self.assertRegex(russian[2].client_change, "Клиент вслух")

    def test_user_working_in_russian_makes_the_same(self):
        self.env["ir.module.module"]._load_module_terms(["sales_conveyor"], ["ru_RU"])
        self.manager.lang = "ru_RU"
        self.env["crm.stage"].search([])
        wizard = self.wizard().with_context(lang="ru_RU")
        wizard.action_next()
        wizard.action_next()
        wizard.action_apply()
        self.assertIn("Needs", self.pipeline().with_context(lang="en_US").mapped("name"))
        self.assertIn("Выявление потребностей", self.pipeline().with_context(lang="ru_RU").mapped("name"))

    def test_new_lead_lands_in_the_first_section_that_takes_leads(self):
        self.apply(self.env.ref("sales_conveyor.trade_set_coffee"))
        self.assertEqual(self.env["crm.lead"].create({"name": "Cup", "team_id": False}).stage_id.name, "Guest")

    def test_salesperson_is_refused(self):
        with self.assertRaises(AccessError):
            self.wizard(user=self.salesman)
        with self.assertRaises(AccessError):
            self.env["conveyor.trade.application"].with_user(self.salesman)._apply(
                self.general, self.no_team, self.general.section_ids, {})
        with self.assertRaises(AccessError):
            self.general.with_user(self.salesman).name = "Mine"
