"""The plan of a belt: what it is made of on paper, in pixels from the upper left corner."""

from dataclasses import dataclass, field

from .belt_arcs import SMALL, THINNEST, Band, Box
from .belt_parts import Belt, Chosen, Flow, Look, Step, Words
from .belt_text import text_width

MARGIN = 14
PITCH_LEAST, PITCH_MOST = 96.0, 190.0
NAME, COUNT, BIG = 11, 17, 13          # sizes of text: a step's name (of narrow ones SMALL), its figure, what falls off
NARROW = 110.0
NAME_LINE, COUNT_LINE, BIG_LINE = 13, 21, 16
PAD = 7
STRIP, STRIP_LINE = 20, 12             # height of the belt with one line of text, and of each further line
RISE = 16
INK, MUTED = "ink", "muted"


@dataclass(frozen=True)
class Text:
    """One line of text, at its baseline."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    anchor: str = "middle"
    tone: str = INK
    tail: str = ""  # goes on in the regular face

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of what it takes at most."""
        width = text_width(self.text, self.size, self.bold) + text_width(self.tail, self.size)
        left = self.x - width / 2 if self.anchor == "middle" else self.x
        return left, self.y - 0.8 * self.size, left + width, self.y + 0.22 * self.size


@dataclass(frozen=True)
class Drop:
    """What falls off below a step."""

    step: Step
    x: float
    top: float
    bottom: float
    width: float


@dataclass(frozen=True)
class Phase:
    """A part of the belt."""

    label: str
    x: float
    width: float


@dataclass
class Layout:
    """A belt with a place for all its parts."""

    belt: Belt
    words: Words
    look: Look
    chosen: Chosen
    strip: float = STRIP
    scale: float = 0
    pitch: float = 0
    width: float = 0
    height: float = 0
    boxes: list[Box] = field(default_factory=list)
    box_top: float = 0
    box_height: float = 0
    bands: list[Band] = field(default_factory=list)
    again: list[tuple[Flow, float, float, float, float]] = field(default_factory=list)  # flow, x, top, bottom, width
    drops: list[Drop] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    marks: list[tuple[float, float]] = field(default_factory=list)
    legend: list[tuple[str, float, float]] = field(default_factory=list)  # kind, x, y of its sample

    @property
    def strip_top(self) -> float:
        return self.box_top + self.box_height + 3

    @property
    def strip_bottom(self) -> float:
        return self.strip_top + self.strip

    def thick(self, count: int) -> float:
        """Pixels of so many leads; even one can be seen."""
        return max(self.scale * count, THINNEST) if count else 0.0

    def say(self, x: float, y: float, text: str, size: float = SMALL, **how) -> None:
        self.texts.append(Text(x, y, text, size, **how))
