"""Odoo's command line in the environment that the steps have made."""
import os
from contextlib import contextmanager
from pathlib import Path

from . import processes
from .database import Databases, run_name
from .errors import SetupError
from .settings import MODULE, digest
from .steps.odoo_source import addons_folders, odoo_root

QUIET = ["--no-http", "--stop-after-init", "--max-cron-threads=0", "--log-level=warn"]
WARM = "env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()\n"

CONFIGURATION = """\
[options]
addons_path = {addons}
data_dir = {data}
http_interface = 127.0.0.1
workers = 0
pg_path = {pg_path}
"""


class Odoo:
    def __init__(self, settings, server, console):
        self.settings, self.server, self.console = settings, server, console
        self.data = settings.home / "data" / server.name
        self.databases = Databases(server, self.data)
        self.configuration = settings.home / "conf" / f"odoo-{digest(settings.checkout, settings.odoo_path)}.conf"

    def write_configuration(self):
        addons = addons_folders(self.settings)
        if any(self.settings.checkout.glob("*/__manifest__.py")):
            addons.append(self.settings.checkout)
        self.data.mkdir(parents=True, exist_ok=True)
        self.configuration.parent.mkdir(parents=True, exist_ok=True)
        text = CONFIGURATION.format(addons=",".join(map(str, addons)), data=self.data,
                                    pg_path=self.server.software / "bin")
        unfinished = self.configuration.with_suffix(f".{os.getpid()}")
        unfinished.write_text(text)
        unfinished.rename(self.configuration)

    @property
    def environment(self):
        """For Odoo and for whatever talks to its databases."""
        dropped = {"PYTHONHOME", "PGDATABASE", "PGSERVICE"}
        environment = {name: value for name, value in os.environ.items() if name not in dropped}
        programs = [self.settings.python_folder / "bin", self.server.software / "bin"]
        environment.update(
            self.server.environment,
            PYTHONPATH=str(odoo_root(self.settings)),
            PYTHONNOUSERSITE="1",
            ODOO_RC=str(self.configuration),
            PATH=os.pathsep.join([*map(str, programs), environment.get("PATH", os.defpath)]),
        )
        return environment

    def command(self, *arguments):
        return [self.settings.python, "-m", "odoo", *arguments]

    def run(self, what, log, *arguments, stdin_text=None):
        return processes.run(self.command(*arguments), log, what, self.console, stdin_text=stdin_text,
                             env=self.environment, cwd=self.settings.home)

    # --- databases ---------------------------------------------------------------------------------------------------

    def install(self, database, log, demo):
        """Our module into a database; Odoo answers 0 even when it knows no such module, so look."""
        self._load("installing the module", database, log, "-i", demo)

    def update(self, database, log, demo):
        self._load("updating the module", database, log, "-u", demo)

    def _load(self, what, database, log, option, demo):
        arguments = ["-d", database, option, MODULE, *QUIET, *(["--with-demo"] if demo else [])]
        self.run(what, log, *arguments)
        state, has_demo = self.databases.module_state(database, MODULE)
        if state != "installed":
            raise SetupError(f"{what} failed: Odoo left it in the state {state or 'unknown'!r}",
                             "Read the log; it names the file of the module.", log=log)
        if demo and option == "-i" and not has_demo:
            raise SetupError("the demo data of the module failed to load", "Read the log; it names the record.", log=log)

    def glue_addons(self):
        """Names of the addons beside the module, each of which joins it to another application."""
        return sorted(manifest.parent.name for manifest in self.settings.checkout.glob(f"{MODULE}_*/__manifest__.py"))

    def warm_assets(self, database, log):
        """Build the bundles of scripts and styles now, so that the first page does not wait for them."""
        self.run("building the assets", log, "shell", "-d", database, "--no-http", "--log-level=warn", stdin_text=WARM)

    @contextmanager
    def temporary(self, template, kind):
        """A database of this run with the template's content; gone at the end."""
        name = run_name(kind)
        self.databases.copy(template, name)
        try:
            yield name
        finally:
            self.databases.drop(name)


def module_hash(settings):
    """Changes with any file of the module and of the glue addons beside it."""
    files = []
    for manifest in sorted(settings.checkout.glob(f"{MODULE}*/__manifest__.py")):
        files += [path for path in sorted(Path(manifest.parent).rglob("*")) if _counts(path)]
    return digest(*(f"{path}:{digest(path.read_bytes().hex())}" for path in files))


def _counts(path):
    parts = set(path.parts)
    return path.is_file() and "__pycache__" not in parts and "tests" not in parts and path.suffix != ".pyc"
