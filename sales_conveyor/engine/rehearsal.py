"""What a cadence would have done with one client of the past."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from . import cadence, gate

LIMIT = 500  # answers for one client


@dataclass(frozen=True)
class Played:
    """One touch that came up: when, and what the gate said of it."""

    step: cadence.Step
    moment: datetime
    verdict: gate.Verdict


def play(
    steps: tuple[cadence.Step, ...], touches: Mapping[int, gate.Touch], start: datetime, until: datetime,
    facts_at: Callable[[datetime], gate.Facts], calendars: cadence.Calendars = cadence.Calendars(),
) -> Iterator[Played]:
    """The touches of a client who enters at ``start``, until the end, a stop, or ``until``.

    :param touches: of each step, by its id, what the gate is asked about
    :param facts_at: what was known about the client at a moment; the
        cadence's own touches of the week are added here
    """
    progress, made = cadence.Progress(start), []
    for _number in range(LIMIT):
        answer = cadence.due(steps, progress, until, calendars)
        if not isinstance(answer, cadence.Due):
            return
        moment = max(answer.planned, progress.last or start)
        touch = touches[answer.step.id]
        facts = facts_at(moment)
        verdict = gate.judge(touch, replace(facts, week=(*facts.week, *made)), moment)
        yield Played(answer.step, moment, verdict)
        if verdict.what == gate.STOP:
            return
        if verdict.what == gate.WAIT:
            progress = replace(progress, not_before=verdict.until)
            continue
        if verdict.what == gate.SEND and touch.is_automatic and not touch.is_service:
            made.append(moment)
        progress = replace(cadence.passed(steps, progress, answer.step.id, answer.loop, moment), not_before=None)
