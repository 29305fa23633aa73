"""A step knows whether it is done, and how to do it.  Doing a done step again is harmless."""
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from ..errors import AGAIN, SetupError
from ..locks import exclusive


class Step:
    name = ""
    needs_mb = 0  # free disk space while at work

    def __init__(self, settings, console):
        self.settings, self.console = settings, console

    @property
    def log(self):
        return self.settings.log(type(self).__name__)

    def is_done(self):
        raise NotImplementedError

    def do(self):
        raise NotImplementedError

    @contextmanager
    def workshop(self):
        """A folder for half-finished work; leftovers of killed runs go first (we hold the lock)."""
        shops = self.settings.home / "unfinished"
        folder = shops / type(self).__name__
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def replace(source, target):
    """Put finished work in its place at once."""
    if target.exists():
        rubbish = Path(tempfile.mkdtemp(prefix="old-", dir=target.parent))
        target.rename(rubbish / target.name)
        shutil.rmtree(rubbish, ignore_errors=True)
    source.rename(target)


def check_space(folder, needs_mb):
    free = shutil.disk_usage(folder).free // 2**20
    if free < needs_mb:
        raise SetupError(f"{free} MB are free where {folder} lies, {needs_mb} MB are needed",
                         "Free some space, or set SALES_CONVEYOR_HOME to a folder on another disk. " + AGAIN)


class Runner:
    """Does the steps that are not done, one process at a time, and says so."""

    def __init__(self, settings, console, total):
        self.settings, self.console, self.total = settings, console, total
        self.number = 0

    def ensure(self, step):
        self.number += 1
        label = f"[{self.number}/{self.total}] {step.name}"
        try:
            if step.is_done():
                return self.console.ready(label)
            self.settings.make_home()
            with exclusive(self.settings.home / "set-up.lock", self._say_waiting):
                if step.is_done():
                    return self.console.ready(label)
                self._do(step, label)
        except SetupError as error:
            error.step = error.step or step.name
            raise
        except OSError as error:
            raise SetupError(f"{error.strerror or error} ({error.filename})", "See whether the disk is full or a "
                             "folder may not be written. " + AGAIN, step=step.name) from error

    def _do(self, step, label):
        check_space(self.settings.home, step.needs_mb)
        _start_log(step.log)
        self.console.begin(label)
        step.do()
        if not step.is_done():
            raise SetupError("it went through without an error and yet is not complete", AGAIN, log=step.log)
        self.console.end()

    def _say_waiting(self):
        self.console.say("Another set-up is at work in the same home; waiting for it.")


def _start_log(log):
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(time.strftime("%Y-%m-%d %H:%M:%S\n"))
