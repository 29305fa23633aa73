"""What all screens of Odoo's web client have."""

import re

from playwright.sync_api import TimeoutError, expect

CYRILLIC = re.compile("[А-Яа-яЁё]")
ATTEMPTS, PATIENCE = 5, 3_000  # milliseconds


class WebClient:
    """One browser tab of one person."""

    def __init__(self, page):
        self.page = page

    def log_in(self, login, password):
        self.page.goto("/web/login")
        self.page.locator("input[name=login]").fill(login)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator(".oe_login_buttons button[type=submit]").click()
        expect(self.page.locator(".o_main_navbar")).to_be_visible()

    def open(self, path):
        """``path`` after /odoo/."""
        self.page.goto(f"/odoo/{path}")
        return self.wait()

    def wait(self):
        """Until a screen is drawn and nothing hides it."""
        expect(self.page.locator(".o_action_manager > .o_action").first).to_be_visible()
        expect(self.page.locator(".o_blockUI")).to_have_count(0)
        return self

    # ------------------------------------------------------------ menus
    def menu(self, section, entry):
        """Choose an entry of the CRM menu, by external ids."""
        self.open_menu(section)
        self.entry(entry).click()

    def open_menu(self, section):
        button = self.page.locator(f".o_menu_sections [data-menu-xmlid='{section}']")
        button.click()
        expect(self.page.locator(".o-dropdown--menu")).to_be_visible()

    def entry(self, external_id):
        return self.page.locator(f".o-dropdown--menu [data-menu-xmlid='{external_id}']")

    def section_menu(self, external_id):
        return self.page.locator(f".o_menu_sections [data-menu-xmlid='{external_id}']")

    def without_phone(self):
        """No telephone here: the browser must not ask for a program that dials, and wait for an answer."""
        self.page.evaluate(
            "addEventListener('click', ev => ev.target.closest('a[href^=tel]') && ev.preventDefault(), true)")

    # ------------------------------------------------------------ what is there
    @property
    def dialog(self):
        """The dialog on top."""
        return self.page.locator(".o_dialog .modal-content").last

    @property
    def toasts(self):
        """Our messages after a move."""
        return self.page.locator(".o_notification.o_conveyor_notice")

    def expect_no_dialog(self):
        expect(self.page.locator(".o_dialog")).to_have_count(0)
        return self

    def button(self, name, within=None):
        return (within or self.page).get_by_role("button", name=name, exact=True)

    def pager(self):
        """How many records the list holds."""
        return self.page.locator(".o_control_panel .o_pager_limit")

    def search(self, text):
        box, offer = self.page.locator(".o_searchview_input"), self.page.locator(".o_searchview_autocomplete")
        facet = self.page.locator(".o_searchview_facet").filter(has_text=text)
        for _attempt in range(ATTEMPTS):  # a view that is still arriving takes the box away, with what was typed
            box.fill(text)
            try:
                offer.get_by_text(text).first.wait_for(timeout=PATIENCE)  # before it stands there, Enter chooses nothing
                box.press("Enter")
                facet.wait_for(timeout=PATIENCE)
                break
            except TimeoutError:
                continue
        expect(facet).to_be_visible()
        return self

    def switch_view(self, kind):
        self.page.locator(f".o_cp_switch_buttons .o_switch_view.o_{kind}").click()
        expect(self.page.locator(f".o_{kind}_renderer").first).to_be_visible()
        return self

    def width_beyond_window(self):
        """Pixels by which the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    # ------------------------------------------------------------ language
    def change_language(self, name):
        """In the preferences of the user, as he does it himself."""
        self.page.locator(".o_user_menu button").click()
        self.page.locator(".o-dropdown--menu [data-menu=settings], .o-dropdown--menu [data-menu=preferences]").click()
        field = self.page.locator(".o_field_widget[name=lang]").first
        choice = field.locator("select, input").first
        if choice.evaluate("element => element.tagName") == "SELECT":
            choice.select_option(label=name)
        else:
            choice.click()
            self.page.locator(".o-dropdown--menu, .o_select_menu_menu").get_by_text(name).click()
        with self.page.expect_navigation():
            self.page.locator("button[name=preference_save], .o_form_button_save").first.click()
        return self.wait()
