import csv
import gzip
import time
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from unittest import skipUnless

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ..engine import backtest, rhythm
from .rhythm_common import TODAY, RhythmCase

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "cdnow.csv.gz"


@tagged("post_install", "-at_install")
class TestBacktest(RhythmCase):
    """The back-test, against a history counted by hand and against the engine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.order"].search([]).filtered(lambda order: order.state == "sale").write({"state": "cancel"})
        cls.replay = cls.env["conveyor.backtest.replay"]
        cls.as_of = TODAY - timedelta(100)

    def wizard(self, **values):
        return self.env["conveyor.backtest"].with_user(self.manager).create(values)

    def counts(self, days, ways=(0,), end=TODAY):
        with self.replay._played(self.env.company, days, end):
            return {(row["fixed"], row["today"]): row for row in self.replay._counts(ways)}

    def customers(self, days, fixed, kind):
        with self.replay._played(self.env.company, days, TODAY):
            return self.env["res.partner"].browse(self.replay._customers(fixed, kind, 100))

    def past(self):
        """Five customers who buy every 10 days, as of 100 days ago. By an expected gap of 10 days of the rule, usual gap
        10, the alarm of the rule comes after 20 days exactly, the term is 20 days."""
        self.env["conveyor.rhythm.rule"].create({"name": "All", "expected_gap": 10, "shortest": 20, "longest": 20})
        silent, gone, back, steady, ancient = (self.customer(name) for name in ("Silent", "Gone", "Back", "Steady", "Ancient"))
        self.bought(silent, self.days([10] * 5, self.as_of - timedelta(25)))  # never again: right
        self.bought(gone, [*self.days([10] * 5, self.as_of - timedelta(20)), self.as_of + timedelta(21)], 50)  # a day too late: right
        self.bought(back, [*self.days([10] * 5, self.as_of - timedelta(25)), self.as_of + timedelta(20)])  # false
        self.bought(steady, [*self.days([10] * 5, self.as_of - timedelta(19))])  # lost, one day too early for an alarm: missed
        self.bought(ancient, self.days([10] * 5, self.as_of - timedelta(61)))  # gone for more than six gaps: not asked
        return silent, gone, back, steady

    def test_a_small_history_is_counted_as_by_hand(self):
        silent, gone, back, steady = self.past()
        row = self.counts([self.as_of], (0, 19, 25))[0, self.as_of]
        self.assertEqual([row[name] for name in ("asked", "named", "right", "lost")], [4, 3, 2, 3])
        self.assertEqual((row["silence"], row["amount"]), (20, 6 * 100 + 6 * 50))
        self.assertEqual(self.customers([self.as_of], 0, "right"), silent | gone)
        self.assertEqual(self.customers([self.as_of], 0, "false"), back)
        self.assertEqual(self.customers([self.as_of], 0, "missed"), steady)

    def test_the_workbook_has_the_figures_of_the_screen(self):
        self.past()
        self.bought(self.customer("Old"), self.days([30] * 12, TODAY - timedelta(200)))
        wizard = self.wizard(fixed_days="30, 60")
        self.assertNotIn("Back-test", self.book().sheetnames, "it has not run")
        wizard.action_run()
        book = self.book()
        for title, lines, names in (
                ("Back-test", wizard.way_ids, ("name", "named", "right", "wrong", "missed", "right_share", "caught_share")),
                ("Back-test by Day", wizard.day_ids, ("day", "asked", "named", "right", "wrong", "lost", "missed"))):
            found = [line[:len(names)] for line in book[title].iter_rows(min_row=2, max_row=len(lines) + 1, values_only=True)]
            shown = [tuple(str(line[name]) for name in names) for line in lines]
            self.assertTrue(shown)
            self.assertEqual([tuple(str(value).removesuffix(" 00:00:00") for value in line) for line in found], shown, title)
        self.assertIn(wizard.summary.splitlines()[0], " ".join(str(line[0]) for line in book["Back-test"].iter_rows(values_only=True)))
        self.assertNotIn("Back-test", self.book(self.seller).sheetnames, "another one's")

    def book(self, user=None):
        stream = BytesIO()
        self.env["conveyor.workbook"].with_user(user or self.manager).create({"company_ids": self.env.company.ids})._write_file(stream)
        return openpyxl.load_workbook(stream)

    def test_fixed_days_are_counted_on_the_same_customers(self):
        self.past()
        rows = self.counts([self.as_of], (0, 19, 25, 26))
        for fixed, named, right in ((19, 4, 3), (25, 2, 1), (26, 0, 0)):
            row = rows[fixed, None]
            with self.subTest(fixed):
                self.assertEqual([row[name] for name in ("asked", "named", "right", "lost")], [4, named, right, 3])

    def test_a_term_that_is_not_over_is_not_asked_about(self):
        self.past()
        self.assertEqual(self.counts([self.as_of], end=self.as_of + timedelta(19)), {})
        self.assertEqual(self.counts([self.as_of], end=self.as_of + timedelta(20))[0, None]["asked"], 4)

    def test_later_purchases_teach_nothing_about_the_day_before(self):
        ada = self.customer()
        self.bought(ada, self.days([10] * 5, self.as_of - timedelta(1)))
        with self.replay._played(self.env.company, [self.as_of], TODAY):
            before = self.env.execute_query(SQL("SELECT alarm, lost_alarm FROM backtest_case"))
        self.bought(ada, [self.as_of + timedelta(40), self.as_of + timedelta(42)])
        with self.replay._played(self.env.company, [self.as_of], TODAY):
            self.assertEqual(self.env.execute_query(SQL("SELECT alarm, lost_alarm FROM backtest_case")), before)

    def test_the_replay_agrees_with_the_engine_customer_by_customer(self):
        histories, population = {}, None
        for number in range(60):
            gaps = [3 + (number * 7 + place * 11) % 40 for place in range(2 + number % 6)]
            days = self.days(gaps, TODAY - timedelta(number * 5 % 160))
            self.bought(customer := self.customer(f"Customer {number}"), days)
            histories[customer.id] = days
        known = {partner: [day for day in days if day <= self.as_of] for partner, days in histories.items()}
        population = rhythm.population(rhythm.stats(days) for days in known.values() if days)
        cases = []
        for partner, days in known.items():
            if not days:
                continue
            judged = rhythm.assess(days, population, self.as_of)
            cases.append(backtest.Case(
                self.as_of, days[-1], judged.usual_gap, (judged.act_date - days[-1]).days,
                self.as_of + timedelta(backtest.term(judged.usual_gap)),
                min((day for day in histories[partner] if day > self.as_of), default=None)))
        expected = backtest.count(cases, TODAY)
        self.assertGreater(expected.named, 3)
        row = self.counts([self.as_of])[0, None]
        self.assertEqual(backtest.Counts(**{name: row[name] for name in (
            "asked", "named", "right", "lost", "customers", "losers")}), expected)

    def test_somebody_asked_about_twice_is_one_person(self):
        self.past()
        row = self.counts([self.as_of, self.as_of + timedelta(1)])[0, None]
        self.assertEqual((row["named"], row["customers"]), (7, 4))  # Steady's alarm comes on the second day
        self.assertEqual(row["amount"], 600 + 300 + 600)

    def test_another_companys_purchases_are_its_own(self):
        self.past()
        other = self.env["res.company"].create({"name": "Other"})
        self.bought(self.customer(), self.days([10] * 5, self.as_of - timedelta(25)), company=other)
        self.assertEqual(self.counts([self.as_of])[0, None]["asked"], 4)

    def test_open_days_are_counted_as_the_rule_counts_them(self):
        """Five visits on the days before Friday 6 March, the as-of day being Saturday 7: of open days he is silent for none."""
        self.assertEqual(self.as_of, date(2026, 3, 7))
        self.env["conveyor.rhythm.rule"].create({"name": "Coffee", "shortest": 3, "longest": 3, "day_kind": "open"})
        self.bought(self.customer(), [self.as_of - timedelta(days) for days in (5, 4, 3, 2, 1)])
        for days, named in ((0, 0), (3, 0), (4, 1)):  # Monday 9 is day 1, Tuesday 10 day 2, Wednesday 11 day 3
            with self.subTest(days):
                self.assertEqual(self.counts([self.as_of + timedelta(days)])[0, None]["named"], named)

    # ------------------------------------------------------------ the screen
    def test_the_screen_says_what_came_of_it(self):
        self.past()
        self.bought(self.customer("First"), [TODAY - timedelta(260)])
        wizard = self.wizard(day_count=4, fixed_days="19; 25")
        wizard.action_run()
        self.assertEqual(wizard.way_ids.mapped("fixed"), [0, 19, 25])
        self.assertEqual(len(wizard.day_ids), len(wizard.day_ids.filtered(lambda line: not line.fixed)))
        line = wizard.way_ids[0]
        self.assertIn(f"named silent customers {line.named} times; {line.right} times they did not come back", wizard.summary)
        self.assertIn("That is too little for a share", wizard.summary)
        self.assertFalse(wizard.is_enough)
        self.assertEqual(line.right_share, "too few")
        self.assertEqual(line.named, line.right + line.wrong)
        self.assertEqual(line.lost, line.right + line.missed)
        wizard.action_run()
        self.assertEqual(len(wizard.way_ids), 3)

    def test_a_number_opens_its_customers(self):
        self.past()
        self.bought(self.customer("First"), [TODAY - timedelta(260)])
        self.Rhythm._recompute(today=TODAY)
        wizard = self.wizard(day_count=12, fixed_days="")
        wizard.action_run()
        line = wizard.way_ids
        self.assertTrue(line.right)
        for kind, count in (("right", line.right), ("wrong", line.wrong), ("missed", line.missed)):
            action = getattr(line, f"action_open_{kind}")()
            with self.subTest(kind):
                self.assertEqual(bool(self.Rhythm.search(action["domain"])), bool(count))

    def test_without_data_nothing_is_pretended(self):
        wizard = self.wizard()
        wizard.action_run()
        self.assertIn("Not enough data", wizard.summary)
        self.assertFalse(wizard.way_ids or wizard.is_enough)
        self.bought(self.customer(), [fields.Date.today() - timedelta(10)])
        wizard.action_run()
        self.assertIn("Not enough data", wizard.summary)

    def test_bad_input_is_refused_in_words(self):
        for values, words in (({"fixed_days": "30 days"}, "is no list of days"), ({"fixed_days": "0"}, "each from 1 to 3650"),
                              ({"fixed_days": "1,2,3,4,5,6,7"}, "at most 6 numbers"), ({"day_count": 0}, "from 1 to 24"),
                              ({"day_count": 99}, "from 1 to 24")):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, words):
                self.wizard(**values).action_run()

    def test_salespeople_have_no_back_test(self):
        with self.assertRaises(AccessError):
            self.env["conveyor.backtest"].with_user(self.seller).create({})

    def test_nothing_is_changed(self):
        self.past()
        self.Rhythm._recompute(today=TODAY)
        self.env.cr.execute("SELECT md5(string_agg(r::text, ',' ORDER BY id)) FROM conveyor_rhythm r")
        before = self.env.cr.fetchone()
        self.counts([self.as_of], (0, 30))
        self.env.cr.execute("SELECT md5(string_agg(r::text, ',' ORDER BY id)) FROM conveyor_rhythm r")
        self.assertEqual(self.env.cr.fetchone(), before)

    @skipUnless(DATA.exists(), "cdnow is not beside the checkout")
    def test_23_570_customers_are_played_in_seconds(self):
        base, = self.env.execute_query(SQL("SELECT max(id) FROM res_partner"))[0]
        with gzip.open(DATA, "rt") as file:
            rows = [(base + int(row["cust"]), row["date"], float(row["amount"])) for row in csv.DictReader(file)]
        self.env.cr.execute(SQL("""
            INSERT INTO res_partner (id, name, commercial_partner_id, active, autopost_bills)
            SELECT DISTINCT p, 'Customer ' || p, p, TRUE, 'ask' FROM unnest(%s::int[]) p""", [row[0] for row in rows]))
        self.env.cr.execute(SQL("""
            INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id, company_id, currency_id, currency_rate,
                                    state, date_order, amount_untaxed)
            SELECT 'S', p, p, p, %s, %s, 1, 'sale', d + interval '12 hours', a FROM unnest(%s::int[], %s::date[], %s::float8[]) o (p, d, a)
        """, self.env.company.id, self.env.company.currency_id.id, *(list(column) for column in zip(*rows))))
        self.env.cr.execute("ANALYZE res_partner, sale_order")
        end = date(1998, 6, 30)
        days = backtest.as_of_days(date(1997, 1, 1), end, 6)
        began = time.monotonic()
        rows = self.counts(days, (0, 30, 60, 90), end)
        self.assertLess(time.monotonic() - began, 120)  # some 4 s on a quiet machine
        counts = backtest.Counts(**{name: rows[0, None][name] for name in ("asked", "named", "right", "lost", "customers", "losers")})
        self.assertGreater(counts.asked, 10000)
        self.assertEqual({rows[fixed, None]["lost"] for fixed in (0, 30, 60, 90)}, {counts.lost})
        self.assertGreater(backtest.precision(counts).low, counts.lost / counts.asked)  # better than naming anybody
