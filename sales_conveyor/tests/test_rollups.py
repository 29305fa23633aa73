"""Whatever happens to leads and customers, what is kept summed up says what the facts say, and making it anew changes nothing.

A failure tells the seed and the operations; ``play`` runs any list of them, so that one may leave some out.
"""

import random
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..engine import rhythm
from ..models import conveyor_rhythm_population as population
from ..models.conveyor_touch_line import COUNTS
from ..models.conveyor_touch_line_next import NEXT_COLUMNS
from .test_funnel_facts import FunnelCase

SEEDS = (20261129, 7, 4711)
LENGTH = 45
CUSTOMERS = 12
RHYTHM = (  # what is kept of a customer and is a function of his purchases and of the day
    "partner_id", "company_id", "purchase_count", "first_date", "last_date", "usual_gap", "gap_low", "gap_high", "shape", "expected_date",
    "act_date", "sleeping_date", "lost_date", "basis", "status", "revenue_total", "revenue_average", "revenue_year", "revenue_before", "bought_date",
    "bought_more_date", "returned_date", "gap_count", "log_sum", "log_squares", "category_id")
POPULATION = ("company_id", "category_id", "is_open_days", "buyer_count", "mu", "s2")
OPERATIONS = (
    "create", "create", "create", "move", "move", "win", "lose", "archive", "restore", "merge_leads", "delete", "shift", "change", "touch", "touch",
    "answer", "plan", "do", "order", "order", "order", "cancel", "redate", "merge_customers", "hand_over", "convert", "night")


@tagged("post_install", "-at_install")
class TestRollups(FunnelCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"conveyor_purchase_source": "order", "conveyor_tz": "Europe/Sofia"})
        cls.today = fields.Date.today()
        cls.places = (cls.new, cls.needs, cls.offer)
        cls.people = (cls.seller, cls.manager)

    def setUp(self):
        super().setUp()
        for name, value in (("MOVED", 0.0), ("MOVED_SPREAD", 0.0)):  # what moves by ever so little is kept
            self.startPatcher(patch.object(population, name, value))
        self.startPatcher(patch.object(rhythm, "ENOUGH", 3))

    def begin(self):
        self.leads, self.orders = [], []
        self.customers = list(self.env["res.partner"].create([{"name": f"Customer {number}"} for number in range(CUSTOMERS)]))

    # ------------------------------------------------------------ what happens
    def operations(self, seed):
        """(name, three numbers from 0 to 1) of what happens, one after the other."""
        chance = random.Random(seed)
        names = ["create"] * 6 + [chance.choice(OPERATIONS) for _number in range(LENGTH)]
        return [(name, *(round(chance.random(), 3) for _number in range(3))) for name in names]

    def play(self, operations):
        for name, *numbers in operations:
            getattr(self, f"_do_{name}")(*numbers)
            self.env.flush_all()
            self.env.cr.precommit.run()

    @staticmethod
    def one(rows, number):
        return rows[int(number * len(rows))] if rows else None

    def lead_of(self, number):
        return self.one(self.leads, number) or self.env["crm.lead"]

    def ago(self, number, most=400):
        """A moment up to so many days ago, the more often the nearer."""
        return datetime.combine(self.today, datetime.min.time()) - timedelta(days=int(number ** 2 * most), hours=-8 - int(number * 97) % 9)

    def _do_create(self, a, b, c):
        self.leads.append(self.lead(
            self.one(self.places, a), name=f"Lead {len(self.leads)}", source_id=self.one([False, *self.sources.ids], b),
            partner_id=self.one(self.customers, c).id, expected_revenue=round(a * 1000, 2), type="lead" if b > 0.8 else "opportunity"))

    def _do_move(self, a, b, _c):
        self.lead_of(a).stage_id = self.one(self.places, b)

    def _do_win(self, a, _b, _c):
        self.lead_of(a).filtered("active").action_set_won()

    def _do_lose(self, a, b, _c):
        self.lead_of(a).filtered(lambda lead: lead.active and lead.won_status != "won").action_set_lost(lost_reason_id=self.one(self.reasons, b).id)

    def _do_archive(self, a, _b, _c):
        self.lead_of(a).active = False

    def _do_restore(self, a, _b, _c):
        self.lead_of(a).filtered(lambda lead: not lead.active).action_restore()

    def _do_merge_leads(self, a, b, _c):
        both = (self.lead_of(a) | self.lead_of(b)).filtered("active")
        if len(both) == 2:
            kept = both.merge_opportunity(auto_unlink=True)
            self.leads = [lead for lead in self.leads if lead not in both] + [kept]

    def _do_delete(self, a, _b, _c):
        if lead := self.one(self.leads, a):
            self.leads.remove(lead)
            lead.unlink()

    def _do_shift(self, a, b, _c):
        """Its past was further back, as a program that reads it later finds out."""
        self.env.cr.execute("UPDATE conveyor_transition SET date = date - make_interval(days => %s) WHERE lead_id = %s",
                            [int(b * 90), self.lead_of(a).id])
        self.env["conveyor.transition"].invalidate_model()
        self.facts._mark(self.lead_of(a).ids)

    def _do_change(self, a, b, c):
        self.lead_of(a).write(self.one([
            {"source_id": self.one([False, *self.sources.ids], c)}, {"expected_revenue": round(c * 500, 2)}, {"team_id": self.other_team.id},
            {"partner_id": self.one(self.customers, c).id}, {"campaign_id": self.campaign.id}], b))

    def _do_touch(self, a, b, c):
        self._touch(a, b, c, direction="out", outcome=self.one(["reached", "no_answer", "sent", "refused"], c))

    def _do_answer(self, a, b, c):
        self._touch(a, b * 0.2, c, direction="in", outcome="replied")

    def _touch(self, a, b, c, **values):
        lead, own = self.lead_of(a), c < 0.6
        self.env["conveyor.touch"]._record([{
            "event_key": f"rollup {self.id()} {a} {b} {c}", "date": self.ago(b), "channel": self.one(["call", "email", "sms"], c),
            "lead_id": own and lead.id, "partner_id": False if own and lead else self.one(self.customers, c).id, "user_id": self.seller.id, **values}])

    def _do_plan(self, a, b, _c):
        if lead := self.lead_of(a):
            lead.activity_schedule("mail.mail_activity_data_call", self.today + timedelta(days=int(b * 20) - 5), user_id=self.seller.id)

    def _do_do(self, a, _b, _c):
        self.lead_of(a).activity_ids[:1].action_feedback(feedback="Done")

    def _do_order(self, a, b, c):
        self.orders.append(self.order(self.one(self.customers, a), self.ago(b, 700), self.lead_of(c)))

    def _do_cancel(self, a, _b, _c):
        if order := self.one(self.orders, a):
            order._action_cancel()

    def _do_redate(self, a, b, _c):
        if order := self.one(self.orders, a):
            order.date_order = self.ago(b, 700)

    def _do_merge_customers(self, a, b, _c):
        one, other = self.one(self.customers, a), self.one(self.customers, b)
        if one != other and len(self.customers) > 4:
            self.env["base.partner.merge.automatic.wizard"]._merge((one | other).ids, one, extra_checks=False)
            self.customers.remove(other)

    def _do_hand_over(self, a, b, _c):
        self.lead_of(a).user_id = self.one([*self.people, self.env["res.users"]], b)

    def _do_convert(self, a, _b, _c):
        lead = self.lead_of(a)
        if lead.type == "lead" and lead.active:
            lead.convert_opportunity(lead.partner_id)

    def _do_night(self, *_numbers):
        self.env["conveyor.rhythm"]._cron_recompute()

    # ------------------------------------------------------------ what is kept
    def kept(self, table, names):
        return self.rows(SQL("SELECT %s FROM %s", SQL(", ").join(map(SQL.identifier, names)), SQL.identifier(table)))

    def lines(self):
        """Those that say anything; nothing is as good as none."""
        self.env["conveyor.touch.line"]._settle()
        rows = [tuple(value or None for value in row) for row in self.kept(
            "conveyor_touch_line", ("lead_id", "partner_id", *COUNTS, *NEXT_COLUMNS))]
        return sorted((row for row in rows if any(row[2:])), key=repr)

    def rhythms(self):
        """To nine digits: sums of logarithms depend on their order in the last one."""
        return [tuple(float(f"{value:.9g}") if isinstance(value, float) else value for value in row) for row in self.kept("conveyor_rhythm", RHYTHM)]

    def populations(self, query=None):
        rows = self.rows(query) if query else self.kept("conveyor_rhythm_population", POPULATION)
        return [(*row[:4], *(float(f"{value:.9g}") for value in row[4:])) for row in rows]

    def assert_kept_is_right(self, told):
        self.assert_all_agree(told)
        before = self.lines()
        self.env.cr.execute("DELETE FROM conveyor_touch_line")
        self.env["conveyor.touch.line"]._rebuild()
        self.assertEqual(before, self.lines(), f"{told}\ntouch lines differ from those made anew")
        self.env["conveyor.rhythm"]._cron_recompute()
        before = self.rhythms()
        self.assertEqual(self.populations(), self.populations(self.env["conveyor.rhythm.population"]._moments_sql(SQL(
            "SELECT company_id, category_id, is_open_days, gap_count, log_sum, log_squares FROM conveyor_rhythm"))), f"{told}\npopulations differ")
        self.env["conveyor.rhythm"]._recompute()
        self.assertEqual(before, self.rhythms(), f"{told}\nrhythms differ from those made anew")
        self.assert_purchases_are_those_of_the_orders(told)

    def assert_purchases_are_those_of_the_orders(self, told):
        """Counted in another way: from the orders themselves."""
        found = {}
        for order in self.env["sale.order"].search([("partner_id", "in", [customer.id for customer in self.customers]), ("state", "=", "sale")]):
            day = fields.Datetime.context_timestamp(order.with_context(tz="Europe/Sofia"), order.date_order).date()
            if day <= self.today:
                found.setdefault(order.partner_id.id, {}).setdefault(day, []).append(order.amount_untaxed)
        expected = sorted((partner, len(days), min(days), max(days), round(sum(map(sum, days.values())), 2)) for partner, days in found.items())
        kept = self.env["conveyor.rhythm"].search([("partner_id", "in", [customer.id for customer in self.customers])])
        self.assertEqual(expected, sorted((row.partner_id.id, row.purchase_count, row.first_date, row.last_date, round(row.revenue_total, 2))
                                          for row in kept), f"{told}\nrhythms differ from the orders")

    def test_kept_is_what_the_facts_say_after_random_operations(self):
        for seed in SEEDS:
            operations = self.operations(seed)
            told = "seed %s:\n%s" % (seed, "\n".join(f"    {operation}," for operation in operations))
            with self.subTest(seed=seed):  # each with what the seeds before have left
                self.begin()
                try:
                    self.play(operations)
                except Exception as error:
                    raise AssertionError(told) from error
                self.assert_kept_is_right(told)
                self.assertTrue(self.leads)
