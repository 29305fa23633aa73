"""On a phone, 375 points wide: nothing is cut off, what one needs is in sight."""

from playwright.sync_api import expect

from .pages.funnel import Funnel
from .pages.lead_form import LeadForm
from .pages.pipeline import Pipeline


def test_the_pipeline(shop, people, enter):
    _lead, name = shop.lead(people["seller"].uid, "new")
    pipeline = Pipeline(enter("seller", phone=True).page).open()
    expect(pipeline.card(name)).to_be_in_viewport()
    expect(pipeline.phase(shop.names["new"])).to_be_in_viewport()
    assert pipeline.width_beyond_window() <= 0


def test_the_lead_form(shop, people, enter):
    item = shop.item("needs", "Who decides")
    lead, _name = shop.lead(people["seller"].uid)
    form = LeadForm(enter("seller", phone=True).page).open(lead)
    expect(form.checklist).to_contain_text(f"Next: Who decides {shop.key}")
    form.checklist.locator("button[aria-expanded=false]").click()
    form.tick(item)
    expect(form.work(item)).to_have_attribute("data-state", "done")
    assert form.width_beyond_window() <= 0


def test_the_funnel(shop, people, enter):
    shop.lead(people["seller"].uid)
    funnel = Funnel(enter("manager", phone=True).page).open(team_ids=shop.team)
    funnel.expect_tiles(leads=1)
    expect(funnel.filter("period")).to_be_in_viewport()
    expect(funnel.tile("leads").first).to_be_in_viewport()
    assert funnel.width_beyond_window() <= 0
    funnel.count_by("period").choose_period("this_month")
    funnel.expect_tiles(leads=1)
    expect(funnel.row(shop.sections["needs"])).to_be_visible()
    assert funnel.width_beyond_window() <= 0
