"""Clients in cadences, in the database that has the module: many of them due at one moment, the others later."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from .bulk import Loader
from .databases import connect, vacuum

TABLES = ("conveyor_enrolment",)
MOST = 10_000  # due at once


@dataclass(frozen=True)
class Enrolled:
    """What was seeded.

    ``now``: the naive UTC moment at which ``due`` enrolments, and no others, are due
    """

    cadence: int
    now: datetime
    due: int
    all: int


@contextmanager
def enrolled(load, by_mail=False):
    """Inside the block the scale's enrolments are there: leads due for a call by hand, customers nurtured later.

    :param by_mail: the leads are due for a mail that goes out by itself
    """
    site, now = load.ours, _working_moment()
    with site.environment(commit=True) as env:
        (call, call_step), (later, later_step) = ((cadence.id, cadence.step_ids.id) for cadence in _cadences(env, by_mail))
    connection = connect(site.database)
    try:
        with connection, connection.cursor() as cr:
            loader = Loader(cr)
            values = {"call": call, "call_step": call_step, "later": later, "later_step": later_step, "now": now,
                      "most": min(MOST, load.scale.enrolments // 4)}
            with loader.without_checks(TABLES):
                due = _due(loader, values)
                rest = _later(loader, values, load.scale.enrolments - due)
            cr.execute("ANALYZE conveyor_enrolment")
        yield Enrolled(call, now, due, due + rest)
    finally:
        connection.rollback()
        with connection, connection.cursor() as cr:
            cr.execute("DELETE FROM conveyor_enrolment WHERE cadence_id IN %s", ((call, later),))
        connection.close()
        with site.environment(commit=True) as env:
            cadences = env["conveyor.cadence"].browse((call, later))
            templates = cadences.step_ids.mail_template_id
            cadences.unlink()
            templates.unlink()
        vacuum(site.database, "(ANALYZE) conveyor_enrolment, conveyor_step_run, conveyor_touch_line, mail_activity")


def _working_moment():
    """Ten o'clock of the next day, or of the next Monday: nothing has happened since."""
    moment = datetime.utcnow().replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return moment + timedelta(days=max(0, 7 - moment.weekday()) if moment.weekday() > 4 else 0)


def _cadences(env, by_mail):
    call = {"name": "Call", "channel": "call", "is_automatic": False, "delay": 0}
    return [env["conveyor.cadence"].create({
        "name": name, "purpose": purpose, "target": target, "reason_policy": "none", "is_on": True, "user_id": 2,
        "step_ids": [(0, 0, step)]}) for name, purpose, target, step in (
            ("Touch them", "decision", "lead", _mail(env) if by_mail else call),
            ("Keep in touch", "nurture", "customer", call))]


def _mail(env):
    template = env["mail.template"].create({
        "name": "Offer", "model_id": env["ir.model"]._get_id("crm.lead"), "subject": "Our offer for {{ object.name }}",
        "body_html": "<p>Dear <t t-out='object.contact_name'/>, our offer stands until Friday.</p>", "use_default_to": True})
    return {"name": "Mail", "channel": "email", "is_automatic": True, "delay": 0, "mail_template_id": template.id}


COLUMNS = {
    "state": "'running'", "loop": "0", "attempts": "0", "company_id": "1",
    "start_date": "%(now)s::timestamp - interval '1 hour'", "create_uid": "1", "write_uid": "1",
    "create_date": "%(now)s::timestamp", "write_date": "%(now)s::timestamp"}


def _due(loader, values):
    """One open lead a client, with a salesperson."""
    return loader.insert("conveyor_enrolment", {
        "cadence_id": "%(call)s", "step_id": "%(call_step)s", "purpose": "'decision'", "cycle_key": "'1'",
        "client_key": "key", "lead_id": "id", "partner_id": "partner_id", "user_id": "user_id",
        "entry_status": "'pending'", **COLUMNS,
        "next_date": "%(now)s::timestamp - pg_temp.u(id, 91) * interval '10 minutes'",
    }, """(SELECT * FROM (
              SELECT DISTINCT ON (c.key) l.id, l.partner_id, l.user_id, c.key
                FROM crm_lead l LEFT JOIN res_partner p ON p.id = l.partner_id
               CROSS JOIN LATERAL (SELECT COALESCE('p' || p.commercial_partner_id, 'e' || l.email_normalized,
                                                   'l' || l.id) AS key) c
               WHERE l.won_status = 'pending' AND l.type = 'opportunity' AND l.user_id IS NOT NULL
               ORDER BY c.key, l.id) client ORDER BY pg_temp.u(id, 92) LIMIT %(most)s) due""", values)


def _later(loader, values, count):
    """Customers, companies and persons without one first, on the days of the year to come."""
    return loader.insert("conveyor_enrolment", {
        "cadence_id": "%(later)s", "step_id": "%(later_step)s", "purpose": "'nurture'", "cycle_key": "id::text",
        "client_key": "'c' || id", "partner_id": "id", "user_id": "user_id",
        "next_date": "%(now)s::timestamp + interval '1 day' + pg_temp.u(id, 93) * interval '1 year'", **COLUMNS,
    }, f"(SELECT id, user_id FROM res_partner WHERE partner_share ORDER BY id LIMIT {count}) later", values)
