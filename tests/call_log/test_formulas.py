"""No cell of a table is run by a spreadsheet program, however it takes the file apart; and nothing is lost by that."""

from __future__ import annotations

import csv
import io
import re
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from telephony.call_log.formulas import guarded, unguarded
from telephony.call_log.spreadsheet import as_csv
from telephony.call_log.workbook import _excel_cell
from tests.rows import rows

PAYLOADS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil";"x")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "'=1+1",
    "%0A-3+3+cmd|' /C calc'!D2",
]
BEFORE = ["", " ", "\t", "\r", "\n", "\u00a0", "\u200b", '"', '""', "x,", "x;", "x\t", "x\r\n", 'x,"', 'x; "', "x, \t"]
SIGNS = "=+@＝＋－＠-"
NUMBER = re.compile(rf"[{SIGNS}]\d*(\.\d+)?\s*([,;\t|].*)?", re.DOTALL)
"""Alone, or with what a program that splits elsewhere takes into the same cell: no operator, so no formula."""
letters = st.text(alphabet="=+-@＝|\"',;\t\r\n 1a(\u00a0\u200b", max_size=30)


def read(content: bytes, delimiters: str) -> list[str]:
    """The cells, as a program takes them that splits at these."""
    text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    for more in delimiters[1:]:
        text = text.replace(more, delimiters[0])
    return [cell for row in csv.reader(io.StringIO(text), delimiter=delimiters[0]) for cell in row]


def would_run(cell: str) -> bool:
    begun = cell.strip(' \t\r\n\u00a0\u200b\ufeff"')
    return begun[:1] in tuple(SIGNS) and not NUMBER.fullmatch(begun)


def never_runs(text: str) -> None:
    content = b"".join(as_csv([["x", text, "y"], [text, "y", "x"]]))
    for delimiters in (";", ",", "\t", "|", ",;\t", ",;\t|"):
        ran = [cell for cell in read(content, delimiters) if would_run(cell)]
        assert not ran, (delimiters, text)
    plain_lines = content.decode("utf-8-sig").replace("\r", "\n").replace('"', "").split("\n")
    for line, delimiter in product(plain_lines, ";,\t|"):  # A program that knows no quotation marks.
        assert not any(map(would_run, line.split(delimiter))), (delimiter, text)


def test_no_reading_of_a_file_runs_a_formula() -> None:
    with rows() as row:
        for before, payload in product(BEFORE, PAYLOADS):
            with row(repr(before + payload)):
                never_runs(before + payload)
                assert unguarded(guarded(before + payload)) == before + payload


@given(letters)
@example("a,'=1")
@example("-1")
@example("'(1")
@example("''1;=2")
@example("'1;==")
@example("'1;'=")
@example("\r-1")
@example("a;b,-1")
@example('a",-1')
def test_no_text_runs_and_every_text_comes_back(text: str) -> None:
    never_runs(text)
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["+79235292926", "+79235292926, +79161234567", "-5", "+1.5", "", "a+b=c", "x - y"])
def test_numbers_and_plain_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


def test_a_long_text_of_signs_takes_no_time() -> None:
    for sign in ("\t", "'", ",", "=", "'=", ",=", "\"'"):
        assert unguarded(guarded(sign * 50_000)) == sign * 50_000


def test_texts_of_a_workbook_are_texts_also_when_they_are_edited() -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    texts = [text for text in PAYLOADS if not text.startswith("%")]
    sheet.append([_excel_cell(sheet, text) for text in [*texts, "+79235292926", "Иван"]])
    file = io.BytesIO()
    book.save(file)
    (row,) = load_workbook(io.BytesIO(file.getvalue())).active.iter_rows()  # type: ignore[union-attr]
    assert [cell.value for cell in row] == [*texts, "+79235292926", "Иван"]
    assert {cell.data_type for cell in row} == {"s"}
    assert [bool(cell.quotePrefix) for cell in row] == [True] * len(texts) + [False] * 2
