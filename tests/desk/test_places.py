"""Where a number is from, in the reader's language."""

from __future__ import annotations

import pytest
from django.utils import translation

from telephony.ui.places import whereabouts


@pytest.mark.parametrize(
    ("number", "english", "russian"),
    [
        ("+74951234567", "Russia, Moscow", "Россия, Москва"),
        ("+78432000000", "Russia, Tatarstan", "Россия, Татарстан"),
        ("+375171234567", "Belarus", "Беларусь"),
        ("+2348012345678", "NG, mobile", "NG, "),
        ("+999123", "", ""),
        ("101", "", ""),
        ("+", "", ""),
    ],
)
def test_country_and_region(number: str, english: str, russian: str) -> None:
    with translation.override("en"):
        assert whereabouts(number) == english
    with translation.override("ru"):
        assert whereabouts(number).startswith(russian)


def test_mobile_and_toll_free_numbers_say_so() -> None:
    with translation.override("en"):
        assert whereabouts("+79235292926") == "Russia, mobile"
        assert whereabouts("+78005553535") == "Russia, toll-free"
