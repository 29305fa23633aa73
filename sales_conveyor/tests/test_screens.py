import base64

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ConveyorCase

SPEC = {
    "stage_id": {"fields": {"display_name": {}}}, "user_id": {"fields": {"display_name": {}}}, "name": {},
    "work_total": {}, "section_work_ids": {"fields": {"name": {}}},
}


@tagged("post_install", "-at_install")
class TestHandOverOutOfSight(ConveyorCase):
    """A salesperson who sees only his own leads hands one over by his own save."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.offer.write({"performer": "role", "performer_role": "user", "performer_user_id": cls.colleague.id})
        cls.mine = cls.lead(cls.needs).with_user(cls.seller)

    def test_the_save_is_kept_and_answered(self):
        [answer] = self.mine.web_save({"stage_id": self.offer.id}, SPEC)
        self.assertEqual(answer["stage_id"], {"id": self.offer.id, "display_name": "Offer"})
        self.assertEqual(answer["user_id"]["display_name"], "Kim Colleague")
        self.assertEqual(self.mine.sudo().user_id, self.colleague)
        self.assertEqual(self.mine.sudo().first_seller_id, self.seller)

    def test_only_this_one_answer(self):
        self.mine.web_save({"stage_id": self.offer.id}, SPEC)
        with self.assertRaises(AccessError):
            self.mine.with_context(fresh=True).web_read(SPEC)
        with self.assertRaises(AccessError):
            self.mine.web_save({"name": "Mine again"}, SPEC)

    def test_the_answer_opens_no_door(self):
        """What the lead points to is read with the user's own rights."""
        self.item(self.offer)
        secret = self.env["crm.lead"].create({
            "name": "Secret", "user_id": self.colleague.id, "team_id": self.team.id, "stage_id": self.new.id})
        self.mine.sudo().origin_lead_id = secret
        [answer] = self.mine.web_save({"stage_id": self.offer.id}, {
            **SPEC, "origin_lead_id": {"fields": {"name": {}}}, "order_ids": {"fields": {"name": {}}}})
        self.assertFalse(answer["origin_lead_id"])
        self.assertEqual(answer["section_work_ids"], [], "the work of a lead out of sight stays out of sight")

    def test_messages_after_the_move_are_silent(self):
        self.item(self.needs)
        self.mine.web_save({"stage_id": self.offer.id}, SPEC)
        self.assertFalse(self.mine.get_move_notice())
        self.assertFalse(self.mine.get_rainbowman_message())

    def test_a_lead_that_stays_in_sight_is_read_as_ever(self):
        [answer] = self.mine.web_save({"name": "Lamps"}, SPEC)
        self.assertEqual((answer["name"], answer["user_id"]["id"]), ("Lamps", self.seller.id))

    def test_several_at_once(self):
        leads = self.mine + self.lead(self.needs).with_user(self.seller)
        answers = leads.web_save_multi([{"stage_id": self.offer.id}, {"name": "Stays"}], SPEC)
        self.assertEqual([row["user_id"]["id"] for row in answers], [self.colleague.id, self.seller.id])

    def test_waive_and_move_names_the_new_salesperson(self):
        item = self.item(self.needs)
        self.needs.gate_mode = "block"
        mine = self.lead(self.needs).with_user(self.seller)
        action = self.env["conveyor.waive"].with_user(self.seller).create({
            "lead_ids": mine.ids, "item_ids": item.ids, "stage_id": self.offer.id, "reason": "urgent"}).action_apply()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("Kim Colleague", action["params"]["message"])


@tagged("post_install", "-at_install")
class TestFillWhatIsMissing(ConveyorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["ir.model.fields"]._get("crm.lead", "website")
        cls.site = cls.item(cls.needs, "His site", proof="field", proof_field_ids=[(6, 0, cls.website.ids)])
        cls.who = cls.item(cls.needs, "Who decides?", proof="field")

    def test_the_notice_names_what_the_move_left_undone(self):
        lead = self.lead(self.needs).with_user(self.seller)
        lead.write({"stage_id": self.offer.id})
        self.assertEqual(lead.get_move_notice(), {
            "lead_id": lead.id, "item_ids": (self.site + self.who).ids, "names": ["His site", "Who decides?"]})
        lead.write({"website": "https://ada.example"})
        self.assertEqual(lead.get_move_notice()["names"], ["Who decides?"])

    def test_no_notice_of_work_that_is_still_ahead(self):
        lead = self.lead(self.new).with_user(self.seller)
        lead.write({"stage_id": self.needs.id})
        self.assertFalse(lead.get_move_notice())

    def test_the_form_has_every_field_that_proves_some_work(self):
        view = self.env.ref("sales_conveyor.crm_lead_view_form_fill")
        arch = etree.fromstring(self.env["crm.lead"].with_user(self.seller).get_view(view.id, "form")["arch"])
        [field] = arch.xpath("//field[@name='website']")
        self.assertIn("missing_field_names", field.get("invisible"))

    def test_the_form_shows_the_asked_items_of_sections_jumped_over(self):
        lead = self.lead(self.new).with_user(self.seller)
        action = lead.action_fill_work(self.site.ids, self.offer.id)
        asked = lead.with_context(action["context"])
        self.assertEqual(asked.missing_work_ids.item_id, self.site)
        self.assertIn(",website,", asked.missing_field_names)
        lead.write({"website": "https://ada.example"})
        self.assertEqual(lead.with_context(action["context"]).action_move_on()["type"], "ir.actions.act_window_close")
        self.assertEqual(lead.stage_id, self.offer)

    def test_a_stranger_may_not_open_it(self):
        lead = self.lead(self.needs)
        with self.assertRaises(AccessError):
            lead.with_user(self.colleague).action_fill_work(self.site.ids)


@tagged("post_install", "-at_install")
class TestChecklist(ConveyorCase):

    def work(self, lead, item):
        return lead.work_ids.filtered(lambda work: work.item_id == item).with_user(self.seller)

    def test_what_the_line_asks_for(self):
        phone = self.env["ir.model.fields"]._get("crm.lead", "phone")
        listed = self.item(self.needs, "Phone", proof="field", proof_field_ids=[(6, 0, phone.ids)])
        asked = self.item(self.needs, "Who decides?", proof="field")
        lead = self.lead(self.needs)
        self.assertEqual(self.work(lead, listed).wanted_fields, "phone")
        self.assertFalse(self.work(lead, listed).wants_answer)
        self.assertTrue(self.work(lead, asked).wants_answer)

    def test_a_document_proves_the_item_that_it_was_attached_to(self):
        plan = self.item(self.needs, "Plan", proof="document", sequence=1)
        contract = self.item(self.needs, "Contract", proof="document", sequence=2)
        lead = self.lead(self.needs)
        self.work(lead, contract).action_attach("contract.txt", base64.b64encode(b"signed"))
        self.assertEqual(self.work(lead, contract).state, "done")
        self.assertEqual(self.work(lead, contract).attachment_id.name, "contract.txt")
        self.assertEqual(self.work(lead, plan).state, "todo")

    def test_an_activity_planned_from_the_checklist_proves_the_touch(self):
        visit = self.item(self.needs, "Measure the room", proof="touch", proof_channel="visit")
        lead = self.lead(self.needs)
        action = self.work(lead, visit).action_touch()
        self.assertEqual(action["res_model"], "mail.activity.schedule")
        wizard = self.env["mail.activity.schedule"].with_user(self.seller).with_context(**action["context"]).create({
            "activity_user_id": self.seller.id})
        wizard.action_schedule_activities()
        work = self.work(lead, visit)
        self.assertEqual(work.open_activity_id, lead.activity_ids.id)
        lead.activity_ids.with_user(self.seller).action_feedback("Measured")
        self.assertEqual(work.state, "done")

    def test_an_email_is_written_where_the_client_has_an_address(self):
        offer = self.item(self.needs, "Offer by e-mail", proof="touch", proof_channel="email")
        lead = self.lead(self.needs, email_from="ada@example.com")
        self.assertEqual(self.work(lead, offer).action_touch()["res_model"], "mail.compose.message")
        lead.email_from = False
        self.assertEqual(self.work(lead, offer).action_touch()["res_model"], "mail.activity.schedule")

    def test_sections_for_the_columns(self):
        self.item(self.needs)
        rows = {row["id"]: row for row in self.env["crm.stage"].with_user(self.seller).get_conveyor_sections()}
        self.assertEqual(rows[self.new.id]["phase"], "lead_generation")
        self.assertEqual(rows[self.new.id]["phase_name"], "Lead Generation")
        self.assertEqual([rows[self.new.id]["has_work"], rows[self.needs.id]["has_work"]], [False, True])
