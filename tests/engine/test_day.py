"""A salesperson's day: order, capacity, room; and what is proposed next."""

from datetime import date, datetime, timedelta

import pytest

from engine import clock, day, next_touch

NOW = datetime(2026, 6, 15, 9, 0)  # a Monday
TODAY = NOW.date()
OFFICE = clock.Hours(week=(((9.0, 17.0),),) * 5 + ((), ()))


def one(number, hours=0, **values):
    return day.Candidate(key=("lead", number), due=NOW + timedelta(hours=hours), **values)


def order(*candidates):
    return [place.key[1] for place in day.rank(list(candidates), NOW)]


@pytest.mark.parametrize("values, group", [
    ({"answer_due": NOW, "is_promise": True}, day.REPLY),
    ({"is_promise": True, "is_new": True}, day.PROMISE),
    ({"is_new": True, "window_end": NOW}, day.NEW),
    ({"window_end": NOW}, day.WINDOW),
    ({"window_end": NOW - timedelta(seconds=1)}, day.NURTURE),
    ({"window_end": NOW, "is_open": False}, day.NURTURE),
    ({"risk": 1.0, "is_open": False}, day.MONEY),
    ({}, day.NURTURE),
])
def test_the_first_rule_that_holds_gives_the_group(values, group):
    assert day.group(one(1, **values), NOW) == group


def test_groups_come_in_order_whatever_the_money():
    assert order(
        one(6, value=9e9), one(5, risk=5.0), one(4, window_end=NOW), one(3, is_new=True), one(2, is_promise=True),
        one(1, answer_due=NOW)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("values, expected", [
    ([{"is_promise": True, "hours": 3}, {"is_promise": True, "hours": 1}], [1, 0]),  # by the clock
    ([{"is_new": True, "hours": 2}, {"is_new": True, "hours": 1, "value": 0}], [1, 0]),
    ([{"window_end": NOW, "value": 10.0}, {"window_end": NOW, "value": 500.0}], [1, 0]),  # by money
    ([{"risk": 10.0}, {"risk": 20.0}], [1, 0]),
    ([{"value": 1.0}, {"value": 2.0}], [1, 0]),
    ([{}, {}], [0, 1]),  # always the same order
])
def test_order_within_a_group(values, expected):
    assert order(*(one(number, **row) for number, row in enumerate(values))) == expected


def test_late_is_what_is_due_before_now():
    places = day.rank([one(1, hours=-1), one(2, hours=1), one(3, answer_due=NOW - timedelta(minutes=1), hours=5)], NOW)
    assert {place.key[1]: place.is_late for place in places} == {1: True, 2: False, 3: True}


# ---------------------------------------------------------------- capacity
def levelled(capacity, days=((0, 0), (1, 0), (2, 0)), **groups):
    queue = [day.Place((group, number), group, NOW, False) for group in day.ORDER for number in range(groups.get(group, 0))]
    today, moved = day.level([(TODAY + timedelta(days=number), count) for number, count in days], queue, capacity)
    return [place.key for place in today], {key: (moved_to - TODAY).days for key, moved_to in moved.items()}


def test_what_does_not_fit_moves_to_the_next_day_with_room():
    today, moved = levelled(2, nurture=5)
    assert today == [("nurture", 0), ("nurture", 1)]
    assert moved == {("nurture", 2): 1, ("nurture", 3): 1, ("nurture", 4): 2}


def test_promises_replies_and_new_leads_never_move():
    today, moved = levelled(1, reply=2, promise=2, new=1, nurture=1)
    assert len(today) == 5
    assert moved == {("nurture", 0): 1}


def test_full_days_are_passed_over_and_the_last_one_takes_the_rest():
    assert levelled(1, days=((0, 0), (1, 1), (2, 1)), nurture=3)[1] == {("nurture", 1): 2, ("nurture", 2): 2}


def test_without_later_days_all_stays():
    assert levelled(1, days=((0, 0),), nurture=3)[1] == {}


def test_nobody_is_lost_by_levelling():
    for capacity in range(12):
        today, moved = levelled(capacity, reply=1, promise=2, window=3, money=2, nurture=4)
        assert len(today) + len(moved) == 12
        assert not set(today) & set(moved)


def test_spread_gives_the_first_day_with_room():
    days = [TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=4)]
    wanted = [(("lead", number), TODAY) for number in range(4)]
    chosen = day.spread(wanted, days, {TODAY: 1}, 2)
    assert [(chosen["lead", number] - TODAY).days for number in range(4)] == [0, 1, 1, 4]


def test_spread_leaves_the_wanted_day_where_nothing_has_room():
    assert day.spread([(("lead", 1), TODAY)], [TODAY], {TODAY: 9}, 2) == {("lead", 1): TODAY}


# ---------------------------------------------------------------- proposals
def propose(now=NOW, **facts):
    return next_touch.propose(next_touch.Facts(**facts), now, OFFICE)


@pytest.mark.parametrize("facts, expected, why", [
    ({}, NOW, next_touch.NEVER),
    ({"last_touch": NOW, "outcome": "replied"}, NOW, next_touch.REPLIED),
    ({"last_touch": NOW, "outcome": "no_answer"}, datetime(2026, 6, 16, 9), next_touch.UNANSWERED),
    ({"last_touch": NOW, "outcome": "sent"}, datetime(2026, 6, 18, 9), next_touch.UNANSWERED),
    ({"last_touch": NOW, "outcome": "later"}, datetime(2026, 6, 22, 9), next_touch.ASKED),
    ({"last_touch": NOW, "outcome": "reached", "interval": 2.0}, datetime(2026, 6, 17, 9), next_touch.NORM),
    ({"last_touch": NOW - timedelta(days=30), "outcome": "reached"}, NOW, next_touch.NORM),  # long due: now
    ({"last_touch": NOW, "outcome": "refused"}, datetime(2026, 7, 15, 9), next_touch.NURTURE),
    ({"kind": "lost", "last_touch": NOW, "outcome": "no_answer"}, datetime(2026, 7, 15, 9), next_touch.NURTURE),
    ({"kind": "customer"}, datetime(2026, 6, 16, 9), next_touch.NURTURE),  # never touched: tomorrow, not today
])
def test_when(facts, expected, why):
    found = propose(**facts)
    assert (found.date, found.why) == (expected, why)


def test_a_proposal_is_never_in_the_past_and_always_in_working_time():
    for hours in range(24 * 8):
        now = NOW + timedelta(hours=hours)
        for outcome in next_touch.AFTER:
            found = propose(now, last_touch=now - timedelta(days=2) if outcome else None, outcome=outcome)
            assert found.date >= now
            assert clock.is_allowed(found.date, OFFICE)


@pytest.mark.parametrize("share, hour, minute", [(0, 9, 0), (.25, 11, 0), (.6, 13, 45), (.999, 16, 45)])
def test_a_day_to_come_is_used_whole(share, hour, minute):
    found = propose(last_touch=NOW, outcome="no_answer", share=share)
    assert (found.date.hour, found.date.minute) == (hour, minute)
    assert propose(share=share).date == NOW  # what is due is due now


def test_touches_of_a_day_stand_apart():
    moments = clock.apart(datetime(2026, 6, 15, 15), 5, OFFICE)
    assert [f"{moment:%H:%M}" for moment in moments] == ["15:00", "15:20", "15:45", "16:10", "16:35"]
    assert clock.apart(datetime(2026, 6, 20, 15), 2, OFFICE)[0] == datetime(2026, 6, 22, 9)
    assert clock.apart(NOW, 0, OFFICE) == []


@pytest.mark.parametrize("facts, channel", [
    ({}, "call"),
    ({"means": frozenset({"email"})}, "email"),
    ({"tried": {"call": 2}}, "email"),
    ({"tried": {"call": 2, "email": 1}}, "messenger"),
    ({"answered": {"email": 2, "call": 1}, "tried": {"email": 5}}, "email"),
    ({"answered": {"sms": 3}, "means": frozenset({"email"})}, "email"),  # the number is gone
    ({"answered": {"visit": 1}}, "visit"),
    ({"means": frozenset()}, "call"),
])
def test_by_which_channel(facts, channel):
    assert propose(**facts).channel == channel


def test_dates_given_are_not_changed():
    wanted = [(("lead", 1), date(2026, 6, 15))]
    load = {TODAY: 1}
    day.spread(wanted, [TODAY], load, 1)
    assert load == {TODAY: 1}
