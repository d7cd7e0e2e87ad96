"""Workbooks and tables for tests."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from crm.imports.columns import propose
from crm.imports.layout import lay_out
from crm.imports.reading import read_grid

Rows = Sequence[Sequence[Any]]


def workbook(sheets: Mapping[str, Rows], *, active: int = 0, hidden: Iterable[str] = (), dimension: str = "") -> bytes:
    """A workbook; `dimension`: what its sheets say of their own size ("-" for nothing)."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        if title in hidden:
            sheet.sheet_state = "hidden"
    book.active = active
    file = io.BytesIO()
    book.save(file)
    return _resized(file.getvalue(), dimension) if dimension else file.getvalue()


def _resized(content: bytes, dimension: str) -> bytes:
    said = b"" if dimension == "-" else f'<dimension ref="{dimension}"/>'.encode()
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"<dimension [^>]*/>", said, old.read(name)))
    return file.getvalue()


def meant(content: bytes) -> list[dict[str, list[str]]]:
    """Each row of the file by what its columns are proposed to mean, empty cells left out."""
    table = lay_out(read_grid(content))
    fields = propose(table.columns, [line.cells for line in table.rows])
    found = []
    for line in table.rows:
        row: dict[str, list[str]] = {}
        for field, cell in zip(fields, line.cells, strict=True):
            if field and cell:
                row.setdefault(field, []).append(cell)
        found.append(row)
    return found
