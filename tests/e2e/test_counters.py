"""Visitors by the hour: typed on the grid, posted by a device over HTTP, seen on the heat map."""

import json
import os
import urllib.error
import urllib.request
from datetime import date, datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect

from .pages.counters import Counters

LAST_MONDAY = date.today() - timedelta(days=date.today().weekday() + 7)


@pytest.fixture
def counter(admin, keys):
    """``(id, name)`` of a door in UTC, open from nine to seven."""
    name = f"Door {next(keys)}"
    counter = admin.create("conveyor.counter", {"name": name, "tz": "UTC", "open_from": 9, "open_to": 19})
    yield counter, name
    admin.call("conveyor.counter", "unlink", [counter])


def readings(admin, counter):
    """{hour: (visitors, origin)}"""
    rows = admin.search_read("conveyor.counter.reading", [["counter_id", "=", counter]], ["hour", "visitors", "origin"])
    return {row["hour"]: (row["visitors"], row["origin"]) for row in rows}


def hour(day, number):
    return f"{LAST_MONDAY + timedelta(days=day)} {number:02}:00:00"


def post(counter, token, items):
    """The status that the device gets, and the answer."""
    body = json.dumps({"readings": [{"hour": moment.strftime("%Y-%m-%dT%H:00:00Z"), "visitors": visitors} for moment, visitors in items]})
    request = urllib.request.Request(f"{os.environ['CONVEYOR_URL']}/sales_conveyor/counter/{counter}", body.encode(), {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_typing_with_the_keyboard_and_pasting_from_a_spreadsheet(counter, enter, admin):
    counter, _name = counter
    grid = Counters(enter("manager").page).open_grid(counter).week_before()
    grid.cell("09:00", 0).click()
    for key in ("5", "Enter", "7", "ArrowRight", "1", "2", "ArrowUp"):
        grid.page.keyboard.press(key)
    expect(grid.cell("09:00", 1)).to_be_focused()
    grid.expect_saved()
    expect(grid.page.locator(".o_conveyor_week_total")).to_have_text("24")
    assert readings(admin, counter) == {hour(0, 9): (5, "hand"), hour(0, 10): (7, "hand"), hour(1, 10): (12, "hand")}
    grid.paste(grid.cell("12:00", 2), "1\t2\r\n3\tmany\r\n\t1 004\r\n")
    expect(grid.page.locator(".o_notification")).to_contain_text("1 of the pasted cells")
    expect(grid.page.locator(".o_conveyor_week_total")).to_have_text("1034")
    found = readings(admin, counter)
    assert [found.get(hour(*place)) for place in ((2, 12), (3, 12), (2, 13), (3, 13), (3, 14))] == [
        (1, "hand"), (2, "hand"), (3, "hand"), None, (1004, "hand")]
    grid.cell("09:00", 0).fill("")
    grid.page.keyboard.press("Tab")
    expect(grid.page.locator(".o_conveyor_week_total")).to_have_text("1029")
    grid.cell("09:00", 0).fill("few")
    grid.page.keyboard.press("Enter")
    expect(grid.page.locator(".o_conveyor_error")).to_contain_text("few")
    assert hour(0, 9) not in readings(admin, counter)


def test_salespeople_look_and_those_who_are_named_type(counter, people, enter, admin):
    counter, _name = counter
    grid = Counters(enter("seller").page).open_grid(counter).week_before()
    expect(grid.cell("09:00", 0)).to_have_count(0)
    expect(grid.figure("09:00", 0)).to_have_text("")
    admin.write("conveyor.counter", [counter], {"typist_ids": [[4, people["seller"].uid]]})
    grid.open_grid(counter).week_before()
    grid.cell("09:00", 0).fill("3")
    grid.page.keyboard.press("Enter")
    grid.expect_saved()
    assert readings(admin, counter) == {hour(0, 9): (3, "hand")}


def test_a_device_posts_a_day_and_its_token_is_renewed(counter, enter, admin):
    counter, name = counter
    form = Counters(enter("manager").page).open_form(counter)
    shown = form.new_token()
    assert shown["token"] in shown["curl"] and shown["url"].endswith(f"/sales_conveyor/counter/{counter}")
    expect(form.page.locator(".o_field_widget[name=token_hint]")).to_contain_text(shown["token"][-4:])
    expect(form.page.locator("body")).not_to_contain_text(shown["token"])
    now = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
    day = [(now - timedelta(hours=number), number) for number in range(24)]
    for item in day:
        assert post(counter, shown["token"], [item])[0] == 200
    assert post(counter, shown["token"], day) == (200, {"received": 24, "created": 0, "updated": 0, "unchanged": 24, "kept": 0})
    assert sum(visitors for visitors, _origin in readings(admin, counter).values()) == sum(range(24))
    again = form.open_form(counter).new_token()
    assert post(counter, shown["token"], day)[0] == 401
    assert post(counter, again["token"], day)[0] == 200
    assert again["token"] != shown["token"]
    report = Counters(form.page).open_report().choose_counter(name)
    expect(report.page.locator("[data-table=counter_hours]")).to_be_visible()


def test_the_heat_map_has_numbers_and_shades(counter, enter, admin):
    counter, name = counter
    admin.call("conveyor.counter", "save_grid", [counter], [[hour(0, 10), 4], [hour(0, 11), 9], [hour(1, 10), 0]])
    report = Counters(enter("manager").page).open_report().choose_counter(name)
    expect(report.heat(0, 11)).to_have_text("9.0")
    expect(report.heat(0, 11)).to_have_attribute("data-level", "5")
    expect(report.heat(1, 10)).to_have_attribute("data-level", "0")
    shades = [report.heat(*place).evaluate("cell => getComputedStyle(cell).backgroundColor") for place in ((0, 10), (0, 11), (1, 10))]
    assert len(set(shades)) == 3
    report.page.locator("[data-tab=counter_list]").click()
    expect(report.page.locator("[data-table=counter_list]")).to_contain_text(name)


def test_a_number_of_an_hour_that_loses_opens_what_is_behind_it(counter, enter, admin):
    """At ten one of four bought, at eleven none of nine: they are opened."""
    counter, name = counter
    admin.call("conveyor.counter", "save_grid", [counter], [[hour(0, 10), 4], [hour(0, 11), 9]])
    [product] = admin.search_read("product.product", [["sale_ok", "=", True]], ["id"], limit=1)
    customer = admin.create("res.partner", {"name": f"Buyer of {name}"})
    order = admin.create("sale.order", {"partner_id": customer, "order_line": [[0, 0, {"product_id": product["id"], "price_unit": 100}]]})
    admin.call("sale.order", "action_confirm", [order])
    admin.write("sale.order", [order], {"date_order": hour(0, 10)})
    try:
        report = Counters(enter("manager").page).open_report().choose_counter(name)
        report.page.locator("[data-tab=counter_losses]").click()
        visitors = report.page.locator("[data-table=counter_losses] tr[data-row='0-11'] td[data-key=visitors]")
        expect(visitors).to_have_text("9")
        visitors.get_by_role("button").click()
        rows = report.page.locator(".o_data_row")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(name)
    finally:
        admin.call("sale.order", "action_cancel", [order])


def test_on_a_phone(counter, enter):
    counter, _name = counter
    client = Counters(enter("manager", phone=True).page).open_grid(counter)
    expect(client.cell("09:00", 0)).to_be_visible()
    expect(client.page.locator(".o_conveyor_grid .o_conveyor_today")).to_be_in_viewport()
    assert client.width_beyond_window() <= 0
    client.open_report()
    assert client.width_beyond_window() <= 0
