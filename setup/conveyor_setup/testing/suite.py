"""Running the groups: what each needs is made just before it and gone just after it."""
import sys
import time

from .. import processes
from ..console import seconds
from ..errors import SetupError
from . import summary
from .lanes import Lanes
from .rooms import Rooms

LONGEST_TEST = 600       # seconds; what takes longer hangs, and fails with the place where it stood
PYTEST = ["-m", "pytest", "-p", "no:cacheprovider", "-o", "junit_family=xunit1", f"--timeout={LONGEST_TEST}"]
KEEP_LOGS_DAYS = 7


class Suite:
    def __init__(self, place, options, reports):
        self.place, self.options, self.reports = place, options, reports
        self.settings, self.odoo, self.console = place.settings, place.odoo, place.console
        self.rooms = Rooms(place)

    def run(self, planned, lanes=1):
        """One outcome a group.  With one lane the groups run one after another, their output as it comes."""
        self._forget_old_logs()
        if lanes > 1:
            return Lanes(self, lanes).run(planned)
        return [self._run_group(group, paths) for group, paths in planned]

    def _run_group(self, group, paths):
        started = time.monotonic()
        print(f"\n== {group.name}: {' '.join(self.short(paths))}", flush=True)
        try:
            with self.rooms.database(group) as database, self.rooms.enter(group, database) as room:
                outcome = self.pytest(group, paths, room, group.name, processes.run_in_foreground, stderr=sys.stdout)
        except SetupError as error:
            self.console.fail(error)
            outcome = summary.Outcome(group.name, failed=1, code=1)
        print(f"== {group.name}: {outcome.executed} tests in {seconds(time.monotonic() - started)}", flush=True)
        return outcome

    def pytest(self, group, paths, room, report, run, **where):
        """The outcome of pytest in the room that the group has entered; `run` starts it and gives its exit code."""
        arguments, variables = room
        report = self.reports / f"{report}.xml"
        command = [self.settings.python, *PYTEST, f"--rootdir={self.settings.checkout}",
                   f"--junitxml={report}", *arguments, *self.options, *paths]
        code = run(command, cwd=self.settings.checkout, env=dict(self.odoo.environment, **variables), **where)
        return summary.read(group.name, report, code)

    def _forget_old_logs(self):
        for log in self.settings.logs.glob("test-*.log"):
            if time.time() - log.stat().st_mtime > KEEP_LOGS_DAYS * 86400:
                log.unlink(missing_ok=True)

    def short(self, paths):
        prefix = f"{self.settings.checkout}/"
        return [path[len(prefix):] if path.startswith(prefix) else path for path in paths]
