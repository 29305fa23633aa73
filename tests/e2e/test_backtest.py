"""An administrator sets a rule of purchase rhythm and looks, on the own past, what it would have done."""

import pytest
from playwright.sync_api import expect

from .customers import Customers
from .pages.backtest import Backtest, RhythmRule


@pytest.fixture
def silent(clients):
    """Five customers who bought every 30 days and never again."""
    customers = Customers(clients)
    return [customers.add(f"Silent {number}", gap=30, silent=200) for number in range(5)]


@pytest.fixture
def rule(admin, clients):
    """A rule that is for them only, and says nothing yet."""
    made = admin.create("conveyor.rhythm.rule", {
        "name": f"Patient {clients.key}", "sequence": -1, "filter_domain": f"[('name', 'ilike', '{clients.key}')]"})
    yield made
    admin.call("conveyor.rhythm.rule", "unlink", [made])


def test_a_changed_rule_changes_the_figures_of_the_back_test(rule, silent, admin, enter):
    page = enter("administrator").page
    test = Backtest(page).open().run()
    before = test.figures("Own rhythm")
    assert before["right"] > 0 and before["named"] == before["right"] + before["wrong"]
    test.who("right")
    expect(page.locator(".o_action.o_list_view")).to_contain_text(silent[0][1].split()[0])

    form = RhythmRule(page).open(rule)
    expect(form.customers).to_contain_text("5")
    form.set("shortest", 300).set("longest", 300).save()
    [saved] = admin.read("conveyor.rhythm.rule", [rule], ["shortest", "longest"])
    assert (saved["shortest"], saved["longest"]) == (300, 300)

    test = Backtest(page).open().run()
    after = test.figures("Own rhythm")
    assert after["named"] < before["named"] and after["right"] < before["right"], (before, after)
    assert after["missed"] > before["missed"], "whom the rule lets be are lost without an alarm"
    assert test.figures("After 30 days")["named"] >= before["named"], "days are counted for everybody alike"


def test_what_makes_no_sense_is_told_in_words(rule, enter):
    page = enter("administrator").page
    test = Backtest(page).open()
    test.fill("fixed_days", "soon").button("Try it on the Past").click()
    expect(test.dialog).to_contain_text("is no list of days")
    page.keyboard.press("Escape")
    form = RhythmRule(page).open(rule)
    form.set("shortest", 60).set("longest", 30).button("Save manually").click()
    expect(form.dialog).to_contain_text("is more than Longest Critical Silence")
