"""Leads in a list: search, select, edit several rows at once."""

from .web_client import WebClient


class LeadList(WebClient):

    def open(self, text):
        """All opportunities with this text in their names."""
        super().open("action-crm.crm_lead_opportunities")
        self.switch_view("list")
        return self.search(text)

    def row(self, name):
        return self.page.locator(".o_data_row").filter(has_text=name)

    def select(self, *names):
        for name in names:
            self.row(name).locator(".o_list_record_selector input").check()
        return self

    def change_section(self, name, section):
        """Choose another section in one selected row, for all of them."""
        cell = self.row(name).locator("td[name=stage_id]")
        cell.click()
        cell.locator("input").fill(section)
        self.page.locator(".o-autocomplete--dropdown-item").filter(has_text=section).first.click()
        self.button("Update", self.dialog).click()
        return self
