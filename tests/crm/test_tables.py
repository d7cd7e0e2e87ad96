"""Files of contacts as people have them: CSV of several kinds, Excel, and what is neither."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from crm.import_fields import guess
from crm.tables import MOST_ROWS, UnreadableTable, read_table

ROWS = [["Имя", "Телефон"], ["Иван", "8 (923) 529-29-26"], ["Пётр; младший", "+79990000000"]]


def excel(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def text(delimiter: str) -> str:
    return "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in ROWS)


@pytest.mark.parametrize(
    "content",
    [
        *(text(delimiter).encode() for delimiter in ";,\t|"),
        b"\xef\xbb\xbf" + text(";").encode(),
        text(";").encode("cp1251"),
        text(";").encode("utf-16"),
        excel(ROWS),
    ],
    ids=["semicolon", "comma", "tab", "bar", "with BOM", "windows-1251", "utf-16", "excel"],
)
def test_every_usual_form_gives_the_same_table(content: bytes) -> None:
    table = read_table("contacts", content)
    assert [table.columns, *(cells for _, cells in table.rows)] == ROWS
    assert [number for number, _ in table.rows] == [2, 3]


def test_a_number_that_excel_took_for_a_number_stays_one() -> None:
    table = read_table("x.xlsx", excel([["Телефон"], [79235292926], [79235292926.0], ["'+79235292926"]]))
    assert [cells for _, cells in table.rows] == [["79235292926"], ["79235292926"], ["+79235292926"]]


def test_empty_rows_are_left_out_and_short_ones_filled() -> None:
    table = read_table("x.csv", b"a;b;;\n\n1\n;;\n1;2;3\n")
    assert table.columns == ["a", "b"]
    assert table.rows == [(3, ["1", ""]), (5, ["1", "2"])]


def _bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"xl/{number}", b"\0" * (100 * 1024 * 1024))
    return file.getvalue()


BAD = {
    "empty": b"",
    "blank": b"\n\n",
    "head only": b"Name;Phone\n",
    "picture": b"\x89PNG\r\n\x1a\n\0\0\0",
    "old excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0",
    "broken zip": b"PK\x03\x04 broken",
    "zip without a workbook": excel([["a"]])[:200],
    "unclosed quote": b'Name;Phone\n"Ivan;1\n',
    "too many columns": (";".join("abc" * 30) + "\n1\n").encode(),
    "too many rows": b"Name\n" + b"x\n" * (MOST_ROWS + 1),
    "too large": b"x" * (20 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_table_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(UnreadableTable) as error:
        read_table(name, BAD[name])
    assert str(error.value)


def test_a_workbook_that_unpacks_to_hundreds_of_megabytes_is_not_unpacked() -> None:
    with pytest.raises(UnreadableTable, match="too large"):
        read_table("bomb.xlsx", _bomb())


def test_heads_are_understood_in_both_languages() -> None:
    assert guess(["ФИО", "Телефон 1", "Телефон 2", "Компания", "E-mail:", "Город", "Имя"]) == [
        *("name", "phone", "phone", "company", "email", "", "")
    ]
    assert guess(["Name", "Mobile", "Job title", "Manager", "Tags", "Notes", ""]) == [
        *("name", "phone", "position", "responsible", "tags", "note", "")
    ]
