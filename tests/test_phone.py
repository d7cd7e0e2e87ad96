"""Telephone numbers as PBXs write them: the rules of telephony/domain/numbers by example."""

from __future__ import annotations

import pytest

from telephony.domain.events import Phone
from telephony.domain.numbers import clean, digits, last_digits, match_key, normalise, to_e164

RUSSIAN = {
    "89235292926": "+79235292926",
    "79201119613": "+79201119613",
    "+79001010100": "+79001010100",
    "8 (923) 529-29-26": "+79235292926",
    "8\u00a0923\u2011529\u201329.26": "+79235292926",
    "9201119613": "+79201119613",
    "83910000002": "+73910000002",
    "81234567890": "+71234567890",
    "88001234567": "+78001234567",
    "sip:79201119613@pbx.example.ru": "+79201119613",
    "sips:79201119613@pbx.example.ru;user=phone": "+79201119613",
    "TEL:+7-920-111-96-13": "+79201119613",
    "79201119613_id265648": "+79201119613",
    " 79201119613 ": "+79201119613",
    "+8 923 529 29 26": "+79235292926",
    "79201119613 ext. 5": "+79201119613",
}
ABROAD = {
    "77085170456": "+77085170456",
    "998901234567": "+998901234567",
    "380441234567": "+380441234567",
    "375291234567": "+375291234567",
    "+442071838750": "+442071838750",
}
NOT_PUBLIC = [
    "8955555555",
    "8499999999",
    "123123",
    "100",
    "012345101",
    "+7920",
    "7920111",
    "ivan.office",
    "٧٩٢٠١١١٩٦١٣",
    "9" * 40,
    "+" * 11,
]
NO_NUMBER = [
    "0",
    "",
    "  ",
    "0000",
    "CallAPI",
    "anonymous",
    "Anonymous",
    "unknown",
    "PRIVATE",
    "sip:anonymous@host",
    "{NUMBER]",
]


@pytest.mark.parametrize(("raw", "expected"), [*RUSSIAN.items(), *ABROAD.items()])
def test_public_numbers(raw: str, expected: str) -> None:
    assert to_e164(raw, "RU") == expected


@pytest.mark.parametrize("raw", NOT_PUBLIC)
def test_what_is_no_public_number_keeps_its_raw_form(raw: str) -> None:
    assert normalise(raw, "RU") == Phone(raw=raw)


@pytest.mark.parametrize("raw", NO_NUMBER)
def test_no_number_at_all(raw: str) -> None:
    assert normalise(raw, "RU") == Phone(raw="")
    assert clean(raw) == ""


def test_raw_stays_as_the_pbx_wrote_it() -> None:
    assert normalise(" 8 (923) 529-29-26 ", "RU") == Phone(raw="8 (923) 529-29-26", e164="+79235292926")


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("87085170456", "KZ", "+77085170456"),
        ("0441234567", "UA", "+380441234567"),
        ("79201119613", "DE", "+79201119613"),
        ("89235292926", "US", ""),
        ("9201119613", "KZ", "+79201119613"),
    ],
)
def test_numbers_are_read_in_the_connection_s_region(raw: str, region: str, expected: str) -> None:
    assert to_e164(raw, region) == expected


def test_digits() -> None:
    assert digits("+7 (920) 111-96-13") == "79201119613"


@pytest.mark.parametrize(
    ("raw", "last", "key"),
    [
        ("8955555555", "8955555555", "8955555555"),
        ("79201119613", "9201119613", "9201119613"),
        ("8 920 111-96-13", "9201119613", "9201119613"),
        ("123-123", "", "123123"),
        ("Ivan.Office", "", "ivanoffice"),
        ("anonymous", "", ""),
    ],
)
def test_what_two_spellings_share(raw: str, last: str, key: str) -> None:
    assert last_digits(raw) == last
    assert match_key(raw) == key
