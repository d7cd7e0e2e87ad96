"""Small files that cost much to read, made for tests."""

from __future__ import annotations

import io
import zipfile

from tests.crm.imports.tables import workbook
from tests.rounds import rounds

MEGABYTE = 1024 * 1024
MANY = rounds(MEGABYTE // 4, full=MEGABYTE)
"""Where a file that is a quarter as large is refused in the same words."""
_SHEET = "xl/worksheets/sheet1.xml"
_SHARED = "xl/sharedStrings.xml"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_STRINGS = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
_ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


def spoilt(name: str, content: bytes) -> bytes:
    """A good workbook in which one part is this."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"A": [["Имя"], ["Иван"]]}))) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part).replace(b"</Types>", _STRINGS + b"</Types>"))
        new.writestr(name, content)
        if name != _SHARED:
            new.writestr(_SHARED, b"<sst " + _MAIN.encode() + b"/>")
    return file.getvalue()


def sheet(rows: str, head: str = "") -> bytes:
    return spoilt(_SHEET, f"{head}<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>".encode())


def row(number: int, text: str = "x", column: str = "A") -> str:
    return f'<row r="{number}"><c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def shared_strings() -> bytes:
    """One cell, and millions of texts that no cell has."""
    strings = b"<si><t>x</t></si>" * (11 * MEGABYTE)
    return spoilt(_SHARED, b"<sst " + _MAIN.encode() + b">" + strings + b"</sst>")


def card(lines: str) -> bytes:
    return f"BEGIN:VCARD\nVERSION:2.1\n{lines}\nEND:VCARD\n".encode()


BOMBS = {
    "a row of the number 1,000,000,000": lambda: sheet(row(1) + row(1_000_000_000)),
    "a sheet of a million rows": lambda: sheet(row(1) + "<row/>" * MANY + row(MEGABYTE + 2)),
    "a cell in column XFD": lambda: sheet(row(1) + row(2, column="XFD")),
    "60,000 rows": lambda: sheet("".join(map(row, range(1, 60_000)))),
    "a zip bomb": lambda: spoilt("xl/media/image1.png", bytes(400 * MEGABYTE)),
    "texts that no cell has": shared_strings,
    "entities of entities": lambda: sheet(
        row(1) + row(2, "&a11;"), f'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{_ENTITIES}]>'
    ),
    "a file of line ends": lambda: b"a;b\n" + b"\n" * (19 * MANY),
    "a file of short lines": lambda: b"a;b\n" * (4 * MEGABYTE),
    "a quotation mark that is never closed": lambda: 'Имя;Заметка\nИван;"'.encode() + b"x\n" * 900_000,
    "a line of delimiters": lambda: b"a;b\n" + b";" * (19 * MANY) + b"x\n",
    "a page of cells": lambda: b"<table><tr>" + b"<td>x" * (3 * MANY) + b"</table>",
    "tables in tables": lambda: b"<html>" + b"<table><tr><td>" * MANY,
    "a card of very many numbers": lambda: card("TEL:1\n" * MANY) + card("TEL:1") * 20_000,
    "cards in cards": lambda: b"BEGIN:VCARD\n" * MANY,
}
"""Each by its name; none may be read."""

LARGE = {
    "one cell of 19 MB": lambda: "Имя;Заметка\nИван;".encode() + b"x" * (19 * MEGABYTE),
    "a photograph of 15 MB": lambda: card(
        "FN:Ivan\nPHOTO;ENCODING=BASE64:" + ("A" * 74 + "\n ") * (15 * MEGABYTE // 76) + "\nTEL:1"
    ),
    "a note of half a million soft line ends": lambda: card(
        "FN:Ivan\nNOTE;ENCODING=QUOTED-PRINTABLE:" + "=41=\n" * 500_000 + "\nTEL:1"
    ),
}
"""Odd, but somebody's contact is in them: they are read."""
