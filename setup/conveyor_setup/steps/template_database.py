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
GLUE_MODULES = "point_of_sale,loyalty,sale_margin"  # the applications that the glue addons join, and what is taken up where it is
GLUE_ALONE = "website"  # one more, without all that Odoo joins to it by itself
GLUE = "glue"  # the template with these, beside the ones without (False) and with demo data (True)
LANGUAGES = "en_US,ru_RU,bg_BG"  # the first one is everybody's at the beginning
STALE_DAYS = 14


def template_name(settings, content):
    """:param content: False, True (demo data) or GLUE"""
    recipe = [RECIPE, MODULES, LANGUAGES, *([GLUE_MODULES, GLUE_ALONE] if content == GLUE else [])]
    return f"{PREFIX}_{digest(odoo_revision(settings), *recipe)}_{content if content == GLUE else 'demo' if content else 'plain'}"


def template_step(settings, console, odoo, content):
    if content == GLUE:
        return GlueTemplate(settings, console, odoo)
    return TemplateDatabase(settings, console, odoo, content)


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
            self._fill(unfinished)
            databases.rename(unfinished, self.database)
        finally:
            databases.drop(unfinished)
        databases.set_note(self.database, datetime.date.today().isoformat())

    def _fill(self, unfinished):
        self.odoo.run("installing Odoo's applications", self.log, "-d", unfinished, "-i", MODULES,
                      f"--load-language={LANGUAGES}", *QUIET, *(["--with-demo"] if self.demo else []))

    def remember_use(self):
        today = datetime.date.today().isoformat()
        if self.odoo.databases.note(self.database) != today:
            self.odoo.databases.set_note(self.database, today)

    def _drop_stale(self):
        """Templates of other recipes that no checkout has used for long."""
        oldest = (datetime.date.today() - datetime.timedelta(days=STALE_DAYS)).isoformat()
        ours = {template_name(self.settings, content) for content in (True, False, GLUE)}
        for name in self.odoo.databases.names():
            if name.startswith(PREFIX) and name not in ours and self.odoo.databases.note(name) < oldest:
                self.odoo.databases.drop(name)


class GlueTemplate(TemplateDatabase):
    """The one without demo data, and the applications that glue addons join."""

    def __init__(self, settings, console, odoo):
        super().__init__(settings, console, odoo, False)
        self.name = "Template database with point of sale, loyalty and website"

    @property
    def database(self):
        return template_name(self.settings, GLUE)

    def _fill(self, unfinished):
        plain = template_name(self.settings, False)
        if self.odoo.databases.exists(plain):
            self.odoo.databases.copy(plain, unfinished)
        self.odoo.run("installing point of sale and loyalty", self.log, "-d", unfinished, "-i", f"{MODULES},{GLUE_MODULES}",
                      f"--load-language={LANGUAGES}", *QUIET)
        self.odoo.run("installing website", self.log, "-d", unfinished, "-i", GLUE_ALONE, "--skip-auto-install", *QUIET)
