"""Where the arcs of a belt run: their ports at the steps, their widths, their lanes.

An arc leaves its step at a port, runs along a lane and comes down (returns: up)
at the port of its target. Nearest targets have the outermost ports, so that
longer arcs nest around shorter ones. Two arcs whose lines or labels meet do
not share a lane: texts cannot meet by construction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .belt_parts import BACK, FORWARD, Flow
from .belt_text import text_width, wrapped

THICKEST, THINNEST = 26.0, 1.25
SMALL, LINE = 10, 12  # size of an arc's label, and from one of its lines to the next
EDGE, BETWEEN, APART = 6, 4, 6
LEGROOM = 3


@dataclass
class Band:
    """One arc: from ``x1`` at its source to ``x2`` at its target, along ``y``."""

    flow: Flow
    kind: str
    source: int
    target: int
    width: float
    label: tuple[tuple[str, str], ...] = ()  # lines, each what is bold and what is not
    x1: float = 0
    x2: float = 0
    y: float = 0
    base: float = 0
    lane: int = 0
    label_x: float = 0

    @property
    def span(self) -> tuple[float, float]:
        return min(self.x1, self.x2), max(self.x1, self.x2)

    @property
    def label_width(self) -> float:
        return max((text_width(line, SMALL, bold=not number) + text_width(tail, SMALL)
                    for number, (line, tail) in enumerate(self.label)), default=0)

    @property
    def extent(self) -> tuple[float, float]:
        """Left and right end of all that it takes in its lane."""
        left, right = self.span
        half = self.label_width / 2 + APART / 2
        return (min(left - self.width / 2, self.label_x - half), max(right + self.width / 2, self.label_x + half))

    @property
    def height(self) -> float:
        return self.width + LINE * len(self.label) + 5


@dataclass(frozen=True)
class Box:
    """Where a step stands."""

    x: float
    width: float
    drop: float = 0  # width of what falls off at its middle

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def scale_of(flows: Iterable[tuple[int, int, int]], boxes: Sequence[Box], lost: Sequence[int]) -> float:
    """Pixels a lead, the same for all that is drawn: the widest fits, and so do all the ports of one side of a step."""
    out, into, largest = [0] * len(boxes), [0] * len(boxes), max([1, *lost])
    for source, target, count in flows:
        out[source] += count
        into[target] += count
        largest = max(largest, count)
    room = min((box.width / 2 - EDGE for box in boxes), default=THICKEST)
    return min(THICKEST / largest, room / max([1, *out, *into]))


def set_ports(bands: Sequence[Band], boxes: Sequence[Box]) -> None:
    """Give every arc its two ends."""
    for number, box in enumerate(boxes):
        out = sorted((band for band in bands if band.source == number), key=_nearest)
        into = sorted((band for band in bands if band.target == number), key=_nearest)
        for band, x in _spread(out, box, 1 if out and out[0].kind == FORWARD else -1):
            band.x1 = x
        for band, x in _spread(into, box, -1 if into and into[0].kind == FORWARD else 1):
            band.x2 = x


def _nearest(band: Band) -> tuple:
    return abs(band.target - band.source) or len(band.label) + 1000, band.source, band.target


def _spread(bands: Sequence[Band], box: Box, side: int) -> Iterable[tuple[Band, float]]:
    """Ports from the edge of a box towards its middle."""
    if not bands:
        return
    room = box.width / 2 - EDGE - (box.drop / 2 + LEGROOM if bands[0].kind == BACK else LEGROOM)
    need = sum(band.width for band in bands) + BETWEEN * (len(bands) - 1)
    squeeze = min(1, room / need)
    edge, taken = box.middle + side * (box.width / 2 - EDGE), 0.0
    for band in bands:
        yield band, edge - side * (taken + band.width / 2) * squeeze
        taken += band.width + BETWEEN


def set_lanes(bands: Sequence[Band]) -> int:
    """Give every arc the lowest lane that is free above all that it spans; returns how many there are."""
    placed: list[Band] = []
    for band in sorted(bands, key=lambda band: (band.span[1] - band.span[0], band.span)):
        meeting = [other for other in placed if _meet(band, other)]
        above = max((other.lane + 1 for other in meeting if _within(other, band)), default=0)
        taken = {other.lane for other in meeting}
        band.lane = next(lane for lane in range(above, len(bands)) if lane not in taken)
        placed.append(band)
    return max((band.lane + 1 for band in bands), default=0)


def _meet(one: Band, other: Band) -> bool:
    return one.extent[0] < other.extent[1] and other.extent[0] < one.extent[1]


def _within(inner: Band, outer: Band) -> bool:
    return outer.span[0] <= inner.span[0] and inner.span[1] <= outer.span[1]


def stack(bands: Sequence[Band], lanes: int, base: float, side: int, rise: float) -> float:
    """Set ``y`` of every arc, lane upon lane (``side`` -1: upwards); returns where the last one ends."""
    edge = base + side * rise
    for lane in range(lanes):
        own = [band for band in bands if band.lane == lane]
        widest = max(band.width for band in own)
        for band in own:
            band.base, band.y = base, edge + side * widest / 2
        edge += side * max(widest + band.height - band.width for band in own)
    return edge if lanes else base


def set_labels(bands: Sequence[Band], texts: Sequence[tuple[str, str]], posts: Sequence[tuple[float, float]], pitch: float,
               paper: float) -> None:
    """Count and wait in one line where it is free, else in two; as near to the middle of the arc as can be.

    :param posts: middle and half width of what else stands in the way
    :param paper: width of all of it
    """
    for band, (count, wait) in zip(bands, texts):
        middle, room = sum(band.span) / 2, max(pitch - APART, band.span[1] - band.span[0] - 2 * APART)
        legs = _legs(band, bands) + list(posts)
        forms = [((count, f" · {wait}"),), ((count, ""), *((line, "") for line in wrapped(wait, room, SMALL, lines=1)))]
        for band.label in forms if wait else forms[1:]:
            place = _clear(band, legs, middle, pitch, paper) if band.label_width <= room else None
            if place is not None:
                break
        band.label_x = middle if place is None else place


def _legs(band: Band, bands: Sequence[Band]) -> list[tuple[float, float]]:
    """Middle and half width of the legs that may come through the lane of an arc: of those that it does not span."""
    return [(x, other.width / 2) for other in bands if other is not band and not _within(other, band)
            for x in (other.x1, other.x2)]


def _clear(band: Band, legs: Sequence[tuple[float, float]], middle: float, pitch: float,
           paper: float) -> float | None:
    """The place for its label that is nearest to its middle where nothing goes through it."""
    half = band.label_width / 2 + 2
    beside = pitch / 2 if band.source == band.target else 8
    room = max((band.span[1] - band.span[0]) / 2 - half - 4, beside)
    places = (middle + sign * step for step in range(0, int(room) + 1, 2) for sign in (1, -1))
    return next((place for place in places if half < place < paper - half and all(abs(place - x) > half + width for x, width in legs)), None)
