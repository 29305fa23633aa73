"""A customer on his form, in the list and as figures."""

from playwright.sync_api import expect

from .web_client import WebClient


class CustomerForm(WebClient):
    """The contact with the card of his rhythm."""

    def open(self, partner):
        super().open(f"res.partner/{partner}")
        expect(self.page.locator(".o_form_view")).to_be_visible()
        return self

    @property
    def card(self):
        return self.page.locator(".o_conveyor_customer")

    def figure(self, key):
        return self.card.locator(f".o_conveyor_customer_figures [data-key={key}] dd")

    def quality(self, key):
        return self.card.locator(f".o_conveyor_customer_qualities [data-key={key}]")

    @property
    def chart(self):
        return self.card.locator(".o_conveyor_purchases canvas")


class CustomerList(WebClient):
    """*Customers by Rhythm*"""

    def open(self):
        return super().open("customers-by-rhythm")

    def row(self, name):
        return self.page.locator(".o_data_row").filter(has_text=name)

    def card(self, name):
        return self.page.locator(".o_kanban_record").filter(has_text=name)

    def filter(self, label):
        self.page.locator(".o_searchview_dropdown_toggler").click()
        self.page.locator(".o_search_bar_menu_custom, .o_filter_menu").get_by_text(label, exact=True).click()
        self.page.keyboard.press("Escape")
        expect(self.page.locator(".o_searchview_facet").filter(has_text=label)).to_be_visible()
        return self

    def choose(self, name):
        self.row(name).locator(".o_list_record_selector input").check()
        return self


class CustomerFigures(WebClient):
    """*Customers and Money at Risk*"""

    def open(self):
        super().open("customers-and-money")
        expect(self.page.locator("[data-table=rhythm_status]")).to_be_visible()
        return self

    def cell(self, table, row, column):
        return self.page.locator(f"[data-table={table}] [data-row='{row}'] [data-key={column}]")

    def tab(self, key):
        self.page.locator(f"[data-tab={key}]").click()
        expect(self.page.locator(f"[data-table={key}]")).to_be_visible()
        return self
