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


@pytest.mark.parametrize("text", ["+7 (___) ___-__-__", "HiddenNumber", "privatenumber", "numberwithheld", "n/a"])
def test_a_word_that_hides_a_number_is_none(text: str) -> None:
    assert is_hidden(text)


@pytest.mark.parametrize("text", ["123 456", "12 34 56 789", "1 2 3 4 5"])
def test_digits_that_are_no_number_are_said_to_be_none(text: str) -> None:
    assert not any(number.e164 for number in numbers.read(text, "RU"))
