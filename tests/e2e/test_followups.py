"""After the purchase, in the browser: a rule is switched on, follow-ups are seen, interests are noted,
and a customer clicks on a star."""

import re
import time

import pytest
from playwright.sync_api import expect

from .cadences import always_open, wait_for
from .rpc import RpcError

LINK = re.compile(r"https?://[^/\"]+(/rate/[0-9a-f]+/\d)")


@pytest.fixture
def open_hours(admin):
    with always_open(admin):
        yield


@pytest.fixture
def customer(clients, admin):
    """(id, name) of a customer with an address."""
    name = f"Vera {clients.key}"
    return admin.create("res.partner", {"name": name, "email": f"{clients.key}@example.com"}), name


@pytest.fixture
def rule(clients, admin):
    """A review rule of this test, off; afterwards nothing of it runs any more."""
    made = admin.create("conveyor.followup.rule", {
        "name": f"Review {clients.key}", "kind": "review", "delay": 0, "sequence": 0,
        "cadence_id": admin.ref("sales_conveyor.cadence_followup_review")})
    yield made, f"Review {clients.key}"
    admin.write("conveyor.followup.rule", [made], {"active": False})
    admin.write("conveyor.cadence", [admin.ref("sales_conveyor.cadence_followup_review")], {"is_on": False})


def buy(admin, clients, customer):
    product = admin.create("product.product", {"name": f"Lamp {clients.key}", "type": "service", "list_price": 100})
    order = admin.create("sale.order", {"partner_id": customer, "order_line": [[0, 0, {"product_id": product}]]})
    admin.call("sale.order", "action_confirm", [order])
    return order


def run(admin, *crons):
    """Each now, or after the run that the server has just begun by itself."""
    for cron in crons:
        job = [admin.ref(f"sales_conveyor.{cron}")]
        for _attempt in range(20):
            try:
                admin.call("ir.cron", "method_direct_trigger", job)
                break
            except RpcError as error:
                if "already executing" not in str(error):
                    raise
                time.sleep(0.5)
        else:
            raise AssertionError(f"{cron} runs without end")


def test_a_manager_switches_a_rule_on_and_sees_what_it_would_have_made(rule, admin, people, enter):
    made, name = rule
    manager = enter("manager")
    page = manager.page
    manager.open(f"followup-rules/{made}")
    expect(page.locator(".o_form_view")).to_contain_text("On the day of a purchase he is asked how he likes it.")
    page.get_by_role("button", name="Switch On", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("None of them is made up for")
    dialog.get_by_role("button", name="Switch On", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Switch Off", exact=True)).to_be_visible()
    assert admin.read("conveyor.followup.rule", [made], ["is_on"])[0]["is_on"]


def test_from_the_purchase_to_the_star_to_the_managers_call(rule, customer, clients, admin, people, enter, open_hours):
    made, _name = rule
    person, name = customer
    wizard = admin.create("conveyor.followup.switch", {"rule_id": made})
    admin.call("conveyor.followup.switch", "action_apply", [wizard])
    order = buy(admin, clients, person)
    run(admin, "cron_followup_run")
    wait_for(admin, "conveyor.followup", [["partner_id", "=", person]], ["state"])
    run(admin, "cron_followup_run", "cron_enrolment_run")
    mail = wait_for(admin, "mail.mail", [["conveyor_run_id.partner_id", "=", person]], ["body_html"])
    links = LINK.findall(mail["body_html"])
    assert [link[-1] for link in links] == ["1", "2", "3", "4", "5"]

    page = people.visit()
    page.goto(links[1])
    expect(page.get_by_role("radio", name="2")).to_be_checked()
    page.locator("label[for=star_1]").click()
    expect(page.get_by_role("radio", name="1")).to_be_checked()
    page.get_by_label("A word about it, if you like").fill("It flickers")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading")).to_have_text("Thank you!")
    expect(page.locator("main")).to_contain_text("A manager will call you")

    [rating] = admin.search_read("rating.rating", [["res_model", "=", "sale.order"], ["res_id", "=", order]], ["rating", "feedback"])
    assert (rating["rating"], rating["feedback"]) == (1, "It flickers")
    manager = enter("manager")
    manager.open(f"contacts/{person}")
    page = manager.page
    expect(page.locator(".o-mail-Activity").first).to_contain_text("1 of 5")
    expect(page.locator("button[name=action_open_reviews]")).to_contain_text("1.0")
    page.locator("button[name=action_open_reviews]").click()
    expect(page.locator(".o_list_view")).to_contain_text("It flickers")


def test_an_interest_is_noted_on_the_customer(customer, admin, enter):
    person, _name = customer
    seller = enter("manager")
    page = seller.page
    seller.open(f"contacts/{person}")
    page.get_by_role("tab", name="Interests").click()
    page.get_by_role("button", name="Add a line").or_(page.get_by_text("Add a line")).first.click()
    page.locator("[name=interest_ids] .o_selected_row [name=name] input").fill("a carpet for the hall")
    page.locator(".o_form_button_save").click()
    expect(page.locator("[name=interest_ids]")).to_contain_text("a carpet for the hall")
    [interest] = admin.search_read("conveyor.interest", [["partner_id", "=", person]], ["name", "state"])
    assert (interest["name"], interest["state"]) == ("a carpet for the hall", "open")


def test_the_lists_open_without_errors(rule, enter):
    manager = enter("manager")
    for path, view in (("followup-rules", ".o_list_view"), ("followups", ".o_list_view"), ("reviews", ".o_list_view")):
        manager.open(path)
        expect(manager.page.locator(view)).to_be_visible()
    manager.open("followups")
    manager.page.locator(".o_switch_view.o_calendar").click()
    expect(manager.page.locator(".o_calendar_view")).to_be_visible()
