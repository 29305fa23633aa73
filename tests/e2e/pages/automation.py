"""Odoo's own form of an automation rule, with our triggers in it."""

from playwright.sync_api import expect

from .web_client import WebClient


class AutomationForm(WebClient):

    def open_rule(self, rule):
        self.open(f"base.automation/{rule}")
        expect(self.trigger).to_be_visible()
        return self

    @property
    def trigger(self):
        return self.page.locator(".o_field_widget[name=trigger] input").first

    def choices(self):
        """Labels of all triggers that can be chosen."""
        self.trigger.click()
        menu = self.page.locator(".o_select_menu_menu")
        expect(menu).to_be_visible()
        found = menu.locator(".o_select_menu_item").all_inner_texts()
        self.page.keyboard.press("Escape")
        return [text.strip() for text in found]

    def choose_trigger(self, label):
        self.trigger.click()
        self.page.locator(".o_select_menu_item", has_text=label).first.click()
        return self

    def field(self, name, within=None):
        return (within or self.page).locator(f".o_field_widget[name={name}] input").first

    def open_action(self, name):
        self.page.locator("[name=action_server_ids] .o_kanban_record", has_text=name).first.click()
        expect(self.dialog).to_be_visible()
        return self

    def save(self):
        self.page.locator(".o_form_button_save").click()
        expect(self.page.locator(".o_form_status_indicator_buttons.invisible")).to_have_count(1)
        return self
