from odoo.tests import tagged

from .common import ConveyorCase


@tagged("post_install", "-at_install")
class TestSaleKind(ConveyorCase):

    def setUp(self):
        super().setUp()
        self.ada = self.customer()

    def win(self, partner, day, **values):
        lead = self.lead(partner_id=partner.id, **values)
        lead.stage_id = self.won
        lead.date_closed = self.day(day)
        partner._refresh_sale_kind()
        return lead

    def test_the_first_won_lead_is_first_the_next_repeat(self):
        later, earlier = self.win(self.ada, 5), self.win(self.ada, 1)
        self.assertEqual((earlier.sale_kind, later.sale_kind), ("first", "repeat"))

    def test_at_installation_all_are_judged_alike(self):
        """The whole column written anew, and the update of a running database."""
        leads = self.win(self.ada, 5) + self.win(self.ada, 1) + self.lead(partner_id=self.ada.id) + self.lead()
        found = []
        for judge in (self.env["res.partner"]._fill_sale_kind, lambda: self.env["res.partner"]._refresh_sale_kind_of(None)):
            self.env.cr.execute("UPDATE crm_lead SET sale_kind = CASE sale_kind WHEN 'first' THEN 'repeat' ELSE 'first' END")
            judge()
            self.env.invalidate_all()
            found.append(leads.mapped("sale_kind"))
        self.assertEqual(found[0], ["repeat", "first", "repeat", "first"])
        self.assertEqual(found[1][:3], found[0][:3])

    def test_on_one_day_the_id_decides(self):
        one, two = self.win(self.ada, 1), self.win(self.ada, 1)
        self.assertEqual((one.sale_kind, two.sale_kind), ("first", "repeat"))

    def test_an_open_lead_is_judged_now_a_lost_one_at_its_loss(self):
        open_lead = self.lead(partner_id=self.ada.id)
        self.assertEqual(open_lead.sale_kind, "first")
        lost = self.lead(partner_id=self.ada.id)
        lost.action_set_lost()
        lost.date_closed = self.day(2)
        won = self.win(self.ada, 3)
        self.assertEqual((won.sale_kind, lost.sale_kind, open_lead.sale_kind), ("first", "first", "repeat"))
        won.date_closed = self.day(1)
        self.ada._refresh_sale_kind()
        self.assertEqual(lost.sale_kind, "repeat")

    def test_orders_count_until_they_are_cancelled(self):
        won = self.win(self.ada, 5)
        order = self.order(self.ada, self.day(1))
        self.assertEqual(won.sale_kind, "repeat")
        order._action_cancel()
        self.assertEqual(won.sale_kind, "first")
        order.action_draft()
        order.action_confirm()
        order.date_order = self.day(9)
        self.assertEqual(won.sale_kind, "first", "an order after the win is no earlier sale")

    def test_a_leads_own_order_is_its_own_sale(self):
        lead = self.lead(partner_id=self.ada.id)
        self.order(self.ada, self.day(1), lead)
        lead.stage_id = self.won
        lead.date_closed = self.day(3)
        other = self.order(self.ada, self.day(2))
        self.assertEqual(lead.sale_kind, "first")
        other.date_order = self.day(0)
        self.assertEqual(lead.sale_kind, "repeat")

    def test_contacts_of_one_company_are_one_customer(self):
        firm = self.customer("Firm", is_company=True)
        one, two = self.customer("One", parent_id=firm.id), self.customer("Two")
        self.win(one, 1)
        lead = self.win(two, 2)
        self.assertEqual(lead.sale_kind, "first")
        two.parent_id = firm
        self.assertEqual(lead.sale_kind, "repeat")
        two.parent_id = False
        self.assertEqual(lead.sale_kind, "first")

    def test_merged_partners_are_one_customer(self):
        twin = self.customer("Ada too")
        self.win(self.ada, 1)
        lead = self.win(twin, 2)
        self.env["base.partner.merge.automatic.wizard"]._merge((self.ada + twin).ids, self.ada)
        self.assertEqual((lead.partner_id, lead.sale_kind), (self.ada, "repeat"))

    def test_a_partner_set_later_or_changed_is_judged(self):
        self.win(self.ada, 1)
        lead = self.lead()
        self.assertEqual(lead.sale_kind, "first")
        lead.partner_id = self.ada
        self.assertEqual(lead.sale_kind, "repeat")
        lead.partner_id = False
        self.assertEqual(lead.sale_kind, "first")

    def test_reopening_and_deleting_the_first_makes_the_second_first(self):
        first, second = self.win(self.ada, 1), self.win(self.ada, 2)
        first.stage_id = self.offer
        self.assertEqual((first.sale_kind, second.sale_kind), ("repeat", "first"))
        first.unlink()
        self.assertEqual(second.sale_kind, "first")

    def test_a_won_lead_that_goes_to_another_customer_takes_its_sale_along(self):
        first, second = self.win(self.ada, 1), self.win(self.ada, 2)
        first.partner_id = self.customer("Bob")
        self.assertEqual((first.sale_kind, second.sale_kind), ("first", "first"))

    def test_a_deleted_customer_leaves_first_sales(self):
        twin = self.customer("Twin")
        self.win(twin, 1)
        second = self.win(twin, 2)
        twin.unlink()
        self.assertEqual(second.sale_kind, "first")
