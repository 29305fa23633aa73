"""A customer's way along the ladder: what is noted, what is told, and what is history."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..engine import growth
from ..models.conveyor_rhythm import ConveyorRhythm
from .rhythm_common import TODAY, RhythmCase

WEEKLY = [7] * 10


@tagged("-at_install", "post_install")
class TestLadder(RhythmCase):

    def steady(self, gaps=WEEKLY, until=TODAY, **kwargs):
        """A customer who bought with these gaps, seen for the first time on the day of his last purchase."""
        partner = self.customer()
        self.bought(partner, self.days(gaps, until), **kwargs)
        self.Rhythm._recompute(partner, until)
        return partner

    def nights(self, until, start=TODAY):
        day = start
        while day < until:
            day += timedelta(days=1)
            self.night(day)

    def test_a_silence_passes_the_ladder_on_its_days(self):
        partner = self.steady()
        row = self.rhythm(partner)
        act, sleeping, lost = row.act_date, row.sleeping_date, row.lost_date
        self.assertEqual((row.status, row.status_date, row.next_status_date, row.expected_date),
                         ("steady", TODAY, act, TODAY + timedelta(days=7)))
        self.nights(lost)
        self.assertEqual(self.facts(partner), [
            (act, "steady", "late", False, False), (sleeping, "late", "sleeping", False, False),
            (lost, "sleeping", "lost", False, False)])
        self.assertEqual(self.signals(partner), ["late", "sleeping", "lost"])
        row = self.rhythm(partner)
        self.assertEqual((row.status, row.status_date, row.next_status_date), ("lost", lost, False))
        self.assertEqual((row.act_date, row.sleeping_date, row.lost_date), (act, sleeping, lost))

    def test_the_same_night_twice_is_one(self):
        partner = self.steady()
        act = self.rhythm(partner).act_date
        for _time in range(3):
            self.night(act)
            self.Rhythm._recompute(partner, act)
        self.assertEqual(self.signals(partner), ["late"])
        self.assertEqual(len(self.facts(partner)), 1)

    def test_after_nights_without_a_run_he_climbs_a_step_each_night(self):
        partner = self.steady()
        day = self.rhythm(partner).lost_date + timedelta(days=2)
        self.night(day)
        self.night(day)
        self.assertEqual(self.rhythm(partner).status, "late")
        self.night(day + timedelta(days=1))
        self.night(day + timedelta(days=2))
        self.assertEqual(self.rhythm(partner).status, "lost")
        self.assertEqual([fact[2] for fact in self.facts(partner)], ["late", "sleeping", "lost"])
        self.assertEqual(self.signals(partner), ["lost"], "only what happened in these days is told")

    def test_who_buys_again_is_back_and_his_next_silence_is_another_one(self):
        partner = self.steady()
        act = self.rhythm(partner).act_date
        self.night(act)
        self.bought(partner, [act + timedelta(days=1)], 250)
        self.Rhythm._recompute(partner, act + timedelta(days=1))
        self.assertEqual(self.facts(partner)[-1], (act + timedelta(days=1), "late", "steady", True, False))
        back = self.Signal.search([("partner_id", "=", partner.id), ("to_status", "=", "back")])
        self.assertEqual((back.amount, back.from_status, back.date, back.model, back.res_id),
                         (250, "late", act + timedelta(days=1), "res.partner", partner.id))
        self.nights(self.rhythm(partner).act_date, act + timedelta(days=1))
        self.assertEqual([kind for kind in self.signals(partner) if kind != "bought_more"], ["late", "back", "late"])

    def test_what_is_seen_for_the_first_time_is_history(self):
        partner = self.customer()
        self.bought(partner, self.days(WEEKLY, TODAY - timedelta(days=300)))
        self.Rhythm._recompute(partner, TODAY)
        row = self.rhythm(partner)
        self.assertEqual(self.facts(partner), [(row.lost_date, None, "lost", False, True)])
        self.assertEqual(row.status_date, row.lost_date)
        self.assertFalse(self.signals(partner))

    def test_old_purchases_that_come_late_are_history(self):
        partner = self.steady(until=TODAY - timedelta(days=100))
        self.bought(partner, [TODAY - timedelta(days=90)])
        self.Rhythm._recompute(partner, TODAY)
        self.assertFalse(self.signals(partner))
        self.assertTrue(all(fact[-1] for fact in self.facts(partner)))
        self.assertEqual(self.rhythm(partner).status, "lost")

    def test_other_settings_are_history(self):
        partner = self.steady()
        rule = self.env["conveyor.rhythm.rule"].create({"name": "Short", "longest": 3})
        self.night(TODAY + timedelta(days=5))
        self.assertEqual(self.rhythm(partner).rule_id, rule)
        self.assertEqual([fact[2:] for fact in self.facts(partner)], [("late", False, True)])
        self.assertFalse(self.signals(partner))
        self.night(self.rhythm(partner).sleeping_date)
        self.assertEqual(self.signals(partner), ["sleeping"], "from then on the ladder goes on")

    def test_the_first_computation_of_a_database_tells_nothing(self):
        self.env.cr.execute("DELETE FROM conveyor_rhythm")
        partner = self.customer()
        self.bought(partner, [TODAY])
        self.Rhythm._recompute(today=TODAY)
        self.assertEqual(self.rhythm(partner).status, "new")
        self.assertFalse(self.signals(partner))

    def test_qualities_are_told_once(self):
        partner = self.customer()
        self.bought(partner, [TODAY], 100)
        self.Rhythm._recompute(partner, TODAY)
        self.assertEqual(self.signals(partner), ["first_purchase", "bought"])
        self.bought(partner, [TODAY + timedelta(days=1)], 99)
        self.Rhythm._recompute(partner, TODAY + timedelta(days=1))
        self.bought(partner, [TODAY + timedelta(days=2)], 101)
        for _time in range(2):
            self.Rhythm._recompute(partner, TODAY + timedelta(days=2))
        self.assertEqual(self.signals(partner), ["first_purchase", "bought", "returned", "bought_more"])
        row = self.rhythm(partner)
        self.assertEqual((row.bought_date, row.returned_date, row.bought_more_date),
                         tuple(TODAY + timedelta(days=day) for day in (0, 1, 2)))

    def test_no_purchase_any_more_is_no_rhythm_but_facts_stay(self):
        partner = self.steady()
        self.night(self.rhythm(partner).act_date)
        self.env.cr.execute("UPDATE sale_order SET state = 'cancel' WHERE partner_id = %s", [partner.id])
        self.Rhythm._recompute(partner, TODAY)
        self.assertFalse(self.rhythm(partner))
        self.assertEqual(len(self.facts(partner)), 1)

    def test_a_date_of_his_own_comes_first(self):
        partner = self.steady()
        visit = TODAY + timedelta(days=60)
        with patch.object(ConveyorRhythm, "_own_dates", lambda self, partner_ids=None: {partner.id: visit}):
            self.Rhythm._recompute(partner, TODAY)
            row = self.rhythm(partner)
            self.assertEqual((row.expected_date, row.act_date, row.next_status_date),
                             (visit, visit + timedelta(days=1), visit + timedelta(days=1)))
            self.assertLess(row.act_date, row.sleeping_date)
            self.assertLess(row.sleeping_date, row.lost_date)
            self.nights(visit + timedelta(days=1), visit - timedelta(days=1))
        self.assertEqual(self.signals(partner), ["late"])

    def test_figures_of_a_year_move_with_the_days(self):
        partner = self.customer()
        self.bought(partner, [TODAY - timedelta(days=364), TODAY - timedelta(days=10)], 100)
        self.Rhythm._recompute(partner, TODAY)
        self.assertEqual((self.rhythm(partner).revenue_year, self.rhythm(partner).revenue_before), (200, 0))
        self.night(TODAY + timedelta(days=1))
        self.assertEqual((self.rhythm(partner).revenue_year, self.rhythm(partner).revenue_before), (100, 100))

    def test_the_nightly_run_goes_on_in_batches(self):
        partners = self.env["res.partner"].union(*(self.steady() for _number in range(5)))
        day = self.rhythm(partners[0]).act_date
        with patch("odoo.addons.sales_conveyor.models.conveyor_rhythm_run.BATCH", 2):
            with patch.object(type(self.Rhythm), "_commit_batch", lambda self, processed: False):
                self.night(day)
            self.assertEqual(sorted(self.Rhythm.search([("partner_id", "in", partners.ids)]).mapped("status")), ["late"] * 2 + ["steady"] * 3)
            self.night(day)
        self.assertEqual(set(self.Rhythm.search([("partner_id", "in", partners.ids)]).mapped("status")), {"late"})
        self.assertEqual(self.Signal.search_count([("partner_id", "in", partners.ids)]), 5)

    def test_the_cron_runs(self):
        partner = self.steady()
        with self.enter_registry_test_mode():
            self.env.ref("sales_conveyor.cron_rhythm_recompute").method_direct_trigger()
        self.assertTrue(self.rhythm(partner))


@tagged("-at_install", "post_install")
class TestRules(RhythmCase):

    def judged(self, partner):
        self.Rhythm._recompute(partner, TODAY)
        return self.rhythm(partner)

    def rule(self, **values):
        return self.env["conveyor.rhythm.rule"].create({"name": "Rule", **values})

    def test_the_first_fitting_rule_wins(self):
        arabica = self.env["product.category"].create({"name": "Arabica", "parent_id": self.category.id})
        product = self.product(arabica)
        partner = self.customer(comment="VIP")
        self.bought(partner, [TODAY], product=product)
        anybody = self.rule(sequence=30)
        self.assertEqual(self.judged(partner).rule_id, anybody)
        beans = self.rule(sequence=20, category_ids=self.category.ids, expected_gap=5)
        self.assertEqual((self.judged(partner).rule_id, self.rhythm(partner).category_id), (beans, arabica))
        self.assertAlmostEqual(self.rhythm(partner).usual_gap, 5)
        self.assertEqual(self.rhythm(partner).basis, "category")
        important = self.rule(sequence=10, filter_domain="[('comment', 'ilike', 'VIP')]")
        self.assertEqual(self.judged(partner).rule_id, important)
        self.rule(sequence=1, filter_domain="[('comment', '=', 'nobody')]")
        self.rule(sequence=2, company_id=self.env["res.company"].create({"name": "Other"}).id)
        self.assertEqual(self.judged(partner).rule_id, important)
        (anybody | beans | important).active = False
        self.assertFalse(self.judged(partner).rule_id)

    def test_the_largest_line_of_the_last_purchase_is_the_category(self):
        tools = self.env["product.category"].create({"name": "Tools"})
        grinder = self.product(tools)
        partner = self.customer()
        self.bought(partner, [TODAY - timedelta(days=5)], 900, product=self.beans)
        self.bought(partner, [TODAY], 10, product=self.beans)
        self.bought(partner, [TODAY], 20, product=grinder)
        self.assertEqual(self.judged(partner).category_id, tools)

    def test_thirty_repeat_buyers_of_a_category_are_its_population(self):
        tools = self.env["product.category"].create({"name": "Tools"})
        grinder = self.product(tools)
        for number in range(30):
            self.bought(self.customer(), self.days([4 + number % 3], TODAY), product=self.beans)
            self.bought(self.customer(), self.days([90 + number], TODAY), product=grinder)
        one, other = self.customer(), self.customer()
        self.bought(one, [TODAY], product=self.beans)
        self.bought(other, [TODAY], product=grinder)
        self.Rhythm._recompute(today=TODAY)
        self.assertAlmostEqual(self.rhythm(one).usual_gap, 5, delta=.2)
        self.assertAlmostEqual(self.rhythm(other).usual_gap, 104, delta=3)
        self.assertEqual(self.rhythm(one).basis, "category")
        population = self.env["conveyor.rhythm.population"].search([("company_id", "=", self.env.company.id)])
        self.assertEqual(sorted(population.mapped("buyer_count")), [30, 30, 60])

    def test_who_moves_the_population_is_judged_at_night(self):
        for _number in range(29):
            self.bought(self.customer(), self.days([10]))
        once = self.customer()
        self.bought(once, [TODAY])
        self.Rhythm._recompute(today=TODAY)
        self.assertAlmostEqual(self.rhythm(once).usual_gap, 30)
        another = self.customer()
        self.bought(another, self.days([10]))
        self.Rhythm._recompute(another, TODAY)
        self.night(TODAY)
        self.assertAlmostEqual(self.rhythm(once).usual_gap, 10)

    def test_holidays_of_the_company_do_not_count(self):
        rule = self.rule(day_kind="open")
        partner = self.customer()
        days = [day for day in self.days([1] * 60) if day.weekday() < 5]
        self.bought(partner, days)
        row = self.judged(partner)
        self.assertEqual((row.rule_id, row.is_open_days), (rule, True))
        self.assertAlmostEqual(row.usual_gap, 1, delta=.1)
        first = row.act_date
        self.assertEqual(first, self.judged(partner).act_date)
        self.env["resource.calendar.leaves"].create({
            "name": "Works outing", "company_id": self.env.company.id,
            "calendar_id": self.env.company.resource_calendar_id.id,
            "date_from": datetime.combine(first, datetime.min.time()),
            "date_to": datetime.combine(first, datetime.max.time()).replace(microsecond=0)})
        self.night(TODAY)
        self.assertGreater(self.rhythm(partner).act_date, first)

    def test_a_rule_goes_with_its_calendar(self):
        """Rhythms that the same transaction has written let go of both."""
        rule, partner = self.rule(day_kind="open"), self.customer()
        self.bought(partner, self.days([1] * 10))
        row = self.judged(partner)
        self.assertEqual((row.rule_id, row.calendar_id.rule_id), (rule, rule))
        rule.unlink()
        self.env.invalidate_all()
        self.assertFalse(row.rule_id or row.calendar_id)


@tagged("-at_install", "post_install")
class TestWords(RhythmCase):

    def setUp(self):
        super().setUp()
        self.today = fields.Date.context_today(self.Rhythm.with_context(tz="UTC"))

    def judged(self, gaps, absence, amount=100):
        partner = self.customer()
        self.bought(partner, self.days(gaps, self.today - timedelta(days=absence)), amount)
        self.Rhythm._recompute(partner, self.today)
        return self.rhythm(partner)

    def test_the_sentence_of_a_coffee_drinker(self):
        row = self.judged((8, 9, 10, 9, 8, 10, 9, 9, 12, 7, 9, 8), 21)
        self.assertEqual(row.explanation, "Buys about every 10 days, ±4; silent for 21; only 2 of 100 of his gaps would be that long; "
                                          "judged by his own 13 purchases.")
        self.assertEqual((row.absence, row.score_level), (21, "high"))
        self.assertAlmostEqual(row.surprise, .9811, 4)
        self.assertAlmostEqual(row.score, .6793, 4)

    def test_the_sentence_of_who_bought_once(self):
        self.assertEqual(self.judged((), 3).explanation, "Others buy again after about 30 days; silent for 3; judged by the "
                                                         "company's other customers, since he bought once.")

    def test_money_at_risk_is_what_the_silence_has_cost(self):
        late, steady, lost = self.judged((10,) * 9, 21), self.judged((10,) * 9, 2), self.judged((10,) * 9, 900)
        self.assertAlmostEqual(late.money_at_risk, 100 * 21 / late.usual_gap, 2)
        self.assertAlmostEqual(lost.money_at_risk, 100 * 365 / lost.usual_gap, 2)
        self.assertEqual(steady.money_at_risk, 0)

    def test_what_is_worked_out_sorts_filters_and_sums(self):
        late, steady, lost = self.judged((10,) * 9, 21), self.judged((10,) * 9, 2), self.judged((10,) * 9, 900)
        domain = [("id", "in", (late | steady | lost).ids)]
        self.assertEqual(self.Rhythm.search(domain, order="money_at_risk desc"), lost | late | steady)
        self.assertEqual(self.Rhythm.search(domain, order="absence"), steady | late | lost)
        self.assertEqual(self.Rhythm.search([*domain, ("money_at_risk", ">", 0)]), late | lost)
        self.assertEqual(self.Rhythm.search([*domain, ("absence", "=", 21)]), late)
        self.assertEqual(self.Rhythm.search([*domain, ("absence", "!=", 21)]), steady | lost)
        self.assertEqual(self.Rhythm.search([*domain, ("score", ">=", .3)]), late | lost)
        groups = {status: (money, silent) for status, money, silent in self.Rhythm._read_group(
            domain, ["status"], ["money_at_risk:sum", "absence:max"])}
        self.assertAlmostEqual(groups["late"][0], late.money_at_risk, 2)
        self.assertEqual(groups["lost"][1], 900)

    def test_an_order_that_is_dated_ahead_counts_on_its_day(self):
        partner, day = self.customer(), TODAY + timedelta(days=3)
        self.bought(partner, [day])
        self.Rhythm._recompute(partner, TODAY)
        self.night(TODAY + timedelta(days=2))
        self.assertFalse(self.rhythm(partner))
        self.night(day)
        self.assertEqual((self.rhythm(partner).status, self.rhythm(partner).first_date), ("new", day))

    def test_growth_compares_two_years(self):
        partner = self.customer()
        self.bought(partner, [self.today - timedelta(days=600)], 100)
        self.bought(partner, [self.today - timedelta(days=40)], 150)
        self.Rhythm._recompute(partner, self.today)
        self.assertAlmostEqual(self.rhythm(partner).growth, .5)
        self.assertEqual(self.Rhythm.search([("growth", ">", .4), ("partner_id", "=", partner.id)]), self.rhythm(partner))

    def test_the_database_grows_as_the_engine_does(self):
        partner = self.customer()
        self.bought(partner, [self.today], 100)
        self.Rhythm._recompute(partner, self.today)
        row, today = self.rhythm(partner), self.Rhythm._today()
        for days in (0, 365, growth.KNOWN_DAYS - 1, growth.KNOWN_DAYS, 2000):
            for year, before in ((0, 0), (150, 100), (500, 100), (501, 100), (100, -5), (-5, 100)):
                first = today - timedelta(days=days)
                self.env.cr.execute("UPDATE conveyor_rhythm SET first_date = %s, revenue_year = %s, revenue_before = %s WHERE id = %s",
                                    [first, year, before, row.id])
                value = row._read_now(["growth"])[row.id]["growth"]
                self.assertEqual(value, growth.growth(year, before, first, today), (days, year, before))
