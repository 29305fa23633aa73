"""The statement says the same as the engine, for every customer: random histories, real ones, limits, open days."""

import csv
import gzip
import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import SQL

from ..engine import rhythm
from .rhythm_common import TODAY, RhythmCase

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DATES = ("expected_date", "act_date", "sleeping_date", "lost_date", "next_status_date")
NUMBERS = ("usual_gap", "gap_low", "gap_high", "shape")


@tagged("-at_install", "post_install")
class TestRhythmEngine(RhythmCase):

    def load(self, histories):
        """Customers with these purchase days, by SQL. Returns their ids, in order."""
        self.env.flush_all()
        ids = [row[0] for row in self.env.execute_query(SQL(
            "INSERT INTO res_partner (name, complete_name, active, type, autopost_bills) SELECT n, n, TRUE, 'contact', 'ask'"
            " FROM unnest(%s) n RETURNING id", [f"Customer {number}" for number in range(len(histories))]))]
        self.env.cr.execute(SQL("UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)", ids))
        pairs = [(partner_id, day) for partner_id, days in zip(ids, histories) for day in days]
        self.env.cr.execute(SQL(
            "INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id, company_id, currency_rate, state,"
            " date_order, amount_untaxed) SELECT 'S', p, p, p, %s, 1, 'sale', d + interval '12 hours', 10 FROM unnest(%s, %s::date[]) u (p, d)",
            self.env.company.id, [pair[0] for pair in pairs], [pair[1] for pair in pairs]))
        self.env.cr.execute("ANALYZE sale_order; ANALYZE res_partner")
        return ids

    def assertSame(self, ids, histories, today, limits=rhythm.Limits(), calendar=None):
        """Every stored row is what the engine says."""
        self.Rhythm._recompute(today=today)
        past = [[day for day in days if day <= today] for days in histories]
        known = rhythm.population([rhythm.stats(days, calendar) for days in past if days])
        rows = {row["partner_id"]: row for row in self.env.execute_query_dict(SQL(
            "SELECT * FROM conveyor_rhythm WHERE partner_id = ANY(%s)", ids))}
        wrong = []
        for partner_id, days in zip(ids, past):
            if not days:
                self.assertNotIn(partner_id, rows)
                continue
            row, said = rows[partner_id], rhythm.assess(days, known, today, limits, calendar)
            for name in ("purchase_count", "status", "basis", *DATES):
                if name == "next_status_date" and row["next_status_date"] and said.next_status_date is None:
                    continue
                if row[name] != getattr(said, name):
                    wrong.append((days, name, row[name], getattr(said, name)))
            for name in NUMBERS:
                if abs(row[name] / getattr(said, name) - 1) > 1e-6:
                    wrong.append((days, name, row[name], getattr(said, name)))
        self.assertFalse(wrong[:5], f"{len(wrong)} values differ")
        return rows

    def histories(self, count, seed):
        chance = random.Random(seed)
        for _customer in range(count):
            kind = chance.choice(("weekly", "daily", "any", "rare", "once"))
            number = 0 if kind == "once" else chance.randint(1, 12)
            gaps = [{"weekly": 7 * chance.randint(1, 2), "daily": chance.randint(1, 3), "any": chance.randint(1, 60),
                     "rare": chance.choice((1, 400, 900))}[kind] for _gap in range(number)]
            yield self.days(gaps, TODAY - timedelta(days=chance.randint(-3, 400)))

    def test_random_histories(self):
        histories = list(self.histories(600, 1))
        self.assertSame(self.load(histories), histories, TODAY)

    def test_random_histories_between_limits(self):
        self.env["conveyor.rhythm.rule"].create({"name": "All", "shortest": 5, "longest": 90, "lost_after": 200})
        histories = list(self.histories(400, 2))
        self.assertSame(self.load(histories), histories, TODAY, rhythm.Limits(5, 90, 200))

    def test_random_histories_in_open_days(self):
        rule = self.env["conveyor.rhythm.rule"].create({
            "name": "Coffee", "day_kind": "open", "shortest": 3,
            "pause_ids": [(0, 0, {"date_from": "2020-07-01", "date_to": "2020-07-14", "is_yearly": True})]})
        histories = list(self.histories(400, 3))
        ids = self.load(histories)
        self.Rhythm._recompute(today=TODAY)
        counted = [day for day, in self.env.execute_query(SQL(
            "SELECT day FROM conveyor_rhythm_day d JOIN conveyor_rhythm_calendar k ON k.id = d.calendar_id"
            " WHERE k.rule_id = %s AND k.company_id = %s AND is_counted", rule.id, self.env.company.id))]
        self.assertNotIn(date(2026, 7, 3), counted)
        self.assertNotIn(date(2026, 6, 14), counted, "a Sunday")
        self.assertIn(date(2026, 6, 15), counted)
        self.assertSame(ids, histories, TODAY, rhythm.Limits(3), rhythm.OpenDays(counted))

    def test_some_customers_are_judged_as_all_are(self):
        histories = list(self.histories(200, 4))
        ids = self.load(histories)
        rows = self.assertSame(ids, histories, TODAY)
        self.env.cr.execute(SQL("DELETE FROM conveyor_rhythm WHERE partner_id = ANY(%s)", ids))
        self.Rhythm._recompute(self.env["res.partner"].browse(ids), TODAY)
        again = {row["partner_id"]: row for row in self.env.execute_query_dict(SQL(
            "SELECT * FROM conveyor_rhythm WHERE partner_id = ANY(%s)", ids))}
        for row in (*rows.values(), *again.values()):
            row.pop("id")
        self.assertEqual(again, rows)

    def real(self, name, today):
        path = DATA / f"{name}.csv.gz"
        if not path.exists():
            self.skipTest(f"{path} is not there")
        bought = defaultdict(list)
        with gzip.open(path, "rt") as lines:
            for row in csv.DictReader(lines):
                bought[row["cust"]].append(date.fromisoformat(row["date"]))
        histories = list(bought.values())
        self.assertSame(self.load(histories), histories, today)

    def test_the_customers_of_a_record_shop(self):
        self.real("cdnow", date(1998, 6, 30))

    def test_the_customers_of_a_gift_wholesaler(self):
        self.real("retail2", date(2011, 9, 30))
