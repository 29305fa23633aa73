"""The screens around touches: reasons, discipline, practices; all of them for those who may, and in Russian."""

import pytest
from playwright.sync_api import expect

from .clients import day
from .pages.my_day import MyDay
from .pages.touches import Gaps
from .test_screens import CONFIGURATION, OURS, REPORTING, speaking

SALES = "crm.crm_menu_sales"
LIST, KANBAN, FORM = ".o_list_renderer", ".o_kanban_renderer", ".o_form_view"
FOR_SELLERS = {
    (SALES, "my_day"): ".o_conveyor_day", (SALES, "next_touch"): ".o_calendar_renderer", (SALES, "next_gap"): ".o_list_view",
    (REPORTING, "discipline"): ".o_conveyor_mine", (REPORTING, "discipline_report"): ".o_graph_renderer",
    (REPORTING, "touch"): LIST, (REPORTING, "enrolment"): LIST, (REPORTING, "step_run"): LIST, (REPORTING, "letter"): LIST,
    (REPORTING, "practice"): ".o_list_view"}
FOR_MANAGERS = {
    **FOR_SELLERS, (REPORTING, "health"): FORM, (CONFIGURATION, "cadence"): KANBAN, (CONFIGURATION, "reason"): LIST,
    (CONFIGURATION, "reason_suggestion"): LIST, (CONFIGURATION, "consent"): ".o_list_view",
    (CONFIGURATION, "practice_config"): LIST}


@pytest.mark.parametrize("role, language, screens", [
    ("salesperson", "en_US", FOR_SELLERS), ("sales manager", "ru_RU", FOR_MANAGERS)], ids=["salesperson", "Russian manager"])
def test_every_screen_opens_from_its_menu(people, enter, role, language, screens):
    with speaking(people, role, language):
        client = enter(role).open("next-touches")
        for (section, entry), sign in screens.items():
            client.menu(section, OURS + entry)
            expect(client.page.locator(f".o_action_manager {sign}").first).to_be_visible()
            client.wait().expect_no_dialog()
        client.open_menu(REPORTING)
        expect(client.entry(OURS + "touch")).to_be_visible()
        expect(client.entry(OURS + "health")).to_have_count(int(role != "salesperson"))


def test_forms_open_in_russian(people, enter, admin):
    """A client's day, a reason, an enrolment, a practice, a letter; nothing breaks while words are missing."""
    records = {
        model: admin.search(model, domain, limit=1)[0] for model, domain in (
            ("conveyor.reason", []), ("conveyor.enrolment", [["state", "=", "running"]]), ("conveyor.practice", []),
            ("conveyor.step.run", [["state", "=", "done"]]))}
    with speaking(people, "sales manager", "ru_RU"):
        client = enter("sales manager")
        for model, record in records.items():
            client.open(f"{model}/{record}")
            expect(client.page.locator(FORM)).to_be_visible()
            client.expect_no_dialog()
        day = MyDay(client.page).open()
        day.page.locator(".o_conveyor_day_person").select_option(label=people["salesperson"].name)
        expect(day.card).to_be_visible()


def test_what_one_left_behind_is_taken_up_again(clients, admin, people, enter):
    reason = admin.create("crm.lost.reason", {"name": f"Silent {clients.key}", "conveyor_kind": "nurture"})
    lead, _name = clients.add("Xenia")
    people.rpc("seller").call("crm.lead", "action_set_lost", [lead], lost_reason_id=reason)
    page = enter("seller").open("where-touches-stop").page
    mine = page.locator(".o_conveyor_mine")
    expect(mine).to_have_attribute("data-left", "1")
    expect(mine).to_contain_text("$")
    page.locator("[data-tab=people], [data-tab]").nth(1).click()
    expect(page.locator(".o_conveyor_table")).to_contain_text(people["seller"].name)
    mine.locator(".o_conveyor_resume").click()
    expect(mine).to_have_attribute("data-left", "0")
    assert clients.read(lead, "next_touch_date")["next_touch_date"]
    admin.write("crm.lost.reason", [reason], {"active": False})


def test_a_reason_is_written_down_or_taken_from_what_changed(admin, keys, enter):
    key = next(keys)
    suggestion = admin.create("conveyor.reason.suggestion", {
        "name": f"New price {key}", "key": key, "kind": "price", "description": "100 → 90", "date_from": day()})
    client = enter("manager").open("action-sales_conveyor.conveyor_reason_suggestion_action")
    client.page.locator(".o_data_row").filter(has_text=key).locator("button[name=action_accept]").click()
    expect(client.page.locator(".o_field_widget[name=name]").locator("input, textarea")).to_have_value(f"New price {key}")
    client.open("reasons").page.locator(".o_list_button_add").click()
    client.page.locator(".o_field_widget[name=name]").locator("input, textarea").fill(f"Samples {key}")
    client.page.locator(".o_form_button_save").click()
    expect(client.page.locator(".o_form_button_save")).not_to_be_visible()
    client.open("reasons").search(key)
    expect(client.page.locator(".o_data_row")).to_have_count(2)
    ids = admin.search("conveyor.reason", [["name", "ilike", key]])
    admin.write("conveyor.reason", ids, {"active": False})
    admin.call("conveyor.reason.suggestion", "unlink", [suggestion])
    seller = enter("seller").open("reasons")
    expect(seller.page.locator(".o_list_button_add")).to_have_count(0)


def test_a_manager_decides_about_a_practice(admin, enter):
    [practice] = admin.search_read("conveyor.practice", [["status", "=", "stopped"]], ["name", "decision"], limit=1)
    try:
        client = enter("manager").open(f"conveyor.practice/{practice['id']}")
        client.button("Revive").click()
        expect(client.button("Revive")).to_have_count(0)
        [row] = admin.read("conveyor.practice", [practice["id"]], ["decision"])
        assert row["decision"] == "revive"
        seller = enter("salesperson").open(f"conveyor.practice/{practice['id']}")
        expect(seller.page.locator(FORM)).to_be_visible()
        expect(seller.page.locator(".o_statusbar_buttons button")).to_have_count(0)
    finally:
        admin.write("conveyor.practice", [practice["id"]], {"decision": practice["decision"]})


def test_those_without_a_next_touch_on_a_phone(clients, enter):
    _lead, name = clients.add("Yuri")
    gaps = Gaps(enter("seller", phone=True).page).open()
    card = gaps.page.locator(".o_kanban_record").filter(has_text=name)
    assert gaps.width_beyond_window() <= 0
    card.get_by_role("button", name="Plan").click()
    expect(card).to_have_count(0)


@pytest.mark.parametrize("path", [
    "next-touches", "no-next-touch", "conveyor-touches", "conveyor-enrolments", "dropped-leads", "practices", "cadences", "reasons"])
def test_every_view_of_a_screen_opens(enter, path):
    client = enter("sales manager").open(path)
    views = client.page.locator(".o_cp_switch_buttons .o_switch_view")
    for view in views.all():
        view.click()
        expect(view).to_contain_class("active")
        client.wait().expect_no_dialog()
    assert views.count() > 1
