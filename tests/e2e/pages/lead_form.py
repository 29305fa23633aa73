"""The form of a lead: status bar, standard work, chatter."""

from playwright.sync_api import expect

from .web_client import WebClient


class LeadForm(WebClient):

    def open(self, lead):
        super().open(f"crm.lead/{lead}")
        expect(self.page.locator(".o_form_view")).to_be_visible()
        return self

    def move_to(self, section):
        """Click a section (its id) in the status bar."""
        self.stage(section).click()
        return self

    def stage(self, section):
        return self.page.locator(f".o_statusbar_status button[data-value='{section}']").first

    def expect_in(self, section):
        current = self.page.locator(f".o_statusbar_status .o_arrow_button_current[data-value='{section}']")
        expect(current.first).to_be_visible()
        return self

    @property
    def checklist(self):
        return self.page.locator(".o_conveyor_checklist[data-show=section]")

    @property
    def owed(self):
        return self.page.locator(".o_conveyor_checklist[data-show=owed]")

    def work(self, item):
        """The line of an item of standard work."""
        return self.page.locator(f".o_conveyor_work[data-item='{item}']")

    def tick(self, item):
        self.work(item).locator(".o_conveyor_tick").click()
        return self

    @property
    def won_button(self):
        return self.page.locator("button[name=action_set_won_rainbowman]")

    @property
    def messages(self):
        return self.page.locator(".o-mail-Message")
