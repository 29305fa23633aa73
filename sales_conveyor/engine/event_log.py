"""An event log for people with their own tools: CSV, and XES (IEEE 1849-2016, *Standard for eXtensible
Event Stream for Achieving Interoperability in Event Logs and Event Streams*).

Both are generators of text, one event in memory at a time::

    for text in xes(events):
        file.write(text)

Columns and attributes carry the names of the XES standard, which every tool
for process mining knows. A moment without a time zone is UTC.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from io import StringIO
from itertools import groupby
from typing import Any
from xml.sax.saxutils import quoteattr

CASE, ACTIVITY, TIME, PERFORMER, LIFECYCLE = (
    "case:concept:name", "concept:name", "time:timestamp", "org:resource", "lifecycle:transition")
# What XML 1.0 cannot hold, not even escaped (section 2.2, Char).
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
\t<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
\t<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
\t<global scope="trace">
\t\t<string key="concept:name" value=""/>
\t</global>
\t<global scope="event">
\t\t<string key="concept:name" value=""/>
\t\t<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
\t</global>
\t<classifier name="Activity" scope="event" keys="concept:name"/>
"""


@dataclass(frozen=True)
class Event:
    """One line of the log; ``case`` is a number or a name that says nothing about the person."""

    case: Any
    activity: str
    time: datetime
    performer: str | None = None
    lifecycle: str | None = None


def clean(text: Any) -> str:
    """Text without the control characters that files of this kind cannot hold."""
    return _FORBIDDEN.sub("", str(text))


def moment(time: datetime) -> str:
    """ISO 8601 with milliseconds and offset."""
    return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).isoformat(timespec="milliseconds")


def xes(events: Iterable[Event], with_names: bool = True, title: str = "") -> Iterator[str]:
    """The log as XES. Events come case by case, in order of time.

    :param with_names: whether it tells who did it
    """
    yield _HEAD
    if title:
        yield f"\t{_string(ACTIVITY, title)}\n"
    for case, own in groupby(events, key=lambda event: event.case):
        yield f"\t<trace>\n\t\t{_string(ACTIVITY, case)}\n"
        for event in own:
            yield f"\t\t<event>{''.join(_attributes(event, with_names))}</event>\n"
        yield "\t</trace>\n"
    yield "</log>\n"


def _attributes(event: Event, with_names: bool) -> Iterator[str]:
    yield _string(ACTIVITY, event.activity)
    yield f'<date key="{TIME}" value="{moment(event.time)}"/>'
    if with_names and event.performer:
        yield _string(PERFORMER, event.performer)
    if event.lifecycle:
        yield _string(LIFECYCLE, event.lifecycle)


def _string(key: str, value: Any) -> str:
    return f'<string key="{key}" value={quoteattr(clean(value))}/>'


def comma_separated(events: Iterable[Event], with_names: bool = True) -> Iterator[str]:
    """The log as CSV (RFC 4180, a heading first), events in any order.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    buffer = StringIO()
    writer = csv.writer(buffer)

    def line(cells: Iterable[str]) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(cells)
        return buffer.getvalue()
    yield line((CASE, ACTIVITY, TIME, *([PERFORMER] if with_names else [])))
    for event in events:
        performer = [_cell(event.performer or "")] if with_names else []
        yield line((_cell(event.case), _cell(event.activity), moment(event.time), *performer))


def _cell(value: Any) -> str:
    text = clean(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, (int, float)) else text
