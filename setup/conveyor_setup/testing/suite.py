"""Running the groups: what each needs is made just before it and gone just after it."""
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .. import processes, servers
from ..console import seconds
from ..database import run_name
from ..errors import SetupError
from ..steps.template_database import GLUE
from . import summary

LONGEST_TEST = 600       # seconds; what takes longer hangs, and fails with the place where it stood
LONGEST_STATEMENT = 300  # seconds; psycopg2 hears no signal while PostgreSQL works
PYTEST = ["-m", "pytest", "-p", "no:cacheprovider", "-o", "junit_family=xunit1", f"--timeout={LONGEST_TEST}"]
KEEP_LOGS_DAYS = 7
PLAIN = ["-p", "no:odoo"]


class Suite:
    def __init__(self, place, options, reports):
        self.place, self.options, self.reports = place, options, reports
        self.settings, self.odoo, self.console = place.settings, place.odoo, place.console

    def run(self, planned):
        self._forget_old_logs()
        return [self.run_group(group, paths) for group, paths in planned]

    def run_group(self, group, paths):
        started = time.monotonic()
        print(f"\n== {group.name}: {' '.join(self._short(paths))}", flush=True)
        try:
            outcome = self._pytest(group, paths)
        except SetupError as error:
            self.console.fail(error)
            outcome = summary.Outcome(group.name, failed=1, code=1)
        print(f"== {group.name}: {outcome.executed} tests in {seconds(time.monotonic() - started)}", flush=True)
        return outcome

    def _pytest(self, group, paths):
        report = self.reports / f"{group.name}.xml"
        with ExitStack() as stack:
            arguments, variables = stack.enter_context(getattr(self, f"_{group.name}")())
            command = [self.settings.python, *PYTEST, f"--rootdir={self.settings.checkout}",
                       f"--junitxml={report}", *arguments, *self.options, *paths]
            code = processes.run_in_foreground(command, cwd=self.settings.checkout, stderr=sys.stdout,
                                               env=dict(self.odoo.environment, **variables))
        return summary.read(group.name, report, code)

    def _forget_old_logs(self):
        for log in self.settings.logs.glob("test-*.log"):
            if time.time() - log.stat().st_mtime > KEEP_LOGS_DAYS * 86400:
                log.unlink(missing_ok=True)

    def _short(self, paths):
        prefix = f"{self.settings.checkout}/"
        return [path[len(prefix):] if path.startswith(prefix) else path for path in paths]

    # --- what the groups need: (pytest arguments, environment variables) -----------------------------------------------

    @contextmanager
    def _plain(self):
        yield PLAIN, self._variables(CONVEYOR_PM4PY=str(self.place.mining.python))

    @contextmanager
    def _load(self):
        yield PLAIN, self._variables(CONVEYOR_TEMPLATE=self.place.templates[False], CONVEYOR_DATA=str(self.odoo.data),
                                     CONVEYOR_RUN=run_name("load"))

    @contextmanager
    def _odoo(self):
        with self._database(False) as database:
            yield [f"--odoo-database={database}", f"--odoo-config={self.odoo.configuration}",
                   "--odoo-http"], self._variables()

    @contextmanager
    def _glue(self):
        """The glue addons have installed themselves: their applications were there."""
        with self._database(GLUE) as database:
            for addon in self.odoo.glue_addons():
                state, _demo = self.odoo.databases.module_state(database, addon)
                if state != "installed":
                    raise SetupError(f"{addon} did not install itself beside its application", "Look at auto_install in its manifest.")
            yield [f"--odoo-database={database}", f"--odoo-config={self.odoo.configuration}",
                   "--odoo-http"], self._variables()

    @contextmanager
    def _e2e(self):
        with self.demo_site() as variables:
            yield PLAIN, variables

    @contextmanager
    def demo_site(self):
        """A server with demo data while the block runs: the variables that lead a browser to it."""
        with self._database(True) as database, self._server(database) as url:
            yield self._variables(CONVEYOR_URL=url, CONVEYOR_DB=database)

    def _variables(self, **more):
        more["PGOPTIONS"] = f"-c statement_timeout={LONGEST_STATEMENT}s"
        browser = self.place.browser
        if browser:
            more["CONVEYOR_CHROMIUM"] = browser.path
            more["PATH"] = f"{self.odoo.environment['PATH']}:{Path(browser.path).parent}"
            if browser.driver_libraries:
                more["LD_LIBRARY_PATH"] = browser.driver_libraries
        return more

    @contextmanager
    def _database(self, content):
        """Fresh, with our module in it; with the assets built, where a browser looks at it."""
        demo = content is True
        log = self.settings.log(f"test-{processes.unique_suffix()}")
        self.console.begin("test database with the module" + (" and demo data" if demo else ""))
        with self.odoo.temporary(self.place.templates[content], "demo" if demo else "test") as database:
            self.odoo.install(database, log, demo)
            if content != GLUE:
                self.odoo.warm_assets(database, log)
            self.console.end()
            yield database

    @contextmanager
    def _server(self, database):
        port = servers.free_port()
        log = self.settings.log(f"test-server-{processes.unique_suffix()}")
        with open(log, "wb") as sink:
            process = processes.start(self.odoo.command(*servers.arguments(database, port)), stdout=sink, stderr=sink,
                                      env=self.odoo.environment, cwd=self.settings.home)
            try:
                servers.wait_for(process, port, log)
                yield f"http://127.0.0.1:{port}"
            finally:
                processes.stop(process)
                print(f"Log of the server: {log}", flush=True)
