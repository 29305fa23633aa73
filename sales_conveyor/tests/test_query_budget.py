from contextlib import contextmanager

from odoo.tests import tagged

from .common import ConveyorCase

CARD = {"stage_id": {"fields": {"display_name": {}}}, "name": {}, "work_total": {}, "work_done": {}, "work_debt_count": {}}


@tagged("post_install", "-at_install")
class TestQueryBudget(ConveyorCase):
    """Hot paths ask the database a bounded number of questions, however many leads there are.

    The numbers are limits, not exact counts: Odoo's own share moves with its
    version. What the module adds is the difference, and it is small.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.items = cls.item(cls.needs) + cls.item(cls.needs, "Offer a date") + cls.item(cls.offer, "Send the offer")

    @contextmanager
    def counting(self):
        """Gives a function: queries so far inside the block, all that the commit would do included."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        yield lambda: self.env.cr.sql_log_count - before
        self.env.flush_all()
        self.env.cr.precommit.run()

    def cost(self, work, warm):
        """Queries of ``work(lead or leads)`` after ``warm`` went the same way."""
        with self.counting():
            work(warm[0])
        with self.counting() as queries:
            work(warm[1])
            self.env.flush_all()
            self.env.cr.precommit.run()
            return queries()

    def leads(self, count, stage=None):
        return self.env["crm.lead"].create([{
            "name": f"Lamp {number}", "type": "opportunity", "team_id": self.team.id, "user_id": self.seller.id,
            "stage_id": (stage or self.needs).id} for number in range(count)])

    # ------------------------------------------------------------ moves
    def test_drag_of_one_card(self):
        """One card: Odoo's save and read, and questions of ours: gate, work, debt, activity, transition, facts."""
        cards = [self.leads(1).with_user(self.seller) for _ in range(2)]
        self.assertLessEqual(self.cost(lambda lead: lead.web_save({"stage_id": self.offer.id}, CARD), cards), 45)

    def test_drag_of_one_card_without_standard_work(self):
        self.items.unlink()
        cards = [self.leads(1).with_user(self.seller) for _ in range(2)]
        self.assertLessEqual(self.cost(lambda lead: lead.web_save({"stage_id": self.offer.id}, CARD), cards), 20)

    def test_many_leads_in_one_write_need_no_query_a_lead(self):
        few, many = (self.cost(lambda leads: leads.write({"stage_id": self.offer.id}),
                               [self.leads(30), self.leads(count)]) for count in (30, 300))
        self.assertLess(many - few, 18, "270 leads more")

    def test_many_leads_without_standard_work(self):
        self.items.unlink()
        few, many = (self.cost(lambda leads: leads.write({"stage_id": self.offer.id}),
                               [self.leads(30), self.leads(count)]) for count in (30, 300))
        self.assertLess(many - few, 10)

    def test_leads_created_together_need_no_query_a_lead(self):
        few, many = (self.cost(lambda wanted: self.leads(wanted), [5, count]) for count in (30, 300))
        self.assertLess(many - few, 14)

    # ------------------------------------------------------------ reading
    def test_cards_with_their_work_counts(self):
        """One query for all counts of all cards, and none where no section has any work."""
        leads = self.leads(80)
        fields = ["work_total", "work_done", "work_debt_count"]

        def read(names):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            leads.with_user(self.manager).read(names)
            return self.env.cr.sql_log_count - before

        read(fields)
        self.assertEqual(read(["stage_id", *fields]) - read(["stage_id"]), 1)
        self.items.unlink()
        read(fields)
        self.assertEqual(read(["stage_id", *fields]) - read(["stage_id"]), 0)

    def test_the_funnel_does_not_ask_more_of_more_leads(self):
        funnel = self.env["conveyor.funnel"].with_user(self.manager)

        def queries():
            self.env.flush_all()
            self.env.cr.precommit.run()
            funnel._tables({})
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            funnel._tables({})
            return self.env.cr.sql_log_count - before

        self.leads(3).action_set_lost()
        few = queries()
        self.leads(200)
        self.leads(40, self.offer).action_set_lost()
        self.assertLessEqual(queries(), few)
        self.assertLessEqual(few, 45)

    def test_the_checklist_of_one_lead(self):
        lead = self.leads(1).with_user(self.seller)
        spec = {"section_work_ids": {"fields": {"name": {}, "state": {}, "how": {}, "wanted_fields": {}}},
                "owed_work_ids": {"fields": {"name": {}}}, "work_total": {}}
        lead.web_read(spec)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        lead.web_read(spec)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 11)
