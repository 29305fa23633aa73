"""Raw rows by the million: a sheet's XML streamed into a finished workbook.

How it works
------------
XlsxWriter writes the workbook as a *frame*: everything, but of a raw sheet
only its header, its column formats and a table object. Here the frame's parts
are copied, and into the raw sheet's XML, after its header row, the rows are
written one by one as they come::

    frame sheet   <sheetData><row r="1">…header…</row>        </sheetData>…
                                                       ^ rows

The rows refer to the styles that the frame gave to its columns, and hold their
texts themselves (``t="inlineStr"``). So memory does not grow with the rows.

A sheet is full at ``limit`` rows, or when its XML nears two gigabytes: longer
parts need ZIP64, which makes Excel offer a repair. Then the next one begins,
and the frame is asked for once more, with as many raw sheets as there are.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, count, islice, repeat
from math import isfinite
from typing import Any, BinaryIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from ..engine.table import DATE, TEXT, Column
from .xlsx_format import MAX_TEXT, clean_text, day_number

MAX_ROWS = 1_048_576  # of a sheet, its header included
MAX_BYTES = 2_000_000_000  # of a sheet's XML, see above
_ROWS_A_WRITE = 500
_CACHED_PIECES, _CACHED_LENGTH = 4096, 160  # bounds the memory of a column's cache


class RawSheets:
    """The parts of the raw sheets: ``first`` is the number of the first one's part."""

    def __init__(self, columns: Sequence[Column], rows: Iterable[Sequence], limit: int = MAX_ROWS):
        self.columns, self.limit = columns, limit
        self._rows = iter(rows)

    def peek(self, count: int = 200) -> list[Sequence]:
        """The first rows, which stay to be written."""
        first = list(islice(self._rows, count))
        self._rows = chain(first, self._rows)
        return first

    def merge(self, stream: BinaryIO, make_frame: Callable[[int], BinaryIO], first: int) -> list[int]:
        """Write frame and rows as one workbook; returns the rows of each raw sheet.

        :param make_frame: gives the workbook with that many raw sheets
        :param first: the number of the first raw sheet among the sheets
        """
        return merge_sheets(stream, [self], lambda counts: make_frame(*counts), first)[0]

    def write_sheets(self, package: ZipFile, sheet: str, first: int) -> list[int]:
        """Write the sheets into an open package, the first one as part number ``first``.

        :param sheet: the frame's XML of the sheet
        """
        head, tail = _DIMENSION.sub("", sheet).split("</sheetData>")
        write_rows = rows_writer(self.columns, column_styles(head, len(self.columns)))
        counts = []
        rows = self._rows
        while not counts or (following := next(rows, None)) is not None:
            if counts:
                rows = chain([following], rows)
            with package.open(_sheet_name(first + len(counts)), "w") as part:
                part.write(head.encode())
                counts.append(self._write_rows(part, rows, write_rows))
                part.write(f"</sheetData>{tail}".encode())
        return counts

    def _write_rows(self, part: BinaryIO, rows: Iterator[Sequence], write_rows) -> int:
        written = size = 0
        while size < MAX_BYTES and (batch := list(islice(rows, min(_ROWS_A_WRITE, self.limit - 1 - written)))):
            data = write_rows(written + 2, batch).encode()
            part.write(data)
            written += len(batch)
            size += len(data)
        return written


def merge_sheets(stream: BinaryIO, groups: Sequence[RawSheets], make_frame: Callable[[list[int]], BinaryIO], first: int) -> list[list[int]]:
    """Write frame and several groups of raw sheets, which follow each other, as one workbook.

    :param make_frame: gives the workbook with so many raw sheets of each group
    :return: the rows of each raw sheet, by group
    """
    frame = ZipFile(make_frame([1] * len(groups)))
    counts: list[list[int]] = []
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("_rels/.rels", frame.read("_rels/.rels"))  # by its first part a file is known as OOXML
        for place, group in enumerate(groups):
            sheet = frame.read(_sheet_name(first + place)).decode()
            counts.append(group.write_sheets(package, sheet, first + sum(map(len, counts))))
        if any(len(own) > 1 for own in counts):
            frame = ZipFile(make_frame([len(own) for own in counts]))
        _copy_parts(frame, package, [*chain.from_iterable(counts)])
    return counts


# ---------------------------------------------------------- parts of the frame
_DIMENSION = re.compile(r"<dimension [^>]*/>")
_COLUMN = re.compile(r"<col [^>]*/>")
_REFERENCE = re.compile(rb'ref="A1:([A-Z]+)\d+"')


def _sheet_name(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def column_styles(sheet: str, count: int) -> list[int]:
    """The style numbers that a sheet's XML gives to its first columns."""
    styles = [0] * count
    for element in _COLUMN.findall(sheet):
        first, last, style = (int((re.findall(rf' {name}="(\d+)"', element) or ["0"])[0])
                              for name in ("min", "max", "style"))
        styles[first - 1:last] = [style] * (min(last, count) - first + 1)
    return styles


def _copy_parts(frame: ZipFile, package: ZipFile, counts: list[int]) -> None:
    """What is not there yet; the table objects get as long as their sheets."""
    there = set(package.namelist())
    lengths = {f"xl/tables/table{number}.xml": max(count, 1) + 1 for number, count in enumerate(counts, 1)}
    for name in frame.namelist():
        if name not in there:
            content = frame.read(name)
            if name in lengths:
                content = _REFERENCE.sub(rb'ref="A1:\g<1>%d"' % lengths[name], content)
            package.writestr(name, content)


# ---------------------------------------------------------------- rows as XML
def rows_writer(columns: Sequence[Column], styles: Sequence[int]) -> Callable[[int, Sequence[Sequence]], str]:
    """A function of first row number and rows that gives the rows' XML.

    Between the pieces of a row's XML stands the row's number, again and again::

        <row r="  2  "><c r="A  2  " s="3"><v>7</v></c><c r="B  2  " …/></row>

    so that a row is its number, joining them. Pieces are made column by column;
    the loops over cells and rows run in C.
    """
    starts = [f'<c r="{_letters(index)}' for index in range(len(columns))]
    makers = [_piece_maker(column.type, style, end)
              for column, style, end in zip(columns, styles, [*starts[1:], "</row>"])]
    head = ('<row r="', f'">{starts[0]}')

    def write_rows(number: int, rows: Sequence[Sequence]) -> str:
        pieces = zip(*map(repeat, head), *map(map, makers, zip(*rows)))
        return "".join(map(str.join, map(str, count(number)), pieces))

    return write_rows


def _letters(index: int) -> str:
    """``0`` is A, ``26`` is AA."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


class _Known(dict):
    """Short pieces that come again are made once."""

    def __init__(self, make: Callable[[Any], str]):
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> str:
        piece = self._make(value)
        if len(self) < _CACHED_PIECES and len(piece) < _CACHED_LENGTH and value is not False:
            self[value] = piece
        return piece


def _piece_maker(column_type: str, style: int, end: str) -> Callable[[Any], str]:
    """A function that gives of a value what follows its cell's reference, up to ``end``."""
    empty = f'" s="{style}"/>{end}'
    text_start, text_end = f'" s="{style}" t="inlineStr"><is><t', f"</t></is></c>{end}"
    number_start, number_end = f'" s="{style}"><v>', f"</v></c>{end}"

    def text(value: Any) -> str:
        if value is None or value is False or value == "":
            return empty
        return f"{text_start}{_text_element(value)}{text_end}"

    def number(value: Any) -> str:
        if value is None or value is False:
            return empty
        if isinstance(value, (int, float)):
            return f"{number_start}{value + 0}{number_end}" if isfinite(value) else empty
        if isinstance(value, date) and (day := day_number(value)) is not None:
            return f"{number_start}{day}{number_end}"
        return text(str(value))

    if column_type in (TEXT, DATE):
        return _Known(text if column_type == TEXT else number).__getitem__
    return number


_ESCAPE_LOOKALIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x0041_ as A


def _text_element(value: Any) -> str:
    """A text with the end of its start tag. Most are plain, which is soon seen."""
    text = value if isinstance(value, str) else str(value)
    if (len(text) > MAX_TEXT // 2 or not text.isprintable()
            or "&" in text or "<" in text or ">" in text or "_x" in text):
        text = _ESCAPE_LOOKALIKE.sub("_x005F_", escape(clean_text(text)))
    if text[:1].isspace() or text[-1:].isspace():
        return f' xml:space="preserve">{text}'
    return f">{text}"
