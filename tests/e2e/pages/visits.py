"""Visits: the calendar, and the plan on the form of a customer."""

from playwright.sync_api import expect

from .web_client import WebClient


class Visits(WebClient):

    def open_all(self):
        """From the menu CRM > Sales > Visits."""
        self.open("crm")
        self.menu("crm.crm_menu_sales", "sales_conveyor.menu_conveyor_visit")
        expect(self.page.locator(".o_calendar_renderer").first).to_be_visible()
        return self.wait()

    def in_calendar(self, name):
        return self.page.locator(".fc-event").filter(has_text=name)

    def card(self, name):
        return self.page.locator(".o_kanban_record:not(.o_kanban_ghost)").filter(has_text=name)

    # ------------------------------------------------------------ on the customer
    def open_plan(self, partner):
        self.open(f"res.partner/{partner}")
        self.page.locator("a[name=conveyor_profile]").click()
        expect(self.plan).to_be_visible()
        return self

    @property
    def plan(self):
        return self.page.locator(".o_field_widget[name=visit_ids]")

    def rows(self):
        return self.plan.locator(".o_data_row")

    def plan_series(self, service, times, gap):
        """Through the dialog *Plan Visits*."""
        self.button("Plan Visits").click()
        expect(self.dialog).to_be_visible()
        box = self.dialog.locator(".o_field_widget[name=product_id] input")
        box.fill(service)
        self.page.locator(".o-autocomplete--dropdown-item").filter(has_text=service).first.click()
        for name, value in (("count", times), ("gap_days", gap)):
            self.dialog.locator(f".o_field_widget[name={name}] input").fill(str(value))
        self.dialog.locator("button[name=action_plan]").click()
        expect(self.page.locator(".o_dialog")).to_have_count(0)
        return self
