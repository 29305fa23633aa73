"""The purchase rhythm: reference values are those of the method's description."""

import csv
import gzip
import random
from datetime import date, datetime, timedelta
from math import exp, inf, log, nan
from pathlib import Path

import pytest

from engine import rhythm
from engine.rhythm import (
    BLENDED, COMPANY, LATE, LOST, NEW, OWN, SLEEPING, STATUSES, STEADY, Limits, OpenDays, Population, Stats, assess, population)

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
START = date(2024, 1, 1)  # a Monday
UNKNOWN = Population(log(30), 0.5)
COFFEE = (8, 9, 10, 9, 8, 10, 9, 9, 12, 7, 9, 8)
LADDER = {NEW: 0, STEADY: 0, LATE: 1, SLEEPING: 2, LOST: 3}


def purchases(gaps, start=START):
    days = [start]
    for gap in gaps:
        days.append(days[-1] + timedelta(gap))
    return days


def after(gaps, absence, **kwargs):
    days = purchases(gaps)
    return assess(days, kwargs.pop("known", UNKNOWN), days[-1] + timedelta(absence), **kwargs)


# ------------------------------------------------------------ reference values
@pytest.mark.parametrize("gaps, absence, usual, shape, surprise, score, ahead", [
    (COFFEE, 21, 9.793, 5.1784, .9811, .6793, 3.05),
    (COFFEE, 9, 9.793, 5.1784, .3924, .0618, 2.49),
    ((40,), 60, 34.641, 2.4184, .7906, .6142, 24.13),
    ((), 60, 30, 1.8138, .7785, .8187, 34.61),
    ((7,) * 20, 14, 7.502, 6.9391, .9870, .6521, 1.49),
])
def test_the_vectors_of_the_description(gaps, absence, usual, shape, surprise, score, ahead):
    found = after(gaps, absence)
    assert found.usual_gap == pytest.approx(usual, abs=5e-4)
    assert found.shape == pytest.approx(shape, abs=5e-5)
    assert (found.surprise, found.score) == pytest.approx((surprise, score), abs=5e-5)
    assert found.expected_gap - found.absence == pytest.approx(ahead, abs=5e-3)


def test_in_words_for_a_person():
    """usually 10 days (6 to 15); absent 21; 98 of 100 of his gaps are shorter"""
    found = after(COFFEE, 21)
    assert (round(found.usual_gap), round(found.gap_low), round(found.gap_high)) == (10, 6, 15)
    assert round(100 * found.surprise) == 98
    assert (found.status, found.basis, found.purchase_count) == (LATE, OWN, 13)
    assert found.expected_date == purchases(COFFEE)[-1] + timedelta(24)


def moments(rows):
    """The one-way random-effects moments, as the description writes them."""
    n = sum(x for x, a, b in rows)
    k = len(rows)
    s2 = max(sum(b - a * a / x for x, a, b in rows) / sum(x - 1 for x, a, b in rows), .02)
    mean = sum(a for x, a, b in rows) / n
    n0 = (n - sum(x * x for x, a, b in rows) / n) / (k - 1)
    t2 = max((sum(x * (a / x - mean) ** 2 for x, a, b in rows) / (k - 1) - s2) / n0, .02 * s2)
    weights = [1 / (t2 + s2 / x) for x, a, b in rows]
    return sum(w * a / x for w, (x, a, b) in zip(weights, rows)) / sum(weights), s2


def test_a_population_by_its_moments():
    chance = random.Random(4)
    rows = [rhythm.stats(purchases([chance.randint(1, 90) for _gap in range(chance.randint(1, 12))])) for _row in range(80)]
    found = population([*rows, Stats(0, 0.0, 0.0)])
    assert (found.mu, found.s2, found.basis) == pytest.approx((*moments(rows), COMPANY))


def test_fewer_than_thirty_repeat_buyers_are_no_population():
    rows = [rhythm.stats(purchases([20]))] * 29
    assert population(rows) == UNKNOWN
    assert population(rows, expected_gap=7) == Population(log(7), .5)
    assert exp(population(rows + rows[:1]).mu) == pytest.approx(20)


def test_buyers_who_all_came_twice_tell_their_mean_but_no_spread():
    rows = [rhythm.stats(purchases([gap])) for gap in range(10, 50)]
    assert population(rows).s2 == rhythm.SPREAD


@pytest.mark.parametrize("name, customers, days", [("cdnow", 23570, 67591), ("retail2", 5878, 33107)])
def test_real_customers_have_the_population_of_the_moments(name, customers, days):
    path = DATA / f"{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    bought = {}
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            bought.setdefault(row["cust"], []).append(date.fromisoformat(row["date"]))
    assert (len(bought), sum(map(len, bought.values()))) == (customers, days)
    rows = [rhythm.stats(dates) for dates in bought.values()]
    found = population(rows)
    assert (found.mu, found.s2) == pytest.approx(moments([row for row in rows if row.count]))


# ------------------------------------------------------------ conditions and closed forms
def test_dates_are_the_first_days_on_which_the_conditions_hold():
    chance = random.Random(5)
    for _customer in range(150):
        gaps = [chance.randint(1, 60) for _gap in range(chance.randint(0, 15))]
        days = purchases(gaps)
        found = assess(days, UNKNOWN, days[-1])
        act = (found.act_date - days[-1]).days
        for absence in (act - 1, act):
            now = assess(days, UNKNOWN, days[-1] + timedelta(absence))
            assert (now.surprise >= .8 and now.score >= .3) is (absence >= act), (gaps, absence)
        for date_, least, steps in ((found.sleeping_date, .5, 1), (found.lost_date, .8, 3)):
            absence = (date_ - days[-1]).days
            assert assess(days, UNKNOWN, date_).score >= least - 1e-6
            before = assess(days, UNKNOWN, date_ - timedelta(1))
            assert before.score < least or absence - 1 < act + steps * found.usual_gap or absence == act + steps, (gaps, date_)


def test_the_ladder_is_passed_step_by_step_whatever_the_data():
    chance = random.Random(6)
    for _customer in range(60):
        days = purchases([chance.choice((1, 2, 7, 30, 365, 3000)) for _gap in range(chance.randint(0, 6))])
        limits = Limits(chance.choice((None, 2)), chance.choice((None, 3, 40)), chance.choice((None, 1, 5, 400)))
        found = assess(days, UNKNOWN, days[-1], limits)
        assert days[-1] < found.act_date < found.sleeping_date < found.lost_date
        assert found.status == (STEADY if len(days) > 1 else NEW)
        for day, status in ((found.act_date, LATE), (found.sleeping_date, SLEEPING), (found.lost_date, LOST)):
            eve, morning = (assess(days, UNKNOWN, day - timedelta(back), limits) for back in (1, 0))
            assert (morning.status, LADDER[morning.status] - LADDER[eve.status]) == (status, 1)
            assert eve.next_status_date == day
        assert morning.next_status_date is None


def test_who_bought_once_is_not_lost_from_the_first_day():
    found = after((), 1)
    assert found.score > .5 and found.status == NEW
    day_by_day = [after((), absence).status for absence in range(200)]
    assert [status for status, before in zip(day_by_day[1:], day_by_day) if status != before] == [LATE, SLEEPING, LOST]


def test_limits_decide_where_data_are_few():
    furniture = Population(log(548), .5)
    assert (after((), 0, known=furniture).act_date - START).days > 1000
    assert (after((), 0, known=furniture, limits=Limits(longest=548)).act_date - START).days == 548
    assert (after((1,) * 30, 0, limits=Limits(shortest=9)).act_date - START).days == 30 + 9
    found = after((), 0, limits=Limits(lost_after=70))
    assert [(day - START).days for day in (found.act_date, found.sleeping_date, found.lost_date)] == [65, 69, 70]


# ------------------------------------------------------------ whole weeks
@pytest.mark.parametrize("gaps, absence, expected", [
    ((7,) * 4, 0, 7), ((7, 7, 8, 6), 0, 7), ((7,) * 3, 0, None), ((7, 8, 6, 8), 0, None),
    ((7,) * 20, 14, 14), ((7,) * 20, 15, 21), ((14, 14, 13, 14, 15), 1, 14), ((1, 2, 7, 7), 0, 7),
])
def test_who_buys_weekly_is_expected_after_whole_weeks(gaps, absence, expected):
    found = after(gaps, absence)
    day = purchases(gaps)[-1] + timedelta(expected if expected is not None else round(found.expected_gap))
    assert found.expected_date == day
    assert found.usual_gap == pytest.approx(after(gaps, 0).usual_gap)


# ------------------------------------------------------------ open days
WEEKDAYS = OpenDays(day for day in purchases((1,) * 3000) if day.weekday() < 5)


def test_a_coffee_drinker_of_five_days_a_week_is_not_late_on_monday():
    days = [day for day in WEEKDAYS.days if day < date(2024, 6, 1)]
    monday = assess(days, UNKNOWN, date(2024, 6, 3), calendar=WEEKDAYS)
    assert (monday.absence, monday.status) == (1, STEADY)
    assert monday.usual_gap == pytest.approx(1, abs=.05)


def test_dates_fall_on_open_days_and_a_closing_period_does_not_count():
    summer = {date(2024, 7, 1) + timedelta(day) for day in range(31)}
    calendar = OpenDays(set(WEEKDAYS.days) - summer)
    days = WEEKDAYS.days[:130:5]
    open_all, closed = (assess(days, UNKNOWN, days[-1], Limits(longest=5), each) for each in (WEEKDAYS, calendar))
    assert days[-1] == date(2024, 6, 24)
    assert (open_all.act_date, closed.act_date) == (date(2024, 7, 1), date(2024, 8, 1))
    assert assess(days, UNKNOWN, date(2024, 7, 31), Limits(longest=5), calendar).status == STEADY


def test_a_purchase_on_a_closed_day_is_one_with_the_day_before():
    friday, saturday, monday = date(2024, 1, 5), date(2024, 1, 6), date(2024, 1, 8)
    assert rhythm.stats([friday, saturday, monday], WEEKDAYS).count == 1
    assert rhythm.stats([friday, saturday, monday]).count == 2


def test_behind_the_last_open_day_there_is_none():
    short = OpenDays(WEEKDAYS.days[:20])
    assert assess([START], UNKNOWN, START, calendar=short).lost_date == short.days[-1]


# ------------------------------------------------------------ odd input
def test_order_and_repetition_of_the_days_do_not_matter():
    days = purchases(COFFEE)
    today = days[-1] + timedelta(30)
    shuffled = days * 2
    random.Random(7).shuffle(shuffled)
    assert assess(shuffled, UNKNOWN, today) == assess(days, UNKNOWN, today) == assess(iter(days), UNKNOWN, today)


def test_what_is_to_come_has_not_happened():
    days = purchases(COFFEE)
    today = days[5]
    assert assess(days, UNKNOWN, today) == assess(days[:6], UNKNOWN, today)


@pytest.mark.parametrize("gaps, basis", [((), COMPANY), ((9,), BLENDED), ((9, 9), BLENDED), ((9, 9, 9), OWN)])
def test_by_whom_he_is_judged(gaps, basis):
    assert after(gaps, 0).basis == basis
    category = Population(log(30), .5, rhythm.CATEGORY)
    assert after(gaps, 0, known=category).basis == (rhythm.CATEGORY if basis == COMPANY else basis)


def test_huge_gaps_have_dates_too():
    found = assess([date(1, 1, 1), date(2, 1, 1), date(9000, 1, 1)], UNKNOWN, date(9999, 12, 31))
    assert found.status in STATUSES and found.lost_date <= date.max
    quiet = assess([date(1900, 1, 1)], UNKNOWN, date(2024, 1, 1))
    assert (quiet.status, quiet.next_status_date) == (LOST, None)
    assert quiet.score < 1 and quiet.surprise < 1
    assert assess(purchases((1,) * 900), Population(0, .02), date(2400, 1, 1)).surprise == 1


@pytest.mark.parametrize("call, words", [
    (lambda: assess([], UNKNOWN, START), "no purchase"),
    (lambda: assess([START], UNKNOWN, START - timedelta(1)), "no purchase until 2023-12-31"),
    (lambda: assess(["2024-01-01"], UNKNOWN, START), "'2024-01-01' is no date"),
    (lambda: assess([datetime(2024, 1, 1)], UNKNOWN, START), "is no date"),
    (lambda: assess([START], UNKNOWN, None), "None is no date"),
    (lambda: Population(nan, .5), "no population"),
    (lambda: Population(inf, .5), "no population"),
    (lambda: Population(3, 0), "no population"),
    (lambda: Limits(shortest=-1), "shortest"),
    (lambda: Limits(lost_after=nan), "lost_after"),
    (lambda: Limits(5, 3), "longer than the longest"),
    (lambda: OpenDays([]), "without an open day"),
])
def test_what_cannot_be_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
