"""Keeping to the documented path, on words: a word is a case, a letter an activity."""

import random

import pytest
from engine.mining import Variant
from engine.mining_conformance import EXTRA, KINDS, REPEATED, SKIPPED, WRONG_ORDER, Deviation, conform, fit

DOCUMENTED = "abcd"


@pytest.mark.parametrize("path, expected", [
    ("abcd", []),
    ("acd", [(SKIPPED, "b", "a")]),
    ("bcd", [(SKIPPED, "a", None)]),
    ("abc", [(SKIPPED, "d", "c")]),
    ("abbcd", [(REPEATED, "b", "b")]),
    ("abcbd", [(REPEATED, "b", "c")]),
    ("abxcd", [(EXTRA, "x", "b")]),
    ("acbd", [(WRONG_ORDER, "b", "c")]),
    ("dabc", [(WRONG_ORDER, "d", None)]),
    ("xaxcdd", [(EXTRA, "x", None), (SKIPPED, "b", "a"), (EXTRA, "x", "a"), (REPEATED, "d", "d")]),
    ("acbbd", [(WRONG_ORDER, "b", "c"), (REPEATED, "b", "c")]),
    ("", [(SKIPPED, step, None) for step in DOCUMENTED]),
])
def test_a_won_case(path, expected):
    found = conform(tuple(path), tuple(DOCUMENTED))
    assert sorted(found.deviations, key=str) == sorted((Deviation(*row) for row in expected), key=str)
    assert found.fits is not bool(expected)


@pytest.mark.parametrize("path, deviations, position, following", [
    ("", [], 0, "a"),
    ("ab", [], 2, "c"),
    ("ac", [(SKIPPED, "b", "a")], 3, "d"),
    ("acb", [(WRONG_ORDER, "b", "c")], 3, "d"),
    ("abcd", [], 4, None),
    ("aax", [(REPEATED, "a", "a"), (EXTRA, "x", "a")], 1, "b"),
    ("ablost", [], 2, "c"),
])
def test_a_case_under_way_has_the_rest_before_it(path, deviations, position, following):
    closing = tuple("lost")
    found = conform(tuple(path), (*DOCUMENTED, "t"), False, closing)
    assert (list(found.deviations), found.position, found.next) == (
        [Deviation(*row) for row in deviations], position, following)


@pytest.mark.parametrize("seed", range(200))
def test_what_deviates_and_what_matches_is_all_there_is(seed):
    dice = random.Random(seed)
    path = tuple(dice.choice("abcdex") for _event in range(dice.randint(0, 9)))
    documented = tuple(dice.sample("abcde", dice.randint(1, 5)))
    found = conform(path, documented)
    kinds = {kind: sum(deviation.kind == kind for deviation in found.deviations) for kind in KINDS}
    matched = len(path) - kinds[EXTRA] - kinds[REPEATED] - kinds[WRONG_ORDER]
    assert matched == len(documented) - kinds[SKIPPED] - kinds[WRONG_ORDER]
    assert matched == _longest_common(path, documented)
    assert found.fits == (path == documented)
    assert all((deviation.activity in documented) == (deviation.kind != EXTRA) for deviation in found.deviations)
    assert all(deviation.activity not in path for deviation in found.deviations if deviation.kind == SKIPPED)


def _longest_common(one, other):
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + _longest_common(one[1:], other[1:])
    return max(_longest_common(one[1:], other), _longest_common(one, other[1:]))


def test_all_cases_together():
    found = fit([
        Variant(tuple("abcd"), 60, 40, 10, won_seconds=40 * 100), Variant(tuple("acd"), 30, 5, 25, won_seconds=5 * 60),
        Variant(tuple("a"), 10, 0, 10), Variant(tuple("abbcd"), 4, 3, 0, won_seconds=3 * 200)], tuple(DOCUMENTED))
    assert (found.cases, found.fitting, found.share) == (104, 70, 70 / 104)
    skipped, repeated = found.deviations
    assert (skipped.kind, skipped.activity, skipped.cases, skipped.share) == (SKIPPED, "b", 30, 30 / 104)
    assert (skipped.conversion_with, skipped.conversion_without) == (5 / 30, 43 / 53), (
        "the ten that were lost at once never came past the step")
    assert (skipped.won_seconds_with, skipped.won_seconds_without) == (60, (4000 + 600) / 43)
    assert skipped.verdict == "lost_more"
    assert (repeated.kind, repeated.cases, repeated.conversion_with, repeated.verdict) == (REPEATED, 4, 1, "same")


def test_few_cases_claim_nothing():
    row, = fit([Variant(tuple("abcd"), 9, 9), Variant(tuple("acd"), 9, 0, 9)], tuple(DOCUMENTED)).deviations
    assert row.verdict == "not_enough"
    assert fit([], tuple(DOCUMENTED)).share is None
