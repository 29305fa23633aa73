"""When a practice has stopped, on weeks written down by hand."""

from datetime import date, timedelta

import pytest
from engine.practice import ALIVE, STOPPED, Rhythm, assess, monday, pattern

START = date(2025, 1, 6)  # a Monday


def weeks(*numbers):
    return {START + timedelta(weeks=number): 1 for number in numbers}


def on(week, day=2):
    return START + timedelta(weeks=week, days=day)


WEEKLY = weeks(*range(20))  # 19 gaps of one week
FORTNIGHTLY = weeks(*range(0, 40, 2))
WITH_HOLIDAY = weeks(*range(10), *range(16, 26))  # a gap of 7 among 19


@pytest.mark.parametrize("counts, week, expected", [
    (WEEKLY, 19, Rhythm(ALIVE, True, 20, 1, 0, 0)),
    (WEEKLY, 20, Rhythm(ALIVE, True, 20, 1, 1, 0)),
    (WEEKLY, 22, Rhythm(ALIVE, True, 20, 1, 3, 0.95)),
    (WEEKLY, 23, Rhythm(STOPPED, True, 20, 1, 4, 0.95)),
    (FORTNIGHTLY, 42, Rhythm(STOPPED, True, 20, 2, 4, 0.95)),
    (FORTNIGHTLY, 40, Rhythm(ALIVE, True, 20, 2, 2, 0)),
    (WITH_HOLIDAY, 31, Rhythm(STOPPED, True, 20, 1, 6, 0.9)),
    (WITH_HOLIDAY, 28, Rhythm(ALIVE, True, 20, 1, 3, 0.9)),
], ids=["this week", "one week is usual", "three weeks are a holiday", "four weeks never happened",
        "fortnightly: four weeks never happened", "fortnightly: two weeks are usual",
        "one gap of seven weeks in nineteen does not excuse six", "as short as a holiday"])
def test_a_measured_practice(counts, week, expected):
    rhythm = assess(counts, on(week))
    assert (rhythm.status, rhythm.is_measured, rhythm.weeks, rhythm.usual_gap, rhythm.silence) == (
        expected.status, expected.is_measured, expected.weeks, expected.usual_gap, expected.silence)
    assert rhythm.surprise == pytest.approx(expected.surprise)


def test_two_long_gaps_in_nineteen_excuse_a_third():
    counts = weeks(*range(7), *range(13, 20), *range(26, 32))  # gaps of 7 weeks, twice
    assert len(counts) == 20
    assert assess(counts, on(37)).status == ALIVE
    assert assess(counts, on(39)).status == STOPPED


@pytest.mark.parametrize("counts, week, status", [
    (weeks(0), 12, ALIVE), (weeks(0), 13, STOPPED),
    (weeks(0, 20), 33, ALIVE), (weeks(0, 20), 41, STOPPED),
    (weeks(*range(9)), 13, ALIVE), (weeks(*range(9)), 21, STOPPED),
], ids=["once, 12 weeks ago", "once, 13 weeks ago", "silent for less than it lived", "silent for longer than it lived",
        "8 gaps, 5 weeks", "8 gaps, 13 weeks"])
def test_with_little_data_only_a_long_silence_counts(counts, week, status):
    rhythm = assess(counts, on(week))
    assert (rhythm.status, rhythm.is_measured, rhythm.surprise) == (status, False, None)


def test_days_are_taken_to_their_week_and_the_future_is_not_known():
    assert monday(date(2025, 1, 12)) == START
    assert assess({**weeks(0), on(5): 3}, on(1)).silence == 1
    with pytest.raises(ValueError, match="single event"):
        assess({START: 0}, on(1))


@pytest.mark.parametrize("subject, expected", [
    ("Your offer", "Your offer"),
    ("{{ object.company_id.name }} Order (Ref {{ object.name }})", "% Order (Ref %)"),
    ("50% off_now", r"50\% off\_now"),
    ("{{ object.name }}", None),
    ("Re: {{ x }}", None),
    ("Unfinished {{ object", "Unfinished %"),
])
def test_a_subject_as_a_pattern(subject, expected):
    assert pattern(subject) == expected
