"""The form of a cadence with its time line, and the dialogs that it opens."""

from playwright.sync_api import expect

from .web_client import WebClient


class CadenceForm(WebClient):

    def open(self, cadence):
        super().open(f"conveyor.cadence/{cadence}")
        expect(self.page.locator(".o_form_view .o_conveyor_timeline")).to_be_visible()
        return self

    @property
    def line(self):
        """The steps in their order of time."""
        return self.page.locator(".o_form_view .o_conveyor_timeline_step").filter(
            has=self.page.locator(".o_conveyor_timeline_name"))

    def clients_at(self, step):
        """How many stand before the step (its name)."""
        return self.line.filter(has_text=step).locator(".o_conveyor_timeline_count")

    def press(self, button):
        """A button of the header; its dialog is then there."""
        self.page.locator(f".o_statusbar_buttons button[name={button}]").click()
        expect(self.dialog.locator(".o_form_view")).to_be_visible()
        return self

    def header(self, button):
        return self.page.locator(f".o_statusbar_buttons button[name={button}]")

    @property
    def inside(self):
        return self.page.locator("[name=running_count]")

    def remove_step(self, name):
        row = self.page.locator("[name=step_ids] .o_data_row").filter(has_text=name)
        row.locator(".o_list_record_remove").click()
        expect(row).to_have_count(0)
        return self

    def save(self):
        self.page.locator(".o_form_button_save").click()
        return self

    def expect_saved(self):
        expect(self.page.locator(".o_form_button_save")).not_to_be_visible()
        return self

    def answer(self, button):
        """Press a button of the dialog, which then goes."""
        self.button(button, self.dialog).last.click()
        self.expect_no_dialog()
        return self


class EnrolDialog(WebClient):
    """*Enrol in Cadence*, from the actions of a list."""

    def open_from_list(self):
        self.page.locator(".o_control_panel .o_cp_action_menus .dropdown-toggle").filter(has_text="Actions").click()
        self.page.locator(".o-dropdown--menu").get_by_text("Enrol in Cadence", exact=True).click()
        expect(self.dialog.locator(".o_field_widget[name=cadence_id]")).to_be_visible()
        return self

    def choose(self, cadence):
        box = self.dialog.locator(".o_field_widget[name=cadence_id] input")
        box.fill(cadence)
        self.page.locator(".o-autocomplete--dropdown-item").filter(has_text=cadence).click()
        expect(self.dialog.locator(".o_conveyor_timeline")).to_be_visible()
        return self

    def enrol(self):
        self.button("Enrol", self.dialog).click()
        self.expect_no_dialog()
