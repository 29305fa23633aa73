"""What the groups of tests need while they run: databases with the module, a server, variables."""
from contextlib import contextmanager
from pathlib import Path

from .. import processes, servers
from ..database import run_name
from ..errors import SetupError
from ..steps.template_database import GLUE

LONGEST_STATEMENT = 300  # seconds; psycopg2 hears no signal while PostgreSQL works
PLAIN = ["-p", "no:odoo"]
CONTENT = {"odoo": False, "glue": GLUE, "e2e": True}  # groups that work in a database with our module: which template


class Rooms:
    def __init__(self, place):
        self.place = place
        self.settings, self.odoo, self.console = place.settings, place.odoo, place.console

    @contextmanager
    def database(self, group):
        """A fresh one with our module in it, for a group that needs one."""
        if group.name not in CONTENT:
            yield None
            return
        with self._installed(CONTENT[group.name]) as database:
            yield database

    @contextmanager
    def _installed(self, content):
        name = run_name("demo" if content is True else "test")
        self.console.begin("test database with the module" + (" and demo data" if content is True else ""))
        try:
            self.install(content, name)
            self.console.end()
            yield name
        finally:
            self.odoo.databases.drop(name)

    def install(self, content, database):
        """Makes the database; with the assets built, where a browser looks at it."""
        log = self.settings.log(f"test-{processes.unique_suffix()}")
        self.odoo.databases.copy(self.place.templates[content], database)
        self.odoo.install(database, log, content is True)
        if content != GLUE:
            self.odoo.warm_assets(database, log)

    def enter(self, group, database):
        """A context with (pytest arguments, environment variables)."""
        return getattr(self, f"_{group.name}")(database)

    @contextmanager
    def _plain(self, _database):
        yield PLAIN, self._variables(CONVEYOR_PM4PY=str(self.place.mining.python))

    @contextmanager
    def _load(self, _database):
        yield PLAIN, self._variables(CONVEYOR_TEMPLATE=self.place.templates[False], CONVEYOR_DATA=str(self.odoo.data),
                                     CONVEYOR_RUN=run_name("load"))

    @contextmanager
    def _odoo(self, database):
        yield [f"--odoo-database={database}", f"--odoo-config={self.odoo.configuration}", "--odoo-http"], self._variables()

    @contextmanager
    def _glue(self, database):
        """The glue addons have installed themselves: their applications were there."""
        for addon in self.odoo.glue_addons():
            state, _demo = self.odoo.databases.module_state(database, addon)
            if state != "installed":
                raise SetupError(f"{addon} did not install itself beside its application", "Look at auto_install in its manifest.")
        with self._odoo(database) as room:
            yield room

    @contextmanager
    def _e2e(self, database):
        with self._server(database) as url:
            yield PLAIN, self._variables(CONVEYOR_URL=url, CONVEYOR_DB=database)

    @contextmanager
    def demo_site(self):
        """A server with demo data while the block runs: the variables that lead a browser to it."""
        with self._installed(True) as database, self._e2e(database) as (_arguments, variables):
            yield variables

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
