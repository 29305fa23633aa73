"""Odoo's Lost dialog with the touches and the better ways."""

from playwright.sync_api import expect

from .web_client import WebClient


class LostDialog(WebClient):

    def open_from_form(self):
        self.button("Lost").click()
        expect(self.dialog.locator(".o_form_view")).to_be_visible()
        return self

    def open_from_phone(self):
        """On a phone the buttons of a form hide behind one."""
        self.page.locator(".o_statusbar_buttons_dropdown, .o_statusbar_buttons .dropdown-toggle").click()
        self.page.locator(".o-dropdown--menu").get_by_text("Lost", exact=True).click()
        expect(self.dialog.locator(".o_form_view")).to_be_visible()
        return self

    @property
    def notice(self):
        return self.dialog.locator(".o_conveyor_lost_notice")

    @property
    def try_again(self):
        return self.dialog.locator(".o_conveyor_again")

    @property
    def lose(self):
        return self.dialog.locator(".o_conveyor_lose")

    def because(self, reason):
        badge = self.dialog.locator(".o_field_widget[name=lost_reason_id]").get_by_text(reason, exact=True)
        badge.click()
        expect(badge).to_contain_class("active")
        return self

    def field(self, name):
        return self.dialog.locator(f".o_field_widget[name={name}]")

    def press(self, name):
        self.button(name, self.dialog).click()
        self.expect_no_dialog()
