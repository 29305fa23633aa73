"""A period is whole months and the days left over; filters are understood or refused by name."""

from datetime import date, datetime, timedelta, timezone

import pytest
from engine.period import BadFilter, Filters, Split, month_end, next_month, previous_month, split


def on(text):
    return text and date.fromisoformat(text)


SPLITS = (
    ("everything", None, None, (None, None), ()),
    ("whole months", "2024-01-01", "2024-03-31", ("2024-01-01", "2024-03-01"), ()),
    ("one whole month", "2024-02-01", "2024-02-29", ("2024-02-01", "2024-02-01"), ()),
    ("edges on both sides", "2024-01-10", "2024-04-05", ("2024-02-01", "2024-03-01"),
     (("2024-01-10", "2024-01-31"), ("2024-04-01", "2024-04-05"))),
    ("within a month", "2024-01-10", "2024-01-20", None, (("2024-01-10", "2024-01-20"),)),
    ("over a month's end without a whole month", "2024-01-10", "2024-02-20", None, (("2024-01-10", "2024-02-20"),)),
    ("from a day on", "2024-01-10", None, ("2024-02-01", None), (("2024-01-10", "2024-01-31"),)),
    ("from a month on", "2024-01-01", None, ("2024-01-01", None), ()),
    ("until a day", None, "2024-04-05", (None, "2024-03-01"), (("2024-04-01", "2024-04-05"),)),
    ("until a month's end", None, "2024-12-31", (None, "2024-12-01"), ()),
    ("the first day of a month", "2024-03-01", "2024-03-01", None, (("2024-03-01", "2024-03-01"),)),
    ("the last day of a month", "2024-03-31", "2024-03-31", None, (("2024-03-31", "2024-03-31"),)),
)


@pytest.mark.parametrize("name, first, last, months, days", SPLITS, ids=[case[0] for case in SPLITS])
def test_split(name, first, last, months, days):
    expected = Split(months and tuple(map(on, months)), tuple((on(a), on(b)) for a, b in days))
    assert split(on(first), on(last)) == expected, name


def test_no_day_is_lost_or_counted_twice():
    first = date(2023, 12, 28)
    for start in range(0, 40, 3):
        for length in range(0, 100, 7):
            begin = first + timedelta(days=start)
            end = begin + timedelta(days=length)
            cut = split(begin, end)
            days = [begin_ + timedelta(days=n) for begin_, end_ in cut.days for n in range((end_ - begin_).days + 1)]
            if cut.months:
                month_first, month_last = cut.months[0], month_end(cut.months[1])
                days += [month_first + timedelta(days=n) for n in range((month_last - month_first).days + 1)]
            assert sorted(days) == [begin + timedelta(days=n) for n in range(length + 1)]


def test_months():
    assert next_month(date(2024, 12, 31)) == date(2025, 1, 1)
    assert previous_month(date(2024, 3, 31)) == date(2024, 2, 1)
    assert month_end(date(2024, 2, 1)) == date(2024, 2, 29)


TOKYO = timezone(timedelta(hours=9))
READ = (
    ("nothing", None, Filters()),
    ("empty values do not restrict", {"date_from": False, "team_ids": [], "lead_ids": None, "sale_kind": False}, Filters()),
    ("a text", {"date_from": "2024-01-31"}, Filters(date_from=date(2024, 1, 31))),
    ("a moment is taken to its day there", {"date_from": datetime(2024, 1, 31, 20)}, Filters(date_from=date(2024, 2, 1))),
    ("a moment as text", {"date_to": "2024-01-31 20:00:00"}, Filters(date_to=date(2024, 2, 1))),
    ("ids, none set among them", {"user_ids": [3, False, 3]}, Filters(user_ids=(3, 0))),
    ("choices", {"counting": "period", "sale_kind": "repeat"}, Filters(counting="period", sale_kind="repeat")),
)


@pytest.mark.parametrize("name, raw, expected", READ, ids=[case[0] for case in READ])
def test_filters(name, raw, expected):
    assert Filters.parse(raw, TOKYO) == expected, name


REFUSED = (
    ({"teams": [1]}, "teams", "unknown"),
    ({"date_from": "31.12.2024"}, "date_from", "date"),
    ({"date_from": 20240101}, "date_from", "date"),
    ({"date_from": "2024-02-01", "date_to": "2024-01-01"}, "date_to", "order"),
    ({"counting": "weekly"}, "counting", "choice"),
    ({"sale_kind": "third"}, "sale_kind", "choice"),
    ({"team_ids": 3}, "team_ids", "ids"),
    ({"team_ids": "3"}, "team_ids", "ids"),
    ({"user_ids": ["x"]}, "user_ids", "ids"),
    ({"lead_ids": [-1]}, "lead_ids", "ids"),
)


@pytest.mark.parametrize("raw, name, why", REFUSED, ids=[f"{case[1]}-{case[2]}" for case in REFUSED])
def test_refused_filters(raw, name, why):
    with pytest.raises(BadFilter) as error:
        Filters.parse(raw)
    assert (error.value.name, error.value.why) == (name, why)
