"""Odoo's own screen *Import records*."""

from playwright.sync_api import expect

from .web_client import WebClient

UPLOAD_TIMEOUT = 180_000  # milliseconds; a file of a thousand rows on a slow machine


class ImportScreen(WebClient):

    def open_for(self, action):
        """From the list of an action, by its cog menu."""
        super().open(f"action-{action}")
        list_view = self.page.locator(".o_switch_view.o_list")
        if list_view.count():
            self.switch_view("list")
        self.page.locator(".o_control_panel .o_cp_action_menus .dropdown-toggle").first.click()
        self.page.locator(".o-dropdown--menu .o_import_menu").click()
        expect(self.page.locator(".o_import_action")).to_be_visible()
        return self

    def upload(self, path):
        """Choose a file in the file dialog; every column must find its field."""
        with self.page.expect_file_chooser() as chooser:
            self.button("Upload Data File").click()
        chooser.value.set_files(path)
        expect(self.page.locator(".o_import_data_content tbody tr").first).to_be_visible()
        expect(self.page.locator(".o_import_data_content").get_by_text("To import, select a field")).to_have_count(0)
        return self

    def start(self):
        self.button("Import").click()
        expect(self.page.locator(".o_blockUI")).to_have_count(0, timeout=UPLOAD_TIMEOUT)
        return self

    @property
    def messages(self):
        return self.page.locator(".o_import_data_content")

    def import_file(self, path, rows):
        """Upload and import; as many records as the file has rows are then listed."""
        self.upload(path).button("Import").click()
        done = self.page.locator(".o_notification").filter(has_text=f"{rows} records successfully imported")
        expect(done).to_be_visible(timeout=UPLOAD_TIMEOUT)
        return self
