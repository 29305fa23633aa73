"""A virtual environment with exactly what a file of requirements says."""
import importlib.util
import os
import shutil
import sys
import time
from pathlib import Path

from .. import apt, processes
from ..errors import SetupError
from . import Step

STALE_DAYS = 30
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV",
           "PIP_REQUIRE_HASHES", "PIP_NO_INDEX", "PIP_CONSTRAINT")


class PythonEnvironment(Step):
    name = "Python environment"
    needs_mb = 900
    pip_options = ()

    @property
    def folder(self):
        return self.settings.python_folder

    @property
    def requirements(self):
        return self.settings.requirements

    @property
    def python(self):
        return self.folder / "bin" / "python"

    @property
    def stamp(self):
        return self.folder / "complete"

    def is_done(self):
        return self.stamp.exists() and os.access(self.python, os.X_OK)

    def do(self):
        if not self.requirements.exists():
            raise SetupError(f"{self.requirements} is missing", f"Restore it: git checkout {self.requirements.name}")
        shutil.rmtree(self.folder, ignore_errors=True)  # a venv cannot be moved: the stamp says that it is whole
        self._run("making the environment", sys.executable, "-m", "venv", "--without-pip", self.folder)
        self._add_pip()
        self._run("installing Python packages", self.python, "-m", "pip", "install", "--no-input",
                  "--disable-pip-version-check", *self.pip_options, "--requirement", self.requirements)
        self.stamp.write_text(self.requirements.read_text())
        self._forget_stale()

    def _add_pip(self):
        if importlib.util.find_spec("ensurepip"):
            return self._run("adding pip", self.python, "-m", "ensurepip", "--default-pip")
        # A bare Debian's Python has no ensurepip: take the wheel out of Debian's package.  That pip trusts the
        # certificates of the system, which a bare Debian lacks as well.
        with self.workshop() as folder:
            archive = apt.own_archive(folder / "apt", self.log, self.console)
            archive.update()
            archive.unpack(archive.download(["python3-pip-whl", "ca-certificates"]), folder)
            if not SYSTEM_CERTIFICATES.exists():
                certificates = sorted((folder / "usr/share/ca-certificates/mozilla").glob("*.crt"))
                self.certificates.write_text("".join(path.read_text() for path in certificates))
            wheel = next((folder / "usr/share/python-wheels").glob("pip-*.whl"))
            self._run("adding pip", self.python, wheel / "pip", "install", "--no-index", wheel)

    @property
    def certificates(self):
        return self.folder / "certificates.pem"

    def _run(self, what, *command):
        environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        environment["PYTHONNOUSERSITE"] = "1"
        if self.certificates.exists():
            environment.setdefault("PIP_CERT", str(self.certificates))
        processes.run(command, self.log, what, self.console, env=environment, cwd=self.settings.home)

    def _forget_stale(self):
        """Environments of older requirements that nobody has used for long."""
        for stamp in self.settings.home.glob(f"{self.folder.name.split('-')[0]}-*/complete"):
            if time.time() - stamp.stat().st_mtime > STALE_DAYS * 86400:
                shutil.rmtree(stamp.parent, ignore_errors=True)

    def touch(self):
        """Remember that the environment is in use."""
        try:
            os.utime(self.stamp)
        except OSError:
            pass  # somebody else's home: then it is not ours to tidy either
