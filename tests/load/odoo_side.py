"""Odoo in this process: the two databases as sites that answer requests, and what a web client would ask them."""

import json
import os
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from lxml import etree

from .bench import timed

RELATED = {"many2many_tags": ("display_name", "color")}  # what a widget reads of related records
ACTIVITY = ("activity_exception_decoration", "activity_exception_icon", "activity_state", "activity_summary",
            "activity_type_icon", "activity_type_id")
DEPENDENCIES = {  # what a widget reads of the same record
    "kanban_activity": ACTIVITY, "list_activity": ACTIVITY,
    "conveyor_touch_line": ("touch_count", "touch_norm", "next_touch_date", "next_touch_channel", "next_touch_reason_id",
                            "next_touch_automatic", "phone", "phone_sanitized", "name", "won_status")}


def start():
    """Odoo's configuration; once a process."""
    from odoo.modules import initialize_sys_path
    from odoo.tools import config

    config.parse_config(["-c", os.environ["ODOO_RC"], "--log-level=error", "--no-http", "--max-cron-threads=0"],
                        setup_logging=True)
    initialize_sys_path()


class Site:
    """One database with its registry.

    :param clock: ``wall``, or ``cpu``: processor time of this process and of its database session, which says more on
        a machine that others use; queries are then not shared among parallel workers, and the server must be here
    """

    def __init__(self, database, clock="wall"):
        from odoo.modules.registry import Registry

        self.database, self.registry, self.clock = database, Registry(database), clock

    def timed(self, env, work):
        """``(seconds, answer)`` of one call; ``env`` may be None where no database works."""
        if self.clock == "wall":
            return timed(work)
        if env is None:
            return timed(work, time.process_time)
        env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        pid = env.cr._cnx.get_backend_pid()
        return timed(work, partial(_processor_time, Path(f"/proc/{pid}/schedstat")))

    @contextmanager
    def environment(self, user=1, commit=False, **context):
        """An environment in a transaction of its own; undone unless ``commit``."""
        from odoo.api import Environment

        with self.registry.cursor() as cr:
            env = Environment(cr, user, {"lang": "en_US", "tz": "Europe/Berlin", "uid": user, **context})
            env.transaction.default_env = env
            yield env
            if not commit:
                cr.rollback()

    def request(self, user, act, look=None):
        """A side: ``act(env)`` as a request does it, up to the commit, which is left out.

        :param user: id
        :param look: ``look(env)`` gives the answer instead, not timed
        """
        def side():
            with self.environment(user, allowed_company_ids=[1]) as env:
                def work():
                    answer = act(env)
                    env.cr.flush()
                    return json.dumps(answer, default=str)
                seconds, answer = self.timed(env, work)
                return seconds, look(env) if look else json.loads(answer)
        return side

    def sql(self, query, *values):
        """Rows of a query."""
        with self.registry.cursor() as cr:
            cr.execute(query, values)
            return cr.fetchall()


def _processor_time(session):
    return time.process_time() + int(session.read_text().split()[0]) / 1e9


def call(env, model, method, *args, **kwargs):
    """As the web client calls a public method."""
    from odoo.service.model import call_kw

    return call_kw(env[model], method, list(args), {"context": dict(env.context), **kwargs})


# ---------------------------------------------------------------- what a view asks for
def specification(env, xml_id):
    """What the web client reads for each record of a view, read from the view's own arch."""
    view = env.ref(xml_id).sudo()  # the reader need not be an administrator
    answer = env["crm.lead"].get_views([(view.id, view.type)])
    return _fields_of(etree.fromstring(answer["views"][view.type]["arch"]), answer["models"]["crm.lead"]["fields"])


def _fields_of(arch, fields):
    spec = {}
    nodes = [node for node in arch.iter("field") if not any(parent.tag == "field" for parent in node.iterancestors())]
    for node in nodes:
        _add(spec, fields, node.get("name"), node)
    for widget in [node.get("widget") for node in nodes] + [node.get("name") for node in arch.iter("widget")]:
        for name in DEPENDENCIES.get(widget, ()):
            if name in fields:
                _add(spec, fields, name)
    return spec


def _add(spec, fields, name, node=None):
    hidden = node is not None and any(node.get(key) in ("1", "True") for key in ("invisible", "column_invisible"))
    kind = fields[name]["type"]
    entry = spec.setdefault(name, {})
    if kind == "many2one":
        entry.setdefault("fields", {}).update({} if hidden else {"display_name": {}})
    elif kind in ("one2many", "many2many") and not hidden:
        related = RELATED.get(node.get("widget") if node is not None else None, ())
        entry.setdefault("fields", {}).update({name: {} for name in related})


def common(ours, reference):
    """Whether our answer has all that the reference has, and says the same there."""
    if isinstance(reference, dict):
        return isinstance(ours, dict) and all(key in ours and common(ours[key], reference[key]) for key in reference)
    if isinstance(reference, list):
        return isinstance(ours, list) and len(ours) == len(reference) and all(map(common, ours, reference))
    return ours == reference
