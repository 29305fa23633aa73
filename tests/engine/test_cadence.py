"""Steps of a cadence for one client, as tables: what is next, and when."""

from datetime import datetime, timedelta

import pytest
from engine.cadence import EXPECTED, Calendars, Due, Progress, Step, Stop, Wait, due, next_place, passed, simulate
from engine.clock import Hours

START = datetime(2026, 6, 15, 8)  # a Monday
OFFICE = Hours("UTC", (((9.0, 18.0),),) * 5 + ((), ()))
CALENDARS = Calendars(OFFICE, OFFICE.narrowed(9, 20))
LATER = START + timedelta(days=400)


def day(number, hour=8, minute=0):
    return datetime(2026, 6, 15, hour, minute) + timedelta(days=number)


def steps(*places, **values):
    """Steps 1, 2, … with these delays in days from the previous one."""
    return tuple(Step(number, delay, **values) for number, delay in enumerate(places, 1))


def test_a_client_who_has_just_entered_gets_the_first_step_at_once():
    assert due(steps(0, 2), Progress(START), START) == Due(steps(0)[0], 0, START)


def test_the_delay_counts_from_the_previous_touch_not_from_the_plan():
    late = Progress(START, last=day(5), done=frozenset({1}))
    assert due(steps(0, 2), late, day(6)) == Wait(steps(0, 2)[1], 0, day(7, 0))


def test_the_last_step_ends_it():
    assert due(steps(0, 2), Progress(START, day(2), done=frozenset({1, 2})), day(3)) == Stop("finished")
    assert due((), Progress(START), START) == Stop("finished")


DONE_TWO = Progress(START, day(3), done=frozenset({1, 2}))
OLD, NEW = START - timedelta(days=9), day(2)


@pytest.mark.parametrize("what, order, expected", [
    ("as it was", [(1, OLD), (2, OLD), (3, OLD)], 3),
    ("the next step was removed", [(1, OLD), (2, OLD), (4, OLD)], 4),
    ("a step behind him was removed", [(2, OLD), (3, OLD)], 3),
    ("all behind him were removed", [(3, OLD)], 3),
    ("one was put in ahead of him", [(1, OLD), (2, OLD), (9, NEW), (3, OLD)], 9),
    ("one was put in behind him: it is over", [(1, OLD), (9, NEW), (2, OLD), (3, OLD)], 3),
    ("one that he has missed was moved behind him: it is not lost", [(3, OLD), (1, OLD), (2, OLD)], 3),
    ("steps changed places: the one done is not repeated", [(2, OLD), (3, OLD), (1, OLD)], 3),
    ("everything ahead was removed", [(1, OLD), (2, OLD)], None),
])
def test_changes_while_clients_are_on_their_way(what, order, expected):
    """Nothing is repeated and nothing is lost."""
    place = next_place(tuple(Step(number, added=added) for number, added in order), DONE_TWO)
    assert (place and place[0].id) == expected, what


@pytest.mark.parametrize("what, step, progress, expected", [
    ("by hand, from the morning of its day", Step(2, 1), Progress(START, day(0, 15), done=frozenset({1})), day(1, 9)),
    ("by itself, at the same time of day", Step(2, 1, is_automatic=True), Progress(START, day(0, 15), done=frozenset({1})), day(1, 15)),
    ("not on a weekend", Step(2, 5), Progress(START, day(0, 15), done=frozenset({1})), day(7, 9)),
    ("in the evening", Step(2, 0, part="evening"), Progress(START, day(0, 9), done=frozenset({1})), day(0, 16)),
    ("minutes are minutes", Step(2, 20, "minutes"), Progress(START, day(0, 9), done=frozenset({1})), day(0, 9, 20)),
    ("minutes after work: the next morning", Step(2, 20, "minutes"), Progress(START, day(0, 17, 50), done=frozenset({1})), day(1, 9)),
    ("working days", Step(2, 3, "working_days"), Progress(START, day(3, 9), done=frozenset({1})), day(8, 9)),
    ("from the start", Step(2, 3, delay_from="start"), Progress(START, day(0, 9), done=frozenset({1})), day(3, 9)),
    ("from the start, but the one before was late", Step(2, 3, delay_from="start"),
     Progress(START, day(9, 10), done=frozenset({1})), day(10, 10)),
    ("snoozed", Step(2, 1), Progress(START, day(0, 9), done=frozenset({1}), not_before=day(10, 12)), day(10, 12)),
])
def test_when_a_step_comes(what, step, progress, expected):
    first = Step(1, delay_from=step.delay_from)
    answer = due((first, step), progress, START, CALENDARS)
    assert (answer.until if isinstance(answer, Wait) else answer.planned) == expected, what


def test_steps_counted_from_the_start_keep_a_day_between_them_after_a_delay():
    plan = tuple(Step(number, delay, delay_from="start", is_automatic=True) for number, delay in enumerate((0, 1, 3, 7), 1))
    late = Progress(START, day(7, 10), done=frozenset({1}))
    assert [touch.planned.date() for touch in simulate(plan, START, day(60), CALENDARS, late)] == [
        day(number).date() for number in (8, 9, 10)]


def test_two_steps_of_one_day_stay_together():
    plan = tuple(Step(number, delay, delay_from="start") for number, delay in enumerate((0, 0, 3), 1))
    assert due(plan, Progress(START, day(0, 10), done=frozenset({1})), day(0, 10), CALENDARS) == Due(plan[1], 0, day(0, 10))


def test_a_loop_goes_on_from_its_start_without_end():
    plan = (Step(1), Step(2, 30, is_loop_start=True), Step(3, 30))
    touches = list(simulate(plan, START, LATER))
    assert [(touch.step.id, touch.loop) for touch in touches[:6]] == [(1, 0), (2, 0), (3, 0), (2, 1), (3, 1), (2, 2)]
    assert len(touches) == 14  # 400 days: the first, and one each 30 days


def test_a_loop_never_runs_faster_than_once_a_day():
    plan = (Step(1, 0, is_loop_start=True, is_automatic=True),)
    assert len(list(simulate(plan, START, START + timedelta(days=9)))) == 10


def test_steps_counted_from_the_start_of_their_loop():
    plan = (Step(1, 0, is_loop_start=True, is_automatic=True), Step(2, 5, delay_from="start", is_automatic=True))
    days = [(touch.step.id, (touch.planned - START).days) for touch in simulate(plan, START, START + timedelta(days=14))]
    assert days == [(1, 0), (2, 5), (1, 6), (2, 10), (1, 11)]


def test_a_loop_whose_start_was_removed_ends():
    done = Progress(START, day(3), loop=2, loop_start=day(1), done=frozenset({2, 3}))
    assert due(steps(0, 1, 1), done, day(9)) == Stop("finished")


@pytest.mark.parametrize("seed", range(20))
def test_no_step_twice_and_none_lost_whatever_is_inserted_ahead(seed):
    """A step put in ahead of the client at any moment happens exactly once, like all others."""
    plan, progress, made = list(steps(*[2] * 8)), Progress(START), []
    for _number in range(20):
        answer = due(tuple(plan), progress, LATER)
        if isinstance(answer, Stop):
            break
        made.append(answer.step.id)
        progress = passed(tuple(plan), progress, answer.step.id, answer.loop, answer.planned)
        if len(made) == seed % 8 + 1:
            ahead = next((place for place, step in enumerate(plan) if step.id not in made), len(plan))
            plan.insert(min(ahead + seed % 3, len(plan)), Step(100, 1, added=progress.last))
    assert sorted(made) == [1, 2, 3, 4, 5, 6, 7, 8, 100]


def test_the_progress_of_a_new_loop_begins_anew():
    plan = (Step(1, 1, is_loop_start=True), Step(2, 1))
    before = Progress(START, day(2), done=frozenset({1, 2}))
    assert passed(plan, before, 1, 1, day(4)) == Progress(START, day(4), 1, day(2), frozenset({1}))


# --- counted back from the day on which the customer is expected -------------------------------------------------------

BEFORE = Step(1, 5, delay_from=EXPECTED, is_loop_start=True)


@pytest.mark.parametrize("expected, norm, planned, why", [
    (day(20), 30, day(15, 0), "five days before"),
    (None, 30, day(30, 0), "not known: the norm"),
    (None, 14, day(14, 0), "a denser norm"),
    (day(90), 30, day(30, 0), "never rarer than the norm"),
    (day(90), 7, day(7, 0), "better weekly"),
    (day(9), 30, day(7, 0), "not on the heels of the last touch"),
    (day(5), 30, day(30, 0), "the moment is now: he has just been touched"),
    (day(-40), 30, day(30, 0), "he is late already: reactivation is another cadence"),
    (day(20), 3, day(3, 0), "a norm below a week holds"),
])
def test_an_account_touch_comes_before_the_expected_date(expected, norm, planned, why):
    progress = Progress(START, expected=expected, norm=norm)
    assert due((BEFORE,), progress, START) == Wait(BEFORE, 0, planned), why


def test_it_moves_with_the_expected_date_and_goes_round():
    touched = passed((BEFORE,), Progress(START, expected=day(20)), 1, 0, day(15))
    assert due((BEFORE,), touched, day(15)) == Wait(BEFORE, 1, day(45, 0)), "the date has not moved: the norm"
    bought = Progress(**{**vars(touched), "expected": day(41)})
    assert due((BEFORE,), bought, day(20)) == Wait(BEFORE, 1, day(36, 0))


def test_nobody_is_left_alone_longer_than_the_norm():
    days = [touch.planned for touch in simulate((BEFORE,), START, day(200), progress=Progress(START, expected=day(80)))]
    gaps = [after - before for before, after in zip([START, *days], days)]
    assert [round((moment - START).days) for moment in days[:4]] == [29, 59, 74, 104] and max(gaps) <= timedelta(days=30)


VISIT = day(10, 15)
TWO_DAYS, THREE_HOURS = (Step(1, 2, delay_from=EXPECTED, is_automatic=True),
                         Step(2, 3, "hours", delay_from=EXPECTED, is_automatic=True))


@pytest.mark.parametrize("start, answer", [
    (day(0), Wait(TWO_DAYS, 0, day(8, 15))),
    (day(8, 15), Due(TWO_DAYS, 0, day(8, 15))),
    (day(9), Wait(THREE_HOURS, 0, day(10, 12))),
    (day(10, 13), Stop()),
])
def test_what_lay_before_a_visit_when_he_entered_is_over(start, answer):
    assert due((TWO_DAYS, THREE_HOURS), Progress(start, expected=VISIT, norm=0), start) == answer
