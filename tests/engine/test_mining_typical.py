"""The typical path and what departs from it, on logs written out by hand: a word is a case, a letter an activity."""

import pytest
from engine.mining import Arc, Spread, Variant, discover, from_aggregates
from engine.mining_typical import VARIANT, WALK, contains, longest_waits, order, typical


def log(won="", lost="", still_open=""):
    """The picture of cases given as words; an hour lies between two activities."""
    words = [*((word, "won") for word in won.split()), *((word, "lost") for word in lost.split()),
             *((word, None) for word in still_open.split())]
    events = [(case, letter, 3600 * place) for case, (word, _end) in enumerate(words) for place, letter in enumerate(word)]
    return discover(events, {case: end for case, (_word, end) in enumerate(words)})


@pytest.mark.parametrize("won, lost, path, rule, share_won, share_cases", [
    ("abc abc abd", "ab ab ab ab", "abc", VARIANT, 2 / 3, 2 / 7),
    ("", "ab ab ac", "ab", VARIANT, None, 2 / 3),
    ("axbc aybc abzc", "", "abc", WALK, 1, 1),
    ("abbbc abbc aabc", "", "abc", WALK, 1, 1),
    ("abc", "", "abc", WALK, 1, 1),
    ("ab ba", "", "ab", WALK, .5, .5),
    ("aXbYc XabZc aVbWc abcU", "", "abc", WALK, 1, 1),
    ("ab cd", "", "ab", WALK, .5, .5),
], ids=["the most common of the won, not of all", "nothing won: of all", "all distinct: what they have in common",
        "repeats are walked once", "a single case", "a tie: always the same one",
        "rare ones in every case", "nothing in common"])
def test_the_typical_path(won, lost, path, rule, share_won, share_cases):
    found = typical(log(won, lost))
    assert ("".join(found.path), found.rule, found.share_won, found.share_cases) == (
        path, rule, share_won and pytest.approx(share_won), pytest.approx(share_cases))


def test_one_of_twenty_is_typical_one_of_fifty_is_not():
    others = [Variant(("a", f"own {number}", "z"), 1, 1) for number in range(98)]
    two = Variant(("a", "b", "z"), 2, 2)
    rule = {}
    for count in (38, 98):
        variants = [two, *others[:count]]
        rule[count] = typical(from_aggregates(cases=2 + count, won=2 + count, activities=(), arcs=(), variants=variants)).rule
    assert rule == {38: VARIANT, 98: WALK}


def test_nothing_has_no_typical_path():
    empty = discover([])
    assert (typical(empty), order(empty)) == (None, ())


@pytest.mark.parametrize("path, steps, expected", [
    ("axbc", "abc", True), ("abc", "ac", True), ("cba", "abc", False), ("ab", "abb", False), ("a", "", True)])
def test_containing_steps(path, steps, expected):
    assert contains(tuple(path), tuple(steps)) is expected


def test_the_order_puts_others_behind_what_they_follow():
    assert "".join(order(log("abcd abcd abcd", "abx abx xd", "ybcd"))) == "yabxcd"


def test_the_longest_waits_are_of_arcs_that_come_often():
    hours = {("a", "b"): (30, 40), ("b", "c"): (19, 400), ("a", "c"): (20, 100)}
    arcs = [Arc(*pair, count, Spread(count, count * wait * 3600)) for pair, (count, wait) in hours.items()]
    picture = from_aggregates(cases=50, activities=(), arcs=arcs, variants=())
    assert [(arc.source, arc.target) for arc in longest_waits(picture)] == [("a", "c"), ("a", "b")]
    assert [arc.source for arc in longest_waits(picture, least=1, most=1)] == ["b"]
