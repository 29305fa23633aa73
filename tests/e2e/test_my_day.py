"""The salesperson's day: whom, how and why; done with one key."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from .pages.my_day import MyDay

STORED = "%Y-%m-%d %H:%M:%S"


@pytest.fixture
def day_of_three(clients):
    """(new, promised, replied): leads that came in this order."""
    new, _name = clients.add("Ada")
    promised, _name = clients.add("Boris")
    clients.touch(promised, note="Is measuring the wall")
    clients.promise(promised)
    replied, _name = clients.add("Clara")
    clients.reply(replied, "Is the oak darker than on the picture?")
    return new, promised, replied


def test_a_day_from_the_menu_to_its_end(clients, day_of_three, enter):
    new, promised, replied = day_of_three
    day = MyDay(enter("seller").page).open_by_menu()
    assert day.queue() == [["reply", f"crm.lead-{replied}"], ["promise", f"crm.lead-{promised}"], ["new", f"crm.lead-{new}"]]
    expect(day.headings).to_have_text(["Replies", "Promises", "New leads"])
    done, total = day.figures()
    assert total == done + 3

    day.expect_card(replied)
    expect(day.card).to_contain_text("Is the oak darker than on the picture?")
    expect(day.card.locator(".o_conveyor_mail")).to_contain_class("btn-primary")
    expect(day.card.locator("[data-result]")).to_have_count(4)
    expect(day.done_button).to_have_count(0)  # nothing to save before there is a result
    day.result("reached").click()
    expect(day.result("reached")).to_have_attribute("aria-checked", "true")
    day.press("Enter")  # where the click has left the focus
    day.expect_figures(done + 1, total)

    day.expect_card(promised)
    expect(day.card).to_contain_text("Promised")
    expect(day.card).to_contain_text("Is measuring the wall")
    day.press("2")
    expect(day.result("no_answer")).to_have_attribute("aria-checked", "true")
    shown = day.next_date.input_value()
    day.done_button.click()
    day.expect_figures(done + 2, total)
    check_next_touch(clients, promised, shown)

    day.expect_card(new).press("1")
    day.next_channel.select_option("email")
    day.note.fill("Wants three prices")
    day.note.press("Control+Enter")
    expect(day.end).to_contain_text("Done.")
    expect(day.end).to_contain_text(f"Clients touched today: {done + 3}")
    assert clients.touches(new) == [("call", "reached", "Wants three prices")]
    assert clients.touches(promised)[0] == ("call", "no_answer", False)
    assert clients.read(new, "next_touch_channel")["next_touch_channel"] == "email"


def check_next_touch(clients, lead, shown):
    """What the screen proposed is what is planned, in the future."""
    planned = clients.read(lead, "next_touch_date")["next_touch_date"]
    moment = datetime.strptime(planned, STORED)
    assert moment > datetime.utcnow()
    assert shown.startswith(f"{moment:%m/%d/%Y %H:%M}") or shown.startswith(f"{moment:%m/%d/%Y %I:%M}"), (shown, planned)


def test_the_day_on_a_phone(clients, day_of_three, enter):
    new, promised, replied = day_of_three
    day = MyDay(enter("seller", phone=True).page).open()
    day.expect_card(replied)
    expect(day.items.first).not_to_be_visible()
    assert day.width_beyond_window() <= 0
    day.swipe(-200)
    day.expect_card(promised)
    day.swipe(200)
    day.expect_card(replied)
    day.toggle_list()
    expect(day.items).to_have_count(3)
    day.choose(new)
    expect(day.card.locator(".o_conveyor_call")).to_have_attribute("href", "tel:+32456000000")
    day.result("no_answer").click()
    expect(day.next_date).to_be_in_viewport()
    day.done_button.click()
    day.expect_card(replied)
    expect(day.item(new)).to_have_count(0)
    assert clients.touches(new) == [("call", "no_answer", False)]
    assert day.width_beyond_window() <= 0


def test_a_client_names_his_own_date_or_is_lost(clients, enter):
    lead, _name = clients.add("Nora")
    other, _name = clients.add("Otto")
    day = MyDay(enter("seller").page).open().choose(lead)
    day.button("The client's own date…", day.card).click()
    day.dialog.locator(".o_field_widget[name=until] input").fill("12/31/2099")
    day.dialog.locator(".o_field_widget[name=reason] input").fill("The new budget")
    day.button("Come Back Then", day.dialog).click()
    expect(day.item(lead)).to_have_count(0)
    assert clients.read(lead, "snooze_until")["snooze_until"] == "2099-12-31"
    day.choose(other).button("Lose…", day.card).click()
    expect(day.dialog.locator(".o_conveyor_lost_notice")).to_contain_text("0 of 7")
    day.button("Discard", day.dialog).click()
    day.expect_no_dialog().expect_card(other)


def test_a_leader_looks_at_a_colleague_s_day(clients, day_of_three, people, enter):
    """He sees it, the colleague records."""
    day = MyDay(enter("manager").page).open()
    day.page.locator(".o_conveyor_day_person").select_option(label=people["seller"].name)
    expect(day.items).to_have_count(3)
    expect(day.card).to_contain_text("This is a colleague's day")
    expect(day.card.locator("[data-result]")).to_have_count(0)
    alone = MyDay(enter("seller").page).open()
    expect(alone.page.locator(".o_conveyor_day_person")).to_have_count(0)
