import pytest

from engine.split import Side, is_enough, winner


@pytest.mark.parametrize("sides, name", [
    ([(199, 100), (500, 10)], None),  # too few in one variant, however clear it looks
    ([(1000, 150), (1000, 145)], None),  # may be chance
    ([(1000, 200), (1000, 120)], "0"),
    ([(1000, 120), (1000, 200), (1000, 195)], None),  # better than one, not than the other
    ([(1000, 120), (1000, 200), (1000, 110)], "1"),
    ([(300, 0), (300, 0)], None),
    ([(5000, 5)], None),  # nothing to compare with
])
def test_a_winner_is_named_when_it_beats_every_other(sides, name):
    sides = [Side(str(place), clients, successes) for place, (clients, successes) in enumerate(sides)]
    found = winner(sides, measures=3)
    assert (found and found.name) == name


def test_more_measures_ask_for_more():
    sides = [Side("a", 1000, 165), Side("b", 1000, 130)]
    assert winner(sides, measures=1).name == "a"
    assert winner(sides, measures=20) is None


def test_enough_is_enough_in_every_variant():
    assert is_enough([Side("a", 200, 1), Side("b", 200, 1)])
    assert not is_enough([Side("a", 200, 1), Side("b", 199, 1)])
