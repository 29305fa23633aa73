from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..engine import clock
from .common import ConveyorCase

NOW = datetime(2026, 3, 31, 12)  # a Tuesday


def ago(days, hours=0):
    return NOW - timedelta(days=days, hours=hours)


@tagged("post_install", "-at_install")
class TestDiscipline(ConveyorCase):
    """Where touches stop, on leads whose every touch is counted by hand."""

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time(NOW))
        self.env.company.write({
            "conveyor_norm_touches": 7, "conveyor_discipline_delay": 7, "conveyor_window_days": 30,
            "conveyor_first_attempt_minutes": 15, "conveyor_norm_gap": "every", "conveyor_tz": "UTC",
            "conveyor_window_by_history": False})
        self.env.company.resource_calendar_id.tz = "UTC"
        self.final = self.env["crm.lost.reason"].create({"name": "Competitor"})
        self.spam = self.env["crm.lost.reason"].create({"name": "Spam"})
        self.later = self.env["crm.lost.reason"].create({"name": "Not now", "conveyor_kind": "nurture"})

    def touched(self, came, *touches, lost=None, lost_on=None, **values):
        """A lead that came so many days ago, touched on these days ago, and lost for a reason."""
        lead = self.lead(**{"expected_revenue": 100, **values})
        self.env["conveyor.transition"].create([
            {"lead_id": lead.id, "kind": "enter", "to_stage_id": self.new.id, "date": ago(came)}])
        self.env["conveyor.touch"]._record([
            {"event_key": f"test-{lead.id}-{number}", "lead_id": lead.id, "channel": "email", "outcome": "sent",
             "date": ago(day), "user_id": self.seller.id} for number, day in enumerate(touches)])
        if lost:
            with freeze_time(ago(lost_on)):
                lead.action_set_lost(lost_reason_id=lost.id)
        return lead

    def row(self, lead, user=None):
        rows = self.env["conveyor.discipline.report"].with_user(user or self.manager)
        rows.invalidate_model()
        return rows.search([("lead_id", "=", lead.id)])

    # ------------------------------------------------------------ who was dropped
    def test_lost_after_three_touches_is_dropped_early_and_left_behind(self):
        row = self.row(self.touched(40, 39, 38, 37, lost=self.later, lost_on=20))
        self.assertEqual((row.touches, row.touch_group, row.norm), (3, "03", 7))
        self.assertEqual((row.is_dropped, row.is_dropped_early, row.is_left), (1, 1, 1))
        self.assertEqual((row.dropped_how, row.value_left), ("lost", 100))

    def test_who_is_dropped_and_who_is_left_behind(self):
        cases = (  # lead, how dropped, early, left behind
            ("norm reached", self.touched(40, *range(30, 37), lost=self.later, lost_on=20), "lost", 0, 0),
            ("gone for good", self.touched(40, 39, lost=self.final, lost_on=20), "lost", 1, 0),
            ("open and silent for 30 days", self.touched(50, 49, 30), "silent", 1, 1),
            ("open, silent for 29 days", self.touched(50, 49, 29), False, 0, 0),
            ("never touched, came 31 days ago", self.touched(31), "silent", 1, 1),
            ("came yesterday", self.touched(1), False, 0, 0),
            ("snoozed to the client's own date", self.touched(50, 49, snooze_until="2026-05-01"), False, 0, 0),
        )
        for name, lead, how, early, left in cases:
            with self.subTest(name):
                row = self.row(lead, self.seller)
                self.assertEqual((row.dropped_how, row.is_dropped_early, row.is_left), (how, early, left))

    def test_exempt_reasons_and_refusals_are_no_lack_of_discipline(self):
        self.assertFalse(self.row(self.touched(40, lost=self.spam, lost_on=20)))
        refused = self.touched(40, 39, lost=self.later, lost_on=20)
        self.env["conveyor.touch"]._record([{
            "event_key": "said-no", "lead_id": refused.id, "channel": "call", "outcome": "refused", "date": ago(21)}])
        self.assertFalse(self.row(refused).is_dropped)

    def test_with_a_next_touch_it_is_not_left_behind(self):
        lead = self.touched(50, 49)
        self.assertEqual(self.row(lead).is_left, 1)
        lead.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id)
        self.assertEqual((self.row(lead).is_dropped, self.row(lead).is_left), (0, 0))

    # ------------------------------------------------------------ who sees it
    def test_the_person_sees_it_first_managers_a_week_later(self):
        lead = self.touched(40, 39, lost=self.later, lost_on=6)
        self.assertEqual(self.row(lead, self.seller).is_dropped, 1)
        self.assertEqual((self.row(lead).is_dropped, self.row(lead).dropped_how), (0, False))
        self.env.company.conveyor_discipline_delay = 5
        self.assertEqual(self.row(lead).is_dropped, 1)
        with freeze_time(ago(-2)):
            self.env.company.conveyor_discipline_delay = 7
            self.assertEqual(self.row(lead).is_dropped, 1, "eight days later")

    def test_whoever_may_see_the_lead_reads_its_row(self):
        lead = self.touched(40, 39, lost=self.later, lost_on=20)
        for user in (self.seller, self.manager):
            [row] = self.env["conveyor.discipline.report"].with_user(user).browse(lead.id).read(["touches", "is_dropped"])
            self.assertEqual((row["touches"], row["is_dropped"]), (1, 1))

    def test_whoever_may_not_see_the_lead_sees_no_row(self):
        lead = self.touched(40, 39, lost=self.later, lost_on=20)
        self.assertFalse(self.row(lead, self.colleague))
        with self.assertRaises(AccessError):
            self.env["conveyor.discipline.report"].with_user(self.colleague).browse(lead.id).read(["touches"])

    # ------------------------------------------------------------ window, first attempt
    def test_touched_to_the_norm_inside_the_window(self):
        shares = {
            "seven in 20 days": (self.touched(60, *range(40, 54, 2)), (1, 1.0)),
            "the seventh after the window": (self.touched(60, *range(41, 53, 2), 20), (1, 0.0)),
            "six, window over": (self.touched(60, *range(40, 52, 2)), (1, 0.0)),
            "window runs": (self.touched(20, 19), (0, 0.0)),
        }
        for name, (lead, expected) in shares.items():
            with self.subTest(name):
                row = self.row(lead)
                self.assertEqual((row.is_judged, row.window_share), expected)

    def test_working_minutes_to_the_first_attempt(self):
        """The standard week is Monday to Friday, 8 to 12 and 13 to 17; day 1 ago is a Monday, noon."""
        cases = (  # came, attempted (days ago, hours), minutes
            ("an hour later, within the morning", (1, 2), (1, 1), 60),
            ("over lunch", (1, 1), (1, -2), 60 + 60),
            ("Friday at 16:00 to Monday at 9:00", (4, -4), (1, 3), 60 + 60),
            ("on Sunday", (2, 3), (1, 3), 60),
            ("over two weekends", (15, 3), (1, 3), 10 * 480),
        )
        for name, came, attempted, minutes in cases:
            lead = self.lead()
            self.env["conveyor.transition"].create([
                {"lead_id": lead.id, "kind": "enter", "to_stage_id": self.new.id, "date": ago(*came)}])
            self.env["conveyor.touch"]._record([{
                "event_key": name, "lead_id": lead.id, "channel": "call", "outcome": "no_answer", "date": ago(*attempted)}])
            with self.subTest(name):
                row = self.row(lead)
                self.assertEqual(row.first_attempt_minutes, minutes)
                self.assertEqual(clock.working_minutes(ago(*came), ago(*attempted), self.env.company._conveyor_hours()), minutes)
                self.assertEqual((row.is_attempt_due, row.first_attempt_share), (1, 0.0))

    def test_two_weeks_of_a_calendar_take_turns(self):
        """Second weeks: Monday to Friday 9 to 17, first ones: Tuesday 9 to 12; a holiday on the Tuesday of a first one."""
        second = [(day, 9, 17, "1") for day in range(5)]
        calendar = self.env["resource.calendar"].create({
            "name": "Turns", "tz": "UTC", "company_id": self.env.company.id, "two_weeks_calendar": True, "attendance_ids": [
                Command.clear(), *(Command.create({
                    "name": str(place), "dayofweek": str(day), "hour_from": first, "hour_to": last, "week_type": week, "sequence": place})
                    for place, (day, first, last, week) in enumerate([*second, (1, 9, 12, "0")]))]})
        self.env.company.resource_calendar_id = calendar
        self.assertEqual(self.env["resource.calendar.attendance"].get_week_type(NOW.date()), 0, "now is in a first week")
        self.env["resource.calendar.leaves"].create({
            "name": "Holiday", "calendar_id": calendar.id, "company_id": self.env.company.id,
            "date_from": "2026-03-17 00:00:00", "date_to": "2026-03-17 23:59:59"})
        cases = (  # came, attempted (days ago, hours), minutes
            ("within the short Tuesday", (0, 3), (0, 1), 120),
            ("on Monday of the first week", (1, 3), (1, 1), 0),
            ("from Friday to the short Tuesday", (4, -3), (0, 2), 120 + 60),
            ("over the second week", (8, 12), (1, 0), 5 * 480),
            ("over the first week with its holiday", (15, 12), (8, 2), 60),
            ("three weeks", (22, 12), (1, 12), 10 * 480),
        )
        for name, came, attempted, minutes in cases:
            lead = self.lead()
            self.env["conveyor.transition"].create([
                {"lead_id": lead.id, "kind": "enter", "to_stage_id": self.new.id, "date": ago(*came)}])
            self.env["conveyor.touch"]._record([{
                "event_key": f"turns {name}", "lead_id": lead.id, "channel": "call", "outcome": "no_answer", "date": ago(*attempted)}])
            with self.subTest(name):
                self.assertEqual(self.row(lead).first_attempt_minutes, minutes)
                self.assertEqual(clock.working_minutes(ago(*came), ago(*attempted), self.env.company._conveyor_hours()), minutes)

    def test_public_holidays_are_no_working_time(self):
        """Monday is a holiday, on Friday the office closes at 15:00; Tuesday noon is now."""
        calendar = self.env.company.resource_calendar_id
        self.env["resource.calendar.leaves"].create([
            {"name": name, "calendar_id": calendar.id, "company_id": self.env.company.id, "date_from": first, "date_to": last}
            for name, first, last in (("Holiday", "2026-03-30 00:00:00", "2026-03-30 23:59:59"),
                                      ("Also", "2026-03-30 20:00:00", "2026-03-31 00:00:00"),
                                      ("Early", "2026-03-27 15:00:00", "2026-03-27 17:00:00"))])
        cases = (  # came, attempted (days ago, hours), minutes
            ("over the holiday", (4, -2), (0, 3), 60 + 60),
            ("on the holiday", (1, 2), (0, 3), 60),
            ("within it", (1, 2), (1, 1), 0),
            ("in the closed hours", (4, -4), (4, -5), 0),
            ("before all of it", (5, 3), (5, 2), 60),
        )
        for name, came, attempted, minutes in cases:
            lead = self.lead()
            self.env["conveyor.transition"].create([
                {"lead_id": lead.id, "kind": "enter", "to_stage_id": self.new.id, "date": ago(*came)}])
            self.env["conveyor.touch"]._record([{
                "event_key": f"holiday {name}", "lead_id": lead.id, "channel": "call", "outcome": "no_answer", "date": ago(*attempted)}])
            with self.subTest(name):
                self.assertEqual(self.row(lead).first_attempt_minutes, minutes)
                self.assertEqual(clock.working_minutes(ago(*came), ago(*attempted), self.env.company._conveyor_hours()), minutes)

    def test_who_still_may_be_attempted_in_time_is_not_counted(self):
        with freeze_time(NOW.replace(hour=11)):
            fresh = self.lead()
        with freeze_time(NOW.replace(hour=11, minute=10)):
            self.assertEqual(self.row(fresh).is_attempt_due, 0)
        with freeze_time(NOW.replace(hour=11, minute=20)):
            self.assertEqual((self.row(fresh).is_attempt_due, self.row(fresh).first_attempt_share), (1, 0.0))

    # ------------------------------------------------------------ tables
    def tables(self, user=None):
        return self.env["conveyor.discipline"].with_user(user or self.manager)._tables({"team_ids": self.team.ids})

    def several(self):
        """Five leads: dropped after 0, 1, 3 and 8 touches; one is in work."""
        return (self.touched(50), self.touched(50, 49, lost=self.later, lost_on=20, expected_revenue=300),
                self.touched(50, 49, 48, 47, lost=self.final, lost_on=20),
                self.touched(50, *range(33, 41), lost=self.later, lost_on=20), self.touched(5, 4))

    def test_the_tables_add_up(self):
        self.several()
        tables = self.tables()
        value = tables["discipline_summary"].value
        self.assertEqual([value(key, "value") for key in ("leads", "dropped", "early", "left", "value_left")], [5, 4, 3, 2, 400])
        self.assertEqual(value("early_share", "value"), 0.75)
        stops = tables["discipline_stops"]
        self.assertEqual([row.cells["dropped"] for row in stops.rows], [1, 1, 0, 1, 0, 0, 0, 1, 0])
        self.assertEqual([row.cells["by_then"] for row in stops.rows], [.25, .5, .5, .75, .75, .75, .75, 1, 1])
        people = tables["discipline_salesperson"]
        self.assertEqual(people.value(str(self.seller.id), "left"), 2)
        self.assertEqual(people.total.cells["value_left"], 400)
        self.assertEqual([row.cells["days"] for row in tables["discipline_silences"].rows], [50, 49])
        for table in tables.values():
            table.as_dict()

    def test_every_figure_opens_its_leads(self):
        self.several()
        leads = self.env["crm.lead"].with_user(self.manager).with_context(active_test=False)
        for table in self.tables().values():
            for row in (*table.rows, *([table.total] if table.total else [])):
                for column in table.columns:
                    domain = table.drill_domain(row, column.key)
                    if domain and column.type == "integer" and column.key != "days":
                        self.assertEqual(leads.search_count(domain), row.cells[column.key], f"{table.key} {row.key} {column.key}")

    def test_the_screen_shows_ones_own_first(self):
        self.several()
        answer = self.env["conveyor.discipline"].with_user(self.seller).get_tables({})
        self.assertEqual((answer["mine"]["left"], answer["mine"]["value"]), (2, 400))
        self.assertEqual(self.env["conveyor.discipline"].with_user(self.manager).get_tables({})["mine"]["left"], 0)

    # ------------------------------------------------------------ resume
    def test_one_click_resumes_all_of_ones_own(self):
        leads = self.several()
        mine = self.env["conveyor.discipline"].with_user(self.seller)
        mine.resume()
        for lead in leads[:2]:
            self.assertTrue(lead.next_touch_date)
            self.assertEqual(lead.next_touch_user_id, self.seller)
            self.assertEqual(self.row(lead).is_left, 0)
        self.assertFalse(leads[2].next_touch_date, "gone for good")
        with self.assertRaisesRegex(UserError, "Nothing was left behind"):
            mine.resume()

    def test_a_person_gets_no_more_a_day_than_he_can_do(self):
        leads = [self.touched(50) for _number in range(5)]
        self.env.company.conveyor_daily_capacity = 2
        self.row(leads[0])
        self.env["conveyor.discipline"].with_user(self.manager).resume([lead.id for lead in leads])
        days = [lead.next_touch_date.date() for lead in leads]
        self.assertEqual(sorted(days.count(day) for day in set(days)), [1, 2, 2])
        self.assertTrue(all(day.weekday() < 5 for day in days))

    def test_nobody_resumes_leads_of_others(self):
        lead = self.touched(50)
        with self.assertRaises(UserError):
            self.env["conveyor.discipline"].with_user(self.colleague).resume(lead.ids)
        self.assertFalse(lead.next_touch_date)

    def test_reading_costs_the_same_for_many_leads(self):
        for _number in range(30):
            self.touched(50, 49)
        self.tables()
        with self.assertQueryCount(45):
            self.tables()
