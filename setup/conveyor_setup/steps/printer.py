"""What prints documents: wkhtmltopdf, where the machine's archive has it and we may install.

Odoo runs without it, and tests of PDFs say so and are left out; so its absence is no error.
"""
import os
import shutil

from .. import processes
from . import Step


class Printer(Step):
    name = "wkhtmltopdf"

    @property
    def tried(self):
        return self.settings.home / "no-wkhtmltopdf"

    def is_done(self):
        return bool(shutil.which("wkhtmltopdf")) or os.geteuid() != 0 or self.tried.exists()

    def do(self):
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
        for what, arguments in (("reading the package lists", ["update"]),
                                ("installing wkhtmltopdf", ["install", "--yes", "--no-install-recommends", "wkhtmltopdf"])):
            processes.run(["apt-get", "-q", *arguments], self.log, what, self.console, check=False, env=environment)
        if not shutil.which("wkhtmltopdf"):
            self.tried.touch()
