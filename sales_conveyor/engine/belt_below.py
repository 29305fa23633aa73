"""Below the belt: what falls off, what is not drawn, the legend."""

from collections.abc import Iterator
from operator import attrgetter

from .belt_arcs import LINE, SMALL, Box
from .belt_parts import BACK, FORWARD, Flow, Step
from .belt_plan import BIG, BIG_LINE, INK, MARGIN, MUTED, NAME, NAME_LINE, Drop, Layout
from .belt_text import text_width, wrapped


def place_losses(plan: Layout, top: float) -> float:
    """What falls off, and what is taken up again, with its words; returns where it ends."""
    again: dict[str, int] = {}
    for flow in plan.chosen.again:
        again[flow.target] = again.get(flow.target, 0) + flow.count
    if not again and not any(step.lost for step in plan.belt.steps):
        return top
    end = bottom = top + 26
    for step, box in zip(plan.belt.steps, plan.boxes):
        if step.lost:
            plan.drops.append(Drop(step, box.middle, plan.strip_bottom, bottom, box.drop))
        if step.key in again:
            x, width = again_x(box), plan.thick(again[step.key])
            plan.again.append((Flow("", step.key, again[step.key]), x, plan.strip_bottom, bottom, width))
        y = bottom + 4
        for text, size, line, bold in _loss_lines(plan, step, again.get(step.key, 0)):
            y += line
            plan.say(box.middle, y, text, size, bold=bold, tone=INK if bold else MUTED)
        end = max(end, y)
    return end + 4


def _loss_lines(plan: Layout, step: Step, again: int) -> Iterator[tuple[str, float, float, bool]]:
    """Text, size, height and boldness of each line beneath a step."""
    words, room = plan.words, plan.pitch - 6
    if step.lost:
        size = BIG if text_width(words.say("fallen", count=step.lost), BIG, bold=True) <= room else NAME
        for line in wrapped(words.say("fallen", count=step.lost), room, size, bold=True, lines=2):
            yield line, size, BIG_LINE if size == BIG else NAME_LINE, True
        reasons = sorted(filter(attrgetter("count"), step.reasons), key=lambda reason: (-reason.count, reason.label))
        named = reasons[:plan.look.most_reasons]
        for reason in named:
            for line in wrapped(f"{words.number(reason.count)} {reason.label}", room, SMALL, lines=2):
                yield line, SMALL, LINE, False
        if named and (rest := step.lost - sum(reason.count for reason in named)):
            for line in wrapped(words.say("other", count=rest), room, SMALL, lines=2):
                yield line, SMALL, LINE, False
    if again:
        for line in wrapped(words.say("again_short", count=again), room, SMALL, bold=True, lines=2):
            yield line, SMALL, LINE + 2, False


def place_notes(plan: Layout, top: float) -> float:
    """Why the flow is held up where it is marked, and what is not drawn."""
    left_out = plan.chosen.left_out
    notes = [(plan.words.say("marked", step=step.label, why=step.mark), True) for step in plan.belt.steps if step.mark]
    if left_out:
        count = sum(flow.count for flow in left_out)
        notes.append((plan.words.say("more", arcs=len(left_out), count=count), False))
    y = top
    for text, is_mark in notes:
        indent = MARGIN + (20 if is_mark else 0)
        for number, line in enumerate(wrapped(text, plan.width - MARGIN - indent, NAME if is_mark else SMALL, bold=is_mark)):
            y += NAME_LINE + 3
            if is_mark and not number:
                plan.marks.append((MARGIN + 8, y - 4))
            plan.say(indent, y, line, NAME if is_mark else SMALL, bold=is_mark, anchor="start", tone=INK if is_mark else MUTED)
    return y


def place_legend(plan: Layout, top: float) -> float:
    drawn = {FORWARD: plan.chosen.forward, BACK: plan.chosen.back or plan.chosen.again, "lost": plan.drops}
    samples = [(kind, plan.words.legend[kind]) for kind, what in drawn.items() if what and plan.words.legend.get(kind)]
    x, y = MARGIN, top + 20
    for kind, label in samples:
        width = 34 + text_width(label, SMALL)
        if x > MARGIN and x + width > plan.width - MARGIN:
            x, y = MARGIN, y + 16
        plan.legend.append((kind, x, y))
        plan.say(x + 30, y, label, anchor="start", tone=MUTED)
        x += width + 18
    return y if samples else top


def again_x(box: Box) -> float:
    return box.x + box.width - 4
