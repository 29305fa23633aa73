"""A program for the environment with pm4py: logs go in by standard input, pm4py's figures come out by the file named.

In:  {"logs": {name: [[case, activity, ISO time], …]}, "files": {name: path of a .xes or .csv}, "trees": {name: process tree}}
Out: {name: {"arcs": [[source, target, count, median seconds], …], "starts": …, "ends": …, "variants": [[path, count], …],
             "events": [[case, activity, ISO time], …] of a tree that was played, with who did it ("" of nobody) of an XES file}}
"""

import json
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pandas
import pm4py

COLUMNS = ["case:concept:name", "concept:name", "time:timestamp"]
PERFORMER = "org:resource"
TRACES = 2000


def frame(events):
    table = pandas.DataFrame(events, columns=COLUMNS)
    table["time:timestamp"] = pandas.to_datetime(table["time:timestamp"], utc=True, format="ISO8601")
    return pm4py.format_dataframe(table, case_id=COLUMNS[0], activity_key=COLUMNS[1], timestamp_key=COLUMNS[2])


def read(path):
    if path.endswith(".xes"):
        return pm4py.convert_to_dataframe(pm4py.read_xes(path))
    return frame(pandas.read_csv(path)[COLUMNS].values.tolist())


def events_of(path, table):
    """What stands in an XES file, in the order in which pm4py gives it."""
    if path.endswith(".xes"):
        who = table[PERFORMER].fillna("") if PERFORMER in table else [""] * len(table)
        return [[case, activity, time.isoformat(), name]
                for case, activity, time, name in zip(*(table[column] for column in COLUMNS), who)]
    return None


def played(tree, seed=5):
    """Traces of a process tree, with waits thrown by dice."""
    random.seed(seed)
    for case, trace in enumerate(pm4py.play_out(pm4py.parse_process_tree(tree), parameters={"num_traces": TRACES})):
        moment = datetime(2025, 1, 1)
        for event in trace:
            moment += timedelta(seconds=random.randrange(1, 10**6))
            yield case, event["concept:name"], moment.isoformat()


def figures(table, events=None):
    counts, starts, ends = pm4py.discover_dfg(table)
    waits, _starts, _ends = pm4py.discover_performance_dfg(table, perf_aggregation_key="median")
    variants = pm4py.get_variants(table)
    return {
        "arcs": [[*pair, count, waits[pair]] for pair, count in counts.items()],
        "starts": starts, "ends": ends, "events": events,
        "variants": [[list(path), count] for path, count in variants.items()],
    }


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    found = {name: figures(frame(events)) for name, events in asked["logs"].items()}
    for name, path in asked["files"].items():
        table = read(path)
        found[name] = figures(table, events_of(path, table))
    for name, tree in asked["trees"].items():
        events = list(played(tree))
        found[name] = figures(frame(events), events)
    Path(sys.argv[1]).write_text(json.dumps(found))
