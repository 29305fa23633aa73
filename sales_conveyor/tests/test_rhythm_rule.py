from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import ConveyorCase
from .rhythm_common import TODAY, RhythmCase
from .trade_common import TradeCase


@tagged("post_install", "-at_install")
class TestRhythmRule(ConveyorCase):
    """Rules of purchase rhythm: what they refuse, whom they are for, and what a change sets going."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["conveyor.rhythm.rule"].search([]).active = False
        cls.rules = cls.env["conveyor.rhythm.rule"].with_user(cls.manager)

    def rule(self, name="Coffee", **values):
        return self.rules.create({"name": name, **values})

    def is_woken(self, change):
        """Whether a change has the customers of the company judged anew, by the cron."""
        self.env.flush_all()
        with patch.object(type(self.env["conveyor.rhythm"]), "_settings_changed") as woken:
            change()
        return bool(woken.call_count)

    # ------------------------------------------------------------ refused
    def test_impossible_numbers_are_refused_in_words(self):
        for values, words in (
                ({"expected_gap": -3}, "Coffee, Expected Gap, Days: -3 days are not possible"),
                ({"longest": 1e9}, "Choose from 0 to 36500"),
                ({"lost_after": float("nan")}, "not possible"),
                ({"shortest": 14, "longest": 7}, "Shortest Critical Silence .14. is more than Longest Critical Silence .7."),
                ({"longest": 200, "lost_after": 180}, "Longest Critical Silence .200. is more than Lost after, Days .180."),
                ({"shortest": 200, "lost_after": 180}, "is more than Lost after")):
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
                self.rule(**values)

    def test_nothing_said_and_equal_limits_are_possible(self):
        self.rule()
        self.rule(shortest=548, longest=548, lost_after=548)
        self.rule(shortest=14, lost_after=45)

    def test_a_filter_that_cannot_be_read_is_refused(self):
        for domain in ("[('nonsense', '=', 1)]", "[('name', '=',", "__import__('os')", "[('active', '=', self)]"):
            with self.subTest(domain=domain), self.assertRaisesRegex(ValidationError, "Coffee: the filter .* cannot be read"), \
                    self.env.cr.savepoint():
                self.rule(filter_domain=domain)
        self.rule(filter_domain="[('country_id.code', '=', 'BG')]")

    def test_a_closing_period_in_disorder_is_refused(self):
        rule = self.rule()
        for values, words in (
                ({"date_from": "2026-08-20", "date_to": "2026-08-01", "name": "Summer"}, "Coffee: the closing period Summer ends before"),
                ({"date_from": "2026-01-01", "date_to": "2026-12-31", "is_yearly": True}, "lasts the whole year")):
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
                rule.pause_ids = [Command.create(values)]
        rule.pause_ids = [Command.create({"date_from": "2026-08-01", "date_to": "2026-08-01"})]

    def test_salespeople_read_rules_and_change_none(self):
        rule = self.rule()
        self.assertEqual(rule.with_user(self.seller).name, "Coffee")
        with self.assertRaises(AccessError):
            rule.with_user(self.seller).shortest = 4
        with self.assertRaises(AccessError):
            self.rules.with_user(self.seller).create({"name": "Mine"})

    # ------------------------------------------------------------ said
    def test_the_sentence_says_what_the_numbers_mean(self):
        self.assertEqual(self.rule().sentence, "by their own rhythm alone")
        rule = self.rule(expected_gap=10, shortest=3, longest=14, lost_after=45, day_kind="open")
        self.assertEqual(rule.sentence, "expected every 10 open days; not late before 3 open days; late after 14 open days at the "
                                        "latest; lost after 45 open days")

    def test_a_rule_without_categories_words_and_customers_is_the_one_for_everybody_else(self):
        self.assertTrue(self.rule().is_general)
        self.assertFalse(self.rule(category_ids=[Command.link(self.env["product.category"].create({"name": "Cups"}).id)]).is_general)
        self.assertFalse(self.rule(name_words="cup").is_general)
        self.assertFalse(self.rule(filter_domain="[('is_company', '=', True)]").is_general)
        self.assertTrue(self.rule(filter_domain="[]").is_general)

    # ------------------------------------------------------------ by names
    def test_words_find_beginnings_of_words_in_names_of_all_languages(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        russian = self.env["product.template"].create({"name": "Care of hands"})
        russian.with_context(lang="ru_RU").name = "Аппаратный ЗЗМАНИКЮР"
        self.env["product.template"].create([{"name": "Zzmanicure classic"}, {"name": "Unzzmanicured"}])
        hall = self.env["product.category"].create({"name": "ZZmanicure hall"})
        child = self.env["product.category"].create({"name": "Gels", "parent_id": hall.id})
        rule = self.rule(name_words="zzmanicure, ззманикюр ,, ")
        self.assertEqual((rule.found_categories, rule.found_products), (hall | child, 2))
        rule.action_link_categories()
        self.assertEqual((rule.category_ids, rule.found_products), (hall | child, 0))

    def test_a_word_is_no_pattern(self):
        rule = self.rule(name_words=".*, (zz, [")
        self.assertEqual((rule.found_categories.ids, rule.found_products), ([], 0))

    # ------------------------------------------------------------ in the background
    def test_a_change_of_a_rule_judges_everybody_anew_in_the_background(self):
        rule = self.rule()
        pause = {"date_from": "2026-08-01", "date_to": "2026-08-14"}
        for name, change in (
                ("number", lambda: rule.write({"shortest": 4})), ("order", lambda: rule.write({"sequence": 3})),
                ("words", lambda: rule.write({"name_words": "cup"})),
                ("new", lambda: self.rule("Tea")), ("pause", lambda: rule.write({"pause_ids": [Command.create(pause)]})),
                ("archived", lambda: rule.write({"active": False})), ("button", rule.action_judge_again)):
            with self.subTest(name):
                self.assertTrue(self.is_woken(change))
        self.assertFalse(self.is_woken(lambda: rule.write({"name": "Coffee by the cup"})))

    # ------------------------------------------------------------ settings
    def test_the_settings_keep_the_rule_for_everybody_else(self):
        settings = self.env["res.config.settings"].create({"conveyor_rhythm_shortest": 7, "conveyor_rhythm_longest": 90})
        settings.execute()
        rule = self.rules._general(self.env.company)
        self.assertEqual((rule.shortest, rule.longest, rule.company_id), (7, 90, self.env.company))
        again = self.env["res.config.settings"].create({})
        self.assertEqual(again.conveyor_rhythm_longest, 90)
        again.execute()
        self.assertEqual(self.rules._general(self.env.company), rule)
        again.conveyor_rhythm_longest = 3
        with self.assertRaisesRegex(ValidationError, "is more than"):
            again.execute()

    def test_saving_the_settings_without_a_word_makes_no_rule(self):
        self.env["res.config.settings"].create({}).execute()
        self.assertFalse(self.rules._general(self.env.company))

    def test_the_form_is_filled_in_by_a_manager(self):
        with Form(self.rules) as form:
            form.name = "Coffee"
            form.shortest, form.longest, form.day_kind = 3, 14, "open"
            with form.pause_ids.new() as pause:
                pause.name, pause.date_from, pause.date_to, pause.is_yearly = "Summer", "2026-08-01", "2026-08-14", True
        self.assertEqual(form.record.pause_ids.name, "Summer")
        self.assertEqual(form.record.company_id, self.env.company)


@tagged("post_install", "-at_install")
class TestRuleOfCustomers(RhythmCase):
    """Which rule a customer is judged by, and what follows for him."""

    def rule(self, name, **values):
        return self.env["conveyor.rhythm.rule"].create({"name": name, **values})

    def test_words_judge_who_last_bought_something_named_so(self):
        nails = self.rule("Nails", name_words="zzmanicure, ззманикюр", shortest=24, longest=24, sequence=1)
        rest = self.rule("Everybody else", shortest=50, longest=50, sequence=2)
        category = self.env["product.category"].create({"name": "Zzmanicure"})
        named, other, below = self.env["product.product"].create([
            {"name": "Nails, ZZMANICURE"}, {"name": "Haircut"}, {"name": "Gel", "categ_id": category.id}])
        ada, boris, clara, dora = map(self.customer, ("Ada", "Boris", "Clara", "Dora"))
        for customer, product in ((ada, named), (boris, other), (clara, below), (dora, None)):
            self.bought(customer, self.days([21, 21, 21]), product=product)
        self.Rhythm._recompute(today=TODAY)
        self.assertEqual([self.rhythm(customer).rule_id for customer in (ada, boris, clara, dora)], [nails, rest, nails, rest])
        self.assertEqual((self.rhythm(ada).act_date - TODAY).days, 24)
        nails.with_user(self.manager).invalidate_recordset()
        self.assertEqual(nails.customer_count, 2)
        self.bought(ada, [TODAY + timedelta(20)], product=other)
        self.Rhythm._recompute(ada, TODAY + timedelta(20))
        self.assertEqual(self.rhythm(ada).rule_id, rest)

    def test_linked_categories_take_the_place_of_the_words(self):
        rule = self.rule("Beans", name_words="zznothing", category_ids=[Command.link(self.category.id)])
        self.bought(ada := self.customer(), self.days([10, 10]), product=self.beans)
        self.Rhythm._recompute(today=TODAY)
        self.assertEqual(self.rhythm(ada).rule_id, rule)

    def test_words_found_nowhere_judge_nobody(self):
        self.rule("Nothing", name_words="zznothing", shortest=1, longest=1)
        self.bought(ada := self.customer(), self.days([10, 10]), product=self.beans)
        self.Rhythm._recompute(today=TODAY)
        self.assertFalse(self.rhythm(ada).rule_id)

    def test_another_rule_makes_history_and_no_signal(self):
        self.bought(ada := self.customer(), self.days([30, 30, 30], TODAY - timedelta(20)))
        self.Rhythm._recompute(today=TODAY)
        self.assertEqual(self.rhythm(ada).status, "steady")
        self.rule("Strict", shortest=5, longest=10)
        self.night(TODAY)
        self.assertEqual(self.rhythm(ada).status, "late")
        self.assertTrue(self.Change.search([("partner_id", "=", ada.id)], order="id desc", limit=1).is_history)
        self.assertEqual(self.signals(ada), [])

    def test_with_another_source_customers_come_and_go_as_history(self):
        self.bought(ada := self.customer("Ada"), self.days([30, 30]))
        self.Rhythm._recompute(today=TODAY)
        invoice = self.env["account.move"].create({
            "move_type": "out_invoice", "partner_id": (boris := self.customer("Boris")).id, "invoice_date": TODAY - timedelta(5),
            "invoice_line_ids": [Command.create({"product_id": self.beans.id, "price_unit": 100})]})
        invoice.action_post()
        self.env.company.conveyor_purchase_source = "invoice"
        self.night(TODAY)
        self.assertFalse(self.rhythm(ada))
        self.assertEqual(self.rhythm(boris).purchase_count, 1)
        self.assertEqual(self.signals(boris), [])
        self.assertFalse(self.env.company.conveyor_purchases_changed)


@tagged("post_install", "-at_install")
class TestTradeRhythm(TradeCase):
    """Ready sets bring the rules of their trade to the company that applies them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["conveyor.rhythm.rule"].search([("company_id", "!=", False)]).unlink()

    def mine(self):
        return self.env["conveyor.rhythm.rule"].search([("company_id", "=", self.env.company.id)])

    def test_every_set_has_rules_archived_and_of_no_company(self):
        for trade, count in (("general", 1), ("coffee", 1), ("furniture", 3), ("beauty", 8), ("dental", 3), ("b2b", 2)):
            templates = self.env.ref(f"sales_conveyor.trade_set_{trade}")._rhythm_templates()
            with self.subTest(trade):
                self.assertEqual(len(templates), count)
                self.assertFalse(templates.filtered("active") or templates.company_id)
                self.assertEqual(templates.filtered("is_general"), templates[-1])

    def test_the_shipped_numbers_are_those_of_the_trades(self):
        for name, days in (
                ("general_all", (30, 7, 90, 180)), ("coffee_all", (10, 3, 14, 45)), ("furniture_all", (548, 548, 548, 1460)),
                ("furniture_mattress", (2500, 2500, 2500, 3650)), ("furniture_office_chair", (900, 900, 900, 1460)),
                ("beauty_manicure", (21, 24, 32, 150)), ("beauty_hair", (42, 47, 63, 150)), ("dental_all", (182, 192, 212, 730)),
                ("b2b_services", (90, 6, 135, 365)), ("b2b_wholesale", (30, 6, 60, 180))):
            rule = self.env.ref(f"sales_conveyor.rhythm_{name}")
            with self.subTest(name):
                self.assertEqual((rule.expected_gap, rule.shortest, rule.longest, rule.lost_after), days)
        self.assertEqual(self.env.ref("sales_conveyor.rhythm_coffee_all").day_kind, "open")

    def test_applying_a_set_makes_the_companys_own_rules_and_undo_takes_them_back(self):
        beauty = self.env.ref("sales_conveyor.trade_set_beauty")
        wizard = self.preview(beauty)
        self.assertIn("Beauty: manicure: expected every 21 days; not late before 24 days", wizard.rhythm)
        application = self.apply(beauty)
        self.assertEqual(len(self.mine()), 8)
        self.assertEqual(self.mine()[-1].name, "Beauty: everything else")
        self.assertEqual(self.mine().trade_set_id, beauty)
        self.assertFalse(self.preview(beauty).rhythm)
        again = self.apply(beauty)
        self.assertEqual(len(self.mine()), 8)
        again.action_undo()
        self.assertEqual(len(self.mine()), 8)
        kept = self.mine()[0]
        kept.shortest = 20
        application.action_undo()
        self.assertFalse(self.mine())
        self.assertEqual((kept.exists().active, kept.shortest), (False, 20))
        self.assertEqual(len(beauty._rhythm_templates()), 8)
        self.apply(beauty)
        self.assertEqual(len(self.mine()), 8)

    def test_the_companys_own_rule_for_everybody_else_stays_and_stays_last(self):
        own = self.env["conveyor.rhythm.rule"].create({"name": "Ours", "sequence": 5, "longest": 60})
        self.apply(self.env.ref("sales_conveyor.trade_set_furniture"))
        self.assertEqual(self.mine().mapped("name"), ["Furniture: mattresses", "Furniture: office chairs", "Ours"])
        self.assertEqual(self.mine()[-1], own)

    def test_whoever_does_not_want_the_rules_leaves_them(self):
        wizard = self.preview()
        wizard.take_rhythm = False
        wizard.action_apply()
        self.assertFalse(self.mine())
