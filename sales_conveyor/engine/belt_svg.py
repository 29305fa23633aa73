"""A belt that has its places, as the text of an SVG element.

Plain attributes only: old WebKit prints it (wkhtmltopdf), browsers take its ink
from the page. All that comes from outside goes through :func:`_safe`.
"""

import re
from collections.abc import Iterator
from html import escape

from .belt_arcs import Band, Box
from .belt_parts import BACK, FORWARD, MILESTONE, START, WON, Flow, Look, Step
from .belt_plan import MUTED, Drop, Layout, Text
from .belt_words import loss_sentence, sentence, sentences, step_sentence

FONT = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
DASHES = "6 3"
CORNER = 24
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML


def svg(plan: Layout) -> str:
    """The whole picture."""
    words, look = plan.words, plan.look
    text = " ".join(sentences(plan.belt, words))
    return "".join([
        *_opening(plan, look),
        _tag("title", id=f"{look.name}-title", inside=_safe(words.title)),
        _tag("desc", id=f"{look.name}-text", inside=_safe(text)),
        _hatch(look),
        *_turned(plan, look),
        *([_tag("rect", width=plan.width, height=plan.height, fill=look.paper)] if look.paper else []),
        *(_drop(plan, drop) for drop in plan.drops),
        *_belt(plan),
        *(_box(plan, step, box) for step, box in zip(plan.belt.steps, plan.boxes)),
        *(_band(plan, band) for band in sorted(plan.bands, key=lambda band: -band.width)),
        *(_again(plan, *again) for again in plan.again),
        *map(_text, plan.texts),
        *(_mark(look, x, y) for x, y in plan.marks),
        *(_sample(look, *sample) for sample in plan.legend),
        "</g></svg>"])


# ---------------------------------------------------------------- the element
def size_of(plan: Layout) -> tuple[float, float]:
    """Width and height on the screen."""
    look, (width, height) = plan.look, _outline(plan)
    scale = look.zoom * min(1, (look.fit or width) / width, (look.fit_height or height) / height)
    return width * scale, height * scale


def _outline(plan: Layout) -> tuple[float, float]:
    return (plan.height, plan.width) if plan.look.turned else (plan.width, plan.height)


def _opening(plan: Layout, look: Look) -> Iterator[str]:
    (width, height), (shown_width, shown_height) = _outline(plan), size_of(plan)
    yield _tag("svg", xmlns="http://www.w3.org/2000/svg", role="img", aria_labelledby=f"{look.name}-title {look.name}-text",
               viewBox=f"0 0 {_number(width)} {_number(height)}", width=shown_width, height=shown_height,
               font_family=FONT, fill=look.ink, inside=None)


def _turned(plan: Layout, look: Look) -> Iterator[str]:
    yield _tag("g", transform=f"translate({_number(plan.height)} 0) rotate(90)" if look.turned else "", inside=None)


def _hatch(look: Look) -> str:
    line = _tag("path", d="M0 0L0 6", stroke=look.loss, stroke_width=3.2)
    return _tag("defs", inside=_tag("pattern", id=f"{look.name}-lost", width=6, height=6, patternUnits="userSpaceOnUse",
                                    patternTransform="rotate(45)", inside=line))


# ---------------------------------------------------------------- belt and steps
def _belt(plan: Layout) -> Iterator[str]:
    """The phases, with rollers beneath."""
    ink = plan.look.ink
    for phase in plan.phases:
        yield _tag("rect", x=phase.x, y=plan.strip_top, width=phase.width, height=plan.strip, rx=plan.strip / 2, fill=ink, fill_opacity=0.1,
                   stroke=ink, stroke_opacity=0.45, inside=_tag("title", inside=_safe(phase.label)) if phase.label else "")
        for number in range(max(int((phase.width - plan.strip) // 14), 0) + 1):
            yield _tag("circle", cx=phase.x + plan.strip / 2 + 14 * number, cy=plan.strip_top + plan.strip, r=2.4, fill=ink, fill_opacity=0.4)


def _box(plan: Layout, step: Step, box: Box) -> str:
    look, top, height = plan.look, plan.box_top, plan.box_height
    line = {"stroke": look.loss if step.mark else look.ink, "stroke_width": 3 if step.mark else 1.2, "stroke_opacity": 1 if step.mark else 0.6}
    shape = {"x": box.x, "y": top, "width": box.width, "height": height, "rx": 16 if step.kind == START else 5}
    drawn = []
    if step.kind == MILESTONE:
        drawn.append(_tag("path", d=_cut_corners(box, top, height), fill=look.ink, fill_opacity=0.03, stroke_dasharray="3 2", **line))
    else:
        drawn.append(_tag("rect", **shape, fill=look.loss if step.mark else look.ink, fill_opacity=0.09 if step.mark else 0.06, **line))
    if step.kind == WON:
        drawn.append(_tag("rect", x=box.x + 3, y=top + 3, width=box.width - 6, height=height - 6, rx=3, fill=look.flow, fill_opacity=0.14,
                          stroke=look.flow, stroke_width=1.4))
    return _group(step_sentence(plan.words, step), "step", *drawn, data_step=step.key)


def _cut_corners(box: Box, top: float, height: float, cut: float = 9) -> str:
    left, right, bottom = box.x, box.x + box.width, top + height
    return _path((left + cut, top), (right - cut, top), (right, top + cut), (right, bottom - cut), (right - cut, bottom),
                 (left + cut, bottom), (left, bottom - cut), (left, top + cut)) + "Z"


def _mark(look: Look, x: float, y: float) -> str:
    """A triangle with an exclamation mark."""
    return (_tag("path", d=_path((x, y - 8), (x + 9, y + 7), (x - 9, y + 7)) + "Z", fill=look.loss, stroke="#ffffff", stroke_linejoin="round")
            + _tag("path", d=_path((x, y - 3), (x, y + 2.5)) + _path((x, y + 4), (x, y + 5.6)), stroke="#ffffff", stroke_width=1.8))


# ---------------------------------------------------------------- flows
def _band(plan: Layout, band: Band) -> str:
    look, forward = plan.look, band.kind == FORWARD
    colour, dashes = (look.flow, None) if forward else (look.back, DASHES)
    side = -1 if forward else 1
    head = 6 + band.width * 0.2
    line = _tag("path", d=_arch(band, side, head), fill="none", stroke=colour, stroke_width=band.width, stroke_opacity=0.85 if forward else 0.85,
                stroke_dasharray=dashes)
    return _group(sentence(plan.belt, plan.words, band.flow), band.kind, line, _head(band.x2, band.base, side, band.width, head, colour),
                  data_source=band.flow.source, data_target=band.flow.target)


def _arch(band: Band, side: int, head: float) -> str:
    """Up, along, and down again, with round corners."""
    along = 1 if band.x2 >= band.x1 else -1
    radius = max(min(CORNER, abs(band.x2 - band.x1) / 2, abs(band.y - band.base) - head), 0)
    turn = f"A{_number(radius)} {_number(radius)} 0 0 {int(side * along < 0)} "
    corner = band.y - side * radius
    return (_path((band.x1, band.base), (band.x1, corner)) + turn + _point(band.x1 + along * radius, band.y)
            + "L" + _point(band.x2 - along * radius, band.y) + turn + _point(band.x2, corner)
            + "L" + _point(band.x2, band.base + side * head))


def _head(x: float, base: float, side: int, width: float, head: float, colour: str) -> str:
    half = width / 2 + 3.5
    return _tag("path", d=_path((x - half, base + side * head), (x + half, base + side * head), (x, base + side)) + "Z", fill=colour)


def _drop(plan: Layout, drop: Drop) -> str:
    head, half, wide = 9, drop.width / 2, drop.width / 2 + 4
    x, neck = drop.x, drop.bottom - head
    shape = _path((x - half, drop.top), (x + half, drop.top), (x + half, neck), (x + wide, neck), (x, drop.bottom), (x - wide, neck),
                  (x - half, neck)) + "Z"
    return _group(loss_sentence(plan.words, drop.step), "lost", _tag(
        "path", d=shape, fill=f"url(#{plan.look.name}-lost)", stroke=plan.look.loss), data_step=drop.step.key)


def _again(plan: Layout, flow: Flow, x: float, top: float, bottom: float, width: float) -> str:
    line = _tag("path", d=_path((x, bottom), (x, top + 8)), stroke=plan.look.back, stroke_width=width, stroke_dasharray=DASHES)
    return _group(sentence(plan.belt, plan.words, flow), "again", line, _head(x, top, 1, width, 8, plan.look.back), data_target=flow.target)


def _sample(look: Look, kind: str, x: float, y: float) -> str:
    if kind == FORWARD:
        return _tag("path", d=_path((x, y - 4), (x + 22, y - 4)), stroke=look.flow, stroke_width=7, stroke_opacity=0.85)
    if kind == BACK:
        return _tag("path", d=_path((x, y - 4), (x + 22, y - 4)), stroke=look.back, stroke_width=3, stroke_dasharray=DASHES)
    return _tag("rect", x=x, y=y - 9, width=22, height=9, fill=f"url(#{look.name}-lost)", stroke=look.loss)


# ---------------------------------------------------------------- text
def _text(line: Text) -> str:
    return _tag("text", x=line.x, y=line.y, font_size=line.size, font_weight="bold" if line.bold else None,
                text_anchor=line.anchor if line.anchor != "start" else None,
                fill_opacity=0.78 if line.tone == MUTED else None, inside=_safe(line.text) + (
                    _tag("tspan", font_weight="normal", inside=_safe(line.tail)) if line.tail else ""))


# ---------------------------------------------------------------- writing
def _group(title: str, kind: str, *shapes: str, **data: str) -> str:
    """Shapes that belong together; the title shows where one points at them."""
    return _tag("g", data_part=kind, **data, inside=_tag("title", inside=_safe(title)) + "".join(shapes))


def _tag(name: str, inside: str | None = "", **attributes) -> str:
    """An element; ``inside`` of ``None`` leaves it open. Attributes of ``None`` are left out."""
    written = "".join(f' {key.replace("_", "-")}="{_safe(_number(value) if isinstance(value, (int, float)) else value)}"'
                      for key, value in attributes.items() if value is not None and value != "")
    return f"<{name}{written}>" if inside is None else f"<{name}{written}>{inside}</{name}>"


def _safe(text: str) -> str:
    return escape(_FORBIDDEN.sub("", str(text)), quote=True)


def _number(value: float) -> str:
    return f"{round(value, 2) + 0:.2f}".rstrip("0").rstrip(".")


def _point(x: float, y: float) -> str:
    return f"{_number(x)} {_number(y)}"


def _path(*points: tuple[float, float]) -> str:
    return "M" + "L".join(_point(x, y) for x, y in points)
