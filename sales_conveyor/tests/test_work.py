import base64

from odoo.tests import tagged

from .common import ConveyorCase


@tagged("post_install", "-at_install")
class TestWork(ConveyorCase):

    def setUp(self):
        super().setUp()
        self.call_type = self.env.ref("mail.mail_activity_data_call")
        self.todo_type = self.env.ref("mail.mail_activity_data_todo")

    def test_only_the_next_item_is_an_activity(self):
        self.item(self.needs, "First", activity_type_id=self.call_type.id, sequence=1)
        self.item(self.needs, "Second", activity_type_id=self.todo_type.id, sequence=2)
        lead = self.lead(self.needs)
        self.assertEqual(lead.activity_ids.mapped("summary"), ["First"])
        self.assertEqual(lead.activity_ids.user_id, self.seller)
        self.assertEqual((lead.work_done, lead.work_total), (0, 2))
        lead.activity_ids.with_user(self.seller).action_feedback("Spoke")
        self.assertEqual(lead.activity_ids.mapped("summary"), ["Second"])
        self.assertEqual((lead.work_done, lead.work_total), (1, 2))

    def test_ticking_the_work_completes_the_activity(self):
        item = self.item(self.needs, "First", activity_type_id=self.todo_type.id)
        lead = self.lead(self.needs)
        activity = lead.activity_ids
        self.work(lead, item).with_user(self.seller).action_done()
        self.assertFalse(activity.active)
        self.assertEqual(self.work(lead, item).done_user_id, self.seller)
        self.work(lead, item).with_user(self.seller).action_reopen()
        self.assertEqual(self.work(lead, item).state, "todo")

    def test_leaving_the_section_takes_its_activity_along(self):
        self.item(self.needs, "First", activity_type_id=self.todo_type.id)
        lead = self.lead(self.needs)
        lead.stage_id = self.offer
        self.assertFalse(lead.activity_ids)

    def test_a_closed_lead_has_no_work_to_do_and_a_reopened_one_has_again(self):
        self.item(self.needs, "First", activity_type_id=self.todo_type.id)
        lead = self.lead(self.needs)
        lead.action_set_lost()
        self.assertFalse(lead.activity_ids)
        lead.action_restore()
        self.assertEqual(lead.activity_ids.mapped("summary"), ["First"])

    def test_a_section_that_runs_by_itself_plans_nothing(self):
        self.item(self.needs, "First", activity_type_id=self.todo_type.id)
        self.needs.performer = "automatic"
        lead = self.lead(self.needs)
        self.assertFalse(lead.activity_ids)
        self.assertEqual(lead.work_total, 1)

    def test_a_new_salesperson_inherits_the_activity(self):
        self.item(self.needs, "First", activity_type_id=self.todo_type.id)
        lead = self.lead(self.needs, user_id=False)
        self.assertFalse(lead.activity_ids)
        lead.user_id = self.seller
        self.assertEqual(lead.activity_ids.user_id, self.seller)
        lead.user_id = self.manager
        self.assertEqual(lead.activity_ids.user_id, self.manager)

    def test_going_back_reopens_nothing(self):
        item = self.item(self.needs, "First", activity_type_id=self.todo_type.id)
        lead = self.lead(self.needs)
        self.work(lead, item).action_done()
        lead.stage_id = self.offer
        lead.stage_id = self.needs
        self.assertEqual(self.work(lead, item).state, "done")
        self.assertFalse(lead.activity_ids)

    def test_a_done_call_proves_a_call_and_no_meeting(self):
        call = self.item(self.needs, "Call", proof="touch", proof_channel="call")
        meeting = self.item(self.needs, "Meet", proof="touch", proof_channel="meeting")
        lead = self.lead(self.needs)
        lead.activity_schedule(activity_type_id=self.call_type.id, user_id=self.seller.id).action_feedback("Spoke")
        self.assertEqual(self.work(lead, call).state, "done")
        self.assertEqual(self.work(lead, meeting).state, "todo")
        touch = self.env["conveyor.touch"].search([("lead_id", "=", lead.id)])
        self.assertEqual((touch.channel, touch.direction, touch.note), ("call", "out", "Spoke"))

    def test_a_message_to_the_client_is_a_touch_a_note_is_not(self):
        mail = self.item(self.needs, "Write", proof="touch", proof_channel="email")
        lead = self.lead(self.needs, partner_id=self.customer(email="ada@example.com").id)
        lead.message_post(body="among us", message_type="comment", subtype_xmlid="mail.mt_note")
        self.assertEqual(self.work(lead, mail).state, "todo")
        lead.message_post(body="Dear Ada", message_type="comment", subtype_xmlid="mail.mt_comment",
                          partner_ids=lead.partner_id.ids)
        self.assertEqual(self.work(lead, mail).state, "done")

    def test_each_document_proves_one_piece_of_work(self):
        plan = self.item(self.needs, "Plan", proof="document", sequence=1)
        photo = self.item(self.needs, "Photo", proof="document", sequence=2)
        lead = self.lead(self.needs)
        attach = lambda name: self.env["ir.attachment"].with_user(self.seller).create({  # noqa: E731
            "name": name, "res_model": "crm.lead", "res_id": lead.id, "datas": base64.b64encode(b"x")})
        attach("plan.pdf")
        self.assertEqual((self.work(lead, plan).state, self.work(lead, photo).state), ("done", "todo"))
        attach("photo.jpg")
        self.assertEqual(self.work(lead, photo).state, "done")

    def test_an_answer_proves_a_field_without_a_field(self):
        item = self.item(self.needs, "Which room", proof="field")
        lead = self.lead(self.needs)
        self.work(lead, item).with_user(self.seller).answer = "The bedroom"
        self.assertEqual(self.work(lead, item).state, "done")

    def test_conversion_with_and_without(self):
        item = self.item(self.needs, "Show it")
        for done, won in ((True, True), (True, True), (True, False), (False, False), (False, True), (False, False)):
            lead = self.lead(self.needs)
            if done:
                self.work(lead, item).action_done()
            if won:
                lead.action_set_won()
            else:
                lead.action_set_lost()
        self.assertEqual((item.closed_with, item.closed_without), (3, 3))
        self.assertAlmostEqual(item.conversion_with, 2 / 3)
        self.assertAlmostEqual(item.conversion_without, 1 / 3)

    def test_new_work_reaches_who_stands_there_without_activities(self):
        lead, lost = self.lead(self.needs), self.lead(self.needs)
        lost.action_set_lost()
        item = self.item(self.needs, "New rule", activity_type_id=self.todo_type.id)
        self.assertEqual(self.work(lead, item).state, "todo")
        self.assertFalse(self.work(lost, item))
        self.assertFalse(lead.activity_ids)

    def test_a_merge_keeps_the_done_work(self):
        item = self.item(self.needs, "Call")
        head, tail = self.lead(self.needs, name="A", probability=90), self.lead(self.needs, name="B", probability=1)
        self.work(tail, item).action_done()
        merged = (head + tail).merge_opportunity()
        self.assertEqual(self.work(merged, item).mapped("state"), ["done"])

    def test_work_follows_the_leads_access(self):
        self.item(self.needs, "Call")
        mine, his = self.lead(self.needs), self.lead(self.needs, user_id=self.colleague.id)
        works = self.env["conveyor.work"].with_user(self.seller).search([("lead_id", "in", (mine + his).ids)])
        self.assertEqual(works.lead_id, mine)

    def test_performers(self):
        account = self.env["crm.team"].create({"name": "Care", "member_ids": [(6, 0, self.colleague.ids)]})
        self.needs.write({"performer": "team", "performer_team_id": account.id})
        lead = self.lead()
        self.as_seller(lead).stage_id = self.needs
        self.assertEqual((lead.user_id, lead.first_seller_id, lead.stage_id),
                         (self.colleague, self.seller, self.needs))
        self.assertIn("Handed over", lead.message_ids[0].body)
        self.offer.write({"performer": "role", "performer_role": "first_seller"})
        lead.stage_id = self.offer
        self.assertEqual(lead.user_id, self.seller)
        self.assertEqual(lead.first_seller_id, self.seller)
        self.needs.write({"performer": "role", "performer_role": "team_leader"})
        other = self.lead()
        other.stage_id = self.needs
        self.assertEqual(other.user_id, self.manager)

    def test_a_won_customer_is_handed_over(self):
        company = self.env.company
        care, = self.stages(("Care", {"conveyor_phase": "account_management"}), start=2000)
        partner = self.customer(user_id=self.colleague.id)
        company.conveyor_after_win = "activity"
        lead = self.lead(partner_id=partner.id)
        lead.action_set_won()
        self.assertEqual(partner.activity_ids.user_id, self.colleague)
        self.assertEqual(lead.first_seller_id, self.seller)
        company.conveyor_after_win = "opportunity"
        lead = self.lead(partner_id=partner.id)
        lead.action_set_won()
        account = self.env["crm.lead"].search([("origin_lead_id", "=", lead.id)])
        self.assertEqual((account.stage_id, account.user_id, account.sale_kind), (care, self.colleague, "repeat"))
        lead.stage_id = self.offer
        lead.action_set_won()
        self.assertEqual(self.env["crm.lead"].search_count([("origin_lead_id", "=", lead.id)]), 1)
        account.action_set_won()
        self.assertFalse(self.env["crm.lead"].search([("origin_lead_id", "=", account.id)]))

    def test_a_no_comes_back_on_the_clients_own_date(self):
        lead = self.lead()
        lead.write({"money_state": "no", "snooze_until": "2030-03-01", "snooze_reason": "The budget of March"})
        activity = lead.activity_ids
        self.assertEqual((str(activity.date_deadline), activity.summary), ("2030-03-01", "The budget of March"))
        lead.snooze_until = "2030-04-01"
        self.assertEqual(str(activity.date_deadline), "2030-04-01")
        lead.snooze_until = False
        self.assertFalse(lead.activity_ids)

    def test_search_and_grouping(self):
        lead = self.lead(self.needs, problem_state="yes")
        Lead = self.env["crm.lead"]
        domain = [("id", "=", lead.id)]
        for field, value in (("conveyor_phase", "first_sale"), ("problem_state", "yes"), ("sale_kind", "first")):
            with self.subTest(field):
                groups = Lead.formatted_read_group(domain, [field], ["__count"])
                self.assertEqual([(group[field], group["__count"]) for group in groups], [(value, 1)])
                self.assertEqual(Lead.search([*domain, (field, "=", value)]), lead)
