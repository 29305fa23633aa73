"""A lead is not dropped quietly: the Lost dialog says how little was tried, and offers better ways."""

from datetime import datetime, timezone

import pytest
from playwright.sync_api import expect

from .pages.lead_form import LeadForm
from .pages.lost_dialog import LostDialog
from .pages.touches import TouchPanel


@pytest.fixture
def reasons(admin, clients):
    """A lost reason of each kind: ``{kind: name}``"""
    names = {kind: f"{kind.capitalize()} {clients.key}" for kind in ("nurture", "final", "exempt")}
    ids = admin.create("crm.lost.reason", [{"name": name, "conveyor_kind": kind} for kind, name in names.items()])
    yield names
    admin.write("crm.lost.reason", ids, {"active": False})


@pytest.fixture
def blocking(admin):
    """The company blocks losing a lead early."""
    [user] = admin.read("res.users", [admin.uid], ["company_id"])
    company = user["company_id"][0]
    [before] = admin.read("res.company", [company], ["conveyor_lost_mode"])
    admin.write("res.company", [company], {"conveyor_lost_mode": "block"})
    yield
    admin.write("res.company", [company], {"conveyor_lost_mode": before["conveyor_lost_mode"]})


@pytest.fixture
def tried_thrice(clients):
    lead, _name = clients.add("Paula")
    for channel in ("call", "email", "messenger"):
        clients.touch(lead, channel, "no_answer" if channel == "call" else "sent")
    return lead


def lose(client, lead, phone=False):
    LeadForm(client.page).open(lead)
    dialog = LostDialog(client.page)
    dialog.open_from_phone() if phone else dialog.open_from_form()
    expect(dialog.notice).to_contain_text("3 of 7")
    return dialog


def test_try_again_is_the_first_choice(clients, tried_thrice, reasons, enter):
    dialog = lose(enter("seller"), tried_thrice)
    expect(dialog.try_again).to_contain_class("btn-primary")
    expect(dialog.try_again).to_contain_text("Try again")
    for name in ("Nurture", "Hand Over", "Lose"):
        expect(dialog.button(name, dialog.dialog)).to_be_visible()
    dialog.try_again.click()
    dialog.expect_no_dialog()
    expect(TouchPanel(dialog.page).root).to_contain_text("Next:")
    row = clients.read(tried_thrice, "active", "won_status", "next_touch_date")
    assert (row["active"], row["won_status"]) == (True, "pending")
    assert row["next_touch_date"] > f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S}"


def test_a_lost_client_is_kept_in_touch(clients, tried_thrice, reasons, enter):
    dialog = lose(enter("seller"), tried_thrice)
    dialog.because(reasons["nurture"]).press("Nurture")
    expect(dialog.page.locator(".o_conveyor_notice, .o_notification").filter(has_text="Kept in touch")).to_be_visible()
    row = clients.read(tried_thrice, "won_status", "next_touch_date")
    assert row["won_status"] == "lost" and row["next_touch_date"]


def test_a_colleague_takes_over(clients, tried_thrice, people, enter):
    dialog = lose(enter("seller"), tried_thrice)
    box = dialog.field("hand_over_user_id").locator("input")
    box.fill(people["colleague"].name)
    dialog.page.locator(".o-autocomplete--dropdown-item").filter(has_text=people["colleague"].name).click()
    dialog.press("Hand Over")
    expect(dialog.page.locator(".o_notification").filter(has_text="Handed over to")).to_be_visible()
    row = clients.read(tried_thrice, "user_id", "won_status", "next_touch_user_id")
    assert row["won_status"] == "pending"
    assert row["user_id"][0] == row["next_touch_user_id"][0] == people["colleague"].uid


def test_losing_stays_possible_and_some_reasons_are_exempt(clients, tried_thrice, reasons, enter):
    dialog = lose(enter("seller"), tried_thrice)
    dialog.because(reasons["exempt"])
    expect(dialog.notice).not_to_be_visible()
    expect(dialog.button("Mark as Lost", dialog.dialog)).to_be_visible()
    expect(dialog.button("Nurture", dialog.dialog)).to_have_count(0)
    dialog.because(reasons["final"])
    expect(dialog.notice).to_be_visible()
    expect(dialog.button("Nurture", dialog.dialog)).to_have_count(0)
    dialog.press("Lose")
    assert clients.read(tried_thrice, "won_status")["won_status"] == "lost"


def test_a_company_may_block_early_losses(blocking, clients, tried_thrice, reasons, enter):
    dialog = lose(enter("seller", phone=True), tried_thrice, phone=True)
    expect(dialog.dialog).to_contain_text("Too early to lose it")
    expect(dialog.lose).to_have_count(0)
    expect(dialog.try_again).to_be_visible()
    assert dialog.width_beyond_window() <= 0
    dialog.because(reasons["exempt"]).press("Mark as Lost")
    assert clients.read(tried_thrice, "won_status")["won_status"] == "lost"
