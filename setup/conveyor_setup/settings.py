"""Where things are: read once from the environment, passed to everything else."""
import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from .errors import SetupError

MODULE = "sales_conveyor"
CHECKOUT = Path(__file__).resolve().parents[2]
SERVER_VARIABLES = ("PGHOST", "PGPORT", "PGUSER")


def digest(*parts):
    """Eight letters that change when any of the parts changes."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:8]


def _default_home(environ):
    cache = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or "~").expanduser() / ".cache"
    return Path(cache) / MODULE


@dataclass(frozen=True)
class Settings:
    checkout: Path
    home: Path                  # everything that the set-up makes; shared by checkouts
    odoo_path: Optional[Path]   # an Odoo 19 of the user's own
    has_own_server: bool        # PGHOST, PGPORT or PGUSER name a PostgreSQL of the user's own
    requirements: Path

    @classmethod
    def from_environment(cls, environ=None, checkout=CHECKOUT):
        environ = os.environ if environ is None else environ
        home = environ.get("SALES_CONVEYOR_HOME")
        odoo_path = environ.get("ODOO_PATH")
        return cls(
            checkout=checkout,
            home=Path(home).expanduser().absolute() if home else _default_home(environ),
            odoo_path=Path(odoo_path).expanduser().absolute() if odoo_path else None,
            has_own_server=any(environ.get(name) for name in SERVER_VARIABLES),
            requirements=checkout / "requirements.txt",
        )

    def make_home(self):
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SetupError(f"the folder {self.home} cannot be made: {error.strerror}",
                             "Set SALES_CONVEYOR_HOME to a folder that you may write to.") from error

    @property
    def python_folder(self):
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return self.home / f"python-{version}-{digest(self.requirements.read_text(), sys.base_prefix)}"

    @property
    def python(self):
        return self.python_folder / "bin" / "python"

    @property
    def site_packages(self):
        return self.python_folder / "lib" / f"python3.{sys.version_info[1]}" / "site-packages"

    @property
    def logs(self):
        return self.home / "log"

    def log(self, name):
        return self.logs / f"{name}.log"
