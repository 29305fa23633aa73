"""Every screen opens for everyone who may use it, in his language, without an error."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from .pages.funnel import Funnel
from .pages.lead_form import LeadForm
from .pages.pipeline import Pipeline
from .pages.web_client import CYRILLIC

REPORTING, CONFIGURATION = "crm.crm_menu_report", "crm.crm_menu_config"
OURS = "sales_conveyor.menu_conveyor_"
REPORTS = {"funnel_report": ".o_pivot_view", "transition": ".o_list_renderer", "work_debt": ".o_list_renderer"}
SETTINGS_OF_THE_CONVEYOR = {
    "section": ".o_list_renderer", "work_item": ".o_list_renderer", "trade_set": ".o_content",
    "trade_application": ".o_content"}
LANGUAGES = ("en_US", "ru_RU")
ROLES = ("salesperson", "sales manager", "administrator")


@contextmanager
def speaking(people, role, language):
    people.speak(role, language)
    try:
        yield
    finally:
        people.speak(role, "en_US")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
def test_all_screens_open(people, enter, admin, role, language):
    with speaking(people, role, language):
        page = enter(role).page
        check_pipeline(Pipeline(page).open(), language)
        check_lead_form(LeadForm(page), a_lead_with_work(admin, people[role], role))
        check_funnel(Funnel(page).open(), language)
        check_reports(Funnel(page))
        check_configuration(Funnel(page), role)


def a_lead_with_work(admin, person, role):
    """An open lead whose section has standard work; the salesperson's own one."""
    domain = [["work_ids", "!=", False], ["stage_id.work_item_ids", "!=", False], ["type", "=", "opportunity"]]
    if role == "salesperson":
        domain.append(["user_id", "=", person.uid])
    [lead] = admin.search("crm.lead", domain, limit=1)
    return lead


def check_language(locator, language):
    """Everything there is in Cyrillic letters, or nothing is."""
    expect(locator.first).to_be_visible()
    for text in locator.all_inner_texts():
        assert bool(CYRILLIC.search(text)) == (language == "ru_RU"), text


def check_pipeline(pipeline, language):
    phases = pipeline.page.locator(".o_conveyor_phase_name")
    check_language(phases, language)
    assert phases.count() >= 3


def check_lead_form(form, lead):
    form.open(lead)
    expect(form.checklist).to_be_visible()
    expect(form.checklist.locator(".o_conveyor_work").first).to_be_visible()
    form.expect_no_dialog()


def check_funnel(funnel, language):
    check_language(funnel.page.locator(".o_conveyor_tile_label"), language)
    check_language(funnel.page.locator("[data-tab]"), language)
    assert funnel.number("leads") > 0
    funnel.page.locator(".o_conveyor_analysis").click()
    expect(funnel.page.locator(".o_pivot_view")).to_be_visible()
    funnel.wait().expect_no_dialog()


def check_reports(client):
    for menu, sign in REPORTS.items():
        client.menu(REPORTING, OURS + menu)
        expect(client.page.locator(sign).first).to_be_visible()
        client.wait().expect_no_dialog()


def check_configuration(client, role):
    """Managers have the conveyor's menu, administrators the settings as well."""
    if role == "salesperson":
        expect(client.section_menu(REPORTING)).to_be_visible()
        expect(client.section_menu(CONFIGURATION)).to_have_count(0)
        return
    for menu, sign in SETTINGS_OF_THE_CONVEYOR.items():
        client.menu(CONFIGURATION, OURS + menu)
        expect(client.page.locator(sign).first).to_be_visible()
        client.wait().expect_no_dialog()
    client.menu(CONFIGURATION, OURS + "trade_apply")
    expect(client.dialog.locator(".o_field_widget[name=set_id]")).to_be_visible()
    client.page.keyboard.press("Escape")
    client.expect_no_dialog().open_menu(CONFIGURATION)
    settings = client.entry("crm.crm_config_settings_menu")
    expect(settings).to_have_count(1 if role == "administrator" else 0)
    if role == "administrator":
        settings.click()
        expect(client.page.locator("#conveyor_gate")).to_be_visible()
        expect(client.page.locator("#conveyor_after_win")).to_be_visible()


def test_the_form_of_a_section_shows_its_work_and_who_does_it(shop, people, enter):
    shop.item("needs", "Ask for the site")
    client = enter("manager").open(f"crm.stage/{shop.sections['needs']}")
    rows = client.page.locator("[name=work_item_ids] .o_data_row")
    expect(rows).to_contain_text([f"Ask for the site {shop.key}"])
    client.page.get_by_role("tab", name="Performer and Norms").click()
    expect(client.page.locator("[name=performer]")).to_be_visible()
    expect(client.page.locator(".o_field_widget[name=conveyor_phase]")).to_be_visible()


def test_the_language_of_the_preferences_is_the_language_of_the_screens(people, enter):
    client = enter("colleague")
    try:
        client.open("funnel").change_language("Russian")
        check_language(Funnel(client.page).open().page.locator("[data-counting]"), "ru_RU")
    finally:
        people.speak("colleague", "en_US")


def test_a_salesperson_cannot_open_the_configuration_by_its_address(people, enter):
    """Reading sections is no secret; changing them is not offered."""
    client = enter("salesperson").open("conveyor-sections")
    expect(client.page.locator(".o_list_renderer")).to_be_visible()
    expect(client.page.locator(".o_list_button_add")).to_have_count(0)
