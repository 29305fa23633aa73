"""Which section holds the flow back: falls and piles in money, by Little's law."""
import pytest

from engine.bottleneck import FALLS, PILES, Station, find, sales_share


def station(key, before, reached=100, passed=50, lost=50, here=0, value_lost=0.0, value_here=0.0, days=None, is_end=False):
    return Station(key, before, reached, passed, lost, here, value_lost, value_here, days, is_end)


def test_who_falls_off_is_worth_what_those_are_worth_who_go_on():
    belt = [station("new", None, 100, 80, 20, value_lost=20000),
            station("offer", 0, 80, 49, 31, value_lost=31000),
            station("deal", 1, 49, 49, 0),
            station("won", 2, 49, 0, 0, is_end=True)]
    held = find(belt, 30)
    assert (held.index, held.why) == (1, FALLS)
    assert held.falls == 31000  # all who pass the offer are won
    assert sales_share(belt, 0) == pytest.approx(49 / 80)


def test_early_losses_weigh_less_than_late_ones_of_the_same_value():
    belt = [station("new", None, 200, 100, 100, value_lost=10000), station("offer", 0, 100, 10, 90, value_lost=9000),
            station("won", 1, 10, 0, 0, is_end=True)]
    assert find(belt, 30).index == 1  # of a hundred that pass the first section only ten become a sale


def test_who_stands_there_beyond_littles_law_waits():
    belt = [station("new", None, 60, 60, 0, here=10, value_here=10000, days=5),   # 2 a day × 5 days: ten may stand
            station("offer", 0, 60, 60, 0, here=50, value_here=50000, days=10),   # 2 a day × 10 days: twenty may
            station("won", 1, 60, 0, 0, is_end=True)]
    held = find(belt, 30)
    assert (held.index, held.why, held.waiting, held.waiting_value) == (1, PILES, 30, 30000)
    assert held.piles == 30000


def test_of_few_leads_nothing_is_said():
    assert find([station("new", None, 5, 1, 4, value_lost=1e6), station("won", 0, 1, 0, 0, is_end=True)], 30) is None


def test_nothing_is_held_where_nobody_falls_off_or_waits():
    assert find([station("new", None, 100, 100, 0, here=3, value_here=3000, days=30), station("won", 0, is_end=True)], 30) is None
    assert find([], 30) is None


def test_a_belt_that_runs_in_a_circle_ends():
    assert sales_share([station("a", 1), station("b", 0)], 0) == 0.5
