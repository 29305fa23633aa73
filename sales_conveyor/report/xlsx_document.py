"""Finished tables as a workbook of their own, with a picture: no raw rows, no charts.

How to use::

    DocumentWorkbook(tables, Look("%d.%m.%Y"), properties, Picture(png, "What it shows", 0.5)).write(stream)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from ..engine.table import Table
from .xlsx_format import Look, clean_text
from .xlsx_writer import NOTE, FunnelWorkbook

__all__ = ["DocumentWorkbook", "Look", "Picture"]
MAX_ALTERNATIVE = 255  # characters of an alternative text that Excel shows
PAGE, DIGIT = 960, 7  # pixels of a landscape page at full size, and of a digit, the unit of widths


@dataclass(frozen=True)
class Picture:
    """A picture below the first table.

    :param png: ``None``: there is none, and ``text`` says so in its place
    :param text: alternative text for screen readers
    :param scale: of its pixels on the sheet; less where it is wider than a page, or the table would be printed small with it
    """

    png: bytes | None
    text: str
    scale: float = 1


class DocumentWorkbook(FunnelWorkbook):
    """A sheet for each table, in their order."""

    def __init__(self, tables: Mapping[str, Table], look: Look | None = None, properties: Mapping[str, Any] | None = None,
                 picture: Picture | None = None):
        self._tables, self._raws, self._first_rows = tables, {}, {}
        self._look, self._properties, self._picture = look or Look(), dict(properties or {}), picture

    def write(self, stream: BinaryIO) -> list[int]:
        """Write the XLSX into a binary file object; there are no raw rows."""
        stream.write(self._frame([]).getbuffer())
        return []

    def _write_table(self, key, add_chart=None):
        is_first = key == next(iter(self._tables), None)
        super()._write_table(key, self._place_picture if is_first and self._picture else None)

    def _place_picture(self, sheet, table, row):
        picture = self._picture
        text = clean_text(picture.text)
        if not picture.png:
            self._write_notes(sheet, [text], row, self._widths(table))
            return
        scale = min(picture.scale, max(PAGE, DIGIT * sum(self._widths(table))) / _png_width(picture.png))
        sheet.insert_image(row, 0, "belt.png", {
            "image_data": BytesIO(picture.png), "x_scale": scale, "y_scale": scale, "object_position": 2,
            "description": text[:MAX_ALTERNATIVE]})


def _png_width(png: bytes) -> int:
    """Pixels, from the header that every PNG begins with."""
    return int.from_bytes(png[16:20], "big")
