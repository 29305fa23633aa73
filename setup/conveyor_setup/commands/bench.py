"""setup/bench ARGS: the benchmarks of tests/load, with the template database ready.

They find in the environment: ODOO_RC (Odoo's configuration), PGHOST, PGPORT and PGUSER, createdb and dropdb on the
path, CONVEYOR_TEMPLATE (a database to copy), CONVEYOR_DATA (the folder with `filestore`), CONVEYOR_RUN (how names of
databases begin that are gone with the run).
"""
from .. import processes
from ..database import run_name
from ..workplace import prepared


def main(settings, console, arguments):
    with prepared(settings, console, templates=(False,)) as place:
        place.databases.drop_leftovers()
        environment = dict(place.odoo.environment, CONVEYOR_TEMPLATE=place.templates[False],
                           CONVEYOR_DATA=str(place.odoo.data), CONVEYOR_RUN=run_name("bench"))
        command = [settings.python, "-m", "tests.load", *arguments]
        return processes.run_in_foreground(command, env=environment, cwd=settings.checkout)
