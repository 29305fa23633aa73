"""Moving on without the required work: through form, kanban, Won, list, import and RPC."""

import pytest
from playwright.sync_api import expect

from .pages.dialogs import FillDialog, GateDialog
from .pages.import_screen import ImportScreen
from .pages.lead_form import LeadForm
from .pages.lead_list import LeadList
from .pages.pipeline import Pipeline
from .rpc import RpcError


@pytest.fixture
def blocking(shop):
    """A shop whose section Needs holds clients back until their site is known."""
    shop.set_section("needs", gate_mode="block")
    shop.site = shop.field_item("needs", "His site", "website")
    return shop


# ------------------------------------------------------------ block
def test_the_form_goes_back_to_the_section_and_lists_what_is_missing(blocking, people, enter):
    lead, _name = blocking.lead(people["seller"].uid)
    form = LeadForm(enter("seller").page).open(lead)
    form.move_to(blocking.sections["offer"])
    GateDialog(form.page).expect_missing(blocking.site).stay()
    form.expect_in(blocking.sections["needs"])
    assert blocking.section_of(lead) == "needs"


def test_filling_what_is_missing_moves_on(blocking, people, enter):
    lead, _name = blocking.lead(people["seller"].uid)
    form = LeadForm(enter("seller").page).open(lead)
    form.move_to(blocking.sections["offer"])
    fill = GateDialog(form.page).expect_missing(blocking.site).fill()
    fill.fill("website", "https://ada.example").apply("Save and Move On")
    form.expect_in(blocking.sections["offer"])
    assert blocking.section_of(lead) == "offer"
    assert blocking.debts(lead) == []


def test_the_dragged_card_goes_back_and_a_waiver_moves_it(blocking, people, enter):
    lead, name = blocking.lead(people["seller"].uid)
    pipeline = Pipeline(enter("seller").page).open()
    pipeline.drag(name, to=blocking.names["offer"])
    gate = GateDialog(pipeline.page).expect_missing(blocking.site)
    expect(pipeline.card_in(blocking.names["needs"], name)).to_be_visible()
    expect(pipeline.card_in(blocking.names["offer"], name)).to_have_count(0)
    gate.waive().in_own_words("He has no site, he has a stall").apply()
    expect(pipeline.card_in(blocking.names["offer"], name)).to_be_visible()
    assert blocking.section_of(lead) == "offer"
    form = LeadForm(pipeline.page).open(lead)
    expect(form.messages.filter(has_text="He has no site, he has a stall")).to_be_visible()


def test_the_won_button_waits_for_the_work_as_well(blocking, people, enter):
    lead, _name = blocking.lead(people["seller"].uid)
    form = LeadForm(enter("seller").page).open(lead)
    form.won_button.click()
    GateDialog(form.page).expect_missing(blocking.site).stay()
    assert blocking.section_of(lead) == "needs"
    blocking.admin.write("crm.lead", [lead], {"website": "https://ada.example"})
    form.open(lead).won_button.click()
    form.expect_in(blocking.sections["won"])
    assert blocking.section_of(lead) == "won"


def test_editing_several_rows_of_the_list_names_every_lead(blocking, people, enter):
    leads = [blocking.lead(people["seller"].uid, name=name) for name in ("Lamp", "Chair")]
    rows = LeadList(enter("seller").page).open(blocking.key)
    rows.select(*(name for _lead, name in leads))
    rows.change_section(leads[0][1], blocking.names["offer"])
    gate = GateDialog(rows.page)
    expect(gate.root.locator("li[data-item]")).to_have_count(2)
    for _lead, name in leads:
        expect(gate.root).to_contain_text(name)
    gate.stay()
    assert {blocking.section_of(lead) for lead, _name in leads} == {"needs"}


def test_an_import_tells_the_row_and_shows_no_dialog(blocking, people, enter, tmp_path):
    lead, name = blocking.lead(people["manager"].uid)
    blocking.admin.create("ir.model.data", {
        "module": "__import__", "name": f"lead_{blocking.key}", "model": "crm.lead", "res_id": lead})
    file = tmp_path / "moves.csv"
    file.write_text(f"id,stage_id\n__import__.lead_{blocking.key},{blocking.names['offer']}\n", encoding="utf-8")
    screen = ImportScreen(enter("manager").page).open_for("crm.crm_lead_opportunities").upload(file)
    screen.start()
    expect(screen.messages).to_contain_text(f"His site {blocking.key}")
    expect(screen.messages).to_contain_text(name)
    screen.expect_no_dialog()
    assert blocking.section_of(lead) == "needs"


def test_a_program_gets_a_user_error(blocking, people):
    lead, _name = blocking.lead(people["seller"].uid)
    seller = people.rpc("seller")
    with pytest.raises(RpcError, match=f"His site {blocking.key}") as caught:
        seller.write("crm.lead", [lead], {"stage_id": blocking.sections["offer"]})
    assert caught.value.name == "odoo.addons.sales_conveyor.exceptions.GateError"
    assert blocking.section_of(lead) == "needs"
    seller.write("crm.lead", [lead], {"stage_id": blocking.sections["new"]})  # going back is free
    assert blocking.section_of(lead) == "new"


def test_load_by_a_program_writes_nothing_and_names_the_work(blocking, people):
    lead, _name = blocking.lead(people["seller"].uid)
    result = people.rpc("seller").call(
        "crm.lead", "load", [".id", "stage_id"], [[str(lead), blocking.names["offer"]]])
    assert not result["ids"]
    assert f"His site {blocking.key}" in result["messages"][0]["message"]
    assert blocking.section_of(lead) == "needs"


# ------------------------------------------------------------ advise
def test_advice_moves_the_card_and_lets_the_work_be_filled_there(shop, people, enter):
    shop.set_section("needs", gate_mode="advise")
    shop.field_item("needs", "His site", "website")
    lead, name = shop.lead(people["seller"].uid)
    pipeline = Pipeline(enter("seller").page).open()
    pipeline.drag(name, to=shop.names["offer"])
    expect(pipeline.toasts).to_contain_text(f"His site {shop.key}")
    expect(pipeline.card_in(shop.names["offer"], name)).to_be_visible()
    assert shop.debts(lead) == [f"His site {shop.key}"]
    pipeline.button("Fill in", pipeline.toasts).click()
    FillDialog(pipeline.page).fill("website", "https://ada.example").apply("Save")
    expect(pipeline.toasts).to_have_count(0)
    assert shop.debts(lead) == []


def test_advice_in_the_form_shows_what_is_owed(shop, people, enter):
    shop.set_section("needs", gate_mode="advise")
    item = shop.item("needs", "Who decides")
    lead, _name = shop.lead(people["seller"].uid)
    form = LeadForm(enter("seller").page).open(lead)
    form.move_to(shop.sections["offer"])
    expect(form.toasts).to_contain_text(f"Who decides {shop.key}")
    expect(form.owed).to_contain_text(f"Who decides {shop.key}")
    form.tick(item)
    expect(form.owed).to_have_count(0)
    assert shop.debts(lead) == []


# ------------------------------------------------------------ off
def test_a_section_that_does_not_check_says_nothing(shop, people, enter):
    """Two cards move: only the one that leaves an advising section is spoken of."""
    shop.set_section("new", gate_mode="off")
    shop.set_section("needs", gate_mode="advise")
    shop.item("new", "Unchecked")
    shop.item("needs", "Advised")
    quiet, quiet_name = shop.lead(people["seller"].uid, "new", "Quiet")
    _loud, loud_name = shop.lead(people["seller"].uid, "needs", "Loud")
    pipeline = Pipeline(enter("seller").page).open()
    pipeline.drag(quiet_name, to=shop.names["needs"])
    expect(pipeline.card_in(shop.names["needs"], quiet_name)).to_be_visible()
    pipeline.drag(loud_name, to=shop.names["offer"])
    expect(pipeline.toasts).to_have_count(1)
    expect(pipeline.toasts).to_contain_text(f"Advised {shop.key}")
    expect(pipeline.toasts).not_to_contain_text("Unchecked")
    assert shop.section_of(quiet) == "needs"
    assert shop.debts(quiet) == []


# ------------------------------------------------------------ who may waive
def test_where_only_managers_waive_a_seller_is_not_offered_it(blocking, people, enter, admin):
    [company] = admin.read("res.users", [people["seller"].uid], ["company_id"])
    company_id = company["company_id"][0]
    [before] = admin.read("res.company", [company_id], ["conveyor_waive_right"])
    lead, _name = blocking.lead(people["seller"].uid)
    admin.write("res.company", [company_id], {"conveyor_waive_right": "manager"})
    try:
        form = LeadForm(enter("seller").page).open(lead)
        form.move_to(blocking.sections["offer"])
        gate = GateDialog(form.page).expect_missing(blocking.site)
        expect(form.button("Fill it", gate.root)).to_be_visible()
        expect(form.button("Waive…", gate.root)).to_have_count(0)
        gate.stay()
    finally:
        admin.write("res.company", [company_id], {"conveyor_waive_right": before["conveyor_waive_right"]})


# ------------------------------------------------------------ hand-over
def test_a_lead_is_handed_over_to_a_colleague_by_dragging(shop, people, enter):
    shop.set_section("offer", performer="role", performer_role="user", performer_user_id=people["colleague"].uid)
    lead, name = shop.lead(people["seller"].uid)
    mine = Pipeline(enter("seller").page).open()
    mine.drag(name, to=shop.names["offer"])
    expect(mine.toasts).to_contain_text(people["colleague"].name)
    expect(mine.card(name)).to_have_count(0)
    his = Pipeline(enter("colleague").page).open()
    expect(his.card_in(shop.names["offer"], name)).to_be_visible()
    form = LeadForm(his.page).open(lead)
    expect(form.messages.filter(has_text="Handed over")).to_contain_text(people["colleague"].name)
    [row] = shop.admin.read("crm.lead", [lead], ["user_id", "first_seller_id"])
    assert (row["user_id"][0], row["first_seller_id"][0]) == (people["colleague"].uid, people["seller"].uid)
