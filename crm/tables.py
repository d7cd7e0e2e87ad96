"""Reads a table of texts from what people upload: CSV as Excel and others write it, or an Excel workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 60
LONGEST_CELL = 1000
DELIMITERS = ";,\t|"
MOST_UNPACKED = 300 * 1024 * 1024
"""Bytes that a workbook may unpack to: a small file can hold a very large one."""


class UnreadableTable(Exception):
    """The file is no table; says in words what is wrong with it, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Texts, without empty rows."""

    columns: list[str]
    rows: list[tuple[int, list[str]]]
    """Each with its number as the spreadsheet counts it: the head is row 1."""


def read_table(name: str, content: bytes) -> Table:
    """The table in this file; `name` tells nobody anything. Raises UnreadableTable."""
    if len(content) > MOST_BYTES:
        raise UnreadableTable(_("The file is larger than 20 MB: split it."))
    lines = _excel(content) if content.startswith(b"PK") else _csv(content)
    numbered = [(number, cells) for number, cells in enumerate(lines, 1) if any(cells)]
    if not numbered:
        raise UnreadableTable(_("The file is empty: its first row has to name the columns."))
    (_first, head), *rows = numbered
    while head and not head[-1]:
        head.pop()
    if len(head) > MOST_COLUMNS:
        raise UnreadableTable(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    if not rows:
        raise UnreadableTable(_("The file has only a head: there is no contact in it."))
    if len(rows) > MOST_ROWS:
        raise UnreadableTable(_("The file has more than %(most)d rows: split it.") % {"most": MOST_ROWS})
    width = len(head)
    return Table(columns=head, rows=[(number, (cells + [""] * width)[:width]) for number, cells in rows])


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\0" in text:
        raise UnreadableTable(_("This is neither CSV nor an Excel workbook (.xlsx). Save it as one of these first."))
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        for cells in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True):
            yield [_clean(cell) for cell in cells[: MOST_COLUMNS + 1]]
    except csv.Error as error:
        raise UnreadableTable(_("The CSV is damaged: %(reason)s.") % {"reason": error}) from None


def _decoded(content: bytes) -> str:
    """Unicode where it says so or is valid; else what Excel writes in Russia."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", "replace")


def _excel(content: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise UnreadableTable(_("The workbook is too large: split it."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for cells in book.worksheets[0].iter_rows(max_col=MOST_COLUMNS + 1, values_only=True):
            yield [_text(cell) for cell in cells]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError) as error:
        text = _("The workbook can't be read: save it once more as .xlsx, or as CSV.")
        raise UnreadableTable(text) from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # Excel keeps a telephone number that was typed as a number as a floating point one.
    if isinstance(value, (datetime, date)):
        value = value.isoformat()
    return _clean(str(value))


def _clean(cell: str) -> str:
    """Without what no database stores, and without the apostrophe that guards against formulas."""
    text = cell.replace("\0", "").strip()[:LONGEST_CELL]
    return text[1:] if text[:1] == "'" and text[1:2] in "=+-@" else text
