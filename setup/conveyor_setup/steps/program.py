"""Programs of the machine's archive that the tests use where they are there, and we may install.

The module and Odoo run without them, and tests that need one say so and are left out; so their absence is no error.
"""
import os
import shutil

from .. import processes
from . import Step


class Program(Step):
    command = ""   # what it is started by
    package = ""   # what it comes with

    @property
    def tried(self):
        return self.settings.home / f"no-{self.name.lower()}"

    def is_done(self):
        return bool(shutil.which(self.command)) or os.geteuid() != 0 or self.tried.exists()

    def do(self):
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
        for what, arguments in (("reading the package lists", ["update"]),
                                (f"installing {self.package}", ["install", "--yes", "--no-install-recommends", self.package])):
            processes.run(["apt-get", "-q", *arguments], self.log, what, self.console, check=False, env=environment)
        if not shutil.which(self.command):
            self.tried.touch()


class Printer(Program):
    """What prints documents."""
    name = command = package = "wkhtmltopdf"


class Office(Program):
    """What opens the workbook beside Excel."""
    name = "LibreOffice"
    command, package = "soffice", "libreoffice-calc"
    needs_mb = 700
