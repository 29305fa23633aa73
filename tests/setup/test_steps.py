"""Steps: done once, never taken for done too early, and clear about what went wrong."""
import io
import shutil
import time

import pytest
from conveyor_setup.console import Console
from conveyor_setup.errors import SetupError
from conveyor_setup.steps import Runner, Step, check_space, replace
from conveyor_setup.steps.odoo_source import OdooSource
from conveyor_setup.steps.python_env import PythonEnvironment


class Bake(Step):
    """Bakes a loaf: half-finished in the workshop, then put into its place."""
    name = "Bread"
    trouble = None

    def is_done(self):
        return (self.settings.home / "loaf").exists()

    def do(self):
        with self.workshop() as shop:
            assert not list(shop.iterdir()), "leftovers of somebody else"
            loaf = shop / "loaf"
            loaf.write_text("half")
            if self.trouble:
                raise self.trouble
            loaf.write_text("whole")
            replace(loaf, self.settings.home / "loaf")


SLOW_BAKER = """
import time
from conveyor_setup.console import Console
from conveyor_setup.settings import Settings
from conveyor_setup.steps import Runner, Step, replace

class Bake(Step):
    name = "Bread"
    def is_done(self):
        return (self.settings.home / "loaf").exists()
    def do(self):
        with self.workshop() as shop:
            (shop / "loaf").write_text("half")
            print("half", flush=True)
            time.sleep({seconds})
            (shop / "loaf").write_text("whole")
            replace(shop / "loaf", self.settings.home / "loaf")

settings = Settings.from_environment()
Runner(settings, Console(), 1).ensure(Bake(settings, Console()))
"""


@pytest.fixture
def screen():
    return io.StringIO()


@pytest.fixture
def ensure(settings, screen):
    def call(step_class, **attributes):
        step = step_class(settings, Console(screen))
        for name, value in attributes.items():
            setattr(step, name, value)
        Runner(settings, step.console, 1).ensure(step)
        return step
    return call


def test_a_done_step_is_not_done_again(ensure, settings, screen):
    ensure(Bake)
    ensure(Bake, trouble=AssertionError("baked twice"))
    assert (settings.home / "loaf").read_text() == "whole"
    assert screen.getvalue().splitlines() == ["[1/1] Bread …", "[1/1] Bread: done in 0.0 s", "[1/1] Bread: ready"]


def test_a_failed_step_leaves_nothing_and_a_rerun_goes_on(ensure, settings):
    with pytest.raises(SetupError) as failure:
        ensure(Bake, trouble=SetupError("no flour", "Buy some."))
    assert failure.value.step == "Bread"
    assert not (settings.home / "loaf").exists()
    ensure(Bake)
    assert (settings.home / "loaf").read_text() == "whole"


def test_a_full_disk_in_the_middle_is_told_with_the_step(ensure):
    with pytest.raises(SetupError) as failure:
        ensure(Bake, trouble=OSError(28, "No space left on device", "/somewhere"))
    assert "Failed: Bread" in str(failure.value) and "No space left on device" in str(failure.value)


def test_a_step_that_was_killed_half_way_is_not_taken_for_done(ensure, settings, helper):
    baker = helper(SLOW_BAKER.format(seconds=60), SALES_CONVEYOR_HOME=settings.home)
    assert baker.stdout.readline() == "half\n"
    baker.kill()
    baker.wait()
    assert (settings.home / "unfinished" / "Bake" / "loaf").read_text() == "half"
    ensure(Bake)
    assert (settings.home / "loaf").read_text() == "whole"


def test_two_at_once_do_the_work_once(ensure, settings, helper, screen):
    baker = helper(SLOW_BAKER.format(seconds=0.5), SALES_CONVEYOR_HOME=settings.home)
    baker.stdout.readline()
    ensure(Bake, trouble=AssertionError("baked twice"))
    assert "waiting for it" in screen.getvalue()


def test_the_disk_is_looked_at_before_the_work(tmp_path):
    free = shutil.disk_usage(tmp_path).free // 2**20
    check_space(tmp_path, 1)
    with pytest.raises(SetupError, match="are needed"):
        check_space(tmp_path, free + 100_000)


def test_a_home_that_cannot_be_made_is_told(script, tmp_path):
    (tmp_path / "file").touch()
    answer = script("install", SALES_CONVEYOR_HOME=tmp_path / "file" / "home")
    assert answer.returncode == 1
    assert "cause:" in answer.stdout and "remedy: Set SALES_CONVEYOR_HOME" in answer.stdout


def test_half_an_environment_or_half_an_odoo_is_not_done(home, settings):
    settings.python_folder.unlink()
    (settings.python_folder / "bin").mkdir(parents=True)
    settings.python.symlink_to("/usr/bin/env")
    (home / "odoo" / "usr").mkdir(parents=True)
    assert not PythonEnvironment(settings, Console(io.StringIO())).is_done()
    assert not OdooSource(settings, Console(io.StringIO())).is_done()


def test_a_folder_without_odoo_19_is_no_odoo_path(script, home, real_settings, tmp_path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    answer = script("odoo", "--version", ODOO_PATH=tmp_path)
    assert answer.returncode == 1
    assert "there is Odoo 18.0 in it" in answer.stdout and "remedy: Point ODOO_PATH" in answer.stdout


def test_what_is_done_costs_nothing(script):
    began = time.monotonic()
    assert script("install").returncode == 0
    assert time.monotonic() - began < 3
