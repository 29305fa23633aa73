"""What Excel wants, from what Odoo has: texts, day numbers, number formats, sheet names.

Pure functions and one small data class; neither Odoo nor a library is needed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from math import ceil
from textwrap import wrap
from typing import Any

from ..engine.table import DATE, DATETIME, DAYS, DECIMAL, INTEGER, MONEY, PERCENT, TEXT, Column

MAX_TEXT = 32_767  # characters of a cell, counted by Excel as UTF-16 units
MAX_NAME = 31  # characters of a sheet's name
MAX_WIDTH, MIN_WIDTH = 60, 6
FILTER_ARROW = 3  # characters that the filter's button covers
LINE_HEIGHT, MAX_HEIGHT = 15, 409  # points
LETTERS, WIDE_LETTERS = 1.1, .9  # letters on the room of a digit, which is the unit of widths: Latin and others
BOLD, WIDE_BOLD = 1.1, 1.35  # digits' room that a letter of a header takes
_WIDE = re.compile("[^\x00-\u024f]")  # letters of Cyrillic, Greek, Chinese, …

# What no XML document may contain, and what a reader would turn into something else.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAME_ILLEGAL = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_EPOCH, _DAY = datetime(1899, 12, 30), timedelta(days=1)
_EPOCH_DAY = _EPOCH.toordinal()
_FIRST_SAFE_DAY = 61  # 1 March 1900: before it Excel counts a day that never was


def clean_text(value: Any) -> str:
    """A text that a cell can hold: no control characters, at most 32,767 characters."""
    text = str(value)
    if not text.isprintable():  # most texts are, which is quicker to see
        text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return cut(text, MAX_TEXT)


def cut(text: str, limit: int) -> str:
    """The text, ended by "…" where it is longer than ``limit`` UTF-16 units."""
    if len(text) * 2 <= limit or _utf16_length(text) <= limit:
        return text
    return text.encode("utf-16-le")[:(limit - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def day_number(value: date) -> float | None:
    """Excel's number of a date or time, ``None`` for one that Excel cannot count."""
    if isinstance(value, datetime):
        days = ((value.replace(tzinfo=None) if value.tzinfo else value) - _EPOCH) / _DAY
    else:
        days = value.toordinal() - _EPOCH_DAY
    return days if days >= _FIRST_SAFE_DAY else None


# ---------------------------------------------------------------- formats
_STRFTIME = {
    "d": "dd", "-d": "d", "e": "d", "m": "mm", "-m": "m", "b": "mmm", "h": "mmm", "B": "mmmm", "y": "yy", "Y": "yyyy",
    "a": "ddd", "A": "dddd", "H": "hh", "-H": "h", "I": "hh", "-I": "h", "M": "mm", "-M": "m", "S": "ss", "p": "AM/PM",
    "%": '"%"',
}
_DIRECTIVE = re.compile(r"%(-?[A-Za-z%])|([\s.,:/-]+)|([^%\s.,:/-]+)")


@cache
def excel_date_format(strftime: str, default: str = "yyyy-mm-dd") -> str:
    """Excel's format code of a language's strftime pattern.

    >>> excel_date_format("%d.%m.%Y г.")
    'dd.mm.yyyy "г".'
    """
    parts = []
    for directive, separator, literal in _DIRECTIVE.findall(strftime or ""):
        if directive and directive not in _STRFTIME:
            return default  # the day of the year, week numbers: Excel has no code for them
        parts.append(_STRFTIME[directive] if directive else separator or _literal(literal))
    return "".join(parts).strip() or default


def _literal(text: str) -> str:
    return '"%s"' % text.replace('"', "").replace("\\", "")


def money_format(currency: Mapping[str, Any] | None) -> str:
    """``currency``: as in ``Table.currency``; its symbol stands where it stands in Odoo."""
    currency = currency or {}
    places = currency.get("decimal_places", 2)
    number = "#,##0" + ("." + "0" * places if places else "")
    symbol = currency.get("symbol")
    if not symbol:
        return number
    if currency.get("position") == "before":
        return _literal(symbol) + number
    return number + _literal(f"\N{NO-BREAK SPACE}{symbol}")


@dataclass(frozen=True)
class Look:
    """How values look to one reader: his language's dates, the tables' currency."""

    date_format: str = "%Y-%m-%d"
    time_format: str = "%H:%M"
    currency: Mapping[str, Any] | None = None

    def number_format(self, column_type: str, key: str = "") -> str:
        """Excel's format code for values of that type; empty for text."""
        day = excel_date_format(self.date_format)
        if column_type == DATE and key == "month":
            return "mmm yyyy"
        if column_type == INTEGER and (key == "id" or key.endswith("_id")):
            return "0"
        return {
            TEXT: "", INTEGER: "#,##0", DECIMAL: "#,##0.00", DAYS: "#,##0.0", PERCENT: "0.0%",
            MONEY: money_format(self.currency), DATE: day,
            DATETIME: f"{day} {excel_date_format(self.time_format.replace(':%S', ''), 'hh:mm')}",
        }[column_type]

    def width(self, column: Column, values: Mapping[str, Sequence[Any]], arrow: int = FILTER_ARROW) -> float:
        """Characters that a column needs for its label's words and for these values, given by type.

        :param arrow: room of the filter's button, where there is one
        """
        label = max((_room_in_bold(word) for word in column.label.split()), default=0) + arrow
        content = max((self._longest(kind, [value for value in found if value is not None])
                       for kind, found in values.items()), default=0)
        return min(max(label, content + 2, MIN_WIDTH), MAX_WIDTH)

    def _longest(self, column_type: str, values: Sequence[Any]) -> int:
        return max((self._length(column_type, value) for value in _extremes(column_type, values)), default=0)

    def _length(self, column_type: str, value: Any) -> int:
        if isinstance(value, date):
            return len(self.number_format(column_type))
        if column_type == TEXT or not isinstance(value, (int, float)):
            text = str(value)
            return _room(text) if text.isprintable() else max((_room(line) for line in text.splitlines()), default=0)
        if column_type == MONEY:
            currency = self.currency or {}
            return len(f"{value:,.{currency.get('decimal_places', 2)}f}{currency.get('symbol') or ''}") + 1
        return len(f"{value:,.1f}")


def _extremes(column_type: str, values: Sequence[Any]) -> Sequence[Any]:
    """Of numbers and dates the lowest and the highest, one of which is the longest; texts all."""
    if column_type == TEXT or not values:
        return values
    try:
        ends = min(values), max(values)
    except TypeError:  # of several kinds
        return values
    return values if isinstance(ends[0], str) else ends


def _room_in_bold(word: str) -> int:
    """Digits' room of a word of a header, which no line break may part."""
    wide = len(_WIDE.findall(word))
    return ceil(BOLD * (len(word) - wide) + WIDE_BOLD * wide)


def _room(line: str) -> int:
    """Digits' room in which the whole line stands; see ``_letters``."""
    return ceil(len(line) / WIDE_LETTERS) if _WIDE.search(line) else len(line)


def exceeds(text: str, width: float) -> bool:
    """Whether a text may need more than one line; quick, and rather yes than no."""
    return len(text) > width * WIDE_LETTERS or "\n" in text


def row_height(texts_and_widths: Iterable[tuple[str, float]]) -> int:
    """Points that a row needs so that all its wrapped texts are seen."""
    lines = (sum(len(wrap(line, _letters(line, width))) or 1 for line in text.splitlines())
             for text, width in texts_and_widths)
    return min(LINE_HEIGHT * max(lines, default=1), MAX_HEIGHT)


def _letters(line: str, width: float) -> int:
    """How many letters of such a text stand in one line of that width."""
    return max(int(width * (WIDE_LETTERS if _WIDE.search(line) else LETTERS)), 1)


# ------------------------------------------------------------ sheet names
class SheetNames:
    """Gives out names that Excel accepts and that nobody has yet."""

    def __init__(self):
        self._taken = {"history"}  # Excel keeps this one for itself

    def take(self, wish: str) -> str:
        """A free name like ``wish``; the second "Leads" is "Leads 2"."""
        base = " ".join(_NAME_ILLEGAL.sub(" ", wish or "").split()).strip("' ") or "Sheet"
        number, name = 1, _shortened(base)
        while name.casefold() in self._taken:
            number += 1
            name = _shortened(base, f" {number}")
        self._taken.add(name.casefold())
        return name


def _shortened(base: str, suffix: str = "") -> str:
    return cut(base, MAX_NAME - len(suffix)).rstrip("' ") + suffix
