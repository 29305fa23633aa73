from . import models


def post_init_hook(env):
    """Purchases at the till join the rhythms that are there; the past asks nobody for anything."""
    env["conveyor.rhythm"]._settings_changed()


def uninstall_hook(env):
    """Rhythms are judged anew without the till."""
    env["conveyor.rhythm"]._settings_changed()
