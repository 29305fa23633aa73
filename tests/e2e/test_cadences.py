"""A manager's cadences: drawn, tried out, switched on, changed while clients are inside; a salesperson's enrolments."""

import pytest
from playwright.sync_api import expect

from .cadences import STEPS, make_cadence
from .pages.cadence import CadenceForm, EnrolDialog
from .pages.lead_list import LeadList

NAMES = [step["name"] for step in STEPS]


@pytest.fixture
def cadence(clients, admin):
    """(id, name) of a cadence that is off, with two leads there who would have entered"""
    clients.add("Rosa"), clients.add("Simon")
    cadence, name = make_cadence(clients)
    yield cadence, name
    admin.write("conveyor.cadence", [cadence], {"active": False, "is_on": False})


def test_switching_on_asks_about_those_who_are_there(cadence, enter):
    form = CadenceForm(enter("manager").page).open(cadence[0])
    expect(form.line).to_contain_text(NAMES)
    expect(form.line.first).to_contain_text("At once")
    expect(form.line.last).to_contain_class("o_conveyor_automatic")
    form.press("action_switch_on")
    expect(form.dialog).to_contain_text("2 who would have entered are there already")
    expect(form.dialog.get_by_label("Leave them")).to_be_checked()
    expect(form.dialog.locator("[name=first_count]")).to_have_count(0)
    form.dialog.get_by_label("Enrol them as well").check()
    expect(form.dialog.locator("[name=first_count]")).to_be_visible()
    form.answer("Switch On")
    expect(form.inside).to_contain_text("2")
    expect(form.clients_at(NAMES[0])).to_have_text("2")
    form.clients_at(NAMES[0]).click()
    expect(form.page.locator(".o_data_row")).to_have_count(2)
    expect(form.page.locator(".o_data_row")).to_contain_text(["Rosa", "Simon"])


def test_changing_a_running_cadence_says_what_it_means(clients, cadence, admin, enter):
    admin.write("conveyor.cadence", [cadence[0]], {"is_on": True})
    lead, _name = clients.add("Tara")  # enters by herself
    form = CadenceForm(enter("manager").page).open(cadence[0])
    expect(form.clients_at(NAMES[0])).to_have_text("1")
    form.remove_step(NAMES[0]).save()
    expect(form.dialog).to_contain_text("Clients in this cadence: 1")
    row = form.dialog.locator("tbody tr")
    expect(row).to_contain_text([NAMES[1]])
    expect(row).to_contain_class("table-warning")
    form.answer("Go on editing")
    assert admin.count("conveyor.cadence.step", [["cadence_id", "=", cadence[0]]]) == 3
    form.save().answer("Save").expect_saved()
    expect(form.line).to_have_count(2)
    expect(form.clients_at(NAMES[1])).to_have_text("1")


def test_a_cadence_is_tried_out_before_it_runs(cadence, people, admin, enter):
    form = CadenceForm(enter("manager").page).open(cadence[0]).press("action_dry_run")
    form.button("Play It", form.dialog).click()
    expect(form.dialog).to_contain_text("2 would have entered")
    expect(form.dialog.locator("[name=channel_ids]")).to_be_visible()
    form.answer("Close")
    form.press("action_test")
    expect(form.dialog).to_contain_text(f"{people['manager'].login}@example.com")
    form.button("Send to Me", form.dialog).click()
    expect(form.page.locator(".o_notification")).to_contain_text("no outgoing mail server is set up")
    assert admin.count("conveyor.enrolment", [["cadence_id", "=", cadence[0]]]) == 0


def test_a_salesperson_enrols_from_the_list_but_does_not_edit(clients, cadence, admin, enter):
    admin.write("conveyor.cadence", [cadence[0]], {"trigger": "manual", "is_on": True})
    leads = LeadList(enter("seller").page).open(clients.key)
    leads.select(f"Rosa {clients.key}", f"Simon {clients.key}")
    EnrolDialog(leads.page).open_from_list().choose(cadence[1]).enrol()
    expect(leads.page.locator(".o_notification")).to_contain_text("2 clients are in")

    inside = leads.open_screen("conveyor-enrolments", clients.key)
    expect(inside.page.locator(".o_data_row")).to_have_count(2)
    inside.row(f"Rosa {clients.key}").locator("td[name=client_name]").click()
    inside.button("Pause").click()
    expect(inside.page.locator(".o_form_view")).to_contain_text("Paused by")
    inside.button("Resume").click()
    expect(inside.button("Pause")).to_be_visible()

    form = CadenceForm(inside.page).open(cadence[0])
    expect(form.clients_at(NAMES[0])).to_have_text("2")
    for button in ("action_switch_on", "action_switch_off", "action_dry_run", "action_test"):
        expect(form.header(button)).to_have_count(0)
    expect(form.page.locator(".o_form_button_create")).to_have_count(0)


def test_an_automation_rule_enrols(clients, cadence, admin, enter):
    admin.write("conveyor.cadence", [cadence[0]], {"trigger": "manual", "is_on": True})
    ours, theirs = (admin.create("base.automation", {
        "name": f"{name} {clients.key}", "model_id": admin.ref("crm.model_crm_lead"), "trigger": "on_create",
        "filter_domain": str([["name", "ilike", f"Uma {clients.key}"]]),
        "action_server_ids": [[0, 0, {"name": name, "model_id": admin.ref("crm.model_crm_lead"), "usage": "base_automation", **values}]],
    }) for name, values in (
        ("Ours", {"state": "conveyor_enrol", "conveyor_cadence_id": cadence[0]}),
        ("Theirs", {"state": "code", "code": "record"})))
    client = enter("administrator").open(f"base.automation/{theirs}")
    expect(client.page.locator(".o_form_view")).to_contain_text("Theirs")
    client.open(f"base.automation/{ours}").page.get_by_text("Ours", exact=True).click()
    expect(client.dialog.locator(".o_field_widget[name=conveyor_cadence_id] input")).to_have_value(cadence[1])
    client.page.keyboard.press("Escape")
    client.expect_no_dialog()
    lead, _name = clients.add("Uma")
    assert admin.count("conveyor.enrolment", [["cadence_id", "=", cadence[0]], ["lead_id", "=", lead]]) == 1
    admin.call("base.automation", "unlink", [ours, theirs])
