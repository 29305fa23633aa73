"""setup/test [--lanes N] [PATH…] [-k EXPRESSION] [any option of pytest]: the whole suite, or a part of it.

The whole suite runs in as many lanes as there are processors, at most four; output of a lane is shown when a test failed.
A part runs in one lane, and its output comes at once.  --lanes says otherwise.

The last line says how many tests were executed.  The exit code is 0 only when nothing failed and browser tests ran.
"""
import os
import tempfile
import time
from pathlib import Path

from ..console import seconds
from ..testing import groups, summary
from ..testing.rooms import CONTENT
from ..testing.suite import Suite
from ..workplace import prepared

NEEDED = {"load": False, **CONTENT}  # which template a group copies
MOST_LANES = 4


def main(settings, console, arguments):
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
        return 0
    started = time.monotonic()
    lanes, arguments = groups.take_lanes(arguments)
    paths, options = groups.split_arguments(arguments)
    planned = groups.plan(paths, settings.checkout)
    names = {group.name for group, _paths in planned}
    templates = list(dict.fromkeys(content for name, content in NEEDED.items() if name in names))
    browser = any(group.needs_browser for group, _paths in planned)
    mining = any(group.needs_mining for group, _paths in planned)
    with prepared(settings, console, templates, browser, mining) as place:
        place.databases.drop_leftovers()
        with tempfile.TemporaryDirectory(prefix="conveyor-reports-") as reports:
            outcomes = Suite(place, options, Path(reports)).run(planned, how_many_lanes(lanes, arguments))
    return report(outcomes, whole_suite=not arguments, duration=time.monotonic() - started)


def how_many_lanes(asked, arguments):
    return asked or (1 if arguments else min(os.cpu_count() or 1, MOST_LANES))


def report(outcomes, whole_suite, duration):
    """The last lines, and the exit code."""
    complaints = summary.complaints(outcomes, whole_suite)
    print()
    for complaint in complaints:
        print(f"FAILED: {complaint}")
    parts = ", ".join(f"{outcome.group} {outcome.executed}" for outcome in outcomes)
    print(f"Executed {sum(outcome.executed for outcome in outcomes)} tests in {seconds(duration)}: {parts}.")
    print(summary.closing_line(outcomes), flush=True)
    return 1 if complaints or not all(outcome.is_clean for outcome in outcomes) else 0
