"""Odoo's own kanban still works, with the phases in its columns."""

from playwright.sync_api import expect

from .pages.lead_form import LeadForm
from .pages.pipeline import Pipeline


def test_columns_carry_their_phase(shop, people, enter):
    shop.set_section("won", conveyor_phase="account_management")
    shop.lead(people["seller"].uid)
    pipeline = Pipeline(enter("seller").page).open()
    for place, phase in (("new", "lead_generation"), ("needs", "first_sale"), ("won", "account_management")):
        expect(pipeline.phase(shop.names[place])).to_have_attribute("data-phase", phase)
    expect(pipeline.phase(shop.names["new"])).to_have_text("Lead Generation")


def test_quick_create_makes_a_lead_with_the_work_of_its_section(shop, people, enter):
    shop.item("new", "Greet")
    name = f"Quick {shop.key}"
    pipeline = Pipeline(enter("seller").page).open()
    pipeline.quick_create(shop.names["new"], name)
    card = pipeline.card_in(shop.names["new"], name)
    expect(card.locator(".o_conveyor_progress")).to_contain_text("1")
    [lead] = shop.admin.search("crm.lead", [["name", "=", name]])
    assert shop.section_of(lead) == "new"
    expect(LeadForm(pipeline.page).open(lead).checklist).to_contain_text(f"Greet {shop.key}")


def test_a_card_is_dragged_on_and_back(shop, people, enter):
    lead, name = shop.lead(people["seller"].uid)
    pipeline = Pipeline(enter("seller").page).open()
    pipeline.drag(name, to=shop.names["offer"])
    expect(pipeline.card_in(shop.names["offer"], name)).to_be_visible()
    pipeline.drag(name, to=shop.names["new"])
    expect(pipeline.card_in(shop.names["new"], name)).to_be_visible()
    expect(pipeline.toasts).to_have_count(0)
    rows = shop.admin.search_read("conveyor.transition", [["lead_id", "=", lead]], ["kind"], order="date, id")
    assert [row["kind"] for row in rows] == ["enter", "forward", "back"]


def test_columns_fold_and_unfold(shop, people, enter):
    _lead, name = shop.lead(people["seller"].uid)
    pipeline = Pipeline(enter("seller").page).open()
    column = pipeline.column(shop.names["needs"])
    pipeline.toggle_fold(shop.names["needs"])
    expect(pipeline.card(name)).to_have_count(0)
    expect(column.locator(".o_conveyor_phase")).to_have_attribute("data-phase", "first_sale")
    column.click()
    expect(pipeline.card_in(shop.names["needs"], name)).to_be_visible()


def test_ticking_work_counts_on_the_card(shop, people, enter):
    item = shop.item("needs", "Who decides")
    lead, name = shop.lead(people["seller"].uid)
    form = LeadForm(enter("seller").page).open(lead)
    form.tick(item)
    expect(form.work(item)).to_have_attribute("data-state", "done")
    card = Pipeline(form.page).open().card(name)
    expect(card.locator(".o_conveyor_progress")).to_have_text("1/1")
    expect(card.locator(".o_conveyor_owed")).to_have_count(0)
