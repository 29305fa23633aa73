"""Odoo from outside: a real Chromium, a person for each role, RPC.

Needs CONVEYOR_URL and CONVEYOR_DB (``setup/test tests/e2e`` makes them) and
CONVEYOR_CHROMIUM where no browser is at its usual place. Screenshots of
failures go to CONVEYOR_SCREENSHOTS or to the folder for temporary files.
CONVEYOR_E2E_TIMEOUT: milliseconds that a screen may take (60,000).
"""

import itertools
import os
import re
import tempfile
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from .clients import Clients
from .people import People
from .rpc import Odoo
from .shop import Shop

TIMEOUT = int(os.environ.get("CONVEYOR_E2E_TIMEOUT", 60_000))  # milliseconds, for a slow machine
ROLES = ("seller", "colleague", "manager")
GROUPS = {
    "seller": ["sales_team.group_sale_salesman", "base.group_partner_manager"],
    "colleague": ["sales_team.group_sale_salesman", "base.group_partner_manager"],
    "manager": ["sales_team.group_sale_manager", "base.group_partner_manager", "base.group_allow_export"],
}
expect.set_options(timeout=TIMEOUT)


def pytest_collection_modifyitems(items):
    if items and not os.environ.get("CONVEYOR_URL"):
        raise pytest.UsageError("No server: run setup/test tests/e2e, or give CONVEYOR_URL and CONVEYOR_DB.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        people = item.session.stash.get(PEOPLE, None)
        if people:
            name = re.sub(r"[^\w.-]+", "-", f"{item.name}-{report.when}")
            report.sections.append(("screenshots", "\n".join(people.take_pictures(_pictures_folder(), name))))
    return report


PEOPLE = pytest.StashKey[People]()


def _pictures_folder():
    default = Path(tempfile.gettempdir()) / "conveyor-e2e"
    folder = Path(os.environ.get("CONVEYOR_SCREENSHOTS") or default)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def admin():
    """The administrator, over RPC."""
    return Odoo(os.environ["CONVEYOR_URL"], os.environ["CONVEYOR_DB"]).login("admin", "admin")


@pytest.fixture(scope="session")
def keys():
    """Short words that no other test or run uses in its names."""
    start = format(int(time.time()) % 36 ** 4, "x")
    return (f"{start}-{number}" for number in itertools.count(1))


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CONVEYOR_CHROMIUM"), args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def people(request, browser, admin, keys):
    """Users by role: the demo company's, and a seller, a colleague and a manager of ours."""
    people = People(browser, admin, TIMEOUT)
    key = next(keys)
    for role in ROLES:
        people.hire(role, f"{role.capitalize()} {key}", f"{role}-{key}", GROUPS[role])
    for role, login in (("salesperson", "olga"), ("sales manager", "maria"), ("administrator", "admin")):
        people.know(role, login)
    request.session.stash[PEOPLE] = people
    yield people
    people.leave()


@pytest.fixture
def enter(people):
    """``enter(role)``: the web client as that person, ``enter(role, phone=True)`` on a phone.

    Afterwards the test fails if a browser's console had errors.
    """
    yield people.enter
    people.leave_and_check()


@pytest.fixture
def make_shop(admin, people, keys):
    """``make_shop()``: a team with sections of its own for seller, colleague and manager."""
    shops = []

    def make():
        members = [people[role].uid for role in ROLES]
        shops.append(Shop(admin, next(keys), members, people["manager"].uid))
        return shops[-1]

    yield make
    for shop in shops:
        shop.close()


@pytest.fixture
def shop(make_shop):
    return make_shop()


@pytest.fixture
def clients(shop, people):
    """Leads with people behind them, in the shop and for the seller."""
    clients = Clients(shop, people)
    yield clients
    clients.close()
