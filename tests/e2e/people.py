"""Who works in the tests, and his browser."""

import re
from dataclasses import dataclass

from playwright.sync_api import Error

from .pages.web_client import WebClient
from .rpc import Odoo

DESKTOP = {"width": 1600, "height": 1000}
PHONE = {"width": 375, "height": 740}
QUIET = {"odoobot_state": "disabled"}  # its first greeting opens a window over the page
STORED = "local_storage,indexeddb,service_workers,cache_storage"
# A library of video calls that some builds of Odoo lack, and Odoo's worker for when there is no network, which a page that
# is left does not finish to register; nothing of either is on our screens.
KNOWN = re.compile("selfie_segmentation|Service worker registration failed")


@dataclass
class Person:
    uid: int
    name: str
    login: str
    password: str
    cookies: dict | None = None


class Window:
    """A browser of one person's: its context, and the errors that the console tells."""

    def __init__(self, context):
        self.context, self.errors = context, []
        context.on("console", self._on_message)
        context.on("weberror", lambda error: self._add(str(error.error)))

    def _on_message(self, message):
        if message.type == "error":
            self._add(f"{message.text} ({message.location.get('url')})")

    def _add(self, text):
        if not KNOWN.search(text):
            self.errors.append(text)

    def empty(self):
        """Close the pages and forget what they stored; scripts and styles stay, as a browser keeps them.

        :return: what the console told
        """
        errors = list(self.errors)
        for page in self.context.pages:
            self.context.new_cdp_session(page).send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": STORED})
            page.close()
        self.errors.clear()  # what was interrupted by this tells so
        return errors


class People:
    """Persons by role; each has a browser of his own, kept from test to test."""

    def __init__(self, browser, admin, timeout):
        self.browser, self.admin, self.timeout = browser, admin, timeout
        self._persons, self._windows = {}, {}

    def __getitem__(self, role):
        return self._persons[role]

    def hire(self, role, name, login, groups):
        """Create a user."""
        groups = [self.admin.ref(group) for group in ["base.group_user", *groups]]
        uid = self.admin.create("res.users", {
            "name": name, "login": login, "password": login, "email": f"{login}@example.com", "lang": "en_US",
            "tz": "UTC", "group_ids": [[6, 0, groups]], **QUIET}, no_reset_password=True)
        self._persons[role] = Person(uid, name, login, login)

    def know(self, role, login):
        """A user of the demo company, whose password is his login."""
        [user] = self.admin.search_read("res.users", [["login", "=", login]], ["name"])
        self.admin.write("res.users", [user["id"]], QUIET)
        self._persons[role] = Person(user["id"], user["name"], login, login)

    def speak(self, role, language):
        self.admin.write("res.users", [self[role].uid], {"lang": language})

    def rpc(self, role):
        """The person as a program outside of Odoo."""
        return Odoo(self.admin.url, self.admin.database).login(self[role].login, self[role].password)

    def enter(self, role, phone=False):
        """The web client as this person, logged in."""
        person = self[role]
        window = self._window((role, phone), storage_state=person.cookies, viewport=PHONE if phone else DESKTOP, has_touch=phone)
        client = WebClient(window.context.new_page())
        if person.cookies is None:
            client.log_in(person.login, person.password)
            person.cookies = window.context.storage_state()
        return client

    def visit(self):
        """A page of somebody who is not logged in, on his phone."""
        return self._window(None, viewport=PHONE).context.new_page()

    def _window(self, whose, **options):
        if whose not in self._windows:
            context = self.browser.new_context(
                base_url=self.admin.url, timezone_id="UTC", locale="en-US", accept_downloads=True, **options)
            context.set_default_timeout(self.timeout)
            self._windows[whose] = Window(context)
        return self._windows[whose]

    def take_pictures(self, folder, name):
        """Screenshots of all open pages; returns their paths."""
        paths = []
        for window in self._windows.values():
            for page in window.context.pages:
                path = str(folder / f"{name}-{len(paths)}.png")
                try:
                    page.screenshot(path=path, timeout=self.timeout)
                except Error as error:  # a page that has crashed
                    path = str(error)
                paths.append(path)
        return paths

    def leave(self):
        """Close all pages; returns what their consoles told."""
        return [error for window in self._windows.values() for error in window.empty()]

    def leave_and_check(self):
        errors = self.leave()
        assert not errors, "errors in the browser's console:\n" + "\n".join(errors)
