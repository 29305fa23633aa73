"""Measuring two sides in turns, and judging the ratio.

A *side* is a function that does the work once and gives ``(seconds, answer)``: so it times only what is to be timed. The
sides take turns, since the machine is never quiet: what slows one repetition slows its neighbour too. So the ratio is the
median of the ratios of neighbours; the seconds are medians of each side.
"""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

Side = Callable[[], tuple[float, Any]]


class Different(AssertionError):
    """The two sides did not give the same answer, so their ratio means nothing."""


@dataclass(frozen=True)
class Result:
    """One line of the report.

    :param ours: what our side took
    :param reference: what the other side took, or None where a limit alone is meant
    :param ratio: ours by reference, see above; without a reference ``ours`` itself
    :param goal: the highest good ratio (or value); None where there is no goal
    :param unit: of ``ours`` and ``reference``; with ``share`` the reference is a published figure, and the ratio how far
        they are apart
    """

    name: str
    ours: float
    reference: float | None = None
    ratio: float | None = None
    goal: float | None = None
    unit: str = "s"

    @property
    def verdict(self):
        if self.goal is None:
            return ""
        measured = self.ours if self.ratio is None else self.ratio
        return "ok" if measured <= self.goal else "MISSED"


def timed(work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> tuple[float, Any]:
    """``(seconds, answer)`` of one call."""
    gc.collect()
    began = clock()
    answer = work()
    return clock() - began, answer


def compare(name: str, ours: Side, reference: Side, repetitions: int, goal: float | None = None,
            same: Callable[[Any, Any], bool] = lambda one, other: one == other, warm: bool = True) -> Result:
    """Both sides in turns.

    :param same: whether the answers of our side and of the reference are the same
    :param warm: one repetition of each before, which does not count
    :raise Different: when they are not
    """
    pairs = []
    for number in range(repetitions + warm):
        sides = (ours, reference) if number % 2 else (reference, ours)
        measured = {side: side() for side in sides}
        if not same(measured[ours][1], measured[reference][1]):
            raise Different(f"{name}: {_difference(measured[ours][1], measured[reference][1])}")
        if number or not warm:
            pairs.append((measured[ours][0], measured[reference][0]))
    return Result(name, median(one for one, _ in pairs), median(other for _, other in pairs),
                  median(one / other for one, other in pairs), goal)


def _difference(ours: Any, reference: Any) -> str:
    """The two answers from shortly before the place where they part."""
    texts = repr(ours), repr(reference)
    place = next((index for index, (one, other) in enumerate(zip(*texts)) if one != other), 0)
    return " is not ".join(f"…{text[max(0, place - 200):place + 200]}…" for text in texts)


def report(results: list[Result]) -> str:
    """The plain table."""
    width = max(len(result.name) for result in results)
    lines = [f"{'benchmark':<{width}} {'ours':>12} {'reference':>12} {'ratio':>8} {'goal':>8}"]
    for result in results:
        lines.append(
            f"{result.name:<{width}} {_amount(result.ours, result.unit):>12} {_amount(result.reference, result.unit):>12}"
            f" {_number(result.ratio):>8} {_number(result.goal):>8} {result.verdict}".rstrip())
    return "\n".join(lines)


def goals(results: list[Result]) -> str:
    """One line a goal."""
    return "\n".join(
        f"{'reached' if result.verdict == 'ok' else 'MISSED '}  {result.name}: "
        + _judged(result) for result in results if result.goal is not None)


def _judged(result):
    if result.unit == "share":
        return f"{result.ours:.3f}, published {result.reference:.3f}, apart by {result.ratio:.3f}, at most {result.goal:g}"
    if result.ratio is None:
        return f"{_amount(result.ours, result.unit)}, at most {_amount(result.goal, result.unit)}"
    return f"{_number(result.ratio)} ×, at most {_number(result.goal)} ×"


def _amount(value, unit):
    if value is None:
        return ""
    if unit == "share":
        return f"{value:.3f}"
    if unit != "s":
        return f"{value:,.1f} {unit}"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.2f} ms"


def _number(value):
    return "" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"
