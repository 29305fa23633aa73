"""A ready set over an existing pipeline, as tables."""

import doctest

import pytest
from engine import trade
from engine.trade import WON, Part, Place, Standing, assemble, normalised, propose, renumber

LG, LC, AM = trade.PHASES


def part(number, phase, *names, **kwargs):
    return Part(number, phase, normalised(names), **kwargs)


def standing(number, *names, **kwargs):
    return Standing(number, normalised(names), **kwargs)


PARTS = [
    part(1, LG, "Passers-by", takes_leads=False), part(2, LG, "Guest", "new"), part(3, LC, "Offer", "Оферта"),
    part(4, AM, "Regular")]
NEW, OFFER, OTHER, SOLD = standing(10, "New"), standing(20, "OFFER "), standing(30, "Lunch"), standing(40, is_won=True)


@pytest.mark.parametrize("pipeline, expected", [
    ([NEW, OFFER, OTHER, SOLD], {10: 2, 20: 3, 40: WON}),
    ([standing(10, "Nouveau"), OFFER, SOLD], {10: 2, 20: 3, 40: WON}),
    ([standing(10, "Nouveau", fold=True), OFFER], {20: 3}),
    ([standing(20, "Предложение", "оферта")], {20: 3}),
    ([standing(20, "Offer"), standing(21, "Offer")], {20: 3}),
    ([standing(20, "Renamed", part=3), standing(21, "Offer"), SOLD], {20: 3, 40: WON}),
    ([standing(20, "Offer", candidate=False), standing(30, "New")], {30: 2}),
    ([standing(20, "Other team's", candidate=False, part=3), NEW], {20: 3, 10: 2}),
    ([NEW, standing(50, is_won=True), SOLD], {10: 2, 50: WON}),
    ([], {}),
], ids=["by name", "first by place", "folded is not where leads land", "in any language", "one part for one section",
        "an earlier application counts first", "what others cannot pass is no candidate",
        "a link counts across teams", "the first won section", "an empty pipeline"])
def test_propose(pipeline, expected):
    assert propose(pipeline, PARTS) == expected


def test_a_set_with_a_won_section_of_its_own_takes_the_standing_one():
    parts = [*PARTS, part(5, LC, "Sold", is_won=True)]
    assert propose([NEW, SOLD], parts) == {10: 2, 40: 5}
    assert Place(40) not in assemble([NEW, SOLD], parts, {10: 2, 40: 5})


@pytest.mark.parametrize("pipeline, uses, expected", [
    ([], {}, [(None, 1), (None, 2), (None, 3), (None, None), (None, 4)]),
    ([NEW, OFFER, OTHER, SOLD], {10: 2, 20: 3, 40: WON},
     [(None, 1), (10, 2), (20, 3), (30, None), (40, None), (None, 4)]),
    ([OTHER, NEW], {10: 2}, [(30, None), (None, 1), (10, 2), (None, 3), (None, None), (None, 4)]),
    ([OFFER, NEW, OTHER], {20: 3, 10: 2}, [(None, 1), (10, 2), (30, None), (20, 3), (None, None), (None, 4)]),
    ([NEW, OTHER, standing(31)], {10: 2},
     [(None, 1), (10, 2), (30, None), (31, None), (None, 3), (None, None), (None, 4)]),
], ids=["all new, a won section is made", "won between the first sale and afterwards", "kept first stays first",
        "kept stays behind its neighbour", "two kept in their order"])
def test_assemble(pipeline, uses, expected):
    assert assemble(pipeline, PARTS, uses) == [Place(*place) for place in expected]


@pytest.mark.parametrize("sequences, expected", [
    ([1, 2, 3], [1, 2, 3]), ([1, None, 2, 70], [1, 2, 3, 70]), ([5, 5, 5], [5, 6, 7]), ([None, 1], [0, 1]),
    ([70, 3, None], [70, 71, 72]), ([], []),
])
def test_renumber_changes_few(sequences, expected):
    assert renumber(sequences) == expected


def test_examples_in_the_docstrings():
    assert doctest.testmod(trade).failed == 0
