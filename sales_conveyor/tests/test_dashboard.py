"""The owner's page: figures by hand, in step with the funnel, by the reader's rights; assigning; handing over."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from unittest.mock import patch
from zoneinfo import ZoneInfo

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import format_date

from ..engine.counter import Reading
from ..engine.funnel import Tally
from .dashboard_common import FIRST_PAINT, DashboardCase


@tagged("post_install", "-at_install")
class TestDashboard(DashboardCase):

    # ------------------------------------------------------------ the top line
    def test_first_sales_by_hand_and_as_in_the_funnel(self):
        found = self.figures(self.part("top"))
        self.assertEqual((found["first"], found["first_money"], found["repeat"]), (4, 100 + 200 + 300 + 400, 0))
        funnel = self.env["conveyor.funnel"].with_user(self.manager)._tables({**self.filters, "counting": "period"})["summary"]
        self.assertEqual(found["first"] + found["repeat"], funnel.value("won", "value"))

    def test_the_period_before_is_just_as_long(self):
        days = self.part("top")["days"]
        self.assertEqual(days["before_to"], fields.Date.to_string(self.today - timedelta(days=30)))
        self.assertEqual(days["before_from"], fields.Date.to_string(self.today - timedelta(days=59)))
        self.assertEqual(self.figures(self.part("top"), "before")["first"], 0)

    def test_without_a_beginning_nothing_is_compared(self):
        part = self.part("top", date_from=False)
        self.assertNotIn("before_from", part["days"])
        self.assertIsNone(self.figures(part, "before")["first"])

    # ------------------------------------------------------------ the belt
    def test_the_section_that_costs_most_is_marked_and_explained(self):
        part = self.part("belt")
        self.assertEqual(part["marked"], f"{self.offer.id}:first_sale")
        self.assertIn("8 of 12", part["sentence"])
        self.assertIn("touched at most 3 times: 8", part["sentence"])
        rows = {row["key"]: row["cells"] for row in part["table"]["rows"]}
        self.assertEqual(rows[f"{self.offer.id}:first_sale"]["lost"], 8)
        self.assertEqual(rows[f"{self.new.id}:lead_generation"]["in_now"], 8)

    def test_the_picture_tells_the_same_and_escapes_names(self):
        self.offer.name = "<script>alert(1)</script>"
        svg = self.part("belt")["svg"]
        self.assertTrue(svg.startswith("<svg"))
        self.assertIn("Too dear", svg)
        self.assertNotIn("<script", svg)

    def test_nothing_is_drawn_of_an_empty_period(self):
        part = self.part("belt", date_from="2001-01-01", date_to="2001-01-31", user_ids=[self.colleague.id])
        self.assertEqual((part["svg"], part["sentence"], part["marked"]), ("", "", False))

    def test_the_other_parts_can_be_read(self):
        for name in ("around", "sources", "drivers", "outlook"):
            self.assertIn("tables", self.part(name), name)
        drivers = self.figures(self.part("drivers"), "turnover")
        self.assertAlmostEqual(drivers["conversion"], 1000 * 0.1)

    def test_sections_say_how_many_went_on_now_and_before(self):
        rows = {row["key"]: row["cells"] for row in self.part("belt")["table"]["rows"]}
        self.assertAlmostEqual(rows[f"{self.offer.id}:first_sale"]["passing"], 4 / 12)
        later = self.part("belt", date_from=self.today + timedelta(days=1), date_to=self.today + timedelta(days=1))
        self.assertIsNone({row["key"]: row["cells"] for row in later["table"]["rows"]}[f"{self.offer.id}:first_sale"]["passing"])
        self.assertIn("touches", self.env["conveyor.dashboard"]._step_figures(
            self.env["conveyor.funnel"]._section_row(self.offer, "first_sale"), Tally(left=4, touches=6), None, {})[0])

    def test_what_is_owed_is_counted_once_where_it_is_owed(self):
        """A lead that is no opportunity yet stands in the row of leads of its section, with what is owed and what is overdue."""
        self.item(self.offer, "Send the offer")
        lead, chance = self.lead(self.offer, type="lead"), self.lead(self.offer)
        for record in (lead, chance, chance.copy({"stage_id": self.offer.id})):
            record.activity_schedule("mail.mail_activity_data_call", self.today - timedelta(days=3), user_id=self.seller.id)
        self.env.flush_all()
        rows = {row["key"]: row["cells"] for row in self.part("belt")["table"]["rows"]}
        self.assertEqual({key: rows[f"{self.offer.id}:{key}"]["overdue"] for key in ("lead_generation", "first_sale")},
                         {"lead_generation": 1, "first_sale": 2})
        self.assertEqual({key: rows[f"{self.offer.id}:{key}"]["work"] for key in ("lead_generation", "first_sale")},
                         {"lead_generation": 1, "first_sale": 2})

    def test_first_and_repeat_sales_stand_by_month_and_open_their_leads(self):
        chart = self.part("around")["chart"]
        self.assertGreaterEqual(len(chart["rows"]), 1)
        last = chart["rows"][-1]
        self.assertEqual((last["cells"]["first"], last["cells"]["first_money"], last["cells"]["repeat"]), (4, 1000, 0))
        domain = [(chart["drill"]["field"], "any", [*chart["drill"]["domain"], *last["domain"], *last["drills"]["first"]])]
        self.assertEqual(self.env["crm.lead"].with_context(active_test=False).search(domain), self.leads[:4])

    def test_sources_by_return_are_seen_by_managers_and_what_is_wasted_comes_first(self):
        wasted, works = self.env["utm.source"].create([{"name": "Magazine"}, {"name": "Shop window"}])
        self.leads[0].source_id = works
        self.env["conveyor.spend"].create([{
            "source_id": source.id, "amount": 9000, "date_from": self.today - timedelta(days=400), "date_to": self.today - timedelta(days=300)}
            for source in (works, wasted)])
        self.env.flush_all()
        part = self.part("sources", date_from=self.today - timedelta(days=420), team_ids=False)
        [table] = part["tables"]
        self.assertTrue(part["has_money"])
        self.assertEqual(table["rows"][0]["cells"]["name"], "Magazine")
        self.assertIn(format_date(self.env, self.today - timedelta(days=420)), table["notes"][0])
        self.assertAlmostEqual({row["cells"]["name"]: row["cells"]["spend"] for row in table["rows"]}["Shop window"], 9000)
        own = self.part("sources", self.seller)
        self.assertFalse(own["has_money"])
        self.assertNotIn("spend", [column["key"] for column in own["tables"][0]["columns"]])

    def test_qualities_are_counted_in_the_period_and_before(self):
        buyer, other = self.clients[18:]
        for partner, days in ((buyer, (5, 3)), (other, (40,))):
            for ago in days:
                self.order(partner, fields.Datetime.now() - timedelta(days=ago))
        self.env.flush_all()
        table = {one["key"]: one for one in self.part("around", team_ids=False)["tables"]}["assembled"]
        rows = {row["key"]: row["cells"] for row in table["rows"]}
        bought = self.env["conveyor.rhythm"].with_user(self.manager).search_count
        first = [("bought_date", ">=", self.filters["date_from"]), ("bought_date", "<=", self.today)]
        self.assertEqual(rows["bought_date"]["gained"], bought(first))
        self.assertGreaterEqual(rows["bought_date"]["gained"], 1)
        self.assertGreaterEqual(rows["bought_date"]["before"], 1)
        self.assertGreaterEqual(rows["returned_date"]["gained"], 1)

    def test_every_number_of_the_tabs_opens_as_many_records(self):
        self.order(self.clients[18], fields.Datetime.now() - timedelta(days=9))
        self.order(self.clients[18], fields.Datetime.now() - timedelta(days=2))
        self.env.flush_all()
        scope, opened = self.dashboard._scope({**self.filters, "team_ids": False}), 0
        tables = (*self.dashboard._top_tables(scope, self.dashboard._scope_before(scope)), *self.dashboard._around_tables(scope),
                  *self.dashboard._driver_tables(scope), *self.dashboard._outlook_tables(scope))
        for table in tables:
            for row in table.rows:
                for column in table.columns:
                    domain = table.drill_domain(row, column.key)
                    if domain is None or not row.cells[column.key]:
                        continue
                    base = table.base(row, column.key)
                    records = self.env[base["model"]].with_user(self.manager).with_context(active_test=False)
                    self.assertTrue(records.search_count(domain, limit=1), (table.key, row.key, column.key, domain))
                    if table.type_of(row, column.key) == "integer" and row.key not in ("net", "customers") and table.key in (
                            "sales", "customers", "today", "assembled", "drivers"):
                        self.assertEqual(records.search_count(domain), row.cells[column.key], (table.key, row.key, column.key, domain))
                    opened += 1
        self.assertGreater(opened, 12)

    def test_today_begins_at_the_companys_midnight(self):
        """Half past nine in the evening in UTC is tomorrow in Sofia: what is due at eight is due today, what was due before midnight is overdue."""
        self.env.company.conveyor_tz = "Europe/Sofia"
        now, zone = datetime(2026, 6, 10, 21, 30), ZoneInfo("Europe/Sofia")
        moments = {12: datetime(2026, 6, 10, 12), 13: datetime(2026, 6, 11, 5), 14: datetime(2026, 6, 11, 21, 30)}
        for number, moment in moments.items():
            self.leads[number].activity_ids.unlink()
            self.leads[number].next_touch_date = moment
        with patch.object(type(self.dashboard), "_now", lambda model: now):
            begins = self.dashboard._today_begins()
            found = {row.key: row.cells["value"] for row in self.dashboard._today(self.dashboard._scope(self.filters)).rows}
        self.assertEqual(begins, datetime(2026, 6, 11, tzinfo=zone).astimezone(UTC).replace(tzinfo=None))
        self.assertEqual((found["due"], found["overdue"]), (1, 1))

    def test_today_is_counted_in_one_reading(self):
        scope = self.dashboard._scope(self.filters)
        self.dashboard._today(scope)
        with self.assertQueryCount(1):
            table = self.dashboard._today(scope)
        for row in table.rows:
            self.assertEqual(row.cells["value"], self.env["crm.lead"].with_user(self.manager).search_count(
                table.drill_domain(row, "value")), row.key)

    def test_touched_today_stands_beside_yesterday(self):
        """Of open leads: one touched on both days, one yesterday only, one longer ago, one by a mail that came back, one by the client himself."""
        begins = self.dashboard._today_begins()
        touches = ((12, begins, {}), (12, begins - timedelta(hours=2), {}), (13, begins - timedelta(hours=20), {}), (14, begins - timedelta(days=3), {}),
                   (15, begins - timedelta(hours=3), {"outcome": "bounced"}), (16, begins - timedelta(hours=4), {"direction": "in"}))
        self.env["conveyor.touch"]._record([{
            "event_key": f"dashboard-{number}-{moment}", "lead_id": self.leads[number].id, "channel": "call", "date": moment, **values}
            for number, moment, values in touches])
        cells = self.dashboard._today(self.dashboard._scope(self.filters)).row("done").cells
        self.assertEqual((cells["value"], cells["before"], cells["change"]), (1, 2, -0.5))
        self.assertIsNone(self.figures(self.part("around"), "before")["overdue"])

    def test_customers_by_rhythm_stand_beside_those_as_the_period_began(self):
        """One has become late, one came back, one is new, one stayed: told from the changes since."""
        first, company = self.filters["date_from"], self.env.company
        self.env["conveyor.rhythm"].search([]).unlink()
        self.env["conveyor.rhythm.change"].search([]).unlink()

        def rhythm(number, status, bought, **values):
            self.env["conveyor.rhythm"].create({
                "partner_id": self.clients[number].id, "company_id": company.id, "currency_id": company.currency_id.id, "status": status,
                "first_date": bought, "last_date": bought, "purchase_count": 2, "usual_gap": 30, **values})

        def change(number, day, old, new):
            self.env["conveyor.rhythm.change"].create({
                "partner_id": self.clients[number].id, "company_id": company.id, "date": day, "from_status": old, "to_status": new})

        long_ago = first - timedelta(days=200)
        for number, status, bought in ((0, "late", long_ago), (1, "steady", long_ago), (2, "new", self.today), (3, "steady", long_ago)):
            rhythm(number, status, bought)
        for number, day, old, new in ((0, first, "steady", "late"), (1, first + timedelta(days=2), "lost", "steady"),
                                      (3, first + timedelta(days=1), "steady", "late"), (3, first + timedelta(days=5), "late", "steady")):
            change(number, day, old, new)
        scope = self.dashboard._scope({**self.filters, "team_ids": False})
        self.assertNotIn("before", [column.key for column in self.dashboard._rhythms(scope).columns])  # nothing was seen before the period
        change(3, first - timedelta(days=40), "late", "steady")
        table = self.dashboard._rhythms(scope)
        self.assertEqual({row.key: (row.cells["customers"], row.cells["before"]) for row in table.rows},
                         {"late": (1, 0), "lost": (0, 1), "new": (1, 0), "steady": (2, 2)})
        self.assertEqual((table.total.cells["customers"], table.total.cells["before"]), (4, 3))
        stream = BytesIO()  # the workbook has a sheet of that name already, of customers one by one
        self.env["conveyor.workbook"].with_user(self.manager)._from_filters({**self.filters, "team_ids": False})._write_file(stream)
        self.assertTrue(stream.getvalue())

    def test_leads_dropped_stand_beside_those_of_the_period_before(self):
        """Each whole, since a manager sees of others what is older than a week."""
        for leads, days in ((self.leads[4:7], 45), (self.leads[7:], 10)):
            moment = fields.Datetime.now() - timedelta(days=days)
            self.env["conveyor.transition"].search([("lead_id", "in", leads.ids)]).date = moment
            self.env["crm.lead"].flush_model()
            self.env.cr.execute("UPDATE crm_lead SET create_date = %s, date_closed = %s WHERE id = ANY(%s)", [moment, moment, leads.ids])
        self.env.invalidate_all()
        table = {one["key"]: one for one in self.part("around")["tables"]}["discipline_salesperson"]
        rows = {row["key"]: (row["cells"]["dropped"], row["cells"]["dropped_before"]) for row in table["rows"]}
        self.assertEqual(rows, {str(self.manager.id): (2, 2), str(self.seller.id): (3, 1)})
        total = table["total"]["cells"]
        self.assertEqual((total["dropped"], total["dropped_before"]), (5, 3))
        self.assertEqual(total["early_share_before"], 1)

    def test_visitors_of_the_drivers_open_their_readings_by_the_counters_clock(self):
        door = self.env["conveyor.counter"].create({"name": "Dashboard door", "tz": "Europe/Sofia", "team_id": self.team.id})
        first = datetime.combine(self.filters["date_from"], datetime.min.time())
        self.env["conveyor.counter.reading"]._record(door, [
            Reading(first + timedelta(hours=hours), visitors) for hours, visitors in ((-4, 100), (-1, 7), (24 * 29 + 20, 9), (24 * 29 + 23, 100))], "device")
        [table] = self.dashboard._driver_tables(self.dashboard._scope(self.filters))
        row = table.row("visitors")
        readings = self.env["conveyor.counter.reading"].search(table.drill_domain(row, "value"))
        self.assertEqual((row.cells["value"], sum(readings.mapped("visitors"))), (16, 16))

    def test_an_unknown_part_is_told(self):
        with self.assertRaisesRegex(UserError, "no part"):
            self.part("everything")
        with self.assertRaisesRegex(UserError, "date_to"):
            self.part("top", date_to="tomorrow")

    def test_the_first_paint_needs_few_queries(self):
        costs = self.paint_costs()
        self.assertLess(sum(costs[name] for name in FIRST_PAINT), 40, costs)
        self.assertLess(costs["around"], 18, costs)

    # ------------------------------------------------------------ rights
    def test_a_salesperson_sees_his_own(self):
        found = self.figures(self.part("top", self.seller))
        self.assertEqual(found["first"], 2)  # every second lead is his
        rows = {row["key"]: row["cells"] for row in self.part("belt", self.seller)["table"]["rows"]}
        self.assertEqual(rows[f"{self.offer.id}:first_sale"]["lost"], 4)
        self.assertEqual(self.figures(self.part("top", self.colleague))["first"], 0)

    def test_who_has_nothing_to_do_with_sales_sees_nothing(self):
        stranger = self.env["res.users"].create({"name": "Stranger", "login": "stranger_dashboard", "group_ids": [(6, 0, [self.env.ref("base.group_user").id])]})
        for name in ("top", "belt", "lists"):
            with self.assertRaises(AccessError):
                self.part(name, stranger)

    # ------------------------------------------------------------ lists and assigning
    def test_promises_overdue_come_with_the_most_money_first(self):
        late = self.leads[12:15]
        for lead in late:
            lead.activity_schedule("mail.mail_activity_data_call", self.today - timedelta(days=3), user_id=lead.user_id.id)
        overdue = {one["key"]: one for one in self.part("lists")["lists"]}["overdue"]
        self.assertEqual([item["id"] for item in overdue["items"]], late.sorted("expected_revenue", reverse=True).ids)
        self.assertEqual((overdue["count"], overdue["items"][0]["person"]), (3, late[2].user_id.name))

    def test_a_lead_whose_name_does_not_tell_the_client_has_him_beside_it(self):
        named, unnamed, unknown = self.leads[12:15]
        client = self.env["res.partner"].create({"name": "Tilda Oakley"})
        unnamed.write({"name": "Kitchen", "partner_id": client.id})
        named.write({"name": "Kitchen of TILDA OAKLEY", "partner_id": client.id})
        unknown.write({"name": "Sofa", "partner_id": False, "partner_name": False, "contact_name": "Otto"})
        for lead in named + unnamed + unknown:
            lead.activity_schedule("mail.mail_activity_data_call", self.today - timedelta(days=3), user_id=lead.user_id.id)
        overdue = {one["key"]: one for one in self.part("lists")["lists"]}["overdue"]
        self.assertEqual({item["id"]: item["client"] for item in overdue["items"]}, {named.id: "", unnamed.id: "Tilda Oakley", unknown.id: "Otto"})

    def test_an_empty_list_is_no_praise_where_nobody_has_bought_yet(self):
        self.order(self.clients[18], fields.Datetime.now() - timedelta(days=2))
        self.env.flush_all()
        lists = {one["key"]: one for one in self.part("lists")["lists"]}
        self.assertEqual([lists[key]["is_clear"] for key in ("slipping", "overdue")], [True, True])
        self.env["conveyor.rhythm"].search([]).unlink()
        lists = {one["key"]: one for one in self.part("lists")["lists"]}
        self.assertEqual([lists[key]["is_clear"] for key in ("slipping", "overdue")], [False, True])
        self.assertIn("first confirmed order", lists["slipping"]["empty"])

    def test_assigning_plans_a_touch_for_the_next_working_day_once_and_can_be_undone(self):
        lead = self.leads[15]
        lead.activity_ids.unlink()
        answer = self.env["conveyor.assignment"].with_user(self.manager).assign("crm.lead", lead.id)
        self.assertIn(lead.user_id.name, answer["text"])
        self.assertGreater(lead.next_touch_date.date(), self.today)
        self.assertEqual(lead.activity_ids.user_id, lead.user_id)
        assignment = self.env["conveyor.assignment"].browse(answer["id"])
        assignment.with_user(self.manager).undo()
        self.assertFalse(lead.activity_ids)
        self.assertFalse(assignment.exists())

    def test_what_is_planned_already_moves_and_goes_back(self):
        lead = self.leads[16]
        lead.activity_ids.unlink()
        activity = lead.activity_schedule("mail.mail_activity_data_call", self.today - timedelta(days=2), user_id=lead.user_id.id)
        before = lead.next_touch_date
        answer = self.env["conveyor.assignment"].with_user(self.manager).assign("crm.lead", lead.id)
        self.assertGreater(activity.date_deadline, self.today)
        self.assertEqual(lead.activity_ids, activity)
        self.env["conveyor.assignment"].with_user(self.manager).browse(answer["id"]).undo()
        self.assertEqual(lead.next_touch_date.date(), before.date())

    def test_nobody_assigns_what_he_may_not_write(self):
        with self.assertRaises(AccessError):
            self.env["conveyor.assignment"].with_user(self.colleague).assign("crm.lead", self.leads[15].id)
        for model in ("res.users", "sale.order"):
            with self.assertRaises(UserError):
                self.env["conveyor.assignment"].with_user(self.manager).assign(model, 1)
        answer = self.env["conveyor.assignment"].with_user(self.manager).assign("crm.lead", self.leads[14].id)
        with self.assertRaises(AccessError):
            self.env["conveyor.assignment"].with_user(self.colleague).browse(answer["id"]).undo()
        with self.assertRaises(AccessError):
            self.env["conveyor.assignment"].with_user(self.manager).create({"lead_id": self.leads[14].id})

    def test_last_week_counts_what_came_of_it(self):
        assignments = self.env["conveyor.assignment"].with_user(self.manager)
        for lead in self.leads[12:15]:
            assignments.assign("crm.lead", lead.id)
        self.env["conveyor.touch"]._record([{
            "event_key": "dashboard-touch", "lead_id": self.leads[12].id, "channel": "call", "outcome": "reached",
            "date": fields.Datetime.now() + timedelta(seconds=5)}])
        self.leads[13].action_set_won()
        self.leads[13].date_closed = fields.Datetime.now() + timedelta(seconds=5)
        self.assertEqual(assignments._last_week(), (3, 1, 1))
        self.assertIn("3", self.part("lists")["week"])

    def test_the_source_that_burned_most_is_named_to_managers_only(self):
        source = self.env["utm.source"].create({"name": "Magazine"})
        self.env["crm.lead"].create({"name": "Came by it", "team_id": self.team.id, "source_id": source.id})
        self.env["conveyor.spend"].create({"source_id": source.id, "amount": 9000, "date_from": self.today - timedelta(days=400),
                                           "date_to": self.today - timedelta(days=300)})
        self.env.flush_all()
        self.assertRegex(self.part("burned")["sentence"], "Whatever the period: Magazine burned .*Leads: 1, no sale")
        self.assertEqual(self.part("burned", self.seller)["sentence"], "")
        self.assertNotIn("burned", self.part("lists"), "the lists do not wait for it")

    # ------------------------------------------------------------ whoever leaves
    def test_clients_of_who_leaves_move_on_with_what_is_planned(self):
        mine = self.leads.filtered(lambda lead: lead.user_id == self.seller and lead.won_status == "pending")
        activity = mine[0].activity_schedule("mail.mail_activity_data_call", self.today + timedelta(days=4), user_id=self.seller.id)
        wizard = self.env["conveyor.handover"].with_user(self.manager).create({
            "from_user_id": self.seller.id, "to_user_ids": [(6, 0, (self.colleague + self.manager).ids)]})
        self.assertEqual(wizard.lead_count, len(mine))
        wizard.action_hand_over()
        self.assertFalse(self.env["crm.lead"].search_count([("user_id", "=", self.seller.id), ("won_status", "=", "pending")]))
        by_person = mine.grouped("user_id")
        self.assertLessEqual(abs(len(by_person[self.colleague]) - len(by_person[self.manager])), 1)
        self.assertEqual(activity.user_id, mine[0].user_id)
        self.assertEqual(activity.date_deadline, self.today + timedelta(days=4))

    def test_handing_over_to_nobody_is_told(self):
        wizard = self.env["conveyor.handover"].with_user(self.manager).create({"from_user_id": self.seller.id})
        with self.assertRaisesRegex(UserError, "who takes over"):
            wizard.action_hand_over()
        with self.assertRaises(AccessError):
            self.env["conveyor.handover"].with_user(self.seller).create({"from_user_id": self.manager.id})
