"""Money by source in the browser: what goes down the drain is named first, every number opens what is behind it."""

from datetime import datetime, timedelta, timezone

import openpyxl
import pytest
from playwright.sync_api import expect

from .customers import Customers
from .pages.money import Money
from .test_screens import REPORTING, speaking

OURS = "sales_conveyor.menu_conveyor_"


@pytest.fixture
def story(clients, admin):
    """A source that sells and one that burns money, of this test only: (sells, burns, key)."""
    key, today = clients.key, datetime.now(timezone.utc).date()
    sells, burns = admin.create("utm.source", [{"name": f"Sells {key}"}, {"name": f"Burns {key}"}])
    first, last = today - timedelta(days=170), today - timedelta(days=141)
    admin.create("conveyor.spend", [
        {"source_id": source, "date_from": str(first), "date_to": str(last), "amount": amount, "name": f"{name} {key}"}
        for source, amount, name in ((sells, 300, "Search"), (burns, 1200, "Poster"))])
    customers = Customers(clients)
    partner, _name = customers.add("Mia", gap=30, silent=10, count=5, amount=100)
    lead = admin.create("crm.lead", {"name": f"Lead {key}", "type": "opportunity", "source_id": sells, "partner_id": partner})
    stage = admin.read("crm.lead", [lead], ["stage_id"])[0]["stage_id"][0]
    admin.create("conveyor.transition", {"lead_id": lead, "to_stage_id": stage, "kind": "enter", "date": f"{today - timedelta(days=150)} 10:00:00"})
    return sells, burns, key


def test_what_goes_down_the_drain_comes_first(story, enter):
    sells, burns, key = story
    money = Money(enter("manager").page).open(source_ids=f"{sells}-{burns}", counting="period")
    expect(money.drains).to_contain_text("1,200")
    expect(money.figure("money_drain", burns, "amount")).to_have_attribute("data-value", "1200")
    expect(money.figure("money_drain", burns, "verdict")).to_have_attribute("data-value", "Down the drain: no lead")
    expect(money.drains.locator(f"[data-row='{sells}']")).to_have_count(0)
    expect(money.page.locator("[data-table=money_source] tbody tr").first).to_have_attribute("data-row", str(burns))
    money.expect_tiles(drained=1200, spend=1500, leads=1, cost_lead=1500, first_sales=1, cost_sale=1500, revenue_first=100, revenue_later=400)
    for column, value in {"spend": 300, "leads": 1, "cost_sale": 300, "return": 500 / 300}.items():
        assert float(money.figure("money_source", sells, column).get_attribute("data-value")) == pytest.approx(value), column


def test_every_number_opens_what_is_behind_it(story, enter):
    sells, burns, key = story
    money = Money(enter("manager").page).open(source_ids=f"{sells}-{burns}", counting="period")
    expect(money.page.locator(".o_breadcrumb")).to_have_text("Money by Source")
    expect(money.follow(money.figure("money_drain", burns, "amount"))).to_have_count(1)
    expect(money.page.locator(".o_data_row")).to_contain_text(f"Poster {key}")
    money.back()
    expect(money.follow(money.figure("money_source", sells, "leads"))).to_have_count(1)
    expect(money.page.locator(".o_data_row")).to_contain_text(f"Lead {key}")
    money.back()
    rows = money.follow(money.figure("money_source", sells, "first_sales"))
    expect(rows).to_have_count(1)
    rows.first.locator("td[name=partner_id]").click()
    expect(money.page.locator(".o_form_view .o_conveyor_customer")).to_be_visible()
    money.expect_no_dialog()


def test_tables_and_the_workbook_say_the_same(story, enter, tmp_path):
    sells, burns, key = story
    money = Money(enter("manager").page).open(source_ids=f"{sells}-{burns}", counting="period")
    for tab in ("money_month", "money_source_month", "money_cohort", "money_first_repeat", "money_source"):
        money.tab(tab)
    money.download(tmp_path / "money.xlsx")
    book = openpyxl.load_workbook(tmp_path / "money.xlsx")
    [sheet] = [sheet for sheet in book if sheet.title.startswith("Down the Drain")]
    assert (sheet["A2"].value, sheet["B2"].value) == (f"Burns {key}", 1200)


def test_entering_spend(clients, enter):
    page = Money(enter("manager").page).open()
    page.page.locator(".o_conveyor_spend").click()
    expect(page.page.locator(".o_list_renderer")).to_be_visible()
    for view in page.page.locator(".o_cp_switch_buttons .o_switch_view").all():
        view.click()
        expect(view).to_contain_class("active")
        page.wait().expect_no_dialog()


def test_a_salesperson_has_no_such_screen(enter, people):
    client = enter("seller")
    client.open("crm")
    client.page.goto("/odoo/money-by-source")
    expect(client.page.locator(".o_conveyor_error, .o_error_dialog").first).to_contain_text("not allowed")
    expect(client.page.locator("[data-table]")).to_have_count(0)


@pytest.mark.parametrize("language", ["en_US", "ru_RU"])
def test_menus_open(people, enter, language):
    with speaking(people, "sales manager", language):
        client = enter("sales manager")
        client.open("funnel")
        client.menu(REPORTING, OURS + "money")
        expect(client.page.locator(".o_conveyor_money")).to_be_visible()
        client.menu(REPORTING, OURS + "spend")
        expect(client.page.locator(".o_list_renderer")).to_be_visible()
        client.menu("crm.crm_menu_config", OURS + "spend_rule")
        expect(client.page.locator(".o_list_renderer, .o_view_nocontent").first).to_be_visible()
        client.wait().expect_no_dialog()


def test_on_a_phone(story, enter):
    money = Money(enter("manager", phone=True).page).open()
    expect(money.drains).to_be_visible()
    assert money.width_beyond_window() <= 0
