"""Customers by their rhythm: the card on the contact, list, cards, figures, the hint on an order; who sees what."""

import re

import pytest
from playwright.sync_api import expect

from .customers import Customers
from .pages.customer import CustomerFigures, CustomerForm, CustomerList
from .pages.touches import TouchDialog
from .test_screens import REPORTING, speaking

SALES = "crm.crm_menu_sales"
OURS = "sales_conveyor.menu_conveyor_"
DAYS = "2[012]"  # 21, where the company's day is the computer's
SILENT = re.compile(f"silent for {DAYS}")


@pytest.fixture
def customers(clients):
    return Customers(clients)


def test_the_card_says_what_to_say_and_shows_the_purchases(customers, enter):
    partner, _name = customers.add("Ada")
    form = CustomerForm(enter("seller").page).open(partner)
    expect(form.card).to_have_attribute("data-status", "late")
    expect(form.card.locator(".o_conveyor_customer_headline")).to_have_text(re.compile(rf"Usually every \d+ days; {DAYS} now\."))
    expect(form.card.locator(".o_conveyor_customer_say")).to_contain_text("We have not seen you for a while")
    expect(form.figure("revenue_total")).to_contain_text("800")
    expect(form.figure("revenue_average")).to_contain_text("100")
    expect(form.quality("returned")).to_contain_text(re.compile(r"\d{4}"))
    expect(form.quality("referred")).to_contain_class("text-muted")
    expect(form.chart).to_be_visible()
    expect(form.card.locator(".o_conveyor_call")).to_be_visible()
    expect(form.page.locator("button[name=action_open_rhythm]")).to_contain_text("Late")


def test_buttons_of_the_card(customers, enter):
    partner, name = customers.add("Berta")
    form = CustomerForm(enter("seller").page).open(partner)
    form.card.locator(".o_conveyor_enrol").click()
    expect(form.dialog.locator(".o_field_widget[name=cadence_id]")).to_be_visible()
    form.page.keyboard.press("Escape")
    form.expect_no_dialog()
    form.card.locator(".o_conveyor_offer").click()
    expect(form.page.locator(".o_field_widget[name=partner_id] input")).to_have_value(name)
    expect(form.page.locator(".o_field_widget[name=conveyor_hint]")).to_contain_text(SILENT)
    form.open(partner).page.locator("button[name=action_open_rhythm]").click()
    expect(form.page.locator(".o_field_widget[name=explanation]")).to_contain_text(SILENT)
    expect(form.page.locator(".o_conveyor_purchases canvas")).to_be_visible()
    form.page.locator("button[name=action_open_purchases]").click()
    expect(form.page.locator(".o_data_row")).to_have_count(8)


def test_a_colleague_sees_no_money(customers, enter):
    partner, _name = customers.add("Clara")
    form = CustomerForm(enter("colleague").page).open(partner)
    expect(form.page.locator(".o_conveyor_touch_panel")).to_be_visible()
    expect(form.card).to_have_count(0)
    expect(form.page.locator("button[name=action_open_rhythm]")).to_have_count(0)
    form.expect_no_dialog()


def test_who_never_bought_has_no_card(clients, enter):
    partner, _name = clients.customer("Dora")
    form = CustomerForm(enter("seller").page).open(partner)
    expect(form.page.locator(".o_conveyor_touch_panel")).to_be_visible()
    expect(form.card).to_have_count(0)


def test_the_list_finds_plans_and_logs(customers, clients, admin, enter):
    small, _small = customers.add("Eva", amount=10)
    large, _large = customers.add("Fay", amount=500)
    customers.add("Gil", silent=2)
    page = CustomerList(enter("seller").page).open().search(clients.key)
    rows = page.page.locator(".o_data_row")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("Fay")
    page.filter("Late")
    expect(rows).to_have_count(2)
    page.choose("Eva").button("Plan Touches").click()
    expect(page.page.locator(".o_notification")).to_contain_text("1")
    assert admin.read("res.partner", [small], ["next_touch_date"])[0]["next_touch_date"]
    page.row("Fay").locator("button[name=action_log_touch]").click()
    TouchDialog(page.page).ready()
    page.dialog.get_by_role("button", name="Done").click()
    page.expect_no_dialog()
    assert admin.count("conveyor.touch", [["partner_id", "=", large]])


def test_cards_stand_by_status_and_are_not_dragged(customers, enter):
    _partner, name = customers.add("Hugo")
    page = CustomerList(enter("seller").page).open().search(name).switch_view("kanban")
    columns = page.page.locator(".o_kanban_group .o_column_title")
    expect(columns.first).to_contain_text("Late")
    expect(columns).to_have_count(5)
    expect(page.card(name)).to_contain_text(SILENT)
    expect(page.card(name)).not_to_contain_class("o_draggable")


def test_figures_open_their_customers(customers, enter, people):
    customers.add("Ida")
    page = CustomerFigures(enter("seller").page).open()
    figure = page.cell("rhythm_status", "late", "customers")
    count = figure.get_attribute("data-value")
    figure.locator("button, a").first.click()
    expect(page.page.locator(".o_data_row")).to_have_count(int(count))
    page.open().tab("rhythm_month")
    page.expect_no_dialog()
    page.tab("rhythm_salesperson")
    expect(page.cell("rhythm_salesperson", people["seller"].uid, "late")).to_have_attribute("data-value", count)


@pytest.mark.parametrize("role, language", [("salesperson", "en_US"), ("sales manager", "ru_RU")])
def test_every_view_opens(people, enter, admin, role, language):
    with speaking(people, role, language):
        client = enter(role)
        for path in ("customers-by-rhythm", "rhythm-changes"):
            client.open(path)
            views = client.page.locator(".o_cp_switch_buttons .o_switch_view")
            for view in views.all():
                view.click()
                expect(view).to_contain_class("active")
                client.wait().expect_no_dialog()
            assert views.count() >= 3
        for section, entry in ((SALES, "rhythm"), (REPORTING, "customers"), (REPORTING, "rhythm_change")):
            client.menu(section, OURS + entry)
            client.wait().expect_no_dialog()


def test_a_customer_s_card_in_russian(customers, people, enter):
    partner, _name = customers.add("Jana")
    with speaking(people, "manager", "ru_RU"):
        form = CustomerForm(enter("manager").page).open(partner)
        expect(form.card).to_have_attribute("data-status", "late")
        form.expect_no_dialog()
        form.page.goto(f"/odoo/conveyor.rhythm/{customers.row(partner)}")
        expect(form.page.locator(".o_field_widget[name=explanation]")).to_be_visible()


def test_on_a_phone(customers, enter):
    partner, name = customers.add("Kai")
    client = enter("seller", phone=True)
    form = CustomerForm(client.page).open(partner)
    expect(form.card.locator(".o_conveyor_customer_headline")).to_be_in_viewport()
    expect(form.card.locator(".o_conveyor_call")).to_be_visible()
    assert form.width_beyond_window() <= 0
    page = CustomerList(client.page).open()
    expect(page.card(name)).to_be_visible()
    assert page.width_beyond_window() <= 0
