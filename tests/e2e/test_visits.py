"""A plan of visits on the customer, in the calendar, by state."""

import pytest
from playwright.sync_api import expect

from .clients import day
from .pages.visits import Visits


@pytest.fixture
def service(admin, clients):
    name = f"Massage {clients.key}"
    product = admin.create("product.product", {"name": name, "type": "service"})
    yield name
    admin.write("product.product", [product], {"active": False})


def test_a_series_is_planned_on_the_customer_and_booked(clients, service, enter, admin):
    partner, _name = clients.customer("Vera", user_id=clients.people["seller"].uid)
    visits = Visits(enter("seller").page).open_plan(partner)
    visits.plan_series(service, 3, 14)
    expect(visits.rows()).to_have_count(3)
    visits.rows().first.locator("button[name=action_book]").click()
    expect(visits.rows().first).to_contain_text("Booked")
    planned = admin.search_read("conveyor.visit", [["partner_id", "=", partner]], ["date", "state"], order="date")
    assert [row["state"] for row in planned] == ["booked", "planned", "planned"]
    assert planned[2]["date"] == day(28)
    visits.expect_no_dialog()


def test_the_calendar_the_list_and_the_board_show_it(clients, enter, admin):
    partner, name = clients.customer("Nina", user_id=clients.people["seller"].uid)
    admin.create("conveyor.visit", {"partner_id": partner, "date": day(), "time": 15, "stage": "Check", "state": "booked"})
    visits = Visits(enter("seller").page).open_all()
    expect(visits.in_calendar(name).first).to_be_visible()
    visits.switch_view("list")
    visits.search(name)
    expect(visits.page.locator(".o_data_row").filter(has_text=name)).to_contain_text("Check")
    visits.switch_view("kanban")
    expect(visits.card(name)).to_be_visible()
    visits.card(name).click()
    expect(visits.page.locator("button[name=action_done]").first).to_be_visible()
    visits.page.locator("button[name=action_done]").first.click()
    expect(visits.page.locator(".o_field_widget[name=done_date]")).to_be_visible()
    visits.expect_no_dialog()


def test_who_brought_whom_stands_on_the_contact(clients, enter, admin):
    partner, _name = clients.customer("Rita")
    clients.add("Paul", referrer_id=partner)
    visits = Visits(enter("seller").page).open_plan(partner)
    brought = visits.page.locator("button[name=action_open_brought]")
    expect(brought).to_contain_text("1")
    brought.click()
    expect(visits.page.locator(".o_data_row").filter(has_text="Paul")).to_have_count(1)
