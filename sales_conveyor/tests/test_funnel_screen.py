"""The funnel screen in a real browser: it draws what the server says, and a
number opens exactly the leads that it counts."""

from odoo.tests import HttpCase, tagged

from .common import ConveyorCase

WAIT = """
    const until = async (what, find) => {
        for (let turn = 0; turn < 300; turn++) {
            const found = find();
            if (found) { return found; }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error("Not there: " + what);
    };
    const one = (selector) => until(selector, () => document.querySelector(selector));
    const equal = (value, expected, what) => {
        if (value !== expected) { throw new Error(`${what}: ${value}, not ${expected}`); }
    };
"""


def script(body):
    """JavaScript that runs ``body`` and tells the test how it went."""
    return f"(async () => {{ {WAIT} {body} console.log('test successful'); }})().catch((error) => console.error(error.message));"


@tagged("standard", "post_install", "-at_install")
class TestFunnelScreen(ConveyorCase, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Some builds of Odoo lack this file of mail, and the browser complains before a test can say that it may.
        cls.env["ir.asset"].create({
            "name": "Without the blur of video calls", "bundle": "web.assets_backend", "directive": "remove",
            "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js"})

    def browse(self, body, query=""):
        self.browser_js(
            f"/odoo/funnel?team_ids={self.team.id}{query}", script(body), login="conveyor_manager")

    def test_a_number_opens_its_leads_and_back_keeps_the_filters(self):
        leads = [self.lead(), self.lead(), self.lead()]
        leads[0].stage_id = self.needs
        leads[1].stage_id = self.offer
        self.browse(f"""
            const row = "tr[data-section='{self.new.id}']";
            await one(row);
            equal(document.querySelector(".o_conveyor_tile[data-key=leads]").dataset.value, "3", "leads");
            equal(document.querySelector(`${{row}} [data-key=reached]`).dataset.value, "3", "reached");
            equal(document.querySelector(`${{row}} [data-key=passed]`).dataset.value, "2", "passed");
            equal(document.querySelector("[data-value=null]"), null, "no cell has the value null");
            const label = document.querySelector(".o_conveyor_tile[data-key=leads] .o_conveyor_tile_label");
            equal(label.title.length > label.textContent.length, true, "the tile has its definition");
            document.querySelector(`${{row}} [data-key=passed] button`).click();
            await one(".o_list_view .o_data_row");
            equal(document.querySelectorAll(".o_data_row").length, 2, "leads behind passed");
            (await one(".o_breadcrumb a")).click();
            equal((await one("[data-filter=team_ids]")).textContent.includes("Shop"), true, "the team is still chosen");
            (await one("[data-counting=period]")).click();
            await until("the sentence of the period", () => document.querySelector("[data-counting=period].active"));
            await until("the address", () => location.search.includes("counting=period"));
        """)

    def test_an_empty_period_offers_all_time(self):
        self.lead()
        self.browse("""
            (await one(".o_conveyor_empty .o_conveyor_all_time")).click();
            await one(".o_conveyor_tile[data-key=leads][data-value='1']");
        """, "&period=custom&date_from=2001-01-01&date_to=2001-12-31")
