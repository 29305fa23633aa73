"""A cadence of one shop, and what makes it run: from outside, over RPC."""

import time
from contextlib import contextmanager

PATIENCE, INTERVAL = 60, .1  # seconds
STEPS = (
    {"name": "Ask for the task", "channel": "call", "script": "What made you write today?"},
    {"name": "Send the sum", "channel": "messenger", "delay": 2},
    {"name": "Write a letter", "channel": "letter", "delay": 5, "is_automatic": True, "letter_body": "<p>Dear {{ client }}</p>"},
)
CLOCK = ("resource_calendar_id", "conveyor_send_from", "conveyor_send_to")


def make_cadence(clients, steps=STEPS, **values):
    """:return: (id, name) of a cadence for the shop's leads, switched off"""
    name = f"{values.pop('name', 'First steps')} {clients.key}"
    return clients.admin.create("conveyor.cadence", {
        "name": name, "is_on": False, "trigger": "create", "team_ids": [[6, 0, [clients.shop.team]]],
        "reason_policy": "none", "user_id": clients.people["manager"].uid,
        "step_ids": [[0, 0, {"sequence": number, **step}] for number, step in enumerate(steps)], **values}), name


def enrol(clients, cadence, *leads):
    for lead in leads:
        clients.admin.call("crm.lead", "action_enrol", [lead], cadence)


def wait_for(admin, model, domain, fields):
    """Rows that the scheduled action of the cadences makes: it begins by itself when there is something to do.

    :return: the only row
    """
    end = time.monotonic() + PATIENCE
    while not (rows := admin.search_read(model, domain, fields)):
        assert time.monotonic() < end, f"nothing came: {model} {domain}"
        time.sleep(INTERVAL)
    [row] = rows
    return row


@contextmanager
def always_open(admin):
    """The company works and sends at any hour of any day."""
    [user] = admin.read("res.users", [admin.uid], ["company_id"])
    company = user["company_id"][0]
    [before] = admin.read("res.company", [company], list(CLOCK))
    calendar = admin.create("resource.calendar", {"name": "Day and night", "tz": "UTC", "attendance_ids": [[5]] + [
        [0, 0, {"name": "Open", "dayofweek": str(day), "hour_from": 0, "hour_to": 24}] for day in range(7)]})
    admin.write("res.company", [company], {
        "resource_calendar_id": calendar, "conveyor_send_from": 0, "conveyor_send_to": 24})
    try:
        yield
    finally:
        admin.write("res.company", [company], {
            name: before[name][0] if name == "resource_calendar_id" else before[name] for name in CLOCK})
