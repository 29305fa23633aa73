"""The first-sale process as it is: known histories are found again."""

import random
from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..engine.mining import discover
from ..models.conveyor_process_log import BELT, EVENTS
from .process_common import DAY, MARCH, ProcessCase

HOUR = 3600


@tagged("post_install", "-at_install")
class TestProcess(ProcessCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(6):  # the usual way: two calls, won after ten days
            cls.story((0, "new"), (1, "call"), (1.5, "call"), (2, "needs"), (5, "offer"), (6, "meeting"), (10, "won"),
                      start=MARCH + number * DAY, expected_revenue=100 + number)
        for _number in range(2):  # the offer was made twice
            cls.story((0, "new"), (2, "needs"), (5, "offer"), (6, "needs"), (7, "offer"), (20, "won"))
        expensive = cls.reasons[0].id
        for _number in range(3):
            cls.story((0, "new"), (0.5, "mail in"), (2, "needs"), (9, "lost"), lost_reason_id=expensive)
        cls.story((0, "new"))  # still open
        cls.story((0, "new"), (1, "won"), source_id=cls.sources[1].id)  # of another process
        cls.story((0, "new"), (1, "won"), start=datetime(2026, 4, 2))  # of another month
        repeat = cls.story((0, "new"), (3, "won"))
        cls.env.cr.execute("UPDATE crm_lead SET sale_kind = 'repeat' WHERE id = %s", [repeat.id])
        cls.version = cls.document()
        cls.picture = cls.version.picture
        cls.keys = {name: f"stage:{stage.id}" for name, stage in (
            ("new", cls.new), ("needs", cls.needs), ("offer", cls.offer))}

    def path(self, *names):
        return ["created", *(self.keys.get(name, name) for name in names)]

    def step(self, name, picture=None):
        return next(step for step in (picture or self.picture)["steps"] if step["key"] == self.keys.get(name, name))

    def test_figures(self):
        version = self.version
        self.assertEqual((version.state, version.number, version.leads_in, version.sales_out), ("draft", 1, 12, 8))
        self.assertAlmostEqual(version.conversion, 8 / 12)
        self.assertAlmostEqual(version.volume, 615 + 200)
        self.assertAlmostEqual(version.average_check, 815 / 8, 2)
        self.assertAlmostEqual(version.median_days, 10)
        self.assertAlmostEqual(version.touches_per_sale, 18 / 8)

    def test_variants_and_typical_path(self):
        usual = self.path("new", "needs", "offer", "won")
        first = self.picture["variants"][0]
        self.assertEqual((first["path"], first["count"], first["won"], first["median_seconds"]), (usual, 6, 6, 240 * HOUR))
        self.assertEqual(self.picture["variant_count"], 4)
        self.assertEqual((self.picture["typical"]["path"], self.picture["typical"]["share_won"]), (usual, 6 / 8))
        self.assertEqual(sum(row["count"] for row in self.picture["variants"]), 12)

    def test_steps(self):
        offer = self.step("offer")
        self.assertEqual((offer["count"], offer["visits"], offer["rework"], offer["on_path"]), (8, 10, 2, True))
        self.assertEqual((self.step("needs")["lost"], self.step("needs")["lost_reasons"]), (
            3, [{"id": self.reasons[0].id, "name": "Too expensive", "count": 3}]))
        self.assertEqual(self.step("new")["touches"], [
            {"channel": "call", "direction": "out", "count": 12, "leads": 6, "won": 6, "lost": 0},
            {"channel": "email", "direction": "in", "count": 3, "leads": 3, "won": 0, "lost": 3}])
        self.assertEqual(self.step("new")["stay"], 48 * HOUR)
        self.assertEqual([step["kind"] for step in self.picture["steps"]],
                         ["start", "section", "section", "section", "won", "lost"])

    def test_arcs(self):
        arcs = {(arc["source"], arc["target"]): arc for arc in self.picture["arcs"]}
        back = arcs[self.keys["offer"], self.keys["needs"]]
        self.assertEqual((back["kind"], back["count"], back["leads"], back["median_wait"]), ("back", 2, 2, 24 * HOUR))
        self.assertEqual(arcs[self.keys["needs"], "lost"]["kind"], "loss")
        self.assertEqual(arcs[self.keys["offer"], "won"]["kind"], "win")
        self.assertEqual(arcs[self.keys["new"], self.keys["needs"]]["kind"], "forward")

    def test_equal_touches_in_a_row_are_one_step(self):
        arcs = {(arc["source"], arc["target"]): arc["count"] for arc in self.picture["full"]["arcs"]}
        self.assertEqual(arcs[self.keys["new"], "touch:call:out"], 6)
        self.assertEqual(arcs["touch:call:out", self.keys["needs"]], 6)
        self.assertNotIn(("touch:call:out", "touch:call:out"), arcs)

    def test_beside_the_path(self):
        self.assertEqual(self.picture["first_contacts"], [
            {"channel": "call", "direction": "out", "count": 6, "won": 6},
            {"channel": "email", "direction": "in", "count": 3, "won": 0}])
        self.assertEqual([(row["month"], row["leads_in"], row["sales_out"]) for row in self.picture["months"]],
                         [("2026-03-01", 12, 8)])
        self.assertEqual((self.picture["repeat"]["leads_in"], self.picture["repeat"]["sales_out"]), (1, 1))
        self.assertEqual([(row["key"], row["count"], row["share"]) for row in self.picture["losses"]],
                         [(self.keys["needs"], 3, 1.0)])
        self.assertTrue(self.picture["facts"]["small"])
        reached = {row["key"]: (row["reached"], row["passed"]) for row in self.picture["key_steps"]}
        self.assertEqual(reached[self.keys["needs"]], (11, 8))

    def test_quotation_and_order(self):
        partner = self.customer()
        lead = self.story((0, "new"), (1, "offer"), (8, "won"), partner_id=partner.id)
        order = self.order(partner, MARCH + 5 * DAY, lead)
        self.env.cr.execute("UPDATE sale_order SET create_date = %s WHERE id = %s", [MARCH + 2 * DAY, order.id])
        picture = self.document().picture
        path = self.path("new", "offer", "quotation", "order", "won")
        self.assertIn(path, [variant["path"] for variant in picture["variants"]])
        self.assertEqual(self.step("quotation", picture)["kind"], "milestone")
        self.assertEqual([step["key"] for step in picture["steps"]].index("quotation"),
                         [step["key"] for step in picture["steps"]].index(self.keys["offer"]) + 1)

    def test_who_is_born_won_is_won_and_at_no_step_of_that_name(self):
        today = self.process._today()
        born = self.lead(self.won, source_id=self.fair.id, probability=100)
        self.assertEqual((self.path_of(born), born.won_status), ([("enter", self.won.name), ("won", self.won.name)], "won"))
        waiting = self.past(self.lead(source_id=self.fair.id), (self.env.cr.now(), "enter", None, self.won))  # not won yet
        picture = self.document(first=today, last=today).picture
        self.assertEqual([variant["path"] for variant in picture["variants"]], [["created"], ["created", "won"]])
        self.assertEqual([step["key"] for step in picture["steps"]], ["created", "won", "lost"])
        self.assertEqual((born + waiting).conveyor_process_id, self.process)

    def path_of(self, lead):
        return [(row.kind, row.to_stage_id.name) for row in self.env["conveyor.transition"].search([("lead_id", "=", lead.id)], order="date, id")]

    def test_an_empty_process(self):
        version = self.document(first="2020-01-01", last="2020-01-31")
        self.assertEqual((version.leads_in, version.sales_out, version.picture["variants"]), (0, 0, []))

    def test_a_period_that_ends_before_it_begins(self):
        with self.assertRaisesRegex(UserError, "exchange the two dates"):
            self.document(first="2026-03-31", last="2026-03-01")

    # ------------------------------------------------------------ matching
    def test_the_most_specific_process_has_the_lead(self):
        Process = self.env["conveyor.process"]
        everybody = Process.create({"name": "All"})
        team = Process.create({"name": "Team", "team_id": self.team.id})
        campaign = Process.create({"name": "Spring", "campaign_ids": self.campaign.ids, "sequence": 99})
        fair, other, spring, none = (
            self.lead(source_id=self.fair.id), self.lead(), self.lead(source_id=self.fair.id, campaign_id=self.campaign.id),
            self.lead(team_id=self.other_team.id))
        leads = fair + other + spring + none
        found = Process._process_of(leads)
        self.assertEqual([found[lead.id] for lead in leads], [self.process.id, team.id, campaign.id, everybody.id])
        twin = Process.create({"name": "Team, first in the list", "team_id": self.team.id, "sequence": 1})
        self.assertEqual(Process._process_of(other), {other.id: twin.id})
        (everybody + twin + team).active = False
        self.assertEqual(Process._process_of(other), {other.id: None})

    # ------------------------------------------------------------ rights
    def test_who_sees_only_his_own_leads_does_not_mine(self):
        with self.assertRaises(AccessError):
            self.document(user=self.seller)

    def test_a_salesperson_reads_current_versions_without_money(self):
        with self.assertRaises(AccessError):
            self.version.with_user(self.seller).read(["number"])
        self.version.with_user(self.manager).action_make_current()
        mine = self.version.with_user(self.seller)
        self.assertEqual(mine.read(["number", "leads_in"])[0]["leads_in"], 12)
        for name in ("picture", "volume", "average_check"):
            with self.assertRaises(AccessError):
                mine.read([name])
        picture = mine._picture()
        self.assertNotIn("performers", picture["steps"][0])
        self.assertNotIn("volume", picture["months"][0])
        self.assertNotIn("repeat", picture)
        self.assertIn("performers", self.version.with_user(self.manager)._picture()["steps"][0])

    def test_nobody_writes_a_version(self):
        for user in (self.manager, self.seller, self.env.ref("base.user_admin")):
            version = self.version.with_user(user)
            with self.assertRaises(AccessError):
                version.write({"leads_in": 1})
            with self.assertRaises(AccessError):
                version.create({"process_id": self.process.id, "number": 7, "date_from": "2026-01-01", "date_to": "2026-01-02"})
        with self.assertRaises(AccessError):
            self.version.with_user(self.seller).action_make_current()

    def test_another_companys_versions_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids += company
        everybody = self.env["conveyor.process"].create({"name": "All"})
        both = everybody.with_user(self.manager).with_context(
            allowed_company_ids=[self.env.company.id, company.id]).action_document_as_is("2026-03-01", "2026-03-31")
        self.assertEqual(both.company_ids, self.env.company + company)
        versions = self.env["conveyor.process.version"].with_user(self.manager)
        self.assertNotIn(both, versions.with_context(allowed_company_ids=self.env.company.ids).search([]))
        self.assertIn(both, versions.with_context(allowed_company_ids=[self.env.company.id, company.id]).search([]))
        with self.assertRaises(AccessError):
            self.process.with_user(self.manager).with_context(allowed_company_ids=company.ids).action_document_as_is()

    def test_only_leads_that_the_reader_may_see(self):
        self.env["ir.rule"].create({
            "name": "Only small deals", "model_id": self.env["ir.model"]._get("crm.lead").id,
            "domain_force": "[('expected_revenue', '<', 102)]"})
        version = self.document()
        self.assertEqual((version.leads_in, version.sales_out), (8, 4))


@tagged("post_install", "-at_install")
class TestProcessEngine(ProcessCase):
    """The database's picture is the engine's of the same events."""

    def test_sql_and_engine_agree(self):
        self.process.source_ids = False
        self.process.sequence = -1
        for seed in (1, 2, 3):
            chance = random.Random(seed)
            leads = self.env["crm.lead"].union(*(self.wild_lead(chance) for _lead in range(40)))
            self.wild_touches(chance, leads)
            self.assert_agree(seed)

    def wild_touches(self, chance, leads):
        for number, lead in enumerate(chance.choices(leads, k=150)):
            self.env.cr.execute(
                "INSERT INTO conveyor_touch (event_key, lead_id, date, channel, direction, is_counted, user_id)"
                " VALUES (%s, %s, %s, %s, %s, TRUE, %s)",
                [f"more-{lead.id}-{number}", lead.id, datetime(2025, 12, 1) + chance.randrange(90) * DAY,
                 chance.choice(["call", "email", "meeting"]), chance.choice(["in", "out"]),
                 chance.choice([None, self.seller.id, self.colleague.id])])
        self.facts._mark(leads.ids)

    def assert_agree(self, seed):
        miner = self.env["conveyor.process.miner"]
        with self.env["conveyor.funnel.builder"]._planned_for_many():
            miner._make_log(self.process, datetime(2025, 1, 1).date(), datetime(2027, 1, 1).date())
            for table in (BELT, EVENTS):
                counted = miner._picture_of(table, listed=1000)
                events = [(lead_id, miner._key(code), at, user_id) for lead_id, code, at, user_id in miner._rows(
                    "SELECT lead_id, code, at, user_id FROM %s ORDER BY lead_id, n", table)]
                leads = miner._rows("SELECT lead_id, outcome, reason FROM conveyor_mining_lead WHERE sale_kind = 'first'")
                folded = discover(events, {lead: outcome for lead, outcome, _reason in leads if outcome},
                                  {lead: reason for lead, _outcome, reason in leads}, closing=("won", "lost"))
                self.assertGreater(counted.cases, 20)
                self.assert_same(counted.as_dict(), folded.as_dict(), f"{table} of seed {seed}")

    def assert_same(self, one, other, where):
        """Equal, but for the last digits of sums."""
        if isinstance(one, dict):
            self.assertEqual(one.keys(), other.keys(), where)
            for key in one:
                self.assert_same(one[key], other[key], f"{where}.{key}")
        elif isinstance(one, (list, tuple)):
            self.assertEqual(len(one), len(other), where)
            for place, (mine, theirs) in enumerate(zip(one, other)):
                self.assert_same(mine, theirs, f"{where}[{place}]")
        elif isinstance(one, float):
            self.assertAlmostEqual(one, other, 3, where)
        else:
            self.assertEqual(one, other, where)
