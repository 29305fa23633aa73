"""What goes out by itself: letters to print, the health of sending, the link with which a client says no, the big switch."""

import re

import pytest
from playwright.sync_api import expect

from .cadences import always_open, enrol, make_cadence, wait_for
from .pages.lead_list import LeadList

LINK = re.compile(r"https?://[^/\"]+(/conveyor/opt-out/[^\"\s<]+)")
WRITTEN = ({"name": "A card", "channel": "letter", "is_automatic": True, "letter_body": "<p>Dear {{ client }}</p>"},)


@pytest.fixture
def open_hours(admin):
    with always_open(admin):
        yield


@pytest.fixture
def mailed(clients, admin, open_hours):
    """(lead, link): a client of a cadence who got a mail with the link in it."""
    template = admin.create("mail.template", {
        "name": f"News {clients.key}", "model_id": admin.ref("crm.model_crm_lead"), "subject": "News", "use_default_to": True,
        "body_html": "<p>Dear client</p>"})
    cadence, _name = make_cadence(clients, [
        {"name": "News", "channel": "email", "is_automatic": True, "mail_template_id": template}], is_on=True, trigger="manual")
    lead, _whole = clients.add("Vera")
    enrol(clients, cadence, lead)
    mail = wait_for(admin, "mail.mail", [["conveyor_run_id.lead_id", "=", lead]], ["body_html"])
    yield lead, LINK.search(mail["body_html"]).group(1)
    admin.write("conveyor.cadence", [cadence], {"active": False, "is_on": False})


def closed(admin, lead):
    """Channels in which the client wants no more."""
    rows = admin.search_read("conveyor.consent", [["lead_id", "=", lead]], ["channel", "state"], order="id")
    return {row["channel"] for row in rows if row["state"] == "withdrawn"}


def test_whoever_holds_the_link_says_what_may_come(mailed, admin, people, enter):
    """Without an account."""
    lead, link = mailed
    page = people.visit()
    page.goto(link)
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(5)
    for box in boxes.all():
        expect(box).to_be_checked()
    assert closed(admin, lead) == set()  # looking is no word
    page.get_by_label("E-mail").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("It holds from now on")
    expect(page.get_by_label("E-mail")).not_to_be_checked()
    expect(page.get_by_label("SMS")).to_be_checked()
    assert closed(admin, lead) == {"email"}
    page.get_by_role("button", name="No messages at all").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("input:checked")).to_have_count(0)
    assert closed(admin, lead) == {"email", "sms", "messenger", "call", "letter"}
    assert page.request.get(link[:-4] + "AAAA").status == 404  # nobody else's word


def test_letters_are_printed_and_are_touches(clients, admin, open_hours, enter):
    cadence, _name = make_cadence(clients, WRITTEN, is_on=True, trigger="manual")
    lead, name = clients.add("Willi")
    enrol(clients, cadence, lead)
    wait_for(admin, "conveyor.step.run", [["lead_id", "=", lead], ["attachment_id", "!=", False]], ["state"])
    assert clients.touches(lead) == []
    letters = LeadList(enter("seller").page).open_screen("action-sales_conveyor.conveyor_letter_action", clients.key)
    letters.select(f"Lamp for Willi {clients.key}")
    with letters.page.expect_response("**/conveyor.step.run/action_print_letters*"):
        letters.button("Print").click()
    assert clients.touches(lead) == [("letter", "sent", False)]
    admin.write("conveyor.cadence", [cadence], {"active": False, "is_on": False})


def test_all_sending_is_stopped_and_goes_on(admin, enter):
    client = enter("administrator").open("action-crm.crm_config_settings_action")
    stop = client.page.locator("button[name=action_conveyor_stop_sending]")
    go_on = client.page.locator("button[name=action_conveyor_resume_sending]")
    try:
        stop.click()
        client.button("Stop All Sending", client.dialog).click()
        expect(go_on).to_be_visible()
        health = enter("manager").open("action-sales_conveyor.conveyor_sending_health_action")
        expect(health.page.get_by_role("alert").first).to_contain_text("All automatic sending is stopped")
        go_on.click()
        client.button("Let it Go on", client.dialog).click()
        expect(stop).to_be_visible()
    finally:
        [user] = admin.read("res.users", [admin.uid], ["company_id"])
        admin.write("res.company", [user["company_id"][0]], {"conveyor_sending_stopped": False})
    health.button("Run Now").click()
    expect(health.page.locator(".o_notification")).to_contain_text("What is due is being done")


def test_norms_are_settings(admin, enter):
    [user] = admin.read("res.users", [admin.uid], ["company_id"])
    company = user["company_id"][0]
    try:
        client = enter("administrator").open("action-crm.crm_config_settings_action")
        for block in ("conveyor_norm_touches", "conveyor_lost_mode", "conveyor_kill", "conveyor_send_hours", "conveyor_daily_capacity"):
            expect(client.page.locator(f"#{block}.o_setting_box")).to_be_visible()
        client.page.locator("[name=conveyor_norm_touches] input").fill("9")
        client.page.locator(".o_form_button_save").click()
        expect(client.page.locator(".o_form_button_save")).to_have_count(0)
        [row] = admin.read("res.company", [company], ["conveyor_norm_touches"])
        assert row["conveyor_norm_touches"] == 9
    finally:
        admin.write("res.company", [company], {"conveyor_norm_touches": 7})
