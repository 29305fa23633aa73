"""setup/odoo ARGS: Odoo's command line, with everything that it needs up while it runs."""
from .. import processes
from ..odoo import Odoo
from ..postgres import server_of
from ..workplace import install, prepared

WITHOUT_DATABASE = {"--version", "--help", "-h", "help", "scaffold"}


def main(settings, console, arguments):
    if not arguments:
        arguments = ["--help"]
    if WITHOUT_DATABASE & set(arguments):
        install(settings, console)
        odoo = Odoo(settings, server_of(settings), console)
        odoo.write_configuration()
        return processes.run_in_foreground(odoo.command(*arguments), env=odoo.environment)
    with prepared(settings, console) as place:
        return processes.run_in_foreground(place.odoo.command(*arguments), env=place.odoo.environment)
