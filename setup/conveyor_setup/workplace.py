"""Everything in its place: the steps in their order, the server running, Odoo at hand."""
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Optional

from .console import Console
from .odoo import Odoo
from .postgres import server_of
from .settings import Settings
from .steps import Runner
from .steps.chromium import Chromium
from .steps.database_server import DatabaseServer
from .steps.mining_env import MiningEnvironment
from .steps.odoo_source import OdooSource
from .steps.program import Office, Printer
from .steps.python_env import PythonEnvironment
from .steps.template_database import template_step


@dataclass(frozen=True)
class Workplace:
    settings: Settings
    console: Console
    odoo: Odoo
    templates: dict            # what is in it (False, True: demo data, GLUE) -> database name
    browser: Optional[Chromium]
    mining: Optional[MiningEnvironment] = None

    @property
    def databases(self):
        return self.odoo.databases


def install(settings, console, more=0):
    """The part that all commands share.  `more` is how many steps will follow."""
    python = PythonEnvironment(settings, console)
    steps = [python, OdooSource(settings, console), DatabaseServer(settings, console)]
    runner = Runner(settings, console, len(steps) + more)
    for step in steps:
        runner.ensure(step)
    python.touch()
    return runner


@contextmanager
def prepared(settings, console, templates=(), browser=False, mining=False):
    """Installed, the database server running, the wanted templates (False, True: demo data, GLUE) made."""
    runner = install(settings, console, len(templates) + 3 * bool(browser) + bool(mining))
    pm4py = MiningEnvironment(settings, console)
    if mining:
        runner.ensure(pm4py)
        pm4py.touch()
    chromium = Chromium(settings, console)
    if browser:
        runner.ensure(chromium)
        runner.ensure(Printer(settings, console))
        runner.ensure(Office(settings, console))
    server = server_of(settings)
    with server.used():
        odoo = Odoo(settings, server, console)
        odoo.write_configuration()
        names = {}
        for content in templates:
            step = template_step(settings, console, odoo, content)
            runner.ensure(step)
            step.remember_use()
            names[content] = step.database
        yield Workplace(settings, console, odoo, names, chromium if browser else None,
                        pm4py if mining else None)
