"""Leads in a list: search, select, edit several rows at once."""

from playwright.sync_api import TimeoutError, expect

from .web_client import WebClient

ATTEMPTS, PATIENCE = 5, 3_000  # milliseconds


class LeadList(WebClient):

    def open(self, text):
        """All opportunities with this text in their names."""
        super().open("action-crm.crm_lead_opportunities")
        self.switch_view("list")
        with self.page.expect_response("**/crm.lead/web_search_read*"):
            self.search(text)
        return self

    def row(self, name):
        return self.page.locator(".o_data_row").filter(has_text=name)

    def select(self, *names):
        for name in names:
            self.row(name).locator(".o_list_record_selector input").check()
            expect(self.row(name)).to_contain_class("o_data_row_selected")
        expect(self.page.locator(".o_selection_box")).to_contain_text(str(len(names)))
        return self

    def change_section(self, name, section):
        """Choose another section in one selected row, for all of them."""
        cell = self.row(name).locator("td[name=stage_id]")
        for _attempt in range(ATTEMPTS):
            cell.click()
            if self._is_edited(cell):
                break
        cell.locator("input").fill(section)
        self.page.locator(".o-autocomplete--dropdown-item").filter(has_text=section).first.click()
        self.button("Update", self.dialog).click()
        return self

    @staticmethod
    def _is_edited(cell):
        """Whether the click found the row; while rows are drawn anew it may be lost."""
        try:
            cell.locator("input").wait_for(timeout=PATIENCE)
        except TimeoutError:
            return False
        return True
