"""Cutting groups into chunks that lanes run side by side, and which chunk comes next."""
import re
from dataclasses import dataclass, field
from pathlib import Path

from .groups import Group

TEST = re.compile(r"^ *def test_", re.MULTILINE)
HEAVY = {  # files and folders whose few tests take as long as this many ordinary ones of their group
    "test_life_cycle.py": 900, "killed": 900, "test_scripts.py": 100, "test_server.py": 100,
}


@dataclass(frozen=True)
class Chunk:
    """Some of a group's tests.  Without paths: the database that the group's other chunks copy."""
    group: Group
    paths: tuple = ()
    number: int = 0
    weight: int = field(default=0, compare=False)

    @property
    def name(self):
        return f"{self.group.name}-{self.number}"


def weight(path):
    """About as many ordinary tests."""
    file = Path(path)
    return HEAVY.get(file.name) or (len(TEST.findall(file.read_text())) if file.is_file() else 1)


def _files(paths):
    """Files, and folders below those that are asked for: tests of one folder share what is dear to make."""
    for path in paths:
        if Path(path).is_dir():
            yield from map(str, sorted(Path(path).glob("test_*.py")))
            yield from (str(folder) for folder in sorted(Path(path).iterdir()) if any(folder.glob("test_*.py")))
        else:
            yield path


def cut(group, paths):
    """Chunks of about the same weight, the heaviest first; no file and no folder is in two of them."""
    files = sorted(dict.fromkeys(_files(paths)), key=weight, reverse=True)
    parts = [[] for _number in range(min(group.chunks, len(files)))]
    weights = [0] * len(parts)
    for file in files:
        lightest = weights.index(min(weights))
        parts[lightest].append(file)
        weights[lightest] += weight(file)
    ordered = sorted(zip(weights, parts), key=lambda pair: -pair[0])
    return [Chunk(group, tuple(sorted(part)), number, size) for number, (size, part) in enumerate(ordered, 1)]


class Board:
    """What is left to do.  A lane stays in its group, for it has a database of it; then it goes where nobody is."""

    def __init__(self, planned, with_database):
        self.left = {group: cut(group, paths) for group, paths in planned}
        self.total = {group: sum(chunk.weight for chunk in chunks) or 1 for group, chunks in self.left.items()}
        self.bare = {group for group in self.left if group.name in with_database}  # their database is to be made
        self.making = set()

    def take(self, mine=None, others=()):
        """The next chunk for a lane that is in the group `mine` while other lanes are in `others`; None: nothing now."""
        groups = [group for group, chunks in self.left.items() if chunks and group not in self.making]
        if not groups:
            return None
        group = mine if mine in groups else max(groups, key=lambda group: (group not in others, self._seconds(group)))
        if group in self.bare:
            self.bare.remove(group)
            self.making.add(group)
            return Chunk(group)
        return self.left[group].pop(0)

    def made(self, group):
        self.making.remove(group)

    def give_up(self, group):
        """Its database could not be made."""
        self.making.remove(group)
        self.left[group] = []

    def _seconds(self, group):
        return group.seconds * sum(chunk.weight for chunk in self.left[group]) / self.total[group]
