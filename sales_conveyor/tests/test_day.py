from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_next import NextCase


class DayCase(NextCase):
    """Planned touches of a day, and the day's queue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = cls.env.cr.now().replace(microsecond=0)
        cls.today = cls.now.date()

    def old_lead(self, **values):
        """A lead that was touched long ago: neither new nor in its window."""
        lead = self.lead(**values)
        self.touch(lead, self.now - timedelta(days=40))
        self.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [self.now - timedelta(days=60), lead.id])
        self.env.cr.execute("UPDATE conveyor_transition SET date = %s WHERE lead_id = %s", [self.now - timedelta(days=60), lead.id])
        lead.invalidate_recordset()
        return lead

    def proposed(self, record, day=None, **values):
        """A touch that the system has proposed and nobody has promised."""
        activity = self.plan(record, day or self.today, conveyor_movable=True, **values)
        return activity

    def day(self, user=None, of=False):
        return self.env["conveyor.day"].with_user(user or self.seller).get_day(of and of.id)

    def queue(self, **kwargs):
        return [(item["group"], item["id"]) for item in self.day(**kwargs)["items"]]


@tagged("post_install", "-at_install")
class TestMyDay(DayCase):
    """My touches today: whom, in which order, why, and done with one click."""

    def test_the_order_of_the_day(self):
        keep, promise, window, reply = (self.old_lead() for _number in range(4))
        new = self.lead()
        self.proposed(keep)
        self.plan(promise, self.today).automated = False
        self.proposed(window)
        self.env.cr.execute("UPDATE crm_lead SET create_date = now() WHERE id = %s", [window.id])
        self.env.cr.execute("UPDATE conveyor_transition SET date = now() WHERE lead_id = %s", [window.id])
        self.touch(reply, self.now - timedelta(hours=1), "email", "in", "replied")
        self.assertEqual(self.queue(), [
            ("reply", reply.id), ("promise", promise.id), ("new", new.id), ("window", window.id), ("nurture", keep.id)])

    def test_what_is_planned_for_later_or_for_others_is_not_there(self):
        self.proposed(self.old_lead(), self.today + timedelta(days=1))
        self.proposed(self.old_lead(), user=self.colleague)
        self.assertEqual(self.queue(), [])

    def test_a_dead_lead_is_not_there(self):
        spam = self.env["crm.lost.reason"].create({"name": "Spam"})
        lead = self.old_lead()
        self.proposed(lead)
        lead.action_set_lost(lost_reason_id=spam.id)
        self.assertEqual(self.queue(), [])

    def test_customers_are_there(self):
        customer = self.customer(user_id=self.seller.id)
        self.proposed(customer)
        [item] = self.day()["items"]
        self.assertEqual((item["model"], item["name"], item["title"]), ("res.partner", "Ada", ""))

    def test_a_new_lead_against_the_norm_in_working_time(self):
        self.env.company.conveyor_first_attempt_minutes = 30
        lead = self.lead()
        [item] = self.day()["items"]
        self.assertEqual((item["id"], item["group"], item["is_late"]), (lead.id, "new", False))
        self.touch(lead, self.now)
        self.assertEqual(self.queue(), [])

    def test_capacity_moves_what_was_not_promised(self):
        self.env.company.conveyor_daily_capacity = 2
        self.team.conveyor_daily_capacity = 0
        promised = [self.old_lead() for _number in range(2)]
        for lead in promised:
            self.plan(lead, self.today).automated = False
        others = [self.old_lead(expected_revenue=revenue) for revenue in (10, 500)]
        activities = [self.proposed(lead) for lead in others]
        day = self.day()
        self.assertEqual([item["group"] for item in day["items"]], ["promise"] * 2)
        self.assertEqual(day["overflow"], 2)
        self.assertEqual(self.env["conveyor.day"].with_user(self.seller).action_level(), 2)
        self.assertTrue(all(activity.date_deadline > self.today for activity in activities))
        self.assertEqual(self.day()["overflow"], 0)

    def test_one_click_records_the_touch_and_plans_the_next(self):
        lead = self.old_lead(expected_revenue=1000)
        activity = self.proposed(lead)
        day = self.day()
        self.assertEqual((day["done"], day["total"]), (0, 1))
        self.assertRegex(day["waiting"], "1.?000")
        item = day["items"][0]
        Day = self.env["conveyor.day"].with_user(self.seller)
        card = Day.get_card(item["model"], item["id"], item["activity_id"], item["reason_id"])
        talked = card["results"]["spoken"][0]
        Day.do_touch("crm.lead", lead.id, {
            "channel": "call", "outcome": "reached", "note": "Likes it", "activity_id": activity.id,
            "next_touch": {"date": fields.Datetime.to_string(talked["date"]), "channel": talked["channel"]}})
        touch = self.env["conveyor.touch"].search([("lead_id", "=", lead.id)], limit=1)
        self.assertEqual((touch.outcome, touch.kind, touch.note, touch.user_id), ("reached", "conversation", "Likes it", self.seller))
        self.assertFalse(activity.active)
        self.assertEqual(lead.next_touch_date, talked["date"])
        day = self.day()
        self.assertEqual((day["done"], day["total"], day["items"]), (1, 1, []))

    def test_a_client_who_is_due_again_is_not_done(self):
        lead = self.old_lead()
        self.touch(lead, self.now)
        self.assertEqual((self.day()["done"], self.day()["total"]), (1, 1))
        self.proposed(lead)
        self.assertEqual((self.day()["done"], self.day()["total"]), (0, 1))

    def test_the_clients_own_date_is_done_and_no_smaller_goal(self):
        due, new, far = self.old_lead(), self.lead(), self.old_lead()
        self.proposed(due)
        self.plan(far, self.today + timedelta(days=5))
        self.assertEqual((self.day()["done"], self.day()["total"]), (0, 2))
        for lead in (due, new, far):
            lead.with_user(self.seller).action_snooze(self.today + timedelta(days=40), "The season begins")
        self.assertEqual((self.day()["done"], self.day()["total"], self.day()["items"]), (2, 2, []), "the third was not due")
        due.activity_ids.filtered("conveyor_channel").date_deadline = self.today
        self.assertEqual((self.day()["done"], self.day()["total"]), (1, 2))

    def test_times_are_written_as_the_language_writes_them(self):
        words, user, now = self.env["conveyor.day"], self.seller, self.now.replace(hour=8)
        user.tz = "UTC"
        language = self.env["res.lang"].search([("code", "=", "en_US")])
        for time_format, text in (("%H:%M:%S", "16:05"), ("%I:%M:%S %p", "04:05 PM")):
            language.time_format = time_format
            self.assertEqual(words._when(now.replace(hour=16, minute=5), user, now), text)

    def test_what_waits_on_a_day_off_is_the_next_day_s(self):
        """The next working day has all that falls due until it."""
        days = self.env["conveyor.day"]._coming_days(self.seller, self.today)
        first = days[1][0]
        for ahead in range(1, (first - self.today).days + 1):
            self.proposed(self.old_lead(), self.today + timedelta(days=ahead))
        self.assertEqual(self.day()["next_day"]["count"], (first - self.today).days)

    def test_later_is_a_promise(self):
        lead = self.old_lead()
        self.env["conveyor.day"].with_user(self.seller).do_touch("crm.lead", lead.id, {
            "channel": "call", "outcome": "later", "next_touch": {"date": f"{self.today} 23:00:00", "channel": "call"}})
        self.assertEqual(self.queue(), [("promise", lead.id)])

    def test_a_mail_that_was_captured_is_not_recorded_twice(self):
        lead = self.old_lead(email_from="ada@example.com")
        message = lead.message_post(body="Hello", message_type="comment")
        self.touch(lead, self.now, "email", outcome="sent", message_id=message.id)
        self.env["conveyor.day"].with_user(self.seller).do_touch(
            "crm.lead", lead.id, {"channel": "email", "outcome": "sent", "next_touch": False})
        self.assertEqual(self.env["conveyor.touch"].search_count([("lead_id", "=", lead.id), ("channel", "=", "email")]), 1)

    def test_the_card_says_what_was_said_and_what_to_say(self):
        reason = self.env["conveyor.reason"].create({
            "name": "New colours", "description": "Three of them", "script": "Say hello\nSay: three new colours\nAsk for a day\nMore"})
        lead = self.old_lead(phone="+359888123456", email_from="ada@example.com", contact_name="Ada")
        self.touch(lead, self.now - timedelta(days=1), "email", "in", "replied", note="Call me in June")
        activity = self.proposed(lead, conveyor_reason_id=reason.id)
        card = self.env["conveyor.day"].with_user(self.seller).get_card("crm.lead", lead.id, activity.id)
        self.assertEqual((card["name"], card["last"]["text"], card["last"]["who"]), ("Ada", "Call me in June", "client"))
        self.assertEqual((card["reason"]["name"], len(card["script"])), ("New colours", 3))
        self.assertEqual(card["contact"]["tel"], "tel:+359888123456")
        self.assertIn("https://wa.me/359888123456", [link["href"] for link in card["contact"]["messengers"]])
        self.assertEqual([result["key"] for result in card["results"]["spoken"]], ["reached", "no_answer", "later", "refused"])

    # ------------------------------------------------------------ whose day
    def test_leaders_and_managers_look_at_others_nobody_else_does(self):
        leader = new_test_user(self.env, "conveyor_leader", "sales_team.group_sale_salesman_all_leads")
        self.team.user_id = leader
        lead = self.old_lead()
        self.proposed(lead)
        for reader in (leader, self.manager):
            with self.subTest(reader.login):
                self.assertEqual(self.queue(user=reader, of=self.seller), [("nurture", lead.id)])
        with self.assertRaises(AccessError):
            self.day(user=self.colleague, of=self.seller)
        with self.assertRaises(AccessError):
            self.env["conveyor.day"].with_user(self.colleague).get_card("crm.lead", lead.id)
        self.assertEqual(self.day()["people"], [])

    def test_forty_touches_cost_few_queries(self):
        for number in range(40):
            self.proposed(self.old_lead(expected_revenue=number, partner_id=self.customer(f"Client {number}").id))
        self.env.company.conveyor_daily_capacity = 100
        for _warm in range(2):
            self.day()
            self.env.invalidate_all()
        with self.assertQueryCount(22):
            day = self.day()
        self.assertEqual(len(day["items"]), 40)
