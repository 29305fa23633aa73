"""Times to the win and the window that they make, counted by hand."""

import pytest
from engine.window import DAY, ENOUGH, HISTORY, SETTING, History, Window, choose, measure


@pytest.mark.parametrize("days, expected", [
    ([], History(0, 0)),
    ([5], History(1, 5)),
    ([1, 2, 3, 4, 100], History(5, 4)),
    (range(1, 11), History(10, 8)),
    (range(1, 12), History(11, 9)),
    ([0, 0, 0], History(3, 1)),
    ([0.2, 2.1], History(2, 3)),
], ids=["nobody", "one", "the fifth takes no part", "8 of 10", "9 of 11 are the first 80 %", "at once: one day",
        "days are begun"])
def test_the_time_in_which_four_of_five_decided(days, expected):
    assert measure(day * DAY for day in days) == expected


MANY, FEW = History(ENOUGH, 12), History(ENOUGH - 1, 12)
COMPANY = History(400, 25)


@pytest.mark.parametrize("histories, settings, use_history, expected", [
    ((MANY, COMPANY), (21, 30), True, Window(12, HISTORY, 50)),
    ((FEW, COMPANY), (21, 30), True, Window(25, HISTORY, 400)),
    ((FEW, None), (21, 30), True, Window(21, SETTING, 49)),
    ((FEW, FEW), (0, 30), True, Window(30, SETTING, 49)),
    ((None, None), (0, 30), True, Window(30, SETTING, 0)),
    ((MANY, COMPANY), (21, 30), False, Window(21, SETTING, 400)),
], ids=["team's own history", "company's history", "team's days", "company's days", "nothing known", "switched off"])
def test_the_most_particular_history_then_the_most_particular_setting(histories, settings, use_history, expected):
    assert choose(histories, settings, use_history) == expected
