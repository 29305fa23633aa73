"""Posts of devices, hours of a day on the wall, silence. Clock changes are those of the IANA time zone database."""

import json
from datetime import date, datetime, timedelta

import pytest
from engine import clock, counter
from engine.counter import BadPost, Reading

NOW = datetime(2026, 11, 21, 12, 34)
DAYS = 62


def post(*readings):
    return json.dumps({"readings": list(readings)}).encode()


def reading(hour="2026-11-21T10:00:00Z", visitors=12):
    return {"hour": hour, "visitors": visitors}


def parse(body):
    return counter.parse(body, NOW, DAYS)


@pytest.mark.parametrize("text", [
    "2026-11-21T10:00:00Z", "2026-11-21T10:00Z", "2026-11-21 10:00:00z", "2026-11-21T12:00:00+02:00", "2026-11-21T12:00:00+0200",
    "2026-11-21T10:00:00.000Z", "2026-11-21T15:30:00+05:30"])
def test_a_moment_is_its_hour_of_utc(text):
    assert parse(post(reading(text))) == [Reading(datetime(2026, 11, 21, 10), 12)]


def test_readings_come_in_order_and_the_later_of_one_hour_counts():
    found = parse(post(reading(visitors=1), reading("2026-11-21T09:00:00Z", 5), reading(visitors=3)))
    assert found == [Reading(datetime(2026, 11, 21, 9), 5), Reading(datetime(2026, 11, 21, 10), 3)]


BAD = {
    "nothing": (b"", "bad_json", None), "no utf-8": (b"\xff\xfe", "bad_json", None), "deep": (b"[" * 100_000, "bad_json", None),
    "long number": (b'{"readings": [{"hour": "2026-11-21T10:00:00Z", "visitors": ' + b"9" * 5000 + b"}]}", "bad_json", None),
    "a list": (b"[]", "no_readings", None), "no list": (b'{"readings": {}}', "no_readings", None), "empty": (post(), "no_readings", None),
    "too many": (post(*[reading()] * 1001), "too_many", None), "no object": (post(reading(), 7), "bad_reading", 2),
    "no hour": (post({"visitors": 3}), "bad_hour", 1), "a number": (post(reading(1700000000)), "bad_hour", 1),
    "no zone": (post(reading("2026-11-21T10:00:00")), "bad_hour", 1), "no such day": (post(reading("2026-02-30T10:00:00Z")), "bad_hour", 1),
    "before time": (post(reading("0001-01-01T00:00:00+14:00")), "bad_hour", 1), "half past": (post(reading("2026-11-21T10:30:00Z")), "not_whole", 1),
    "a second": (post(reading("2026-11-21T10:00:01Z")), "not_whole", 1), "to come": (post(reading("2026-11-21T13:00:00Z")), "future", 1),
    "too old": (post(reading("2026-09-20T10:00:00Z")), "too_old", 1), "none": (post({"hour": "2026-11-21T10:00:00Z"}), "bad_visitors", 1),
    "negative": (post(reading(visitors=-1)), "bad_visitors", 1), "a share": (post(reading(visitors=1.5)), "bad_visitors", 1),
    "true": (post(reading(visitors=True)), "bad_visitors", 1), "text": (post(reading(visitors="12")), "bad_visitors", 1),
    "a crowd": (post(reading(visitors=100_001)), "bad_visitors", 1), "infinite": (b'{"readings": [{"hour": "2026-11-21T10:00:00Z", "visitors": Infinity}]}', "bad_visitors", 1),
}


@pytest.mark.parametrize("body, code, number", BAD.values(), ids=BAD)
def test_what_is_wrong_is_named_with_a_remedy(body, code, number):
    with pytest.raises(BadPost) as caught:
        parse(body)
    assert (caught.value.code, caught.value.reading) == (code, number)
    assert str(caught.value).count(".") >= 1


def test_a_clock_may_be_a_little_ahead():
    assert counter.parse(post(reading("2026-11-21T13:00:00Z")), datetime(2026, 11, 21, 12, 50), DAYS)


@pytest.mark.parametrize("day, tz, count, first, last", [
    (date(2026, 11, 21), "Europe/Sofia", 24, datetime(2026, 11, 20, 22), "23:00"),
    (date(2026, 3, 29), "Europe/Sofia", 23, datetime(2026, 3, 28, 22), "23:00"),
    (date(2026, 10, 25), "Europe/Sofia", 25, datetime(2026, 10, 24, 21), "23:00"),
    (date(2026, 11, 21), "Asia/Kolkata", 24, datetime(2026, 11, 20, 19), "23:30"),
    (date(2026, 11, 21), "UTC", 24, datetime(2026, 11, 21), "23:00"),
    (date(2026, 4, 5), "Australia/Lord_Howe", 25, datetime(2026, 4, 4, 13), "23:30"),
])
def test_hours_of_a_day(day, tz, count, first, last):
    hours = counter.hours_of_day(day, tz)
    assert (len(hours), hours[0].hour, hours[-1].label) == (count, first, last)
    assert {clock.local_day(hour.hour, tz) for hour in hours} == {day}


def test_the_hour_that_comes_twice_and_the_one_that_is_left_out():
    autumn = [(hour.label, hour.again) for hour in counter.hours_of_day(date(2026, 10, 25), "Europe/Sofia")]
    assert autumn[3:5] == [("03:00", False), ("03:00", True)]
    assert "03:00" not in [hour.label for hour in counter.hours_of_day(date(2026, 3, 29), "Europe/Sofia")]


@pytest.mark.parametrize("text, hour", [
    ("2026-11-21 10:00", datetime(2026, 11, 21, 8)), ("2026-11-21T9:00", datetime(2026, 11, 21, 7)), ("2026-11-21 10", datetime(2026, 11, 21, 8)),
    ("2026-07-21 10:00:00", datetime(2026, 7, 21, 7)), ("2026-10-25 03:00", datetime(2026, 10, 25, 0)),
    ("2026-10-25T03:00:00+02:00", datetime(2026, 10, 25, 1))])
def test_an_hour_on_the_wall(text, hour):
    assert counter.hour_of_wall(text, "Europe/Sofia") == hour


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-21", "2026-11-21 10:30", "2026-03-29 03:00", "2026-11-21 25:00", "2026-13-01 10:00"])
def test_no_hour_on_the_wall(text):
    with pytest.raises(ValueError):
        counter.hour_of_wall(text, "Europe/Sofia")


# ---------------------------------------------------------------- silence
OPEN = clock.Hours("UTC", (((9.0, 20.0),),) * 6 + ((),))  # closed on Sundays
MONDAY = datetime(2026, 11, 16)


def hourly(days):
    return [MONDAY + timedelta(days=day, hours=hour) for day in range(days) for hour in range(10, 21)]


def test_a_night_and_a_sunday_are_no_silence():
    heard = hourly(6)  # until Saturday evening
    assert not counter.assess(heard, MONDAY + timedelta(days=7, hours=10), OPEN).is_silent


def test_half_a_day_without_readings_is():
    found = counter.assess(hourly(6), MONDAY + timedelta(days=7, hours=13, minutes=1), OPEN)
    assert (found.is_silent, found.is_measured, found.usual_gap) == (True, True, 1.0)


def test_who_types_once_a_week_is_not_silent_on_the_eighth_day():
    heard = [MONDAY + timedelta(weeks=week, hours=10) for week in range(12)]
    assert not counter.assess(heard, heard[-1] + timedelta(days=8), OPEN).is_silent
    assert counter.assess(heard, heard[-1] + timedelta(days=15), OPEN).is_silent


def test_a_few_readings_tell_no_rhythm():
    heard = [MONDAY, MONDAY + timedelta(days=1)]
    assert not counter.assess(heard, MONDAY + timedelta(days=7), OPEN).is_silent
    found = counter.assess(heard, MONDAY + timedelta(days=9), OPEN)
    assert (found.is_silent, found.is_measured) == (True, False)
    with pytest.raises(ValueError):
        counter.assess([], MONDAY, OPEN)
