"""Money by source, counted by hand: costs, attribution, what comes back, what goes down the drain; filters, rights, companies."""

from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .money_common import APR, FEB, JAN, MAR, MoneyCase

COUNTS = ("spend", "leads", "cost_lead", "first_sales", "cost_sale")
UNCOUNTED = ("payback", "touches")  # no number of records
BROUGHT = ("revenue_first", "revenue_later", "ltv", "return")


@tagged("post_install", "-at_install")
class TestMoney(MoneyCase):
    """Half a year: ads sell and pay back in part, a fair brings leads that do not buy, a magazine nobody;
    one client is sent by a friend, one bought before his first lead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spend(cls.ads, JAN, date(2026, 3, 31), 900)  # 310 + 280 + 310
        cls.spend(cls.fair, date(2026, 2, 10), amount=500)
        cls.spend(cls.magazine, JAN, date(2026, 1, 31), 300)
        cls.spend(cls.magazine, date(2026, 6, 1), date(2026, 6, 30), 60)
        cls.ada, cls.cy, cls.rob, cls.old = (cls.customer(name) for name in ("Ada", "Cy", "Rob", "Old Olga"))
        cls.came(date(2026, 1, 5), cls.ads, cls.customer("Ada's office", parent_id=cls.ada.id))
        cls.came(date(2026, 4, 5), cls.fair, cls.ada)  # not his first lead
        cls.came(date(2026, 2, 3), cls.ads)
        cls.came(date(2026, 3, 10), cls.ads, cls.cy)
        cls.came(date(2026, 2, 11), cls.fair)
        cls.came(date(2026, 2, 20), cls.ads, cls.rob, referrer_id=cls.ada.id)
        cls.came(date(2026, 2, 21), cls.fair, cls.old)
        cls.bought(cls.ada, date(2026, 1, 20), date(2026, 3, 1), date(2026, 6, 1))
        cls.bought(cls.cy, date(2026, 4, 2))
        cls.bought(cls.rob, date(2026, 3, 5), date(2026, 4, 20))
        cls.bought(cls.old, date(2026, 1, 2))

    def test_by_source_in_the_period(self):
        table = self.money()["money_source"]
        self.assertEqual(self.figures(table, self.ads, *COUNTS), [900, 3, 300, 2, 450])
        self.assertEqual(self.figures(table, self.ads, *BROUGHT), [200, 200, 200, 400 / 900])
        self.assertEqual(self.figures(table, self.fair, *COUNTS), [500, 3, 500 / 3, 0, None])
        self.assertEqual(self.figures(table, self.magazine, *COUNTS), [360, 0, None, 0, None])
        self.assertEqual(self.figures(table, self.referral, *COUNTS), [0, 1, None, 1, None], "who was brought by somebody")
        self.assertEqual(self.figures(table, 0, *COUNTS), [0, 0, None, 1, None], "bought before his first lead")
        self.assertEqual(self.figures(table, "total", *COUNTS), [1760, 7, 1760 / 6, 4, 880], "costs are of sources that cost")
        self.assertEqual(self.figures(table, "total", *BROUGHT), [400, 300, 175, 400 / 1760])

    def test_by_cohort_it_is_who_came(self):
        table = self.money(counting="cohort", date_from="2026-02-01", date_to="2026-03-31")["money_source"]
        self.assertEqual(self.figures(table, self.ads, *COUNTS), [590, 2, 295, 1, 590])
        self.assertEqual(self.figures(table, self.ads, "revenue_first", "revenue_later"), [100, 0])
        self.assertNotIn("0", [row.key for row in table.rows], "he came in January")
        months = self.money(counting="cohort")["money_month"]
        self.assertEqual(self.figures(months, "2026-03-01", "spend", "leads", "first_sales"), [310, 1, 1], "Cy came in March")

    def test_by_month_and_by_both(self):
        tables = self.money()
        months = tables["money_month"]
        self.assertEqual([row.cells["month"] for row in months.rows], [date(2026, month, 1) for month in (1, 2, 3, 4, 6)])
        self.assertEqual(self.figures(months, "2026-01-01", *COUNTS), [610, 1, 610, 2, 610])
        self.assertEqual(self.figures(months, "2026-02-01", *COUNTS), [780, 4, 260, 0, None])
        self.assertEqual(self.figures(months, "2026-01-01", "revenue_first", "revenue_later"), [200, 200])
        both = tables["money_source_month"]
        self.assertEqual(self.figures(both, f"{self.ads.id}-2026-02-01", *COUNTS), [280, 1, 280, 0, None])
        for column in ("spend", "leads", "first_sales", "revenue_first", "revenue_later"):
            for table in (months, both, tables["money_source"]):
                self.assertAlmostEqual(sum(row.cells[column] for row in table.rows), table.total.cells[column], msg=(table.key, column))

    def test_customers_are_the_same_with_purchases_and_without(self):
        money = self.env["conveyor.money"].with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        for filters in {}, {"counting": "cohort", "date_from": "2026-02-01"}, {"source_ids": [self.ads.id, 0]}, {"user_ids": [self.seller.id]}:
            scope = money._money_scope({"counting": "period", "date_to": "2026-06-30", **filters})
            customers = money._customers(scope)
            self.assertTrue(customers or "user_ids" in filters)
            self.assertCountEqual(money._purchases(scope)[0], customers, filters)
        rows = self.env["conveyor.money.sale"].with_user(self.manager).with_context(allowed_company_ids=self.company.ids).search([])
        self.assertEqual(len(rows), 7, "days on which anybody bought")
        self.assertEqual(sum(rows.mapped("amount")), 700)

    def test_the_planner_is_left_as_it_was(self):
        names = "enable_nestloop", "work_mem", "jit"
        self.money()
        before = [self.env.cr.execute(f"SHOW {name}") or self.env.cr.fetchone() for name in names]
        with self.env["conveyor.funnel.builder"]._planned_for_many(enable_mergejoin="off"):
            self.assertEqual([self.env.cr.execute(f"SHOW {name}") or self.env.cr.fetchone()[0] for name in (*names, "enable_mergejoin")],
                             ["off", "64MB", "off", "off"])
        self.assertEqual([self.env.cr.execute(f"SHOW {name}") or self.env.cr.fetchone() for name in names], before)
        self.assertEqual(before[0], ("on",))

    def test_down_the_drain(self):
        tables = self.money()
        table = tables["money_drain"]
        self.assertEqual([row.key for row in table.rows], [str(self.fair.id), str(self.magazine.id)], "the most money first")
        self.assertEqual(self.figures(table, self.fair, "amount", "share", "month", "leads", "days", "verdict"),
                         [500, 1, FEB, 3, 30, "Down the drain: no first sale of 3 leads"])
        self.assertEqual(self.figures(table, self.magazine, "amount", "month", "early", "verdict"),
                         [300, JAN, 60, "Down the drain: no lead"])
        self.assertEqual(table.total.cells["amount"], 800)
        self.assertEqual(tables["money_summary"].value("drained", "value"), 800)
        self.assertEqual([row.key for row in tables["money_source"].rows][:3], [str(self.fair.id), str(self.magazine.id), str(self.ads.id)])
        self.assertEqual(self.figures(tables["money_source"], self.ads, "verdict"), ["Not paid back yet"])

    def test_young_money_is_too_early_to_say(self):
        early = self.money(today=date(2026, 3, 1))
        self.assertEqual(self.figures(early["money_drain"], self.magazine, "amount"), [290.32], "until the 30th of January")
        self.assertNotIn(str(self.fair.id), [row.key for row in early["money_drain"].rows])
        self.assertEqual(self.figures(early["money_source"], self.fair, "verdict"), ["Too early to say"])
        self.company.conveyor_window_days = 400
        self.assertFalse(self.money()["money_drain"].rows)
        self.assertEqual(self.money()["money_summary"].value("early", "value"), 1760)

    def test_a_late_sale_ends_the_drain(self):
        self.came(date(2026, 2, 12), self.fair, self.customer("Fay"))
        fay = self.customer("Fay again")
        self.came(date(2026, 2, 12), self.fair, fay)
        self.bought(fay, date(2026, 6, 10))
        self.assertEqual([row.key for row in self.money()["money_drain"].rows], [str(self.magazine.id)])

    def test_ltv_by_cohort(self):
        table = self.money()["money_cohort"]
        self.assertEqual(self.figures(table, "2026-01-01", "customers", "ltv_0", "ltv_1", "ltv_2", "ltv_3", "ltv_6"), [2, 100, 100, 150, 150, None])
        self.assertEqual(self.figures(table, "2026-03-01", "customers", "ltv_0", "ltv_1", "ltv_2", "ltv_3"), [1, 100, 100, 200, None])
        self.assertEqual(self.figures(table, "total", "customers", "ltv_0", "ltv_2"), [4, 100, (300 + 200) / 3])
        by_cohort = self.money(counting="cohort")["money_cohort"]
        self.assertEqual([row.cells for row in by_cohort.rows], [row.cells for row in table.rows], "whatever the counting")

    def test_payback(self):
        self.assertIsNone(self.figures(self.money()["money_source"], self.ads, "payback")[0])
        self.env["conveyor.spend"].search([("source_id", "=", self.ads.id)]).amount = 240
        self.assertEqual(self.figures(self.money()["money_source"], self.ads, "payback"), [2], "120 a sale, 150 after two months")
        self.env["conveyor.spend"].search([("source_id", "=", self.ads.id)]).amount = 200
        self.assertEqual(self.figures(self.money()["money_source"], self.ads, "payback", "verdict"), [0, "Pays back"])

    def test_margins_are_known_or_said_not_to_be(self):
        if "margin" in self.env["sale.order"]._fields:
            self.skipTest("Margins in Sales Orders is installed: every margin is known")
        tables = self.money()
        self.assertEqual(self.figures(tables["money_source"], self.ads, "margin"), ["not known"])
        self.assertTrue(any("are of revenue" in note for note in tables["money_source"].notes))
        self.lamp.with_company(self.company).standard_price = 60
        self.env.flush_all()
        tables = self.money()
        self.assertEqual(self.figures(tables["money_source"], self.ads, "margin", "ltv", "return"), [160, 80, 160 / 900])
        self.assertIn("LTV, return and payback are of margin.", tables["money_source"].notes)
        self.assertEqual(self.figures(tables["money_cohort"], "2026-01-01", "ltv_2"), [60])

    def test_first_and_repeat(self):
        table = self.money()["money_first_repeat"]
        self.assertEqual(self.figures(table, "first", "sales", "customers", "revenue", "spend", "cost"), [4, 4, 400, 1760, 440])
        self.assertEqual(self.figures(table, "repeat", "sales", "customers", "revenue", "spend", "cost"), [3, 2, 300, None, None])
        self.assertNotIn("work", [column.key for column in table.columns])
        self.company.conveyor_touch_cost = 5
        self.env["conveyor.touch"]._record([{
            "event_key": f"money {number}", "date": f"2026-05-{number:02} 10:00:00", "partner_id": self.ada.id, "company_id": self.company.id,
            "channel": "call", "direction": "out", "outcome": "reached"} for number in range(1, 7)])
        table = self.money()["money_first_repeat"]
        self.assertEqual(self.figures(table, "repeat", "touches", "touches_per_sale", "work", "cost", "cost_customer"), [6, 2, 30, 10, 15])
        self.assertIn("Not enough data to compare the two.", table.notes, "of four and three sales")

    def test_first_and_repeat_are_compared_from_ten_sales_on(self):
        self.company.conveyor_touch_cost = 5
        self.env["conveyor.touch"]._record([{
            "event_key": "money one", "date": "2026-05-01 10:00:00", "partner_id": self.ada.id, "company_id": self.company.id,
            "channel": "call", "direction": "out", "outcome": "reached"}])
        for number in range(6):
            self.bought(self.customer(f"Newcomer {number}"), date(2026, 5, 20))
        self.bought(self.old, *(date(2026, 4, day) for day in range(1, 8)))
        table = self.money()["money_first_repeat"]
        self.assertEqual(self.figures(table, "first", "sales", "customers", "cost", "cost_customer"), [10, 10, 176, 176])
        self.assertEqual(self.figures(table, "repeat", "sales", "customers", "cost", "cost_customer"), [10, 3, 0.5, 5 / 3])
        self.assertTrue(any("costs 352 times" in note and "customer 106 times" in note for note in table.notes), table.notes)
        self.assertTrue(any("without a touch" in note for note in table.notes), "0.1 touches a sale")

    def test_won_without_any_document_is_a_sale(self):
        lead = self.came(date(2026, 5, 4), self.magazine, expected_revenue=700)
        lead.action_set_won()
        self.env["conveyor.transition"].search([("lead_id", "=", lead.id), ("kind", "=", "won")]).date = "2026-05-20 12:00:00"
        self.env["conveyor.funnel.fact"]._mark(lead.ids)
        self.assertEqual(self.figures(self.money()["money_source"], self.magazine, "leads", "first_sales", "revenue_first"), [1, 1, 700])

    def test_leads_are_those_of_the_funnel(self):
        funnel = self.env["conveyor.funnel"].with_user(self.manager).with_context(allowed_company_ids=self.company.ids)._tables(
            {"counting": "cohort", "date_from": "2026-01-01", "date_to": "2026-06-30"})
        self.assertEqual(self.money()["money_source"].total.cells["leads"], funnel["summary"].value("leads", "value"))

    # ------------------------------------------------------------ filters, drill-down
    def test_filters(self):
        table = self.money(source_ids=[self.ads.id])["money_source"]
        self.assertEqual([row.key for row in table.rows], [str(self.ads.id)])
        self.assertEqual(self.figures(table, "total", *COUNTS), [900, 3, 300, 2, 450])
        self.assertEqual([row.key for row in self.money(source_ids=[0])["money_source"].rows], ["0"])
        table = self.money(team_ids=self.team.ids)["money_source"]
        self.assertEqual(self.figures(table, self.ads, *COUNTS), [None, 3, None, 2, None])
        self.assertTrue(any("with these filters there are no costs" in note for note in table.notes))
        self.assertFalse(self.money(user_ids=[self.colleague.id])["money_source"].rows)
        middle = self.money(date_from="2026-02-10", date_to="2026-03-05")
        self.assertEqual(self.figures(middle["money_source"], self.ads, "spend", "leads", "first_sales"), [240, 0, 0])

    def test_every_number_opens_what_is_behind_it(self):
        checked = 0
        for filters in ({}, {"counting": "cohort"}, {"source_ids": [self.ads.id, 0, self.referral.id]}, {"date_from": "2026-02-10", "date_to": "2026-03-31"}):
            for table in self.money(**filters).values():
                for row in (*table.rows, *filter(None, [table.total])):
                    for column in table.columns:
                        domain = table.drill_domain(row, column.key)
                        if domain is None or not row.cells[column.key]:
                            continue
                        records = self.env[table.base(row, column.key)["model"]].with_user(self.manager).with_context(
                            allowed_company_ids=self.company.ids, active_test=False)
                        by = table.base(row, column.key)["context"].get("group_by")
                        count = len(records._read_group(domain, [by])) if by else records.search_count(domain)
                        what = (filters, table.key, row.key, column.key, domain)
                        if table.type_of(row, column.key) == "integer" and column.key not in UNCOUNTED:
                            self.assertEqual(count, row.cells[column.key], what)
                        self.assertTrue(count, what)
                        checked += 1
        self.assertGreater(checked, 150)

    def test_a_customer_is_opened(self):
        customers = self.env["conveyor.money.customer"].with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        ada = customers.search([("partner_id", "=", self.ada.id)])
        self.assertEqual((ada.source_id, ada.came_date, ada.first_date, ada.revenue), (self.ads, date(2026, 1, 5), date(2026, 1, 20), 300))
        self.assertEqual(ada.action_open()["res_id"], self.ada.id)

    def test_a_repeat_sale_is_opened(self):
        table = self.money()["money_first_repeat"]
        row = table.row("repeat")
        sales = self.env[table.base(row, "sales")["model"]].with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        found = sales.search(table.drill_domain(row, "sales"), order="date")
        self.assertEqual(found.mapped("date"), [date(2026, 3, 1), date(2026, 4, 20), date(2026, 6, 1)])
        self.assertEqual((sum(found.mapped("amount")), found[0].source_id, found[0].action_open()["res_id"]), (300, self.ads, self.ada.id))

    # ------------------------------------------------------------ rights, companies
    def test_others_see_nothing(self):
        for user in (self.seller, self.colleague):
            money = self.env["conveyor.money"].with_user(user).with_context(allowed_company_ids=self.company.ids)
            for call in (money._tables, money.get_tables, money._drains):
                with self.assertRaises(AccessError):
                    call({})
            filters = self.env["conveyor.funnel"].with_user(user).with_context(allowed_company_ids=self.company.ids)._parse({})
            self.assertEqual(money._sheets(filters), {})
            for model in ("conveyor.spend", "conveyor.spend.rule", "conveyor.money.customer", "conveyor.money.sale"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_the_workbook_has_the_same_tables(self):
        tables = self.env["conveyor.sheets"].with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        filters = {"counting": "period", "date_from": "2026-01-01", "date_to": "2026-06-30"}
        sheets = tables._tables(filters)
        self.assertEqual(sheets["money_source"].rows, tables.env["conveyor.money"]._tables(filters)["money_source"].rows)
        self.assertIn("Cost of a first sale", [row.cells["name"] for row in sheets["definitions"].rows])
        self.assertNotIn("money_source", tables._tables({"lead_ids": [1]}))

    def test_companies_and_currencies(self):
        francs = self.env.ref("base.CHF")
        francs.active = True
        other = self.env["res.company"].create({"name": "Other", "currency_id": francs.id, "conveyor_tz": "UTC"})
        self.env["res.currency.rate"].create({"name": "2026-01-01", "currency_id": francs.id, "company_id": self.company.id, "rate": 2})
        self.manager.company_ids |= other
        self.env.user.company_ids |= other
        self.spend(self.ads, date(2026, 5, 1), amount=80, company_id=other.id, currency_id=francs.id)
        self.assertEqual(self.figures(self.money()["money_source"], self.ads, "spend"), [900], "only where one works")
        both = self.env["conveyor.money"].with_user(self.manager).with_context(allowed_company_ids=[self.company.id, other.id])
        table = both._tables({"counting": "period", "date_from": "2026-01-01", "date_to": "2026-06-30"}, date(2026, 6, 15))["money_source"]
        self.assertEqual(self.figures(table, self.ads, "spend"), [940])

    def test_few_queries_however_much_there_is(self):
        money = self.env["conveyor.money"].with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        filters = {"counting": "period", "date_from": "2026-01-01", "date_to": "2026-06-30"}
        money._tables(filters)
        with self.assertQueryCount(40):
            money._tables(filters)
        with self.assertQueryCount(14):
            money._drains(filters)
