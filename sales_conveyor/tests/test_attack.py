from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import GateError
from .common import ConveyorCase


@tagged("post_install", "-at_install")
class TestAttack(ConveyorCase):
    """What a clever salesperson, or a script in his name, would try."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.budget = cls.item(cls.needs, "Ask the budget", proof="field", proof_field_ids=[
            Command.set(cls.env["ir.model.fields"]._get("crm.lead", "money_state").ids)])
        cls.needs.gate_mode = "block"
        cls.other = cls.env["crm.team"].create({"name": "Other"})
        cls.first, cls.second, cls.other_won = cls.stages(
            ("First", {}), ("Second", {}), ("Won there", {"is_won": True}), team=cls.other, start=10)

    def test_no_context_of_a_client_opens_the_gate(self):
        lead = self.as_seller(self.lead(self.needs))
        for context in (
                {"conveyor_machine": True}, {"conveyor_machine": "<object object>"}, {"__action_done": True},
                {"__action_done": {"1": [lead.id]}}, {"conveyor_work_done": True}, {"import_file": True}):
            with self.subTest(context), self.assertRaises(GateError):
                lead.with_context(**context).write({"stage_id": self.offer.id})

    def test_no_way_round_passes_a_blocking_section(self):
        new, needs, offer, won = (stage.id for stage in (self.new, self.needs, self.offer, self.won))
        shop, other = self.team.id, self.other.id
        for way, start, steps in (
            ("no section in between", needs, [{"stage_id": False}, {"stage_id": won}]),
            ("no section before the blocking one", new, [{"stage_id": False}, {"stage_id": offer}]),
            ("an id of another kind", needs, [{"stage_id": str(offer)}, {"stage_id": offer}]),
            ("another team's section and back", new, [{"stage_id": self.first.id}, {"stage_id": offer}]),
            ("another team's won section", new, [{"stage_id": self.other_won.id}]),
            ("another team and its won section", needs, [{"team_id": other, "stage_id": self.other_won.id}]),
            ("another team and back", needs, [{"team_id": other}, {"team_id": shop, "stage_id": offer}]),
            ("another team, the section kept", needs, [{"team_id": other, "stage_id": offer}, {"team_id": shop}]),
            ("no team", new, [{"team_id": False}, {"stage_id": won}]),
            ("no team at once", needs, [{"team_id": False, "stage_id": offer}]),
            ("as a lead", needs, [{"type": "lead"}, {"stage_id": offer}]),
            ("in the archive", needs, [{"active": False}, {"stage_id": offer}, {"active": True}]),
        ):
            lead = self.lead(self.env["crm.stage"].browse(start))
            with self.subTest(way), self.assertRaises(GateError):
                for values in steps:
                    self.as_seller(lead).write(values)

    def test_a_new_team_and_the_way_back_are_free(self):
        lead = self.lead(self.needs)
        self.as_seller(lead).write({"team_id": self.other.id, "stage_id": self.first.id})
        self.as_seller(lead).write({"stage_id": self.second.id})
        self.as_seller(lead).write({"team_id": self.team.id})
        self.assertEqual(lead.stage_id, self.new)

    def test_what_is_not_filled_proves_nothing(self):
        fields_of = self.env["ir.model.fields"]._get
        for name, empty, filled in (
            ("tag_ids", [Command.clear()], [Command.create({"name": "Warm"})]), ("description", "<p><br></p>", "<p>Lamp</p>"),
            ("partner_name", "  ", "Ada"), ("priority", "0", "2"), ("partner_id", "x", self.customer().id),
        ):
            self.budget.proof_field_ids = fields_of("crm.lead", name)
            lead = self.lead(self.needs)
            with self.subTest(name):
                with self.assertRaises(GateError):
                    self.as_seller(lead).write({"stage_id": self.offer.id, name: empty})
                self.as_seller(lead).write({"stage_id": self.offer.id, name: filled})
                self.assertEqual(lead.stage_id, self.offer)

    def test_work_is_not_written_through_the_lead(self):
        lead = self.lead(self.needs)
        work = self.work(lead, self.budget)
        for name in ("work_ids", "section_work_ids"):
            for command in ((1, work.id, {"state": "done"}), (1, work.id, {"state": "waived"}), (1, work.id, {"binds": False})):
                with self.subTest(f"{name} {command}"), self.assertRaises(UserError):
                    self.as_seller(lead).write({name: [command]})
        for command in ((2, work.id), (5,), (0, 0, {"item_id": self.budget.id, "state": "done"})):
            with self.subTest(command), self.assertRaises(AccessError):
                self.as_seller(lead).write({"work_ids": [command]})

    def test_credit_and_sale_kind_are_not_written_by_hand(self):
        lead = self.as_seller(self.lead())
        for name, value in (("first_seller_id", self.seller.id), ("sale_kind", "repeat"), ("origin_lead_id", lead.id)):
            with self.subTest(name), self.assertRaises(UserError):
                lead.write({name: value})
            with self.subTest(f"create {name}"), self.assertRaises(UserError):
                lead.create({"name": "Lamp", name: value})

    def test_the_next_record_of_a_save_is_read_with_ones_own_rights(self):
        foreign = self.lead(user_id=self.colleague.id, email_from="secret@example.com")
        with self.assertRaises(AccessError):
            self.as_seller(self.lead()).web_save({}, {"email_from": {}}, next_id=foreign.id)

    def test_filters_that_nobody_can_mean_are_refused_in_words(self):
        funnel = self.env["conveyor.funnel"].with_user(self.seller)
        for filters in ({"date_to": "9999-12-31"}, {"date_from": "0001-01-01"}, {"date_from": "0001-01-01T00:00:00+14:00"},
                        "abc", [1], 5, {"team_ids": ["1; DROP TABLE crm_lead"]}, {"user_ids": [[1]]}):
            with self.subTest(filters), self.assertRaises(UserError):
                funnel.get_tables(filters)

    def test_teams_that_do_not_exist_cost_nothing(self):
        funnel = self.env["conveyor.funnel"]
        teams = funnel._chosen_teams(funnel._scope({"team_ids": [0, self.team.id, *range(10**6, 10**6 + 5000)]}))
        self.assertEqual(teams, [self.team.id, False])

    def test_nobody_who_left_or_works_elsewhere_is_handed_a_client(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.colleague.copy({
            "login": "conveyor_stranger", "company_id": elsewhere.id, "company_ids": [Command.set(elsewhere.ids)]})
        left = self.colleague.copy({"login": "conveyor_left", "active": False})
        for user in (stranger, left):
            self.offer.write({"performer": "role", "performer_role": "user", "performer_user_id": user.id})
            lead = self.lead(self.needs, company_id=self.env.company.id)
            lead.stage_id = self.offer
            with self.subTest(user.login):
                self.assertEqual((lead.user_id, lead.company_id), (self.seller, self.env.company))

    def test_a_merge_leaves_the_work_of_sections_behind_as_a_debt(self):
        todo = self.env.ref("mail.mail_activity_data_todo")
        self.budget.activity_type_id = todo
        begun, further = self.lead(self.needs), self.lead(self.offer)
        head = (begun + further).with_user(self.manager).merge_opportunity()
        self.assertEqual(head, further)
        work = self.work(head, self.budget)
        self.assertTrue(work.is_debt and work.debt_by_machine)
        self.assertFalse(work.activity_id)

    def test_a_set_applied_by_another_since_the_mapping_is_not_made_twice(self):
        trade_set = self.env.ref("sales_conveyor.trade_set_general", raise_if_not_found=False) \
            or self.env["conveyor.trade.set"].search([], limit=1)
        mine, others = (self.env["conveyor.trade.apply"].with_user(self.manager).create(
            {"set_id": trade_set.id, "scope": "teams", "team_ids": [Command.set(self.other.ids)]}) for _number in range(2))
        mine.action_next()
        for step in (others.action_next, others.action_next, others.action_apply):
            step()
        count = self.env["crm.stage"].search_count([])
        mine.action_next()
        mine.action_apply()
        self.assertEqual(self.env["crm.stage"].search_count([]), count)

    def test_a_document_that_was_moved_proves_nothing_twice(self):
        self.budget.write({"proof": "document", "proof_field_ids": [Command.clear()]})
        one, two = self.lead(self.needs), self.lead(self.needs)
        document = self.env["ir.attachment"].with_user(self.seller).create(
            {"name": "Offer", "raw": b"1", "res_model": "crm.lead", "res_id": one.id})
        document.res_id = two.id
        self.assertEqual([self.work(lead, self.budget).state for lead in (one, two)], ["done", "todo"])
