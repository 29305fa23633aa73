"""Who brought whom, counted and thanked."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .enrolment_common import EnrolmentCase


@tagged("post_install", "-at_install")
class TestReferral(EnrolmentCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.thanks = cls.env.ref("sales_conveyor.cadence_referral_thanks")
        cls.bought = cls.env.ref("sales_conveyor.cadence_referral_won")
        cls.eve = cls.customer("Eve", user_id=cls.colleague.id)

    def brought(self, **values):
        return self.lead(referrer_id=self.eve.id, **values)

    def test_referral_is_a_source_like_any_other(self):
        referral = self.env.ref("utm.utm_source_referral")
        fair = self.env["utm.source"].create({"name": "Fair 2026"})
        self.assertEqual(self.brought().source_id, referral)
        self.assertEqual(self.brought(source_id=fair.id).source_id, fair, "what is known better stays")
        later = self.lead()
        self.assertFalse(later.source_id)
        later.with_user(self.seller).referrer_id = self.eve
        self.assertEqual(later.source_id, referral)

    def test_the_customer_inherits_it(self):
        ada = self.customer()
        lead = self.brought(partner_id=ada.id)
        self.assertEqual(ada.referrer_id, self.eve)
        lead.referrer_id = self.customer("Bob")
        self.assertEqual(ada.referrer_id, self.eve, "the first one brought him")
        late = self.brought()
        late.partner_id = self.customer("Cy")
        self.assertEqual(late.partner_id.referrer_id, self.eve)

    def test_the_company_inherits_from_its_contact(self):
        company = self.customer("Works", is_company=True)
        self.brought(partner_id=self.customer("Dan", parent_id=company.id).id)
        self.assertEqual(company.referrer_id, self.eve)

    def test_clients_are_counted_once(self):
        ada = self.customer()
        for _time in range(2):
            self.brought(partner_id=ada.id)
        self.brought(email_from="new@example.com")
        self.brought().action_set_lost()
        self.customer("Cy", referrer_id=self.eve.id)
        self.assertEqual(self.eve.brought_count, 4)
        self.assertEqual(self.eve.with_user(self.seller).brought_count, 4, "whosever leads they are")
        self.assertEqual(ada.brought_count, 0)

    def test_the_button_opens_them(self):
        lead = self.brought()
        action = self.eve.with_user(self.seller).action_open_brought()
        found = self.env["crm.lead"].with_user(self.seller).with_context(**action["context"]).search(action["domain"])
        self.assertEqual(found, lead)

    def test_nobody_brings_himself(self):
        with self.assertRaises(ValidationError):
            self.eve.referrer_id = self.eve
        self.brought(partner_id=self.eve.id)
        self.assertFalse(self.eve.referrer_id)

    def test_thanked_once_for_each_lead_and_again_when_it_is_won(self):
        (self.thanks + self.bought).is_on = True
        lead = self.brought()
        lead.referrer_id = self.eve
        self.run_at()
        self.assertEqual([(activity.summary, activity.user_id) for activity in self.eve.activity_ids],
                         [("Thank him for his recommendation", self.colleague)])
        lead.action_set_won()
        lead.stage_id = self.offer
        lead.action_set_won()
        self.run_at()
        self.assertEqual(sorted(self.eve.activity_ids.mapped("summary")),
                         ["Thank him for his recommendation", "The client whom he brought has bought"])
        self.brought()
        self.run_at()
        self.assertEqual(len(self.eve.activity_ids), 3)

    def test_an_imported_past_thanks_nobody(self):
        self.thanks.is_on = True
        self.env["crm.lead"].with_context(import_file=True).create({"name": "Old", "referrer_id": self.eve.id})
        self.run_at()
        self.assertFalse(self.eve.activity_ids)

    def test_merged_leads_keep_it(self):
        first, second = self.lead(), self.brought()
        (first + second).merge_opportunity()
        left = (first + second).exists()
        self.assertEqual(left.referrer_id, self.eve)

    def test_merged_customers_keep_it(self):
        lead, twin = self.brought(), self.customer("Eve B.", referrer_id=self.eve.id)
        other = self.customer("Cy", referrer_id=twin.id)
        self.env["base.partner.merge.automatic.wizard"]._merge((self.eve + twin).ids, twin)
        self.assertEqual((lead.referrer_id, other.referrer_id), (twin, twin))
        self.assertFalse(twin.referrer_id, "nobody has brought himself")
        self.assertEqual(twin.brought_count, 2)

    def test_a_deleted_lead_leaves_the_customer_his_referrer(self):
        ada = self.customer()
        self.brought(partner_id=ada.id).unlink()
        self.assertEqual((ada.referrer_id, self.eve.brought_count), (self.eve, 1))

    def test_a_list_of_customers_counts_in_a_few_queries(self):
        people = self.env["res.partner"].create([{"name": f"P{number}"} for number in range(50)])
        for person in people:
            self.lead(referrer_id=person.id)
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            people.mapped("brought_count")
