"""The event log as others read it: XES and CSV."""

import csv
import io
import re
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

import pytest
from engine.event_log import Event, clean, comma_separated, moment, xes

from mining_logs import compensation

NASTY = "Müller & <Söhne> \"'quoted'\" \x00\x0b\x1f\ud800\ufffe 😀\nsecond\tline"
NICE = "Müller & <Söhne> \"'quoted'\"  😀\nsecond\tline"
SPACE = {"xes": "http://www.xes-standard.org/"}


def events():
    for case, activity, time, performer in compensation():
        yield Event(case, activity, time, performer)


def parsed(log):
    return ElementTree.fromstring("".join(log))


def values(element):
    return {child.get("key"): child.get("value") for child in element}


def test_the_xes_says_what_the_log_says():
    root = parsed(xes(events(), title="Requests"))
    traces = root.findall("xes:trace", SPACE)
    assert [trace[0].get("value") for trace in traces] == list("123456")
    assert sum(len(trace.findall("xes:event", SPACE)) for trace in traces) == 42
    assert values(traces[0].findall("xes:event", SPACE)[0]) == {
        "concept:name": "register request", "time:timestamp": "2010-12-30T11:02:00.000+00:00", "org:resource": "Pete"}
    assert root.find("xes:string", SPACE).get("value") == "Requests"


# IEEE 1849-2016, its schema: of each element the attributes it must have (all but xes.features) and what they are made of,
# and what may stand in it, in this order; the attributes of logs, traces and events nest, ours do not.
NCNAME, NAME, ANY = r"[A-Za-z_][\w.-]*", r"[A-Za-z_:][\w.:-]*", r"(?s).*"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
SCHEMA = {
    "log": ({"xes.version": r"\d+(\.\d+)?", "xes.features": r"\S*"}, ("extension", "global", "classifier", "string", "trace", "event")),
    "extension": ({"name": NCNAME, "prefix": NCNAME, "uri": r"http://\S+"}, ()),
    "global": ({"scope": NCNAME}, ("string|date",)),
    "classifier": ({"name": NCNAME, "scope": NCNAME, "keys": r"\S+( \S+)*"}, ()),
    "trace": ({}, ("string|date", "event")),
    "event": ({}, ("string|date",)),
    "string": ({"key": NAME, "value": ANY}, ()),
    "date": ({"key": NAME, "value": MOMENT}, ()),
}


def assert_valid(element):
    name = element.tag.removeprefix(f"{{{SPACE['xes']}}}")
    attributes, inside = SCHEMA[name]
    assert set(element.keys()) == set(attributes)
    assert all(re.fullmatch(pattern, element.get(key)) for key, pattern in attributes.items()), element.attrib
    tags = [child.tag.split("}")[1] for child in element]
    assert re.fullmatch("".join(f"(?:(?:{tag}) )*" for tag in inside), "".join(f"{tag} " for tag in tags)), (name, tags)
    for child in element:
        assert_valid(child)


@pytest.mark.parametrize("log", [
    xes(events(), title="Requests"), xes(events(), with_names=False), xes([]),
    xes([Event("<&>", NASTY, datetime(1, 1, 1), NASTY, "complete"), Event(2, "", datetime.max)], title=NASTY)])
def test_the_xes_is_valid(log):
    assert_valid(parsed(log))


def test_the_xes_declares_what_it_uses():
    root = parsed(xes(events(), title="Requests"))
    declared = {child.get("prefix") for child in root.findall("xes:extension", SPACE)}
    assert {key.split(":")[0] for trace in root.findall(".//xes:event", SPACE) for key in values(trace)} <= declared
    always = {key for scope in root.findall("xes:global", SPACE) if scope.get("scope") == "event" for key in values(scope)}
    assert all(always <= set(values(event)) for event in root.findall(".//xes:event", SPACE))


def test_no_names_on_wish():
    assert "Sara" in "".join(xes(events())) and "Sara" in "".join(comma_separated(events()))
    for text in ("".join(xes(events(), with_names=False)), "".join(comma_separated(events(), with_names=False))):
        assert not [name for name in ("Sara", "Pete", "Ellen", "org:resource") if name in text]
        assert text.count("reinitiate request") == 3


def test_nasty_text():
    assert clean(NASTY) == NICE
    event = Event(1, NASTY, datetime(2025, 1, 1), NASTY, "complete")
    found = values(parsed(xes([event], title=NASTY)).find(".//xes:event", SPACE))
    assert (found["concept:name"], found["org:resource"], found["lifecycle:transition"]) == (NICE, NICE, "complete")
    rows = list(csv.reader(io.StringIO("".join(comma_separated([event])), newline="")))
    assert (rows[1][1], rows[1][3]) == (NICE, NICE)


@pytest.mark.parametrize("time, expected", [
    (datetime(2025, 1, 2, 3, 4, 5, 678901), "2025-01-02T03:04:05.678+00:00"),
    (datetime(2025, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))), "2025-01-02T03:04:05.000+02:00")])
def test_moments(time, expected):
    assert moment(time) == expected


@pytest.mark.parametrize("text, expected", [
    ("=1+1", "'=1+1"), ("+49 30", "'+49 30"), ("-x", "'-x"), ("@x", "'@x"), ("a=b", "a=b"), ("", "")])
def test_a_spreadsheet_finds_no_formulas(text, expected):
    rows = list(csv.reader("".join(comma_separated([Event(-3, text, datetime(2025, 1, 1))])).splitlines()))
    assert rows == [["case:concept:name", "concept:name", "time:timestamp", "org:resource"],
                    ["-3", expected, "2025-01-01T00:00:00.000+00:00", ""]]


@pytest.mark.parametrize("writer", [xes, comma_separated])
def test_events_are_read_one_at_a_time(writer):
    read = []

    def endless():
        for number in range(10**9):
            read.append(number)
            yield Event(number // 3, "a", datetime(2025, 1, 1))
    written = writer(endless())
    for _part in range(50):
        next(written)
    assert len(read) <= 50


def test_an_empty_log():
    assert parsed(xes([])).findall("xes:trace", SPACE) == []
    assert len(list(comma_separated([]))) == 1
