"""Tables for spreadsheet programs: CSV and Excel, without anything in them that would be run as a formula.

A cell that begins with one of = + - @ is a formula to Excel and LibreOffice, whoever typed it (OWASP, "CSV
Injection"). In CSV such a text gets an apostrophe in front; a plain number, like a telephone's, is none.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.http import FileResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

CSV_TYPE = "text/csv; charset=utf-8"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_AT_ONCE = 500
MOST_EXCEL_ROWS = 1_048_575
_FORMULA = re.compile(r"^[\s]*[=+\-@\t\r\n|]")
_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)?$")


def harmless(text: str) -> str:
    """The text as a CSV cell that no program takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def as_csv(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The rows as CSV in UTF-8 with semicolons, as Excel opens it in Russia, in pieces."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    yield b"\xef\xbb\xbf"  # Without it Excel reads UTF-8 as windows-1251.
    for number, row in enumerate(rows, 1):
        writer.writerow(["" if value is None else harmless(str(value)) for value in row])
        if number % ROWS_AT_ONCE == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def write_excel(rows: Iterable[Sequence[Any]], file: IO[bytes]) -> None:
    """Write the rows as an Excel workbook of one sheet. Texts are texts there, whatever they begin with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for number, row in enumerate(rows):
        if number > MOST_EXCEL_ROWS:
            break
        sheet.append([_excel_cell(sheet, value) for value in row])
    book.save(file)


def download(rows: Iterable[Sequence[Any]], name: str, *, is_async: bool) -> Any:
    """The rows as an answer with a file of this name, `.csv` or `.xlsx`; CSV begins to arrive at once.

    `is_async`: the request came by ASGI, where Django would read a plain iterator to its end first.
    """
    if name.endswith(".xlsx"):
        file = tempfile.SpooledTemporaryFile(max_size=1_000_000)  # noqa: SIM115  (the answer closes it)
        write_excel(rows, file)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL_TYPE)
    pieces = as_csv(rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(_later(pieces) if is_async else pieces, content_type=CSV_TYPE, headers=headers)


async def _later(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await sync_to_async(_next)(pieces):
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")


def _excel_cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"  # openpyxl would make a formula of "=...".
    return cell


def _emptied(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
