"""Tables as Excel workbooks. Only whoever writes one imports this: openpyxl takes a tenth of the start of a process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import ALL_TEMP_FILES, WorksheetWriter

from telephony.call_log.formulas import guarded

MOST_EXCEL_ROWS = 1_048_575
LOOKED_AT = 50
"""Rows of which the widths of columns are made: they have to be written before all rows are there."""
LEAST_WIDTH, MOST_WIDTH = 8, 50
"""Characters."""


def write_excel(rows: Iterable[Sequence[Any]], file: IO[bytes], *, work_file: Path) -> None:
    """Write the rows as an Excel workbook of one sheet. Texts are texts there, whatever they begin with.

    The first row stays in sight, and columns are as wide as what stands in the first rows.
    Takes seconds for ten thousands of rows: for a worker. What the rows raise is raised. `work_file` holds what has
    been written so far, and is gone afterwards, unless the process is killed.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    rest = iter(rows)
    first = list(islice(rest, LOOKED_AT))
    _lay_out(sheet, first)
    # By itself openpyxl takes a file among the system's temporary ones, where nobody would find it after a kill.
    work_file.touch(mode=0o600)
    sheet._writer = WorksheetWriter(sheet, out=str(work_file))
    ALL_TEMP_FILES.append(str(work_file))
    sheet._writer.write_top()
    try:
        for number, row in enumerate(chain(first, rest)):
            if number > MOST_EXCEL_ROWS:
                break
            sheet.append([_excel_cell(sheet, value) for value in row])
        book.save(file)
    finally:
        if str(work_file) in ALL_TEMP_FILES:
            _break_off(sheet)


def _lay_out(sheet: Any, rows: Sequence[Sequence[Any]]) -> None:
    sheet.freeze_panes = "A2"
    for number in range(max(map(len, rows), default=0)):
        widest = max(_width(row[number]) for row in rows if number < len(row))
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(max(widest + 2, LEAST_WIDTH), MOST_WIDTH)


def _width(value: Any) -> int:
    """In characters; of a text of several lines the widest one."""
    if isinstance(value, datetime):
        return len("2026-01-31 12:00:00")
    if isinstance(value, date):
        return len("2026-01-31")
    return max(map(len, str("" if value is None else value).splitlines()), default=0)


def _break_off(sheet: Any) -> None:
    with suppress(Exception):  # In the middle of a row it can't be closed in order.
        sheet.close()
    with suppress(FileNotFoundError):
        sheet._writer.cleanup()


def _excel_cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"  # openpyxl would make a formula of "=...".
    if guarded(value) != value:
        cell.quotePrefix = True  # Excel would make one of it as soon as somebody edits the cell.
    return cell
