"""Counting what ran, out of the JUnit files that pytest writes."""
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

NOTHING_COLLECTED = 5  # pytest's exit code when no test was selected
BROWSER_REASON = re.compile(r"chrom|browser|websocket-client|HttpCase|playwright", re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """The result of one group."""
    group: str
    passed: int = 0
    failed: int = 0          # failures and errors
    skipped: int = 0
    skipped_browser: int = 0  # skipped because there was no browser
    code: int = 0
    names: tuple = field(default=(), repr=False)

    @property
    def executed(self):
        return self.passed + self.failed

    @property
    def is_clean(self):
        return not self.failed and self.code in (0, NOTHING_COLLECTED)


def read(group, report, code):
    """A group whose report is missing or that broke off counts as one failure."""
    try:
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError):
        cases = []
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skips = [case.find("skipped") for case in cases if case.find("skipped") is not None]
    reasons = [f"{skip.get('message', '')} {skip.text or ''}" for skip in skips]
    broke_off = code not in (0, NOTHING_COLLECTED) and not failed
    return Outcome(
        group=group,
        passed=len(cases) - failed - len(skips),
        failed=failed + broke_off,
        skipped=len(skips),
        skipped_browser=sum(1 for reason in reasons if BROWSER_REASON.search(reason)),
        code=code,
    )


def total(group, outcomes):
    """A group that ran in pieces, as one; pieces of which nothing was selected do not count."""
    codes = {outcome.code for outcome in outcomes} - {0}
    return Outcome(
        group=group,
        passed=sum(outcome.passed for outcome in outcomes),
        failed=sum(outcome.failed for outcome in outcomes),
        skipped=sum(outcome.skipped for outcome in outcomes),
        skipped_browser=sum(outcome.skipped_browser for outcome in outcomes),
        code=max(codes - {NOTHING_COLLECTED}, default=max(codes, default=0)),
    )


def complaints(outcomes, whole_suite):
    """What makes the run a failure although no test failed."""
    found = []
    if not any(outcome.executed for outcome in outcomes):
        found.append("No test was executed.")
    browser = [outcome for outcome in outcomes if outcome.group == "e2e"]
    skipped = sum(outcome.skipped_browser for outcome in outcomes) + sum(
        outcome.skipped - outcome.skipped_browser for outcome in browser)
    if skipped:
        found.append(f"{skipped} browser tests were skipped.")
    if whole_suite and not any(outcome.executed for outcome in browser):
        found.append("No browser test was executed.")
    return found


def closing_line(outcomes):
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    return f"{passed} passed, {failed} failed, {skipped} skipped"
