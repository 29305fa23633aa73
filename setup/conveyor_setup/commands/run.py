"""setup/run: Odoo 19 with the module and demo data in the browser, from nothing, with one command."""
import argparse
import os
import re
import subprocess
import webbrowser
from contextlib import contextmanager

from .. import processes, servers
from ..errors import SetupError
from ..locks import claim
from ..odoo import module_hash
from ..workplace import prepared

WELCOME = """
Odoo 19 with Sales Conveyor is open:

  address   {url}
  login     admin
  password  admin
  database  {database} ({content})

What to look at first:
  1. As olga (password olga), a salesperson: CRM > Sales > My Touches Today, her day, one client at a time.
  2. CRM, the pipeline: open a card and see the standard work of its section; drag it on with work still to do.
  3. As maria (password maria), her manager: CRM > Reporting > Conveyor > Where the Money Leaks, then the funnel,
     money by source, visitors by the hour, first-sale processes; every number opens its leads.
  4. CRM > Sales > Customers by Rhythm: who buys how often, and who is silent for too long.
  5. CRM > Configuration > Conveyor, and > Customers: sections, cadences, ready sets; rhythm, back-test, rules.
  6. CRM > Configuration > Settings: the rules. The language is changed in the preferences of the user
     (English, Russian, Bulgarian).

Log: {log}
Ctrl-C stops it.
"""


def main(settings, console, arguments):
    options = _parse(arguments)
    database = options.database or ("conveyor" if options.demo else "conveyor_empty")
    _check_name(database)
    servers.check_port(options.http_port)
    with _alone(settings, database, options.http_port), prepared(settings, console, [options.demo]) as place:
        bring_up_to_date(place, database, options.demo)
        return serve(place, database, options)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="setup/run", description=__doc__)
    parser.add_argument("--http-port", type=int, default=8069, metavar="PORT", help="the default is 8069")
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="an empty company instead of demo data")
    parser.add_argument("--database", metavar="NAME", help="conveyor by default, conveyor_empty with --no-demo")
    return parser.parse_args(arguments)


def _check_name(database):
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", database):
        raise SetupError(f"{database!r} is no name for a database", "Use letters, digits and the signs _ . -")


@contextmanager
def _alone(settings, database, port):
    """The databases are shared by checkouts: two servers of one database would disturb each other."""
    settings.make_home()
    note = f"process {os.getpid()}, http://{servers.HOST}:{port}, checkout {settings.checkout}"
    with claim(settings.home / "running" / f"{database}.lock", note) as holder:
        if holder:
            raise SetupError(f"the database {database} is in use already: {holder}",
                             "Use that one, stop it, or choose another: setup/run --database NAME --http-port PORT",
                             step="Odoo server")
        yield


def bring_up_to_date(place, database, demo):
    """The database exists, the module is installed, and it is the module as the files are now."""
    databases, log = place.databases, place.settings.log("run")
    wanted = f"{place.settings.checkout} {module_hash(place.settings)}"
    if not databases.exists(database):
        with _said(place.console, f"database {database}"):
            databases.copy(place.templates[demo], database)
    state, _demo = databases.module_state(database, "sales_conveyor")
    if state == "installed" and databases.note(database).endswith(wanted.rpartition(" ")[2]):
        return
    action = place.odoo.update if state == "installed" else place.odoo.install
    with _said(place.console, "updating the module" if state == "installed" else "installing the module"):
        action(database, log, demo)
        place.odoo.warm_assets(database, log)
    databases.set_note(database, wanted)


@contextmanager
def _said(console, label):
    console.begin(label)
    yield
    console.end()


def serve(place, database, options):
    """Odoo in the foreground until Ctrl-C."""
    url = f"http://{servers.HOST}:{options.http_port}"
    place.databases.set_address(database, url)
    servers.check_port(options.http_port)  # again: the steps before may have taken minutes
    log = place.settings.log(f"server-{database}")
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as sink, _said(place.console, "Odoo server"):
        process = processes.start(
            place.odoo.command(*servers.arguments(database, options.http_port)), stdout=sink, stderr=sink,
            env=place.odoo.environment, cwd=place.settings.home, start_new_session=True)
        try:
            servers.wait_for(process, options.http_port, log)
        except BaseException:
            processes.stop(process)
            raise
    content = "with demo data" if options.demo else "without demo data"
    print(WELCOME.format(url=url, database=database, content=content, log=log), flush=True)
    _open_browser(url)
    return _until_stopped(process, log)


def _open_browser(url):
    """Only where there is a screen; the address is printed in any case."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    try:
        webbrowser.open(url)
    except (webbrowser.Error, OSError, subprocess.SubprocessError):
        pass


def _until_stopped(process, log):
    try:
        process.wait()
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
        return 0
    finally:
        processes.stop(process)
    raise SetupError(f"Odoo ended by itself (exit code {process.returncode})", "Read the log.",
                     step="Odoo server", log=log)
