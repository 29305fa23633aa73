"""The belt: a process as one picture, drawn as SVG.

Steps stand in order on a line, the belt, in their phases. Flow forward is arcs
above, as wide as there are leads, with the median waits; returns go below,
dashed; losses fall off below, hatched, with their reasons. Form, PDF and
workbook show the same text of SVG::

    draw(Belt(steps=(Step("new", "New", 80), Step("won", "Won", 31, kind=WON)),
              flows=(Flow("new", "won", 31, "12 d"),)), words)

No word of it is ours: labels, waits and sentences come from the caller, in the
reader's language. Nothing hangs on colour. The text alternative says all that
is drawn, and what is not. Equal belts give equal text.

:mod:`.belt_layout` says where everything stands, :mod:`.belt_svg` writes it down.
"""

from .belt_layout import layout
from .belt_parts import (
    AGAIN, BACK, FORWARD, KINDS, MILESTONE, SECTION, START, WON, Belt, Flow, Look, Reason, Step, Words, choose,
)
from .belt_svg import size_of, svg
from .belt_words import sentences

__all__ = [
    "AGAIN", "BACK", "FORWARD", "KINDS", "MILESTONE", "SECTION", "START", "WON", "Belt", "Flow", "Look", "Reason", "Step", "Words",
    "choose", "draw", "sentences", "size",
]


def draw(belt: Belt, words: Words, look: Look = Look()) -> str:
    """The belt as the text of an SVG element; labels are escaped."""
    return svg(layout(belt, words, look))


def size(belt: Belt, words: Words, look: Look = Look()) -> tuple[float, float]:
    """Width and height that :func:`draw` gives it, in pixels on the screen."""
    return size_of(layout(belt, words, look))
