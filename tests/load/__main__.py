"""Benchmarks: ``setup/bench [NAME…] [--scale tiny|small|medium|large] [--keep]``.

NAME is one of the names below, or the beginning of one; without a name all run. The exit code is 0 unless something broke
or the two sides of a ratio gave different answers; a missed goal is printed as MISSED.
"""

import argparse
import json
import sys
import time
import traceback
from dataclasses import asdict, dataclass

from . import (
    bench_cadence, bench_counter, bench_dashboard, bench_funnel, bench_history, bench_mining, bench_money, bench_moves, bench_reaction,
    bench_requests, bench_rhythm, bench_rhythm_table, bench_touches, bench_workbook)
from .bench import Different, goals, report
from .databases import Databases, Missing
from .odoo_side import Site, start
from .seed import SCALES, Scale

BENCHMARKS = {  # in this order: those that leave dead rows behind come late
    "install": bench_history.install,
    "kanban": bench_requests.kanban_requests,
    "list": bench_requests.list_requests,
    "capture": bench_touches.capture,
    "last-touch": bench_touches.last_touch,
    "daily": bench_touches.daily,
    "queue": bench_cadence.queue,
    "choosing": bench_cadence.choosing,
    "planning": bench_cadence.planning,
    "mails": bench_cadence.sending,
    "reaction": bench_reaction.reaction,
    "rhythm-table": bench_rhythm_table.table,
    "moves": bench_moves.moves,
    "work": bench_moves.moves_with_work,
    "funnel": bench_funnel.reading,
    "screen": bench_funnel.screen,
    "dashboard": bench_dashboard.dashboard,
    "money": bench_money.money,
    "sheets": bench_workbook.sheets,
    "rows": bench_workbook.raw_rows,
    "export": bench_workbook.export,
    "mining": bench_mining.mining,
    "conformance": bench_mining.conformance,
    "rebuild": bench_funnel.rebuild,
    "history": bench_history.backfill,
    "sale-kind": bench_history.sale_kind,
    "touches": bench_touches.backfill,
    "rhythm": bench_rhythm.rhythm,
    "counter": bench_counter.posts,
}


@dataclass(frozen=True)
class Load:
    """What a benchmark gets: the scale, and Odoo with the module and without it."""

    scale: Scale
    databases: Databases
    ours: Site
    plain: Site
    manager: int  # a user who sees all documents


def main(arguments=None):
    options = _options(arguments)
    scale = SCALES[options.scale]
    chosen = [name for name in BENCHMARKS if not options.names or any(name.startswith(wish) for wish in options.names)]
    databases = Databases(scale, options.keep, _tell)
    results, failures = [], []
    try:
        with databases.ready():
            start()
            ours, plain = (Site(name, options.clock) for name in (databases.ours, databases.plain))
            load = Load(scale, databases, ours, plain, _manager(databases.plain))
            for name in chosen:
                _run(name, load, results, failures)
    except Missing as error:
        _tell(str(error))
        return 1
    return _finish(options, results, failures)


def _options(arguments):
    parser = argparse.ArgumentParser(prog="setup/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--scale", choices=SCALES, default="small")
    parser.add_argument("--keep", action="store_true", help="keep the databases, and use those that were kept")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall",
                        help="cpu: processor time of Odoo and its database session, for a machine that others use")
    parser.add_argument("--json", metavar="FILE", help="write the results into this file too")
    options = parser.parse_args(arguments)
    for wish in options.names:
        if not any(name.startswith(wish) for name in BENCHMARKS):
            parser.error(f"there is no benchmark {wish}; there are {', '.join(BENCHMARKS)}")
    return options


def _manager(database):
    from .databases import connect

    connection = connect(database)
    with connection.cursor() as cr:
        cr.execute("SELECT id FROM res_users WHERE login = 'seller1'")
        found = cr.fetchone()[0]
    connection.close()
    return found


def _run(name, load, results, failures):
    began = time.monotonic()
    try:
        results += BENCHMARKS[name](load)
    except Different as error:
        failures.append(f"{name}: different answers. {error}")
    except Exception:
        failures.append(f"{name}: broke.\n{traceback.format_exc()}")
    _tell(f"{name} {time.monotonic() - began:.0f} s")


def _finish(options, results, failures):
    if results:
        print(report(results), goals(results), sep="\n\n")
    for failure in failures:
        print(f"\nFAILED: {failure}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"results": [asdict(result) for result in results], "failures": failures}, file)
    return 1 if failures else 0


def _tell(text):
    print(f"  … {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
