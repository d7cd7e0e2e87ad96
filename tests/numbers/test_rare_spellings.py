"""Rare ways in which numbers are written, each read as what it means."""

from __future__ import annotations

import pytest

from telephony.domain import numbers
from telephony.domain.numbers.hidden import is_hidden

SAME = "+79161234567"


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        ("8 916 123-45-67; 8 916 123-45-67 доб. 5", "5"),
        ("8916123/4567", ""),
        ("8 (916) 123/45-67", ""),
        ("7.9161234567E+10", ""),
        ("7,9161234567E+10", ""),
    ],
)
def test_one_number_written_oddly_is_one_number(text: str, extension: str) -> None:
    assert [(number.e164, number.extension) for number in numbers.read(text, "RU")] == [(SAME, extension)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("8 495 200-29-01 доб. 12", ["8 495 200-29-01 доб. 12"]),
        ("Анна: 8 495 200-29-01.", ["Анна: 8 495 200-29-01"]),
        ("8 495 200-29-01/02 доб. 5", ["8 495 200-29-01", "8 495 200-29-02 # 5"]),
        ("495/2002901", ["495/2002901"]),
    ],
)
def test_each_number_is_shown_with_what_is_its_own(text: str, shown: list[str]) -> None:
    assert [number.raw for number in numbers.read(text, "RU")] == shown


def test_a_code_and_a_number_are_one() -> None:
    assert [number.bare for number in numbers.read("495/2002901", "RU")] == ["4952002901"]


def test_a_prefix_is_one_only_before_what_is_dialled() -> None:
    assert numbers.called("989161234567", "RU", prefix="9", countries=("RU",)).e164 == SAME
    assert numbers.called("99161234567", "RU", prefix="9", countries=("RU",)).raw == "99161234567"


@pytest.mark.parametrize("text", ["+7 (___) ___-__-__", "HiddenNumber", "privatenumber", "numberwithheld", "n/a"])
def test_a_word_that_hides_a_number_is_none(text: str) -> None:
    assert is_hidden(text)


@pytest.mark.parametrize("text", ["123 456", "12 34 56 789", "1 2 3 4 5"])
def test_digits_that_are_no_number_are_said_to_be_none(text: str) -> None:
    assert not any(number.e164 for number in numbers.read(text, "RU"))
