"""Excel workbooks (.xlsx)."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import WorkSheetParser

from crm.imports.reading.grid import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Grid, Line, Options, UnreadableTable, gathered

MOST_UNPACKED = 300 * 1024 * 1024
"""Bytes that a workbook may unpack to: a small file can hold a very large one."""
MOST_LINES = 1_048_576
"""As many as Excel has; a row's number in the file may claim any."""

_PIECE = 1024 * 1024

_BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # A way of packing that Python has not.
    RuntimeError,  # It is encrypted.
    KeyError,
    ValueError,
    IndexError,
    SyntaxError,
    AttributeError,
    TypeError,
    OverflowError,
)


def read_workbook(content: bytes, options: Options) -> Grid:
    """The lines of one sheet: the chosen one, or the one that Excel would show. Raises UnreadableTable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED or _texts(archive) > MOST_CELLS:
                raise UnreadableTable(_("The workbook is too large: split it."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = {
            sheet.title: sheet for sheet in sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible")
        }
        name = options.sheet if options.sheet in sheets else _shown(book)
        lines = gathered(_lines(sheets[name]))
        if not lines and not options.sheet:  # An empty sheet happens to be the active one.
            others = [other for other in sheets if other != name and sheets[other].sheet_state == "visible"]
            name, lines = next(
                ((other, found) for other in others if (found := gathered(_lines(sheets[other])))), (name, lines)
            )
    except _BROKEN as error:
        text = _("The workbook can't be read: save it once more as .xlsx, or as CSV.")
        raise UnreadableTable(text) from error
    return Grid(lines=lines, kind="xlsx", sheets=list(sheets), sheet=name)


def _texts(archive: zipfile.ZipFile) -> int:
    """How many texts the workbook keeps for its cells, counted before openpyxl makes objects of them."""
    ends = 0
    for part in archive.infolist():
        if part.filename.lower().endswith("sharedstrings.xml"):
            with archive.open(part) as file:
                while piece := file.read(_PIECE):
                    ends += piece.count(b"si>")
    return ends // 2


def _shown(book: Any) -> str:
    """The active sheet if it is visible; else the first visible one."""
    visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    active = book.active
    if active is not None and active.title in visible:
        return str(active.title)
    return str((visible or [sheet.title for sheet in book.worksheets])[0])


def _lines(sheet: Any) -> Iterator[Line]:
    """Every row that is written down, and no cell but those: what a sheet says of sizes is not believed.

    openpyxl's own rows fill the gaps: up to a row of the number 1,000,000,000 it would take an hour.
    """
    book = sheet.parent
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, found in parser.parse():
            if number > MOST_LINES:
                raise UnreadableTable(_("The file has more than %(most)d rows: split it.") % {"most": MOST_ROWS})
            cells = {cell["column"]: _text(cell["value"]) for cell in found}
            width = max((column for column, text in cells.items() if text), default=0)
            if width > MOST_COLUMNS:
                raise UnreadableTable(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
            if width:
                yield Line(number, [cells.get(column, "") for column in range(1, width + 1)])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # Excel keeps a telephone number that was typed as a number as a floating point one.
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return "" if text.startswith("#") and text.rstrip("!?").isupper() and text.endswith(("!", "?", "/A")) else text
