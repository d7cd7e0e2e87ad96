"""Tables for spreadsheet programs as CSV, without anything in them that would be run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

from telephony.call_log.formulas import guarded

CSV_TYPE = "text/csv; charset=utf-8"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_AT_ONCE = 500


def as_csv(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The rows as CSV in UTF-8 with semicolons, as Excel opens it in Russia, in pieces."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    yield b"\xef\xbb\xbf"  # Without it Excel reads UTF-8 as windows-1251.
    for number, row in enumerate(rows, 1):
        writer.writerow(["" if value is None else guarded(str(value)) for value in row])
        if number % ROWS_AT_ONCE == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def download(rows: Iterable[Sequence[Any]], name: str, *, is_async: bool) -> StreamingHttpResponse:
    """The rows as an answer with a CSV file of this name, which begins to arrive at once.

    `is_async`: the request came by ASGI, where Django would read a plain iterator to its end first.
    """
    pieces = as_csv(rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(_later(pieces) if is_async else pieces, content_type=CSV_TYPE, headers=headers)


async def _later(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await sync_to_async(_next)(pieces):
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")


def _emptied(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
