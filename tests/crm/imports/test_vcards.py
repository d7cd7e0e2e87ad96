"""Contacts of phones: vCard 2.1, 3.0 and 4.0, with what real ones have in them."""

from __future__ import annotations

import pytest

from crm.imports.reading import read_grid
from tests.crm.imports.tables import meant


def card(*lines: str, version: str = "3.0", end: str = "\r\n") -> str:
    return end.join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_line_ends_and_encodings(end: str, encoding: str) -> None:
    content = card("FN:Иван Петров", "TEL;TYPE=CELL:+79162000001", end=end) * 2
    assert meant(content.encode(encoding)) == [{"name": ["Иван Петров"], "phone": ["+79162000001"]}] * 2


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("TEL:+7 916 200-00-01", "+7 916 200-00-01"),
        ("TEL;CELL;PREF:+79162000001", "+79162000001"),
        ("item1.TEL;type=pref:+79162000001", "+79162000001"),
        ('TEL;VALUE=uri;TYPE="voice,home":tel:+7-916-200-00-01;ext=5', "+7-916-200-00-01;ext=5"),
        ("TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=D0=94):+79162000001", "+79162000001"),
        ("tel;home;voice;encoding=quoted-printable:=2B79162000001", "+79162000001"),
        ("TEL;TYPE=CELL:+7916\r\n 2000001", "+79162000001"),
    ],
)
def test_a_number_comes_however_it_is_marked(line: str, number: str) -> None:
    assert meant(card("FN:Иван", line).encode()) == [{"name": ["Иван"], "phone": [number]}]


@pytest.mark.parametrize("line", ["TEL;WORK;FAX:1", "TEL;type=WORK;type=FAX:1", 'TEL;TYPE="work,fax":1', "TEL;PAGER:1"])
def test_a_fax_never_becomes_a_phone(line: str) -> None:
    assert meant(card("FN:Иван", line.replace(":1", ":84952000001")).encode()) == [{"name": ["Иван"]}]


def test_quoted_printable_is_read_over_folded_lines_in_the_charset_that_it_names() -> None:
    lines = [
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=D0=B0=D0=BD=D0=BE=D0=B2;=D0=98=D0=B2=",
        "=D0=B0=D0=BD;;;",
    ]
    (row,) = meant(card(*lines, version="2.1").encode())
    assert row == {"family": ["Иванов"], "given": ["Иван"]}
    (row,) = meant(card("FN;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=C8=E2=E0=ED", version="2.1").encode())
    assert row == {"name": ["Иван"]}


def test_all_that_a_contact_has_comes_and_nothing_else() -> None:
    content = card(
        "N:Зорина;Алла;Марковна;;",
        "ORG:ООО «Заря\\, и Ко»;Отдел",
        "TITLE:менеджер",
        "EMAIL;type=INTERNET:a@example.com",
        "email;PREF=1:b@example.com",
        "ADR;type=HOME:;;ул. Лесная\\, 5;Москва;;101000;Россия",
        "NOTE:первая\\nвторая\\, строка",
        "CATEGORIES:VIP,Опт",
        "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\r\n AAAA",
        "X-SOCIALPROFILE;type=twitter:https://example.com",
        "BDAY:1980-01-01",
    )
    assert meant(content.encode()) == [
        {
            "family": ["Зорина"],
            "given": ["Алла"],
            "middle": ["Марковна"],
            "company": ["ООО «Заря, и Ко»"],
            "position": ["менеджер"],
            "email": ["a@example.com", "b@example.com"],
            "tags": ["VIP, Опт"],
            "note": ["первая\nвторая, строка"],
        }
    ]


def test_a_line_that_cannot_be_read_names_its_card_and_a_card_without_an_end_comes() -> None:
    content = card("FN:Иван", "rubbish", "TEL:1234567") + "BEGIN:VCARD\nFN:Анна\nTEL:7654321\n"
    grid = read_grid(content.encode())
    assert [(line.number, line.noted) for line in grid.lines[1:]] == [(1, ("line",)), (2, ())]
    assert [row["name"] for row in meant(content.encode())] == [["Иван"], ["Анна"]]


def test_odd_cards() -> None:
    inner = card("FN:Иван", "AGENT:", "BEGIN:VCARD", "FN:Чужой", "TEL:84952000009", "END:VCARD", "TEL:89162000001")
    assert meant(inner.encode()) == [{"name": ["Иван"], "phone": ["89162000001"]}]
    content = "мусор\r\nEND:VCARD\r\n" + card(
        "FN:Анна", "NOTE;ENCODING=QUOTED-PRINTABLE:=FF=D0", 'X;A="b', version="2.1"
    )
    (row,) = meant(content.encode())
    assert row["name"] == ["Анна"]
    (row,) = meant(card("FN;CHARSET=nonsense;ENCODING=QUOTED-PRINTABLE:=D0=AF", "ROLE:повар").encode())
    assert row == {"name": ["Я"], "position": ["повар"]}
