"""What opens the workbook beside Excel: LibreOffice Calc, where the machine's archive has it and we may install.

The module needs none of it, and the tests that open the workbook with it say so and are left out; so its absence is no error.
"""
import os
import shutil

from .. import processes
from . import Step


class Office(Step):
    name = "LibreOffice"
    needs_mb = 700

    @property
    def tried(self):
        return self.settings.home / "no-libreoffice"

    def is_done(self):
        return bool(shutil.which("soffice")) or os.geteuid() != 0 or self.tried.exists()

    def do(self):
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
        for what, arguments in (("reading the package lists", ["update"]),
                                ("installing LibreOffice Calc", ["install", "--yes", "--no-install-recommends", "libreoffice-calc"])):
            processes.run(["apt-get", "-q", *arguments], self.log, what, self.console, check=False, env=environment)
        if not shutil.which("soffice"):
            self.tried.touch()
