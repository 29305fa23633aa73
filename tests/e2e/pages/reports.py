"""The button that takes a workbook away, its dialog, and report sets."""

from playwright.sync_api import expect

from .dashboard import Dashboard


class Reports(Dashboard):

    def more(self, choice):
        """An entry under the arrow beside *Download XLSX*: ``choose`` or ``mail``."""
        self.page.locator(".o_conveyor_download_more").click()
        self.page.locator(f"[data-download={choice}]").click()

    def only(self, *groups):
        """Tick these groups of sheets in the dialog, and no others."""
        expect(self.dialog.locator("[name=sheets]")).to_be_visible()
        for box in self.dialog.locator("[name=sheets] .o_field_widget").all():
            box.locator("input").set_checked(box.get_attribute("name").removeprefix("with_") in groups)

    def download_chosen(self, path):
        with self.page.expect_download() as download:
            self.dialog.locator("button[name=action_download]").click()
        download.value.save_as(path)
        return download.value.suggested_filename

    # ------------------------------------------------------------ the form of a set
    def name(self, text):
        self.page.locator(".o_form_view [name=name] input, .o_form_view [name=name] textarea").first.fill(text)

    def save(self):
        self.page.locator(".o_form_button_save").click()
        expect(self.page.locator(".o_form_saved, .o_form_view .o_form_editable")).to_be_visible()
        expect(self.page.locator(".o_form_button_save")).to_be_hidden()

    def add_delivery(self, frequency):
        self.page.locator("[name=delivery_ids] .o_field_x2many_list_row_add a").click()
        self.dialog.get_by_text(frequency).click()
        self.dialog.locator(".o_form_button_save").first.click()
        expect(self.page.locator(".o_dialog")).to_have_count(0)

    @property
    def deliveries(self):
        return self.page.locator("[name=delivery_ids] .o_data_row")
