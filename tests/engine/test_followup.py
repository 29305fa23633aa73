"""Follow-ups of purchases, by tables of cases."""

from datetime import date, timedelta

import pytest
from engine.followup import REMINDED, Client, Interest, Past, Review, Rule, Visit, plan
from engine.supply import Purchase, net, own_pace, runs_out

MONDAY = date(2026, 6, 15)
LAMP, BULB, SHADE, BEANS = 1, 2, 3, 4
ORDER = 7


def day(number):
    return MONDAY + timedelta(number)


def buy(number=0, product=LAMP, quantity=1, order=ORDER):
    return Purchase(day(number), product, quantity, order)


def ahead(rules, today=0, **facts):
    """(kind, days from Monday) of what is to come."""
    made = plan(rules, Client(**{name: tuple(values) for name, values in facts.items()}), day(today))
    return [(one.kind, (one.due - MONDAY).days) for one in made if not one.why]


def undone(rules, today=0, **facts):
    made = plan(rules, Client(**{name: tuple(values) for name, values in facts.items()}), day(today))
    return [(one.kind, one.why) for one in made if one.why]


REVIEW = Rule(1, "review", 1)
REFERRAL = Rule(2, "referral", 1)
OFFER = Rule(3, "cross_sell", 2, offers=(SHADE,), wait=14)
ACCESSORY = Rule(4, "accessory", 7, accessories={LAMP: (BULB, SHADE)})
STOCK = Rule(5, "consumable", 2, products=frozenset({BEANS}), supply=10)
CARE = Rule(6, "care", 1, is_marketing=False)
VISIT = Rule(7, "visit", 2, is_marketing=False)


@pytest.mark.parametrize("what, rules, facts, expected", [
    ("a review is asked for the next day", [REVIEW], {"purchases": [buy()]}, [("review", 1)]),
    ("nothing was bought", [REVIEW, OFFER, STOCK], {}, []),
    ("a purchase before the rule was on", [Rule(1, "review", 1, since=day(1))], {"purchases": [buy()]}, []),
    ("another product", [Rule(1, "review", 1, products=frozenset({BULB}))], {"purchases": [buy()]}, []),
    ("two products of one order are one question", [REVIEW], {"purchases": [buy(), buy(product=BULB)]}, [("review", 1)]),
    ("of two review rules that fit, the upper one asks", [Rule(8, "review", 14), REVIEW], {"purchases": [buy()]}, [("review", 14)]),
    ("only from the third purchase", [Rule(1, "review", 1, first=3)],
     {"purchases": [buy(0, order=1), buy(5, order=2), buy(9, order=3)]}, [("review", 10)]),
    ("a returned one is no purchase", [Rule(1, "review", 1, first=2)],
     {"purchases": [buy(0, order=1), buy(0, order=1, quantity=-1), buy(9, order=2)]}, []),
    ("at most once in so many days", [Rule(1, "review", 1, every=180)],
     {"purchases": [buy(0, order=1), buy(20, order=2), buy(181, order=3)]}, [("review", 1), ("review", 182)]),
    ("he was asked not long ago", [Rule(1, "review", 1, every=180)],
     {"purchases": [buy(0)], "past": [Past(9, "review", day(-30))]}, []),
    ("a good review: a recommendation the next day", [REFERRAL], {"reviews": [Review(day(3), 5, ORDER)]}, [("referral", 4)]),
    ("four stars are good", [REFERRAL], {"reviews": [Review(day(3), 4, ORDER)]}, [("referral", 4)]),
    ("three are not", [REFERRAL], {"reviews": [Review(day(3), 3, ORDER)]}, []),
    ("an offer waits for the answer", [OFFER], {"purchases": [buy()]}, [("cross_sell", 14)]),
    ("a good one: two days after it", [OFFER], {"purchases": [buy()], "reviews": [Review(day(3), 5, ORDER)]}, [("cross_sell", 5)]),
    ("a bad one: never", [OFFER], {"purchases": [buy()], "reviews": [Review(day(3), 2, ORDER)]}, []),
    ("only after a good review, by the rule", [Rule(3, "cross_sell", 2, offers=(SHADE,), wait=0)], {"purchases": [buy()]}, []),
    ("and then it comes", [Rule(3, "cross_sell", 2, offers=(SHADE,), wait=0)],
     {"purchases": [buy()], "reviews": [Review(day(3), 5, ORDER)]}, [("cross_sell", 5)]),
    ("he has it already", [OFFER], {"purchases": [buy(), buy(product=SHADE)]}, []),
    ("an interest is offered without any product on the rule", [Rule(3, "cross_sell", 2, wait=14)],
     {"purchases": [buy()], "interests": [Interest(1, None)]}, [("cross_sell", 14)]),
    ("nothing to offer", [Rule(3, "cross_sell", 2, wait=14)], {"purchases": [buy()]}, []),
    ("accessories of the product", [ACCESSORY], {"purchases": [buy()]}, [("accessory", 7)]),
    ("no accessories to this one", [ACCESSORY], {"purchases": [buy(product=BEANS)]}, []),
    ("all accessories are his", [ACCESSORY], {"purchases": [buy(), buy(product=BULB), buy(product=SHADE)]}, []),
    ("beans for ten days: two days before", [STOCK], {"purchases": [buy(product=BEANS)]}, [("consumable", 8)]),
    ("three bags last three times as long", [STOCK], {"purchases": [buy(product=BEANS, quantity=3)]}, [("consumable", 28)]),
    ("bought again: only the last one counts", [STOCK],
     {"purchases": [buy(product=BEANS, order=1), buy(5, BEANS, order=2)]}, [("consumable", 18)]),
    ("care calls are no marketing: the same day is fine", [REVIEW, CARE], {"purchases": [buy()]}, [("review", 1), ("care", 1)]),
    ("a visit is reminded of before", [VISIT], {"visits": [Visit(1, day(10))]}, [("visit", 8)]),
    ("two marketing ones on one day: the later one moves", [REVIEW, Rule(4, "accessory", 1, accessories={LAMP: (BULB,)})],
     {"purchases": [buy()]}, [("review", 1), ("accessory", 2)]),
    ("and on, if that day is taken too", [Rule(4, "accessory", 1, accessories={LAMP: (BULB,)})],
     {"purchases": [buy()], "past": [Past(9, "review", day(1)), Past(9, "review", day(2))]}, [("accessory", 3)]),
])
def test_what_is_to_come(what, rules, facts, expected):
    assert ahead(rules, **facts) == expected, what


@pytest.mark.parametrize("what, rules, facts, expected", [
    ("returned", [REVIEW], {"purchases": [buy(), buy(2, quantity=-1)]}, [("review", "returned")]),
    ("returned without naming the order", [STOCK], {"purchases": [buy(product=BEANS), buy(3, BEANS, -1, None)]},
     [("consumable", "returned")]),
    ("half of it returned: the rest is still to be asked about", [REVIEW], {"purchases": [buy(quantity=2), buy(2, quantity=-1)]}, []),
    ("the accessory was bought meanwhile", [Rule(4, "accessory", 7, accessories={LAMP: (BULB,)})],
     {"purchases": [buy(), buy(3, BULB, order=8)]}, [("accessory", "bought")]),
    ("the beans were bought again", [STOCK], {"purchases": [buy(product=BEANS, order=1), buy(5, BEANS, order=2)]},
     [("consumable", "bought")]),
    ("a bad review stops accessories too", [ACCESSORY], {"purchases": [buy()], "reviews": [Review(day(2), 1, ORDER)]},
     [("accessory", "bad_review")]),
    ("a later good answer undoes the bad one", [OFFER],
     {"purchases": [buy()], "reviews": [Review(day(2), 1, ORDER), Review(day(4), 5, ORDER)]}, []),
])
def test_what_facts_have_undone(what, rules, facts, expected):
    assert undone(rules, **facts) == expected, what


@pytest.mark.parametrize("what, today, expected", [
    ("overdue by a week: today", 8, [("review", 8)]),
    ("overdue by more than a month: not any more", 32, []),
])
def test_late_ones(what, today, expected):
    assert ahead([REVIEW], today, purchases=[buy()]) == expected, what


def test_a_visit_with_a_reminder_of_its_own_is_left_to_it():
    [one] = plan([VISIT], Client(visits=(Visit(1, day(10), is_reminded=True),)), day(1))
    assert one.why == REMINDED


def test_what_was_dropped_takes_the_day_of_nothing_else():
    purchases = (buy(), buy(10, order=8))
    [first, second] = plan([REVIEW], Client(purchases), day(11))
    assert (second.due - MONDAY).days == 12, "two on one day"
    [only] = plan([REVIEW], Client(purchases, dropped=frozenset([first.key])), day(11))
    assert (only.key, (only.due - MONDAY).days) == (second.key, 11)


def test_a_visit_that_is_over_is_not_reminded_of():
    assert ahead([VISIT], 11, visits=[Visit(1, day(10))]) == []


def test_an_interest_is_offered_once():
    interests = [Interest(1, SHADE), Interest(2, BULB)]
    made = plan([OFFER], Client((buy(),), interests=tuple(interests)), day(0))
    assert [(one.interest, one.offer) for one in made] == [(1, SHADE)]
    made = plan([OFFER], Client((buy(),), interests=tuple(interests), past=(Past(3, "cross_sell", day(-9), interest=1),)), day(0))
    assert [(one.interest, one.offer) for one in made] == [(2, BULB)]


def test_the_key_stays_when_the_day_moves():
    first, = plan([REVIEW], Client((buy(),)), day(0))
    later, = plan([REVIEW], Client((buy(1),)), day(0))
    assert first.key == later.key and first.due != later.due


def test_what_was_asked_is_not_moved():
    asked, = plan([REVIEW], Client((buy(),)), day(0))
    again, = plan([REVIEW], Client((buy(),), past=(Past(1, "review", day(1), asked.key),)), day(1))
    assert (again.key, again.due) == (asked.key, asked.due)


@pytest.mark.parametrize("gaps, quantity, expected", [
    ((9, 10, 11), 1, 10),  # three gaps of his own: their median
    ((9, 10, 90), 1, 10),  # a holiday does not count
    ((20, 20, 20), 2, 10),  # two bags each: ten days a bag
    ((9, 10), 1, None),  # too few
])
def test_his_own_pace(gaps, quantity, expected):
    days, number = [0], 0
    for gap in gaps:
        number += gap
        days.append(number)
    assert own_pace(net([buy(at, BEANS, quantity, order) for order, at in enumerate(days, 1)])) == expected


def test_his_own_pace_comes_before_the_rule():
    bought = net([buy(at, BEANS, 1, order) for order, at in enumerate((0, 20, 40, 60), 1)])
    assert runs_out(bought, supply=10) == day(80)


def test_what_is_left_over_lengthens_the_next():
    bought = net([buy(0, BEANS, order=1), buy(4, BEANS, order=2)])
    assert runs_out(bought, supply=10) == day(20)


def test_nobody_knows_how_long_it_lasts():
    assert runs_out(net([buy(product=BEANS)]), supply=0) is None
