from ast import literal_eval
from datetime import timedelta

from odoo.tests import tagged

from .test_next import NextCase


@tagged("post_install", "-at_install")
class TestNoNextTouch(NextCase):
    """A list that must be empty, with a proposal for each."""

    def gaps(self, *records):
        leads = [record.id for record in records if record._name == "crm.lead"]
        partners = [record.id for record in records if record._name == "res.partner"]
        found = self.env["conveyor.next.gap"].search(
            ["|", ("lead_id", "in", leads), "&", ("lead_id", "=", False), ("partner_id", "in", partners)])
        return {(gap.lead_id or gap.partner_id): gap.kind for gap in found}

    def test_who_stands_in_it(self):
        reason, spam = self.env["crm.lost.reason"].create([{"name": "Too expensive"}, {"name": "Spam"}])
        planned, bare, lost, dead, won = (self.lead() for _number in range(5))
        self.plan(planned, "2030-05-02")
        lost.action_set_lost(lost_reason_id=reason.id)
        dead.action_set_lost(lost_reason_id=spam.id)
        won.action_set_won()
        customer, stranger = self.customer(), self.customer()
        self.order(customer, "2026-01-01")
        self.assertEqual(self.gaps(planned, bare, lost, dead, won, customer, stranger),
                         {bare: "open", lost: "lost", customer: "customer"})

    def test_a_client_stands_in_it_once(self):
        customer = self.customer()
        self.order(customer, "2026-01-01")
        old, lost = self.lead(partner_id=customer.id), self.lead(partner_id=customer.id)
        (old + lost).action_set_lost()
        self.assertEqual(self.gaps(old, lost, customer), {customer: "customer"})
        lead = self.lead(partner_id=customer.id)
        self.assertEqual(self.gaps(old, lost, customer, lead), {lead: "open"})

    def test_whoever_has_a_rhythm_is_a_customer(self):
        customer, lost = self.customer(), self.lead()
        lost.partner_id = self.customer(parent_id=customer.id)
        lost.action_set_lost()
        self.assertEqual(self.gaps(lost, customer), {lost: "lost"})
        self.env["conveyor.rhythm"].create({"partner_id": customer.id, "company_id": self.env.company.id, "purchase_count": 1})
        self.assertEqual(self.gaps(lost, customer), {customer: "customer"})

    def test_a_reply_that_is_to_be_answered_is_a_next_touch(self):
        lead, unassigned, customer = self.lead(), self.lead(user_id=False), self.customer(user_id=self.seller.id)
        self.order(customer, "2026-01-01")
        clients, now = (lead, unassigned, customer), self.env.cr.now().replace(microsecond=0)
        self.assertEqual(set(self.gaps(*clients)), set(clients))
        for client in clients:
            self.touch(client, now - timedelta(hours=1), channel="email", direction="in", outcome="replied")
        self.assertEqual(set(self.gaps(*clients)), {unassigned}, "nobody is told to answer it")
        Gap = self.env["conveyor.next.gap"].with_user(self.seller)
        self.assertEqual(Gap.get_count(), 0)
        no_next_touch = self.env.ref("sales_conveyor.crm_lead_view_search_next").arch.partition('name="next_touch_none"')[2]
        domain = literal_eval(no_next_touch.partition('domain="')[2].partition('"')[0])
        self.assertEqual(self.env["crm.lead"].search([*domain, ("id", "in", (lead + unassigned).ids)]), unassigned)
        self.assertEqual({row["id"] for row in self.env["conveyor.day"].with_user(self.seller).get_day()["items"]},
                         {lead.id, customer.id})
        self.touch(lead, now, channel="email", outcome="sent")
        self.assertEqual(set(self.gaps(*clients)), {lead, unassigned}, "answered, and nothing else is planned")
        self.assertEqual(Gap.get_count(), 1)

    def test_everybody_sees_his_own_only(self):
        mine, foreign = self.lead(), self.lead(user_id=self.colleague.id)
        Gap = self.env["conveyor.next.gap"].with_user(self.seller)
        self.assertEqual(Gap.search([("lead_id", "in", (mine + foreign).ids)]).lead_id, mine)
        self.assertEqual(Gap.get_count(), 1)

    def test_plan_all_proposed_empties_it_within_the_capacity(self):
        self.env.company.conveyor_daily_capacity = 2
        leads = self.env["crm.lead"].union(*(self.lead(phone="1") for _number in range(5)))
        Gap = self.env["conveyor.next.gap"].with_user(self.seller)
        self.assertEqual(Gap.search([]).mapped("proposed_channel"), ["call"] * 5)
        Gap.action_plan_all()
        self.assertEqual(Gap.get_count(), 0)
        self.assertEqual(leads.next_touch_user_id, self.seller)
        days = [activity.date_deadline for activity in leads.activity_ids]
        self.assertLessEqual(max(days.count(day) for day in days), 2)
        self.assertEqual(len(set(leads.activity_ids.mapped("conveyor_at"))), 5, "not all of a day at the same hour")

    def test_one_by_one(self):
        lead, other = self.lead(), self.lead()
        gap = self.env["conveyor.next.gap"].with_user(self.seller).search([("lead_id", "=", lead.id)])
        gap.action_plan()
        self.assertTrue(lead.next_touch_date)
        self.assertFalse(other.next_touch_date)

    def test_planning_many_asks_few_questions(self):
        leads = self.env["crm.lead"].union(*(self.lead() for _number in range(30)))
        for lead in leads:
            self.touch(lead, self.env.cr.now().replace(microsecond=0) - timedelta(days=3))
        Gap = self.env["conveyor.next.gap"].with_user(self.seller)
        Gap.search([]).mapped("proposed_date")
        self.env.invalidate_all()
        with self.assertQueryCount(60):
            Gap.action_plan_all()
