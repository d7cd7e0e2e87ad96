"""Bytes to lines: every usual form, odd shapes as Excel reads them, and what is no table at all."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest

from crm.imports.layout import NO_HEAD, lay_out
from crm.imports.reading import Options, UnreadableTable, read_grid
from crm.imports.reading.encodings import GUESSED, decoded
from crm.imports.reading.grid import LONGEST_CELL, MOST_ROWS
from tests.crm.imports.tables import meant, workbook

ROWS = [["Имя", "Телефон"], ["Иван", "8 (923) 529-29-26"], ["Пётр; младший", "+79990000000"]]
IVAN = [{"name": ["Иван"], "phone": ["89162000001"]}]


def text(delimiter: str) -> str:
    return "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in ROWS)


@pytest.mark.parametrize(
    "content",
    [
        *(text(delimiter).encode() for delimiter in ";,\t|"),
        b"\xef\xbb\xbf" + text(";").encode(),
        text(";").encode("cp1251"),
        text(";").encode("utf-16"),
        text("\t").encode("utf-16-le"),
        text(";").encode("utf-16-be"),
        text(";").replace("\r\n", "\r").encode("cp1251"),
        text(";").replace("\r\n", "\n").encode("cp866"),
        workbook({"A": ROWS}),
    ],
)
def test_every_usual_form_gives_the_same_table(content: bytes) -> None:
    table = lay_out(read_grid(content))
    assert [table.columns, *(line.cells for line in table.rows)] == ROWS
    assert [line.number for line in table.rows] == [2, 3]


@pytest.mark.parametrize("encoding", GUESSED[:4])
@pytest.mark.parametrize(
    "content",
    [
        "Имя;Телефон\nПавел Рыжов;8 916\n",
        "ФИО;Компания\nИВАНОВ ИВАН;ООО ЁЛКА\nПётр;ЗАО Дуб\n",
        "Список клиентов\nОльга;8\n",
    ],
)
def test_the_encodings_of_russian_programs_are_told_from_one_another(encoding: str, content: str) -> None:
    assert decoded(content.encode(encoding)) == (content, encoding, frozenset())


@pytest.mark.parametrize("content", ["Name;Phone\nJürgen Müller;+49\n", "Nom;Prénom\nÉmile;Côté\n"])
def test_western_letters_are_no_russian_ones(content: str) -> None:
    assert decoded(content.encode("cp1252"))[0] == content


def test_a_bad_byte_or_line_in_utf_8_leaves_the_others_alone_and_is_named() -> None:
    content = (
        "Имя;Телефон\nИван;1\n".encode() + b"\xd0\x90\xd0\xbd\xff\xd0\xbd\xd0\xb0;2\n" + "Пётр;3\n".encode("cp1251")
    )
    lines = read_grid(content).lines
    assert [line.cells[0] for line in lines] == ["Имя", "Иван", "Анна", "Пётр"]
    assert [line.number for line in lines if "bytes" in line.noted] == [3, 4]


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\r\nИмя;Телефон\r\nИван;89162000001\r\n",
        '\ufeff"sep=,"\nИмя,Телефон\nИван,89162000001\n',
        "sep=\t\nИмя\tТелефон\nИван\t89162000001\n",
        "sep=#\nИмя#Телефон\nИван#89162000001\n",
        '"Имя;Телефон"\n"Иван;89162000001"\n',
        "Имя;Телефон;;\nИван;89162000001;;\n;;;\n",
        "Имя | Телефон\nИван | 89162000001\n",
        "Отчёт, сформирован 27.11.2026\nПо данным: CRM, склад\n\nИмя;Телефон\nИван;89162000001\n",
        "Клиенты;\n;\nИмя;Телефон\nИван;89162000001\nИмя;Телефон\n",
        "Имя;Телефон\nИван;'89162000001\n",
        'Имя;Телефон\nИван;="89162000001"\n',
    ],
)
def test_odd_shapes_of_csv_are_the_same_table(content: str) -> None:
    assert meant(content.encode()) == IVAN


def test_delimiters_in_quoted_heads_and_cells_separate_nothing() -> None:
    content = '"ФИО, должность, отдел";Телефон\n"Жанна, бухгалтер, офис";8 916 200-26-01\n'
    assert meant(content.encode()) == [{"name": ["Жанна, бухгалтер, офис"], "phone": ["8 916 200-26-01"]}]
    content = 'Name,Phone\n"Ivan","+7 916 200-00-01;+7 916 200-00-02"\n'
    assert meant(content.encode()) == [{"name": ["Ivan"], "phone": ["+7 916 200-00-01;+7 916 200-00-02"]}]


def test_quotes_inside_cells_are_read_as_excel_reads_them() -> None:
    content = 'Имя;Компания\nИван;"Ромашка" ООО\nПётр;ООО "Лютик"\nАнна;"ООО ""Роза"""\n'
    assert [line.cells[1] for line in read_grid(content.encode()).lines[1:]] == [
        "Ромашка ООО",
        'ООО "Лютик"',
        'ООО "Роза"',
    ]


@pytest.mark.parametrize("closing", ['Анна;3;"Роза"', "Анна;3;Роза"])
def test_a_quote_that_is_never_closed_swallows_nothing_and_its_line_is_named(closing: str) -> None:
    content = f'Имя;Телефон;Компания\nИван;1;"Ромашка\nПётр;2;Лютик\n{closing}\nОлег;4;Дуб\n'
    lines = read_grid(content.encode()).lines
    assert [line.cells[2] for line in lines[1:]] == ["Ромашка", "Лютик", "Роза", "Дуб"]
    assert [line.number for line in lines if line.noted] == [2]


def test_a_cell_of_several_lines_is_one_cell() -> None:
    content = 'Имя;Адрес;Заметка\n"Иван";"Москва;\nул. Лесная, 5";"раз\r\nдва"\nАнна;;x\n'
    lines = read_grid(content.encode()).lines
    assert [(line.number, line.cells) for line in lines[1:]] == [
        (2, ["Иван", "Москва;\nул. Лесная, 5", "раз\nдва"]),
        (5, ["Анна", "", "x"]),
    ]


@pytest.mark.parametrize("dimension", ["A1", "A1:A2", "A1:XFD1048576", "-"])
def test_what_a_workbook_says_of_its_own_size_is_not_believed(dimension: str) -> None:
    rows = [["ФИО", "Телефон"], ["Иван", 89162000001], ["Зоя", "8 916 200-30-02"]]
    assert len(meant(workbook({"A": rows}, dimension=dimension))) == 2


def test_the_active_visible_sheet_is_read_and_another_can_be_chosen() -> None:
    other = [["Имя", "Телефон"], ["Пётр", 89162000002]]
    sheets = {"служебный": [["a", "b"], [1, 2]], "Клиенты": [["Имя", "Телефон"], ["Иван", 89162000001]], "Ещё": other}
    content = workbook(sheets, active=0, hidden=["служебный"])
    grid = read_grid(content)
    assert (grid.sheet, grid.sheets) == ("Клиенты", ["Клиенты", "Ещё", "служебный"])
    assert read_grid(workbook(sheets, active=2)).sheet == "Ещё"
    assert read_grid(content, Options(sheet="Ещё")).lines[1].cells == ["Пётр", "89162000002"]
    assert read_grid(workbook({"Пусто": [], "Клиенты": other})).sheet == "Клиенты"


def test_numbers_dates_and_errors_of_a_workbook_are_texts() -> None:
    rows = [["Имя", "Телефон"], ["Иван", 7.9235292926e10], ["'+7 1", "#N/A"], [None, "'+79235292926"]]
    assert [line.cells for line in read_grid(workbook({"A": rows})).lines[1:]] == [
        ["Иван", "79235292926"],
        ["+7 1"],
        ["", "+79235292926"],
    ]


def test_heads_of_two_lines_with_merged_cells_are_one_head() -> None:
    rows = [
        ["Список контактных лиц"],
        ["Контрагент", "", "Контактное лицо", "Телефоны", "", "№ договора"],
        ["Наименование", "ИНН", "", "рабочий", "мобильный", ""],
        ["ООО Ива", "7707083893", "Иван", "84952000001", "89162000001", "79160001122"],
    ]
    assert meant(workbook({"A": rows})) == [
        {"company": ["ООО Ива"], "name": ["Иван"], "phone": ["84952000001", "89162000001"]}
    ]


def test_a_file_without_heads_begins_with_a_contact() -> None:
    table = lay_out(read_grid("Иван Петров;8 916 200-00-01;a@example.com\nАнна;89162000002;\n".encode()))
    assert (table.head, table.columns[0], len(table.rows)) == (NO_HEAD, "Column 1", 2)
    content = b"89162000001\n+7 916 200-00-03\n"
    assert meant(content) == [{"phone": ["89162000001"]}, {"phone": ["+7 916 200-00-03"]}]


def test_the_line_of_the_heads_can_be_chosen() -> None:
    grid = read_grid(b"a;b\nc;d\ne;f\n")
    assert [lay_out(grid, head).columns for head in (None, 2, NO_HEAD)] == [
        ["a", "b"],
        ["c", "d"],
        ["Column 1", "Column 2"],
    ]


def test_empty_rows_are_left_out_and_short_ones_filled() -> None:
    table = lay_out(read_grid(b"a;b;;\n\n1\n;;\n1;2;3\n"))
    assert table.columns == ["a", "b"]
    assert [(line.number, line.cells) for line in table.rows] == [(3, ["1", ""]), (5, ["1", "2"])]


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
    "zip without a workbook": workbook({"A": [["a"]]})[:200],
    "page without a table": b"<html><body>No</body></html>",
    "card without a card": b"BEGIN:VCARD",
    "too many columns": (";".join("abc" * 130) + "\n1\n").encode(),
    "too many rows": b"Name\n" + b"x\n" * (MOST_ROWS + 1),
    "too many quotes": b"a;b\n" + b'x;"y\n' * 60,
    "too large": b"x" * (20 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_table_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(UnreadableTable) as error:
        lay_out(read_grid(BAD[name]))
    assert str(error.value)


def test_a_workbook_that_unpacks_to_hundreds_of_megabytes_is_not_unpacked() -> None:
    with pytest.raises(UnreadableTable, match="too large"):
        read_grid(_bomb())


def test_a_page_that_calls_itself_an_excel_file_is_read() -> None:
    rows = (
        "<tr><th colspan=2>Имя</th><th>Телефон</th></tr><tr><td>Иван<br>Петров</td><td></td><td>89162000001</td></tr>"
    )
    page = f"<html><body><table><tr><td>меню</td></tr></table><table>{rows}</table></body></html>"
    for content in (page.encode(), f"<?xml version='1.0'?>{page}".encode(), page.encode("cp1251")):
        grid = read_grid(content)
        assert [line.cells for line in grid.lines] == [["Имя", "", "Телефон"], ["Иван\nПетров", "", "89162000001"]]


def test_dates_of_a_workbook_are_written_as_people_read_them_in_files() -> None:
    rows = [
        ["Имя", "Когда"],
        ["Иван", datetime.fromisoformat("2026-11-27")],
        ["Пётр", datetime.fromisoformat("2026-11-27T09:05")],
        ["Ян", "#DIV/0!"],
    ]
    assert [line.cells[1:] for line in read_grid(workbook({"A": rows})).lines[1:]] == [
        ["2026-11-27"],
        ["2026-11-27 09:05:00"],
        [],
    ]


def test_a_workbook_of_empty_sheets_is_refused_and_cells_end_somewhere() -> None:
    with pytest.raises(UnreadableTable, match="empty"):
        lay_out(read_grid(workbook({"A": [], "B": []})))
    assert len(read_grid(f"Имя;Заметка\nИван;{'а' * 20_000}\n".encode()).lines[1].cells[1]) == LONGEST_CELL
