"""Several lanes side by side: each a process that runs one chunk of tests after another.

This process alone decides which lane does what, and prints.  A lane that goes away is a failure of what it was doing.
"""
import multiprocessing
import os
import signal
import sys
import time
from contextlib import ExitStack, suppress
from multiprocessing.connection import wait

from .. import processes
from ..console import seconds
from ..database import run_name
from ..errors import SetupError
from . import summary
from .chunks import Board
from .rooms import CONTENT

FORK = multiprocessing.get_context("fork")


class Lanes:
    def __init__(self, suite, count):
        self.suite, self.count = suite, count
        self.databases = {}   # group -> the database that its chunks copy
        self.outcomes = {}    # group -> those of its chunks
        self.work = {}        # group -> seconds of all lanes

    def run(self, planned):
        names = {group.name for group, _paths in planned}
        self.board = Board(planned, CONTENT)
        self.databases = {name: run_name(name) for name in names & set(CONTENT)}
        self.outcomes = {group.name: [] for group, _paths in planned}
        self.work = dict.fromkeys(self.outcomes, 0)
        lanes = [Lane(number, self.suite, self.databases) for number in range(1, self.count + 1)]
        try:
            self._drive(lanes)
        finally:
            for lane in lanes:
                lane.stop()
            for database in self.databases.values():
                self.suite.odoo.databases.drop(database)
        return [self._sum(group.name) for group, _paths in planned]

    def _drive(self, lanes):
        print(f"\n== {self.count} lanes", flush=True)
        while True:
            self._give_work([lane for lane in lanes if lane.chunk is None and lane.is_alive], lanes)
            busy = {lane.connection: lane for lane in lanes if lane.chunk}
            if not busy:
                return
            for connection in wait(list(busy)):
                self._finished(busy[connection])

    def _give_work(self, idle, lanes):
        for lane in idle:
            others = {other.group for other in lanes if other.chunk and other is not lane}
            chunk = self.board.take(lane.group, others)
            if chunk:
                lane.begin(chunk)
                self._say(lane, "begins", " ".join(self.suite.short(chunk.paths)) or "database with the module")

    def _finished(self, lane):
        chunk, duration = lane.chunk, time.monotonic() - lane.started
        outcome, text = lane.answer()
        name = chunk.group.name
        self.work[name] += duration
        if outcome:
            self.outcomes[name].append(outcome)
        if not chunk.paths:
            (self.board.give_up if outcome else self.board.made)(chunk.group)
        if outcome and (self.suite.options or not outcome.is_clean):
            print(text.rstrip())
        result = f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped in " if outcome else ""
        self._say(lane, "ended", result + seconds(duration), chunk)

    def _say(self, lane, what, text, chunk=None):
        print(f"-- lane {lane.number} {what} {(chunk or lane.chunk).name}: {text}", flush=True)

    def _sum(self, name):
        outcome = summary.total(name, self.outcomes[name])
        print(f"== {name}: {outcome.executed} tests in {seconds(self.work[name])} of a lane", flush=True)
        return outcome


class Lane:
    """Our end of a lane."""

    def __init__(self, number, suite, databases):
        self.number = number
        self.group = self.chunk = None
        self.started = 0.0
        self.is_alive = True
        self.connection, theirs = FORK.Pipe()
        sys.stdout.flush()
        self.process = FORK.Process(target=_live, args=(theirs, suite, databases))
        self.process.start()
        theirs.close()

    def begin(self, chunk):
        self.chunk, self.group, self.started = chunk, chunk.group, time.monotonic()
        self.connection.send(chunk)

    def answer(self):
        """(outcome, output) of the chunk; without outcome its database is made."""
        chunk, self.chunk = self.chunk, None
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            self.is_alive = False
            return summary.Outcome(chunk.group.name, failed=1, code=1), f"lane {self.number} is gone"

    def stop(self):
        """In peace when it has nothing to do, else in the middle of its chunk."""
        if self.chunk:
            self.process.terminate()
        with suppress(OSError):
            self.connection.send(None)
        self.process.join()


# --- the other end ------------------------------------------------------------------------------------------------------

def _live(connection, suite, databases):
    _obey()
    suite.console.stream = open(os.devnull, "w")  # the first process tells what happens
    with Inside(suite, databases) as inside, suppress(EOFError):
        for chunk in iter(connection.recv, None):
            connection.send(inside.do(chunk))


def _obey():
    """Ctrl-C is for the first process, which then terminates us, once; pytest below us hears it as usual."""
    def leave(number, _frame):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(128 + number)
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, lambda _number, _frame: None)
    processes.die_with_parent()


class Inside:
    """The room that the lane is in is kept until a chunk of another group comes."""

    def __init__(self, suite, databases):
        self.suite, self.databases = suite, databases
        self.group = self.room = None
        self.leaving = ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.leaving.close()

    def do(self, chunk):
        log = self.suite.reports / f"{chunk.name}.log"
        try:
            if not chunk.paths:
                self._leave()
                self.suite.rooms.install(CONTENT[chunk.group.name], self.databases[chunk.group.name])
                return None, ""
            self._enter(chunk.group)
            outcome = self.suite.pytest(chunk.group, chunk.paths, self.room, chunk.name, processes.run_apart, log=log)
            return outcome, log.read_text(errors="replace")
        except SetupError as error:
            return summary.Outcome(chunk.group.name, failed=1, code=1), str(error)

    def _enter(self, group):
        if self.group == group:
            return
        self._leave()
        database = self.databases.get(group.name)
        if database:
            database = self.leaving.enter_context(self.suite.odoo.temporary(database, group.name))
        self.room = self.leaving.enter_context(self.suite.rooms.enter(group, database))
        self.group = group

    def _leave(self):
        self.group = None
        self.leaving.close()
