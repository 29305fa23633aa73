"""Databases with everything that the module depends on, to be copied in two seconds.

The name says what is inside (a hash of the recipe), so another recipe makes another template.
"""
import datetime

from ..database import run_name
from ..odoo import QUIET
from ..settings import digest
from . import Step
from .odoo_source import odoo_revision

PREFIX = "conveyor_template"
RECIPE = 1  # raise it when the way of building changes
MODULES = "crm,sale_crm,sale_management,base_automation,calendar,sms,rating,digest"
LANGUAGES = "en_US,ru_RU,bg_BG"  # the first one is everybody's at the beginning
STALE_DAYS = 14


def template_name(settings, demo):
    key = digest(odoo_revision(settings), RECIPE, MODULES, LANGUAGES)
    return f"{PREFIX}_{key}_{'demo' if demo else 'plain'}"


class TemplateDatabase(Step):
    needs_mb = 800

    def __init__(self, settings, console, odoo, demo):
        super().__init__(settings, console)
        self.odoo, self.demo = odoo, demo
        self.name = f"Template database {'with' if demo else 'without'} demo data"

    @property
    def database(self):
        return template_name(self.settings, self.demo)

    def is_done(self):
        return self.odoo.databases.exists(self.database)

    def do(self):
        databases = self.odoo.databases
        databases.drop_leftovers()
        self._drop_stale()
        unfinished = run_name("template")
        try:
            self.odoo.run("installing Odoo's applications", self.log, "-d", unfinished, "-i", MODULES,
                          f"--load-language={LANGUAGES}", *QUIET, *(["--with-demo"] if self.demo else []))
            databases.rename(unfinished, self.database)
        finally:
            databases.drop(unfinished)
        databases.set_note(self.database, datetime.date.today().isoformat())

    def remember_use(self):
        today = datetime.date.today().isoformat()
        if self.odoo.databases.note(self.database) != today:
            self.odoo.databases.set_note(self.database, today)

    def _drop_stale(self):
        """Templates of other recipes that no checkout has used for long."""
        oldest = (datetime.date.today() - datetime.timedelta(days=STALE_DAYS)).isoformat()
        ours = {template_name(self.settings, demo) for demo in (True, False)}
        for name in self.odoo.databases.names():
            if name.startswith(PREFIX) and name not in ours and self.odoo.databases.note(name) < oldest:
                self.odoo.databases.drop(name)
