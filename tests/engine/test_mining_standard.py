"""Standard work proposed from a documented process."""

from engine.mining_lift import Evidence
from engine.mining_standard import Touch, Work, cadence, cadence_of_work, delay, section_work

DAY = 86400.0


def step(key, touches, won=30, lost=20, kind="section"):
    return {"key": key, "kind": kind, "leads_won": won, "leads_lost": lost, "touches": [
        {"channel": channel, "direction": direction, "won": with_won, "lost": with_lost}
        for channel, direction, with_won, with_lost in touches]}


def test_touches_that_half_of_the_won_had():
    found = section_work([
        step("stage:1", [("email", "out", 15, 20), ("call", "out", 29, 3), ("sms", "out", 14, 0), ("email", "in", 30, 0)]),
        step("created", [("call", "out", 30, 0)], kind="start"), step("stage:2", [])])
    assert [(work.step, work.channel, work.evidence.won_with, work.evidence.lost_with) for work in found] == [
        ("stage:1", "call", 29, 3), ("stage:1", "email", 15, 20)]
    assert found[0].evidence.is_enough


def test_no_won_cases_propose_nothing_and_few_are_named():
    assert section_work([step("stage:1", [("call", "out", 0, 5)], won=0)]) == ()
    [work] = section_work([step("stage:1", [("call", "out", 3, 0)], won=4)])
    assert not work.evidence.is_enough


def test_waits_between_touches_add_up_over_what_lies_between():
    path = ("created", "stage:1", "touch:call:out", "touch:email:in", "stage:2", "touch:meeting:out", "won")
    arcs = [{"source": source, "target": target, "median_wait": wait} for source, target, wait in (
        ("created", "stage:1", 0.0), ("stage:1", "touch:call:out", 0.5 * DAY), ("touch:call:out", "touch:email:in", DAY),
        ("touch:email:in", "stage:2", None), ("stage:2", "touch:meeting:out", 2 * DAY), ("touch:meeting:out", "won", 9 * DAY))]
    assert cadence(path, arcs) == (Touch("call", 0.5 * DAY), Touch("meeting", 3 * DAY))
    assert cadence((), ()) == ()


def test_delays_are_whole_hours_or_days():
    assert [delay(seconds) for seconds in (0, 1900, 3600 * 11, 3600 * 12, 3600 * 40, 86400 * 4.4)] == [
        (0, "hours"), (1, "hours"), (11, "hours"), (1, "days"), (2, "days"), (4, "days")]


def test_without_a_common_way_the_work_of_the_sections_is_the_cadence():
    arcs = [{"source": "created", "target": "stage:1", "median_wait": 3600.0}, {"source": "stage:1", "target": "stage:2", "median_wait": 2 * DAY}]
    work = [Work("stage:1", "call", Evidence()), Work("stage:1", "email", Evidence()), Work("stage:2", "meeting", Evidence())]
    assert cadence_of_work(("created", "stage:1", "stage:2", "won"), arcs, work) == (
        Touch("call", 3600.0), Touch("email", 0.0), Touch("meeting", 2 * DAY))
