"""Reports are read from a replica where there is one: a second PostgreSQL that follows the first by streaming replication."""

import shutil
import tempfile
from pathlib import Path

import pytest

from .replica import pair

MONTHS = {"date_from": "2026-01-01", "date_to": "2026-12-31"}
SCREENS = {  # what is called, and a table that tells where it was read
    "where the money leaks: top": (("conveyor.dashboard", "get_part", "top", MONTHS), "conveyor_funnel_"),
    "where the money leaks: belt": (("conveyor.dashboard", "get_part", "belt", MONTHS), "conveyor_funnel_fact"),
    "where the money leaks: lists": (("conveyor.dashboard", "get_part", "lists", MONTHS), "conveyor_touch_line"),
    "where the money leaks: around": (("conveyor.dashboard", "get_part", "around", MONTHS), "conveyor_practice"),
    "where the money leaks: sources": (("conveyor.dashboard", "get_part", "sources", MONTHS), "conveyor_funnel_"),
    "where the money leaks: drivers": (("conveyor.dashboard", "get_part", "drivers", MONTHS), "conveyor_rhythm"),
    "where the money leaks: whoever leaves": (("conveyor.dashboard", "get_part", "outlook", MONTHS), "conveyor_rhythm_change"),
    "funnel": (("conveyor.funnel", "get_tables", MONTHS), "conveyor_funnel_"),
    "money by source": (("conveyor.money", "get_tables", MONTHS), "conveyor_spend"),
    "visitors by the hour": (("conveyor.counter.tables", "get_tables", MONTHS), "conveyor_counter"),
    "where touches stop": (("conveyor.discipline", "get_tables", MONTHS), "conveyor_touch_line"),
    "customers by rhythm": (("conveyor.rhythm.tables", "get_tables", MONTHS), "conveyor_rhythm"),
}
WRITTEN = ("INSERT INTO", "UPDATE \"", "DELETE FROM")


@pytest.fixture(scope="module")
def both():
    folder = Path(tempfile.mkdtemp(prefix="conveyor-replica-"))
    folder.chmod(0o755)
    try:
        with pair(folder) as made:
            made.call("conveyor.funnel", "get_tables", {})  # what waits to be counted is counted, the registry is read
            made.catch_up()
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_is_read_from_the_replica(both, screen):
    request, tells = SCREENS[screen]
    both.call(*request)
    assert tells in both.answered["replica"]
    assert "conveyor_" not in both.answered["primary"]


def test_the_workbook_is_written_from_the_replica(both):
    action = both.call("conveyor.workbook", "create_from_filters", MONTHS)
    assert "INSERT INTO \"conveyor_workbook\"" in both.answered["primary"]
    both.catch_up()
    answer = both.get(action["url"])
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    assert "conveyor_funnel_" in both.answered["replica"]
    assert "conveyor_" not in both.answered["primary"]


def test_a_workbook_that_the_replica_does_not_know_yet_comes_from_the_primary(both):
    both.replica.ask("SELECT pg_wal_replay_pause()")
    try:
        action = both.call("conveyor.workbook", "create_from_filters", MONTHS)
        answer = both.get(action["url"])
        assert (answer.status_code, answer.content[:2]) == (200, b"PK")
        assert "conveyor_funnel_" in both.answered["primary"]
    finally:
        both.replica.ask("SELECT pg_wal_replay_resume()")


def test_what_is_written_goes_to_the_primary_and_comes_to_the_replica(both):
    [row] = both.call("crm.lead", "web_save", [], {"name": "Lamp of the primary"}, specification={"name": {}})
    assert "INSERT INTO \"crm_lead\"" in both.answered["primary"]
    assert not any(word in both.answered["replica"] for word in WRITTEN)
    both.catch_up()
    assert both.replica.ask("SELECT name FROM crm_lead WHERE id = %s", row["id"], database=both.database) == [("Lamp of the primary",)]
    found = both.call("conveyor.funnel", "get_tables", {"lead_ids": [row["id"]]})
    assert {row["key"]: row["cells"]["value"] for row in found["tables"][0]["rows"]}["leads"] == 1


def test_a_report_that_must_write_first_falls_back_to_the_primary(both):
    [(lead,)] = both.primary.ask("SELECT max(lead_id) FROM conveyor_funnel_fact", database=both.database)
    both.primary.ask("INSERT INTO conveyor_funnel_stale (lead_id) VALUES (%s)", lead, database=both.database)
    both.catch_up()
    assert both.call("conveyor.funnel", "get_tables", MONTHS)["tables"]
    assert "DELETE FROM conveyor_funnel_stale" in both.answered["primary"]
    assert "DELETE" not in both.answered["replica"]  # nothing is tried that must fail
    assert both.primary.ask("SELECT count(*) FROM conveyor_funnel_stale", database=both.database) == [(0,)]
