"""setup/pictures [NAME…]: the pictures of the README, taken anew from the real screens with demo data.

Without names all of them.  Each is a PNG of at most 150 KB in docs/pictures/.  Odoo's Apps screen shows some of them as
well: those are copied into the module.
"""
import argparse
import shutil
from pathlib import Path

from .. import processes
from ..settings import MODULE
from ..testing.rooms import Rooms
from ..workplace import prepared

IN_APPS = ("my_day", "pipeline", "lead", "funnel")  # named in sales_conveyor/static/description/index.html


def main(settings, console, arguments):
    parser = argparse.ArgumentParser(prog="setup/pictures", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="for instance funnel")
    parser.add_argument("--language", default="en_US", metavar="CODE", help="of the screens, for instance ru_RU")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="to look at them first; nothing is copied then")
    options = parser.parse_args(arguments)
    with prepared(settings, console, templates=(True,), browser=True) as place, \
            Rooms(place).demo_site() as variables:
        return take(settings, place.odoo.environment | variables, options)


def take(settings, environment, options):
    """By Odoo's Python, which has Playwright and Pillow."""
    folder = options.folder or settings.checkout / "docs" / "pictures"
    command = [settings.python, "-m", "conveyor_setup.pictures", folder.resolve(), options.language, *options.names]
    code = processes.run_in_foreground(command, env=environment, cwd=settings.checkout / "setup")
    if not code and not options.folder:
        for name in IN_APPS:
            shutil.copy(folder / f"{name}.png", settings.checkout / MODULE / "static" / "description")
    return code
