"""First-sale processes: from the button to the version, conformance, standard work, the line on a lead."""

import re

import pytest
from playwright.sync_api import expect

from .histories import Histories
from .pages.lead_form import LeadForm
from .pages.process import ProcessForm, ProcessList, VersionForm


@pytest.fixture
def histories(clients):
    histories = Histories(clients)
    yield histories
    histories.close()


def test_from_the_button_to_the_current_version(histories, enter):
    histories.usual()
    form = ProcessForm(enter("manager").page).open(histories.process)
    expect(form.page.locator(".alert", has_text="Nothing was documented yet")).to_be_visible()
    version = form.document()
    version.expect_state("draft")
    expect(version.figure("leads_in")).to_have_attribute("data-value", "6")
    expect(version.figure("sales_out")).to_have_attribute("data-value", "4")
    expect(version.page.locator(".o_conveyor_belt svg, .o_field_conveyor_belt svg").first).to_be_visible()
    version.make_current()
    version.page.locator("button[name=action_open_process]").click()
    expect(form.figure("leads_in")).to_have_attribute("data-value", "6")
    expect(form.page.locator(".alert", has_text="Nothing was documented yet")).to_have_count(0)


def test_people_write_what_is_said_at_a_section(histories, enter, admin):
    offer, name = histories.shop.sections["offer"], histories.shop.names["offer"]
    form = ProcessForm(enter("manager").page).open(histories.process).add_section(name, "Two variants, one below your budget.")
    expect(form.page.locator("[name=step_ids] .o_data_row", has_text=name)).to_contain_text("one below your budget")
    [step] = admin.search_read("conveyor.process.step", [["process_id", "=", histories.process], ["stage_id", "=", offer]], ["key", "script"])
    assert (step["key"], step["script"]) == (f"stage:{offer}", "Two variants, one below your budget.")


def test_figures_of_a_version_open_their_leads(histories, enter):
    histories.usual()
    version = VersionForm(enter("manager").page).open(histories.document())
    version.tab("ways")
    sections = histories.shop.sections
    version.cell("ways", f"stage:{sections['new']}>stage:{sections['offer']}", "leads").locator("button").click()
    version.expect_leads(2)
    version.open(histories.document(current=False)).figure("sales_out").locator("button").click()
    version.expect_leads(4)


def test_two_versions_side_by_side(histories, enter):
    histories.usual()
    histories.document()
    histories.lead(("new", 3), ("offer", 1), end="lost")
    version = VersionForm(enter("manager").page).open(histories.document(current=False)).compare()
    expect(version.dialog.locator("[data-table=figures] tr[data-row=leads_in] td[data-key=difference]")).to_have_attribute("data-value", "1")
    expect(version.dialog.locator("[name=words]")).to_contain_text("too few leads")


def test_conformance_opens_who_went_otherwise(histories, enter, people):
    histories.usual()
    histories.document()
    form = ProcessForm(enter("manager").page).open(histories.process).tab("conformance")
    expect(form.figure("deviating")).to_have_attribute("data-value", "2")
    left_out = f"skipped:stage:{histories.shop.sections['needs']}"
    expect(form.cell("deviations", left_out, "verdict")).to_have_text("Too few leads to say")
    expect(form.cell("people", people["seller"].uid, "leads")).to_have_attribute("data-value", "6")
    form.cell("deviations", left_out, "leads").locator("button").click()
    form.expect_leads(2)
    form.page.go_back()
    expect(form.page.locator(".o_form_view")).to_be_visible()


def test_a_salesperson_sees_the_current_version_without_money(histories, enter):
    histories.usual()
    version = histories.document()
    form = ProcessForm(enter("seller").page).open(histories.process)
    expect(form.figure("leads_in")).to_have_attribute("data-value", "6")
    expect(form.figure("volume")).to_have_count(0)
    expect(form.page.locator("button[name=action_ask_period]")).to_have_count(0)
    form.tab("conformance")
    expect(form.figure("leads")).to_have_attribute("data-value", "6")
    form.page.goto(f"/odoo/process-versions/{version}")
    expect(form.figure("leads_in")).to_be_visible()
    expect(form.page.locator("button[name=action_make_standard]")).to_have_count(0)


def test_standard_work_only_of_what_is_ticked(histories, enter, admin):
    histories.usual()
    version = VersionForm(enter("manager").page).open(histories.document()).make_standard()
    items = [["stage_id", "in", list(histories.shop.sections.values())]]
    [row] = version.dialog.locator("[name=line_ids] .o_data_row").all()
    expect(row.locator("td[name=evidence]")).to_contain_text("4 of 4 won")
    expect(row.locator("td[name=evidence]")).to_contain_text("too few to go by")
    expect(version.dialog.locator(".o_conveyor_timeline_step").first).to_be_visible()
    assert admin.count("conveyor.work.item", items) == 0
    row.locator("td[name=name]").click()
    expect(row).to_have_class(re.compile("o_selected_row"))
    row.locator("[name=is_chosen] input").check()
    version.dialog.locator("button[name=action_apply]").click()
    version.expect_no_dialog()
    assert admin.count("conveyor.work.item", items) == 1
    version.make_standard()
    expect(version.dialog.locator("[name=line_ids] .o_data_row [name=known_item_id]").first).to_contain_text("Call")


def test_the_line_on_a_lead(histories, enter):
    histories.usual()
    lead, _name = histories.lead(("new", 4), ("needs", 2))
    page = LeadForm(enter("seller").page).open(lead)
    line = page.page.locator(".o_conveyor_process_line")
    expect(page.page.locator(".o_conveyor_panel").first).to_be_visible()
    expect(line).to_have_count(0)
    histories.document()
    page.open(lead)
    expect(line.locator(".o_conveyor_process_step")).to_have_text(f"Step 2 of 3: {histories.shop.names['needs']}")
    line.locator("button").click()
    expect(line).to_contain_text("What is it for?")


def test_leads_that_no_process_covers(histories, enter, shop, people):
    source = histories.admin.create("utm.source", {"name": f"Nobody's {shop.key}"})
    shop.lead(people["seller"].uid, source_id=source)
    page = ProcessList(enter("manager").page).open()
    expect(page.uncovered).to_contain_text("Add their source to a process")
    count = int(page.uncovered.get_attribute("data-count"))
    page.uncovered.locator("button").click()
    expect(page.page.locator(".o_list_renderer")).to_be_visible()
    expect(page.pager()).to_have_text(str(count))
    seen = ProcessList(enter("seller").page).open()
    expect(seen.uncovered).to_be_visible()
    expect(seen.uncovered).not_to_contain_text("Add their source")  # he may make no process


def test_every_view_on_a_phone(histories, enter):
    histories.usual()
    version = histories.document()
    client = enter("manager", phone=True)
    page = ProcessList(client.page).open()
    expect(page.page.locator(".o_kanban_record", has_text=histories.name)).to_be_visible()
    assert page.width_beyond_window() <= 0
    form = ProcessForm(client.page).open(histories.process)
    expect(form.figure("leads_in")).to_be_visible()
    assert form.width_beyond_window() <= 0
    shown = VersionForm(client.page)
    shown.page.goto(f"/odoo/process-versions/{version}")
    expect(shown.figure("leads_in")).to_be_visible()
    assert shown.width_beyond_window() <= 0
