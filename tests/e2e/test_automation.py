"""An administrator in Odoo's own screens of automation rules: theirs still open, ours can be edited and are obeyed."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from .cadences import wait_for
from .pages.automation import AutomationForm


@pytest.fixture
def partner_model(admin):
    return admin.ref("base.model_res_partner")


@pytest.fixture
def buy(admin, keys):
    """``buy(partner, days_ago)``: a confirmed order of 100."""
    product = admin.create("product.product", {"name": f"Lamp {next(keys)}", "type": "service", "list_price": 100})

    def order(partner, days_ago=0):
        order = admin.create("sale.order", {"partner_id": partner, "order_line": [[0, 0, {"product_id": product, "product_uom_qty": 1}]]})
        admin.call("sale.order", "action_confirm", [order])
        admin.write("sale.order", [order], {"date_order": str(datetime.now() - timedelta(days=days_ago))[:19]})
    return order


def test_other_rules_open_as_before(admin, keys, partner_model, enter):
    rule = admin.create("base.automation", {
        "name": f"Ordinary {next(keys)}", "model_id": partner_model, "trigger": "on_create", "filter_domain": "[['name', '=', 'Nobody']]"})
    form = AutomationForm(enter("administrator").page).open_rule(rule)
    expect(form.trigger).to_have_value("On create")
    choices = form.choices()
    assert {"On create", "On archived", "Purchase rhythm changed", "First purchase", "Quality reached"} <= set(choices)
    assert "Touches run out" not in choices, "that one is for leads"
    form.page.locator(".o_form_view").wait_for()
    admin.call("base.automation", "unlink", [rule])


def test_a_rule_of_ours_is_made_in_the_browser_and_obeyed(admin, keys, partner_model, buy, enter):
    key = next(keys)
    rule = admin.create("base.automation", {
        "name": f"First {key}", "model_id": partner_model, "trigger": "on_create", "filter_domain": f"[['name', 'like', '{key}']]",
        "action_server_ids": [[0, 0, {"name": f"Note {key}", "model_id": partner_model, "usage": "base_automation", "state": "code",
                                      "code": "for record in records: record.write({'comment': 'Welcome'})"}]]})
    form = AutomationForm(enter("administrator").page).open_rule(rule)
    form.choose_trigger("Purchase rhythm changed")
    expect(form.field("conveyor_to_status")).to_be_visible()
    form.choose_trigger("First purchase")
    expect(form.field("conveyor_to_status")).to_have_count(0)
    form.field("conveyor_min_amount").fill("50")
    expect(form.page.locator(".o_field_widget[name=filter_domain]")).to_be_visible()
    form.save()
    admin.write("base.automation", [rule], {"filter_domain": f"[['name', 'like', '{key}']]"})
    guest = admin.create("res.partner", {"name": f"Guest {key}"})
    buy(guest)
    wait_for(admin, "res.partner", [["id", "=", guest], ["comment", "like", "Welcome"]], ["comment"])
    admin.call("base.automation", "unlink", [rule])


def test_an_administrators_edit_of_a_reactivation_rule_is_obeyed(admin, keys, buy, enter):
    key = next(keys)
    rule = admin.create("conveyor.reactivation.rule", {
        "name": f"Back {key}", "to_status": "back", "deed": "thank", "summary": f"Thank you {key}", "is_on": True, "daily_limit": 0,
        "filter_domain": f"[('name', 'like', '{key}')]"})
    client = enter("administrator").open(f"reactivation-rules/{rule}")
    client.button("Automation Rule").click()
    form = AutomationForm(client.page)
    expect(form.trigger).to_have_value("Purchase rhythm changed")
    form.page.locator("[name=action_server_ids] .o_kanban_record").nth(1).click()
    form.field("activity_summary", form.dialog).fill(f"In my own words {key}")
    form.dialog.locator(".o_form_button_save").click()
    form.expect_no_dialog()
    form.save()
    client.open(f"reactivation-rules/{rule}")
    expect(client.page.locator(".o_form_view .alert-info")).to_contain_text("An administrator has changed")

    guest = admin.create("res.partner", {"name": f"Guest {key}", "user_id": admin.uid})
    buy(guest, days_ago=900)
    buy(guest)
    wait_for(admin, "mail.activity", [
        ["res_model", "=", "res.partner"], ["res_id", "=", guest], ["summary", "=", f"In my own words {key}"]], ["summary"])
    admin.write("conveyor.reactivation.rule", [rule], {"is_on": False, "active": False})
