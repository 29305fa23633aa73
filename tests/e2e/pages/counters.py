"""Counters of visitors: the form with its device, the grid, the heat map."""

from playwright.sync_api import expect

from .web_client import WebClient


class Counters(WebClient):

    def open_form(self, counter):
        super().open(f"counters/{counter}")
        expect(self.page.locator(".o_form_view")).to_be_visible()
        return self

    # ------------------------------------------------------------ the token
    def new_token(self):
        """Make one; returns what the dialog shows by ``token``, ``url``, ``curl``, and closes it."""
        self.page.locator("button[name=action_new_token]:visible").click()
        confirm = self.button("New Token", self.dialog)
        expect(confirm.or_(self.page.locator(".o_conveyor_token"))).to_be_visible()
        if confirm.is_visible():
            confirm.click()
        parts = self.page.locator(".o_conveyor_token_text")
        expect(parts).to_have_count(3)
        shown = {part.get_attribute("data-part"): part.inner_text() for part in parts.all()}
        self.button("I Have Copied It", self.dialog).click()
        self.expect_no_dialog()
        return shown

    # ------------------------------------------------------------ the grid
    def open_grid(self, counter):
        super().open(f"counters/{counter}/counter-grid")
        expect(self.page.locator(".o_conveyor_grid")).to_be_visible()
        return self

    def week_before(self):
        title = self.page.locator(".o_conveyor_week_title")
        before = title.inner_text()
        self.page.locator(".o_conveyor_week_previous").click()
        expect(title).not_to_have_text(before)
        return self

    def cell(self, row, column):
        """By the hour, such as 10:00, and the weekday from 0."""
        return self.page.locator(f".o_conveyor_grid tr[data-row='{row}'] td").nth(column).locator("input")

    def figure(self, row, column):
        """What whoever may not type reads in a cell."""
        return self.page.locator(f".o_conveyor_grid tr[data-row='{row}'] td").nth(column).locator(".o_conveyor_read")

    def expect_saved(self):
        expect(self.page.locator(".o_conveyor_saved")).to_have_text("Saved")
        return self

    def paste(self, cell, text):
        cell.evaluate("""(input, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""", text)

    # ------------------------------------------------------------ the heat map
    def open_report(self):
        super().open("visitors-by-hour")
        return self.ready()

    def ready(self):
        expect(self.page.locator(".o_conveyor_funnel_body[aria-busy=false]")).to_be_visible()
        return self

    def choose_counter(self, name):
        self.page.locator("[data-filter=counter_ids]").click()
        menu = self.page.locator(".o_conveyor_filter_menu")
        menu.locator("input[type=text]").fill(name)
        menu.locator(".o-dropdown-item").filter(has_text=name).click()
        self.page.keyboard.press("Escape")
        return self.ready()

    def heat(self, weekday, hour):
        return self.page.locator(f"[data-table=counter_hours] tr[data-row='{weekday}'] td[data-key=h{hour:02}]")
