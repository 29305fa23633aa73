"""A purchase is followed by rules or by a cadence that every won lead enters, never by both."""

from odoo.tests import tagged

from .test_followup import FollowupCase


@tagged("post_install", "-at_install")
class TestOnce(FollowupCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = cls.cadence(
            {"channel": "email", "delay": 0, "is_automatic": True, "mail_template_id": cls.mail_template.id},
            name="After a sale", purpose="followup", target="customer", trigger="won", reentry="after_exit")

    def enter(self, day=0):
        """What a lead that is won does."""
        return self.env["conveyor.enrolment"]._enrol(self.old, self.ada, now=self.day(day))

    def test_what_the_cadence_has_taken_up_no_rule_follows(self):
        self.rule("review", delay=1)
        self.buy()
        self.enter()
        self.go()
        self.go(1)
        self.assertEqual([row[2:] for row in self.rows()], [("dropped", "cadence")])
        self.assertEqual(self.env["conveyor.followup"].search([("partner_id", "=", self.ada.id)]).note, "After a sale follows this purchase.")
        self.assertEqual(len(self.sent()), 1, "the cadence's own")

    def test_the_next_purchase_is_the_rules_again(self):
        self.rule("review", delay=1)
        self.buy()
        self.enter()
        self.go()
        self.go(1)
        self.buy(day=10)
        self.go(11)
        self.assertEqual([row[2:] for row in self.rows()], [("dropped", "cadence"), ("done", None)])

    def test_what_a_rule_has_followed_the_cadence_leaves_alone_and_says_why(self):
        self.rule("review", delay=1)
        self.buy()
        self.go()
        self.go(1)
        self.assertEqual([row[2:] for row in self.rows()], [("done", None)])
        row = self.enter(3)
        self.assertEqual((row.state, row.explanation), ("stopped", "The follow-up rule review follows this purchase."))
        self.go(4)
        self.assertEqual(len(self.sent()), 1)

    def test_a_cadence_that_was_refused_holds_up_no_other_rule(self):
        self.rule("review", delay=1)
        self.rule("care", delay=5)
        self.buy()
        self.go()
        self.go(1)
        self.enter(3)
        self.go(5)
        self.assertLessEqual({row[2] for row in self.rows()}, {"asked", "done"})
        self.assertEqual(len(self.rows()), 2)

    def test_a_won_lead_of_another_purchase_enters(self):
        self.rule("review", delay=1)
        self.buy()
        self.go()
        self.go(1)
        self.buy(day=10)
        self.assertEqual(self.enter(10).state, "running")

    def test_without_rules_the_cadence_goes_as_ever(self):
        self.buy()
        self.assertEqual(self.enter().state, "running")
        self.go()
        self.assertEqual(len(self.sent()), 1)
