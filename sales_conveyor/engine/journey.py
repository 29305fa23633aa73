"""One lead's transitions told as dated facts, see the definitions in ``funnel.py``."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import NamedTuple

ENTER, FORWARD, SKIP, BACK, WON, LOST, REOPEN = KINDS = (
    "enter", "forward", "skip", "back", "won", "lost", "reopen")
CONVERT = "convert"  # not a transition: it comes from the lead's own conversion date
LEAD_GENERATION, FIRST_SALE = "lead_generation", "first_sale"

# what takes an outcome back, see the definitions of won and lost
UNWINS = frozenset({BACK, REOPEN, LOST})
UNLOSES = frozenset(KINDS) - {LOST}
STOPS_CLOCK = frozenset({WON, LOST})


class Step(NamedTuple):
    """One transition; ``source`` and ``target`` are section ids or ``None``."""

    date: datetime
    kind: str
    source: int | None
    target: int | None


class Place(NamedTuple):
    """A section in a phase: one row of the funnel."""

    section: int
    phase: str


@dataclass(frozen=True)
class Case:
    """All there is to know about one lead.

    ``steps`` in order; ``pipeline``: section ids of its team in order;
    ``phases``: phase of every section that exists; ``status``: Odoo's word on
    the outcome (``won`` ``lost`` ``pending``), ``None`` to go by the steps
    alone; ``standing``: where it is worked on now, ``None`` when it is closed
    or archived.
    """

    steps: tuple[Step, ...]
    pipeline: tuple[int, ...]
    phases: Mapping[int, str]
    is_lead: bool = False
    converted: datetime | None = None
    status: str | None = None
    standing: int | None = None
    touches: tuple[datetime, ...] = ()


@dataclass
class Fact:
    """One lead in one section; for ``place`` ``None``: on the whole conveyor,
    where reached is the entry, passed is won and lost is lost.

    ``seconds`` is ``None`` where no stay has ended; ``since`` is the begin of
    the stay that goes on.
    """

    place: Place | None
    reached: datetime
    passed: datetime | None = None
    lost: datetime | None = None
    seconds: int | None = None
    since: datetime | None = None
    touches: int = 0
    in_now: bool = False


@dataclass(frozen=True)
class Outcome:
    """How it ended, and with which step; ``kind`` is ``None`` while open."""

    kind: str | None = None
    index: int = -1


class Stay(NamedTuple):
    place: Place | None
    start: datetime | None
    end: datetime | None


class Event(NamedTuple):
    place: Place
    date: datetime
    is_pass: bool


def section_facts(case: Case) -> list[Fact]:
    """The facts of one lead: the whole conveyor first, then its sections.

    Nothing for a lead without transitions.
    """
    if not case.steps:
        return []
    story = _Story(case)
    facts = _dated(story.events())
    story.close(facts)
    story.add_stays(facts)
    return [story.whole(facts.values()), *facts.values()]


def outcome(steps: tuple[Step, ...], status: str | None = None) -> Outcome:
    """The outcome that holds after all steps, if Odoo's ``status`` agrees."""
    last = {kind: index for index, (_date, kind, *_rest) in enumerate(steps)}
    lost = last.get(LOST, -1)
    if lost > max((last.get(kind, -1) for kind in UNLOSES), default=-1):
        return Outcome(LOST, lost) if status in (None, LOST) else Outcome()
    undone = max(last.get(kind, -1) for kind in UNWINS)
    for index, step in enumerate(steps):
        if index > undone and step.kind == WON:
            return Outcome(WON, index) if status in (None, WON) else Outcome()
    return Outcome()


def _dated(events: Iterable[Event]) -> dict[Place, Fact]:
    """First reach and first pass of every place."""
    facts: dict[Place, Fact] = {}
    for place, date, is_pass in events:
        fact = facts.setdefault(place, Fact(place, date))
        fact.reached = min(fact.reached, date)
        if is_pass:
            fact.passed = min(fact.passed or date, date)
    return facts


class _Story:
    """One lead's steps told as events and stays."""

    def __init__(self, case: Case):
        self.case = case
        self.steps = _with_conversion(case)
        self.order = {section: index for index, section in enumerate(case.pipeline)}
        self.outcome = outcome(self.steps, case.status)

    # -------------------------------------------------------------- places
    def place(self, section: int | None, as_lead: bool) -> Place | None:
        if section not in self.case.phases:
            return None
        return Place(section, LEAD_GENERATION if as_lead else self.case.phases[section])

    def as_lead(self, step: Step) -> bool:
        """Was it of type *lead* when this happened?"""
        case = self.case
        return case.is_lead or bool(case.converted and step.date < case.converted)

    # -------------------------------------------------------------- events
    def events(self) -> Iterator[Event]:
        seen: list[Event] = []
        for index, step in enumerate(self.steps):
            if index == self.outcome.index and step.kind == WON:
                seen += [event._replace(date=step.date, is_pass=True) for event in seen]
            seen += [event for event in self._events_of(index, step) if event.place]
        return iter(seen)

    def _events_of(self, index: int, step: Step) -> Iterator[Event]:
        as_lead = self.as_lead(step)
        if step.kind == WON:
            for section in self._won_range(index, step):
                yield Event(self.place(section, as_lead), step.date, True)
            return
        if step.kind == CONVERT:
            yield Event(self.place(step.source, True), step.date, True)
        elif step.kind in (FORWARD, SKIP):
            for section in (step.source, *self._between(step)):
                yield Event(self.place(section, as_lead), step.date, True)
        yield Event(self.place(step.target, as_lead), step.date, False)

    def _between(self, step: Step) -> tuple[int, ...]:
        start, end = self.order.get(step.source), self.order.get(step.target)
        return () if start is None or end is None else self.case.pipeline[start + 1:end]

    def _won_range(self, index: int, step: Step) -> tuple[int | None, ...]:
        """The sections that this win passes; none for a win taken back."""
        if self.outcome.kind != WON or index < self.outcome.index:
            return ()
        if index > self.outcome.index:
            return (step.target,)
        stood = [step.source]
        for earlier in self.steps[:index]:
            if self.as_lead(earlier) == self.as_lead(step):
                stood += [earlier.source, earlier.target]
        places = [self.order[section] for section in stood if section in self.order]
        if not places:
            return (step.source, step.target)
        start, end = min(places), self.order.get(step.target, -1)
        passed = self.case.pipeline[start:end + 1] if end >= start else self.case.pipeline[start:]
        return (step.source, *passed, step.target)

    # -------------------------------------------------------------- stays
    def stays(self) -> Iterator[Stay]:
        runs = False
        for index, step in enumerate(self.steps):
            runs = runs if step.kind == CONVERT else step.kind not in STOPS_CLOCK
            if runs:
                end = self.steps[index + 1].date if index + 1 < len(self.steps) else None
                yield Stay(self.place(step.target, self.as_lead(step)), step.date if index else None, end)

    def add_stays(self, facts: Mapping[Place, Fact]) -> None:
        """Days, touches, and where it stands now."""
        entry = self.steps[0].date
        here = self.place(self.case.standing, self.case.is_lead) if self.case.standing else None
        for place, start, end in self.stays():
            fact = facts.get(place)
            if fact is None:
                continue
            fact.touches += sum(
                (start is None or date > start) and (end is None or date <= end) for date in self.case.touches)
            if end is not None:
                fact.seconds = (fact.seconds or 0) + _seconds(start or entry, end)
            elif place == here:
                fact.since = start or entry
        if here in facts:
            facts[here].in_now = True

    # -------------------------------------------------------------- outcome
    def close(self, facts: Mapping[Place, Fact]) -> None:
        """Date the loss in the one section where it happened."""
        if self.outcome.kind == LOST:
            step = self.steps[self.outcome.index]
            place = self.place(step.target, self.as_lead(step))
            if place in facts:
                facts[place].lost = step.date

    def whole(self, facts: Iterable[Fact]) -> Fact:
        """The lead on the whole conveyor."""
        entry = self.steps[0].date
        whole = Fact(None, entry, touches=sum(fact.touches for fact in facts), in_now=self.case.standing is not None)
        if self.outcome.kind:
            end = self.steps[self.outcome.index].date
            whole.seconds = _seconds(entry, end)
            whole.passed, whole.lost = (end, None) if self.outcome.kind == WON else (None, end)
        elif whole.in_now:
            whole.since = entry
        return whole


def _with_conversion(case: Case) -> tuple[Step, ...]:
    """The steps with the conversion put in where it happened.

    At the same moment the conversion comes first. There is none for a lead
    that still is one, or that was converted before its first step.
    """
    steps = case.steps
    if case.is_lead or case.converted is None or case.converted <= steps[0].date:
        return steps
    place = sum(step.date < case.converted for step in steps)
    standing = steps[place - 1].target
    return (*steps[:place], Step(case.converted, CONVERT, standing, standing), *steps[place:])


def _seconds(start: datetime, end: datetime) -> int:
    return floor((end - start).total_seconds())
