"""Where the money leaks: the owner's one page, in a browser."""

import re

from playwright.sync_api import expect

from .pages.dashboard import Dashboard


def next_touch(clients, lead):
    [row] = clients.admin.read("crm.lead", [lead], ["next_touch_date"])
    return row["next_touch_date"]


def test_an_owner_sees_the_leak_and_follows_it(shop, clients, enter):
    leads = [clients.add(f"Lea{number}", place="needs")[0] for number in range(12)]
    for lead in leads[:4]:
        clients.admin.call("crm.lead", "action_set_won", [lead])
    for lead in leads[4:9]:
        clients.admin.call("crm.lead", "action_set_lost", [lead])
    board = Dashboard(enter("manager").page).open(team_ids=shop.team, period="this_month")
    expect(board.tile("first")).to_have_attribute("data-value", "4")
    expect(board.belt).to_have_attribute("role", "img")
    expect(board.leak).to_contain_text("5 of 9 who left it fell off here")
    board.choose("sections")
    row = board.table("belt").locator("tr", has_text="Needs").first
    expect(row.locator("[data-key=lost]")).to_have_attribute("data-value", "5")
    row.locator("[data-key=lost] button").click()
    expect(board.page.locator(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)")).to_have_count(5)
    board.page.go_back()
    board.ready()
    assert "team_ids" in board.page.url  # a link shows the same
    expect(board.tile("first")).to_have_attribute("data-value", "4")


def test_months_as_bars_and_sources_by_return_behind_the_belt(shop, clients, enter):
    lead, _name = clients.add("Mia", place="needs")
    clients.admin.call("crm.lead", "action_set_won", [lead])
    board = Dashboard(enter("manager").page).open(team_ids=shop.team, period="this_month")
    chart = board.page.locator(".o_conveyor_sales_chart canvas")
    expect(chart).to_have_accessible_name(re.compile(r"First sales: 1, \$\s?1,000; Repeat sales: 0"))
    expect(board.page.locator("[data-table=money_source], [data-table=by_source], .o_conveyor_no_spend").first).to_be_visible()
    expect(board.table("assembled").or_(board.table("today")).first).to_be_visible()
    box = chart.bounding_box()
    month = board.page.locator(".o_conveyor_sales_chart").get_attribute("data-months")
    assert int(month) >= 1
    board.page.mouse.move(box["x"] + box["width"] * 0.97, box["y"] + box["height"] * 0.5)
    expect(board.page.locator(".o_error_dialog")).to_have_count(0)


def test_assigning_with_one_click_and_taking_it_back(shop, clients, enter):
    lead, _name = clients.add("Nora")
    clients.promise(lead, days=-3)
    board = Dashboard(enter("manager").page).open(team_ids=shop.team, period="this_month")
    item = board.item("overdue", "Lamp for Nora")
    expect(item).to_contain_text("1,000")
    before = next_touch(clients, lead)
    item.get_by_role("button", name="Assign").click()
    expect(item.locator(".o_conveyor_assigned")).to_contain_text("Seller")
    assert next_touch(clients, lead) > before
    expect(item.get_by_role("button", name="Undo")).to_be_focused()
    item.get_by_role("button", name="Undo").click()
    expect(item.get_by_role("button", name="Assign")).to_be_focused()
    assert next_touch(clients, lead)[:10] == before[:10]


def test_a_salesperson_has_his_own_page_on_a_phone(shop, clients, enter):
    clients.add("Olaf")
    clients.add("Pia", role="colleague")
    page = enter("seller", phone=True).page
    board = Dashboard(page).open(team_ids=shop.team, period="this_month")
    board.choose("sections")
    expect(board.table("belt").locator("tr", has_text="Needs").first.locator("[data-key=in_now]")).to_have_attribute("data-value", "1")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    expect(page.get_by_role("button", name="Hand Over Clients")).to_have_count(0)


def test_the_tab_stands_in_the_address_and_arrows_change_it(shop, clients, enter):
    clients.add("Quin")
    page = enter("manager").page
    board = Dashboard(page).open(team_ids=shop.team, period="this_month", tab="drivers")
    drivers, outlook = (page.locator(f"[data-tab={tab}]") for tab in ("drivers", "outlook"))
    expect(drivers).to_have_attribute("aria-selected", "true")
    drivers.press("ArrowRight")
    expect(outlook).to_be_focused()
    expect(outlook).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile(r"tab=outlook"))
    page.reload()
    board.ready()
    expect(outlook).to_have_attribute("aria-selected", "true")


def test_an_empty_period_tells_what_to_do_next(shop, enter):
    board = Dashboard(enter("manager").page).open(
        team_ids=shop.team, period="custom", date_from="2001-01-01", date_to="2001-01-31")
    expect(board.page.locator(".o_conveyor_belt_part button")).to_have_count(1)
    expect(board.page.locator(".o_conveyor_belt_part")).to_contain_text(re.compile("Choose a longer period|Clear the filters"))
    expect(board.list("overdue")).to_contain_text("Every promise is kept.")
    for tab in ("around", "drivers", "outlook"):
        board.choose(tab)
        expect(board.page.locator(".o_conveyor_error")).to_have_count(0)


def test_the_demo_company_in_three_languages(enter, people):
    seen = enter("administrator")
    for language, word in (("ru_RU", "Конвейер"), ("bg_BG", "Конвейер"), ("en_US", "The conveyor")):
        people.speak("administrator", language)
        board = Dashboard(seen.page).open(period="this_year")
        expect(board.belt).to_have_accessible_name(re.compile(word))
        for tab in ("sections", "around", "drivers", "outlook"):
            board.choose(tab)
            expect(board.page.locator(".o_conveyor_error")).to_have_count(0)
