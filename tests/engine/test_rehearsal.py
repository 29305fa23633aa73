from datetime import datetime, timedelta

from engine import cadence, gate, rehearsal

START = datetime(2026, 6, 1, 10)
STEPS = tuple(cadence.Step(number, delay=2, is_automatic=True) for number in (1, 2, 3))
TOUCHES = {number: gate.Touch("decision", "email") for number in (1, 2, 3)}


def played(facts_at, until=START + timedelta(days=30)):
    return [(touch.step.id, (touch.moment - START).days, touch.verdict.what)
            for touch in rehearsal.play(STEPS, TOUCHES, START, until, facts_at)]


def test_nothing_in_the_way():
    assert played(lambda moment: gate.Facts()) == [(1, 2, "send"), (2, 4, "send"), (3, 6, "send")]


def test_a_reply_ends_it():
    reply = START + timedelta(days=3)
    facts = lambda moment: gate.Facts(replied=reply if reply <= moment else None)  # noqa: E731
    assert played(facts) == [(1, 2, "send"), (2, 4, "stop")]


def test_its_own_messages_fill_the_week():
    assert played(lambda moment: gate.Facts(cap=2)) == [(1, 2, "send"), (2, 4, "send"), (3, 6, "wait"), (3, 9, "send")]


def test_the_period_ends_it():
    assert played(lambda moment: gate.Facts(), START + timedelta(days=4)) == [(1, 2, "send"), (2, 4, "send")]


def test_left_out_it_goes_on():
    assert played(lambda moment: gate.Facts(is_bounced=True)) == [(1, 2, "skip"), (2, 4, "skip"), (3, 6, "skip")]
