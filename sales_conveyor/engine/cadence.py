"""Which step of a cadence is next for one client, and when.

Plain data in, plain data out: steps in their order, what the client has been
through, now, and the hours in which one may act. Because the answer is worked
out anew from what was done, steps may be added, moved, or removed while
clients are on their way: nothing is repeated and nothing is lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from . import clock

PREVIOUS, START, EXPECTED = "previous", "start", "expected"
FINISHED = "finished"
DAY = timedelta(days=1)
NORM = 30  # days between two touches of a customer, where nothing else is said
CLOSEST = timedelta(days=7)  # a rhythm of two days is no reason to touch every two days


@dataclass(frozen=True)
class Step:
    """One step. ``added``: when it came into the cadence, None: always there."""

    id: int
    delay: int = 0
    unit: str = clock.DAYS
    delay_from: str = PREVIOUS
    part: str = clock.ANY
    is_automatic: bool = False
    is_loop_start: bool = False
    added: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """What one client has been through.

    ``start``: when he entered; ``last``: his last touch or step left out;
    ``loop``: how often the cadence began again; ``loop_start``: when this loop
    did; ``done``: ids of the steps behind him in this loop; ``not_before``:
    he waits until then; ``expected``: when he is expected to buy, or to come.
    Steps counted back from it are never more than ``norm`` days after the one
    before; with a norm of 0 the date is a fixed one, such as a visit's.
    """

    start: datetime
    last: datetime | None = None
    loop: int = 0
    loop_start: datetime | None = None
    done: frozenset[int] = frozenset()
    not_before: datetime | None = None
    expected: datetime | None = None
    norm: int = NORM


@dataclass(frozen=True)
class Calendars:
    """Hours of the people who act, and of the window for automatic touches."""

    by_hand: clock.Hours = clock.ALWAYS
    automatic: clock.Hours = clock.ALWAYS

    def of(self, step: Step) -> clock.Hours:
        return self.automatic if step.is_automatic else self.by_hand


@dataclass(frozen=True)
class Due:
    """The step is to be done now; it was planned for ``planned``."""

    step: Step
    loop: int
    planned: datetime


@dataclass(frozen=True)
class Wait:
    """The step comes at ``until``."""

    step: Step
    loop: int
    until: datetime


@dataclass(frozen=True)
class Stop:
    """Nothing is left to do."""

    why: str = FINISHED


def due(steps: tuple[Step, ...], progress: Progress, now: datetime, calendars: Calendars = Calendars()) -> Due | Wait | Stop:
    """What to do with this client now.

    :param steps: the active steps in their order
    :param now: UTC
    """
    place = next_place(steps, progress)
    if place is None:
        return Stop()
    step, loop = place
    moment = planned(steps, step, loop, progress, calendars)
    return Due(step, loop, moment) if moment <= now else Wait(step, loop, moment)


def next_place(steps: tuple[Step, ...], progress: Progress) -> tuple[Step, int] | None:
    """The next step and its loop, or None at the end.

    Steps before the last one done are behind the client, except those that he
    has missed because they were moved there: they were in the cadence already
    when he came by. What lay before a fixed date and was over when he entered is behind him as well.
    """
    first = _loop_start(steps) if progress.loop else 0
    ahead = tuple(step for step in steps[first or 0:] if not _came_too_late(step, progress))
    places = [place for place, step in enumerate(ahead) if step.id in progress.done]
    last = places[-1] if places else -1
    for place, step in enumerate(ahead):
        if step.id not in progress.done and (place > last or _was_moved(step, progress)):
            return step, progress.loop
    start = _loop_start(steps)
    return None if start is None else (steps[start], progress.loop + 1)


def _was_moved(step: Step, progress: Progress) -> bool:
    return progress.last is not None and step.added is not None and step.added <= progress.start


def _came_too_late(step: Step, progress: Progress) -> bool:
    return (step.delay_from == EXPECTED and not progress.norm and progress.expected is not None
            and progress.expected - timedelta(days=_days(step)) < progress.start)


def _loop_start(steps: tuple[Step, ...]) -> int | None:
    return next((place for place, step in enumerate(steps) if step.is_loop_start), None)


def planned(steps: tuple[Step, ...], step: Step, loop: int, progress: Progress, calendars: Calendars) -> datetime:
    """When the step comes: its delay over, at an allowed hour.

    By hand it is planned at the beginning of its day, so that the day's list
    is complete in the morning.
    """
    hours = calendars.of(step)
    base = _base(step, loop, progress)
    back = step.delay_from == EXPECTED
    moment = _counted_back(step, base, progress) if back else clock.add_delay(base, step.delay, step.unit, hours)
    if not step.is_automatic and (step.delay or back) and step.unit not in (clock.MINUTES, clock.HOURS):
        moment = max(clock.start_of_day(moment, hours.tz), base)
    moment = max(filter(None, (moment, _floor(steps, step, loop, progress), progress.not_before)))
    return clock.next_allowed(moment, hours, step.part)


def _base(step: Step, loop: int, progress: Progress) -> datetime:
    """From when the delay is counted; a new loop counts from the last touch."""
    if loop > progress.loop or step.delay_from != START:
        return progress.last or progress.start
    return (progress.loop_start if loop else None) or progress.start


def _counted_back(step: Step, base: datetime, progress: Progress) -> datetime:
    """So long before the expected date; where it is not known, too near to the
    last touch or farther off than the norm, the norm decides."""
    before = progress.expected and progress.expected - timedelta(days=_days(step))
    if not progress.norm:
        return before or base
    latest = base + timedelta(days=progress.norm)
    if before is None or before < base + DAY:
        return latest
    return min(max(before, base + CLOSEST), latest)


def _floor(steps: tuple[Step, ...], step: Step, loop: int, progress: Progress) -> datetime | None:
    """Not before the last touch; not on its heels when the plan has days between
    them (a step counted from the start, after one that was late), and no loop faster than a day."""
    if progress.last is None:
        return None
    if loop > progress.loop:
        return progress.last + DAY
    if step.delay_from == START and not loop and _days(step) > max(
            (_days(other) for other in steps if other.id in progress.done and other.delay_from == START), default=_days(step)):
        return progress.last + DAY
    return progress.last


def _days(step: Step) -> float:
    return step.delay * {clock.MINUTES: 1 / 1440, clock.HOURS: 1 / 24, clock.WEEKS: 7, clock.MONTHS: 30}.get(step.unit, 1)


def passed(steps: tuple[Step, ...], progress: Progress, step_id: int, loop: int, moment: datetime) -> Progress:
    """The progress after a step was done, or left out, at ``moment``."""
    new_loop = loop > progress.loop
    return replace(
        progress, last=moment, loop=loop, loop_start=(progress.last or moment) if new_loop else progress.loop_start,
        done=frozenset((step_id,)) if new_loop else progress.done | {step_id})


def simulate(steps: tuple[Step, ...], start: datetime, until: datetime, calendars: Calendars = Calendars(),
             progress: Progress | None = None, limit: int = 1000) -> Iterator[Due]:
    """The touches of a client from ``start`` to ``until``, if each is made when
    it is planned and nothing stops him."""
    progress = progress or Progress(start)
    for _number in range(limit):
        answer = due(steps, progress, until, calendars)
        if not isinstance(answer, Due):
            return
        yield answer
        progress = passed(steps, progress, answer.step.id, answer.loop, max(answer.planned, progress.last or start))
