"""Which tests there are, and which of them the arguments ask for."""
from dataclasses import dataclass
from pathlib import Path

from ..errors import SetupError


@dataclass(frozen=True)
class Group:
    name: str
    roots: tuple             # folders, relative to the checkout
    seconds: int             # that it takes in one lane, about
    chunks: int = 1          # into how many it is cut for several lanes
    needs_browser: bool = False
    needs_mining: bool = False


GROUPS = (
    Group("plain", ("tests/engine", "tests/architecture", "tests/setup"), seconds=300, chunks=8, needs_mining=True),
    Group("load", ("tests/load",), seconds=110),
    Group("odoo", ("sales_conveyor/tests",), seconds=820, chunks=8, needs_browser=True),
    Group("glue", ("sales_conveyor_pos/tests", "sales_conveyor_loyalty/tests", "sales_conveyor_website/tests"), seconds=60),
    Group("e2e", ("tests/e2e",), seconds=900, chunks=12, needs_browser=True),
)


def split_arguments(arguments):
    """Paths apart from options.  `-k EXPRESSION` and the like keep their value."""
    paths, options = [], []
    rest = iter(arguments)
    for argument in rest:
        if argument in ("-k", "-m", "-p", "-o", "-W", "--maxfail", "--durations", "--tb"):
            options += [argument, *[value for value in [next(rest, None)] if value is not None]]
        elif argument.startswith("-"):
            options.append(argument)
        else:
            paths.append(argument)
    return paths, options


def take_lanes(arguments):
    """(how many lanes were asked for, or None; the other arguments)"""
    rest, lanes = list(arguments), None
    for position, argument in enumerate(arguments):
        name, separator, value = argument.partition("=")
        if name == "--lanes":
            value = value if separator else "".join(arguments[position + 1:position + 2])
            if not value.isdigit() or int(value) < 1:
                raise SetupError(f"{value!r} is no number of lanes", "Give one, for instance --lanes 2.")
            lanes = int(value)
            del rest[position:position + (1 if separator else 2)]
            break
    return lanes, rest


def _inside(path, folder):
    return path == folder or folder in path.parents


def _chosen(group, path, node, checkout):
    """What of the group the path asks for: the path itself, or the roots that it contains."""
    roots = [checkout / root for root in group.roots]
    if any(_inside(path, root) for root in roots):
        return [f"{path}{node}"]
    return [str(root) for root in roots if path in root.parents and root.is_dir()]


def plan(paths, checkout, here=None):
    """[(group, pytest paths)] for what the user asks; without paths everything that there is."""
    chosen = {group: [] for group in GROUPS}
    for text in paths or [str(checkout)]:
        name, separator, node = text.partition("::")
        path = ((here or Path.cwd()) / name).resolve()
        if not path.exists():
            raise SetupError(f"there is no {name}", "Give a file or folder below tests/ or the tests of an addon.")
        found = {group: _chosen(group, path, separator + node, checkout) for group in GROUPS}
        if not any(found.values()):
            raise SetupError(f"{name} belongs to no group of tests",
                             "Tests are in " + ", ".join(root for group in GROUPS for root in group.roots) + ".")
        for group in GROUPS:
            chosen[group] += found[group]
    return [(group, chosen[group]) for group in GROUPS if chosen[group]]
