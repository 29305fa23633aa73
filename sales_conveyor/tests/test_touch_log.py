"""The log itself: one writer, what counts, clients that merge, history, access, budgets."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.addons.mail.tests.common import MailCommon
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ConveyorCase

MONDAY = datetime(2026, 1, 5)
FACTS = ("event_key", "date", "lead_id", "partner_id", "client_key", "company_id", "user_id", "channel", "direction",
         "outcome", "kind", "is_counted", "is_automatic", "message_id")


@tagged("post_install", "-at_install")
class TestTouchLog(ConveyorCase, MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.conveyor_tz = "Europe/Sofia"

    def record(self, lead, key, **values):
        return self.env["conveyor.touch"]._record([{
            "event_key": key, "lead_id": lead.id, "channel": "call", "date": MONDAY + timedelta(hours=8), **values}])

    def numbers(self, record):
        return record.touch_count, record.attempt_count, record.message_count, record.conversation_count

    # ------------------------------------------------------------ one writer
    def test_the_same_event_twice_is_one_touch(self):
        lead = self.lead()
        self.assertEqual(len(self.record(lead, "a")), 1)
        self.assertFalse(self.record(lead, "a"))
        both = self.env["conveyor.touch"]._record(
            [{"event_key": key, "lead_id": lead.id, "channel": "email", "subject": f"{number}"}
             for number, key in enumerate(("b", "b", "a", "c"))])
        self.assertEqual(sorted((touch.event_key, touch.subject) for touch in both), [("b", "0"), ("c", "3")])

    # ------------------------------------------------------------ what counts
    def test_one_attempt_a_channel_and_half_day(self):
        lead = self.lead()
        hours = (7, 8, 9, 10.5, 11, 31)  # UTC; Sofia is two hours ahead: noon is at 10
        for number, hour in enumerate(hours):
            self.record(lead, f"call-{number}", date=MONDAY + timedelta(hours=hour), outcome="no_answer")
        self.record(lead, "messenger", channel="messenger", outcome="no_answer")
        self.record(lead, "reached", outcome="reached")
        self.assertEqual(self.numbers(lead), (5, 3, 1, 1))

    def test_attempts_of_one_batch_and_other_gaps(self):
        for gap, counted in (("half_day", 1), ("day", 1), ("every", 3)):
            self.company.conveyor_norm_gap = gap
            lead = self.lead(company_id=self.company.id)
            self.env["conveyor.touch"]._record([{
                "event_key": f"{gap}-{number}", "lead_id": lead.id, "channel": "call",
                "date": MONDAY + timedelta(hours=8, minutes=number)} for number in range(3)])
            self.assertEqual(lead.touch_count, counted, gap)

    def test_what_the_company_counts(self):
        rows = (("email", None, True), ("call", "reached", False), ("call", "no_answer", False))
        for kinds, counted in (("all", 3), ("personal", 2), ("conversation", 1)):
            self.company.conveyor_norm_kinds = kinds
            lead = self.lead(company_id=self.company.id)
            for channel, outcome, automatic in rows:
                self.record(lead, f"{kinds}-{channel}-{outcome}", channel=channel, outcome=outcome, is_automatic=automatic)
            self.assertEqual(lead.touch_count, counted, kinds)

    # ------------------------------------------------------------ touch line
    def test_the_line_sorts_filters_and_groups(self):
        none, one, two = (self.lead(name=name, partner_id=self.customer(name).id) for name in "abc")
        self.record(one, "1", channel="email")
        for number in range(2):
            self.record(two, f"2{number}", channel="letter", date=MONDAY + timedelta(days=number))
        Lead = self.env["crm.lead"].with_user(self.manager)
        mine = [("id", "in", (none + one + two).ids)]
        self.assertEqual(Lead.search(mine, order="touch_count desc, id"), two + one + none)
        self.assertEqual(Lead.search(mine, order="last_touch_date, id"), one + two + none)
        for condition, expected in (
                (("touch_count", "<", 2), none + one), (("touch_count", "=", 0), none), (("touch_count", ">", 1), two),
                (("last_touch_date", "=", False), none), (("last_touch_date", "!=", False), one + two),
                (("has_paper", "=", False), none + one), (("has_paper", "=", True), two),
                (("touch_channels", "ilike", "email"), one), (("last_touch_date", ">", "2026-01-05 23:00:00"), two)):
            with self.subTest(condition):
                self.assertEqual(Lead.search([*mine, condition], order="id"), expected)
                self.assertEqual((none + one + two).filtered_domain([condition]), expected)
        self.assertEqual(
            [(group["touch_count"], group["__count"]) for group in Lead.formatted_read_group(mine, ["touch_count"], ["__count"])],
            [(0, 1), (1, 1), (2, 1)])
        groups = Lead.formatted_read_group(mine, ["last_touch_date:month", "next_touch_user_id"], ["touch_count:sum"])
        self.assertEqual(sum(group["touch_count:sum"] for group in groups), 3)
        fields_get = Lead.fields_get(["touch_count", "next_touch_date", "next_touch_user_id"])
        self.assertTrue(all(field["sortable"] and field["groupable"] and field["searchable"] for field in fields_get.values()))

    def test_a_contact_shows_his_company(self):
        company = self.customer("Lamps Ltd", is_company=True)
        person = self.customer("Bob", parent_id=company.id)
        self.record(self.lead(partner_id=person.id), "x")
        self.assertEqual((company.touch_count, person.touch_count), (1, 1))
        self.assertIn(company, self.env["res.partner"].search([("touch_count", "=", 1)]))

    def test_the_line_asks_once_for_many_leads(self):
        leads = self.env["crm.lead"].create([{"name": str(number), "team_id": self.team.id} for number in range(50)])
        self.env["conveyor.touch"]._record(
            [{"event_key": f"q{lead.id}", "lead_id": lead.id, "channel": "call"} for lead in leads])
        self.env["conveyor.touch.line"]._settle()
        self.env.flush_all()
        self.env.invalidate_all()
        leads.fetch(["name"])
        with self.assertQueryCount(1):
            for lead in leads:
                self.assertEqual((lead.touch_count, lead.attempt_count), (1, 1))

    # ------------------------------------------------------------ clients
    def test_the_key_follows_the_client(self):
        lead = self.lead(email_from="Bob <BOB@example.com>")
        touch = self.record(lead, "x")
        self.assertEqual(touch.client_key, "ebob@example.com")
        bob = self.customer("Bob", email="bob@example.com")
        lead.partner_id = bob
        self.assertEqual((touch.client_key, touch.partner_id, bob.touch_count), (f"p{bob.id}", bob, 1))
        company = self.customer("Lamps Ltd", is_company=True)
        bob.parent_id = company
        self.assertEqual((touch.client_key, company.touch_count), (f"p{company.id}", 1))
        bob.parent_id = False
        self.assertEqual((touch.client_key, company.touch_count, bob.touch_count), (f"p{bob.id}", 0, 1))
        self.assertEqual(self.record(self.lead(), "y").client_key[0], "l")

    def test_partners_merge(self):
        one, other = self.customer("Bob"), self.customer("Bob")
        self.record(self.lead(partner_id=one.id), "x")
        self.env["conveyor.touch"]._record([{"event_key": "y", "partner_id": other.id, "channel": "call"}])
        self.assertEqual((one.touch_count, other.touch_count), (1, 1))
        self.env["conveyor.touch.line"]._settle()
        self.env["base.partner.merge.automatic.wizard"]._merge((one + other).ids, one)
        self.assertEqual(one.touch_count, 2)
        self.assertEqual(set(self.env["conveyor.touch"].search([("partner_id", "=", one.id)]).mapped("client_key")), {f"p{one.id}"})

    def test_leads_merge(self):
        head, tail = self.lead(name="A", probability=90), self.lead(name="B", probability=1)
        self.record(head, "x")
        self.record(tail, "y", channel="email")
        merged = (head + tail).merge_opportunity()
        self.assertEqual((self.numbers(merged), merged), ((2, 1, 1, 0), head))

    def test_a_deleted_message_leaves_its_touch(self):
        ada = self.customer(email="ada@example.com")
        lead = self.lead(partner_id=ada.id)
        with self.mock_mail_gateway():
            message = lead.message_post(body="Dear", message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=ada.ids)
        message.unlink()
        touch = self.env["conveyor.touch"].search([("lead_id", "=", lead.id)])
        self.assertEqual((touch.subject, touch.channel, lead.touch_count), ("Dear", "email", 1))

    # ------------------------------------------------------------ access
    def test_others_touches_stay_theirs(self):
        mine, his = self.lead(), self.lead(user_id=self.colleague.id)
        private = self.customer("Alone")
        self.record(mine, "mine")
        hidden = self.record(his, "his")
        of_customer = self.env["conveyor.touch"]._record([{"event_key": "c", "partner_id": private.id, "channel": "call"}])
        Touch = self.env["conveyor.touch"].with_user(self.seller)
        seen = Touch.search([("event_key", "in", ("mine", "his", "c"))])
        self.assertEqual(sorted(seen.mapped("event_key")), ["c", "mine"])
        with self.assertRaises(AccessError):
            hidden.with_user(self.seller).read(["subject"])
        for touches in (seen, of_customer.with_user(self.seller)):
            with self.assertRaises(AccessError):
                touches.write({"outcome": "reached"})
        with self.assertRaises(AccessError):
            Touch.create({"event_key": "forged", "lead_id": mine.id, "channel": "call"})
        with self.assertRaises(AccessError):
            self.as_seller(his).action_log_touch("call", "reached")

    # ------------------------------------------------------------ by hand
    def test_log_a_touch_by_hand(self):
        lead = self.as_seller(self.lead(partner_id=self.customer().id))
        touch = self.env["conveyor.touch"].browse(lead.action_log_touch("call", "no_answer", note="Nobody"))
        self.assertEqual((touch.user_id, touch.kind, touch.note, touch.client_key[0]), (self.seller, "attempt", "Nobody", "p"))
        lead.partner_id.action_log_touch("visit", "reached")
        self.assertEqual((lead.touch_count, lead.partner_id.touch_count), (1, 2))
        with self.assertRaises(UserError):
            lead.action_log_touch("pigeon")

    def test_a_planned_call_is_done_with_its_touch(self):
        lead = self.as_seller(self.lead())
        call = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id)
        touch = self.env["conveyor.touch"].browse(lead.action_log_touch("call", "reached", note="Wants it", activity_id=call.id))
        self.assertEqual((touch.event_key, touch.outcome, touch.kind, call.active), (f"activity-{call.id}", "reached", "conversation", False))
        self.assertEqual(lead.touch_count, 1)

    # ------------------------------------------------------------ history
    def test_history_is_what_was_captured(self):
        ada = self.customer(email="ada@example.com")
        lead, other = self.lead(partner_id=ada.id), self.lead(email_from="x@example.com")
        now = fields.Datetime.now()
        with self.mock_mail_gateway():
            for record in (lead, ada, self.order(ada, now, lead, confirm=False)):
                record.with_user(self.manager).message_post(
                    body="Dear", message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=ada.ids)
            lead.message_post(body="Yes", message_type="email", author_id=ada.id)
            lead.message_post(body="note", subtype_xmlid="mail.mt_note")
        for _again in range(3):
            other.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id).with_user(self.seller).action_done()
        ada.activity_schedule("mail.mail_activity_data_meeting", user_id=self.seller.id).with_user(self.seller).action_done()
        self.env["calendar.event"].create({
            "name": "Talk", "start": now - timedelta(hours=3), "stop": now - timedelta(hours=2), "opportunity_id": lead.id})
        Touch = self.env["conveyor.touch"]
        Touch._cron_held_meetings()
        mine = ["|", ("lead_id", "in", (lead + other).ids), ("partner_id", "=", ada.id)]
        live = {touch.event_key: [touch[name] for name in FACTS] for touch in Touch.search(mine)}
        self.assertEqual(len(live), 9)
        lines = [self.numbers(record) for record in (lead, other, ada)]
        Touch._backfill()
        self.assertEqual(Touch.search_count(mine), 9)
        Touch.search([]).unlink()
        self.env["conveyor.touch.line"].search([]).unlink()
        Touch._backfill()
        again = {touch.event_key: [touch[name] for name in FACTS] for touch in Touch.search(mine)}
        for key, facts in live.items():
            with self.subTest(key):
                known = dict(zip(FACTS, again[key]))
                was = dict(zip(FACTS, facts))
                self.assertLess(abs(known.pop("date") - was.pop("date")), timedelta(minutes=1))
                self.assertEqual(known, was)
        self.assertEqual(set(again), set(live))
        self.env.invalidate_all()
        self.assertEqual([self.numbers(record) for record in (lead, other, ada)], lines)
        self.assertEqual(Touch._backfill(), 0)
