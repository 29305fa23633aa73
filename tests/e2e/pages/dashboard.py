"""The owner's page: tiles, the belt, lists of names, what stands behind."""

from urllib.parse import urlencode

from playwright.sync_api import expect

from .web_client import WebClient


class Dashboard(WebClient):

    def open(self, **query):
        super().open("conveyor" + (f"?{urlencode(query)}" if query else ""))
        return self.ready()

    def ready(self):
        """Until every part of the first paint is there."""
        for part in (".o_conveyor_tiles", ".o_conveyor_belt_part", ".o_conveyor_lists"):
            expect(self.page.locator(part)).to_be_visible()
        expect(self.page.locator(".o_conveyor_loading, .o_conveyor_waiting")).to_have_count(0)
        return self

    def tile(self, key):
        return self.page.locator(f".o_conveyor_tile[data-key={key}]")

    @property
    def belt(self):
        return self.page.locator(".o_conveyor_belt svg")

    @property
    def leak(self):
        """The sentence about the section that costs most."""
        return self.page.locator(".o_conveyor_leak")

    def list(self, key):
        return self.page.locator(f"[data-list={key}]")

    def item(self, list_key, name):
        return self.list(list_key).locator("li", has_text=name)

    def choose(self, tab):
        self.page.locator(f"[data-tab={tab}]").click()
        expect(self.page.locator(f"[data-tab={tab}].active")).to_be_visible()
        return self.ready()

    def table(self, key):
        return self.page.locator(f"[data-table='{key}']")
