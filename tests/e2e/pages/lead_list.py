"""Leads in a list: search, select, edit several rows at once."""

from playwright.sync_api import TimeoutError, expect

from .web_client import ATTEMPTS, PATIENCE, WebClient


class LeadList(WebClient):

    def open(self, text):
        """All opportunities with this text in their names."""
        super().open("action-crm.crm_lead_opportunities")
        self.switch_view("list")
        with self.page.expect_response("**/crm.lead/web_search_read*"):
            self.search(text)
        return self

    def open_screen(self, path, text):
        """Another list, with this text searched for."""
        super().open(path).search(text)
        return self

    def row(self, name):
        return self.page.locator(".o_data_row").filter(has_text=name)

    # ------------------------------------------------------------ search
    def choose_filter(self, label):
        self._choose(label)
        expect(self.facet(label)).to_be_visible()
        return self

    def group_by(self, label):
        self._choose(label)
        expect(self.page.locator(".o_group_name").first).to_be_visible()
        return self

    def _choose(self, label):
        self.page.locator(".o_searchview_dropdown_toggler").click()
        self.page.locator(".o_search_bar_menu").get_by_role("menuitemcheckbox", name=label, exact=True).click()
        self.page.keyboard.press("Escape")

    def facet(self, label):
        return self.page.locator(".o_searchview_facet").filter(has_text=label)

    def remove_facet(self, label):
        self.facet(label).locator(".o_facet_remove").click()
        expect(self.facet(label)).to_have_count(0)
        return self

    def sort_by(self, field):
        self.page.locator(f"th[data-name={field}]").click()
        return self

    # ------------------------------------------------------------ rows
    def select(self, *names):
        """Tick these rows; again, where the list was still being read and has forgotten it."""
        box = self.page.locator(".o_selection_box")
        for _attempt in range(3):
            for name in names:
                self.row(name).locator(".o_list_record_selector input").check()
            self.page.wait_for_timeout(300)
            if box.count() and str(len(names)) in box.inner_text():
                break
        expect(box).to_contain_text(str(len(names)))
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
