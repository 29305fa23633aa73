"""What a belt is made of: plain data, words and looks. See :mod:`.belt`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

START, SECTION, MILESTONE, WON = KINDS = ("start", "section", "milestone", "won")
FORWARD, BACK, AGAIN = "forward", "back", "again"


@dataclass(frozen=True)
class Reason:
    """Why leads were lost, and how many."""

    label: str
    count: int


@dataclass(frozen=True)
class Step:
    """One step of the belt.

    :param count: the figure in the middle; ``None``: none
    :param figures: further lines of text under it
    :param phase: label of its phase; ``None``: that of the step before
    :param lost: leads that fall off here; ``reasons`` may name fewer
    :param mark: why the flow is held up here; empty: it is not
    """

    key: str
    label: str
    count: int | None = None
    kind: str = SECTION
    phase: str | None = None
    figures: tuple[str, ...] = ()
    lost: int = 0
    reasons: tuple[Reason, ...] = ()
    mark: str = ""

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"Step {self.key}: unknown kind {self.kind!r}, use one of {', '.join(KINDS)}")
        if sum(reason.count for reason in self.reasons) > self.lost:
            raise ValueError(f"Step {self.key}: its reasons name more than the {self.lost} that were lost")


@dataclass(frozen=True)
class Flow:
    """So many moves from one step to another; ``wait`` in words. A source that
    is no step: leads that were lost and were taken up again."""

    source: str
    target: str
    count: int
    wait: str = ""


@dataclass(frozen=True)
class Belt:
    """What is drawn. Steps in their order; flows in any."""

    steps: tuple[Step, ...]
    flows: tuple[Flow, ...] = ()

    def __post_init__(self):
        keys = [step.key for step in self.steps]
        if len(set(keys)) < len(keys):
            raise ValueError("Two steps of a belt have the same key")
        if strange := {flow.target for flow in self.flows} - set(keys):
            raise ValueError(f"Flows lead to what is no step of the belt: {', '.join(sorted(strange))}")

    def kind_of(self, flow: Flow) -> str:
        """Forward, back (also onto itself), or taken up again."""
        places = {step.key: number for number, step in enumerate(self.steps)}
        if flow.source not in places:
            return AGAIN
        return FORWARD if places[flow.source] < places[flow.target] else BACK


@dataclass(frozen=True)
class Words:
    """All words of a belt. Sentences take ``%(name)s``; an empty one is left out."""

    title: str
    summary: str = ""
    step: str = "%(step)s: %(count)s"
    forward: str = "%(source)s → %(target)s: %(count)s"
    back: str = "%(source)s → %(target)s: %(count)s"
    again: str = "→ %(target)s: %(count)s"
    wait: str = "(%(wait)s)"
    lost: str = "%(step)s: −%(count)s"
    marked: str = "%(step)s: %(why)s"
    more: str = "+%(arcs)s (%(count)s)"
    fallen: str = "−%(count)s"           # beneath the step that they fall off from
    other: str = "+%(count)s"            # lost for reasons that are not named
    again_short: str = "↑ %(count)s"
    legend: Mapping[str, str] = field(default_factory=dict)  # forward, back, lost
    number: Callable[[int], str] = str

    def say(self, sentence: str, **values) -> str:
        """One of the sentences with its values; numbers as the reader writes them."""
        return getattr(self, sentence) % {
            name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}


@dataclass(frozen=True)
class Look:
    """How it is drawn.

    :param width: pixels that it shall have; many steps take more
    :param ink: of texts and borders; ``currentColor``: of the page
    :param paper: background; empty: that of the page
    :param turned: by a quarter to the right, for a belt that is wider than the paper
    :param fit: pixels that the picture is scaled down to, if it is wider; ``fit_height``: if it is higher
    :param zoom: pixels on the screen for one of the picture
    :param least: share of the largest flow below which one is not drawn
    :param name: begins the ids of the picture, which are one page's own
    """

    width: float = 1000
    ink: str = "currentColor"
    paper: str = ""
    flow: str = "#219a8b"
    back: str = "#a8700f"
    loss: str = "#cf423c"
    turned: bool = False
    zoom: float = 1
    fit: float | None = None
    fit_height: float | None = None
    least: float = 0.02
    most_forward: int = 30
    most_back: int = 12
    most_reasons: int = 3
    name: str = "belt"


# ---------------------------------------------------------------- what is drawn
@dataclass(frozen=True)
class Chosen:
    """Flows that are drawn, most first, and those that are not."""

    forward: tuple[Flow, ...]
    back: tuple[Flow, ...]
    again: tuple[Flow, ...]
    left_out: tuple[Flow, ...]


def choose(belt: Belt, look: Look = Look()) -> Chosen:
    """Which flows are worth an arc: those above the threshold, the largest first."""
    flows = sorted((flow for flow in belt.flows if flow.count > 0), key=lambda flow: (-flow.count, flow.source, flow.target))
    least = look.least * flows[0].count if flows else 0
    limits = {FORWARD: look.most_forward, BACK: look.most_back, AGAIN: len(flows)}
    drawn: dict[str, list[Flow]] = {FORWARD: [], BACK: [], AGAIN: []}
    left_out = []
    for flow in flows:
        kind = belt.kind_of(flow)
        fits = len(drawn[kind]) < limits[kind] and (flow.count >= least or kind == AGAIN)
        (drawn[kind] if fits else left_out).append(flow)
    return Chosen(tuple(drawn[FORWARD]), tuple(drawn[BACK]), tuple(drawn[AGAIN]), tuple(left_out))
