"""Where everything of a belt stands, see :class:`.belt_plan.Layout`.

From top to bottom: arcs forward, the steps on their belt with its phases,
returns, what falls off with its reasons, a line on what is not drawn, the legend.
"""

from .belt_arcs import LINE, SMALL, Band, Box, scale_of, set_labels, set_lanes, set_ports, stack
from .belt_below import again_x, place_legend, place_losses, place_notes
from .belt_parts import BACK, FORWARD, Belt, Look, Words, choose
from .belt_plan import (
    COUNT, COUNT_LINE, MARGIN, MUTED, NAME, NAME_LINE, NARROW, PAD, PITCH_LEAST, PITCH_MOST, RISE, STRIP, STRIP_LINE, Layout, Phase,
)
from .belt_text import text_width, wrapped


def layout(belt: Belt, words: Words, look: Look) -> Layout:
    """The belt with a place for all its parts."""
    plan = Layout(belt, words, look, choose(belt, look))
    _line_up(plan)
    above = _bands(plan, FORWARD)
    _place_above(plan, above)
    _fill_boxes(plan)
    _set_phases(plan)
    below = _bands(plan, BACK)
    bottom = _place_below(plan, below)
    bottom = place_losses(plan, bottom)
    bottom = place_notes(plan, bottom + 10)
    plan.height = place_legend(plan, bottom) + MARGIN - 4
    plan.bands = above + below
    return plan


# ---------------------------------------------------------------- the line
def _line_up(plan: Layout) -> None:
    """Steps side by side, and how wide a lead is."""
    steps = plan.belt.steps
    plan.pitch = min(max((plan.look.width - 2 * MARGIN) / max(len(steps), 1), PITCH_LEAST), PITCH_MOST)
    gap = max(18.0, plan.pitch * 0.2)
    boxes = [Box(MARGIN + number * plan.pitch + gap / 2, plan.pitch - gap) for number in range(len(steps))]
    plan.width = max(2 * MARGIN + len(steps) * plan.pitch, 320)
    places = _places(plan)
    scales = [scale_of([(places[flow.source], places[flow.target], flow.count) for flow in flows], boxes,
                       [step.lost for step in steps]) for flows in (plan.chosen.forward, plan.chosen.back)]
    plan.scale = min(scales)
    plan.boxes = [Box(box.x, box.width, plan.thick(step.lost)) for box, step in zip(boxes, steps)]


def _places(plan: Layout) -> dict[str, int]:
    return {step.key: number for number, step in enumerate(plan.belt.steps)}


# ---------------------------------------------------------------- arcs
def _bands(plan: Layout, kind: str) -> list[Band]:
    places = _places(plan)
    flows = plan.chosen.forward if kind == FORWARD else plan.chosen.back
    bands = [Band(flow, kind, places[flow.source], places[flow.target], plan.thick(flow.count)) for flow in flows]
    set_ports(bands, plan.boxes)
    texts = [(plan.words.number(flow.count), flow.wait) for flow in flows]
    set_labels(bands, texts, _posts(plan) if kind == BACK else [], plan.pitch, plan.width)
    return bands


def _posts(plan: Layout) -> list[tuple[float, float]]:
    """Middle and half width of what stands below the belt: what falls off, what is taken up again."""
    again = {flow.target for flow in plan.chosen.again}
    return ([(box.middle, box.drop / 2) for box in plan.boxes if box.drop]
            + [(again_x(box), 4) for step, box in zip(plan.belt.steps, plan.boxes) if step.key in again])


def _place_above(plan: Layout, bands: list[Band]) -> None:
    """Arcs upwards from zero, then all of it down so that the highest is on the paper."""
    top = stack(bands, set_lanes(bands), 0, -1, RISE)
    plan.box_top = MARGIN - top
    for band in bands:
        band.y += plan.box_top
        band.base = plan.box_top
        _label(plan, band, band.y - band.width / 2 - 4 - LINE * (len(band.label) - 1))


def _place_below(plan: Layout, bands: list[Band]) -> float:
    bottom = stack(bands, set_lanes(bands), plan.strip_bottom, 1, RISE)
    for band in bands:
        _label(plan, band, band.y + band.width / 2 + SMALL + 1)
    return bottom


def _label(plan: Layout, band: Band, y: float) -> None:
    for number, (line, tail) in enumerate(band.label):
        plan.say(band.label_x, y + number * LINE, line, bold=not number, tail=tail)


# ---------------------------------------------------------------- steps and phases
def _fill_boxes(plan: Layout) -> None:
    """Name, figure, further figures: each on the same line in all steps."""
    steps, room = plan.belt.steps, (plan.boxes[0].width - PAD if plan.boxes else 0)
    size = NAME if plan.pitch >= NARROW else SMALL
    names = [wrapped(step.label, room - 2, size, bold=True) for step in steps]
    figures = [[line for figure in step.figures for line in wrapped(figure, room, SMALL, lines=3)] for step in steps]
    widest = max((text_width(plan.words.number(step.count), 1, bold=True) for step in steps if step.count is not None), default=1)
    figure = min(COUNT, room / widest)
    name_room = NAME_LINE * max(map(len, names), default=0)
    count_room = COUNT_LINE if any(step.count is not None for step in steps) else 0
    plan.box_height = 2 * PAD + name_room + count_room + LINE * max(map(len, figures), default=0)
    for step, box, name, lines in zip(steps, plan.boxes, names, figures):
        y = plan.box_top + PAD
        for number, line in enumerate(name):
            plan.say(box.middle, y + NAME_LINE * (number + 1) - 3, line, size, bold=True)
        y += name_room
        if step.count is not None:
            plan.say(box.middle, y + COUNT_LINE - 4, plan.words.number(step.count), figure, bold=True)
        for number, line in enumerate(lines):
            plan.say(box.middle, y + count_room + LINE * (number + 1) - 3, line, tone=MUTED)
        if step.mark:
            plan.marks.append((box.x + box.width + 3, plan.box_top + plan.box_height - 9))


def _set_phases(plan: Layout) -> None:
    """Steps without a phase belong to that of the step before; the first ones to the first phase."""
    known = [step.phase for step in plan.belt.steps if step.phase]
    groups: list[list] = []
    phase = known[0] if known else ""
    for step, box in zip(plan.belt.steps, plan.boxes):
        phase = step.phase or phase
        if groups and groups[-1][0] == phase:
            groups[-1][1].append(box)
        else:
            groups.append([phase, [box]])
    half = (plan.pitch - plan.boxes[0].width) / 2 if plan.boxes else 0
    plan.phases = [Phase(label, boxes[0].x - half + 1.5, len(boxes) * plan.pitch - 3) for label, boxes in groups]
    labels = [wrapped(phase.label, phase.width - 14, SMALL, bold=True, lines=2) for phase in plan.phases]
    plan.strip = STRIP + STRIP_LINE * (max(map(len, labels), default=1) > 1)
    for phase, lines in zip(plan.phases, labels):
        y = plan.strip_top + plan.strip / 2 + 4 - STRIP_LINE / 2 * (len(lines) - 1)
        for number, line in enumerate(lines):
            plan.say(phase.x + phase.width / 2, y + STRIP_LINE * number, line, bold=True)
