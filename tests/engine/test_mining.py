"""The picture of a process: a published log counted by hand, and two ways of counting held equal."""

import json
import random
import sqlite3
import statistics
from collections import Counter
from datetime import datetime, timedelta

import pytest
from engine.mining import (
    LOST, WON, Activity, Arc, Loss, Miner, Performer, Picture, Spread, Trace, Variant, discover, discover_sorted,
    from_aggregates, traces, traces_sorted,
)

from mining_logs import PAID, compensation, random_log

HOUR = 3600
SEEDS = range(12)


# ------------------------------------------------------------------ the published log
def test_the_directly_follows_graph_of_the_book():
    picture = discover(compensation())
    assert {(arc.source[:10], arc.target[:10]): arc.count for arc in picture.arcs} == {
        ("register r", "examine ca"): 3, ("register r", "check tick"): 2, ("register r", "examine th"): 1,
        ("examine ca", "check tick"): 4, ("examine ca", "decide"): 2, ("examine th", "check tick"): 2,
        ("examine th", "decide"): 1, ("check tick", "decide"): 6, ("check tick", "examine ca"): 2,
        ("check tick", "examine th"): 1, ("decide", "reinitiate"): 3, ("decide", "pay compen"): 3,
        ("decide", "reject req"): 3, ("reinitiate", "examine th"): 1, ("reinitiate", "check tick"): 1,
        ("reinitiate", "examine ca"): 1}
    assert picture.starts == {"register request": 6}
    assert picture.ends == {"pay compensation": 3, "reject request": 3}
    assert (picture.cases, picture.events, picture.variant_count) == (6, 42, 6)


def test_its_waits_by_hand():
    decide_pay = next(arc for arc in discover(compensation()).arcs if arc.target == "pay compensation")
    waits = [72 + 43 / 60, 144 + 50 / 60, 210 + 55 / 60]  # cases 2, 3 and 6, in hours
    assert decide_pay.median_wait == pytest.approx(waits[1] * HOUR)
    assert decide_pay.wait.total == pytest.approx(sum(waits) * HOUR)
    assert (decide_pay.count, decide_pay.cases, decide_pay.wait.mean) == (3, 3, pytest.approx(sum(waits) / 3 * HOUR))


def test_its_outcomes_rework_losses_and_people():
    picture = discover(compensation(), PAID, {1: "no proof"}, closing=("reject request",))
    assert (picture.won, picture.lost, picture.open, picture.conversion) == (3, 3, 0, .5)
    assert picture.activity("reinitiate request") == Activity("reinitiate request", 3, 2, 1, 1, 0, 0, 1)
    assert picture.activity("decide").repeated == 2
    assert picture.activity("never") == Activity("never", 0, 0)
    assert picture.losses == (Loss("decide", None, 2), Loss("decide", "no proof", 1))
    assert picture.performers[0] == Performer("decide", "Sara", 9)


# ------------------------------------------------------------------ small ones
def test_a_log_of_two_cases_written_out():
    picture = discover([("x", "call", 0), ("x", "offer", 60), ("y", "call", 0), ("y", "call", 10), ("y", "offer", 40)],
                       {"x": WON})
    assert picture.arcs == (
        Arc("call", "offer", 2, Spread(2, 90, 37.5, 45, 52.5, 57)), Arc("call", "call", 1, Spread(1, 10, 10, 10, 10, 10)))
    assert picture.variants == (
        Variant(("call", "call", "offer"), 1, 0, 0, Spread(1, 40, 40, 40, 40, 40), 0, .5),
        Variant(("call", "offer"), 1, 1, 0, Spread(1, 60, 60, 60, 60, 60), 60, .5))
    assert (picture.variants[0].open, picture.variants[0].conversion, picture.variants[1].conversion) == (1, None, 1)


def test_the_picture_of_nothing():
    assert discover([]) == Picture()
    assert (Picture().conversion, Picture().starts, Picture().events, Picture().duration.mean) == (None, {}, 0, None)


def test_events_of_one_moment_keep_their_order():
    given = [(1, "b", 5), (1, "z", 7), (1, "a", 5), (1, "first", 1)]
    assert discover(given).variants[0].path == ("first", "b", "a", "z")


def test_sorted_events_that_are_not_sorted_are_refused():
    with pytest.raises(ValueError, match="case 1 are not in order"):
        discover_sorted([(1, "a", 5), (1, "b", 4)])
    with pytest.raises(ValueError, match="unknown outcome 'Won'"):
        Trace(("a",), (1,), "Won")


def test_sorted_events_are_read_one_case_at_a_time():
    read = []

    def events():
        for case in range(5):
            for time in range(3):
                read.append(case)
                yield case, "a", time
    for position, _trace in enumerate(traces_sorted(events())):
        assert max(read) <= position + 1


# ------------------------------------------------------------------ properties
@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_cases_does_not_matter(seed):
    events, outcomes, reasons = random_log(seed)
    shuffled = list(traces(events, outcomes, reasons))
    random.Random(seed).shuffle(shuffled)
    miner, one, other = Miner(), Miner(), Miner()
    for number, trace in enumerate(shuffled):
        miner.add(trace)
        (one if number % 3 else other).add(trace)
    one.merge(other)
    by_case = sorted(events, key=lambda event: (event[0], event[2]))
    expected = discover(events, outcomes, reasons)
    assert miner.picture() == expected
    assert one.picture() == expected, "parts mined apart and merged"
    assert discover_sorted(by_case, outcomes, reasons) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_agree(seed):
    picture = discover(*random_log(seed))
    assert sum(picture.starts.values()) == sum(picture.ends.values()) == picture.cases == picture.listed_cases
    assert sum(arc.count for arc in picture.arcs) == picture.events - picture.cases
    assert sum(variant.share for variant in picture.variants) == pytest.approx(1)
    assert sum(variant.won_seconds for variant in picture.variants) == picture.won_duration.total
    assert sum(loss.count for loss in picture.losses) == picture.lost
    assert sum(arc.wait.total for arc in picture.arcs) == picture.duration.total


@pytest.mark.parametrize("values", [[5], [1, 2], [3, 1, 2], [0, 0, 7, 7, 9], list(range(101))])
def test_quantiles_are_those_of_the_standard_library(values):
    spread = Spread.of(values)
    assert spread.median == statistics.median(values)
    if len(values) > 1:
        twentieths = statistics.quantiles(values, n=20, method="inclusive")
        assert (spread.q1, spread.q3, spread.p90) == pytest.approx((twentieths[4], twentieths[14], twentieths[17]))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_picture_survives_json(seed):
    picture = discover(*random_log(seed))
    assert Picture.from_dict(json.loads(json.dumps(picture.as_dict()))) == picture
    few = picture.trimmed(3)
    assert (len(few.variants), few.variant_count, few.starts) == (3, picture.variant_count, picture.starts)


# ------------------------------------------------------------------ counted by a database
class _Spread:
    """Aggregate of seconds as JSON of a :class:`Spread`."""

    def __init__(self):
        self.values = []

    def step(self, value):
        if value is not None:
            self.values.append(value)

    def finalize(self):
        return json.dumps(vars(Spread.of(self.values)))


CASES = """
CREATE TABLE cases AS SELECT c, outcome, reason, path, seconds, last FROM (
    SELECT c, group_concat(a, '') OVER w AS path, time - first_value(time) OVER w AS seconds, a AS last,
           lead(a) OVER (PARTITION BY c ORDER BY time, n) IS NULL AS whole
    FROM events WINDOW w AS (PARTITION BY c ORDER BY time, n)) JOIN outcomes USING (c) WHERE whole"""
PAIRS = """
CREATE TABLE pairs AS SELECT c, a AS source, lead(a) OVER w AS target, lead(time) OVER w - time AS wait
    FROM events WINDOW w AS (PARTITION BY c ORDER BY time, n)"""


def counted_by_sql(events, outcomes, reasons):
    db = sqlite3.connect(":memory:")
    db.create_aggregate("spread", 1, _Spread)
    db.execute("CREATE TABLE events (n INTEGER PRIMARY KEY, c, a, time, who)")
    db.execute("CREATE TABLE outcomes (c, outcome, reason)")
    zero = datetime(2025, 1, 1)
    db.executemany("INSERT INTO events (c, a, time, who) VALUES (?, ?, ?, ?)",
                   ((c, a, (time - zero) // timedelta(seconds=1), who) for c, a, time, who in events))
    db.executemany("INSERT INTO outcomes VALUES (?, ?, ?)", ((c, o, reasons.get(c)) for c, o in outcomes.items()))
    db.execute(CASES)
    db.execute(PAIRS)

    def spread(text):
        return Spread(**json.loads(text))
    count, won, lost, every, of_won = db.execute(
        "SELECT count(*), count(*) FILTER (WHERE outcome = 'won'), count(*) FILTER (WHERE outcome = 'lost'),"
        " spread(seconds), spread(seconds) FILTER (WHERE outcome = 'won') FROM cases").fetchone()
    return from_aggregates(
        cases=count, won=won, lost=lost, duration=spread(every), won_duration=spread(of_won),
        activities=[Activity(*row) for row in db.execute("""
            SELECT a, sum(times), count(*), count(*) FILTER (WHERE outcome = 'won'),
                   count(*) FILTER (WHERE outcome = 'lost'), count(*) FILTER (WHERE substr(path, 1, 1) = a),
                   count(*) FILTER (WHERE last = a), count(*) FILTER (WHERE times > 1)
            FROM (SELECT c, a, count(*) AS times FROM events GROUP BY c, a) JOIN cases USING (c) GROUP BY a""")],
        arcs=[Arc(*row[:3], spread(row[3])) for row in db.execute(
            "SELECT source, target, count(DISTINCT c), spread(wait) FROM pairs WHERE target IS NOT NULL GROUP BY 1, 2")],
        variants=[Variant(tuple(row[0]), *row[1:4], spread(row[4]), row[5]) for row in db.execute("""
            SELECT path, count(*), count(*) FILTER (WHERE outcome = 'won'), count(*) FILTER (WHERE outcome = 'lost'),
                   spread(seconds), coalesce(sum(seconds) FILTER (WHERE outcome = 'won'), 0.0)
            FROM cases GROUP BY path""")],
        losses=[Loss(*row) for row in db.execute(
            "SELECT last, reason, count(*) FROM cases WHERE outcome = 'lost' GROUP BY 1, 2")],
        performers=[Performer(*row) for row in db.execute(
            "SELECT a, who, count(*) FROM events WHERE who IS NOT NULL GROUP BY 1, 2")])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_picture_is_the_same_when_a_database_counts(seed):
    log = random_log(seed)
    assert counted_by_sql(*log) == discover(*log)


def test_variants_against_a_plain_counter():
    events, outcomes, reasons = random_log(99, cases=300, activities="ab", longest=3)
    paths = Counter(trace.path for trace in traces(events))
    picture = discover(events, outcomes, reasons)
    assert {variant.path: variant.count for variant in picture.variants} == paths
    assert [variant.count for variant in picture.variants] == sorted(paths.values(), reverse=True)
    assert sum(variant.lost for variant in picture.variants) == list(outcomes.values()).count(LOST)
