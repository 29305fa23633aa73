"""setup/install: what `run`, `test`, `odoo` and `bench` share; with --all what they need beside it, too."""
import argparse
import time

from ..console import seconds
from ..steps.template_database import GLUE
from ..workplace import install, prepared


def main(settings, console, arguments):
    parser = argparse.ArgumentParser(prog="setup/install", description=__doc__)
    parser.add_argument("--all", action="store_true", help="Chromium, the template databases and pm4py for the tests as well")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    if options.all:
        with prepared(settings, console, templates=(False, GLUE, True), browser=True, mining=True):
            pass
    else:
        install(settings, console)
    console.say(f"Installed in {settings.home} ({seconds(time.monotonic() - started)}).")
    return 0
