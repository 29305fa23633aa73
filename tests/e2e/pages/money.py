"""*Money by Source*"""

from urllib.parse import urlencode

from playwright.sync_api import expect

from .funnel import Funnel


class Money(Funnel):
    """Its filters are those of the funnel's screen."""

    def open(self, **query):
        super(Funnel, self).open("money-by-source" + (f"?{urlencode(query)}" if query else ""))
        return self.ready()

    def ready(self):
        expect(self.page.locator(".o_conveyor_money .o_conveyor_funnel_body[aria-busy=false]")).to_be_visible()
        expect(self.page.locator(".o_conveyor_attribution")).to_be_visible()
        return self

    @property
    def drains(self):
        return self.page.locator(".o_conveyor_drains")

    def figure(self, table, row, column):
        return self.page.locator(f"[data-table={table}] [data-row='{row}'] [data-key={column}]")

    def tab(self, key):
        self.page.locator(f"[data-tab={key}]").click()
        expect(self.page.locator(f"[data-table={key}]")).to_be_visible()
        return self

    def follow(self, figure):
        """To what is behind a number; its rows."""
        figure.locator("button.o_conveyor_figure").click()
        expect(self.page.locator(".o_list_renderer")).to_be_visible()
        return self.page.locator(".o_data_row")

    def back(self):
        self.page.locator(".o_breadcrumb a, .o_back_button").first.click()
        return self.ready()
