"""What is not ours goes on working: automation rules and CRM's own dialogs."""

from playwright.sync_api import expect

from .pages.lead_form import LeadForm
from .pages.lead_list import LeadList
from .pages.lost_dialog import LostDialog


def test_an_automation_rule_of_others_opens(admin, keys, enter):
    name = f"Somebody else's {next(keys)}"
    [model] = admin.search("ir.model", [["model", "=", "crm.lead"]])
    rule = admin.create("base.automation", {"name": name, "model_id": model, "trigger": "on_archive"})
    try:
        client = enter("administrator").open(f"base.automation/{rule}")
        expect(client.page.locator(".o_form_view [name=name] input")).to_have_value(name)
        client.expect_no_dialog()
        expect(client.page.locator(".o_form_view [name=trigger]").first).to_be_visible()
    finally:
        admin.call("base.automation", "unlink", [rule])


def test_a_lead_is_lost_by_the_dialog_of_crm(shop, people, enter):
    lead, _name = shop.lead(people["seller"].uid)
    form = LeadForm(enter("seller").page).open(lead)
    LostDialog(form.page).open_from_form().because("Too expensive").press("Lose")  # after no touch at all there are better ways
    expect(form.page.locator(".o_widget_web_ribbon span").filter(has_text="Lost").first).to_be_visible()
    rows = shop.admin.search_read("conveyor.transition", [["lead_id", "=", lead]], ["kind"], order="date, id")
    assert [row["kind"] for row in rows] == ["enter", "lost"]


def test_two_leads_are_merged_by_the_dialog_of_crm(shop, people, enter):
    leads = [shop.lead(people["manager"].uid, name=name) for name in ("First", "Second")]
    ids = [lead for lead, _name in leads]
    past = shop.admin.search("conveyor.transition", [["lead_id", "in", ids]])
    rows = LeadList(enter("manager").page).open(shop.key)
    rows.select(*(name for _lead, name in leads))
    rows.page.locator(".o_control_panel .o_cp_action_menus .dropdown-toggle").filter(has_text="Actions").click()
    rows.page.locator(".o-dropdown--menu").get_by_role("menuitem", name="Merge").click()
    rows.button("Merge", rows.dialog).click()
    expect(rows.page.locator(".o_form_view")).to_be_visible()
    rows.expect_no_dialog()
    [left] = shop.admin.search("crm.lead", [["id", "in", ids]])
    kept = shop.admin.search("conveyor.transition", [["lead_id", "=", left]])
    assert len(past) == 2 and set(past) <= set(kept), "the path of both is kept"


def test_a_lead_is_converted_by_the_dialog_of_crm(shop, people, enter, admin):
    lead, _name = shop.lead(people["manager"].uid, "new", type="lead", contact_name="Ada", email_from="ada@example.com")
    form = LeadForm(enter("manager").page).open(lead)
    form.button("Convert to Opportunity").click()
    form.dialog.get_by_role("button", name="Create Opportunity").click()
    form.expect_no_dialog()
    expect(form.won_button).to_be_visible()
    [row] = admin.read("crm.lead", [lead], ["type"])
    assert row["type"] == "opportunity"
