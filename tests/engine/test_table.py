"""Tables are plain data; a drill is the conditions of table, row and cell together."""

import json
from dataclasses import replace
from datetime import date

import pytest
from engine.table import Column, Row, Table

PASSED = (("pass_date", "!=", False),)
TABLE = Table(
    key="funnel", title="Funnel",
    columns=(
        Column("section", "Section"),
        Column("passed", "Passed", "integer", drill=PASSED),
        Column("value", "Value", "money"),
        Column("when", "When", "date"),
    ),
    rows=(
        Row("4", {"section": "New", "passed": 3, "value": 1.5, "when": date(2024, 5, 1)}, domain=(("stage_id", "=", 4),)),
        Row("5", {"section": "Won", "passed": None}, domain=(("stage_id", "=", 5),)),
        Row("6", {"section": "Old", "passed": 1}, drills={"passed": None}),
        Row("7", {"section": "May", "passed": 2}, drills={"passed": (("pass_date", "<", "2024-06-01"),)},
            types={"passed": "decimal"}),
    ),
    drill={"model": "crm.lead", "field": "facts", "domain": [("company_id", "in", [1])], "context": {}},
)
COMPANY = ("company_id", "in", [1])

DRILLS = (
    ("4", "passed", [("facts", "any", [COMPANY, ("stage_id", "=", 4), *PASSED])], "table, row and column add up"),
    ("4", "value", None, "a column without a drill opens nothing"),
    ("5", "passed", None, "a missing number opens nothing"),
    ("6", "passed", None, "a row may close a column's drill"),
    ("7", "passed", [("facts", "any", [COMPANY, ("pass_date", "<", "2024-06-01")])], "a row may replace it"),
)


@pytest.mark.parametrize("row, column, expected, why", DRILLS, ids=[case[-1] for case in DRILLS])
def test_drill(row, column, expected, why):
    assert TABLE.drill_domain(TABLE.row(row), column) == expected, why


def test_a_drill_without_a_field_is_on_the_records_themselves():
    table = replace(TABLE, drill={**TABLE.drill, "field": ""})
    assert table.drill_domain(table.row("4"), "passed") == [COMPANY, ("stage_id", "=", 4), *PASSED]


def test_as_dict_is_json():
    data = json.loads(json.dumps(TABLE.as_dict()))
    assert data["rows"][0]["cells"] == {"section": "New", "passed": 3, "value": 1.5, "when": "2024-05-01"}
    assert data["columns"][1]["drill"] == [["pass_date", "!=", False]]
    assert data["columns"][0] == {"key": "section", "label": "Section", "type": "text", "note": "", "drill": None, "under": ""}
    assert data["total"] is None


def test_cells_are_found_by_key():
    assert TABLE.value("4", "passed") == 3
    assert TABLE.type_of(TABLE.row("7"), "passed") == "decimal"
    assert TABLE.type_of(TABLE.row("4"), "passed") == "integer"
    assert [column.key for column in TABLE.without("value").columns] == ["section", "passed", "when"]
    with pytest.raises(KeyError):
        TABLE.row("8")
    with pytest.raises(KeyError):
        TABLE.column("nothing")


def test_unknown_type_is_refused():
    with pytest.raises(ValueError, match="unknown type 'float'"):
        Column("x", "X", "float")
