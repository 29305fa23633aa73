from . import models
from .models.res_partner import WITHOUT


def post_init_hook(env):
    """Purchases at the till join the rhythms that are there; the past asks nobody for anything."""
    read_till(env)


def read_till(env):
    """Whoever has bought at the till has a rhythm, and his leads are first or repeat sales by it."""
    buyers = env["res.partner"]._conveyor_till_buyers()
    env["conveyor.rhythm"].sudo()._refresh(buyers, is_history=True)
    env["conveyor.rhythm"]._settings_changed()
    env["res.partner"]._refresh_sale_kind_of(buyers)


def uninstall_hook(env):
    """Rhythms and sales are judged anew without the till."""
    env["conveyor.rhythm"]._settings_changed()
    env["res.partner"].with_context(**{WITHOUT: True})._refresh_sale_kind_of(env["res.partner"]._conveyor_till_buyers())
