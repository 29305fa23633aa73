"""Money by source: every expected number is counted by hand."""

import random
from datetime import date, timedelta

import pytest

from engine import money
from engine.money import EARLY, NO_LEAD, NO_SALE, UNSPENT, WORKS, Cohort, Month

JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))


# ------------------------------------------------------------ spreading
@pytest.mark.parametrize("amount, first, last, expected", [
    (90, date(2026, 1, 1), date(2026, 3, 31), {JAN: 31, FEB: 28, MAR: 31}),
    (100, date(2026, 1, 31), date(2026, 2, 2), {JAN: 33.33, FEB: 66.67}),
    (0.01, date(2026, 1, 1), date(2026, 4, 30), {JAN: 0, FEB: 0, MAR: 0.01, APR: 0}),
    (-90, date(2026, 1, 1), date(2026, 3, 31), {JAN: -31, FEB: -28, MAR: -31}),
    (50, date(2026, 2, 28), date(2026, 2, 28), {FEB: 50}),
    (366, date(2024, 2, 29), date(2024, 2, 29), {date(2024, 2, 1): 366}),
])
def test_spread_by_month(amount, first, last, expected):
    assert money.by_month(amount, first, last) == expected


def test_any_division_adds_up_to_the_amount():
    rng = random.Random(7)
    for _case in range(500):
        amount, digits = round(rng.uniform(-5000, 5000), 2), 2
        first = date(2025, 1, 1) + timedelta(days=rng.randrange(400))
        last = first + timedelta(days=rng.randrange(200))
        assert sum(money.by_month(amount, first, last).values()) == pytest.approx(amount, abs=1e-6)
        cuts = sorted({first, *(first + timedelta(days=rng.randrange(200)) for _cut in range(5))})
        parts = [money.share(amount, first, last, start, (cuts[place + 1] if place + 1 < len(cuts) else last) - timedelta(
            days=place + 1 < len(cuts)), digits) for place, start in enumerate(cuts)]
        assert sum(parts) == pytest.approx(amount, abs=1e-6)


def test_only_what_falls_into_the_period():
    quarter = (90, date(2026, 1, 1), date(2026, 3, 31))
    assert money.by_month(*quarter, start=date(2026, 1, 31), end=date(2026, 2, 1)) == {JAN: 1, FEB: 1}
    assert money.by_month(*quarter, start=APR) == {}
    assert money.by_month(*quarter, end=date(2025, 12, 31)) == {}


def test_a_currency_without_decimals():
    assert money.by_month(100, date(2026, 1, 31), date(2026, 2, 2), digits=0) == {JAN: 33, FEB: 67}


# ------------------------------------------------------------ cost and return
@pytest.mark.parametrize("spend, count, expected", [(600, 4, 150), (600, 0, None), (0, 4, None), (None, 4, None)])
def test_cost(spend, count, expected):
    assert money.cost(spend, count) == expected


@pytest.mark.parametrize("earned, spend, expected", [(900, 600, 1.5), (0, 600, 0), (900, 0, None), (None, 600, None)])
def test_ratio(earned, spend, expected):
    assert money.ratio(earned, spend) == expected


# ------------------------------------------------------------ lifetime, payback
@pytest.mark.parametrize("today, months", [
    (date(2026, 1, 30), 0), (date(2026, 1, 31), 0), (date(2026, 2, 27), 0), (date(2026, 2, 28), 1), (date(2026, 3, 30), 1),
    (date(2026, 3, 31), 2), (date(2027, 1, 31), 12)])
def test_full_months_since_january(today, months):
    assert money.full_months(JAN, today) == months


OLD = Cohort(4, {0: 400, 1: 100, 3: 300}, full=3)  # four customers: 100 each at once, 125 within a month, 200 within three
YOUNG = Cohort(2, {0: 300}, full=0)


def test_lifetime_is_of_those_old_enough():
    assert money.lifetime([OLD, YOUNG], 0) == pytest.approx(700 / 6)
    assert money.lifetime([OLD, YOUNG], 1) == 125
    assert money.lifetime([OLD, YOUNG], 2) == 125
    assert money.lifetime([OLD, YOUNG], 3) == 200
    assert money.lifetime([OLD, YOUNG], 4) is None


@pytest.mark.parametrize("price, months", [(100, 0), (101, 1), (126, 3), (200, 3), (201, None), (None, None)])
def test_payback(price, months):
    assert money.payback(price, [OLD], 24) == months


# ------------------------------------------------------------ down the drain
def rows(*cells):
    return [Month(month, *cell) for month, cell in zip((JAN, FEB, MAR, APR), cells)]


@pytest.mark.parametrize("months, verdict, amount, since, leads, early", [
    ([], UNSPENT, 0, None, 0, 0),
    (rows((0, 0, 5, 1)), UNSPENT, 0, None, 0, 0),
    (rows((500, 500, 0, 0), (500, 500, 0, 0)), NO_LEAD, 1000, JAN, 0, 0),
    (rows((500, 500, 3, 0), (500, 500, 0, 0)), NO_SALE, 1000, JAN, 3, 0),
    (rows((500, 500, 3, 0), (500, 100, 0, 0)), NO_SALE, 600, JAN, 3, 400),
    (rows((500, 0, 3, 0)), EARLY, 0, None, 0, 500),
    (rows((500, 500, 3, 1), (200, 0, 1, 0)), WORKS, 0, None, 0, 200),
    # sold before at 250 each: 200 without a sale is no drain yet, 300 is
    (rows((500, 500, 3, 2), (200, 200, 1, 0)), WORKS, 0, None, 0, 0),
    (rows((500, 500, 3, 2), (300, 300, 0, 0)), NO_LEAD, 300, FEB, 0, 0),
    (rows((500, 500, 3, 2), (100, 100, 0, 0), (200, 200, 2, 0), (900, 0, 2, 0)), NO_SALE, 300, FEB, 4, 900),
    # a month without a sale between two with one is no drain
    (rows((500, 500, 3, 1), (900, 900, 1, 0), (100, 100, 1, 1)), WORKS, 0, None, 0, 0),
    # months between without money belong to it; months without money say nothing, a late success does
    (rows((500, 500, 0, 0), (0, 0, 2, 0), (500, 500, 0, 0), (500, 0, 3, 0)), NO_SALE, 1000, JAN, 5, 500),
    (rows((500, 500, 0, 0), (0, 0, 2, 1)), WORKS, 0, None, 0, 0),
])
def test_judge(months, verdict, amount, since, leads, early):
    drain = money.judge(months)
    assert (drain.verdict, drain.amount, drain.since, drain.leads, drain.early) == (verdict, amount, since, leads, early)
    assert drain.is_drain == (verdict in (NO_LEAD, NO_SALE))


def test_leads_that_come_later_than_the_money():
    assert money.judge(rows((500, 500, 0, 0), (0, 0, 0, 0), (0, 0, 2, 0))).verdict == NO_SALE


def test_the_order_of_months_does_not_matter():
    months = rows((500, 500, 3, 2), (300, 300, 0, 0), (10, 0, 0, 0))
    assert money.judge(months[::-1]) == money.judge(months)
