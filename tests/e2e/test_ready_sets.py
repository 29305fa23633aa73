"""A manager lays a ready set over his team's pipeline: what he saw is what he gets, once."""

import pytest
from playwright.sync_api import expect

from .pages.ready_set import ReadySet

LIMITED = "To other teams"


@pytest.fixture
def shop_to_furnish(shop, admin):
    """Afterwards what was applied is taken back."""
    yield shop
    applied = admin.search("conveyor.trade.application", [["team_ids", "in", [shop.team]]], order="id desc")
    for application in applied:
        admin.call("conveyor.trade.application", "action_undo", [application])


def pipeline(admin, team):
    """``[(section, [standard work])]``"""
    stages = admin.search_read(
        "crm.stage", ["|", ["team_ids", "=", False], ["team_ids", "in", [team]]], ["name"], order="sequence, id")
    works = admin.search_read("conveyor.work.item", [], ["stage_id", "name"], order="sequence, id")
    return [(stage["name"], [work["name"] for work in works if work["stage_id"][0] == stage["id"]])
            for stage in stages]


def test_the_preview_is_the_result_and_a_second_time_adds_nothing(shop_to_furnish, admin, enter):
    shop = shop_to_furnish
    [ready] = admin.search_read("conveyor.trade.set", [], ["name"], limit=1, offset=1)
    before = pipeline(admin, shop.team)
    wizard = ReadySet(enter("manager").page).open().choose(ready["name"], shop.team_name)
    preview = wizard.preview()
    assert pipeline(admin, shop.team) == before, "nothing is written before the last button"
    wizard.apply()
    result = pipeline(admin, shop.team)
    assert [(name, set(works)) for name, works in result] == [
        (name, set(works)) for name, origin, works in preview if origin != LIMITED]
    assert len(result) > len(before) or sum(len(works) for _name, works in result) > 0

    wizard.open().choose(ready["name"], shop.team_name).preview()
    expect(wizard.summary).to_contain_text("new: 0,")
    expect(wizard.summary).to_contain_text("New items of standard work: 0.")
    wizard.apply()
    assert pipeline(admin, shop.team) == result
