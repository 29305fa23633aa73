"""First-sale processes: the process, its versions, the line on a lead."""

from playwright.sync_api import expect

from .web_client import WebClient


class Tables(WebClient):
    """What shows tables of a version."""

    def cell(self, table, row, column):
        return self.page.locator(f"[data-table='{table}'] tr[data-row='{row}'] td[data-key='{column}']")

    def figure(self, key):
        return self.page.locator(f".o_conveyor_tile[data-key={key}]").first

    def tab(self, name):
        self.page.locator(f".o_notebook a[name={name}]").click()
        return self

    def expect_leads(self, count):
        """A list of leads has opened."""
        expect(self.page.locator(".o_list_renderer")).to_be_visible()
        expect(self.page.locator(".o_data_row")).to_have_count(count)
        return self


class ProcessList(WebClient):

    def open(self):
        return super().open("first-sale-processes")

    @property
    def uncovered(self):
        return self.page.locator(".o_conveyor_uncovered")


class ProcessForm(Tables):

    def open(self, process):
        super().open(f"first-sale-processes/{process}")
        expect(self.page.locator(".o_form_view")).to_be_visible()
        return self

    def document(self):
        """Through the dialog, to the draft."""
        self.page.locator("button[name=action_ask_period]").click()
        expect(self.dialog.locator(".o_field_widget[name=lead_count]")).to_be_visible()
        self.dialog.locator("button[name=action_document]").click()
        return VersionForm(self.page).ready()


    def add_section(self, section, script):
        """A line of text for a section, through the dialog."""
        self.tab("steps")
        self.page.locator("[name=step_ids] .o_field_x2many_list_row_add a").click()
        self.dialog.locator("[name=stage_id] input").fill(section)
        self.dialog.locator(".o-autocomplete--dropdown-item", has_text=section).first.click()
        self.dialog.locator("[name=script] textarea").first.fill(script)
        self.dialog.locator(".o_form_button_save").first.click()
        expect(self.dialog).to_have_count(0)
        self.page.locator(".o_form_button_save").click()
        expect(self.page.locator(".o_form_button_save")).not_to_be_visible()
        return self


class VersionForm(Tables):

    def open(self, version):
        super().open(f"process-versions/{version}")
        return self.ready()

    def ready(self):
        expect(self.page.locator("button[name=action_compare]")).to_be_visible()
        expect(self.figure("leads_in")).to_be_visible()
        return self

    def expect_state(self, state):
        expect(self.page.locator(".o_statusbar_status button.o_arrow_button_current")).to_have_attribute("data-value", state)
        return self

    def make_current(self):
        self.page.locator("button[name=action_make_current]").click()
        self.dialog.locator("footer .btn-primary").click()
        return self.expect_state("current")

    def compare(self):
        self.page.locator("button[name=action_compare]").click()
        expect(self.dialog.locator("[data-table=figures]")).to_be_visible()
        return self

    def make_standard(self):
        self.page.locator("button[name=action_make_standard]").click()
        expect(self.dialog.locator("[name=line_ids] .o_data_row").first).to_be_visible()
        return self
