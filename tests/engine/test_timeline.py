from engine import timeline
from engine.timeline import Delay


def test_days_add_up_and_never_go_back():
    assert timeline.offsets([Delay(0, "days"), Delay(1, "weeks"), Delay(3, "days", from_start=True), Delay(5, "working_days")]) == [
        0.0, 7.0, 7.0, 14.0]


def test_counted_from_the_start():
    assert timeline.offsets([Delay(2, "hours"), Delay(1, "months", from_start=True)]) == [2 / 24, 30.0]


def test_a_round_is_what_its_steps_take():
    delays = [Delay(1, "days"), Delay(1, "months"), Delay(1, "months"), Delay(90, "days", from_start=True)]
    assert timeline.loop_days(delays, 1) == 60.0
    assert timeline.loop_days(delays, 3) == 0.0
