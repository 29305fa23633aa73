"""Touches are logged where one works: on the card, in the form, at the customer; nobody is left without a next one."""

import re

from playwright.sync_api import expect

from .customers import Customers
from .pages.lead_form import LeadForm
from .pages.lead_list import LeadList
from .pages.pipeline import Pipeline
from .pages.touches import Gaps, TouchCard, TouchPanel

EVERY_CHANNEL = ("call", "email", "sms", "messenger", "letter", "visit", "meeting")


def test_a_card_says_how_far_and_what_next(clients, enter):
    lead, name = clients.add("Dora")
    clients.touch(lead)
    clients.promise(lead)
    idle, other = clients.add("Emil")
    page = enter("seller").page
    pipeline = Pipeline(page).open()
    card = TouchCard(page, name)
    expect(card.root).to_contain_text(re.compile(r"1/7\s*·\s*Call today"))
    expect(TouchCard(page, other).root).to_contain_text("No next touch")
    expect(card.messengers()).to_have_text(["WhatsApp", "Viber", "Telegram"])
    page.keyboard.press("Escape")

    sheet = card.call()
    expect(sheet.root).to_contain_text("What came of it?")
    expect(sheet.root.locator(".o_conveyor_results button")).to_have_text(["Talked", "No answer", "Later", "Refused"])
    expect(sheet.button("Done", sheet.root)).to_be_disabled()
    sheet.choose("Talked")
    expect(sheet.root).to_contain_text("Call about the price")  # the planned call is done with it
    expect(sheet.next_date).not_to_have_value("")
    sheet.note.fill("Wants oak")
    sheet.done()
    expect(card.root).to_contain_text("2/7")
    expect(card.root).not_to_contain_text("today")
    assert clients.touches(lead)[0] == ("call", "reached", "Wants oak")
    expect(pipeline.card(name)).to_be_visible()


def test_a_slip_of_the_finger_is_taken_back(clients, enter):
    lead, name = clients.add("Filip")
    page = enter("seller", phone=True).page
    pipeline = Pipeline(page).open()
    pipeline.card(name).scroll_into_view_if_needed()
    card = TouchCard(page, name)
    sheet = card.call()
    expect(sheet.root).to_be_visible()
    assert sheet.width_beyond_window() <= 0
    sheet.choose("Later")
    expect(sheet.next_date).to_be_in_viewport()
    sheet.done()
    expect(card.root).to_contain_text("1/7")
    page.locator(".o_notification").get_by_role("button", name="Undo").click()
    expect(card.root).to_contain_text("0/7")
    assert clients.touches(lead) == []


def test_why_a_silent_customer_stayed_away_is_one_tap(clients, enter, admin):
    partner, _name = Customers(clients).add("Hedda")
    lead, name = clients.add("Hedda")
    admin.write("crm.lead", [lead], {"partner_id": partner})
    page = enter("seller", phone=True).page
    pipeline = Pipeline(page).open()
    pipeline.card(name).scroll_into_view_if_needed()
    card = TouchCard(page, name)
    sheet = card.call()
    sheet.choose("No answer")
    expect(sheet.absences).to_have_count(0)
    sheet.choose("Talked")
    expect(sheet.absences.first).to_be_visible()
    assert sheet.width_beyond_window() <= 0
    reason = sheet.absences.nth(1)
    words = reason.inner_text()
    reason.click()
    expect(reason).to_have_attribute("aria-pressed", "true")
    sheet.done()
    known = [("partner_id", "=", partner), ("absence_reason_id.name", "=", words)]
    assert admin.search("conveyor.reactivation", known)
    page.locator(".o_notification").get_by_role("button", name="Undo").click()
    expect(card.root).to_contain_text("0/7")
    assert not admin.search("conveyor.reactivation", known)


def test_a_touch_is_logged_in_the_form_and_on_the_card(clients, enter):
    lead, name = clients.add("Greta")
    page = enter("seller").page
    LeadForm(page).open(lead)
    panel = TouchPanel(page).expect_count(0, 7)
    dialog = panel.log().expect_chosen("channel", "Call").expect_chosen("outcome", "Talked")
    dialog.choose("channel", "Meeting").choose("outcome", "No answer")
    dialog.field("note").locator("textarea").fill("Was not at home")
    expect(dialog.field("next_date")).to_be_visible()
    dialog.done()
    panel.expect_count(1, 7)
    expect(panel.beads).to_have_count(1)
    expect(panel.root).to_contain_text("Next:")
    assert clients.touches(lead) == [("meeting", "no_answer", "Was not at home")]

    Pipeline(page).open()
    dialog = TouchCard(page, name).log()
    dialog.choose("channel", "Letter").expect_chosen("outcome", "Sent").expect_choices("outcome", "Sent", "Later", "Refused")
    dialog.choose("channel", "E-mail").expect_chosen("outcome", "Sent").done()
    expect(TouchCard(page, name).root).to_contain_text("2/7")


def test_a_touch_is_logged_at_the_customer(clients, people, enter):
    customer, _name = clients.customer("Hanna", user_id=people["seller"].uid)
    client = enter("seller").open(f"res.partner/{customer}")
    panel = TouchPanel(client.page)
    dialog = panel.log()
    dialog.choose("outcome", "Refused").done()
    expect(panel.beads).to_have_count(1)
    client.page.locator("button[name=action_open_touches]").click()
    expect(client.page.locator(".o_data_row")).to_have_count(1)
    expect(client.page.locator(".o_data_row")).to_contain_text("Refused")


def test_who_was_neglected_is_found(clients, enter):
    idle, idle_name = clients.add("Ivan")
    busy, busy_name = clients.add("Julia")
    for channel in EVERY_CHANNEL:
        clients.touch(busy, channel, "sent")
    clients.promise(busy, days=3)
    leads = LeadList(enter("seller").page).open(clients.key)
    expect(leads.row(busy_name).locator("td[name=touch_count]")).to_have_text("7")
    for label in ("Untouched for 30 Days", "Fewer than 7 Touches", "No Paper yet"):
        leads.choose_filter(label)
        expect(leads.row(idle_name)).to_be_visible()
        expect(leads.row(busy_name)).to_have_count(0)
        leads.remove_facet(label)
        expect(leads.row(busy_name)).to_be_visible()


def test_leads_are_sorted_and_grouped_by_their_next_touch(clients, enter):
    for name, days in (("Late", 9), ("Early", 2), ("Never", None)):
        lead, _whole = clients.add(name)
        if days:
            clients.promise(lead, days=days)
    leads = LeadList(enter("seller").page).open(clients.key)
    leads.sort_by("next_touch_date")
    expect(leads.page.locator(".o_data_row")).to_contain_text([f"Lamp for {name}" for name in ("Early", "Late", "Never")])
    leads.group_by("Next Channel")
    expect(leads.page.locator(".o_group_name")).to_have_text([re.compile(r"^Call \(2\)"), re.compile(r"^(None)? ?\(1\)")])


def test_nobody_is_left_without_a_next_touch(clients, enter):
    names = [clients.add(name)[1] for name in ("Karl", "Lena")]
    gaps = Gaps(enter("seller").page).open()
    expect(gaps.counter).to_have_text("2")
    for name in names:
        expect(gaps.row(name).locator("td[name=proposed_channel]")).to_have_text("Call")
    gaps.plan(names[0])
    expect(gaps.row(names[0])).to_have_count(0)
    expect(gaps.row(names[1])).to_be_visible()
    expect(gaps.counter).to_have_text("1")
    gaps.plan_all()
    expect(gaps.page.locator(".o_view_nocontent")).to_contain_text("Everybody has a next touch")
    expect(gaps.counter).to_have_count(0)


def test_nobody_touches_a_colleague_s_lead(clients, people, enter):
    """A salesperson with his own documents only: the lead is not his, so it is not there."""
    lead, _name = clients.add("Mark", role="colleague")
    client = enter("seller").open("conveyor-touches")
    clients.touch(lead, role="colleague")
    client.search("Lamp for Mark")
    expect(client.page.locator(".o_view_nocontent")).to_be_visible()
    assert client.page.locator(".o_list_button_add").count() == 0
