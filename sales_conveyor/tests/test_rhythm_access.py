"""A customer's money is seen by his account manager, by the salespeople of his own leads and orders, and by whoever sees all."""

from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .rhythm_common import TODAY, RhythmCase


@tagged("-at_install", "post_install")
class TestRhythmAccess(RhythmCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.customer("Foreign")
        cls.own = cls.customer("Own", user_id=cls.seller.id)
        cls.of_lead = cls.customer("Firm", is_company=True)
        cls.of_order = cls.customer("Ordered")
        cls.env["crm.lead"].create({
            "name": "Lamp", "user_id": cls.seller.id, "partner_id": cls.customer("Bob", parent_id=cls.of_lead.id).id})
        cls.everybody = cls.foreign | cls.own | cls.of_lead | cls.of_order
        for partner in cls.everybody:
            cls.bought(partner, cls.days([7] * 9, TODAY - timedelta(days=400)), 1000)
        cls.env["sale.order"].search([("partner_id", "=", cls.of_order.id)], limit=1).user_id = cls.seller
        cls.Rhythm._recompute(cls.everybody, TODAY)
        cls.rows = cls.Rhythm.search([("partner_id", "in", cls.everybody.ids)])

    def seen(self, user, model="conveyor.rhythm"):
        return self.env[model].with_user(user).search([("partner_id", "in", self.everybody.ids)]).partner_id

    def test_whose_money_is_seen(self):
        leader = new_test_user(self.env, "rhythm_leader", "sales_team.group_sale_salesman_all_leads")
        for model in ("conveyor.rhythm", "conveyor.rhythm.change"):
            self.assertEqual(self.seen(self.seller, model), self.own | self.of_lead | self.of_order)
            self.assertFalse(self.seen(self.colleague, model))
            self.assertEqual(self.seen(leader, model), self.everybody)
            self.assertEqual(self.seen(self.manager, model), self.everybody)

    def test_no_record_is_read_by_its_number(self):
        row = self.rows.filtered(lambda row: row.partner_id == self.foreign).with_user(self.seller)
        fact = self.Change.search([("partner_id", "=", self.foreign.id)])[:1].with_user(self.seller)
        self.env.invalidate_all()
        for record, name in ((row, "revenue_total"), (row, "score"), (row, "money_at_risk"), (row, "explanation"), (fact, "amount")):
            with self.assertRaises(AccessError):
                record.read([name])
        with self.assertRaisesRegex(AccessError, "account manager"):
            row.check_access("read")
        self.assertFalse(self.foreign.with_user(self.seller).conveyor_rhythm_id)
        self.assertFalse(self.foreign.with_user(self.seller).rhythm_ids)
        self.assertTrue(self.own.with_user(self.seller).conveyor_rhythm_id.revenue_total)

    def test_no_sum_and_no_detour_tells_more(self):
        Rhythm, Partner = self.Rhythm.with_user(self.seller), self.env["res.partner"].with_user(self.seller)
        domain = [("partner_id", "in", self.everybody.ids)]
        self.assertEqual(Rhythm._read_group(domain, [], ["revenue_total:sum", "money_at_risk:sum", "__count"])[0][0], 30000)
        self.assertEqual(Rhythm.search_count(domain), 3)
        found = Partner.search([("id", "in", self.everybody.ids), ("rhythm_ids.revenue_total", ">", 1)])
        self.assertEqual(found, self.own | self.of_lead | self.of_order)
        found = Partner.search([("id", "in", self.everybody.ids), ("rhythm_ids", "any", [("status", "=", "lost")])])
        self.assertEqual(found, self.own | self.of_lead | self.of_order)
        self.assertEqual(len(Rhythm.search_read(domain, ["revenue_total"])), 3)

    def test_signals_and_rows_are_nobodys_to_write(self):
        row = self.rows.filtered(lambda row: row.partner_id == self.own)
        for user in (self.seller, self.manager):
            with self.assertRaises(AccessError):
                row.with_user(user).revenue_total = 5
            with self.assertRaises(AccessError):
                self.Change.with_user(user).create({"partner_id": self.own.id})
        with self.assertRaises(AccessError):
            self.Signal.with_user(self.seller).search([])

    def test_another_companys_money_is_not_seen(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.bought(self.own, [date(2026, 6, 1)], company=other)
        self.Rhythm._recompute(self.own, TODAY)
        self.assertEqual(len(self.Rhythm.search([("partner_id", "=", self.own.id)])), 1 + 1)
        self.assertEqual(self.Rhythm.with_user(self.manager).search([("partner_id", "=", self.own.id)]).company_id, self.env.company)
        self.manager.company_ids = [Command.link(other.id)]
        self.assertEqual(self.own.with_user(self.manager).with_company(other).conveyor_rhythm_id.company_id, other)
