"""pm4py in an environment of its own: tests of the engine compare mined processes with its figures."""
import sys

from ..settings import digest
from .python_env import PythonEnvironment


class MiningEnvironment(PythonEnvironment):
    """Apart from Odoo's: its packages are not Odoo's, and its licence (AGPL-3) is not the module's."""
    name = "pm4py to compare with"
    needs_mb = 400
    pip_options = ("--no-deps",)  # the file names all that is needed; solvers and plots are not

    @property
    def folder(self):
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return self.settings.home / f"pm4py-{version}-{digest(self.requirements.read_text(), sys.base_prefix)}"

    @property
    def requirements(self):
        return self.settings.checkout / "tests" / "engine" / "pm4py.txt"
