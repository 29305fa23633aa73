"""The arrows of the architecture, read from the syntax tree.

1. ``engine/`` imports only the standard library and itself.
2. ``models/`` may import ``engine/``; never ``report/``, ``wizard/``, ``controllers/``.
3. One writer for each fact.
4. Only the enrolment plans a touch.
5. Nothing depends on mining or on reports.
6. Screen, PDF and workbook show the same tables; JavaScript makes no figures of them (lengths of bars it may).
7. Core extensions hold fields and thin hooks.
8. ``tests/e2e`` and ``setup/`` talk to Odoo from outside.
"""

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "sales_conveyor"
WORKBOOKS = {  # the doors to the workbooks
    "conveyor_workbook.py": "sales_conveyor.report.xlsx_writer", "conveyor_process_workbook.py": "sales_conveyor.report.xlsx_document"}
LAYERS = {"engine", "models", "report", "wizard", "controllers"}


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def sources(*folders, root=ADDON):
    return sorted(path for folder in folders for path in (root / folder).rglob("*.py"))


def imports(path):
    """Modules that a file imports, relative ones as ``sales_conveyor.…``."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package[:len(package) - node.level + 1] if node.level else ()
            base = ".".join((*parents, *((node.module,) if node.module else ())))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def layer(module):
    """Layer of our own that a module name belongs to, or ``None``."""
    parts = module.removeprefix("odoo.addons.").split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "sales_conveyor" and parts[1] in LAYERS else None


def calls(path):
    """``(attribute name, call)`` of every method call in a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def offences(paths, is_offence):
    return [f"{path.relative_to(ROOT)}: {found}" for path in paths for found in is_offence(path)]


def test_1_the_engine_knows_the_standard_library_and_itself():
    def foreign(path):
        return [name for name in imports(path)
                if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("sales_conveyor.engine")]
    assert sources("engine"), "no engine found"
    assert not offences(sources("engine"), foreign)


def test_1_the_engine_has_no_clock_of_its_own():
    def clocks(path):
        return [name for name, _call in calls(path) if name in {"now", "today", "utcnow", "time_ns"}]
    assert not offences(sources("engine"), clocks)


def test_2_models_import_no_outer_layer():
    def outer(path):
        return [name for name in imports(path) if layer(name) in {"report", "wizard", "controllers"}]
    assert not offences(sources("models"), outer)


WRITERS = {  # model: the only file that creates its rows
    "conveyor.transition": "conveyor_transition.py",
    "conveyor.touch": "conveyor_touch.py",
    "conveyor.enrolment": "conveyor_enrolment.py",
    "conveyor.rhythm.change": "conveyor_rhythm_change.py",
    "conveyor.counter.reading": "conveyor_counter_reading.py",
}


@pytest.mark.parametrize("model, owner", WRITERS.items(), ids=WRITERS)
def test_3_one_writer_for_each_fact(model, owner):
    table = model.replace(".", "_")

    def writes(path):
        if path.name == owner or path.name.startswith(owner.removesuffix(".py") + "_"):
            return  # the model itself, and its own parts (history, import)
        for name, call in calls(path):
            if name in {"create", "write", "unlink"} and f"self.env['{model}']" in ast.unparse(call.func):
                yield f"line {call.lineno}: {name} of {model}"
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(
                    rf"\b(INSERT INTO|UPDATE|DELETE FROM)\s+{table}\b", node.value):
                yield f"line {node.lineno}: SQL that writes {table}"
    assert not offences(sources("models", "report", "wizard", "controllers"), writes)


def test_4_only_the_enrolment_contacts_a_client():
    contact = {"send_mail", "_action_send_sms", "_message_sms", "message_mail_with_source"}

    def contacts(path):
        if not path.name.startswith(("conveyor_enrolment", "conveyor_step_run")):
            yield from (f"line {call.lineno}: {name}" for name, call in calls(path) if name in contact)
    assert not offences(sources("models", "wizard", "controllers"), contacts)


def test_5_nothing_depends_on_mining_or_reports():
    def mined(path):
        if path.name.startswith(("conveyor_process", "mining")):
            return []
        return [name for name in imports(path) if ".engine.mining" in name]

    def reports(path):
        writer = WORKBOOKS.get(path.name, "no writer")
        return [name for name in imports(path) if layer(name) == "report" and writer not in name]
    assert not offences(sources("engine", "models"), mined)
    assert not offences(sources("engine", "models", "wizard"), reports)


def test_5_a_report_does_not_read_another_reports_python():
    def siblings(path):
        if path.name != "__init__.py":
            own = ".report.xlsx_" if path.name.startswith("xlsx_") else "nothing"  # the files of one writer
            yield from (name for name in imports(path) if layer(name) == "report" and own not in name)
    assert not offences(sources("report"), siblings)


def test_5_one_file_knows_the_library_that_writes_workbooks():
    def library(path):
        return [name for name in imports(path) if name.split(".")[0] == "xlsxwriter" and path.stem != "xlsx_writer"]
    assert not offences(sources("."), library)


def test_5_one_test_program_knows_pm4py():
    """It is AGPL: what the module says is compared with it from outside, and nothing of ours is built on it."""
    def library(path):
        return [name for name in imports(path) if name.split(".")[0] == "pm4py" and path.name != "pm4py_figures.py"]
    addons = [path for root in ROOT.glob("sales_conveyor*") for path in sources(".", root=root)]
    assert not offences([*addons, *sources("tests", "setup", root=ROOT)], library)
    assert any(name == "pm4py" for name in imports(ROOT / "tests" / "engine" / "pm4py_figures.py"))


def test_6_javascript_does_no_arithmetic_on_tables():
    pattern = re.compile(r"(Math\.(round|floor|ceil)|toFixed\(|\bcells(\.\w+|\[[^]]+\])\s*[-+*/])")

    def arithmetic(path):
        return [match.group() for match in pattern.finditer(path.read_text(encoding="utf-8"))]
    assert not offences(sorted((ADDON / "static" / "src").rglob("*funnel*.js")), arithmetic)


CORE = ("crm_", "res_", "sale_order", "mail_", "calendar_", "sms_", "rating_", "digest_", "base_")


def test_7_core_extensions_hold_no_algorithms():
    def deep(path):
        if not path.name.startswith(CORE):
            return
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef):
                statements = sum(isinstance(part, ast.stmt) for part in ast.walk(node)) - 1
                if statements > 20:
                    yield f"line {node.lineno}: {node.name} has {statements} statements"
            if isinstance(node, ast.While):
                yield f"line {node.lineno}: a loop of its own"
    assert not offences(sources("models"), deep)


def test_8_setup_and_browser_tests_stay_outside():
    def inside(path):
        return [name for name in imports(path)
                if name.split(".")[0] in {"odoo", "sales_conveyor"} and not name.startswith("odoo.tests")]
    outside = [*sources("e2e", root=ROOT / "tests"), *sources("setup", root=ROOT)]
    assert not offences(outside, inside)
