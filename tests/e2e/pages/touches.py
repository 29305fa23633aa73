"""Touches on cards and forms: the line, the sheet after a call, the dialog, the list of those without a next touch."""

import re

from playwright.sync_api import expect

from .web_client import WebClient

SALES, GAPS = "crm.crm_menu_sales", "sales_conveyor.menu_conveyor_next_gap"


class TouchSheet(WebClient):
    """What came of it? Two taps."""

    @property
    def root(self):
        return self.page.locator(".o_conveyor_touch_sheet")

    def result(self, label):
        return self.button(label, self.root)

    def choose(self, label):
        """A result; the next touch is there at once."""
        self.result(label).click()
        expect(self.result(label)).to_have_attribute("aria-pressed", "true")
        expect(self.button("Done", self.root)).to_be_enabled()
        return self

    @property
    def next_date(self):
        return self.root.locator(".o_datetime_input")

    @property
    def absences(self):
        """Why he stayed away."""
        return self.root.locator(".o_conveyor_absences button")

    @property
    def note(self):
        return self.root.locator("textarea")

    def done(self):
        self.button("Done", self.root).click()
        expect(self.root).to_have_count(0)
        return self


class TouchDialog(WebClient):
    """*Log a Touch*"""

    def ready(self):
        expect(self.dialog.locator(".o_field_widget[name=channel]")).to_be_visible()
        return self

    def choose(self, field, label):
        badge = self.dialog.locator(f".o_field_widget[name={field}]").get_by_text(label, exact=True)
        badge.click()
        expect(badge).to_contain_class("active")
        return self

    def expect_chosen(self, field, label):
        expect(self.dialog.locator(f".o_field_widget[name={field}] .active")).to_have_text(label)
        return self

    def expect_choices(self, field, *labels):
        expect(self.dialog.locator(f".o_field_widget[name={field}] .o_selection_badge")).to_have_text(labels)
        return self

    def field(self, name):
        return self.dialog.locator(f".o_field_widget[name={name}]")

    def done(self):
        self.button("Done", self.dialog).click()
        self.expect_no_dialog()


class TouchPanel(WebClient):
    """The touch line of a form."""

    @property
    def root(self):
        return self.page.locator(".o_conveyor_touch_panel")

    def expect_count(self, count, norm):
        expect(self.root.locator(".o_conveyor_touch_count")).to_have_text(re.compile(rf"^{count}/{norm}\s*touches$"))
        return self

    @property
    def beads(self):
        return self.root.locator(".o_conveyor_bead")

    def log(self):
        self.root.locator(".o_conveyor_log").click()
        return TouchDialog(self.page).ready()


class TouchCard(WebClient):
    """The touch line of a card in the pipeline."""

    def __init__(self, page, name):
        super().__init__(page)
        self.root = page.locator(".o_kanban_record").filter(has_text=name).locator(".o_conveyor_touch_line")

    def call(self):
        self.without_phone()
        self.root.locator(".o_conveyor_call").click()
        return TouchSheet(self.page)

    def messengers(self):
        self.root.locator(".o_conveyor_messenger").click()
        return self.page.locator(".o-dropdown--menu .o-dropdown-item")

    def log(self):
        self.root.locator(".o_conveyor_log").click()
        return TouchDialog(self.page).ready()


class Gaps(WebClient):
    """*No Next Touch*, and its counter in the bar of the CRM."""

    def open(self):
        super().open("no-next-touch")
        return self.ready()

    def open_by_counter(self):
        self.counter.click()
        return self.ready()

    def ready(self):
        expect(self.page.locator(".o_conveyor_gaps, .o_view_nocontent, .o_kanban_renderer").first).to_be_visible()
        return self

    @property
    def counter(self):
        return self.page.locator(".o_conveyor_gap_count")

    def row(self, name):
        return self.page.locator(".o_data_row").filter(has_text=name)

    def plan(self, name):
        self.row(name).locator("button[name=action_plan]").click()
        return self

    def plan_all(self):
        self.button("Plan All").click()
        return self
