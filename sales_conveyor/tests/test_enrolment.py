"""Who gets into a cadence, when again, and who waits for whom."""

from datetime import timedelta

from markupsafe import Markup
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .enrolment_common import EnrolmentCase


@tagged("post_install", "-at_install")
class TestEntry(EnrolmentCase):

    def test_each_client_enters_once(self):
        cadence, leads = self.cadence(("call", 0)), self.leads(3)
        first = self.enrol(cadence, leads)
        self.assertEqual(first.mapped("state"), ["running"] * 3)
        self.assertEqual(self.enrol(cadence, leads), first, "a second call finds them standing")

    def test_two_leads_of_one_client_are_one_enrolment(self):
        partner = self.customer("Works", is_company=True)
        person = self.customer("Ada", parent_id=partner.id)
        leads = self.lead(partner_id=partner.id) + self.lead(partner_id=person.id)
        enrolment = self.enrol(self.cadence(("call", 0)), leads)
        self.assertEqual((len(enrolment), enrolment.lead_id, enrolment.client_key), (1, leads[0], f"p{partner.id}"))

    def test_reentry(self):
        for policy, key, expected in (
            ("never", None, False), ("after_exit", None, True), ("each_cycle", "2026-07", True), ("each_cycle", "first", False),
            ("never", "another", False), ("after_exit", "first", False), ("after_exit", "another", True),
        ):
            with self.subTest(policy=policy, key=key):
                cadence, lead = self.cadence(("call", 0), reentry=policy), self.leads()
                first = self.enrol(cadence, lead, key="first" if key else None)
                first._stop("manual")
                again = self.enrol(cadence, lead, key=key)
                self.assertEqual(again != first, expected)

    def test_the_same_key_enters_once_even_while_it_runs(self):
        cadence, lead = self.cadence(("call", 0), reentry="each_cycle"), self.leads()
        june = self.enrol(cadence, lead, key="2026-06")
        self.assertEqual(self.enrol(cadence, lead, key="2026-06"), june)
        july = self.enrol(cadence, lead, key="2026-07")
        self.assertEqual((june.state, june.stop_reason, july.state), ("stopped", "superseded", "running"))

    def test_an_explicit_call_supersedes_the_same_purpose(self):
        lead = self.leads()
        old = self.enrol(self.cadence(("call", 0)), lead)
        self.run_at()
        planned = self.activity(lead)
        new = self.enrol(self.cadence(("email", 3), name="Other"), lead)
        self.assertEqual((old.state, old.stop_reason, new.state), ("stopped", "superseded", "running"))
        self.assertFalse(planned.exists(), "what the old one had planned is taken back")
        self.assertEqual(self.runs(old), [("Step 1", 0, "skipped", "superseded")])

    def test_a_trigger_leaves_what_runs(self):
        lead = self.leads()
        old = self.enrol(self.cadence(("call", 0)), lead)
        self.assertFalse(self.enrol(self.cadence(("call", 0), name="Other"), lead, supersede=False))
        self.assertEqual(old.state, "running")

    def test_the_stronger_purpose_goes_first_and_the_weaker_goes_on_afterwards(self):
        lead = self.leads()
        nurture = self.enrol(self.cadence(("call", 0), purpose="nurture"), lead)
        self.run_at()
        self.assertEqual(len(self.activity(lead)), 1)
        decision = self.enrol(self.cadence(("email", 0)), lead)
        self.assertEqual((nurture.state, nurture.waits_for_id, nurture.next_date), ("snoozed", decision, False))
        self.assertFalse(self.activity(lead), "one client is never contacted from two places")
        account = self.enrol(self.cadence(("call", 0), purpose="account"), lead)
        self.assertEqual((account.state, account.waits_for_id), ("snoozed", decision))
        decision._stop("manual")
        self.assertEqual((account.state, nurture.state, nurture.waits_for_id), ("running", "snoozed", account))
        account._stop("manual")
        self.assertEqual((nurture.state, nurture.waits_for_id.id), ("running", False))
        self.run_at()
        self.assertEqual(self.activity(lead).summary, "Step 1", "the step that was taken back comes again")

    def test_the_database_holds_one_cadence_of_a_purpose(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(("call", 0)), lead)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            enrolment.copy({"cycle_key": "other", "client_key": enrolment.client_key})
            self.env.flush_all()

    def test_a_cadence_that_is_off_takes_nobody(self):
        self.assertFalse(self.enrol(self.cadence(("call", 0), is_on=False), self.leads()))

    def test_leads_enter_a_cadence_of_customers_as_their_customer(self):
        partner = self.customer()
        enrolment = self.enrol(self.cadence(("call", 0), target="customer", purpose="account"), self.lead(partner_id=partner.id))
        self.assertEqual((enrolment.partner_id, enrolment.lead_id.id), (partner, False))

    def test_a_cadence_without_steps_is_over_at_once(self):
        enrolment = self.enrol(self.cadence(), self.leads())
        self.run_at()
        self.assertEqual(enrolment.state, "done")


@tagged("post_install", "-at_install")
class TestByHand(EnrolmentCase):
    """action_enrol and the buttons, with people's own rights."""

    def test_a_salesperson_enrols_his_own_lead(self):
        cadence, lead = self.cadence(("call", 0)), self.leads()
        self.assertTrue(lead.with_user(self.seller).action_enrol(cadence.id))
        self.assertEqual(lead.enrolment_ids.cadence_id, cadence)

    def test_nobody_enrols_what_he_may_not_change(self):
        cadence, lead = self.cadence(("call", 0)), self.leads()
        with self.assertRaises(AccessError):
            lead.with_user(self.colleague).action_enrol(cadence.id)

    def test_a_clear_word_when_it_cannot_be(self):
        lead, partner = self.leads(), self.customer()
        for cadence, record, words in (
            (self.cadence(("call", 0), is_on=False), lead, "switched off"),
            (self.cadence(("call", 0)), partner, "is for leads"),
            (self.cadence(("call", 0), target="customer"), lead, "has no customer yet"),
        ):
            with self.assertRaisesRegex(UserError, words):
                record.action_enrol(cadence.id)
        with self.assertRaisesRegex(UserError, "does not exist"):
            lead.action_enrol(0)

    def test_pause_resume_and_stop(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(("call", 0), ("email", 1)), lead)
        self.run_at()
        mine = enrolment.with_user(self.seller)
        mine.action_pause()
        self.assertEqual((enrolment.state, bool(self.activity(lead))), ("snoozed", False))
        self.run_at(self.day(9))
        self.assertEqual(enrolment.state, "snoozed", "paused is paused")
        mine.action_resume()
        self.run_at()
        self.assertEqual((enrolment.state, self.activity(lead).summary), ("running", "Step 1"))
        mine.action_stop()
        self.assertEqual((enrolment.state, enrolment.explanation), ("stopped", "Stopped by Sam Seller."))
        with self.assertRaises(AccessError):
            enrolment.with_user(self.colleague).action_stop()

    def test_what_waits_for_a_stronger_one_cannot_be_resumed(self):
        lead = self.leads()
        weak = self.enrol(self.cadence(("call", 0), purpose="nurture"), lead)
        self.enrol(self.cadence(("call", 0)), lead)
        with self.assertRaisesRegex(UserError, "stronger cadence"):
            weak.with_user(self.seller).action_resume()

    def test_snoozing_moves_what_is_planned(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(("call", 0), ("email", 1)), lead)
        self.run_at()
        enrolment._snooze(self.day(7), "After the holidays")
        self.assertEqual((enrolment.state, enrolment.explanation), ("snoozed", "After the holidays"))
        self.assertEqual(self.activity(lead).date_deadline, self.day(7).date())
        self.run_at(self.day(7))
        self.assertEqual((enrolment.state, self.activity(lead).summary), ("running", "Step 1"))

    def test_a_lead_changes_hands(self):
        lead = self.leads()
        enrolment = self.enrol(self.cadence(("call", 1)), lead)
        lead.user_id = self.manager
        self.run_at(self.day(1))
        self.assertEqual((enrolment.user_id, self.activity(lead).user_id), (self.manager, self.manager))

    def test_salespeople_see_the_enrolments_of_their_leads_only(self):
        mine, other = self.leads(), self.leads(1, user_id=self.colleague.id, email_from="x@example.com")
        cadence = self.cadence(("call", 0))
        self.enrol(cadence, mine + other)
        seen = self.env["conveyor.enrolment"].with_user(self.seller).search([("cadence_id", "=", cadence.id)])
        self.assertEqual(seen.lead_id, mine)
        with self.assertRaises(AccessError):
            self.env["conveyor.enrolment"].with_user(self.seller).create({
                "cadence_id": cadence.id, "purpose": "nurture", "client_key": "x", "cycle_key": "y"})
        with self.assertRaises(AccessError):
            seen.with_user(self.seller).write({"next_date": self.now + timedelta(days=9)})

    def test_nobody_is_greeted_by_an_empty_name(self):
        fill_in = self.env["conveyor.enrolment"]._fill_in
        nobody, ada = {"client": "", "company": "Oak"}, {"client": "Ada", "company": "Oak"}
        for text, without, with_name in (
                ("Hello {{ client }}, a word. {{ company }}", "Hello, a word. Oak", "Hello Ada, a word. Oak"),
                ("Здравствуйте, {{ client }}!", "Здравствуйте!", "Здравствуйте, Ada!"),
                ("{{ client }}, it is time.", "it is time.", "Ada, it is time."),
                (Markup("<p>{{ client }}, hello</p>"), Markup("<p>hello</p>"), Markup("<p>Ada, hello</p>"))):
            self.assertEqual((fill_in(text, nobody), fill_in(text, ada)), (without, with_name))
